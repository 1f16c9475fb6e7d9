//! Hears a song: PCM in, its beats at the end.

use std::ops::ControlFlow;

use shared::decision::Decided;
use shared::landmarks::LandmarkReader;
use shared::music::BeatGrid;

use super::ANALYSIS_RATE;
use super::attack::AttackReader;
use super::deciding::Deciding;
use super::spectrum::SpectrumReader;

/// Samples cleaned at a time.
const BLOCK: usize = 1024;
/// Samples beyond this are damage, not music; cut off so that sums stay finite.
const LOUDEST: f32 = 64.0;

/// Why a song cannot be analysed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MusicError {
    /// The PCM has another rate than the analysis.
    #[error("music at {found} Hz cannot be analysed; resample it to {ANALYSIS_RATE} Hz")]
    Rate {
        /// Samples per second that were given.
        found: u32,
    },
}

/// Listens to a song in blocks of mono PCM and tells its beats at the end.
///
/// The result depends on the samples alone, not on how they are cut into blocks. Memory: about
/// 19 kB a second of music, no more while it decides, and some megabytes.
///
/// ```
/// # use planner_wasm::music::{ANALYSIS_RATE, MusicAnalyser};
/// let mut analyser = MusicAnalyser::new(ANALYSIS_RATE)?;
/// analyser.push(&[0.0; 4096]);
/// let heard = analyser.finish();
/// assert!(heard.value.beats.is_empty()); // silence
/// assert_eq!(heard.decisions.len(), 1); // and it says so
/// # Ok::<_, planner_wasm::music::MusicError>(())
/// ```
pub struct MusicAnalyser {
    reader: SpectrumReader,
    attacks: AttackReader,
    landmarks: LandmarkReader,
}

impl MusicAnalyser {
    /// An analyser of mono PCM at `sample_rate` samples a second.
    ///
    /// # Errors
    /// [`MusicError::Rate`] unless it is [`ANALYSIS_RATE`].
    pub fn new(sample_rate: u32) -> Result<Self, MusicError> {
        if sample_rate == ANALYSIS_RATE {
            Ok(Self {
                reader: SpectrumReader::new(),
                attacks: AttackReader::default(),
                landmarks: LandmarkReader::default(),
            })
        } else {
            Err(MusicError::Rate { found: sample_rate })
        }
    }

    /// Hears the next samples, nominally -1 to 1. A sample that is no finite number counts as 0.
    pub fn push(&mut self, pcm: &[f32]) {
        let mut clean = [0.0; BLOCK];
        for block in pcm.chunks(BLOCK) {
            for (clean, sample) in clean.iter_mut().zip(block) {
                *clean = match sample {
                    s if s.is_finite() => s.clamp(-LOUDEST, LOUDEST),
                    _ => 0.0,
                };
            }
            let clean = &clean[..block.len()];
            self.reader.push(clean);
            self.attacks.push(clean);
            self.landmarks.push(clean);
        }
    }

    /// The beats, bars, sections and energy of everything heard.
    ///
    /// A song without a beat gives no beats; one whose beat is uncertain gives its best guess and a
    /// low confidence. Both give a [`TempoFallback`](shared::decision::DecisionCode::TempoFallback).
    pub fn finish(self) -> Decided<BeatGrid> {
        let mut deciding = self.decide();
        loop {
            match deciding.step() {
                ControlFlow::Break(heard) => return heard,
                ControlFlow::Continue(rest) => deciding = rest,
            }
        }
    }

    /// The same step by step, for whoever wants to stop in between.
    #[must_use]
    pub fn decide(self) -> Deciding {
        let attacks = self.attacks.finish();
        Deciding::new(self.reader.finish(), attacks, self.landmarks.finish())
    }
}

/// The beats, bars, sections and energy of a whole song: [`MusicAnalyser`] in one call.
///
/// # Errors
/// [`MusicError::Rate`] unless `sample_rate` is [`ANALYSIS_RATE`].
pub fn analyse(pcm: &[f32], sample_rate: u32) -> Result<Decided<BeatGrid>, MusicError> {
    let mut analyser = MusicAnalyser::new(sample_rate)?;
    analyser.push(pcm);
    Ok(analyser.finish())
}
