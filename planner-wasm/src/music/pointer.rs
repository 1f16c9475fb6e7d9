//! The bar pointer: beats of variable tempo as the likeliest path through a hidden Markov model.

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

/// Beats at about `period` hops, tempo free to drift, in fixed-point hops.
///
/// The state space is that of the bar pointer model, period by position within the beat; the
/// tempo changes only at beats, so whole beats are stepped over by sums of log probabilities, and
/// the cost is hops times periods times the few periods within reach.
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
    let periods: Vec<usize> = (shortest.max(8)..=longest).collect();
    let sums = Sums::of(odds);
    let changes = changes(&periods);
    let costs: Vec<i64> = periods.iter().map(|to| reluctance(period, *to)).collect();
    let count = periods.len();
    // best[row(t) + p]: log probability of the best path on which a beat of period p begins at t.
    // No beat is longer than the longest, so only as many rows are kept.
    let row = |start: usize| start % (longest + 1) * count;
    let mut best = vec![i64::MIN / 2; (longest + 1) * count];
    let mut from = vec![FIRST; (hops + 1) * count];
    for start in 0..=hops {
        for (p, &to) in periods.iter().enumerate() {
            // The song may begin anywhere within a beat.
            let mut most = if start < to {
                sums.rest(0, start) - costs[p]
            } else {
                i64::MIN / 2
            };
            for &(q, cost) in &changes[p] {
                let length = periods[q];
                let Some(before) = start.checked_sub(length) else {
                    continue;
                };
                let path = best[row(before) + q] + sums.beat(before, length) - cost;
                if path > most {
                    most = path;
                    from[start * count + p] = q as u8;
                }
            }
            best[row(start) + p] = most;
        }
    }
    let mut last = (i64::MIN, 0, 0);
    for start in hops.saturating_sub(longest)..hops {
        for (p, &length) in periods.iter().enumerate() {
            if start + length >= hops {
                let path = best[row(start) + p] + sums.cut(start, length, hops);
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
    while let Some(&q) = periods.get(usize::from(from[start * count + p])) {
        p = usize::from(from[start * count + p]);
        start -= q;
        beats.push(start);
    }
    beats.reverse();
    beats
        .into_iter()
        .map(|beat| settled(strength, beat as i64, period as i64))
        .collect()
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

/// For each period, the periods it may follow and the cost of each in 1/4096 nats.
fn changes(periods: &[usize]) -> Vec<Vec<(usize, i64)>> {
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
            periods
                .iter()
                .zip(&norms)
                .enumerate()
                .filter_map(|(q, (&from, norm))| {
                    let log = reach(from, to)? - norm;
                    Some((q, libm::round(-log * NAT) as i64))
                })
                .collect()
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
        let mut strength = vec![-200; 3000];
        let (mut at, mut truth) = (17, Vec::new());
        let mut period = 48;
        while at < 3000 {
            strength[at] = 4096;
            truth.push(at as i64 * ONE);
            at += period;
            period = 48 + truth.len() / 8;
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
