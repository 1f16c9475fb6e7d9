//! The bar pointer: beats of variable tempo as the likeliest path through a hidden Markov model.

use std::ops::Range;

use super::hop::{ONE, UNIT, at};

/// Reluctance to change tempo, in nats for a change by the whole period.
const LAMBDA: f64 = 100.0;
/// Largest change of tempo from one beat to the next that is considered, as a part of the period.
const LARGEST_CHANGE: f64 = 0.06;
/// The beat sounds within the first sixteenth of its span.
const ZONE: usize = 16;
/// Log probabilities are integers of this many to a nat.
const NAT: f64 = 4096.0;
/// Where the log odds lie in the tables: -8 to 8 nats in steps of 1/64.
const TABLE: (i32, i32, i32) = (-8, 8, 64);

/// Stands for no earlier beat; periods are fewer.
const FIRST: u8 = u8::MAX;

/// Log probability of what cannot be, low enough that no cost makes it lower than any number.
const NEVER: i64 = i64::MIN / 2;

/// Hops for which it is kept which beat came before which.
const BLOCK: usize = 1 << 14;

/// Beats at about `period` hops, tempo free to drift, in fixed-point hops.
///
/// The state space is that of the bar pointer model, period by position within the beat; the
/// tempo changes only at beats, so whole beats are stepped over by sums of log probabilities, and
/// the cost is hops times periods times the few periods within reach.
///
/// Which beat came before which is kept for [`BLOCK`] hops at a time: forward, only the state at
/// the beginning of each block is kept, and on the way back each block is run through again. That
/// costs the time twice, and a hundredth of the memory for a long song.
///
/// Source: Krebs, Böck, Widmer, *An Efficient State-Space Model for Joint Tempo and Meter
/// Tracking* (ISMIR 2015); observation model of Böck, Krebs, Widmer (ISMIR 2014).
pub(crate) fn variable_beats(
    odds: &[i32],
    strength: &[i32],
    period: usize,
    (shortest, longest): (usize, usize),
) -> Vec<i64> {
    let hops = odds.len();
    let model = Model::of(odds, period, (shortest, longest));
    let count = model.periods.len();
    let mut state = vec![NEVER; (longest + 1) * count];
    let mut begun = Vec::new();
    for from in (0..hops).step_by(BLOCK) {
        begun.push(state.clone());
        model.run(&mut state, from..hops.min(from + BLOCK), None);
    }
    let mut last = (i64::MIN, 0, 0);
    for start in hops.saturating_sub(longest)..hops {
        for (p, &length) in model.periods.iter().enumerate() {
            if start + length >= hops {
                let path = state[model.row(start) + p] + model.sums.cut(start, length, hops);
                if path > last.0 {
                    last = (path, start, p);
                }
            }
        }
    }
    let (_, mut start, mut p) = last;
    let mut beats = Vec::new();
    if hops > 0 {
        beats.push(start);
    }
    let mut came = vec![FIRST; BLOCK * count];
    for (block, mut state) in begun.into_iter().enumerate().rev() {
        let from = block * BLOCK;
        if start < from {
            continue;
        }
        model.run(&mut state, from..start + 1, Some(&mut came));
        while start >= from {
            let q = came[(start - from) * count + p];
            let Some(&length) = model.periods.get(usize::from(q)) else {
                break;
            };
            p = usize::from(q);
            start -= length;
            beats.push(start);
        }
    }
    beats.reverse();
    beats
        .into_iter()
        .map(|beat| settled(strength, beat as i64, period as i64))
        .collect()
}

/// The hidden Markov model of one family over one song.
struct Model {
    /// The periods that a beat may have, in hops, rising by one.
    periods: Vec<usize>,
    /// For each period, the first of those that it may follow, and the cost of each from there on.
    changes: Vec<(usize, Vec<i64>)>,
    /// Reluctance to begin with each period.
    costs: Vec<i64>,
    sums: Sums,
    longest: usize,
}

impl Model {
    fn of(odds: &[i32], family: usize, (shortest, longest): (usize, usize)) -> Self {
        let periods: Vec<usize> = (shortest.max(8)..=longest).collect();
        Self {
            changes: changes(&periods),
            costs: periods.iter().map(|to| reluctance(family, *to)).collect(),
            periods,
            sums: Sums::of(odds),
            longest,
        }
    }

    /// Where the paths that begin a beat at `start` lie in a state: `state[row(start) + p]` is the
    /// log probability of the best on which that beat has period `p`. No beat is longer than the
    /// longest, so only as many rows are kept.
    fn row(&self, start: usize) -> usize {
        start % (self.longest + 1) * self.periods.len()
    }

    /// Carries a state on over the beats that begin at `starts`; `came` is told the period of the
    /// beat before each.
    fn run(&self, state: &mut [i64], starts: Range<usize>, mut came: Option<&mut Vec<u8>>) {
        let count = self.periods.len();
        let mut arriving = vec![NEVER; count];
        for (step, start) in starts.enumerate() {
            self.arrive(state, start, &mut arriving);
            let row = self.row(start);
            for (p, &to) in self.periods.iter().enumerate() {
                // The song may begin anywhere within a beat.
                let begun = if start < to {
                    self.sums.rest(0, start) - self.costs[p]
                } else {
                    NEVER
                };
                let (first, costs) = &self.changes[p];
                let paths = arriving[*first..].iter().zip(costs);
                let paths = paths.map(|(path, cost)| path - cost);
                state[row + p] = if let Some(came) = came.as_deref_mut() {
                    let mut most = (begun, FIRST);
                    for (q, path) in paths.enumerate() {
                        if path > most.0 {
                            most = (path, (first + q) as u8);
                        }
                    }
                    came[step * count + p] = most.1;
                    most.0
                } else {
                    paths.fold(begun, i64::max)
                };
            }
        }
    }

