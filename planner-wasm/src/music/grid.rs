//! The constant grid: one period and one phase for the whole song, to a few samples.

use super::hop::{ONE, UNIT, between, nearest};

/// Hops of the stretch that is locked first: 60 s from the middle of the song.
const STRETCH: i64 = 6000;
/// The period is sought within this part of the family's, to either side: 1/40 = 2.5 %.
const SEARCH: i64 = 40;
/// Periods tried to either side of the family's.
const STEPS: i64 = 50;
/// Strength above this counts no more: one loud hit must not carry a grid.
const MOST: i32 = 3 * UNIT;

/// A grid of beats at `phase + k · period`, in fixed-point hops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) period: i64,
    /// The beat nearest to the middle of the song.
    pub(crate) phase: i64,
}

impl Grid {
    /// The beats that fall on hops `0..hops`.
    pub(crate) fn beats(self, hops: usize) -> Vec<i64> {
        let end = hops as i64 * ONE;
        let mut beat = self.phase - self.phase.div_euclid(self.period) * self.period;
        let mut beats = Vec::new();
        while beat < end {
            beats.push(beat);
            beat += self.period;
        }
        beats
    }

    /// Mean strength on the beats between two positions, in 1/1024.
    fn fit(self, strength: &[i32], from: i64, to: i64) -> i64 {
        let mut beat = self.phase - (self.phase - from).div_euclid(self.period) * self.period;
        let (mut sum, mut count) = (0, 0);
        while beat < to {
            sum += between(strength, beat);
            count += 1;
            beat += self.period;
        }
        sum * 16 / count.max(1)
    }
}

/// The constant grid that fits best near a family's `period` in hops.
///
/// First a stretch in the middle of the song is searched over all periods and phases; then the
/// stretch doubles until it is the whole song while period and phase are refined around the best,
/// since the longer the stretch, the finer the period it can tell.
pub(crate) fn constant_grid(strength: &[i32], period: usize) -> Grid {
    let x: Vec<i32> = strength.iter().map(|z| (*z).clamp(0, MOST)).collect();
    let end = x.len() as i64;
    let middle = end / 2;
    let mut half = (STRETCH / 2).min(middle + 1);
    let mut best = search(&x, period, middle, half);
    loop {
        best = refined(&x, best, middle, half);
        if half > middle {
            return best;
        }
        half *= 2;
    }
}

/// Every period within the search range at every whole phase, over `half` hops around `middle`.
fn search(x: &[i32], period: usize, middle: i64, half: i64) -> Grid {
    let centre = period as i64 * ONE;
    let blurred: Vec<i32> = (0..x.len())
        .map(|hop| {
            let side = |hop: Option<usize>| hop.and_then(|hop| x.get(hop)).copied().unwrap_or(0);
            side(hop.checked_sub(1)) + 2 * x[hop] + side(Some(hop + 1))
        })
        .collect();
    let (from, to) = ((middle - half) * ONE, (middle + half) * ONE);
    let mut winner = (
        i64::MIN,
        Grid {
            period: centre,
            phase: middle * ONE,
        },
    );
    for step in 0..=2 * STEPS {
        // From the centre outwards, so that of equal fits the one nearest the family stays.
        let offset = if step % 2 == 0 {
            step / 2
        } else {
            -(step + 1) / 2
        };
        let period = centre + offset * centre / (SEARCH * STEPS);
        for phase in 0..nearest(period) {
            let opening = (middle + phase) * ONE;
            let mut beat = opening - (opening - from).div_euclid(period) * period;
            let (mut sum, mut count) = (0_i64, 0_i64);
            while beat < to {
                sum += i64::from(super::hop::at(&blurred, nearest(beat)));
                count += 1;
                beat += period;
            }
            let fit = sum * 16 / count.max(1);
            if fit > winner.0 {
                winner = (
                    fit,
                    Grid {
                        period,
                        phase: opening,
                    },
                );
            }
        }
    }
    winner.1
}

/// The best grid near `grid` over `half` hops around `middle`, by steps that halve.
fn refined(x: &[i32], grid: Grid, middle: i64, half: i64) -> Grid {
    let (from, to) = ((middle - half) * ONE, (middle + half) * ONE);
    // Period steps such that the ends of the stretch move about as far as the phase does.
    let beats = ((to - from) / (2 * grid.period)).max(1);
    let mut best = (grid.fit(x, from, to), grid);
    let mut step = ONE;
    while step >= ONE / 64 {
        let centre = best.1;
        for period in -2..=2 {
            for phase in -2..=2 {
                let tried = Grid {
                    period: centre.period + period * step / beats,
                    phase: centre.phase + phase * step,
                };
                let fit = tried.fit(x, from, to);
                if fit > best.0 {
                    best = (fit, tried);
                }
            }
        }
        step /= 2;
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A strength whose peaks sit at exact positions between hops.
    fn peaks(period: i64, phase: i64, hops: usize) -> Vec<i32> {
        let mut x = vec![0; hops];
        let mut beat = phase;
        while beat < hops as i64 * ONE {
            let hop = (beat / ONE) as usize;
            let part = beat % ONE;
            x[hop] += (2048 * (ONE - part) / ONE) as i32;
            if let Some(next) = x.get_mut(hop + 1) {
                *next += (2048 * part / ONE) as i32;
            }
            beat += period;
        }
        x
    }

    #[test]
    fn a_period_between_hops_is_found_and_holds_for_four_minutes() {
        // 97.3 beats a minute: 61.664 hops.
        let period = 6000 * ONE * 10 / 973;
        let hops = 24_000;
        let grid = constant_grid(&peaks(period, 20 * ONE, hops), 61);
        let beats = grid.beats(hops);
        let truth: Vec<i64> = (0..beats.len() as i64)
            .map(|k| 20 * ONE + k * period)
            .collect();
        for (beat, truth) in beats.iter().zip(&truth) {
            assert!((beat - truth).abs() < ONE / 4, "{beat} {truth}");
        }
    }
}
