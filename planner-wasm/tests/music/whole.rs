//! Bands with drums and chords, silence and damage, blocks and gains.

use super::tracks::{Noise, RATE, Track, band, beats_at};
use planner_wasm::music::corrections::{Correction, corrected};
use planner_wasm::music::{
    ANALYSIS_RATE, MusicAnalyser, MusicError, WEIGHTS, Weighed, analyse, weighed,
};
use proptest::prelude::*;
use shared::decision::{Decided, DecisionCode};
use shared::music::{BeatGrid, SectionLabel};
use shared::reading::{ReadBeats, Reading};

fn heard(pcm: &[f32]) -> Decided<BeatGrid> {
    analyse(pcm, ANALYSIS_RATE).unwrap()
}

/// Signed errors in samples of the beats found nearest to each true beat, the true ones within
/// half a second of the ends left out.
fn errors(found: &BeatGrid, truth: &[usize]) -> Vec<i64> {
    let inner = |at: &&usize| **at > 22_050 && (**at as u64) + 22_050 < found.duration;
    truth
        .iter()
        .filter(inner)
        .map(|at| {
            let off = |beat: &shared::music::Beat| beat.at as i64 - *at as i64;
            found
                .beats
                .iter()
                .map(off)
                .min_by_key(|off| off.abs())
                .unwrap()
        })
        .collect()
}

fn median(mut values: Vec<i64>) -> i64 {
    values.sort_unstable();
    values[values.len() / 2]
}

/// Most samples that a beat may be off: a hundredth of a second.
const MOST_OFF: i64 = 441;

fn assert_found(found: &BeatGrid, truth: &[usize], millibpm: u32) {
    assert_beats(found, truth);
    let off = found.tempo_millibpm.abs_diff(millibpm);
    assert!(off <= 30, "{} for {millibpm}", found.tempo_millibpm);
}

fn assert_beats(found: &BeatGrid, truth: &[usize]) {
    let worst = errors(found, truth).into_iter().map(i64::abs).max();
    assert!(
        worst <= Some(MOST_OFF),
        "a beat is off by {worst:?} samples"
    );
}

#[test]
fn a_band_at_120_in_four() {
    let (track, truth) = band(120.0, 4, 0.25, 24.0);
    let Decided { value, .. } = heard(&track.0);
    assert_found(&value, &truth, 120_000);
    assert_eq!(value.beats_per_bar, 4);
    let downbeat = value.downbeats().nth(2).unwrap().at as i64;
    let since = (downbeat - truth[0] as i64).rem_euclid(4 * 22_050);
    assert!(
        !(441..=4 * 22_050 - 441).contains(&since),
        "downbeat off by {since}"
    );
}

/// Every integer of a whole result: a change of one bit anywhere before it shows here.
#[test]
fn the_golden_track() {
    let (track, _) = band(97.3, 4, 0.4, 8.0);
    let found = heard(&track.0).value;
    let beats: Vec<(u64, u8, u16)> = found
        .beats
        .iter()
        .map(|beat| (beat.at, beat.position, beat.energy_permille))
        .collect();
    let song = (found.tempo_millibpm, found.confidence_permille);
    assert_eq!(song, (97_297, 997));
    let golden = [
        (17_609, 1, 333),
        (44_804, 2, 750),
        (71_999, 3, 250),
        (99_194, 4, 666),
        (126_389, 1, 500),
        (153_584, 2, 833),
        (180_779, 3, 166),
        (207_974, 4, 916),
        (235_169, 1, 83),
        (262_364, 2, 416),
        (289_559, 3, 0),
        (316_754, 4, 583),
        (343_949, 1, 1000),
    ];
    assert_eq!(beats, golden);
    let sure: Vec<u16> = found.beats.iter().map(|b| b.confidence_permille).collect();
    assert_eq!(sure, [997; 13]);
}

#[test]
fn the_reading_for_which_most_speaks_holds() {
    let (track, _) = band(97.3, 4, 0.4, 8.0);
    let grid = heard(&track.0).value;
    let readings = weighed(&track.0, ANALYSIS_RATE).unwrap();
    let sum = |reading: &Weighed| -> i64 {
        let terms = reading.evidence.iter().zip(WEIGHTS);
        terms.map(|(term, weight)| term * weight).sum()
    };
    let most = readings.iter().max_by_key(|reading| sum(reading)).unwrap();
    assert!(
        grid.beats
            .iter()
            .map(|beat| beat.at)
            .eq(most.beats.iter().copied())
    );
    assert!(readings.len() > 20);
    assert!(
        weighed(&Track::silent(2.0).0, ANALYSIS_RATE)
            .unwrap()
            .is_empty()
    );
}

