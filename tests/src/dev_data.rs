//! Media and songs for trying things out that lie beside a developer's checkout, in `../shared`.
//! They are no part of the project, so tests that want them may have to be skipped.

use std::path::{Path, PathBuf};

/// The folder `../shared/NAME` beside the checkout, if it is there. If not, says that the test
/// that asks is skipped, in a line that `cargo xtask test` counts.
pub fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared")
        .join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    crate::skipped(&format!(
        "there is no folder ../shared/{name} beside the checkout"
    ));
    None
}
