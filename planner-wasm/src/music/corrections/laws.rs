//! Laws of the corrections, over grids of all kinds.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::music::{Beat, BeatGrid, Section, SectionLabel};
use shared::reading::ReadBeats;

use super::*;

/// Beats that count on from `first`, each `step` samples and some after the one before.
fn grid(meter: u8, first: u8, steps: &[u64], bars_a_section: usize) -> BeatGrid {
    let mut at = 0;
    let mut beats: Vec<Beat> = Vec::new();
    for step in steps {
        at += step;
        let position = (usize::from(first) + beats.len()) % usize::from(meter.max(1)) + 1;
        beats.push(Beat {
            at,
            position: if meter == 0 { 0 } else { position as u8 },
            energy_permille: (at % 1000) as u16,
            confidence_permille: 1000,
        });
    }
    let duration = at + 10_000;
    let mut edges: Vec<u64> = beats
        .iter()
        .filter(|beat| beat.position == 1)
        .step_by(bars_a_section)
        .map(|beat| beat.at)
        .collect();
    edges.insert(0, 0);
    edges.push(duration);
    edges.dedup();
    BeatGrid {
        rate: 44_100,
        duration,
        tempo_millibpm: 120_000,
        confidence_permille: 90,
        beats_per_bar: meter,
        sections: edges
            .windows(2)
            .map(|edge| Section {
                start: edge[0],
                end: edge[1],
                label: SectionLabel::Verse,
                energy_permille: 500,
            })
            .collect(),
        beats,
        readings: Vec::new(),
        landmarks: Vec::new(),
        analysis: BTreeMap::new(),
    }
}

fn any_grid() -> impl Strategy<Value = BeatGrid> {
    let steps = prop::collection::vec(15_000..30_000_u64, 1..200);
    let meter = prop_oneof![Just(0_u8), 2..8_u8];
    (meter, any::<u8>(), steps, 1..9_usize)
        .prop_map(|(meter, first, steps, bars)| grid(meter, first, &steps, bars))
}

fn any_correction() -> impl Strategy<Value = Correction> {
    prop_oneof![
        Just(Correction::Double),
        Just(Correction::Halve),
        prop_oneof![-3_000_000..3_000_000_i64, any::<i64>()]
            .prop_map(|samples| Correction::Nudge { samples }),
        (0..250_usize).prop_map(|beat| Correction::Downbeat { beat }),
        (0..14_u8).prop_map(|beats_per_bar| Correction::Meter { beats_per_bar }),
        (0..6_u8, 0..6_u8, 0..5_u8, 0..9_u8, 0..9_u8).prop_map(
            |(parts, every, first, meter, downbeat)| read(parts, every, first, meter, downbeat)
        ),
        (0..4_000_000_u64, 0..4_000_000_u64, 0..300_u32)
            .prop_map(|(first, last, count)| evenly(first, last, count)),
        prop::collection::vec(prop_oneof![0..4_000_000_u64, any::<u64>()], 0..20)
            .prop_map(|taps| Correction::Tap { taps }),
        (0..1_000_000_u64, 8_000..60_000_u64, 0..30_u64).prop_map(|(first, step, count)| {
            Correction::Tap {
                taps: (0..count).map(|n| first + n * step).collect(),
            }
        }),
    ]
}

fn reading(beats: ReadBeats, beats_per_bar: u8, downbeat: u8) -> Correction {
    let reading = Reading {
        beats,
        beats_per_bar,
        downbeat,
        tempo_millibpm: 0,
        likelihood_permille: 0,
    };
    Correction::Reading { reading }
}

fn read(parts: u8, every: u8, first: u8, beats_per_bar: u8, downbeat: u8) -> Correction {
    let beats = ReadBeats::Divided {
        parts,
        every,
        first,
    };
    reading(beats, beats_per_bar, downbeat)
}

fn evenly(first: u64, last: u64, count: u32) -> Correction {
    reading(ReadBeats::Even { first, last, count }, 4, 0)
}