    /// For each period, the best path on which a beat of it ends at `start`.
    fn arrive(&self, state: &[i64], start: usize, arriving: &mut [i64]) {
        let rows = self.longest + 1;
        let now = start % rows;
        for (q, (arriving, &length)) in arriving.iter_mut().zip(&self.periods).enumerate() {
            let Some(before) = start.checked_sub(length) else {
                *arriving = NEVER;
                continue;
            };
            // The remainder of `before`, without a division.
            let row = now + if now < length { rows } else { 0 } - length;
            let path = state[row * self.periods.len() + q];
            *arriving = path + self.sums.beat(before, length);
        }
    }
}

/// The beat moved to the peak of the strength just after it, between hops by a parabola; to where
/// peaks lie on average if there is none.
fn settled(strength: &[i32], beat: i64, period: i64) -> i64 {
    let reach = (period / 16).max(3) + 1;
    let mut peak = (i32::MIN, beat);
    for hop in beat - 2..=beat + reach {
        let here = at(strength, hop);
        if here > peak.0 {
            peak = (here, hop);
        }
    }
    if peak.0 <= UNIT * 3 / 10 {
        return beat * ONE + period * ONE / 32;
    }
    super::timing::parabola(strength, peak.1)
}

/// Reluctance to begin with this period rather than the family's: a Gaussian of .08 octave.
fn reluctance(family: usize, period: usize) -> i64 {
    let octaves = libm::log2(period as f64 / family as f64) / 0.08;
    libm::round(octaves * octaves / 2.0 * NAT) as i64
}

/// For each period, the first of the periods it may follow, and the cost of each from there on in
/// 1/4096 nats.
fn changes(periods: &[usize]) -> Vec<(usize, Vec<i64>)> {
    // Rows are normalised over what a period may become, as probabilities must be.
    let reach = |from: usize, to: usize| {
        let change = (to as f64 / from as f64 - 1.0).abs();
        (change <= LARGEST_CHANGE).then_some(-LAMBDA * change)
    };
    let norms: Vec<f64> = periods
        .iter()
        .map(|&from| {
            let sum: f64 = periods
                .iter()
                .filter_map(|&to| reach(from, to))
                .map(libm::exp)
                .sum();
            libm::log(sum)
        })
        .collect();
    periods
        .iter()
        .map(|&to| {
            let costs = periods.iter().zip(&norms).map(|(&from, norm)| {
                let log = reach(from, to)? - norm;
                Some(libm::round(-log * NAT) as i64)
            });
            // Those within reach are neighbours.
            let first = costs.clone().take_while(Option::is_none).count();
            (first, costs.flatten().collect())
        })
        .collect()
}

/// Running sums of the log probabilities of beat and no beat.
struct Sums {
    beat: Vec<i64>,
    rest: Vec<i64>,
}

impl Sums {
    fn of(odds: &[i32]) -> Self {
        let (lowest, highest, steps) = TABLE;
        let tables: Vec<(i64, i64)> = (lowest * steps..=highest * steps)
            .map(|step| {
                let z = f64::from(step) / f64::from(steps);
                let activation = 1.0 / (1.0 + libm::exp(-z));
                let activation = activation.clamp(1e-4, 1.0 - 1e-4);
                let rest = (1.0 - activation) / (ZONE - 1) as f64;
                let log = |p: f64| libm::round(libm::log(p) * NAT) as i64;
                (log(activation), log(rest))
            })
            .collect();
        let mut sums = Self {
            beat: vec![0],
            rest: vec![0],
        };
        let (mut beat, mut rest) = (0, 0);
        for z in odds {
            let step = (z * steps / UNIT).clamp(lowest * steps, highest * steps);
            let logs = tables[(step - lowest * steps) as usize];
            beat += logs.0;
            rest += logs.1;
            sums.beat.push(beat);
            sums.rest.push(rest);
        }
        sums
    }

    fn rest(&self, from: usize, to: usize) -> i64 {
        self.rest[to] - self.rest[from]
    }

    /// Of a whole beat of `length` hops from `start`.
    fn beat(&self, start: usize, length: usize) -> i64 {
        self.cut(start, length, self.beat.len() - 1)
    }

    /// Of the beat as far as the song goes.
    fn cut(&self, start: usize, length: usize, hops: usize) -> i64 {
        let zone = (start + length.div_ceil(ZONE)).min(hops);
        let end = (start + length).min(hops);
        self.beat[zone] - self.beat[start] + self.rest(zone, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drifting_pulse_is_followed_to_the_hop() {
        // Over several blocks; the period goes up and down.
        let hops = 3 * BLOCK + 500;
        let mut strength = vec![-200; hops];
        let (mut at, mut truth) = (17, Vec::new());
        let mut period = 48;
        while at < hops {
            strength[at] = 4096;
            truth.push(at as i64 * ONE);
            at += period;
            period = 48 + (truth.len() / 8 % 16).abs_diff(8);
        }
        let found = variable_beats(&strength, &strength, 50, (42, 59));
        let missed = truth.iter().filter(|beat| !found.contains(beat)).count();
        assert!(missed <= 2, "{missed} of {}", truth.len());
        assert!(found.len() <= truth.len() + 1);
    }

    #[test]
    fn nothing_to_follow_is_survived() {
        assert!(variable_beats(&[], &[], 50, (42, 59)).is_empty());
        assert!(variable_beats(&[0; 10], &[0; 10], 50, (42, 59)).len() <= 1);
    }
}
