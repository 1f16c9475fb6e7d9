//! The parts of the song: where its sound changes for good, and what each part is like.
//!
//! `parts` tells where parts begin, to the bar; `labels` what they are.

mod labels;
mod parts;

use std::ops::Range;

use shared::music::{Section, SectionLabel};

use self::labels::{Traits, labels};
use self::parts::parts;
use super::bars::Bars;
use super::beatwise::{Beatwise, standardised};
use super::onset::{COLOURS, REGISTERS};

/// Beats of a bar where it is not known where bars begin.
const BAR: usize = 4;
/// What tells of the low register: the level of the lowest bands and the flux of the lowest register.
const LOW: [usize; 2] = [0, COLOURS - REGISTERS];
/// How much levels, flux and pitch classes weigh where parts are told apart, in sixteenths.
const WEIGHTS: [i64; 3] = [16, 24, 8];
/// Two parts are alike if their distance is this part of what is usual between neighbours.
const ALIKE: i64 = 8;

/// The sections, from the song's first sample to its last; empty if there are no beats.
///
/// `at` are the samples of the beats, `energy` their ranks, `duration` the samples of the song.
pub(crate) fn sections(
    song: &Beatwise,
    bars: Option<&Bars>,
    at: &[u64],
    energy: &[u16],
    duration: u64,
) -> Vec<Section> {
    if at.is_empty() {
        return Vec::new();
    }
    let bars = beats_of_bars(bars, at.len());
    let width = song.sound.first().map_or(0, Vec::len);
    let sound: Vec<Vec<i64>> = (0..width)
        .map(|column| by_bar(&bars, |beat| song.sound[beat][column]))
        .collect();
    let level = by_bar(&bars, |beat| song.energy[beat]);
    let rows = weighted(&sound, bars.len());
    let firsts = parts(&rows);
    let lasts = firsts.iter().skip(1).copied().chain([bars.len()]);
    let parts: Vec<Range<usize>> = firsts.iter().zip(lasts).map(|(a, b)| *a..b).collect();
    let mean = |values: &[i64]| values.iter().sum::<i64>() / values.len().max(1) as i64;
    let traits: Vec<Traits> = parts
        .iter()
        .map(|part| {
            let half = part.start + part.len().div_ceil(2);
            let low = LOW.map(|column| mean(&sound[column][part.clone()]));
            Traits {
                bars: part.len(),
                energy: mean(&level[part.clone()]),
                low: low.iter().sum::<i64>() / 2,
                rise: mean(&level[half..part.end]) - mean(&level[part.start..half]),
            }
        })
        .collect();
    let labels = labels(&traits, &alike(&rows, &parts));
    let sample = |bar: usize| match bars.get(bar) {
        _ if bar == 0 => 0,
        Some(beats) => at[beats.start],
        None => duration,
    };
    joined(parts, labels)
        .into_iter()
        .map(|(part, label)| Section {
            start: sample(part.start),
            end: sample(part.end),
            label,
            energy_permille: mean_rank(&energy[bars[part.start].start..bars[part.end - 1].end]),
        })
        .collect()
}

/// The parts with their labels; a build that goes on rising is one.
fn joined(
    parts: Vec<Range<usize>>,
    labels: Vec<SectionLabel>,
) -> Vec<(Range<usize>, SectionLabel)> {
    let mut sections: Vec<(Range<usize>, SectionLabel)> = Vec::new();
    for (part, label) in parts.into_iter().zip(labels) {
        match sections.last_mut() {
            Some((before, SectionLabel::Build)) if label == SectionLabel::Build => {
                before.end = part.end;
            }
            _ => sections.push((part, label)),
        }
    }
    sections
}

fn mean_rank(ranks: &[u16]) -> u16 {
    let sum: u64 = ranks.iter().map(|rank| u64::from(*rank)).sum();
    (sum / (ranks.len() as u64).max(1)) as u16
}

/// The beats of each bar; what comes before the first downbeat belongs to the first bar.
fn beats_of_bars(bars: Option<&Bars>, beats: usize) -> Vec<Range<usize>> {
    let begins = |beat: &usize| match bars {
        Some(bars) => bars.position(*beat) == 1,
        None => beat.is_multiple_of(BAR),
    };
    let inner = (0..beats).filter(begins).skip(1);
    let starts: Vec<usize> = std::iter::once(0).chain(inner).collect();
    let ends = starts.iter().skip(1).copied().chain([beats]);
    starts.iter().zip(ends).map(|(a, b)| *a..b).collect()
}

/// The mean of a value over the beats of each bar, standardised over the song. The first and the last
/// bar are seldom whole, so they count as their neighbours do.
fn by_bar(bars: &[Range<usize>], value: impl Fn(usize) -> i64) -> Vec<i64> {
    let mean = |bar: &Range<usize>| bar.clone().map(&value).sum::<i64>() / bar.len().max(1) as i64;
    let mut means: Vec<i64> = bars.iter().map(mean).collect();
    if let [first, second, .., before, last] = means.as_mut_slice() {
        (*first, *last) = (*second, *before);
    }
    standardised(&means)
}

