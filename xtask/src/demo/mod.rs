//! `cargo xtask demo`: from nothing to a film whose cuts are measured, in one command.

pub(crate) mod clips;
pub(crate) mod song;

use std::fs;

use anyhow::{Context, Result};

use crate::command::{cargo, command, run};
use crate::{contact_sheet, setup, workspace};

/// Finds or installs ffmpeg, builds the renderer, makes a song and clips, makes the film,
/// measures it and shows it as a contact sheet. All of it lies under `target/demo`; what is there
/// already is not made again, except the film.
///
/// # Errors
/// At the first step that fails; the message holds the command.
pub(crate) fn run_demo() -> Result<()> {
    setup::ffmpeg()?;
    run(cargo().args([
        "build",
        "--release",
        "--locked",
        "--package",
        "render-native",
    ]))?;

    let folder = workspace::target().join("demo");
    let clips = folder.join("clips");
    let song = folder.join("song.wav");
    let film = folder.join("film.mp4");
    let plan = folder.join("film.plan.json");
    let sheet = folder.join("film.png");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    clips::make(&clips)?;
    if !song.exists() {
        song::write(&song)?;
        eprintln!("demo: made song.wav");
    }

    let renderer = workspace::renderer();
    run(command(&renderer)
        .arg("auto")
        .arg("--music")
        .arg(&song)
        .arg(&clips)
        .arg("-o")
        .arg(&film)
        .args(["--style", "energetic", "--overwrite"]))?;
    run(command(&renderer).arg("verify").arg(&film).arg(&plan))?;
    contact_sheet::make(&film, Some(&plan), &sheet)?;

    println!("\nThe film:           {}", film.display());
    println!("At a glance:        {}", sheet.display());
    println!("What was planned:   {}", plan.display());
    Ok(())
}
