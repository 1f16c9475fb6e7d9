//! `cargo xtask fuzz`: every reader of foreign input, for as long as is wanted.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, run_watched, shown};
use crate::workspace;

/// Where the targets are: the arguments that choose a package's tests, and how many targets it has
/// at least.
const PLACES: &[(&[&str], u32)] = &[
    (&["--package", "suite", "--test", "fuzz"], 1),
    (&["--package", "render-native", "--lib"], 9),
];

/// What is known of a target.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    name: String,
    /// `None` if it did not come to its end.
    executions: Option<u64>,
    crashes: u64,
}

/// Runs every target, all of them together for `minutes`, and prints what came of each.
///
/// # Errors
/// If one crashed, or not every target ran.
pub(crate) fn run(minutes: f64) -> Result<()> {
    let minutes = Duration::try_from_secs_f64(minutes * 60.0).context("--minutes")?;
    let count: u32 = PLACES.iter().map(|(_, count)| count).sum();
    let seconds = (minutes / count).as_secs().max(1).to_string();
    let results = workspace::root().join("target").join("fuzz.tsv");
    match fs::remove_file(&results) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut failed = Vec::new();
    for (place, _) in PLACES {
        let mut tests = cargo();
        tests.args(["test", "--locked"]).args(*place);
        // One after the other: a target watches the memory of its process.
        tests.args(["fuzz_", "--", "--test-threads=1"]);
        tests.env("AUTOCUT_FUZZ_SECONDS", &seconds);
        tests.env("AUTOCUT_FUZZ_RESULTS", &results);
        if !run_watched(&mut tests, |_| {})? {
            failed.push(shown(&tests));
        }
    }
    let targets = read(&fs::read_to_string(&results).context("no target ran")?);
    println!("\n{:<16} {:>12} {:>8}", "target", "executions", "crashes");
    for target in &targets {
        let executions = target.executions.map_or("-".to_owned(), |n| n.to_string());
        println!("{:<16} {executions:>12} {:>8}", target.name, target.crashes);
    }
    if !failed.is_empty() {
        bail!("`{}` failed", failed.join("`, `"));
    }
    if targets.len() < count as usize {
        bail!("{} targets ran, and there are {count}", targets.len());
    }
    Ok(())
}

/// Lines of `name` where a target began and `name`, executions and crashes where it ended.
fn read(results: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for line in results.lines() {
        let mut fields = line.split('\t');
        let name = fields.next().unwrap_or_default();
        let mut number = || fields.next().and_then(|field| field.parse().ok());
        let (executions, crashes) = (number(), number());
        targets.retain(|target| target.name != name);
        targets.push(Target {
            name: name.to_owned(),
            // It began, and unless it ends the whole process has crashed.
            crashes: crashes.unwrap_or(u64::from(executions.is_none())),
            executions,
        });
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_did_not_end_has_crashed() {
        let targets = read("plan\nplan\t12\t0\nrecord\nprobe\nprobe\t3\t1\n");
        let told: Vec<_> = targets
            .iter()
            .map(|t| (t.name.as_str(), t.executions, t.crashes))
            .collect();
        assert_eq!(
            told,
            [
                ("plan", Some(12), 0),
                ("record", None, 1),
                ("probe", Some(3), 1)
            ]
        );
    }
}