/// A row for each bar, its values weighted, of columns for each value.
fn weighted(columns: &[Vec<i64>], bars: usize) -> Vec<Vec<i64>> {
    let [level, flux, pitch] = WEIGHTS;
    let weight = |column: usize| match column {
        _ if column < COLOURS - REGISTERS => level,
        _ if column < COLOURS => flux,
        _ => pitch,
    };
    let each = columns.iter().enumerate();
    (0..bars)
        .map(|bar| {
            let values = each.clone();
            let values = values.map(|(column, values)| values[bar] * weight(column) / 16);
            values.collect()
        })
        .collect()
}

/// For each part the first that sounds like it, itself if none before it does.
fn alike(bars: &[Vec<i64>], parts: &[Range<usize>]) -> Vec<usize> {
    let width = bars.first().map_or(0, Vec::len);
    let mean = |part: &Range<usize>| -> Vec<i64> {
        let sum = |column: usize| {
            bars[part.clone()]
                .iter()
                .map(|row| row[column])
                .sum::<i64>()
        };
        let count = part.len() as i64;
        (0..width).map(|column| sum(column) / count).collect()
    };
    let means: Vec<Vec<i64>> = parts.iter().map(mean).collect();
    let apart = |a: usize, b: usize| -> i64 {
        let values = means[a].iter().zip(&means[b]);
        values.map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let neighbours: i64 = (1..parts.len()).map(|part| apart(part - 1, part)).sum();
    let usual = neighbours / (parts.len() as i64 - 1).max(1);
    let mut like: Vec<usize> = Vec::new();
    for part in 0..parts.len() {
        let near = |other: &usize| like[*other] == *other && apart(*other, part) * ALIKE <= usual;
        let first = (0..part).find(near).unwrap_or(part);
        like.push(first);
    }
    like
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 96 beats in three parts that differ in sound and loudness.
    fn song() -> (Beatwise, Vec<i64>) {
        let level = |beat: usize| [100_i64, 900, 300][beat / 32];
        let row = |beat: usize| {
            let mut row = vec![level(beat) * 3; COLOURS];
            row.extend([5, level(beat)]);
            row
        };
        let energy: Vec<i64> = (0..96).map(|b| level(b) * 1000 + b as i64 % 7).collect();
        let song = Beatwise {
            sound: (0..96).map(row).collect(),
            downbeat: vec![0; 96],
            energy: energy.clone(),
        };
        (song, energy)
    }

    #[test]
    fn boundaries_fall_where_the_sound_changes_and_labels_follow_energy() {
        let (song, energy) = song();
        let at: Vec<u64> = (0..96).map(|beat| 100 + beat * 22_050).collect();
        let bars = Bars {
            meter: 4,
            positions: (0..96).map(|beat| beat % 4 + 1).collect(),
            sure: true,
        };
        let ranks = super::super::energy::ranks(&energy);
        let found = sections(&song, Some(&bars), &at, &ranks, 96 * 22_050);
        let edges: Vec<(u64, u64)> = found.iter().map(|s| (s.start, s.end)).collect();
        assert_eq!(
            edges,
            [(0, at[32]), (at[32], at[64]), (at[64], 96 * 22_050)]
        );
        let labels: Vec<_> = found.iter().map(|s| s.label).collect();
        assert_eq!(
            labels,
            [SectionLabel::Intro, SectionLabel::Drop, SectionLabel::Outro]
        );
    }

    #[test]
    fn a_build_that_goes_on_is_one() {
        use SectionLabel::{Build, Drop, Verse};
        let parts = vec![0..8, 8..12, 12..16, 16..32];
        let told = joined(parts, vec![Verse, Build, Build, Drop]);
        assert_eq!(told, [(0..8, Verse), (8..16, Build), (16..32, Drop)]);
    }

    #[test]
    fn a_pickup_belongs_to_the_first_bar() {
        let bars = Bars {
            meter: 3,
            positions: vec![2, 3, 1, 2, 3, 1, 2],
            sure: true,
        };
        assert_eq!(beats_of_bars(Some(&bars), 7), [0..5, 5..7]);
        assert_eq!(beats_of_bars(None, 9), [0..4, 4..8, 8..9]);
    }

    #[test]
    fn a_song_that_never_changes_is_one_section() {
        let (mut song, _) = song();
        song.sound = vec![vec![5; COLOURS]; 96];
        let at: Vec<u64> = (0..96).map(|beat| beat * 22_050).collect();
        assert_eq!(sections(&song, None, &at, &[500; 96], 3_000_000).len(), 1);
    }

    #[test]
    fn no_beats_no_sections() {
        assert!(sections(&Beatwise::default(), None, &[], &[], 44_100).is_empty());
    }
}
