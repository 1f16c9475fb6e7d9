//! Every reading of a song and what speaks for it, for whoever fits the weights anew or measures what
//! lay within reach.

use super::choice::{BARS, DIVIDED, LEFT_OUT, PULSE, STEADY, THIRDS, UNUSUAL};
use super::hop::UNIT;
use super::{MusicAnalyser, MusicError};

/// What each kind of evidence weighs, in 1/1024: log odds of the beats, contrast of the downbeats,
/// periodicity of the onsets, change at quarters of the beat, log odds half-way between the beats,
/// periodicity at a third of the beat, octaves of tempo squared, constant tempo.
pub const WEIGHTS: [i64; 8] = [
    UNIT as i64,
    BARS,
    PULSE,
    -DIVIDED,
    -LEFT_OUT,
    -THIRDS,
    -UNUSUAL,
    STEADY,
];

/// One reading of a song. Of all, the one with the largest sum of evidence times [`WEIGHTS`] holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// Its beats as a grid of them would have them, in samples of the song, rising.
    pub beats: Vec<u64>,
    /// What speaks for it, in 1/1024, in the order of [`WEIGHTS`].
    pub evidence: [i64; 8],
}

/// Every reading of a song that is weighed; none of one without a beat.
///
/// # Errors
/// [`MusicError::Rate`] unless `sample_rate` is [`ANALYSIS_RATE`](super::ANALYSIS_RATE).
pub fn weighed(pcm: &[f32], sample_rate: u32) -> Result<Vec<Weighed>, MusicError> {
    let mut analyser = MusicAnalyser::new(sample_rate)?;
    analyser.push(pcm);
    Ok(analyser.decide().weighed())
}
