//! Edits of the benchmarks: the same cuts as a plan and as arguments of one ffmpeg.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::command::command;
use crate::workspace;

/// A shot: which clip, from where (microseconds), how many frames of film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shot {
    pub(super) clip: usize,
    pub(super) start_us: u64,
    pub(super) frames: u64,
}

/// Random numbers that are the same every time: Knuth's linear congruential generator (MMIX), whose
/// high bits are good enough here.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `below` - 1; 0 for `below` = 0.
    pub(super) fn below(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).checked_rem(below).unwrap_or(0)
    }
}

/// So many shots of 15 to 45 frames at 30 a second, spread over the clips, the same every time.
pub(super) fn mixed(shots: usize, clips: usize, clip_seconds: u64) -> Vec<Shot> {
    let mut random = Random::new(53);
    (0..shots)
        .map(|index| {
            let frames = match random.below(4) {
                0 | 1 => 15,
                2 => 30,
                _ => 45,
            };
            let latest = clip_seconds * 1_000_000 - frames * 1_000_000 / 30 - 200_000;
            Shot {
                clip: (index * 5 + usize::try_from(random.below(3)).unwrap_or(0)) % clips.max(1),
                start_us: random.below(latest),
                frames,
            }
        })
        .collect()
}

/// So many shots of 1 to 4 beats of 124 a minute at 30 frames a second, from clips of the given
/// lengths in seconds, the same every time. Cuts are rounded down from the running sum.
pub(super) fn on_beats(shots: usize, clips: &[u64]) -> Vec<Shot> {
    const BEATS: [u64; 9] = [1, 1, 1, 1, 2, 2, 2, 3, 4];
    let mut random = Random::new(53);
    let mut beat = 0;
    (0_u64..)
        .take(shots)
        .map(|index| {
            let drawn = BEATS.get(usize::try_from(random.below(9)).unwrap_or(0));
            let beats = if index % 9 == 8 {
                1
            } else {
                drawn.copied().unwrap_or(1)
            };
            let frame_of = |beat: u64| beat * 60 * 30 / 124;
            let frames = frame_of(beat + beats) - frame_of(beat);
            beat += beats;
            let count = clips.len().max(1) as u64;
            let clip = usize::try_from((17 * index + random.below(3)) % count).unwrap_or(0);
            let length = clips.get(clip).copied().unwrap_or(0) * 1_000_000;
            let room = length.saturating_sub(frames * 1_000_000 / 30 + 300_000);
            // Whole milliseconds, as people and editors write them.
            let start_us = (100_000 + random.below(room)) / 1_000 * 1_000;
            Shot {
                clip,
                start_us,
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

/// The render of a plan, from nothing: what an earlier one that was cut off has left, which a render
/// goes on with, is removed.
///
/// # Errors
/// If it cannot be removed.
pub(super) fn render(plan: &Path, film: &Path) -> Result<Command> {
    let name = film.file_name().unwrap_or_default().to_string_lossy();
    let work = film.with_file_name(format!(".{name}.work"));
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    let mut render = command(workspace::renderer());
    render.arg("render").arg(plan).arg("-o").arg(film);
    render.args(["--quality", "standard", "--overwrite", "--quiet"]);
    Ok(render)
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

    #[test]
    fn shots_on_beats_end_inside_their_clips_and_add_up_to_the_beats() {
        let clips = [8, 20, 11, 10];
        let shots = on_beats(120, &clips);
        assert!(shots.iter().all(|shot| {
            let end = shot.start_us + shot.frames * 1_000_000 / 30;
            clips
                .get(shot.clip)
                .is_some_and(|length| end + 100_000 <= length * 1_000_000)
        }));
        assert!(shots.iter().all(|shot| (14..=59).contains(&shot.frames)));
        assert_eq!(shots, on_beats(120, &clips));
    }
}