fn at(grid: &BeatGrid) -> Vec<u64> {
    grid.beats.iter().map(|beat| beat.at).collect()
}

fn lawful(grid: &BeatGrid) {
    assert!(!grid.beats.is_empty());
    assert!(grid.beats.windows(2).all(|pair| pair[0].at < pair[1].at));
    assert!(grid.beats.iter().all(|beat| beat.at <= grid.duration));
    for beat in &grid.beats {
        assert!(beat.position <= grid.beats_per_bar);
    }
    let mut end = 0;
    for section in &grid.sections {
        assert!(section.start >= end && section.end > section.start);
        end = section.end;
    }
    assert!(end <= grid.duration);
    assert!(grid.confidence_permille >= CORRECTED_PERMILLE);
    assert!(grid.analysis.contains_key(CORRECTIONS));
}

proptest! {
    #[test]
    fn whatever_is_corrected_is_a_grid(
        heard in any_grid(),
        list in prop::collection::vec(any_correction(), 1..6),
    ) {
        if let Ok(grid) = corrected(&heard, &list) {
            lawful(&grid);
            prop_assert_eq!(grid.duration, heard.duration);
        }
    }

    #[test]
    fn taps_make_a_beat_or_are_refused_however_few_samples_make_a_second(
        rate in 1..50_u32,
        taps in prop::collection::vec(0..60_u64, 0..20),
    ) {
        let heard = BeatGrid { rate, duration: 60, ..grid(4, 0, &[10; 5], 1) };
        if let Ok(tapped) = corrected(&heard, &[Correction::Tap { taps }]) {
            prop_assert!(at(&tapped).is_sorted_by(|a, b| a < b));
            prop_assert!(tapped.beats.iter().all(|beat| beat.at < 60));
        }
    }

    #[test]
    fn corrections_one_by_one_give_what_they_give_together(
        heard in any_grid(),
        list in prop::collection::vec(any_correction(), 1..5),
    ) {
        let one_by_one = list
            .iter()
            .try_fold(heard.clone(), |grid, one| corrected(&grid, std::slice::from_ref(one)));
        prop_assert_eq!(corrected(&heard, &list), one_by_one);
    }

    #[test]
    fn doubled_and_halved_gives_the_beats_back(heard in any_grid()) {
        let back = corrected(&heard, &[Correction::Double, Correction::Halve]).unwrap();
        prop_assert_eq!(at(&back), at(&heard));
        prop_assert_eq!(back.tempo_millibpm, heard.tempo_millibpm);
        let double = corrected(&heard, &[Correction::Double]).unwrap();
        let bars = |grid: &BeatGrid| grid.downbeats().count();
        prop_assert!(bars(&double) + 1 >= 2 * bars(&heard));
    }

    #[test]
    fn a_nudge_there_and_back_loses_only_what_left(
        heard in any_grid(),
        samples in -3_000_000..3_000_000_i64,
    ) {
        let both = [Correction::Nudge { samples }, Correction::Nudge { samples: -samples }];
        let stays = |at: &u64| {
            at.checked_add_signed(samples).is_some_and(|moved| moved < heard.duration)
        };
        let stayed: Vec<u64> = at(&heard).into_iter().filter(stays).collect();
        match corrected(&heard, &both) {
            Ok(back) => prop_assert_eq!(at(&back), stayed),
            Err(error) => {
                prop_assert_eq!(error, CorrectionError::NothingLeft);
                prop_assert!(stayed.is_empty());
            }
        }
    }

    #[test]
    fn a_meter_twice_is_a_meter_once(heard in any_grid(), beats_per_bar in 2..13_u8) {
        let meter = [Correction::Meter { beats_per_bar }];
        let once = corrected(&heard, &meter).unwrap();
        let twice = corrected(&once, &meter).unwrap();
        prop_assert_eq!(&twice.beats, &once.beats);
        prop_assert_eq!(at(&once), at(&heard));
    }

    #[test]
    fn a_downbeat_is_counted_from_in_both_directions(heard in any_grid(), beat in 0..200_usize) {
        let beat = beat % heard.beats.len();
        let grid = corrected(&heard, &[Correction::Downbeat { beat }]).unwrap();
        let meter = usize::from(grid.beats_per_bar);
        for (index, found) in grid.beats.iter().enumerate() {
            prop_assert_eq!(found.position == 1, index.abs_diff(beat) % meter == 0);
        }
    }

    /// Steady taps, 15 ms off at most, some missed, some too many, in a song of another beat.
    #[test]
    fn taps_lay_their_beat_over_the_song(
        bpm in 60..200_u64,
        phase in 0..200_000_u64,
        noise in prop::collection::vec((-660..660_i64, 0..9_u8), 16..40),
    ) {
        let period = 44_100 * 60 / bpm;
        let heard = grid(4, 0, &vec![period * 13 / 10; 100], 4);
        let mut taps = Vec::new();
        for (number, (off, fate)) in (1_u64..).zip(&noise) {
            let tap = (phase + number * period).saturating_add_signed(*off);
            match fate {
                0 => {}
                1 if number % 5 == 0 => taps.extend([tap, tap + period * 2 / 5]),
                _ => taps.push(tap),
            }
        }
        taps.retain(|tap| *tap < heard.duration);
        prop_assume!(taps.len() > 12);
        let grid = corrected(&heard, &[Correction::Tap { taps }]).unwrap();
        lawful(&grid);
        let tempo = u64::from(grid.tempo_millibpm);
        prop_assert!(tempo.abs_diff(60_000 * 44_100 / period) < 6 * bpm, "{tempo}");
        // Where it was tapped, the beat is where the taps were meant.
        for beat in &grid.beats {
            if (phase + period..phase + 12 * period).contains(&beat.at) {
                let off = (beat.at - phase) % period;
                prop_assert!(off.min(period - off) < 1000, "{off} of {period}");
            }
        }
    }

    #[test]
    fn taps_choose_the_heard_beat_that_agrees(
        steps in prop::collection::vec(21_000..23_000_u64, 60..120),
        noise in prop::collection::vec(-1300..1300_i64, 30),
        which in 0..5_usize,
    ) {
        let heard = grid(4, 0, &steps, 4);
        let meant = [
            heard.clone(),
            level::between(&heard),
            level::halved_from(&heard, 0),
            level::halved_from(&heard, 1),
            level::doubled(&heard).unwrap(),
        ][which]
            .clone();
        let taps = meant.beats.iter().skip(8).zip(&noise);
        let taps: Vec<u64> = taps
            .map(|(beat, off)| beat.at.saturating_add_signed(*off))
            .collect();
        let grid = corrected(&heard, &[Correction::Tap { taps }]).unwrap();
        prop_assert_eq!(at(&grid), at(&meant), "{:?}", grid.analysis);
    }
}

