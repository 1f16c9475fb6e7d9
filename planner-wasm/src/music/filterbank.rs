//! Triangular filters, twelve to the octave, from the bins of a spectrum to bands.

use super::ANALYSIS_RATE;
use super::spectrum::WINDOW;

/// The lowest and highest nominal frequencies, in hertz.
const RANGE_HZ: (f64, f64) = (30.0, 16_000.0);

/// Filters to the octave.
const PER_OCTAVE: f64 = 12.0;

/// How many bands there are.
pub(crate) const BANDS: usize = 80;

/// A row of levels, one for each band: their log magnitudes in 1/4096 of a decade.
pub(crate) type Levels = [i32; BANDS];

/// A bank of overlapping triangles on a logarithmic scale of frequency. Where the bins of the
/// spectrum are coarser than the scale, neighbouring filters that would fall on one bin are merged.
/// The weights of each sum to 1.
///
/// Source: Böck, Krebs, Schedl, *Evaluating the Online Capabilities of Onset Detection Methods*
/// (ISMIR 2012).
#[derive(Debug)]
pub(crate) struct Filterbank {
    filters: Vec<Filter>,
}

#[derive(Debug)]
struct Filter {
    first: usize,
    weights: Vec<f32>,
    centre_hz: f64,
}

impl Filterbank {
    pub(crate) fn new() -> Self {
        let width = f64::from(ANALYSIS_RATE) / WINDOW as f64;
        let top = WINDOW / 2;
        let mut bins = Vec::new();
        for step in 0.. {
            let hz = RANGE_HZ.0 * libm::exp2(f64::from(step) / PER_OCTAVE);
            let bin = libm::round(hz / width) as usize;
            if hz > RANGE_HZ.1 || bin > top {
                break;
            }
            if bins.last() != Some(&bin) && bin > 0 {
                bins.push(bin);
            }
        }
        let filters = bins
            .windows(3)
            .map(|edge| {
                let (left, centre, right) = (edge[0], edge[1], edge[2]);
                let raw: Vec<f64> = (left + 1..right)
                    .map(|bin| {
                        if bin <= centre {
                            (bin - left) as f64 / (centre - left) as f64
                        } else {
                            (right - bin) as f64 / (right - centre) as f64
                        }
                    })
                    .collect();
                let sum: f64 = raw.iter().sum();
                Filter {
                    first: left + 1,
                    weights: raw.iter().map(|weight| (weight / sum) as f32).collect(),
                    centre_hz: centre as f64 * width,
                }
            })
            .collect();
        Self { filters }
    }

    /// How many bands lie below `hz`.
    pub(crate) fn bands_below(&self, hz: f64) -> usize {
        self.filters.partition_point(|filter| filter.centre_hz < hz)
    }

    /// The weighted mean magnitude of each band of `spectrum`.
    pub(crate) fn apply(&self, spectrum: &[f32]) -> impl Iterator<Item = f32> {
        self.filters.iter().map(|filter| {
            let bins = spectrum.iter().skip(filter.first);
            filter
                .weights
                .iter()
                .zip(bins)
                .map(|(w, m)| w * m)
                .sum::<f32>()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_bands_each_a_weighted_mean() {
        let bank = Filterbank::new();
        assert_eq!(bank.filters.len(), BANDS);
        assert_eq!((bank.bands_below(180.0), bank.bands_below(3000.0)), (7, 52));
        let spectrum = [1.0; WINDOW / 2 + 1];
        assert!(bank.apply(&spectrum).all(|mean| (mean - 1.0).abs() < 1e-5));
    }
}
