//! `cargo xtask demo`: from nothing to a film whose cuts are measured, in one command.

mod clips;
mod song;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::{command, run};
use crate::{contact_sheet, setup, workspace};

/// Finds or installs ffmpeg, builds the renderer, makes a song and clips, makes the film,
/// measures it and shows it as a contact sheet. All of it lies under `target/demo`; what is there
/// already is not made again, except the film.
///
/// # Errors
/// At the first step that fails; the message holds the command.
pub(crate) fn run_demo() -> Result<()> {
    setup::ffmpeg()?;
    workspace::build_renderer()?;

    let Material { song, clips } = material()?;
    let film = folder().join("film.mp4");
    let plan = folder().join("film.plan.json");
    let sheet = folder().join("film.png");

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

/// What the demo's film is made of.
pub(crate) struct Material {
    /// The song, as a WAV file.
    pub(crate) song: PathBuf,
    /// The folder of the clips.
    pub(crate) clips: PathBuf,
}

/// Makes song and clips under `target/demo`, unless they are there.
///
/// # Errors
/// If ffmpeg fails or a file cannot be written.
pub(crate) fn material() -> Result<Material> {
    let folder = folder();
    let (song, clips) = (folder.join("song.wav"), folder.join("clips"));
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    clips::make(&clips)?;
    if !song.exists() {
        song::write(&song)?;
        eprintln!("demo: made song.wav");
    }
    Ok(Material { song, clips })
}

fn folder() -> PathBuf {
    workspace::target().join("demo")
}
