//! How like the sources the films are, so that nobody wins by worse pictures.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{PICTURE, Work, ffmpeg, seconds};
use crate::command::{command, output_both, run_quietly};

/// Every so many-th frame is compared.
const EVERY: u64 = 10;

/// Every tenth frame of the film as it should be, nearly lossless; made once for an edit.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn reference(work: &Work) -> Result<PathBuf> {
    let file = work
        .folder
        .join(format!("reference{}.mp4", work.shots.len()));
    if file.exists() {
        return Ok(file);
    }
    println!("making the reference pictures once");
    let mut list = String::new();
    let mut at = 0;
    for (index, shot) in work.shots.iter().enumerate() {
        let part = format!("reference.part{index}.mp4");
        // The shot's first frame that counts, so that the film's count goes on across the cuts.
        let first = (EVERY - at % EVERY) % EVERY;
        at += shot.frames;
        if first >= shot.frames {
            continue;
        }
        let picture = format!(
            "{PICTURE},trim=end_frame={},select='not(mod(n-{first},{EVERY}))*gte(n,{first})',setpts=N/30/TB",
            shot.frames
        );
        let mut one = ffmpeg();
        one.args(["-ss", &seconds(shot.start_us), "-i"])
            .arg(work.clip(shot)?);
        one.args(["-map", "0:v", "-vf", &picture, "-fps_mode", "passthrough"]);
        one.args([
            "-frames:v",
            &(shot.frames - first).div_ceil(EVERY).to_string(),
        ]);
        one.args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-crf",
            "4",
            "-g",
            "1",
        ]);
        one.args(["-video_track_timescale", "30000"]);
        run_quietly(one.arg(work.folder.join(&part)))?;
        writeln!(list, "file {part}")?;
    }
    let names = work.folder.join("reference.ffconcat");
    fs::write(&names, &list)?;
    let unfinished = work.folder.join("unfinished.mp4");
    let mut join = ffmpeg();
    join.args(["-f", "concat", "-i"]).arg(&names);
    run_quietly(join.args(["-c", "copy"]).arg(&unfinished))?;
    fs::rename(&unfinished, &file)?;
    for line in list.lines() {
        let part = line.strip_prefix("file ").unwrap_or(line);
        fs::remove_file(work.folder.join(part))?;
    }
    Ok(file)
}

/// Structural similarity (Wang et al. 2004) of a film and the reference, 1 for alike; the mean
/// over all planes and over the frames that are compared.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn ssim(film: &Path, reference: &Path) -> Result<f64> {
    let graph = format!(
        "[0:v]select='not(mod(n,{EVERY}))',setpts=N/30/TB[a];[1:v]setpts=N/30/TB[b];[a][b]ssim"
    );
    let mut compare = command("ffmpeg");
    compare.args(["-nostdin", "-hide_banner", "-i"]).arg(film);
    compare.arg("-i").arg(reference);
    compare.args([
        "-lavfi",
        &graph,
        "-fps_mode",
        "passthrough",
        "-f",
        "null",
        "-",
    ]);
    let (_, said) = output_both(&mut compare)?;
    let said = String::from_utf8_lossy(&said);
    let all = said.rsplit("All:").next().and_then(|rest| {
        let number = rest.split_whitespace().next()?;
        number.parse().ok()
    });
    all.with_context(|| format!("ffmpeg's ssim said nothing of {}", film.display()))
}
