//! Onset strength: how much more sound each hop has than the one before, by register.

use super::filterbank::{BANDS, Filterbank, Levels};
use super::hop::UNIT;
use super::levels::Scale;
use super::spectrum::Spectra;

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
/// Groups of neighbouring bands that describe the sound of a hop.
const GROUPS: usize = 10;
/// Low, middle and high register.
pub(crate) const REGISTERS: usize = 3;
/// Values that describe the sound of a hop: those groups, and the flux of the registers.
pub(crate) const COLOURS: usize = GROUPS + REGISTERS;
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
    /// Mean log magnitude of ten groups of bands and then mean flux of a band of each register, in
    /// 1/4096 of a decade, rows of [`COLOURS`].
    pub(crate) colours: Vec<u16>,
}

/// The scale that brings the song to the reference loudness; `None` if it is silent.
pub(crate) fn scale(spectra: &Spectra) -> Option<Scale> {
    let loudness = spectra.loudness();
    (loudness >= SILENCE).then(|| Scale::new((REFERENCE / loudness) as f32, LEVEL))
}

/// Tells onsets row by row, and holds no more rows than it compares.
///
/// The flux follows the maximum-filter method: a band counts only where it exceeds the loudest of
/// itself and its neighbours two hops before, which keeps vibrato quiet.
///
/// Source: Böck and Widmer, *Maximum Filter Vibrato Suppression for Onset Detection*, 2013.
pub(crate) struct OnsetReader {
    /// The first bands of the middle and of the high register.
    registers: [usize; 2],
    /// The latest rows, each at its number modulo their count.
    near: Vec<Levels>,
    read: usize,
    flux: [Vec<i32>; REGISTERS],
    change: Vec<i32>,
    energy: Vec<i32>,
    colours: Vec<u16>,
}

impl OnsetReader {
    pub(crate) fn new(bank: &Filterbank) -> Self {
        Self {
            registers: [LOW_HZ, HIGH_HZ].map(|hz| bank.bands_below(hz)),
            near: vec![[0; BANDS]; 2 * CHANGE + 1],
            read: 0,
            flux: Default::default(),
            change: Vec::new(),
            energy: Vec::new(),
            colours: Vec::new(),
        }
    }

    /// Takes the next row.
    pub(crate) fn push(&mut self, levels: &Levels) {
        let at = self.read % self.near.len();
        self.near[at] = *levels;
        self.read += 1;
        if let Some(hop) = self.read.checked_sub(CHANGE + 1) {
            self.tell(hop);
        }
    }

    /// What was told of the whole song.
    pub(crate) fn finish(mut self) -> Onsets {
        for hop in self.energy.len()..self.read {
            self.tell(hop);
        }
        let change = normalised(&self.change);
        let [low, mid, high] = self.flux.map(|flux| normalised(&flux));
        let all = low
            .iter()
            .zip(&mid)
            .zip(&high)
            .map(|((l, m), h)| (12 * l + 10 * m + 8 * h) / 30)
            .collect();
        Onsets {
            all,
            change,
            energy: self.energy,
            colours: self.colours,
        }
    }

    fn tell(&mut self, hop: usize) {
        let row = |hop: usize| &self.near[hop % self.near.len()];
        let now = row(hop);
        let mut flux = [0; REGISTERS];
        // The first rows have nothing before them: the song's first sample is no onset.
        if let Some(before) = hop.checked_sub(LAG).map(row) {
            for (band, &level) in now.iter().enumerate() {
                let from = band.saturating_sub(1);
                let to = (band + 2).min(BANDS);
                let reference = before[from..to].iter().fold(0, |most, l| most.max(*l));
                let [mid, high] = self.registers.map(|first| usize::from(band >= first));
                flux[mid + high] += (level - reference).max(0);
            }
        }
        let loud: i32 = now.iter().sum();
        let group = |group: &[i32]| (group.iter().sum::<i32>() / group.len() as i32) as u16;
        self.colours.extend(now.chunks(BANDS / GROUPS).map(group));
        let [low, mid] = self.registers;
        let each = [low, mid - low, BANDS - mid];
        let each = flux.iter().zip(each);
        self.colours
            .extend(each.map(|(flux, bands)| (flux / bands as i32) as u16));
        let past = row(hop.saturating_sub(CHANGE));
        let coming = row((hop + CHANGE).min(self.read - 1));
        let moved = past.iter().zip(coming).map(|(a, b)| (b - a).abs()).sum();
        for (told, flux) in self.flux.iter_mut().zip(flux) {
            told.push(flux);
        }
        self.change.push(moved);
        self.energy.push(loud + 2 * flux.iter().sum::<i32>());
    }
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
}
