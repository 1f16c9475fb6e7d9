//! Looking: `inspect` against bare decoding.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::material;
use super::measure::{Cost, measure_any};
use crate::command::{command, output};
use crate::workspace;

/// Measures `inspect` and then ffmpeg decoding the same files to nothing.
///
/// # Errors
/// If one of them fails.
pub(super) fn inspect(folder: Option<PathBuf>) -> Result<()> {
    let clips = match folder {
        Some(folder) => files(&folder)?,
        None => material::clips(&material::folder()?)?,
    };
    let seconds: f64 = clips.iter().filter_map(|clip| duration(clip)).sum();
    let mut inspect = command(workspace::renderer());
    inspect
        .arg("inspect")
        .args(&clips)
        .args(["--json", "--quiet"]);
    println!("\n{} clips, {seconds:.1} s of footage", clips.len());
    let ours = measure_any(&mut inspect)?.0;
    let mut bare = Cost::default();
    for clip in &clips {
        let mut decode = command("ffmpeg");
        decode.args(["-nostdin", "-v", "fatal", "-i"]).arg(clip);
        decode.args(["-map", "0:v:0", "-f", "null", "-"]);
        // A file that is no video fails here, and `inspect` names it: its cost is part of both.
        bare = bare.then(measure_any(&mut decode)?.0);
    }
    println!(
        "inspect       {ours}   {:.1} s of footage a second",
        seconds / ours.wall
    );
    println!(
        "bare decode   {bare}   {:.1} s of footage a second",
        seconds / bare.wall
    );
    println!(
        "inspect / bare decode: wall {:.2}, CPU {:.2}",
        ours.wall / bare.wall,
        ours.cpu / bare.cpu
    );
    Ok(())
}

/// The files of a folder, by name.
///
/// # Errors
/// If it cannot be read.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = std::path::absolute(folder)?;
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

/// Seconds of a media file; `None` if it is none.
pub(super) fn duration(file: &Path) -> Option<f64> {
    let text = output(
        command("ffprobe")
            .args([
                "-v",
                "error",
                "-show_entries",
                "format=duration",
                "-of",
                "csv=p=0",
            ])
            .arg(file),
    );
    String::from_utf8_lossy(&text.ok()?).trim().parse().ok()
}
