//! Landmarks of a song: moments of its sound by which another decoder's sound is laid over the one
//! that was planned with.
//!
//! Decoders disagree on where a song begins: some play the samples that an encoder put before it
//! (in MP3 and AAC a tenth of a second or less), some do not. A plan counts in samples of the
//! decoder that its planner had, so it carries some landmarks, and whoever plays it asks
//! [`Aligner`] how much later the same sound comes from their own decoder.
//!
//! A landmark is 512 signs of the slope of the sound, at 8820 a second: loudness, equalising and
//! lossy coding hardly change them, and eight of them agree by chance in half of their bits, give
//! or take one in a hundred. The same idea as the fingerprints of Haitsma and Kalker (A Highly
//! Robust Audio Fingerprinting System, 2002), with time kept fine instead of frequency.
//!
//! * `bits` — a landmark's slopes, packed; `slopes` — from samples to slopes.
//! * `reader` — takes landmarks; `aligner` — finds them again.

mod aligner;
mod bits;
#[cfg(test)]
mod laws;
mod reader;
mod slopes;

use serde::{Deserialize, Serialize};

pub use aligner::{Aligner, Alignment};
pub use bits::{Bits, BitsError};
pub use reader::LandmarkReader;

/// Samples per second of the sound that landmarks are taken of.
pub const LANDMARK_RATE: u32 = 44_100;
/// Most landmarks of a song.
pub const MAX_LANDMARKS: usize = 8;
/// How far into the song landmarks are looked for, in samples: five minutes, so that a long mix is
/// not decoded twice.
pub const HORIZON: u64 = 300 * LANDMARK_RATE as u64;

/// Samples that are taken together.
const STEP: u16 = 5;
/// Steps of a landmark.
const STEPS: u16 = 512;

/// A moment of a song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Landmark {
    /// Its first sample.
    pub at: u64,
    /// How it sounds.
    pub bits: Bits,
}
