//! Sections: what the planner makes of songs that are made up here, so that boundaries, labels and
//! drops are known exactly.
//!
//! `cargo xtask bench sections` calls this. Seeds of even numbers are for tuning, of odd ones for
//! testing.
#![expect(clippy::print_stdout, reason = "a benchmark's output is its purpose")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "sound is computed in floats, of songs of some minutes"
)]

mod score;
mod song;
mod synth;

use planner_wasm::music::{ANALYSIS_RATE, analyse};
use shared::music::{BeatGrid, SectionLabel};

use self::score::{Score, Told};
use self::song::{Song, song};
use self::synth::Dice;

/// Songs of each part, unless told otherwise.
const SONGS: u64 = 40;

fn main() {
    let told: Vec<String> = std::env::args().skip(1).collect();
    let count = told
        .iter()
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(SONGS);
    let each = told.iter().any(|arg| arg == "--each");
    println!(
        "P R F within 0.5 s | within 3 s | on downbeats | drops: recall precision | labels, by time"
    );
    for (name, first) in [("tuning", 0), ("test", 1)] {
        part(name, (0..count).map(|n| 2 * n + first), each);
    }
}

/// One part of the seeds.
fn part(name: &str, seeds: impl Iterator<Item = u64>, each: bool) {
    let mut scores = [Score::default(); 6];
    let (mut songs, mut right) = (0, 0);
    for seed in seeds {
        let song = song(seed);
        let Ok(heard) = analyse(&song.pcm, ANALYSIS_RATE) else {
            continue;
        };
        let grid = heard.value;
        let told = told(&grid);
        let score = Score::of(&told, &song);
        let bars_right = bars_are_right(&grid, &song);
        if each {
            show(seed, &song, &told, bars_right, &score);
        }
        songs += 1;
        right += usize::from(bars_right);
        let [all, of_right, produced, played, sixteen, chance] = &mut scores;
        all.add(&score);
        if bars_right {
            of_right.add(&score);
        }
        if song.produced { produced } else { played }.add(&score);
        sixteen.add(&Score::of(&every_16_bars(&grid), &song));
        chance.add(&Score::of(&anywhere(&told, &song, seed), &song));
    }
    let rows = [
        "all".to_owned(),
        format!("bars right ({right} of {songs})"),
        "dance music".to_owned(),
        "a band".to_owned(),
        "every 16 bars".to_owned(),
        "as many anywhere".to_owned(),
    ];
    println!("\n{name}, {songs} songs");
    for (row, score) in rows.iter().zip(&scores) {
        println!("{row:24} {}", score.row());
    }
}

fn told(grid: &BeatGrid) -> Told {
    let second = |sample: u64| sample as f64 / f64::from(grid.rate);
    let sections = grid.sections.iter();
    sections.map(|s| (second(s.start), s.label)).collect()
}

/// Whether nine in ten of the true downbeats are heard as such, and few others.
fn bars_are_right(grid: &BeatGrid, song: &Song) -> bool {
    let heard: Vec<f64> = grid
        .downbeats()
        .map(|beat| beat.at as f64 / f64::from(grid.rate))
        .collect();
    let truth: Vec<f64> = song.beats.iter().copied().step_by(song.meter).collect();
    let near = |at: &&f64| heard.iter().any(|other| (other - **at).abs() <= 0.07);
    let found = truth.iter().filter(near).count();
    10 * found >= 9 * truth.len() && 10 * heard.len() <= 11 * truth.len() + 10
}

fn every_16_bars(grid: &BeatGrid) -> Told {
    let downbeats = grid.downbeats().step_by(16);
    downbeats
        .map(|beat| {
            let at = beat.at as f64 / f64::from(grid.rate);
            (at, SectionLabel::Verse)
        })
        .collect()
}

/// As many sections as were told, beginning anywhere, labelled anyhow.
fn anywhere(told: &Told, song: &Song, seed: u64) -> Told {
    let mut dice = Dice(seed);
    let seconds = song.pcm.len() as f64 / f64::from(ANALYSIS_RATE);
    let labels = SectionLabel::ALL;
    let mut any: Told = told
        .iter()
        .map(|_| (f64::from(dice.share()) * seconds, dice.one_of(&labels)))
        .collect();
    any.sort_by(|a, b| a.0.total_cmp(&b.0));
    any
}

fn show(seed: u64, song: &Song, told: &Told, bars_right: bool, score: &Score) {
    let line = |parts: &Told| {
        let parts = parts.iter();
        let each = parts.map(|(at, label)| format!("{} {at:.1}", label.as_str()));
        each.collect::<Vec<_>>().join("  ")
    };
    let bpm = 60.0 / (song.beats[1] - song.beats[0]);
    println!(
        "{seed}: {} {bpm:.1} in {}, bars {}, F {:.2}\n   true {}\n   told {}",
        if song.produced { "dance" } else { "band" },
        song.meter,
        if bars_right { "right" } else { "wrong" },
        score.near.f(),
        line(&song.parts),
        line(told),
    );
}
