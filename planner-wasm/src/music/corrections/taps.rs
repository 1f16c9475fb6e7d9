//! The beat as a person taps it.
//!
//! Taps are uneven by some hundredths of a second, some are missed and some are too many. A period
//! is sought that most steps between taps are whole multiples of, then period and phase are fitted
//! by least squares without the taps that lie far off. If the heard grid, or a beat derived from it,
//! agrees with that, it is taken, since it knows every beat to some milliseconds; else a steady grid
//! runs through the song as tapped.

use shared::music::{Beat, BeatGrid};

use super::level::{between, doubled, halved_from};
use super::{CorrectionError, LEAST_TAPS, is_playable};
use crate::music::corrections::bars::count_from;

/// Taps nearer to the one before than this, of a second, are the same tap: a bouncing key.
const BOUNCE: u64 = 12;
/// Slowest and fastest beat that is tapped, in beats a minute.
const SLOWEST: u64 = 24;
const FASTEST: u64 = 400;
/// A tap this far off the beat, in thousandths of the period, is no tap on it.
const OFF: i64 = 200;
/// Beats agree with the taps whose median step is as long to this many thousandths.
const TEMPO: u64 = 60;
/// And of whose distances to the taps, in thousandths of the period, the mean is at most this. Less
/// than what beats of no relation to the taps have: 250.
const NEAR: u64 = 170;

/// A beat at `phase + k * period`, in 1/256 samples.
#[derive(Debug, Clone, Copy)]
struct Steady {
    period: i64,
    phase: i64,
}

/// Parts of a sample.
const PART: i64 = 256;

/// The grid as tapped, and what it follows, for a person.
pub(super) fn tapped(
    grid: &BeatGrid,
    taps: &[u64],
) -> Result<(BeatGrid, &'static str), CorrectionError> {
    let taps = sorted(taps, grid)?;
    let (steady, taps) = fitted(&taps, u64::from(grid.rate)).ok_or(CorrectionError::UnevenTaps)?;
    Ok(match agreeing(grid, steady, &taps) {
        Some(agreeing) => agreeing,
        None => (
            laid(grid, steady).ok_or(CorrectionError::UnevenTaps)?,
            "a steady beat through the taps",
        ),
    })
}

/// The taps inside the song, in order, each once.
fn sorted(taps: &[u64], grid: &BeatGrid) -> Result<Vec<i64>, CorrectionError> {
    let mut sorted: Vec<u64> = taps
        .iter()
        .copied()
        .filter(|tap| *tap < grid.duration)
        .collect();
    sorted.sort_unstable();
    // Never twice at one sample, however few of them make a second.
    let apart = (u64::from(grid.rate) / BOUNCE).max(1);
    sorted.dedup_by(|later, earlier| *later - *earlier < apart);
    if sorted.len() < LEAST_TAPS {
        return Err(CorrectionError::TooFewTaps { taps: sorted.len() });
    }
    // A song has fewer than 2^40 samples; what is longer is no song.
    let whole = |tap: u64| i64::try_from(tap).ok().filter(|tap| *tap < 1 << 40);
    let whole: Option<Vec<i64>> = sorted.into_iter().map(whole).collect();
    whole.ok_or(CorrectionError::UnsoundGrid)
}

/// The steady beat that most taps lie on, and those taps.
fn fitted(taps: &[i64], rate: u64) -> Option<(Steady, Vec<i64>)> {
    let bounds = (
        (rate * 60 / FASTEST) as i64..=(rate * 60 / SLOWEST) as i64,
        taps.len(),
    );
    let steps: Vec<i64> = taps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // Every step is tried as the period; a step of one period speaks for it more than one of two or
    // three with missed taps between. Ties to the shorter.
    let vote = |period: i64| -> i64 {
        let of = |step: &i64| {
            let count = (step + period / 2) / period;
            let off = (step - count * period).abs();
            let sure = (1000 - 6000 * off / period).max(0);
            match count {
                0 => 0,
                1 => 2 * sure,
                2..=4 => sure,
                _ => sure / 2,
            }
        };
        steps.iter().map(of).sum()
    };
    let mut period = steps
        .iter()
        .copied()
        .filter(|step| bounds.0.contains(step))
        .max_by_key(|step| (vote(*step), -step))?;
    // The mean of the steps that are near it, to begin with.
    let near: Vec<i64> = steps
        .iter()
        .copied()
        .filter(|step| (step - period).abs() * 1000 <= OFF * period)
        .collect();
    period = near.iter().sum::<i64>() / near.len().max(1) as i64;

    // Number the taps from one to the next, fit, drop those that are off, and again.
    let mut numbered: Vec<(i64, i64)> = Vec::with_capacity(taps.len());
    for tap in taps {
        let number = numbered.last().map_or(0, |(number, last)| {
            number + (tap - last + period / 2) / period
        });
        // A tap too many has the number of the one before.
        if numbered.last().is_none_or(|(last, _)| number > *last) {
            numbered.push((number, *tap));
        }
    }
    let mut steady = line(&numbered)?;
    for _ in 0..4 {
        let on: Vec<(i64, i64)> = taps
            .iter()
            .map(|tap| (steady.number(*tap), *tap))
            .filter(|(number, tap)| steady.off(*number, *tap) <= OFF)
            .collect();
        steady = line(&on)?;
    }
    let on: Vec<i64> = taps
        .iter()
        .copied()
        .filter(|tap| steady.off(steady.number(*tap), *tap) <= OFF)
        .collect();
    // Nobody leaves out more than half of the beats: what fits so thinly fits by chance.
    let beats = 1 + steady.number(*on.last()?) - steady.number(*on.first()?);
    let sound = on.len() >= LEAST_TAPS
        && 3 * on.len() >= 2 * taps.len()
        && 2 * on.len() as i64 >= beats
        && bounds.0.contains(&(steady.period / PART));
    sound.then_some((steady, on))
}

