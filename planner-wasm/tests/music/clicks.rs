//! Click tracks of every meter and tempo, with swing, gaps, ramps, fades and breaks: the truth is
//! exact, and what holds of one holds of the same shifted, louder or twice.

use super::tracks::{Noise, RATE, Track, band, beats_at};
use planner_wasm::music::{ANALYSIS_RATE, analyse};
use proptest::prelude::*;
use shared::decision::{Decided, DecisionCode};
use shared::music::BeatGrid;

/// A beat further off than this, in samples, is another beat: 70 ms, as scorers have it.
const NEAR: u64 = 3087;

fn heard(track: &Track) -> BeatGrid {
    analyse(&track.0, ANALYSIS_RATE).unwrap().value
}

/// The F-measure of the beats found, in thousandths, where the truth is known.
fn agreement(found: &[u64], truth: &[usize]) -> usize {
    let near = |at: u64| truth.iter().any(|beat| at.abs_diff(*beat as u64) <= NEAR);
    let (first, last) = (truth[0] as u64, truth[truth.len() - 1] as u64);
    let inside = |at: &&u64| **at + NEAR >= first && **at <= last + NEAR;
    let told: Vec<u64> = found.iter().filter(inside).copied().collect();
    let right = told.iter().filter(|at| near(**at)).count();
    2000 * right / (told.len() + truth.len())
}

fn beats_of(found: &BeatGrid) -> Vec<u64> {
    found.beats.iter().map(|beat| beat.at).collect()
}

fn downbeats_of(found: &BeatGrid) -> Vec<u64> {
    found.downbeats().map(|beat| beat.at).collect()
}

/// Clicks with the first of each bar higher and louder.
fn metronome(beats: &[usize], meter: usize) -> Track {
    let end = beats[beats.len() - 1] + 22_050;
    let mut track = Track::silent(end as f64 / RATE);
    for (index, &at) in beats.iter().enumerate() {
        let (hz, gain) = if index % meter == 0 {
            (1760.0, 0.8)
        } else {
            (1175.0, 0.45)
        };
        track.tick(at, hz, gain);
    }
    track
}

#[test]
fn meters_of_two_to_five() {
    for (meter, bpm) in [(2, 110.0), (3, 130.0), (4, 120.0), (5, 140.0)] {
        let truth = beats_at(bpm, 0.4, 30.0);
        let found = heard(&metronome(&truth, meter));
        let right = agreement(&beats_of(&found), &truth);
        assert!(right >= 950, "{meter} beats: {right}");
        let bars: Vec<usize> = truth.iter().copied().step_by(meter).collect();
        let right = agreement(&downbeats_of(&found), &bars);
        // Two bars of two may be heard as one of four.
        assert!(right >= 640, "bars of {meter} beats: {right}");
    }
}

#[test]
fn six_eighths_are_two_beats() {
    let truth = beats_at(72.0, 0.4, 40.0);
    let mut track = Track::silent(41.0);
    let chords = [220.0, 174.61, 196.0, 164.81];
    for (index, &at) in truth.iter().enumerate() {
        if index % 2 == 0 {
            track.kick(at, 0.7);
            track.chord(at, 66_000, chords[index / 2 % 4], 0.08);
        } else {
            track.snare(at, 0.35);
        }
        for eighth in 0..3 {
            track.hat(at + eighth * 12_250, 0.1);
        }
    }
    let found = heard(&track);
    let right = agreement(&beats_of(&found), &truth);
    assert!(right >= 950, "{right}, {}", found.tempo_millibpm);
}

/// Whether some level of the truth was found: as it is, or every second beat, or halves as well.
fn at_some_level(found: &BeatGrid, truth: &[usize]) -> bool {
    let halves: Vec<usize> = truth
        .windows(2)
        .flat_map(|pair| [pair[0], usize::midpoint(pair[0], pair[1])])
        .collect();
    let some = |first: usize| truth.iter().copied().skip(first).step_by(2).collect();
    let levels = [truth.to_vec(), halves, some(0), some(1)];
    levels
        .iter()
        .any(|level| agreement(&beats_of(found), level) >= 950)
}

#[test]
fn tempi_from_40_to_240() {
    for bpm in [40.0, 55.0, 75.0, 100.0, 140.0, 180.0, 215.0, 240.0] {
        let truth = beats_at(bpm, 0.7, 40.0);
        let found = heard(&metronome(&truth, 4));
        assert!(
            at_some_level(&found, &truth),
            "{bpm}: {}",
            found.tempo_millibpm
        );
    }
}

/// Beats whose tempo goes evenly from one to another, in beats a minute.
fn ramp(from: f64, to: f64, seconds: f64) -> Vec<usize> {
    let mut at = 0.3;
    let mut beats = Vec::new();
    while at < seconds {
        beats.push((at * RATE) as usize);
        at += 60.0 / (from + (to - from) * at / seconds);
    }
    beats
}