/// A thump on every beat, and what a listener might count beside it.
#[test]
fn what_else_a_song_might_be_is_told_and_can_be_taken() {
    let mut track = Track::silent(24.0);
    for beat in 0..48 {
        track.kick(beat * 22_050, 0.7);
    }
    let grid = heard(&track.0).value;
    // Half as many, of which nothing tells which.
    for first in [0, 1] {
        let half = ReadBeats::Divided {
            parts: 1,
            every: 2,
            first,
        };
        assert!(grid.readings.iter().any(|reading| reading.beats == half));
    }
    let likely = |reading: &Reading| reading.likelihood_permille;
    let falling: Vec<u16> = grid.readings.iter().map(likely).collect();
    assert!(falling.is_sorted_by(|a, b| a >= b));
    let of_others = |reading: &&Reading| reading.beats != ReadBeats::SAME;
    let others = grid.readings.iter().filter(of_others);
    assert!(grid.confidence_permille + others.map(likely).sum::<u16>() <= 1000);
    for beat in &grid.beats {
        assert!((grid.confidence_permille..=1000).contains(&beat.confidence_permille));
    }
    for reading in grid.readings.clone() {
        let read = corrected(&grid, &[Correction::Reading { reading }]).unwrap();
        let off = read.tempo_millibpm.abs_diff(reading.tempo_millibpm);
        assert!(100 * off <= reading.tempo_millibpm);
        assert_eq!(read.beats_per_bar, reading.beats_per_bar);
        assert!(read.readings.is_empty());
        let first = read.downbeats().next().map(|beat| beat.at);
        let counted = read.beats.get(usize::from(reading.downbeat));
        assert_eq!(first, counted.map(|beat| beat.at));
    }
}

#[test]
fn a_waltz_at_150() {
    let (track, truth) = band(150.0, 3, 0.1, 24.0);
    let Decided { value, .. } = heard(&track.0);
    assert_found(&value, &truth, 150_000);
    assert_eq!(value.beats_per_bar, 3);
}

#[test]
fn a_period_that_is_no_whole_number_of_hops() {
    let (track, truth) = band(97.3, 4, 0.4, 40.0);
    assert_found(&heard(&track.0).value, &truth, 97_300);
}

#[test]
fn the_grid_runs_back_over_a_silent_beginning() {
    let (track, truth) = band(128.0, 4, 6.0, 26.0);
    let found = heard(&track.0).value;
    assert_found(&found, &truth, 128_000);
    assert!(found.beats[0].at < 22_050, "{:?}", found.beats[0]);
}

#[test]
fn a_tempo_that_drifts_is_followed() {
    // From 110 to 122 beats a minute in even steps.
    let mut track = Track::silent(30.0);
    let mut truth = Vec::new();
    let mut at = 0.3;
    while at < 29.0 {
        let sample = (at * RATE) as usize;
        truth.push(sample);
        track.snare(sample, 0.4);
        at += 60.0 / (110.0 + 12.0 * at / 30.0);
    }
    let found = heard(&track.0).value;
    let errors = errors(&found, &truth);
    let near = errors.iter().filter(|off| off.abs() < 1764).count();
    assert!(near * 10 >= errors.len() * 9, "{near} of {}", errors.len());
}

#[test]
fn clicks_are_placed_without_bias() {
    let mut all = Vec::new();
    for (bpm, start) in [(100.0, 0.5), (120.0, 0.123), (133.7, 0.777), (90.1, 0.3)] {
        let mut track = Track::silent(20.0);
        let truth = beats_at(bpm, start, 20.0);
        for at in &truth {
            track.click(*at);
        }
        let found = heard(&track.0).value;
        let errors = errors(&found, &truth);
        let bias = median(errors.clone());
        assert!(bias.abs() <= 66, "{bpm} a minute: off by {bias} samples");
        all.extend(errors);
    }
    let bias = median(all);
    assert!(bias.abs() <= 44, "off by {bias} samples in the median");
}

#[test]
fn silence_and_nothing_and_damage_give_no_beats_and_say_so() {
    for pcm in [
        vec![],
        vec![0.3],
        vec![0.0; 441_000],
        vec![f32::NAN; 100_000],
        vec![f32::INFINITY; 100_000],
        vec![0.5; 30_000],
        vec![1e-9; 300_000],
    ] {
        let Decided { value, decisions } = heard(&pcm);
        assert!(value.beats.is_empty() && value.sections.is_empty());
        assert_eq!(value.duration, pcm.len() as u64);
        assert_eq!((value.confidence_permille, value.tempo_millibpm), (0, 0));
        assert_eq!(decisions[0].code, DecisionCode::TempoFallback);
    }
}

#[test]
fn noise_is_not_trusted() {
    for seed in 1..5 {
        let mut noise = Noise(seed);
        let pcm: Vec<f32> = (0..44_100 * 20).map(|_| 0.3 * noise.next()).collect();
        let Decided { decisions, .. } = heard(&pcm);
        assert_eq!(decisions[0].code, DecisionCode::TempoFallback);
    }
}

