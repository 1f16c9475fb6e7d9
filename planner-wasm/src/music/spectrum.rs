//! The front end: PCM in blocks of any size, one row of band magnitudes and of pitch classes a hop.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::ANALYSIS_RATE;
use super::filterbank::Filterbank;
use super::hop::HOP;
use super::levels::Rows;

/// Samples under the window of one step: 46 ms, long enough to part bass notes.
pub(crate) const WINDOW: usize = 2048;

/// Pitch classes to the octave.
pub(crate) const PITCHES: usize = 12;

/// The frequencies folded into pitch classes, in hertz.
const PITCHED_HZ: (f64, f64) = (80.0, 4000.0);

/// What the front end heard: row `k` of each table is centred on sample `k · HOP`.
#[derive(Debug, Default)]
pub(crate) struct Spectra {
    /// Samples heard in all.
    pub(crate) samples: u64,
    /// Mean magnitude of each band.
    pub(crate) bands: Rows,
    /// Pitch classes above the row's median, row after row, scaled so that a row's largest is 255.
    pub(crate) chroma: Vec<u8>,
    /// Power of all rows.
    power: f64,
}

impl Spectra {
    /// Root mean square magnitude of the song.
    pub(crate) fn loudness(&self) -> f64 {
        let values = self.bands.count().max(1) * (WINDOW / 2);
        libm::sqrt(self.power / values as f64)
    }
}

/// The streaming short-time Fourier transform. The result does not depend on how the song is cut
/// into blocks: a row is computed as soon as its last sample is there, from the same samples.
pub(crate) struct SpectrumReader {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    bank: Filterbank,
    pitch_of_bin: Vec<Option<usize>>,
    held: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    magnitude: Vec<f32>,
    spectra: Spectra,
}

impl SpectrumReader {
    pub(crate) fn new() -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
        let window = (0..WINDOW)
            .map(|n| {
                let turn = std::f64::consts::TAU * n as f64 / WINDOW as f64;
                (0.5 - 0.5 * libm::cos(turn)) as f32
            })
            .collect();
        let bin_hz = f64::from(ANALYSIS_RATE) / WINDOW as f64;
        let pitch_of_bin = (0..=WINDOW / 2)
            .map(|bin| {
                let hz = bin as f64 * bin_hz;
                (hz >= PITCHED_HZ.0 && hz <= PITCHED_HZ.1).then(|| {
                    let semitones = libm::round(12.0 * libm::log2(hz / 440.0)) as i64;
                    semitones.rem_euclid(PITCHES as i64) as usize
                })
            })
            .collect();
        let bank = Filterbank::new();
        Self {
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            magnitude: vec![0.0; WINDOW / 2 + 1],
            fft,
            window,
            bank,
            pitch_of_bin,
            // Half a window of silence, so that row 0 is centred on sample 0.
            held: vec![0.0; WINDOW / 2],
            spectra: Spectra::default(),
        }
    }

    /// Takes the next samples, all finite.
    pub(crate) fn push(&mut self, pcm: &[f32]) {
        self.spectra.samples += pcm.len() as u64;
        // A block at a time, so that a whole song in one call does not double its memory.
        for block in pcm.chunks(WINDOW) {
            self.held.extend(block);
            self.read_rows();
        }
    }

    /// Everything heard, the last rows completed with silence, and the filters that heard it.
    pub(crate) fn finish(mut self) -> (Filterbank, Spectra) {
        let rows = if self.spectra.samples == 0 {
            0
        } else {
            (self.spectra.samples / HOP as u64) as usize + 1
        };
        // The last row reaches half a window beyond the last sample, so there are never too many.
        while self.spectra.bands.count() < rows {
            self.held.extend([0.0; HOP]);
            self.read_rows();
        }
        (self.bank, self.spectra)
    }

    fn read_rows(&mut self) {
        let mut start = 0;
        while let Some(samples) = self.held.get(start..start + WINDOW) {
            for ((x, sample), w) in self.input.iter_mut().zip(samples).zip(&self.window) {
                *x = sample * w;
            }
            // The buffers come from the plan itself, so their lengths are right; were they not,
            // the row would read as silence.
            if self
                .fft
                .process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch)
                .is_err()
            {
                self.output.fill(Complex::default());
            }
            let mut power = 0.0;
            let mut chroma = [0.0_f32; PITCHES];
            for ((bin, magnitude), pitch) in self
                .output
                .iter()
                .zip(&mut self.magnitude)
                .zip(&self.pitch_of_bin)
            {
                let square = bin.norm_sqr();
                power += square;
                *magnitude = square.sqrt();
                if let Some(pitch) = pitch {
                    chroma[*pitch] += *magnitude;
                }
            }
            self.spectra.bands.push(self.bank.apply(&self.magnitude));
            self.spectra.chroma.extend(peaks_of(&chroma));
            self.spectra.power += f64::from(power);
            start += HOP;
        }
        self.held.drain(..start);
    }
}

/// A row of pitch classes less its median, negative parts cut off, largest 255.
fn peaks_of(row: &[f32; PITCHES]) -> [u8; PITCHES] {
    let mut sorted = *row;
    sorted.sort_by(f32::total_cmp);
    let median = sorted[PITCHES / 2];
    let most = sorted[PITCHES - 1] - median;
    let share = |pitch: f32| libm::roundf((pitch - median).max(0.0) / most * 255.0) as u8;
    if most > 0.0 {
        row.map(share)
    } else {
        [0; PITCHES]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_pitches_keeps_what_stands_out() {
        let mut row = [1.0; PITCHES];
        row[3] = 5.0;
        row[7] = 3.0;
        let peaks = peaks_of(&row);
        assert_eq!((peaks[3], peaks[7], peaks[0]), (255, 128, 0));
        assert_eq!(peaks_of(&[0.0; PITCHES]), [0; PITCHES]);
    }
}
