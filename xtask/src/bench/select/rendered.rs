//! Films rendered from plans of the benchmark, as programs see them that know nothing of plans.
//!
//! Cuts are found by `PySceneDetect`; what is black, stands still, moves or looks alike is told from the
//! films' own pictures. The plans are ours and those of the simple ways to fill the same slots.

#![expect(
    clippy::cast_precision_loss,
    reason = "frames and pixels of films of a minute"
)]

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::bases::{Pictures, RATE, alike, greys};
use crate::bench::edit;
use crate::command::{command, exists, run_quietly};

/// Seconds of silence that the films are long at most.
const SECONDS: u64 = 120;
/// Ways to fill the slots, ours first, as their plans' names have them.
const WAYS: [&str; 4] = ["ours", "random", "round-robin", "greedy"];
/// Styles, as their plans' names have them.
const STYLES: [&str; 4] = ["energetic", "balanced", "cinematic", "buildup"];
/// Size of the pictures that are looked at.
const LOOK: (usize, usize) = (160, 90);
/// A picture whose brightest pixel is no brighter is black.
const BLACK: u8 = 40;
/// Mean difference of luma up to which a picture repeats the one before, and frames of such from which the
/// film stands still.
const SAME: f64 = 0.25;
const STANDS: usize = 15;

/// A figure of rendered films.
struct Metric {
    name: &'static str,
    target: &'static str,
    value: fn(&Measured) -> f64,
    more_is_better: bool,
}

const METRICS: [Metric; 9] = [
    Metric {
        name: "planned cuts seen, within a frame",
        target: "≥ 90 %",
        value: |film| 100.0 * film.seen,
        more_is_better: true,
    },
    Metric {
        name: "cuts seen that are on a beat, within a frame",
        target: "≥ 95 %",
        value: |film| 100.0 * film.on_beat,
        more_is_better: true,
    },
    Metric {
        name: "planned cuts seen later than planned",
        target: "0 %",
        value: |film| 100.0 * film.late,
        more_is_better: false,
    },
    Metric {
        name: "cuts seen elsewhere, of 100 shots",
        target: "≤ 1",
        value: |film| film.elsewhere,
        more_is_better: false,
    },
    Metric {
        name: "black, s",
        target: "0",
        value: |film| film.black,
        more_is_better: false,
    },
    Metric {
        name: "standing still for half a second, s",
        target: "0",
        value: |film| film.still,
        more_is_better: false,
    },
    Metric {
        name: "shots that look like an earlier one",
        target: "0 %",
        value: |film| 100.0 * film.again,
        more_is_better: false,
    },
    Metric {
        name: "cuts between pictures that look alike",
        target: "≤ 3 %",
        value: |film| 100.0 * film.jumps,
        more_is_better: false,
    },
    Metric {
        name: "motion follows energy (Spearman)",
        target: "≥ .45",
        value: |film| film.spearman,
        more_is_better: true,
    },
];

/// What is seen of one film.
#[derive(Debug, Default, Clone, Copy)]
struct Measured {
    seen: f64,
    on_beat: f64,
    late: f64,
    elsewhere: f64,
    black: f64,
    still: f64,
    again: f64,
    jumps: f64,
    spearman: f64,
}

/// What a plan says.
struct Planned {
    /// First frames of the slots, and the end of the last.
    starts: Vec<u64>,
    beats: Vec<u64>,
    /// Mean energy of the beats in each slot.
    energies: Vec<f64>,
}

