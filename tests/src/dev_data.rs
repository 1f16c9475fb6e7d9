//! Media and songs for trying things out that lie beside a developer's checkout, in `../shared`.
//! They are no part of the project, so tests that want them may have to be skipped.

use std::io::Write as _;
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
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not `println!`: the harness keeps that to itself while a test passes.
    let line =
        format!("SKIPPED: {test}: there is no folder ../shared/{name} beside the checkout\n");
    let _ = std::io::stdout().write_all(line.as_bytes());
    None
}
