//! Where the bars begin: meter and phase, by what the network hears at each beat.

use super::hop::UNIT;

/// Meters tried, and how much less likely than four each is, in 1/1024 nats.
const METERS: [(u8, i64); 4] = [(4, 0), (3, 6144), (2, 12_288), (5, 6144)];
/// Meters that are guessed where nothing tells.
const USUAL: [u8; 2] = [4, 3];
/// Reluctance to begin a bar elsewhere than after the last beat of the one before, in 1/1024 nats.
const BREAK: i64 = 30 * UNIT as i64;
/// Log odds beyond this say no more of one beat.
const MOST: i64 = 5 * UNIT as i64;
/// A lead below this for each bar, in 1/1024 nats, leaves the downbeat a guess.
const SURE: i64 = 512;

/// A difference of evidence, in 1/1024 nats a beat, that makes some bars e times as likely as
/// others: fitted to songs with known bars.
const NAT: f64 = 100.0;

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

    /// The meter of most bars, and the beat, below it, on which most of them would begin if they
    /// never changed; of equals the earliest.
    pub(crate) fn usual(&self) -> Option<(u8, u8)> {
        let meter = usize::from(self.meter);
        let begun = |first: &u8| {
            let on = self.positions.iter().skip(usize::from(*first));
            let on = on.step_by(meter.max(1)).filter(|position| **position == 1);
            (on.count(), std::cmp::Reverse(*first))
        };
        Some((self.meter, (0..self.meter).max_by_key(begun)?))
    }
}

/// A place in a bar: beats in the bar, and beats since its first.
type Place = (u8, u8);

/// The likeliest bars; `None` if there are fewer than two of them.
///
/// It is the bar pointer model of `pointer` over beats: from each place in a bar it goes to the
/// next, and seldom anywhere else.
pub(crate) fn bars(downbeat: &[i64]) -> Option<Bars> {
    let odds = halved(downbeat);
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
    let leads_by = |each: i64| rival.is_none_or(|rival| shifted(0) - rival >= each * bars);
    if !USUAL.contains(&meter) && !leads_by(SURE / 2) {
        // What is hardly more than a guess is a usual one.
        return likeliest(&regular(downbeat)).map(|bars| bars.positions(odds.len()));
    }
    Some(Bars {
        meter,
        sure: leads_by(SURE),
        positions: path.iter().map(|place| places[*place].1 + 1).collect(),
    })
}

impl Regular {
    /// These bars over a number of beats, as a guess.
    fn positions(self, beats: usize) -> Bars {
        let places = (1..=self.meter).cycle();
        let before = usize::from(self.meter - self.first);
        Bars {
            meter: self.meter,
            sure: false,
            positions: places.skip(before).take(beats).collect(),
        }
    }
}

/// The likeliest, but bars of an unusual meter only if they are likelier than all others together.
pub(crate) fn likeliest(ranked: &[Regular]) -> Option<Regular> {
    let sound = |bars: &&Regular| USUAL.contains(&bars.meter) || bars.likelihood > 500;
    ranked.iter().find(sound).copied()
}

/// What a beat says for being at a place.
const fn said(odds: i64, place: Place) -> i64 {
    if place.1 == 0 { odds } else { -odds }
}

fn halved(downbeat: &[i64]) -> Vec<i64> {
    let half = |odds: &i64| (*odds).clamp(-MOST, MOST) / 2;
    downbeat.iter().map(half).collect()
}

/// Bars that never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Regular {
    pub(crate) meter: u8,
    /// Which beat, counted from 0, is the first downbeat.
    pub(crate) first: u8,
    /// How likely they are beside all others, in thousandths.
    pub(crate) likelihood: u16,
}

/// All regular bars for the log odds of a downbeat at each beat, in 1/1024, likeliest first; of
/// equals in the order of the meters, the earlier downbeat first. Empty if there is no beat.
pub(crate) fn regular(downbeat: &[i64]) -> Vec<Regular> {
    let odds = halved(downbeat);
    if odds.is_empty() {
        return Vec::new();
    }
    let each = METERS
        .iter()
        .flat_map(|&(meter, cost)| (0..meter).map(move |first| (meter, first, cost)));
    let mut scored: Vec<(i64, u8, u8)> = each
        .map(|(meter, first, cost)| {
            let places = (0..meter).cycle().skip(usize::from(meter - first));
            let whole: i64 = odds
                .iter()
                .zip(places)
                .map(|(odds, beat)| said(*odds, (meter, beat)))
                .sum();
            ((whole - cost) / odds.len() as i64, meter, first)
        })
        .collect();
    // A stable sort: of equals the first stays first.
    scored.sort_by_key(|(score, ..)| -score);
    let best = scored.first().map_or(0, |(score, ..)| *score);
    let weight = |score: i64| libm::exp((score - best) as f64 / NAT);
    let sum: f64 = scored.iter().map(|(score, ..)| weight(*score)).sum();
    let likely = scored.into_iter().map(|(score, meter, first)| Regular {
        meter,
        first,
        likelihood: libm::floor(weight(score) * 1000.0 / sum) as u16,
    });
    likely.collect()
}

/// The first of the largest.
fn leader(scores: &[i64]) -> usize {
    let best = (0..scores.len()).max_by_key(|&at| (scores[at], std::cmp::Reverse(at)));
    best.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(meter: usize, first: usize, beats: usize) -> Vec<i64> {
        let odds = |beat: usize| if beat % meter == first { 3000 } else { -3000 };
        (0..beats).map(odds).collect()
    }

    #[test]
    fn a_downbeat_on_every_second_to_fifth_beat_makes_the_bar() {
        for (meter, first) in [(2, 1), (3, 1), (4, 2), (5, 4)] {
            let found = bars(&every(meter, first, 40)).unwrap();
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
        let found = bars(&downbeat).unwrap();
        let downbeats = [28, 32, 34, 38].map(|beat| found.position(beat));
        assert_eq!(downbeats, [1; 4]);
    }

    #[test]
    fn what_is_guessed_is_a_usual_meter() {
        // Hardly anything speaks for five.
        let odds: Vec<i64> = (0..60)
            .map(|beat| if beat % 5 == 2 { 40 } else { -40 })
            .collect();
        let found = bars(&odds).unwrap();
        assert!(!found.sure && USUAL.contains(&found.meter));
        assert_eq!(found.positions.len(), 60);
        assert!(likeliest(&regular(&every(5, 2, 60))).is_some_and(|bars| bars.meter == 5));
    }

    #[test]
    fn beats_all_alike_leave_the_downbeat_a_guess() {
        assert!(!bars(&[-700; 32]).unwrap().sure);
        assert_eq!(bars(&[7; 3]), None);
        assert_eq!(bars(&[]), None);
    }

    #[test]
    fn regular_bars_are_ranked_by_what_their_downbeats_say() {
        for (meter, first) in [(2, 1), (3, 2), (4, 1), (5, 3)] {
            let ranked = regular(&every(meter, first, 60));
            let best = ranked[0];
            assert_eq!(
                (usize::from(best.meter), usize::from(best.first)),
                (meter, first)
            );
            assert_eq!(ranked.len(), 14);
            let sum: u16 = ranked.iter().map(|bars| bars.likelihood).sum();
            assert!((986..=1000).contains(&sum), "{sum}");
        }
        assert!(regular(&[]).is_empty());
    }
}
