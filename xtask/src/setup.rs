//! Finds or installs what the demo and the tests need.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::command::{command, exists, output, run, succeeds};
use crate::packages::Manager;
use crate::{page, workspace};

/// Everything, for `cargo xtask setup`.
///
/// # Errors
/// At the first thing that is missing and cannot be installed.
pub(crate) fn everything() -> Result<()> {
    ffmpeg()?;
    wasm_target()?;
    if page::browser_wanted() {
        page::setup_page_tools()?;
        page::ensure_browser()?;
    }
    eprintln!("setup: everything is there");
    Ok(())
}

/// ffmpeg and ffprobe: from the search path, else by the system's package manager, else as a
/// download into `target/tools`, which the commands of this tool put behind the search path.
///
/// # Errors
/// If nothing of this works; the message says what to type.
pub(crate) fn ffmpeg() -> Result<()> {
    if have_ffmpeg() {
        return Ok(());
    }
    eprintln!("setup: ffmpeg is not there yet");
    let mut tried = Vec::new();
    let manager = Manager::of_this_system();
    if let Some(manager) = manager {
        match manager.install(&["ffmpeg"]) {
            Ok(()) if have_ffmpeg() => return Ok(()),
            Ok(()) => tried.push("the package holds no ffmpeg and ffprobe".to_owned()),
            Err(error) => tried.push(format!("{error:#}")),
        }
    }
    match download_ffmpeg() {
        Ok(()) if have_ffmpeg() => return Ok(()),
        Ok(()) => tried.push("the downloaded ffmpeg does not start".to_owned()),
        Err(error) => tried.push(format!("download: {error:#}")),
    }
    let advice = manager.map_or_else(
        || "install ffmpeg from https://ffmpeg.org/download.html".to_owned(),
        |manager| format!("type `{}`", manager.line(&["ffmpeg"])),
    );
    bail!(
        "ffmpeg is missing: {advice}, then start again\n  {}",
        tried.join("\n  ")
    )
}

fn have_ffmpeg() -> bool {
    ["ffmpeg", "ffprobe"]
        .into_iter()
        .all(|program| succeeds(command(program).arg("-version")))
}

fn download_ffmpeg() -> Result<()> {
    use ffmpeg_sidecar::download::{download_ffmpeg_package, ffmpeg_download_url, unpack_ffmpeg};
    let folder = workspace::tools();
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let url = ffmpeg_download_url()?;
    eprintln!("setup: downloading {url}");
    let archive = download_ffmpeg_package(url, &folder)?;
    unpack_ffmpeg(&archive, &folder)
}

/// The compiler's target for the page and for the planner's lints.
///
/// # Errors
/// If it is missing and rustup is not there or fails.
pub(crate) fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let library = output(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    let library = String::from_utf8_lossy(&library);
    if fs::read_dir(library.trim()).is_ok_and(|mut files| files.next().is_some()) {
        return Ok(());
    }
    if !exists("rustup") {
        bail!(
            "the compiler cannot make {TARGET}, and rustup is not there to add it: install rustup \
             from https://rustup.rs, or your system's package of Rust's {TARGET} library"
        );
    }
    run(command("rustup").args(["target", "add", TARGET]))
}
