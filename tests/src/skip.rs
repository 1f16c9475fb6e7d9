//! Tests that cannot run here.

use std::io::Write as _;

/// Says that the test that asks is skipped, and why, in a line that `cargo xtask test` counts.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not `println!`: the harness keeps that to itself while a test passes.
    let line = format!("SKIPPED: {test}: {why}\n");
    let _ = std::io::stdout().write_all(line.as_bytes());
}