#[test]
fn ramps_and_sudden_changes_of_tempo_are_followed() {
    let sudden: Vec<usize> = beats_at(100.0, 0.3, 20.0)
        .into_iter()
        .chain(beats_at(130.0, 20.4, 40.0))
        .collect();
    for truth in [ramp(100.0, 130.0, 40.0), ramp(150.0, 110.0, 40.0), sudden] {
        let right = agreement(&beats_of(&heard(&metronome(&truth, 4))), &truth);
        assert!(right >= 850, "{right}");
    }
}

#[test]
fn a_fifth_of_the_beats_missing() {
    let truth = beats_at(118.0, 0.5, 40.0);
    let mut chance = Noise(3);
    let mut track = Track::silent(41.0);
    for &at in &truth {
        if chance.next() > -0.6 {
            track.snare(at, 0.4);
        }
    }
    let right = agreement(&beats_of(&heard(&track)), &truth);
    assert!(right >= 950, "{right}");
}

#[test]
fn hats_off_the_beat_louder_than_those_on_it() {
    let truth = beats_at(126.0, 0.4, 30.0);
    let mut track = Track::silent(31.0);
    for (index, &at) in truth.iter().enumerate() {
        track.kick(at, 0.7);
        if index % 2 == 1 {
            track.snare(at, 0.25);
        }
        track.hat(at, 0.1);
        track.hat(at + 10_500, 0.2);
    }
    let right = agreement(&beats_of(&heard(&track)), &truth);
    assert!(right >= 950, "{right}");
}

#[test]
fn swung_eighths() {
    let truth = beats_at(132.0, 0.4, 30.0);
    let mut track = Track::silent(31.0);
    for (index, &at) in truth.iter().enumerate() {
        if index % 2 == 0 {
            track.kick(at, 0.6);
        } else {
            track.snare(at, 0.3);
        }
        track.hat(at, 0.2);
        track.hat(at + 20_045 * 2 / 3, 0.12);
    }
    let right = agreement(&beats_of(&heard(&track)), &truth);
    assert!(right >= 950, "{right}");
}

#[test]
fn fades_and_a_break_without_drums_keep_the_beat() {
    let (mut track, truth) = band(124.0, 4, 0.3, 48.0);
    let seconds = |sample: usize| sample as f64 / RATE;
    let end = track.0.len();
    for (at, sample) in track.0.iter_mut().enumerate() {
        let fade = (seconds(at) / 8.0).min(seconds(end - at) / 8.0).min(1.0);
        // Eight bars in the middle without anything but a little noise.
        let pause = (20.0..28.0).contains(&seconds(at));
        *sample *= if pause { 0.0 } else { fade as f32 };
    }
    let right = agreement(&beats_of(&heard(&track)), &truth);
    assert!(right >= 950, "{right}");
}

#[test]
fn what_has_no_beat_has_no_trusted_one() {
    let mut noise = Noise(9);
    let hiss = Track((0..44_100 * 25).map(|_| 0.2 * noise.next()).collect());
    let mut drone = Track::silent(25.0);
    drone.chord(0, 44_100 * 25, 110.0, 0.2);
    let mut chance = Noise(4);
    let mut rain = Track::silent(25.0);
    let mut at = 0;
    while at < 44_100 * 24 {
        rain.tick(at, 900.0 + 600.0 * chance.next(), 0.3);
        at += (6000.0 + 5500.0 * chance.next()) as usize;
    }
    for (name, track) in [("hiss", hiss), ("drone", drone), ("rain", rain)] {
        let Decided { value, decisions } = analyse(&track.0, ANALYSIS_RATE).unwrap();
        assert!(
            decisions
                .iter()
                .any(|d| d.code == DecisionCode::TempoFallback),
            "{name}: {} beats, confidence {}",
            value.beats.len(),
            value.confidence_permille
        );
    }
}

#[test]
fn a_song_twice_has_the_beats_of_both() {
    // Ten bars to the sample, so that the second begins on a downbeat.
    let bpm = 126.0;
    let length = (40.0 * 60.0 / bpm * RATE).round() as usize;
    let (mut track, truth) = band(bpm, 4, 0.0, 40.0 * 60.0 / bpm);
    track.0.resize(length, 0.0);
    let once = track.0.clone();
    track.0.extend(&once);
    let both: Vec<usize> = truth
        .iter()
        .copied()
        .chain(truth.iter().map(|at| at + length))
        .collect();
    let found = heard(&track);
    assert!(agreement(&beats_of(&found), &both) >= 980);
    let bars: Vec<usize> = both.iter().copied().step_by(4).collect();
    assert!(agreement(&downbeats_of(&found), &bars) >= 950);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn whatever_the_tempo_a_band_is_heard_the_same_shifted_and_upside_down(
        bpm in 85.0_f64..165.0,
        shift in 0_usize..60_000,
    ) {
        let (track, truth) = band(bpm, 4, 0.3, 20.0);
        let plain = beats_of(&heard(&track));
        prop_assert!(agreement(&plain, &truth) >= 950);
        let mut other = vec![0.0; shift];
        other.extend(track.0.iter().map(|sample| -0.3 * sample));
        let moved: Vec<usize> = plain.iter().map(|at| *at as usize + shift).collect();
        let found = beats_of(&heard(&Track(other)));
        prop_assert!(agreement(&found, &moved) >= 950);
    }
}
