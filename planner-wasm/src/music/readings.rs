//! The readings that were not chosen, told by the beats of the one that was.

use shared::reading::{MAX_PARTS, MAX_READINGS, ReadBeats, Reading};

use super::bars::{Regular, likeliest, regular};
use super::choice::{Choice, agree};
use super::hop::Clock;
use super::hypothesis::{Hypothesis, Kind};
use super::network::odds_near;
use super::tempo::tempo_of;

/// Divisions that are told however unlikely, where they were read at all, as a person may look for
/// them: half as many beats, as many half a beat later, twice as many.
const SOUGHT: [Division; 4] = [(1, 2, 0), (1, 2, 1), (2, 2, 1), (2, 1, 0)];

/// How one reading's beats are told by another's: parts of a beat, how many of them make one of its
/// beats, and on which the first falls.
type Division = (u8, u8, u8);

/// Other readings of a song whose grid has these `beats`, in fixed-point hops: of other beats, and
/// of the same beats with other bars than those that begin with `bars`. Likeliest first.
///
/// `downbeat` are the log odds of a downbeat at each hop, `clock` tells where fixed-point hops lie.
/// A rival whose beats are neither a simple division of the grid's nor even is left out.
pub(crate) fn readings(
    choice: &Choice,
    beats: &[i64],
    bars: Option<(u8, u8)>,
    downbeat: &[i32],
    clock: Clock,
) -> Vec<Reading> {
    let counted = |beats: &[i64]| -> Vec<Regular> {
        let odds = beats
            .iter()
            .map(|beat| i64::from(odds_near(downbeat, *beat)));
        regular(&odds.collect::<Vec<_>>())
    };
    let mut sought: Vec<Reading> = Vec::new();
    let mut others: Vec<Reading> = Vec::new();
    for (rival, likelihood) in &choice.rivals {
        let Some((told, as_told)) = told(beats, rival, clock) else {
            continue;
        };
        let is_sought = SOUGHT.iter().any(|division| divided_by(*division) == told);
        if !is_sought && *likelihood == 0 {
            continue;
        }
        let to = if is_sought { &mut sought } else { &mut others };
        if to.iter().all(|other| other.beats != told) && to.len() < MAX_READINGS {
            let best = likeliest(&counted(&as_told));
            to.push(Reading {
                beats: told,
                tempo_millibpm: tempo_of(rival.period),
                beats_per_bar: best.map_or(0, |bars| bars.meter),
                downbeat: best.map_or(0, |bars| bars.first),
                likelihood_permille: *likelihood,
            });
        }
    }
    let ranked = counted(beats);
    let usual = bars.map(|(meter, _)| meter);
    // The likeliest that begin elsewhere, and the likeliest of another meter, are sought too.
    for same_meter in [true, false] {
        let other = ranked.iter().find(|other| {
            Some((other.meter, other.first)) != bars && (usual == Some(other.meter)) == same_meter
        });
        sought.extend(other.map(|other| {
            let likelihood = u32::from(choice.likelihood) * u32::from(other.likelihood) / 1000;
            Reading {
                beats: ReadBeats::SAME,
                tempo_millibpm: tempo_of(choice.reading.period),
                beats_per_bar: other.meter,
                downbeat: other.first,
                likelihood_permille: likelihood as u16,
            }
        }));
    }
    others.truncate(MAX_READINGS.saturating_sub(sought.len()));
    sought.append(&mut others);
    // A stable sort: of equals other beats come before other bars.
    sought.sort_by_key(|reading| std::cmp::Reverse(reading.likelihood_permille));
    sought
}

const fn divided_by((parts, every, first): Division) -> ReadBeats {
    ReadBeats::Divided {
        parts,
        every,
        first,
    }
}

/// How a rival's beats are told beside the grid's, and where they are then.
fn told(beats: &[i64], rival: &Hypothesis, clock: Clock) -> Option<(ReadBeats, Vec<i64>)> {
    let division = divisions()
        .map(|division| (division, divided(beats, division)))
        .find(|(_, divided)| agree(divided, &rival.beats));
    if let Some((division, divided)) = division {
        return Some((divided_by(division), divided));
    }
    if rival.kind != Kind::Constant {
        return None;
    }
    let inside = |beat: &&i64| clock.sample(**beat).is_some();
    let beats: Vec<i64> = rival.beats.iter().filter(inside).copied().collect();
    let (first, last) = (*beats.first()?, *beats.last()?);
    let even = ReadBeats::Even {
        first: clock.sample(first)?,
        last: clock.sample(last)?,
        count: u32::try_from(beats.len()).ok().filter(|count| *count > 1)?,
    };
    Some((even, beats))
}

/// Every division, simplest first, but that into the beats themselves.
fn divisions() -> impl Iterator<Item = Division> {
    let sizes = (2..=2 * MAX_PARTS).flat_map(|sum| {
        (1..=MAX_PARTS).filter_map(move |parts| Some((parts, sum.checked_sub(parts)?)))
    });
    sizes
        .filter(|(_, every)| (1..=MAX_PARTS).contains(every))
        .flat_map(|(parts, every)| (0..every).map(move |first| (parts, every, first)))
        .filter(|(parts, every, first)| parts != every || *first > 0)
}

/// The beats of a division of these.
fn divided(beats: &[i64], (parts, every, first): Division) -> Vec<i64> {
    let parts = i64::from(parts);
    let within = beats
        .windows(2)
        .flat_map(|pair| (0..parts).map(move |part| pair[0] + (pair[1] - pair[0]) * part / parts));
    within
        .chain(beats.last().copied())
        .skip(usize::from(first))
        .step_by(usize::from(every))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_are_tried_once_each_and_the_simplest_first() {
        let all: Vec<Division> = divisions().collect();
        assert_eq!(all[..4], [(1, 2, 0), (1, 2, 1), (2, 1, 0), (1, 3, 0)]);
        assert!(all.contains(&(2, 2, 1)) && !all.contains(&(2, 2, 0)));
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
    }

    #[test]
    fn a_division_takes_parts_of_beats() {
        let beats = [0, 12, 24, 36];
        assert_eq!(divided(&beats, (1, 2, 1)), [12, 36]);
        assert_eq!(divided(&beats, (2, 1, 0)), [0, 6, 12, 18, 24, 30, 36]);
        assert_eq!(divided(&beats, (2, 2, 1)), [6, 18, 30]);
        assert_eq!(divided(&beats, (2, 3, 0)), [0, 18, 36]);
        assert!(divided(&[], (2, 3, 0)).is_empty());
    }
}