#[test]
fn what_cannot_be_corrected_is_said() {
    let heard = grid(4, 0, &[22_050; 40], 4);
    let empty = BeatGrid {
        beats: Vec::new(),
        ..heard.clone()
    };
    let tap = |taps: &[u64]| Correction::Tap {
        taps: taps.to_vec(),
    };
    for (grid, correction, error) in [
        (&empty, Correction::Double, CorrectionError::NoBeats),
        (
            &heard,
            Correction::Downbeat { beat: 40 },
            CorrectionError::NoSuchBeat {
                beat: 40,
                beats: 40,
            },
        ),
        (
            &heard,
            Correction::Meter { beats_per_bar: 1 },
            CorrectionError::Meter { beats_per_bar: 1 },
        ),
        (
            &heard,
            Correction::Nudge { samples: i64::MAX },
            CorrectionError::NothingLeft,
        ),
        (
            &heard,
            tap(&[1, 22_050, 22_060, 22_070]),
            CorrectionError::TooFewTaps { taps: 2 },
        ),
        (
            &heard,
            tap(&[5_000, 9_000, 40_000, 110_000, 123_000, 310_000, 318_500]),
            CorrectionError::UnevenTaps,
        ),
    ] {
        assert_eq!(corrected(grid, &[correction]), Err(error));
    }
    let fast = [Correction::Double, Correction::Double, Correction::Double];
    assert_eq!(corrected(&heard, &fast), Err(CorrectionError::TooFast));
    assert_eq!(corrected(&heard, &[]), Ok(heard));
}

