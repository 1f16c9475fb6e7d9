//! A song's outline for drawing at any zoom.

use std::ops::Range;

/// Samples that one stored peak stands for: 6 ms, finer than a pixel of the closest view.
pub const PEAK_SAMPLES: usize = 256;

/// The lowest and highest sample of a stretch, usually within ±1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The lowest.
    pub low: f32,
    /// The highest.
    pub high: f32,
}

impl Peak {
    const fn of(sample: f32) -> Self {
        Self {
            low: sample,
            high: sample,
        }
    }

    const fn with(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }
}

/// The outline of a song: a peak for every [`PEAK_SAMPLES`] samples.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waveform {
    peaks: Vec<Peak>,
    samples: usize,
}

impl Waveform {
    /// Adds the next samples of the song; blocks may have any length.
    pub fn push(&mut self, samples: &[f32]) {
        for &sample in samples {
            let peak = Peak::of(sample);
            if self.samples.is_multiple_of(PEAK_SAMPLES) {
                self.peaks.push(peak);
            } else if let Some(last) = self.peaks.last_mut() {
                *last = last.with(peak);
            }
            self.samples += 1;
        }
    }

    /// Samples in the song.
    #[must_use]
    pub const fn samples(&self) -> usize {
        self.samples
    }

    /// The loudest sample's magnitude; 0 for silence.
    #[must_use]
    pub fn loudest(&self) -> f32 {
        self.peaks
            .iter()
            .fold(0.0, |most, peak| most.max(peak.high).max(-peak.low))
    }

    /// The outline of the samples in `view`, split into `width` columns. A column is `None` where
    /// the song is over.
    #[must_use]
    pub fn columns(&self, view: &Range<usize>, width: usize) -> Vec<Option<Peak>> {
        // In 64 bits: a song's samples times a screen's pixels do not fit the browser's 32.
        let (span, all) = (view.len() as u64, width.max(1) as u64);
        (0..width)
            .map(|column| {
                let edge = |column: usize| {
                    let inside = span * column as u64 / all;
                    view.start + usize::try_from(inside).unwrap_or(usize::MAX)
                };
                let first = edge(column) / PEAK_SAMPLES;
                let end = edge(column + 1).div_ceil(PEAK_SAMPLES).max(first + 1);
                let peaks = self.peaks.get(first..end.min(self.peaks.len()))?;
                peaks.iter().copied().reduce(Peak::with)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_does_not_depend_on_the_blocks() {
        let song: Vec<f32> = (0..10_000_u32)
            .map(|n| f32::from(u8::try_from(n * 37 % 101).unwrap()) / 101.0)
            .collect();
        let mut whole = Waveform::default();
        whole.push(&song);
        let mut pieces = Waveform::default();
        song.chunks(333).for_each(|block| pieces.push(block));
        assert_eq!(pieces, whole);
        assert_eq!(whole.samples(), 10_000);
    }

    #[test]
    fn a_click_is_seen_at_every_zoom() {
        let mut song = vec![0.0; 441_000];
        song[200_000] = 0.9;
        song[200_001] = -0.7;
        let mut outline = Waveform::default();
        outline.push(&song);
        assert_eq!(outline.loudest().to_bits(), 0.9_f32.to_bits());
        for width in [10, 333, 1000, 4000] {
            let columns = outline.columns(&(0..441_000), width);
            let at = 200_000 * width / 441_000;
            assert_eq!(
                columns[at],
                Some(Peak {
                    low: -0.7,
                    high: 0.9
                }),
                "{width}"
            );
            assert_eq!(columns.len(), width);
        }
    }

    #[test]
    fn past_the_end_is_nothing() {
        let mut outline = Waveform::default();
        outline.push(&[0.5; 1000]);
        let columns = outline.columns(&(0..4096), 4);
        assert!(columns[0].is_some() && columns[3].is_none());
        assert!(
            Waveform::default()
                .columns(&(0..10), 3)
                .iter()
                .all(Option::is_none)
        );
        assert!(outline.columns(&(5..5), 0).is_empty());
    }
}
