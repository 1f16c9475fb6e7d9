//! Edits of the benchmarks: the same cuts as a plan and as arguments of one ffmpeg.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// A shot: which clip, from where (microseconds), how many frames of film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shot {
    pub(super) clip: usize,
    pub(super) start_us: u64,
    pub(super) frames: u64,
}

/// So many shots of 15 to 45 frames at 30 a second, spread over the clips, the same every time.
pub(super) fn mixed(shots: usize, clips: usize, clip_seconds: u64) -> Vec<Shot> {
    let mut state = 53_u64;
    let mut random = move |below: u64| {
        // Knuth's linear congruential generator (MMIX); its high bits are good enough here.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..shots)
        .map(|index| {
            let frames = match random(4) {
                0 | 1 => 15,
                2 => 30,
                _ => 45,
            };
            let latest = clip_seconds * 1_000_000 - frames * 1_000_000 / 30 - 200_000;
            Shot {
                clip: (index * 5 + usize::try_from(random(3)).unwrap_or(0)) % clips.max(1),
                start_us: random(latest),
                frames,
            }
        })
        .collect()
}

/// Shots of equal length.
pub(super) fn even(shots: usize, frames: u64, clips: usize, clip_seconds: u64) -> Vec<Shot> {
    mixed(shots, clips, clip_seconds)
        .into_iter()
        .map(|shot| Shot { frames, ..shot })
        .collect()
}

/// The film's frames.
pub(super) fn length(shots: &[Shot]) -> u64 {
    shots.iter().map(|shot| shot.frames).sum()
}

/// Writes the plan of an edit at 30 frames a second; media are named relative to it.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn write_plan(
    file: &Path,
    (width, height): (u32, u32),
    song: &str,
    clips: &[String],
    shots: &[Shot],
) -> Result<()> {
    let mut at = 0;
    let wired: Vec<Value> = shots
        .iter()
        .map(|shot| {
            let slot = json!({
                "record_start": at,
                "record_duration": shot.frames,
                "clip": {"media": shot.clip, "source_start": shot.start_us},
            });
            at += shot.frames;
            slot
        })
        .collect();
    let media: Vec<Value> = clips.iter().map(|path| json!({"path": path})).collect();
    let plan = json!({
        "schema": "autocut-plan/1",
        "output": {"width": width, "height": height, "rate": "30", "fit": "crop"},
        "music": {"media": {"path": song}},
        "media": media,
        "slots": wired,
    });
    fs::write(file, serde_json::to_vec(&plan)?)
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shot_ends_inside_its_clip_and_the_edit_is_the_same_every_time() {
        let shots = mixed(200, 12, 12);
        assert!(shots.iter().all(|shot| {
            shot.clip < 12 && shot.start_us + shot.frames * 1_000_000 / 30 < 12_000_000
        }));
        assert_eq!(shots, mixed(200, 12, 12));
        assert_eq!(length(&even(1000, 15, 12, 12)), 15_000);
    }
}