/// Renders the plans that the benchmark left in `planted`, and prints what is seen of the films.
///
/// # Errors
/// If a program fails; a missing `scenedetect` is told and is no error.
pub(super) fn check(planted: &Path) -> Result<()> {
    if !exists("scenedetect") {
        println!("scenedetect is not on the path: no film is rendered");
        return Ok(());
    }
    let song = planted.join("song.wav");
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i"])
            .arg("anullsrc=r=44100:cl=mono")
            .args(["-t", &SECONDS.to_string()])
            .arg(&song),
    )?;
    let mut measured: Vec<(usize, Measured)> = Vec::new();
    for style in STYLES {
        for (n, way) in WAYS.iter().enumerate() {
            let plan = planted.join(format!("film-{style}-{way}.json"));
            let film = plan.with_extension("mp4");
            run_quietly(
                edit::render(&plan, &film)?
                    .arg("--media-dir")
                    .arg(planted.join("clips")),
            )?;
            let found = found(&film, planted)?;
            measured.push((n, measure(&read(&plan)?, &found, &film)?));
        }
    }
    println!(
        "\n## Rendered films of the test clips: {} of each way\n",
        STYLES.len()
    );
    println!("| metric | target | ours | best baseline | of |\n|---|---|---|---|---|");
    for metric in METRICS {
        let mean = |way: usize| {
            let own = measured.iter().filter(|(n, _)| *n == way);
            own.map(|(_, film)| (metric.value)(film)).sum::<f64>() / STYLES.len() as f64
        };
        let others = (1..WAYS.len()).map(|way| (mean(way), way));
        let better = |a: f64, b: f64| (a > b) == metric.more_is_better;
        let best = others.reduce(|a, b| if better(b.0, a.0) { b } else { a });
        let (best, way) = best.unwrap_or((f64::NAN, 0));
        println!(
            "| {} | {} | {:.2} | {best:.2} | {} |",
            metric.name,
            metric.target,
            mean(0),
            WAYS.get(way).unwrap_or(&"")
        );
    }
    Ok(())
}

fn read(file: &Path) -> Result<Planned> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let plan: Value = serde_json::from_slice(&text)?;
    let of = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64);
    let slots = plan.get("slots").and_then(Value::as_array);
    let slots = slots.context("a plan has slots")?;
    let mut starts: Vec<u64> = slots
        .iter()
        .filter_map(|slot| of(slot, "record_start"))
        .collect();
    let ends = slots
        .iter()
        .filter_map(|slot| Some(of(slot, "record_start")? + of(slot, "record_duration")?));
    starts.extend(ends.max());
    let grid = plan
        .pointer("/music/beat_grid")
        .context("a plan has beats")?;
    let rate = of(grid, "rate").context("a grid has a rate")?;
    let beats = grid.get("beats").and_then(Value::as_array);
    let beats: Vec<(u64, f64)> = beats
        .into_iter()
        .flatten()
        .filter_map(|beat| {
            let frame = of(beat, "at")? * RATE / rate;
            Some((frame, of(beat, "energy_permille")? as f64))
        })
        .collect();
    let energies = starts
        .windows(2)
        .map(|slot| {
            let [from, until] = slot else { return 0.0 };
            let inside = beats
                .iter()
                .filter(|beat| (*from..*until).contains(&beat.0));
            let inside: Vec<f64> = inside.map(|beat| beat.1).collect();
            inside.iter().sum::<f64>() / inside.len().max(1) as f64
        })
        .collect();
    Ok(Planned {
        starts,
        beats: beats.iter().map(|beat| beat.0).collect(),
        energies,
    })
}

