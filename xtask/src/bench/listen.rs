//! Looking and listening: `inspect` against bare decoding, `beats` in songs per CPU second.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::material;
use super::measure::{Cost, measure, measure_any};
use crate::command::{command, output, shown};
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

/// Runs `beats` over every song of a folder.
///
/// # Errors
/// If there is no song, or one of them fails.
pub(super) fn beats(folder: &Path) -> Result<()> {
    let found = material::folder()?.join("beats");
    fs::create_dir_all(&found)?;
    let mut cost = Cost::default();
    let mut seconds = 0.0;
    let mut songs = 0;
    for song in files(folder)? {
        let ending = song
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if !["aac", "flac", "m4a", "mp3", "ogg", "opus", "wav"].contains(&ending.as_str()) {
            continue;
        }
        let into = found
            .join(song.file_name().unwrap_or_default())
            .with_extension("beats");
        let mut listen = command(workspace::renderer());
        listen
            .arg("beats")
            .arg(&song)
            .arg("-o")
            .arg(&into)
            .args(["--overwrite", "--quiet"]);
        if songs == 0 {
            println!("\n{}", shown(&listen));
        }
        cost = cost.then(measure(&mut listen)?);
        seconds += duration(&song).unwrap_or(0.0);
        songs += 1;
    }
    ensure!(songs > 0, "{} holds no songs", folder.display());
    println!("{songs} songs, {seconds:.1} s of music");
    println!("  {cost}");
    println!(
        "  {:.0} s of music per CPU second, decoding included",
        seconds / cost.cpu
    );
    let scorer = folder.join("score.py");
    if scorer.exists() {
        println!(
            "score them: python3 {} {} {}",
            scorer.display(),
            found.display(),
            folder.display()
        );
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = std::path::absolute(folder)?;
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

/// Seconds of a media file; `None` if it is none.
fn duration(file: &Path) -> Option<f64> {
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
