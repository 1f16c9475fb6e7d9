//! Periodicity of the onset strength, and the families of beat periods it suggests.

use super::ANALYSIS_RATE;
use super::hop::{HOP, ONE, UNIT, nearest};

/// Shortest beat period considered, in hops: 240 beats a minute.
pub(crate) const SHORTEST: usize = 25;
/// Longest beat period considered, in hops: 40 beats a minute.
pub(crate) const LONGEST: usize = 150;
/// Multiples of a lag that speak for it, with weights in tenths.
const COMB: [(usize, i64); 5] = [(1, 10), (2, 7), (3, 4), (4, 6), (8, 3)];
/// Pulses that found families.
const PULSES: usize = 4;
/// Ratios between a pulse and the beat, simplest first.
const RATIOS: [(usize, usize); 7] = [(1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (3, 2), (2, 3)];

/// Periodicity of one song.
#[derive(Debug)]
pub(crate) struct Tempogram {
    /// Comb-filtered autocorrelation at each lag in hops up to [`LONGEST`], in 1/1024; 0
    /// below [`SHORTEST`].
    salience: Vec<i64>,
}

impl Tempogram {
    /// Of a normalised onset strength.
    pub(crate) fn of(strength: &[i32]) -> Self {
        let reach = 8 * LONGEST + 2;
        let autocorrelation = autocorrelation(strength, reach);
        let salience = (0..=LONGEST)
            .map(|lag| {
                if lag < SHORTEST {
                    return 0;
                }
                COMB.iter()
                    .map(|&(multiple, weight)| {
                        // A period between two hops puts its multiples off the multiples of the hop.
                        let spread = usize::from(multiple > 1);
                        let centre = lag * multiple;
                        let best = (centre - spread..=centre + spread)
                            .filter_map(|lag| autocorrelation.get(lag))
                            .max();
                        weight * best.copied().unwrap_or(0) / 10
                    })
                    .sum()
            })
            .collect();
        Self { salience }
    }

    /// How strongly the song pulses with this period in fixed-point hops, relative to its strongest,
    /// in 1/1024; 0 of one shorter than [`SHORTEST`] or longer than [`LONGEST`].
    pub(crate) fn relative_at(&self, period: i64) -> i64 {
        self.relative(usize::try_from(nearest(period)).unwrap_or(0))
    }

    fn relative(&self, period: usize) -> i64 {
        let most = self.salience.iter().copied().max().unwrap_or(0).max(1);
        let here = self.salience.get(period).copied().unwrap_or(0).max(0);
        here * i64::from(UNIT) / most
    }

    /// How strongly the song pulses at its strongest period, in 1/1024 of a song that repeats
    /// exactly, times the sum of the comb's weights.
    pub(crate) fn strongest(&self) -> i64 {
        self.salience.iter().copied().max().unwrap_or(0)
    }

    /// Beat periods in hops to be tried, most likely first: the strongest pulses and their simple
    /// multiples and parts, none within 5 % of an earlier one. Empty if nothing repeats.
    pub(crate) fn families(&self) -> Vec<usize> {
        let s = &self.salience;
        let mut pulses: Vec<usize> = (SHORTEST..s.len())
            .filter(|&lag| {
                let next = s.get(lag + 1).copied().unwrap_or(i64::MIN);
                s[lag] > 0 && s[lag] > s[lag - 1] && s[lag] >= next
            })
            .collect();
        pulses.sort_by_key(|&lag| (-s[lag], lag));
        pulses.truncate(PULSES);
        let mut families: Vec<usize> = Vec::new();
        for (times, parts) in RATIOS {
            for pulse in &pulses {
                let period = (pulse * times * 2 + parts) / (parts * 2);
                let fresh = families.iter().all(|f| 20 * period.abs_diff(*f) > *f);
                if (SHORTEST..=LONGEST).contains(&period) && fresh {
                    families.push(period);
                }
            }
        }
        families
    }
}

/// Thousandths of a beat a minute for a period in fixed-point hops.
pub(crate) fn tempo_of(period: i64) -> u32 {
    let hops_a_minute = i64::from(ANALYSIS_RATE) / HOP as i64 * 60;
    u32::try_from((hops_a_minute * 1000 * ONE + period / 2) / period).unwrap_or(0)
}

/// Autocorrelation of the positive part less its mean, lags `0..reach`, in 1/1024 of lag 0.
fn autocorrelation(strength: &[i32], reach: usize) -> Vec<i64> {
    let count = strength.len().max(1) as i64;
    let mean = strength.iter().map(|s| i64::from((*s).max(0))).sum::<i64>() / count;
    let x: Vec<i64> = strength
        .iter()
        .map(|s| i64::from((*s).max(0)) - mean)
        .collect();
    // Strength is at most 2^14, so a sum over an hour of hops stays far below 2^63.
    let sum_at = |lag: usize| -> i64 {
        let later = x.get(lag..).unwrap_or_default();
        x.iter().zip(later).map(|(a, b)| a * b).sum()
    };
    let whole = sum_at(0).max(1);
    (0..reach)
        .map(|lag| (i128::from(sum_at(lag)) * i128::from(UNIT) / i128::from(whole)) as i64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulses(period: usize, hops: usize) -> Vec<i32> {
        let pulse = |hop| if hop % period == 0 { 4096 } else { -100 };
        (0..hops).map(pulse).collect()
    }

    #[test]
    fn a_pulse_founds_its_family_and_those_of_its_multiples() {
        let tempogram = Tempogram::of(&pulses(50, 3000));
        let families = tempogram.families();
        assert_eq!(families.first(), Some(&50));
        assert!(families.contains(&100), "{families:?}");
        assert!(families.iter().all(|f| (SHORTEST..=LONGEST).contains(f)));
        assert!(tempogram.relative(50) > tempogram.relative(47));
        assert!(tempogram.strongest() > 2048);
    }

    #[test]
    fn a_third_that_repeats_is_heard_unless_it_is_shorter_than_a_beat() {
        let tempogram = Tempogram::of(&pulses(30, 3000));
        let third = |period: i64| tempogram.relative_at(period * ONE / 3);
        assert_eq!(third(90), 1024);
        assert!(third(120) < 256, "{}", third(120));
        assert_eq!((third(60), third(72)), (0, 0));
    }

    #[test]
    fn what_never_repeats_has_no_families() {
        assert!(Tempogram::of(&[]).families().is_empty());
        assert!(Tempogram::of(&[0; 1000]).families().is_empty());
        assert_eq!(Tempogram::of(&[0; 1000]).strongest(), 0);
    }
}
