//! `cargo xtask test`: every gate, then every test, with one line of sums at the end.

use std::fmt;

use anyhow::{Result, bail};

use crate::command::{cargo, run_watched};
use crate::{gates, page, setup};

/// Tests that ran, by outcome.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    /// Tests that could not be tried here and returned at once; the harness counts them as passed.
    skipped: u64,
}

/// What a test says that cannot be tried here, before its name and the reason.
const SKIPPED: &str = "SKIPPED: ";

impl Tally {
    /// Adds what a line of the test harness tells: `test result: ok. 3 passed; 0 failed; …`, and
    /// what a test tells that cannot be tried.
    fn see(&mut self, line: &str) {
        // The harness may have begun a line of its own.
        if line.contains(SKIPPED) {
            self.skipped += 1;
        }
        let Some(sums) = line.trim().strip_prefix("test result: ") else {
            return;
        };
        for part in sums.split([';', '.']) {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<u64>().ok());
            match (number, words.next()) {
                (Some(number), Some("passed")) => self.passed += number,
                (Some(number), Some("failed")) => self.failed += number,
                _ => {}
            }
        }
    }

    /// Adds what a line of node's test runner tells: `# pass 3`, `# fail 0`.
    fn see_tap(&mut self, line: &str) {
        let mut words = line.strip_prefix("# ").unwrap_or_default().split(' ');
        let what = words.next().unwrap_or_default();
        let Some(number) = words.next().and_then(|word| word.parse::<u64>().ok()) else {
            return;
        };
        match what {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            _ => {}
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let passed = self.passed.saturating_sub(self.skipped);
        write!(f, "{passed} passed, {} failed", self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Sets up, runs the gates, runs the tests.
///
/// # Errors
/// At the first gate that fails, or when all tests ran and one failed.
pub(crate) fn run() -> Result<()> {
    setup::everything()?;
    let gates = gates::run_all()?;
    // The page's tests drive what a user would get.
    if page::browser_wanted() {
        page::build_page()?;
    }

    let mut tally = Tally::default();
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    let good = run_watched(&mut tests, |line| tally.see(line))?;
    let scripts = !page::browser_wanted() || page::npm::test(|line| tally.see_tap(line))?;

    eprintln!("\n{gates} gates held");
    println!("{tally}");
    if !good {
        bail!("`cargo test --workspace` failed");
    }
    if !scripts || tally.failed > 0 {
        bail!("the tests of the page's scripts failed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_harness_lines_are_summed_and_others_are_not() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 7 filtered out",
            "I once saw 100 passed; 5 failed",
        ] {
            tally.see(line);
        }
        assert_eq!((tally.passed, tally.failed), (5, 4));
    }

    #[test]
    fn the_sums_of_the_page_s_scripts_are_added() {
        let mut tally = Tally::default();
        for line in [
            "# tests 5",
            "# pass 3",
            "# fail 1",
            "# cancelled 1",
            "ok 1 - # pass 7",
        ] {
            tally.see_tap(line);
        }
        assert_eq!((tally.passed, tally.failed), (3, 2));
    }

    #[test]
    fn a_skipped_test_is_not_told_as_passed() {
        let mut tally = Tally::default();
        for line in [
            "SKIPPED: odd_clips: there is no folder ../shared/media beside the checkout",
            "test songs ... SKIPPED: songs: there is no folder",
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            tally.see(line);
        }
        assert_eq!(tally.to_string(), "3 passed, 0 failed, 2 skipped");
    }
}