impl Steady {
    /// The beat nearest to a sample.
    fn number(self, tap: i64) -> i64 {
        (tap * PART - self.phase + self.period / 2).div_euclid(self.period)
    }

    /// How far a tap is off a beat, in thousandths of the period.
    fn off(self, number: i64, tap: i64) -> i64 {
        let off = tap * PART - self.phase - number * self.period;
        off.abs() * 1000 / self.period.max(1)
    }
}

/// Least squares through numbered taps; `None` if they do not rise.
fn line(taps: &[(i64, i64)]) -> Option<Steady> {
    let count = i128::try_from(taps.len())
        .ok()
        .filter(|count| *count >= 2)?;
    let sum = |of: &dyn Fn(i128, i128) -> i128| -> i128 {
        let each = taps.iter().map(|(k, at)| of((*k).into(), (*at).into()));
        each.sum()
    };
    let (k, at) = (sum(&|k, _| k), sum(&|_, at| at));
    let (kk, kat) = (sum(&|k, _| k * k), sum(&|k, at| k * at));
    let spread = count * kk - k * k;
    if spread <= 0 {
        return None;
    }
    let part = i128::from(PART);
    let period = (count * kat - k * at) * part / spread;
    let phase = (at * part - period * k) / count;
    let period = i64::try_from(period)
        .ok()
        .filter(|period| *period >= PART)?;
    let phase = i64::try_from(phase).ok()?;
    Some(Steady { period, phase })
}

/// The beat derived from the heard one that agrees best with the taps, if any does.
fn agreeing(grid: &BeatGrid, steady: Steady, taps: &[i64]) -> Option<(BeatGrid, &'static str)> {
    let mut derived = vec![
        (grid.clone(), "the beat as heard"),
        (between(grid), "the beat as heard, half a beat later"),
        (halved_from(grid, 0), "the beat as heard, halved"),
        (
            halved_from(grid, 1),
            "the beat as heard, halved from the second on",
        ),
    ];
    derived.extend(doubled(grid).map(|grid| (grid, "the beat as heard, doubled")));
    // Of equals the first.
    derived
        .into_iter()
        .filter_map(|(derived, name)| Some((distance(&derived, steady, taps)?, derived, name)))
        .min_by_key(|(distance, ..)| *distance)
        .map(|(_, derived, name)| (derived, name))
}

/// Mean distance of the taps from the nearest beat, in thousandths of the period; `None` if the
/// tempo is another or the taps lie off.
fn distance(grid: &BeatGrid, steady: Steady, taps: &[i64]) -> Option<u64> {
    let period = steady.period.unsigned_abs() / PART.unsigned_abs();
    let (first, last) = (*taps.first()?, *taps.last()?);
    let (first, last) = (first.unsigned_abs(), last.unsigned_abs());
    let from = grid.beats.partition_point(|beat| beat.at + period < first);
    let to = grid.beats.partition_point(|beat| beat.at <= last + period);
    let tapped = grid.beats.get(from..to)?;
    let mut steps: Vec<u64> = tapped
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    steps.sort_unstable();
    let step = *steps.get(steps.len() / 2)?;
    if step.abs_diff(period) * 1000 > TEMPO * period {
        return None;
    }
    let nearest = |tap: &i64| {
        let tap = tap.unsigned_abs();
        tapped.iter().map(|beat| beat.at.abs_diff(tap)).min()
    };
    let sum: u64 = taps.iter().filter_map(nearest).sum();
    let mean = sum * 1000 / (period * taps.len() as u64).max(1);
    (mean <= NEAR).then_some(mean)
}

/// A steady beat through the whole song. `None` if that would be too many beats.
fn laid(grid: &BeatGrid, steady: Steady) -> Option<BeatGrid> {
    let duration = i64::try_from(grid.duration).ok()?;
    let samples_a_minute = u64::from(grid.rate) * 60_000 * PART.unsigned_abs();
    let tempo = u32::try_from(samples_a_minute / steady.period.unsigned_abs()).ok()?;
    if !is_playable(
        usize::try_from(duration / (steady.period / PART)).ok()?,
        tempo,
    ) {
        return None;
    }
    let first = -steady.phase.div_euclid(steady.period);
    let at = |number: i64| (steady.phase + number * steady.period + PART / 2).div_euclid(PART);
    let beats = (first - 1..)
        .map(at)
        .skip_while(|at| *at < 0)
        .take_while(|at| *at < duration)
        .map(|at| {
            let at = at.unsigned_abs();
            let before = grid.beats.partition_point(|beat| beat.at <= at);
            let heard = grid.beats.get(before.saturating_sub(1));
            Beat {
                at,
                position: 0,
                energy_permille: heard.map_or(500, |beat| beat.energy_permille),
                confidence_permille: 1000,
            }
        });
    let mut laid = BeatGrid {
        tempo_millibpm: tempo,
        beats: beats.collect(),
        ..grid.clone()
    };
    // People begin to tap on a first beat more often than on any other.
    let tapped = steady.phase.div_euclid(PART).unsigned_abs();
    let one = laid.beats.partition_point(|beat| beat.at < tapped);
    let one = one.min(laid.beats.len().saturating_sub(1));
    count_from(&mut laid, one);
    Some(laid)
}