fn measure(plan: &Planned, found: &[u64], film: &Path) -> Result<Measured> {
    let pictures = greys(film, Pictures::first(LOOK, SECONDS * RATE))?;
    let (Some(end), [_, cuts @ .., _]) = (plan.starts.last(), plan.starts.as_slice()) else {
        bail!("a plan without slots");
    };
    if pictures.len() as u64 != *end {
        bail!(
            "{} has {} pictures instead of {end}",
            film.display(),
            pictures.len()
        );
    }
    let near = |frame: &u64, others: &[u64]| others.iter().any(|at| at.abs_diff(*frame) <= 1);
    let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
    let differences: Vec<f64> = pictures
        .windows(2)
        .map(|pair| {
            let [before, after] = pair else { return 0.0 };
            let apart = before.iter().zip(after);
            let sum: u32 = apart.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
            f64::from(sum) / before.len() as f64
        })
        .collect();
    let black = pictures.iter().filter(|picture| {
        picture
            .iter()
            .max()
            .is_some_and(|brightest| *brightest <= BLACK)
    });
    let still: usize = differences
        .split(|difference| *difference > SAME)
        .map(<[f64]>::len)
        .filter(|frames| *frames >= STANDS)
        .sum();
    let at = |frame: u64| pictures.get(usize::try_from(frame).ok()?);
    let slots = || {
        plan.starts
            .windows(2)
            .filter_map(|slot| Some((*slot.first()?, *slot.last()?)))
    };
    let middles: Vec<&Vec<u8>> = slots()
        .filter_map(|(from, until)| at(u64::midpoint(from, until)))
        .collect();
    let again = middles.iter().enumerate().filter(|(n, picture)| {
        let mut before = middles.iter().take(*n);
        before.any(|other| alike(picture, other, LOOK))
    });
    let jumps = cuts.iter().filter(|cut| {
        let sides = cut.checked_sub(1).and_then(at).zip(at(**cut));
        sides.is_some_and(|(before, after)| alike(before, after, LOOK))
    });
    let motions: Vec<f64> = slots()
        .map(|(from, until)| {
            let index = |frame: u64| usize::try_from(frame).unwrap_or(usize::MAX);
            // The difference over the cut is none of the slot's.
            let inside = differences.get(index(from)..index(until - 1));
            let inside = inside.unwrap_or(&[]);
            inside.iter().sum::<f64>() / inside.len().max(1) as f64
        })
        .collect();
    Ok(Measured {
        seen: share(
            cuts.iter().filter(|cut| near(cut, found)).count(),
            cuts.len(),
        ),
        on_beat: share(
            found.iter().filter(|cut| near(cut, &plan.beats)).count(),
            found.len(),
        ),
        late: share(
            cuts.iter()
                .filter(|cut| found.contains(&(**cut + 1)) && !found.contains(cut))
                .count(),
            cuts.len(),
        ),
        elsewhere: 100.0
            * share(
                found.iter().filter(|cut| !near(cut, cuts)).count(),
                middles.len(),
            ),
        black: black.count() as f64 / RATE as f64,
        still: still as f64 / RATE as f64,
        again: share(again.count(), middles.len()),
        jumps: share(jumps.count(), cuts.len()),
        spearman: correlation(&ranks(&plan.energies), &ranks(&motions)),
    })
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| other.total_cmp(value).is_eq());
        below as f64 + (equal.count() as f64 - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |value: &dyn Fn(f64, f64) -> f64| {
        let pairs = a.iter().zip(b);
        pairs
            .map(|(a, b)| value(a - mean_a, b - mean_b))
            .sum::<f64>()
    };
    let spread = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    if spread > 0.0 {
        sum(&|a, b| a * b) / spread
    } else {
        0.0
    }
}

/// First frames of the scenes but the first, as `scenedetect` finds them in `film`: the second column of its
/// table counts from 1, and the table's first two lines are no scenes.
fn found(film: &Path, folder: &Path) -> Result<Vec<u64>> {
    run_quietly(
        command("scenedetect")
            .arg("-i")
            .arg(film)
            .args(["-q", "-o"])
            .arg(folder)
            .args(["detect-adaptive", "-m", "0.2s"])
            .args(["list-scenes", "-q", "-f", "scenes.csv"]),
    )?;
    let table = folder.join("scenes.csv");
    let text =
        fs::read_to_string(&table).with_context(|| format!("cannot read {}", table.display()))?;
    let frame = |line: &str| line.split(',').nth(1)?.trim().parse::<u64>().ok();
    Ok(text
        .lines()
        .filter_map(frame)
        .skip(1)
        .filter_map(|frame| frame.checked_sub(1))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_correlate_by_their_order_alone() {
        let (a, b) = ([1.0, 5.0, 5.0, 9.0], [0.0, 2.0, 2.0, 300.0]);
        assert!((correlation(&ranks(&a), &ranks(&b)) - 1.0).abs() < 1e-9);
        let fallen: Vec<f64> = b.iter().map(|value| -value).collect();
        assert!((correlation(&ranks(&a), &ranks(&fallen)) + 1.0).abs() < 1e-9);
        assert!(correlation(&ranks(&a), &ranks(&[7.0; 4])).abs() < 1e-9);
    }
}
