//! What the page takes from npm: the reader of video files and the bundler, by the lock file.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::command::{command, exists, output, run, run_watched};
use crate::packages::Manager;
use crate::workspace;

/// The oldest major version of node that the build's scripts run with.
const OLDEST_NODE: u32 = 20;

/// node, npm, and in `web/node_modules` exactly what `web/package-lock.json` names.
///
/// # Errors
/// If node is missing or too old and cannot be had, or npm fails.
pub(super) fn setup() -> Result<()> {
    node()?;
    let lock = web().join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    // npm empties the folder before it fills it, so the copy is there only if all else is.
    let installed = web().join("node_modules").join(".installed-by-lock");
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    run(npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}

/// Runs the tests of the page's JavaScript, and hands every line of their TAP report to `see`.
/// Tells whether all held.
///
/// # Errors
/// If node cannot be started.
pub(crate) fn test(see: impl FnMut(&str)) -> Result<bool> {
    let mut tests = command("node");
    // It finds the tests below the folder by itself, each version of node in the same way.
    tests
        .current_dir(web().join("media"))
        .args(["--test", "--test-reporter=tap"]);
    run_watched(&mut tests, see)
}

fn node() -> Result<()> {
    if have_node() {
        return Ok(());
    }
    eprintln!("setup: node and npm are not there yet");
    let manager = Manager::of_this_system();
    let failed = manager.and_then(|manager| manager.install(manager.node()).err());
    if have_node() {
        return Ok(());
    }
    let advice = manager.map_or_else(
        || "install them from https://nodejs.org".to_owned(),
        |manager| format!("type `{}`", manager.line(manager.node())),
    );
    bail!(
        "the page is bundled with node {OLDEST_NODE} or newer and npm: {advice}, then start \
         again{}",
        failed.map_or_else(String::new, |error| format!("\n  {error:#}"))
    )
}

fn have_node() -> bool {
    let version = output(command("node").arg("--version"));
    let known = version.is_ok_and(|said| {
        major(&String::from_utf8_lossy(&said)).is_some_and(|major| major >= OLDEST_NODE)
    });
    known && (exists("npm") || exists("npm.cmd"))
}

/// `v20.11.1` → 20.
fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

fn npm() -> std::process::Command {
    let mut npm = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(web());
    npm
}

fn web() -> PathBuf {
    workspace::root().join("web")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.11.1\n"), Some(20));
        assert_eq!(major("20.11.1"), None);
        assert_eq!(major("v"), None);
    }
}
