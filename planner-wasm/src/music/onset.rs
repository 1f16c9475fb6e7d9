//! Onset strength: how much more sound each hop has than the one before, by register.

use super::filterbank::Filterbank;
use super::hop::UNIT;
use super::spectrum::{PITCHES, Spectra};

/// Below this lies the low register (kick, bass), above [`HIGH_HZ`] the high one (hats, cymbals).
pub(crate) const LOW_HZ: f64 = 180.0;
/// See [`LOW_HZ`].
pub(crate) const HIGH_HZ: f64 = 3000.0;

/// Hops from a row to the one it is compared with.
const LAG: usize = 2;
/// Hops to either side that spectral change compares.
const CHANGE: usize = 4;
/// Hops to either side over which strength is normalised: 2 s.
const LOCAL: usize = 200;
/// A flux of 1.0 per band in the integers it is rounded to, once.
pub(crate) const LEVEL: f32 = 4096.0;
/// Root mean square magnitude every song is brought to: that of music with peaks near full scale.
const REFERENCE: f64 = 5.5;
/// A song whose root mean square stays below this (-120 dB of full scale) is silence.
const SILENCE: f64 = 2e-5;
/// Largest normalised strength, in standard deviations.
const CEILING: i64 = 16;

/// Onset strengths of one song, one value a hop, in 1/1024 standard deviations of their 4 s
/// neighbourhood. All integers: from here on every result is exact.
#[derive(Debug, Default)]
pub(crate) struct Onsets {
    /// All registers, weighted 1.2 : 1 : 0.8 from low to high.
    pub(crate) all: Vec<i32>,
    /// Change of the spectrum across the hop, rising or falling.
    pub(crate) change: Vec<i32>,
    /// Loudness plus flux before normalisation: how loud and busy the hop is.
    pub(crate) energy: Vec<i32>,
    /// Log magnitude of each band, in 1/4096 of a decade, row after row.
    pub(crate) bands: Vec<i32>,
    /// Bands in a row.
    pub(crate) width: usize,
    /// Pitch classes above the row's median, scaled so that a row's largest is 1024.
    pub(crate) chroma: Vec<i32>,
}

/// Onset strengths of `spectra`, which are compressed in place; `None` if the song is silent.
///
/// The flux follows the maximum-filter method: a band counts only where it exceeds the loudest of itself and its
/// neighbours two hops before, which keeps vibrato quiet.
///
/// Source: Böck and Widmer, *Maximum Filter Vibrato Suppression for Onset Detection*, 2013.
pub(crate) fn onsets(spectra: &mut Spectra, bank: &Filterbank) -> Option<Onsets> {
    normalise_loudness(spectra)?;
    let width = spectra.width;
    let (low_end, mid_end) = (bank.bands_below(LOW_HZ), bank.bands_below(HIGH_HZ));
    let hops = spectra.hops();
    let [mut low, mut mid, mut high, mut change, mut energy] = [const { Vec::new() }; 5];
    let row = |hop: usize| &spectra.bands[hop * width..(hop + 1) * width];
    for hop in 0..hops {
        let mut flux = [0.0_f32; 3];
        let mut loud = 0.0_f32;
        let now = row(hop);
        let before = hop.checked_sub(LAG).map(row);
        for (band, &level) in now.iter().enumerate() {
            let reference = before.map_or(0.0, |before| {
                let from = band.saturating_sub(1);
                let to = (band + 2).min(width);
                before[from..to]
                    .iter()
                    .fold(0.0_f32, |most, l| most.max(*l))
            });
            let rise = (level - reference).max(0.0);
            let register = usize::from(band >= low_end) + usize::from(band >= mid_end);
            // The first rows have nothing before them: the song's first sample is no onset.
            if before.is_some() {
                flux[register] += rise;
            }
            loud += level;
        }
        let (past, coming) = (
            row(hop.saturating_sub(CHANGE)),
            row((hop + CHANGE).min(hops - 1)),
        );
        let moved: f32 = past.iter().zip(coming).map(|(a, b)| (b - a).abs()).sum();
        low.push(quantised(flux[0]));
        mid.push(quantised(flux[1]));
        high.push(quantised(flux[2]));
        change.push(quantised(moved));
        energy.push(quantised(loud + 2.0 * (flux[0] + flux[1] + flux[2])));
    }
    let [low, mid, high, change] = [low, mid, high, change].map(|flux| normalised(&flux));
    let all = low
        .iter()
        .zip(&mid)
        .zip(&high)
        .map(|((l, m), h)| (12 * l + 10 * m + 8 * h) / 30)
        .collect();
    Some(Onsets {
        all,
        change,
        energy,
        bands: spectra
            .bands
            .iter()
            .map(|level| quantised(*level))
            .collect(),
        width,
        chroma: spectra.chroma.chunks(PITCHES).flat_map(peaks_of).collect(),
    })
}

