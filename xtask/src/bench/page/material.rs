//! A song of four minutes and one of an hour, and clips of 1080p, made once and kept under `target/bench/page`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bench::material::folder;
use crate::command::{command, run, run_quietly};
use crate::demo;

/// Bits a second and pictures between key frames of the clips, in turn: as telephones write them,
/// as cameras do, and as files from the web are.
const KINDS: [(&str, &str); 3] = [("10M", "30"), ("16M", "15"), ("4M", "250")];

/// Seconds that are encoded; longer clips repeat them by stream copy, shorter ones are their start.
const PART: u64 = 10;

/// Seconds of a long and of a short clip.
const LONG: u64 = 60;
const SHORT: u64 = 5;

/// Makes what is missing, and gives back the folder: `song.m4a` and `hour.m4a`, clips of a minute
/// in `long`, clips of some seconds in `short`. Each clip is another file, though pictures come again. Of 50 and 200
/// clips it takes 5 GB.
///
/// # Errors
/// If ffmpeg fails or a file cannot be written.
pub(super) fn make(long: usize, short: usize) -> Result<PathBuf> {
    let folder = folder()?.join("page");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if !folder.join("song.m4a").exists() {
        make_song(&folder)?;
    }
    if !folder.join("hour.m4a").exists() {
        make_hour(&folder)?;
    }
    let parts = (0..)
        .zip(KINDS)
        .map(|(number, kind)| part(&folder, number, kind))
        .collect::<Result<Vec<_>>>()?;
    clips(&folder.join("long"), &parts, long, LONG)?;
    clips(&folder.join("short"), &parts, short, SHORT)?;
    Ok(folder)
}

/// The demo's song again and again.
fn make_song(folder: &Path) -> Result<()> {
    let unfinished = folder.join("unfinished.m4a");
    run(command("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-stream_loop", "-1", "-i"])
        .arg(demo::material()?.song)
        .args(["-t", "240", "-c:a", "aac", "-b:a", "192k"])
        .arg(&unfinished))?;
    fs::rename(&unfinished, folder.join("song.m4a")).context("cannot keep the song")
}

/// The song again and again.
fn make_hour(folder: &Path) -> Result<()> {
    let unfinished = folder.join("unfinished.m4a");
    run(command("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-stream_loop", "-1", "-i"])
        .arg(folder.join("song.m4a"))
        .args(["-t", "3600", "-c", "copy"])
        .arg(&unfinished))?;
    fs::rename(&unfinished, folder.join("hour.m4a")).context("cannot keep the hour of music")
}

/// Seconds of moving pictures with grain, encoded in one of the [`KINDS`].
fn part(folder: &Path, number: u32, (bits, keyframes): (&str, &str)) -> Result<PathBuf> {
    let part = folder.join(format!("part{number}.mp4"));
    if !part.exists() {
        let unfinished = folder.join("unfinished.mp4");
        let picture = format!(
            "mandelbrot=s=1920x1080:r=30:start_scale=0.3:end_scale=0.02:end_pts=300:inner=mincol,\
             hue=h={},noise=alls=8:allf=t:all_seed={number},format=yuv420p",
            number * 110
        );
        run(command("ffmpeg")
            .args([
                "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &picture,
            ])
            .args([
                "-t",
                &PART.to_string(),
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
            ])
            .args(["-b:v", bits, "-g", keyframes, "-movflags", "+faststart"])
            .arg(&unfinished))?;
        fs::rename(&unfinished, &part)?;
    }
    Ok(part)
}

/// So many clips of `seconds`, no more and no fewer.
fn clips(folder: &Path, parts: &[PathBuf], count: usize, seconds: u64) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let turns = (seconds / PART).saturating_sub(1).to_string();
    for (index, part) in (0..count).zip(parts.iter().cycle()) {
        let clip = folder.join(format!("clip{index:03}.mp4"));
        if clip.exists() {
            continue;
        }
        let unfinished = folder.with_file_name("unfinished.mp4");
        run_quietly(
            command("ffmpeg")
                .args(["-nostdin", "-v", "error", "-y", "-stream_loop", &turns, "-i"])
                .arg(part)
                // A title of its own makes it another file.
                .args(["-c", "copy", "-metadata", &format!("title=clip {index}")])
                .args(["-t", &seconds.to_string()])
                .args(["-movflags", "+faststart"])
                .arg(&unfinished),
        )?;
        fs::rename(&unfinished, &clip)?;
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let index = name
            .strip_prefix("clip")
            .and_then(|index| index.parse::<usize>().ok());
        if index.is_none_or(|index| index >= count) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
