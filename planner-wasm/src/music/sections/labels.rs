//! What each part of a song is like.

use shared::music::SectionLabel;

use crate::music::hop::UNIT;

/// Energy from which a part is a drop, in thousandths of the way from the quietest to the loudest.
const LOUD: i64 = 700;
/// So much of the low register a drop has at least, and a break has less than [`THIN`].
const FULL: i64 = 550;
/// See [`FULL`].
const THIN: i64 = 350;
/// By how much energy and low register of two parts must differ, taken together, for one to be
/// quieter.
const QUIETER: i64 = 200;
/// By how much the second half of a build is louder and busier than the first, in 1/1024 standard
/// deviations of the song's bars.
const RISE: i64 = 500;
/// Most bars of a build.
const LONGEST_BUILD: usize = 32;
/// Parts whose loudest and quietest differ by less, in 1/1024 standard deviations, are all alike.
const FLAT: i64 = UNIT as i64 / 2;

/// What is heard of a part, in 1/1024 standard deviations of the song's bars.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// How many bars it has.
    pub(super) bars: usize,
    /// How loud and busy it is.
    pub(super) energy: i64,
    /// How loud and busy its low register is.
    pub(super) low: i64,
    /// By how much its second half is louder and busier than its first.
    pub(super) rise: i64,
}

/// A label for each part.
///
/// `like` tells for each part the first one that sounds like it, itself if none before it does: parts
/// that sound alike are judged together, so that a chorus is the same each time.
pub(super) fn labels(parts: &[Traits], like: &[usize]) -> Vec<SectionLabel> {
    let last = parts.len().saturating_sub(1);
    let energy = shares(&together(parts, like, |part| part.energy), 500);
    let low = shares(&together(parts, like, |part| part.low), 1000);
    let rises = |part: usize| parts[part].rise >= RISE && parts[part].bars <= LONGEST_BUILD;
    let drop = |part: usize| energy[part] >= LOUD && low[part] >= FULL && !rises(part);
    let quieter = |part: usize, other: usize| {
        energy[part] + low[part] + QUIETER <= energy[other] + low[other]
    };
    // What opens a song and comes again within it is no intro.
    let comes_again = like.get(1..last).is_some_and(|inner| inner.contains(&0));
    let mut labels = Vec::new();
    // From the end, since what a build is depends on what follows.
    for part in (0..parts.len()).rev() {
        let next = labels.last().copied();
        let to_drop = matches!(next, Some(SectionLabel::Drop | SectionLabel::Build));
        let hushed = part > 0 && quieter(part, part - 1);
        labels.push(if last == 0 {
            SectionLabel::Verse
        } else if drop(part) {
            SectionLabel::Drop
        } else if part == 0 && quieter(0, 1) && !comes_again {
            SectionLabel::Intro
        } else if part == last && hushed {
            SectionLabel::Outro
        } else if rises(part) && to_drop {
            SectionLabel::Build
        } else if low[part] < THIN && hushed {
            SectionLabel::Break
        } else {
            SectionLabel::Verse
        });
    }
    labels.reverse();
    labels
}

/// The mean of a trait over all bars of the parts like each.
fn together(parts: &[Traits], like: &[usize], heard: fn(&Traits) -> i64) -> Vec<i64> {
    let mean = |first: &usize| {
        let alike = parts.iter().zip(like).filter(|(_, other)| *other == first);
        let (sum, bars) = alike.fold((0, 0), |(sum, bars), (part, _)| {
            let count = part.bars as i64;
            (sum + heard(part) * count, bars + count)
        });
        sum / bars.max(1)
    };
    // Once for each kind of part, not for each part: songs of hours have hundreds.
    let means: Vec<i64> = (0..like.len())
        .map(|part| if like[part] == part { mean(&part) } else { 0 })
        .collect();
    like.iter().map(|first| means[*first]).collect()
}

/// Where each value lies between the least and the largest, 0 to 1000; `flat` if they hardly differ.
fn shares(values: &[i64], flat: i64) -> Vec<i64> {
    let least = values.iter().copied().min().unwrap_or(0);
    let range = values.iter().copied().max().unwrap_or(0) - least;
    let share = |value: &i64| match range {
        ..FLAT => flat,
        _ => (value - least) * 1000 / range,
    };
    values.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SectionLabel::{Break, Build, Drop, Intro, Outro, Verse};

    fn part(energy: i64, low: i64, rise: i64) -> Traits {
        Traits {
            bars: 8,
            energy,
            low,
            rise,
        }
    }

    #[test]
    fn parts_are_labelled_by_energy_low_register_and_place() {
        let quiet = part(-1500, -1500, 0);
        let verse = part(0, 500, 0);
        let build = part(900, -200, 1200);
        let drop = part(1200, 800, 0);
        let song = [quiet, verse, build, drop, quiet, build, drop, verse, quiet];
        let told = labels(&song, &[0, 1, 2, 3, 4, 2, 3, 1, 8]);
        assert_eq!(
            told,
            [Intro, Verse, Build, Drop, Break, Build, Drop, Verse, Outro]
        );
    }

    #[test]
    fn parts_that_sound_alike_are_judged_together() {
        let song = [
            part(-1500, -1500, 0),
            part(1000, 800, 0),
            part(-200, 0, 0),
            part(100, 700, 0),
        ];
        assert_eq!(labels(&song, &[0, 1, 2, 3]), [Intro, Drop, Verse, Verse]);
        assert_eq!(labels(&song, &[0, 1, 2, 1]), [Intro, Drop, Verse, Drop]);
    }

    #[test]
    fn what_opens_the_song_and_comes_again_is_no_intro() {
        let (quiet, loud) = (part(-1000, -200, 0), part(1000, 800, 0));
        let song = [quiet, loud, quiet, loud];
        assert_eq!(labels(&song, &[0, 1, 0, 1])[0], Verse);
        assert_eq!(labels(&song, &[0, 1, 2, 1])[0], Intro);
    }

    #[test]
    fn a_song_without_contrast_has_no_drop_and_one_of_even_bass_has() {
        let even = [part(10, 0, 0), part(-10, 0, 0)];
        assert_eq!(labels(&even, &[0, 1]), [Verse, Verse]);
        let even_bass = [part(-900, 10, 0), part(900, 0, 0)];
        assert_eq!(labels(&even_bass, &[0, 1]), [Intro, Drop]);
        assert!(labels(&[], &[]).is_empty());
    }
}
