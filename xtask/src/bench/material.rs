//! Clips and a song for the benchmarks, made once and kept under `target/bench`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{command, run};
use crate::workspace;

/// Clips of the whole-render benchmark.
pub(super) const CLIPS: usize = 12;
/// Seconds of each.
pub(super) const SECONDS: u64 = 12;

/// The folder of everything that benchmarks make.
///
/// # Errors
/// If it cannot be made.
pub(super) fn folder() -> Result<PathBuf> {
    let folder = workspace::target().join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Twelve clips of 1080p, half H.264 and half H.265, half of 30 and half of 60000/1001 frames a
/// second, a keyframe every second, grain all over so that decoding is not too easy.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn clips(folder: &Path) -> Result<Vec<PathBuf>> {
    (0..CLIPS)
        .map(|index| {
            let hevc = index % 2 == 1;
            let (rate, keyframes) = if index % 4 < 2 { ("30", "30") } else { ("60000/1001", "60") };
            let codec = if hevc { "h265" } else { "h264" };
            let file = folder.join(format!("clip{index:02}.{codec}.mp4"));
            if !file.exists() {
                // Two seconds are encoded, then repeated by stream copy.
                let part = folder.join(format!("part{index:02}.mp4"));
                let picture = format!(
                    "testsrc2=s=1920x1080:r={rate},hue=h={},noise=alls=6:allf=t:all_seed={index},format=yuv420p",
                    index * 30
                );
                let mut make = command("ffmpeg");
                make.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &picture, "-t", "2"]);
                make.args(["-preset", "ultrafast", "-b:v", "9M", "-g", keyframes]);
                if hevc {
                    let parameters = format!("log-level=none:keyint={keyframes}:open-gop=0:scenecut=0");
                    make.args(["-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", &parameters]);
                } else {
                    make.args(["-c:v", "libx264"]);
                }
                run(make.arg(&part))?;
                let turns = (SECONDS / 2 - 1).to_string();
                let unfinished = folder.join("unfinished.mp4");
                run(command("ffmpeg")
                    .args(["-nostdin", "-v", "error", "-y", "-stream_loop", &turns, "-i"])
                    .arg(&part)
                    .args(["-c", "copy"])
                    .arg(&unfinished))?;
                fs::remove_file(&part)?;
                fs::rename(&unfinished, &file)?;
            }
            Ok(file)
        })
        .collect()
}

/// A song of so many seconds: a thump on every beat of 120 a minute.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn song(folder: &Path, seconds: u64) -> Result<PathBuf> {
    let file = folder.join(format!("song{seconds}.wav"));
    if !file.exists() {
        let sound = format!(
            "aevalsrc='0.8*sin(2*PI*55*t)*exp(-8*mod(t,0.5))+0.1*sin(2*PI*220*t)':s=44100:d={seconds}"
        );
        run(command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &sound])
            .arg(&file))?;
    }
    Ok(file)
}
