//! The front end: PCM in blocks of any size, one row of band magnitudes and of pitch classes a hop.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::ANALYSIS_RATE;
use super::filterbank::Filterbank;
use super::hop::HOP;

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
    /// Bands in a row of `bands`.
    pub(crate) width: usize,
    /// Mean magnitude of each band, row after row.
    pub(crate) bands: Vec<f32>,
    /// Magnitude folded to twelve pitch classes, row after row.
    pub(crate) chroma: Vec<f32>,
    /// Power of each row.
    pub(crate) power: Vec<f32>,
}

impl Spectra {
    /// How many rows there are.
    pub(crate) fn hops(&self) -> usize {
        self.power.len()
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
        let spectra = Spectra {
            width: bank.bands(),
            ..Spectra::default()
        };
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
            spectra,
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
        while self.spectra.hops() < rows {
            self.held.extend([0.0; HOP]);
            self.read_rows();
        }
        self.spectra.power.truncate(rows);
        self.spectra.bands.truncate(rows * self.spectra.width);
        self.spectra.chroma.truncate(rows * PITCHES);
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
            self.bank.apply(&self.magnitude, &mut self.spectra.bands);
            self.spectra.chroma.extend(chroma);
            self.spectra.power.push(power);
            start += HOP;
        }
        self.held.drain(..start);
    }
}