/// Brings the song to the reference loudness and its bands to `log10(1 + magnitude)`.
fn normalise_loudness(spectra: &mut Spectra) -> Option<()> {
    let power: f64 = spectra.power.iter().map(|p| f64::from(*p)).sum();
    let mean = power / (spectra.hops().max(1) * (super::spectrum::WINDOW / 2)) as f64;
    let level = libm::sqrt(mean);
    if level < SILENCE {
        return None;
    }
    let gain = (REFERENCE / level) as f32;
    for band in &mut spectra.bands {
        *band = libm::log10f(1.0 + gain * *band);
    }
    Some(())
}

fn quantised(value: f32) -> i32 {
    libm::roundf(value * LEVEL) as i32
}

/// A row of pitch classes less its median, negative parts cut off, largest 1024.
fn peaks_of(row: &[f32]) -> [i32; PITCHES] {
    let mut sorted = [0.0_f32; PITCHES];
    sorted.copy_from_slice(row);
    sorted.sort_by(f32::total_cmp);
    let median = sorted[PITCHES / 2];
    let most = sorted[PITCHES - 1] - median;
    let mut out = [0; PITCHES];
    if most > 0.0 {
        for (out, pitch) in out.iter_mut().zip(row) {
            *out = libm::roundf((pitch - median).max(0.0) / most * UNIT as f32) as i32;
        }
    }
    out
}

/// Each value less the mean of its 4 s neighbourhood, over the standard deviation there plus an
/// eighth of the whole song's, in 1/1024: a loud part does not starve a quiet one, and silence is
/// not blown up.
pub(crate) fn normalised(strength: &[i32]) -> Vec<i32> {
    let mut sums = vec![0_i64];
    let mut squares = vec![0_i64];
    let (mut sum, mut square) = (0_i64, 0_i64);
    for value in strength {
        sum += i64::from(*value);
        square += i64::from(*value) * i64::from(*value);
        sums.push(sum);
        squares.push(square);
    }
    let deviation = |from: usize, to: usize| {
        let count = (to - from) as i64;
        let mean = (sums[to] - sums[from]) / count;
        let variance = (squares[to] - squares[from]) / count - mean * mean;
        (mean, variance.max(0).isqrt())
    };
    if strength.is_empty() {
        return Vec::new();
    }
    let floor = deviation(0, strength.len()).1 / 8 + 1;
    strength
        .iter()
        .enumerate()
        .map(|(hop, value)| {
            let from = hop.saturating_sub(LOCAL);
            let to = (hop + LOCAL + 1).min(strength.len());
            let (mean, deviation) = deviation(from, to);
            let z = (i64::from(*value) - mean) * i64::from(UNIT) / (deviation + floor);
            let most = CEILING * i64::from(UNIT);
            z.clamp(-most, most) as i32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_is_normalised_to_its_neighbourhood() {
        assert!(normalised(&[]).is_empty());
        assert_eq!(normalised(&[700; 500]), [0; 500]);
        // The same pattern ten times as loud reads nearly the same.
        let soft = (0..1000).map(|hop| if hop % 50 == 0 { 1000 } else { 0 });
        let loud = (0..1000).map(|hop| if hop % 50 == 0 { 10_000 } else { 0 });
        let z = normalised(&soft.chain(loud).collect::<Vec<_>>());
        let (soft, loud) = (z[500], z[1500]);
        assert!(soft > 2 * UNIT && loud - soft < loud / 2, "{soft} {loud}");
    }

    #[test]
    fn a_row_of_pitches_keeps_what_stands_out() {
        let mut row = [1.0; PITCHES];
        row[3] = 5.0;
        row[7] = 3.0;
        let peaks = peaks_of(&row);
        assert_eq!((peaks[3], peaks[7], peaks[0]), (1024, 512, 0));
        assert_eq!(peaks_of(&[0.0; PITCHES]), [0; PITCHES]);
    }
}
