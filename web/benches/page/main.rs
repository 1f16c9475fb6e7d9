//! The built page, measured in headless Chromium: `cargo xtask bench page` makes what it needs, and
//! runs it.
//!
//! `--folder FOLDER` holds the song and the clips; words behind it choose what is measured.
//!
//! * `watch` — what is noted inside the page; `table` — figures beside what is wanted.
//! * `opening`, `song`, `clips`, `editing`, `preview`, `memory` — what is measured.
//! * `pictures` — no figures, but pictures of the page for its document.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints what it measures, and fails by panicking"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/page/browser.rs"]
mod browser;
mod clips;
mod editing;
mod material;
mod memory;
mod opening;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/page/page.rs"]
mod page;
mod pictures;
mod preview;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/page/site.rs"]
mod site;
mod song;
mod table;
mod watch;

use std::path::PathBuf;

use material::Material;
use table::Table;

fn main() {
    // cargo adds `--bench`.
    let mut words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let folder = match words.iter().position(|word| word == "--folder") {
        Some(at) if at + 1 < words.len() => {
            let folder = PathBuf::from(words.remove(at + 1));
            words.remove(at);
            folder
        }
        _ => panic!("what is measured needs --folder FOLDER; `cargo xtask bench page` makes one"),
    };
    if words.iter().any(|word| word == "pictures") {
        pictures::take(&folder);
        return;
    }
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let material = Material::in_folder(&folder);
    let mut table = Table::default();
    if wanted("opening") {
        opening::measure(&mut table);
    }
    if wanted("song") {
        song::measure(&mut table, &material);
    }
    if wanted("clips") {
        clips::measure(&mut table, &material);
    }
    if wanted("editing") {
        editing::measure(&mut table, &material);
    }
    if wanted("preview") {
        preview::measure(&mut table, &material);
    }
    if wanted("memory") {
        memory::measure(&mut table, &material);
    }
    println!("{table}");
}
