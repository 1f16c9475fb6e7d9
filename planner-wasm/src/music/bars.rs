//! Where the bars begin: meter and phase, by what the network hears at each beat.

use super::beatwise::Beatwise;
use super::hop::UNIT;

/// Meters tried, and how much less likely than four each is, in 1/1024 nats.
const METERS: [(u8, i64); 4] = [(4, 0), (3, 6144), (2, 12_288), (5, 6144)];
/// Reluctance to begin a bar elsewhere than after the last beat of the one before, in 1/1024 nats.
const BREAK: i64 = 30 * UNIT as i64;
/// Log odds beyond this say no more of one beat.
const MOST: i64 = 5 * UNIT as i64;
/// A lead below this for each bar, in 1/1024 nats, leaves the downbeat a guess.
const SURE: i64 = 512;

/// The bars of a song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bars {
    /// Beats in most bars.
    pub(crate) meter: u8,
    /// Position in the bar of each beat, 1 for the downbeat.
    pub(crate) positions: Vec<u8>,
    /// Whether the downbeat stands out.
    pub(crate) sure: bool,
}

impl Bars {
    /// Position in the bar of the beat with this index, 1 for the downbeat; 0 beyond the last.
    pub(crate) fn position(&self, index: usize) -> u8 {
        self.positions.get(index).copied().unwrap_or(0)
    }
}

/// A place in a bar: beats in the bar, and beats since its first.
type Place = (u8, u8);

/// The likeliest bars; `None` if there are fewer than two of them.
///
/// It is the bar pointer model of `pointer` over beats: from each place in a bar it goes to the
/// next, and seldom anywhere else.
pub(crate) fn bars(song: &Beatwise) -> Option<Bars> {
    let odds: Vec<i64> = song
        .downbeat
        .iter()
        .map(|odds| (*odds).clamp(-MOST, MOST) / 2)
        .collect();
    let places: Vec<Place> = METERS
        .iter()
        .flat_map(|&(meter, _)| (0..meter).map(move |beat| (meter, beat)))
        .collect();
    let before: Vec<usize> = places
        .iter()
        .map(|&(meter, beat)| {
            let earlier = (meter, (beat + meter - 1) % meter);
            places
                .iter()
                .position(|place| *place == earlier)
                .unwrap_or(0)
        })
        .collect();
    let said = |beat: i64, place: Place| if place.1 == 0 { beat } else { -beat };
    let mut best: Vec<i64> = places
        .iter()
        .map(|&(meter, _)| {
            let handicap = METERS.iter().find(|(other, _)| *other == meter);
            -handicap.map_or(0, |(_, cost)| *cost)
        })
        .collect();
    let mut from: Vec<Vec<usize>> = Vec::new();
    for (index, &beat) in odds.iter().enumerate() {
        let mut came = before.clone();
        if index > 0 {
            let top = leader(&best);
            let next = before.iter().zip(&mut came).map(|(&earlier, came)| {
                let (kept, broken) = (best[earlier], best[top] - BREAK);
                if kept < broken {
                    *came = top;
                }
                kept.max(broken)
            });
            best = next.collect();
        }
        for (score, place) in best.iter_mut().zip(&places) {
            *score += said(beat, *place);
        }
        from.push(came);
    }
    let last = leader(&best);
    let mut path = vec![last];
    for came in from.iter().skip(1).rev() {
        let place = path.last().copied().unwrap_or(0);
        path.push(came[place]);
    }
    path.reverse();
    path.truncate(odds.len());
    let beats_of = |meter: u8| {
        path.iter()
            .filter(|place| places[**place].0 == meter)
            .count()
    };
    let meters = METERS.iter().map(|(meter, _)| *meter);
    // Of two as frequent the one of fewer beats.
    let meter = meters.max_by_key(|&meter| (beats_of(meter), std::cmp::Reverse(meter)))?;
    if odds.len() < 2 * usize::from(meter) {
        return None;
    }
    // The same bars begun on another beat throughout.
    let shifted = |by: usize| -> i64 {
        let at = |index: usize| path.get((index + by) % path.len()).copied().unwrap_or(0);
        let each = odds.iter().enumerate();
        each.map(|(index, beat)| said(*beat, places[at(index)]))
            .sum()
    };
    let rival = (1..usize::from(meter)).map(shifted).max();
    let bars = odds.len() as i64 / i64::from(meter);
    Some(Bars {
        meter,
        sure: rival.is_none_or(|rival| shifted(0) - rival >= SURE * bars),
        positions: path.iter().map(|place| places[*place].1 + 1).collect(),
    })
}

/// The first of the largest.
fn leader(scores: &[i64]) -> usize {
    let best = (0..scores.len()).max_by_key(|&at| (scores[at], std::cmp::Reverse(at)));
    best.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(downbeat: Vec<i64>) -> Beatwise {
        Beatwise {
            downbeat,
            ..Beatwise::default()
        }
    }

    fn every(meter: usize, first: usize, beats: usize) -> Vec<i64> {
        let odds = |beat: usize| if beat % meter == first { 3000 } else { -3000 };
        (0..beats).map(odds).collect()
    }

    #[test]
    fn a_downbeat_on_every_second_to_fifth_beat_makes_the_bar() {
        for (meter, first) in [(2, 1), (3, 1), (4, 2), (5, 4)] {
            let found = bars(&song(every(meter, first, 40))).unwrap();
            assert_eq!((usize::from(found.meter), found.sure), (meter, true));
            assert_eq!(found.position(first), 1);
            assert_eq!(usize::from(found.position(first + meter - 1)), meter);
        }
    }

    #[test]
    fn bars_may_begin_anew() {
        let mut downbeat = every(4, 0, 34);
        // Half a bar short, far from both ends.
        downbeat.extend(every(4, 0, 34));
        let found = bars(&song(downbeat)).unwrap();
        let downbeats = [28, 32, 34, 38].map(|beat| found.position(beat));
        assert_eq!(downbeats, [1; 4]);
    }

    #[test]
    fn beats_all_alike_leave_the_downbeat_a_guess() {
        assert!(!bars(&song(vec![-700; 32])).unwrap().sure);
        assert_eq!(bars(&song(vec![7; 3])), None);
        assert_eq!(bars(&song(Vec::new())), None);
    }
}