#[test]
fn damaged_samples_count_as_silence() {
    let (track, _) = band(120.0, 4, 0.25, 12.0);
    let (mut zeros, mut damaged) = (track.0.clone(), track.0);
    for at in (5000..400_000).step_by(7919) {
        zeros[at] = 0.0;
        damaged[at] = if at % 2 == 0 {
            f32::NAN
        } else {
            f32::NEG_INFINITY
        };
    }
    assert_eq!(heard(&zeros), heard(&damaged));
}

#[test]
fn the_loud_part_is_a_section_of_its_own() {
    let (mut track, truth) = band(120.0, 4, 0.0, 72.0);
    let loud = truth[48]..truth[96];
    for (at, sample) in track.0.iter_mut().enumerate() {
        *sample *= if loud.contains(&at) { 1.0 } else { 0.15 };
    }
    for at in truth[48..96].iter().copied() {
        for eighth in 0..4 {
            track.hat(at + eighth * 5512, 0.4);
            track.chord(at + eighth * 5512, 4000, 440.0, 0.1);
        }
    }
    let found = heard(&track.0).value;
    let drop: Vec<_> = found
        .sections
        .iter()
        .filter(|section| section.label == SectionLabel::Drop)
        .collect();
    assert_eq!(drop.len(), 1, "{:?}", found.sections);
    assert!(drop[0].start.abs_diff(truth[48] as u64) < 2000, "{drop:?}");
    assert!(drop[0].end.abs_diff(truth[96] as u64) < 2000, "{drop:?}");
    let inside = found.beats[60].energy_permille;
    let outside = found.beats[20].energy_permille;
    assert!(inside > 600 && outside < 700, "{inside} {outside}");
}

#[test]
fn another_rate_is_refused_with_advice() {
    let error = MusicAnalyser::new(48_000).err().unwrap();
    assert_eq!(error, MusicError::Rate { found: 48_000 });
    assert_eq!(
        error.to_string(),
        "music at 48000 Hz cannot be analysed; resample it to 44100 Hz"
    );
}

#[test]
fn gain_and_polarity_do_not_matter() {
    let (track, _) = band(140.0, 4, 0.2, 14.0);
    let plain = heard(&track.0);
    // By powers of two and by sign the arithmetic is the same to the last bit.
    for gain in [-1.0, 0.5, 0.0625, -4.0] {
        let other: Vec<f32> = track.0.iter().map(|sample| sample * gain).collect();
        let mut other = heard(&other);
        // Landmarks are of the wave itself, its signs and its rounding.
        other.value.landmarks.clone_from(&plain.value.landmarks);
        assert_eq!(other, plain, "gain {gain}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn blocks_of_any_size_give_the_same_bits(sizes in prop::collection::vec(1_usize..9000, 1..5)) {
        let (track, _) = band(126.0, 4, 0.2, 8.0);
        let whole = heard(&track.0);
        let fixed = [vec![1], vec![441], vec![4096]];
        for sizes in fixed.iter().chain([&sizes]) {
            let mut analyser = MusicAnalyser::new(ANALYSIS_RATE).unwrap();
            let mut rest = &track.0[..];
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (block, after) = rest.split_at((*size).min(rest.len()));
                analyser.push(block);
                rest = after;
            }
            prop_assert_eq!(analyser.finish(), whole.clone());
        }
    }

    #[test]
    fn a_later_start_moves_the_beats_as_much(shift in 0_usize..40_000) {
        let (track, truth) = band(117.0, 4, 0.3, 16.0);
        let mut later = vec![0.0; shift];
        later.extend(&track.0);
        let found = heard(&later).value;
        let moved: Vec<usize> = truth.iter().map(|at| at + shift).collect();
        assert_beats(&found, &moved);
        // Where the beats fall between the steps of the analysis differs, and the tempo of a short
        // track with it: by no more than a beat may be off, over the whole of it.
        let length = (truth[truth.len() - 1] - truth[0]) as u64;
        let off = u64::from(found.tempo_millibpm.abs_diff(117_000));
        prop_assert!(off * length <= 117_000 * MOST_OFF as u64, "{}", found.tempo_millibpm);
    }

    #[test]
    fn any_short_sound_is_survived(pcm in prop::collection::vec(any::<f32>(), 0..60_000)) {
        let found = heard(&pcm).value;
        prop_assert_eq!(found.duration, pcm.len() as u64);
        prop_assert!(found.beats.windows(2).all(|pair| pair[0].at < pair[1].at));
        prop_assert!(found.beats.iter().all(|beat| beat.at < found.duration));
        prop_assert!(found.sections.iter().all(|section| section.start < section.end));
    }
}
