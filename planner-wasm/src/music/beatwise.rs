//! The song beat by beat: what sounds from each beat to the next, as integers that can be compared.

use super::hop::{ONE, UNIT, nearest};
use super::network::odds_near;
use super::onset::{COLOURS, Onsets};
use super::spectrum::PITCHES;

/// Means over each beat of a song.
#[derive(Debug, Default)]
pub(crate) struct Beatwise {
    /// Mean log magnitude of each group of bands, flux of each register, and then each pitch class,
    /// a row a beat.
    pub(crate) sound: Vec<Vec<i64>>,
    /// Log odds of a downbeat, in 1/1024.
    pub(crate) downbeat: Vec<i64>,
    /// Mean energy.
    pub(crate) energy: Vec<i64>,
}

impl Beatwise {
    /// The song between its beats in fixed-point hops; the last lasts to the song's end or, if that
    /// is later, as long as the one before.
    pub(crate) fn of(onsets: &Onsets, chroma: &[u8], downbeat: &[i32], beats: &[i64]) -> Self {
        let hops = onsets.all.len();
        let hop_of = |beat: i64| usize::try_from(nearest(beat)).unwrap_or(0).min(hops);
        let mut out = Self::default();
        for (index, &beat) in beats.iter().enumerate() {
            let before = index.checked_sub(1).map_or(beat - 50 * ONE, |i| beats[i]);
            let next = beats.get(index + 1).copied().unwrap_or(2 * beat - before);
            let from = hop_of(beat).min(hops.saturating_sub(1));
            let to = hop_of(next).max(from + 1).min(hops);
            let mut sound = mean_rows(&onsets.colours, COLOURS, from, to);
            sound.extend(mean_rows(chroma, PITCHES, from, to));
            out.sound.push(sound);
            out.energy
                .push(mean_rows(&onsets.energy, 1, from, to).iter().sum());
            out.downbeat.push(i64::from(odds_near(downbeat, beat)));
        }
        out
    }
}

fn mean_rows<T: Copy>(table: &[T], width: usize, from: usize, to: usize) -> Vec<i64>
where
    i64: From<T>,
{
    let mut sums = vec![0_i64; width];
    let rows = table.get(from * width..).unwrap_or_default();
    for row in rows.chunks(width.max(1)).take(to - from) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += i64::from(*value);
        }
    }
    let count = to.saturating_sub(from).max(1) as i64;
    sums.into_iter().map(|sum| sum / count).collect()
}

/// Each value less the mean, over the standard deviation, in 1/1024; all 0 if they hardly differ,
/// so that rounding errors are not blown up to patterns.
pub(crate) fn standardised(values: &[i64]) -> Vec<i64> {
    let count = values.len().max(1) as i64;
    let mean = values.iter().sum::<i64>() / count;
    let squares: i64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let deviation = (squares / count).isqrt();
    if deviation <= LEAST {
        return vec![0; values.len()];
    }
    let unit = i64::from(UNIT);
    values
        .iter()
        .map(|v| (v - mean) * unit / deviation)
        .collect()
}

/// A standard deviation below this, in the integers of the features, is no variation.
const LEAST: i64 = 8;
