//! A song as the beat tracker hears it: mono, 44.1 kHz, from the first sample that a player plays; and
//! a clip's own sound: mono, 16 kHz, on the clip's clock.
//!
//! ffmpeg skips the encoder's priming samples where the file tells of them, and so do browsers:
//! sample 0 here is sample 0 there.

use std::ops::ControlFlow;
use std::path::Path;

use shared::landmarks::LANDMARK_RATE;

use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, ProcessError, plain};

/// Samples per second of a song as it is heard here.
pub const RATE: u32 = LANDMARK_RATE;
/// Longest song, in samples: a day.
const LONGEST: u64 = 24 * 3_600 * RATE as u64;

/// Why a song could not be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PcmError {
    /// Nothing could be decoded.
    #[error("no sound can be decoded from it{}", because(said.as_ref()))]
    NoSound {
        /// ffmpeg's decisive line.
        said: Option<String>,
    },
    /// It does not end.
    #[error("it is longer than a day")]
    TooLong,
    /// ffmpeg could not be run to its end.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

fn because(said: Option<&String>) -> String {
    said.map_or_else(String::new, |said| format!(": {said}"))
}

/// Samples per second of a clip's own sound.
pub const CLIP_RATE: u32 = 16_000;
/// The largest piece of memory that ffmpeg may take for a clip's sound, in bytes: a gap of eight minutes, or twice
/// that of 16-bit samples.
const CLIP_ALLOC: u32 = 32 << 20;

/// What came of decoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Samples in all.
    pub samples: u64,
    /// What the decoder complained of, if it did: how often, and the decisive line. Nobody asks what
    /// comes after the last sample that is wanted.
    pub damage: Option<(u64, String)>,
}

impl Decoded {
    /// Whether more was missing than could be filled with silence.
    #[must_use]
    pub fn is_misplaced(&self) -> bool {
        let said = self.damage.as_ref().map(|(_, said)| said.as_str());
        said.is_some_and(|said| said.contains("Failed to compensate"))
    }
}

/// Decodes the sound stream `index` of the file at `path` and gives its samples in order, until there are no more or none are
/// wanted.
///
/// # Errors
/// [`PcmError`] if there is no sample, or ffmpeg fails or is killed. The samples given until then
/// are no song.
pub fn decode(
    tools: &Tools,
    path: &Path,
    index: u32,
    interrupt: &Interrupt,
    on_samples: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> Result<Decoded, PcmError> {
    let command = Command::new(&tools.ffmpeg)
        .args(["-hide_banner", "-nostdin", "-v", "level+error"])
        .args(input::global())
        .args(input::of(path))
        .args(["-map", &format!("0:{index}"), "-vn", "-sn", "-dn"])
        .args(["-ac", "1", "-ar", &RATE.to_string()])
        // Samples count, not the times that their packets carry: where those step back a little, as
        // in many an Ogg file, nothing is wrong with the sound.
        .args(["-c:a", "pcm_f32le", "-bsf:a", "setts=ts=N", "-f", "f32le", "pipe:1"]);
    decoded(&command, interrupt, on_samples)
}

/// Decodes the sound stream `index` of the clip at `path` and gives its samples in order, mono,
/// [`CLIP_RATE`] a second, until there are no more or none are wanted. The first is at `start_us` of the
/// container's own time, in microseconds: what comes before is left out, and what is missing, there or
/// later, is silence. Where more than eight minutes are missing at once, what comes after them is in the
/// wrong place, and [`Decoded::is_misplaced`] says so.
///
/// # Errors
/// As of [`decode`].
pub fn decode_clip(
    tools: &Tools,
    path: &Path,
    (index, start_us): (u32, i64),
    interrupt: &Interrupt,
    on_samples: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> Result<Decoded, PcmError> {
    // One channel at the low rate first: a gap of more than a hundredth of a second is filled whole, and at
    // the source's own rate one of half an hour would take a gigabyte.
    let on_clock = format!(
        "asetpts=PTS-({start_us}/1000000)/TB,\
         aformat=channel_layouts=mono:sample_rates={CLIP_RATE},\
         aresample=async=1:first_pts=0:min_hard_comp=0.01"
    );
    let command = Command::new(&tools.ffmpeg)
        .args(["-hide_banner", "-nostdin", "-v", "level+error"])
        .args(["-max_alloc", &CLIP_ALLOC.to_string()])
        .args(["-threads", "1", "-copyts"])
        .args(input::of(path))
        .args(["-map", &format!("0:{index}"), "-vn", "-sn", "-dn"])
        .args(["-af", &on_clock])
        .args([
            "-c:a",
            "pcm_f32le",
            "-bsf:a",
            "setts=ts=N",
            "-f",
            "f32le",
            "pipe:1",
        ]);
    decoded(&command, interrupt, on_samples)
}

fn decoded(
    command: &Command,
    interrupt: &Interrupt,
    on_samples: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> Result<Decoded, PcmError> {
    let mut whole = Whole::default();
    let mut samples = 0_u64;
    let finished = process::run(command, Limits::JOB, interrupt, &mut |bytes| {
        let decoded = whole.push(bytes);
        samples += decoded.len() as u64;
        if samples > LONGEST {
            return ControlFlow::Break(());
        }
        on_samples(decoded)
    })?
    .unless_killed(command)?;
    if samples > LONGEST {
        return Err(PcmError::TooLong);
    }
    let said = finished.messages.decisive().map(plain);
    if samples == 0 {
        return Err(PcmError::NoSound { said });
    }
    let errors = finished.messages.errors;
    let is_damaged = errors > 0 || !(finished.success() || finished.stopped);
    Ok(Decoded {
        samples,
        damage: is_damaged.then(|| (errors, said.unwrap_or_default())),
    })
}

/// Whole samples from bytes that may be cut anywhere.
#[derive(Debug, Default)]
struct Whole {
    rest: Vec<u8>,
    samples: Vec<f32>,
}

impl Whole {
    fn push(&mut self, bytes: &[u8]) -> &[f32] {
        self.rest.extend_from_slice(bytes);
        let (whole, rest) = self.rest.as_chunks::<4>();
        self.samples.clear();
        // A broken file may decode to what is no number; the tracker is given silence instead.
        self.samples.extend(whole.iter().map(|bytes| {
            let sample = f32::from_le_bytes(*bytes);
            if sample.is_finite() { sample } else { 0.0 }
        }));
        self.rest = rest.to_vec();
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn samples_come_out_whole_however_the_bytes_are_cut(
            samples in prop::collection::vec(-1.0_f32..1.0, 0..50),
            piece in 1_usize..30,
        ) {
            let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
            let mut whole = Whole::default();
            let found: Vec<f32> = bytes.chunks(piece).flat_map(|b| whole.push(b).to_vec()).collect();
            prop_assert_eq!(found, samples);
        }
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let bytes: Vec<u8> = [f32::NAN, f32::INFINITY, 0.5]
            .iter()
            .flat_map(|s| s.to_le_bytes())
            .collect();
        assert_eq!(Whole::default().push(&bytes), [0.0, 0.0, 0.5]);
    }
}