#[test]
fn a_song_without_a_beat_can_be_tapped() {
    let mut silent = grid(4, 0, &[22_050; 40], 4);
    silent.beats.clear();
    silent.tempo_millibpm = 0;
    silent.beats_per_bar = 0;
    let taps = (3..15).map(|n| n * 20_000).collect();
    let tapped = corrected(&silent, &[Correction::Tap { taps }]).unwrap();
    lawful(&tapped);
    assert_eq!(tapped.tempo_millibpm, 132_300);
    assert_eq!(tapped.beats_per_bar, 4);
    assert_eq!(tapped.beats[3].position, 1, "where the taps begin");
    assert_eq!(tapped.beats[0].at, 0);
}

#[test]
fn sections_move_to_the_new_downbeats() {
    let heard = grid(4, 0, &[22_050; 64], 4);
    let shifted = corrected(&heard, &[Correction::Downbeat { beat: 1 }]).unwrap();
    let starts: Vec<u64> = shifted.sections.iter().skip(1).map(|s| s.start).collect();
    let expected: Vec<u64> = heard
        .sections
        .iter()
        .skip(1)
        .map(|section| section.start + 22_050)
        .collect();
    assert_eq!(starts[1..], expected[1..]);
    assert_eq!(shifted.analysis[CORRECTIONS], "downbeat at sample 44100");
}

proptest! {
    #[test]
    fn what_is_read_in_parts_and_then_by_as_many_is_the_same_again(
        grid in any_grid(), parts in 1..=4_u8,
    ) {
        let there = read(parts, 1, 0, grid.beats_per_bar, 0);
        let back = read(1, parts, 0, grid.beats_per_bar, 0);
        if let Ok(read) = corrected(&grid, &[there, back]) {
            prop_assert_eq!(at(&read), at(&grid));
        } else {
            prop_assert!(u32::from(parts) * grid.tempo_millibpm > 480_000);
        }
    }

    #[test]
    fn a_reading_is_counted_as_it_says(
        grid in any_grid(), every in 1..=4_u8, first in 0..4_u8, meter in 2..8_u8, downbeat in 0..8_u8,
    ) {
        prop_assume!(first < every && downbeat < meter && grid.beats.len() > usize::from(first));
        let read = corrected(&grid, &[read(1, every, first, meter, downbeat)]).unwrap();
        let taken = at(&grid).into_iter().skip(first.into()).step_by(every.into());
        prop_assert_eq!(at(&read), taken.collect::<Vec<_>>());
        for (index, beat) in read.beats.iter().enumerate() {
            let place = (index + usize::from(meter - downbeat)) % usize::from(meter);
            prop_assert_eq!(usize::from(beat.position), place + 1);
            prop_assert_eq!(beat.confidence_permille, 1000);
        }
    }

    #[test]
    fn even_beats_are_as_far_from_each_other(
        grid in any_grid(), count in 2..200_u32, step in 6_000..40_000_u64,
    ) {
        let last = 100 + u64::from(count - 1) * step;
        let read = corrected(&grid, &[evenly(100, last, count)]);
        if last >= grid.duration {
            prop_assert!(read.is_err());
            return Ok(());
        }
        let read = read.unwrap();
        let even: Vec<u64> = (0..u64::from(count)).map(|n| 100 + n * step).collect();
        prop_assert_eq!(at(&read), even);
        prop_assert_eq!(u64::from(read.tempo_millibpm), 60_000 * u64::from(grid.rate) / step);
    }
}
