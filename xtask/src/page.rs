//! The planner page: the tools that build it, the build, and the browser that tests it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, command, exists, output, run};
use crate::packages::Manager;
use crate::{sample, setup, workspace};

pub(crate) mod npm;

/// The version of trunk that the page is built with; later ones need a newer compiler.
const TRUNK: &str = "0.21.14";

/// Whoever sets this to 1 runs the tests without a browser.
const SKIP_BROWSER: &str = "AUTOCUT_SKIP_BROWSER";

/// Whether the page is built and tested in a browser: unless someone says no.
pub(crate) fn browser_wanted() -> bool {
    std::env::var_os(SKIP_BROWSER).is_none_or(|value| value != "1")
}

/// trunk and wasm-bindgen, each in the one version that fits; built from source where missing,
/// into `target/tools`, so that nothing of the system's is replaced. And what npm's lock file names.
///
/// # Errors
/// If one cannot be built or had.
pub(crate) fn setup_page_tools() -> Result<()> {
    setup::wasm_target()?;
    npm::setup()?;
    // trunk's own lock file fits; that of wasm-bindgen-cli asks for crates that may not be there.
    install("trunk", "trunk", TRUNK, true)?;
    install(
        "wasm-bindgen",
        "wasm-bindgen-cli",
        &locked_version("wasm-bindgen")?,
        false,
    )
}

/// Builds the page into `web/dist`; trunk runs the scripts of `web/media/build`, which bundle the
/// media workers and end with a table of sizes.
///
/// # Errors
/// If a tool is missing and cannot be had, or the page does not build.
pub(crate) fn build_page() -> Result<()> {
    setup_page_tools()?;
    sample::make()?;
    // trunk builds without the network, so that it never looks for tools there.
    run(cargo().args(["fetch", "--locked"]))?;
    run(command("trunk")
        .args(["build", "--release"])
        .current_dir(workspace::root().join("web"))
        // Our tools first: another version of wasm-bindgen on the path would not do.
        .env("PATH", tools_first()?)
        // Cargo's target folder may be elsewhere.
        .env("AUTOCUT_SAMPLE", sample::folder())
        // trunk refuses the 1 that some systems set.
        .env_remove("NO_COLOR"))
}

/// The page's worker as a module for node, `planner_worker.js` in a folder.
///
/// # Errors
/// If a tool is missing and cannot be had, or the worker does not build.
pub(crate) fn worker_for_node(folder: &Path) -> Result<()> {
    setup::wasm_target()?;
    let version = locked_version("wasm-bindgen")?;
    install("wasm-bindgen", "wasm-bindgen-cli", &version, false)?;
    let target = "wasm32-unknown-unknown";
    run(cargo()
        .args([
            "build",
            "--locked",
            "--profile",
            "worker",
            "--target",
            target,
        ])
        .args(["--package", "planner-wasm", "--features", "worker"]))?;
    let built = workspace::target().join(target).join("worker");
    run(command("wasm-bindgen")
        .args(["--target", "nodejs", "--out-dir"])
        .arg(folder)
        .arg(built.join("planner_worker.wasm"))
        .env("PATH", tools_first()?))
}

/// What drives the built page in a browser, and reads or writes a folder; `web/benches/page`. To be
/// told what to do.
pub(crate) fn driver(folder: &Path) -> Command {
    let mut driver = cargo();
    // It waits for the browser most of the time; what it is built with changes no figure.
    driver
        .args(["bench", "--locked", "--profile", "dev", "--package", "web"])
        .args(["--bench", "page", "--", "--folder"])
        .arg(folder);
    driver
}

/// Chromium and its driver, for the page's tests.
///
/// # Errors
/// If they are missing and cannot be installed; the message says what to type.
pub(crate) fn ensure_browser() -> Result<()> {
    if have_browser() {
        return Ok(());
    }
    eprintln!("setup: Chromium and its driver are not there yet");
    let manager = Manager::of_this_system();
    let packages = manager.map_or(&[][..], Manager::browser);
    let failed = match manager {
        Some(manager) if !packages.is_empty() => manager.install(packages).err(),
        _ => None,
    };
    if have_browser() {
        return Ok(());
    }
    let advice = manager.filter(|_| !packages.is_empty()).map_or_else(
        || "install Chromium or Chrome and the chromedriver of the same version".to_owned(),
        |manager| format!("type `{}`", manager.line(packages)),
    );
    bail!(
        "the page's tests need a browser: {advice}; or set {SKIP_BROWSER}=1 to go without{}",
        failed.map_or_else(String::new, |error| format!("\n  {error:#}"))
    )
}

fn have_browser() -> bool {
    exists("chromedriver")
        && ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .any(exists)
}

/// Installs a program of crates.io in exactly this version, unless it is there.
fn install(program: &str, package: &str, version: &str, locked: bool) -> Result<()> {
    if has_version(program, version) {
        return Ok(());
    }
    eprintln!("setup: building {package} {version}, once; this takes some minutes");
    let mut build = cargo();
    build
        .args(["install", package, "--version", version])
        .args(["--bin", program, "--force", "--root"])
        .arg(root())
        // Built for a few runs: quick to build beats quick to run.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_TARGET_DIR", workspace::tools().join("build"));
    if locked {
        build.arg("--locked");
    }
    run(&mut build)?;
    if !has_version(program, version) {
        bail!("{package} {version} was built, but `{program} --version` tells another version");
    }
    // Gigabytes that nothing needs any more; a leftover does no harm.
    let _ = fs::remove_dir_all(workspace::tools().join("build"));
    Ok(())
}

/// Where `cargo install` puts its `bin` folder.
fn root() -> PathBuf {
    workspace::tools().join("cargo")
}

fn tools_first() -> Result<std::ffi::OsString> {
    let path = workspace::path_with_tools();
    let folders = [root().join("bin")];
    let folders = folders.into_iter().chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}

fn has_version(program: &str, version: &str) -> bool {
    let Ok(path) = tools_first() else {
        return false;
    };
    // A program is looked up in the path that it is given, not in ours.
    output(command(program).arg("--version").env("PATH", path))
        .is_ok_and(|said| tells(&String::from_utf8_lossy(&said), version))
}

/// Whether `trunk 0.21.14` or `wasm-bindgen 0.2.130 (abc)` tells this version.
fn tells(said: &str, version: &str) -> bool {
    said.split_whitespace().any(|word| word == version)
}

/// The version of a package in `Cargo.lock`: the program that binds must equal the library.
fn locked_version(package: &str) -> Result<String> {
    let file = workspace::root().join("Cargo.lock");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    version_in(&text, package)
        .with_context(|| format!("Cargo.lock names no version of {package}"))
        .map(str::to_owned)
}

fn version_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_and_not_of_its_namesakes() {
        let lock = "[[package]]\nname = \"wasm-bindgen-backend\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }

    #[test]
    fn a_version_is_told_as_a_word() {
        assert!(tells("trunk 0.21.14\n", "0.21.14"));
        assert!(tells("wasm-bindgen 0.2.130 (1a2b3c)", "0.2.130"));
        assert!(!tells("trunk 0.21.140", "0.21.14"));
    }
}
