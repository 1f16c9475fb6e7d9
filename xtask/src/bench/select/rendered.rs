//! A film rendered from a plan of the benchmark, and its cuts as another program sees them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::edit;
use crate::command::{command, exists, output, run, run_quietly};
use crate::workspace;

/// Seconds of silence that the film is long at most.
const SECONDS: u64 = 120;

/// Renders `film.json`, verifies it, and compares its cuts with those that `scenedetect` finds.
///
/// # Errors
/// If a program fails; a missing `scenedetect` is told and is no error.
pub(super) fn check(planted: &Path) -> Result<()> {
    let (plan, film) = (planted.join("film.json"), planted.join("film.mp4"));
    let song = planted.join("song.wav");
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i"])
            .arg("anullsrc=r=44100:cl=mono")
            .args(["-t", &SECONDS.to_string()])
            .arg(&song),
    )?;
    run(edit::render(&plan, &film)?
        .arg("--media-dir")
        .arg(planted.join("clips")))?;
    if !exists("scenedetect") {
        println!("scenedetect is not on the path: the film's cuts are not counted");
        return Ok(());
    }
    let cuts = cuts(&plan)?;
    for detector in ["detect-adaptive", "detect-content"] {
        let list = planted.join("scenes.csv");
        run_quietly(
            command("scenedetect")
                .arg("-i")
                .arg(&film)
                .args(["-q", "-o"])
                .arg(planted)
                .args([detector, "-m", "0.2s", "list-scenes", "-q", "-f"])
                .arg("scenes.csv"),
        )?;
        let found = found(&list)?;
        let near =
            |frame: &u64, others: &[u64]| others.iter().any(|other| other.abs_diff(*frame) <= 1);
        let hit = cuts.iter().filter(|cut| near(cut, &found)).count();
        let right = found.iter().filter(|cut| near(cut, &cuts)).count();
        println!(
            "rendered film, {detector}: {hit} of {} planned cuts seen within a frame, {} of {} cuts seen are not planned",
            cuts.len(),
            found.len() - right,
            found.len()
        );
    }
    let _ = output(
        command(workspace::renderer())
            .arg("verify")
            .arg(&film)
            .arg(&plan),
    );
    Ok(())
}

fn cuts(plan: &Path) -> Result<Vec<u64>> {
    let text = fs::read(plan).with_context(|| format!("cannot read {}", plan.display()))?;
    let plan: Value = serde_json::from_slice(&text)?;
    let slots = plan.get("slots").and_then(Value::as_array);
    Ok(slots
        .into_iter()
        .flatten()
        .skip(1)
        .filter_map(|slot| slot.get("record_start")?.as_u64())
        .collect())
}

/// First frames of the scenes but the first, from `scenedetect`'s table: its second column counts
/// from 1, and its first two lines are no scenes.
fn found(table: &Path) -> Result<Vec<u64>> {
    let text =
        fs::read_to_string(table).with_context(|| format!("cannot read {}", table.display()))?;
    let frame = |line: &str| line.split(',').nth(1)?.trim().parse::<u64>().ok();
    Ok(text
        .lines()
        .filter_map(frame)
        .skip(1)
        .filter_map(|frame| frame.checked_sub(1))
        .collect())
}
