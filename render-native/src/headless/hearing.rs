//! A clip's own sound, as the footage analyser hears it. It never costs the clip: where it cannot be
//! heard, that is noted.

use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::Path;

use planner_wasm::footage::{Footage, SOUND_RATE, Sound, SoundAnalyser};

use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::Probe;
use crate::interrupt::Interrupt;
use crate::media::pcm::{self, PcmError};
use crate::process::ProcessError;

const _: () = assert!(SOUND_RATE == pcm::CLIP_RATE, "one rate");

/// What came of listening.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// What was heard; none if there is no sound, or none that can be decoded.
    pub sound: Option<Sound>,
    /// What was odd, for people.
    pub note: Option<String>,
}

/// Listens to the clip at `path` as far as its `footage` goes.
///
/// # Errors
/// [`ProcessError`] if ffmpeg cannot be started or is killed, or the user wants to stop; whatever else
/// goes wrong is a note.
pub fn hear(
    tools: &Tools,
    path: &Path,
    probe: &Probe,
    footage: &Footage,
    interrupt: &Interrupt,
) -> Result<Heard, ProcessError> {
    let Some(audio) = &probe.audio else {
        return Ok(Heard::default());
    };
    let mut analyser = SoundAnalyser::new(0);
    let mut left = samples(footage.end_us);
    let stream = (audio.index, probe.start_us);
    let decoded = pcm::decode_clip(tools, path, stream, interrupt, &mut |samples| {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        let samples = samples.get(..wanted).unwrap_or(samples);
        analyser.push(samples);
        left = left.saturating_sub(samples.len() as u64);
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let unheard = |why: &dyn Display| Heard {
        sound: None,
        note: Some(format!("its sound is not heard: {why}")),
    };
    let note = match decoded {
        Ok(decoded) if decoded.is_misplaced() => {
            return Ok(unheard(
                &"more than eight minutes of it are missing at once",
            ));
        }
        Ok(decoded) => decoded.damage.map(|(errors, said)| {
            format!("its sound is damaged ({errors} messages, the last: {said})")
        }),
        Err(PcmError::Process(
            error @ (ProcessError::Interrupted
            | ProcessError::Spawn { .. }
            | ProcessError::Killed { .. }),
        )) => return Err(error),
        Err(error) => return Ok(unheard(&error)),
    };
    Ok(Heard {
        sound: Some(analyser.finish(footage.start_us, footage.end_us)),
        note,
    })
}

/// Samples until an instant, rounded up.
fn samples(until_us: u64) -> u64 {
    let samples = (u128::from(until_us) * u128::from(SOUND_RATE)).div_ceil(1_000_000);
    u64::try_from(samples).unwrap_or(u64::MAX)
}
