//! Where the song that was planned with begins in the song as it is decoded here.

use std::ops::ControlFlow;
use std::path::Path;

use shared::decision::{Decision, DecisionCode};
use shared::landmarks::{Aligner, LANDMARK_RATE};
use shared::plan::Plan;

use super::pcm::{self, PcmError};
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::process::ProcessError;

/// Shifts up to a millisecond are the resamplers', and nobody hears them.
const UNHEARD: i64 = LANDMARK_RATE as i64 / 1000;

/// Where the film begins in the song as it is decoded here, in samples of the plan's music axis:
/// the plan's `source_start`, moved by as much as another decoder's sound came earlier or later.
/// Negative if the film begins before the song does. What is moved, and a song that sounds like
/// another, is a decision.
///
/// # Errors
/// [`ProcessError::Interrupted`]. A song that cannot be heard, or whose plan has no landmarks, is not
/// moved.
pub fn opening(
    tools: &Tools,
    plan: &Plan,
    song: &Path,
    index: u32,
    interrupt: &Interrupt,
) -> Result<(i64, Option<Decision>), ProcessError> {
    let planned = i64::try_from(plan.music.source_start).unwrap_or(i64::MAX);
    let landmarks = plan.music.beat_grid.iter();
    let landmarks = landmarks.filter(|grid| grid.rate == LANDMARK_RATE);
    let Some(landmarks) = landmarks.map(|grid| grid.landmarks.as_slice()).next() else {
        return Ok((planned, None));
    };
    if landmarks.is_empty() {
        return Ok((planned, None));
    }
    let mut aligner = Aligner::new(landmarks);
    let heard = pcm::decode(tools, song, index, interrupt, &mut |samples| {
        if aligner.push(samples) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    match heard {
        Ok(_) => {}
        Err(PcmError::Process(ProcessError::Interrupted)) => return Err(ProcessError::Interrupted),
        // Whoever needs the sound itself may fare better, and tells if not.
        Err(error) => return Ok((planned, Some(uncompared(&error)))),
    }
    Ok(match aligner.finish() {
        Some(found) if found.later.abs() <= UNHEARD => (planned, None),
        Some(found) => (
            planned.saturating_add(found.later),
            Some(shifted(found.later)),
        ),
        None => (planned, Some(unfamiliar())),
    })
}

fn shifted(later: i64) -> Decision {
    let tenths = later.unsigned_abs() * 10_000 / u64::from(LANDMARK_RATE);
    let (ms, tenth) = (tenths / 10, tenths % 10);
    let how = if later > 0 { "later" } else { "earlier" };
    Decision::about(
        DecisionCode::SongShifted,
        "the song",
        format!(
            "its sound comes {ms}.{tenth} ms {how} from the decoder here than from the one that it was \
             planned with; it is played as it was planned"
        ),
    )
}

fn uncompared(error: &PcmError) -> Decision {
    Decision::about(
        DecisionCode::SongUnfamiliar,
        "the song",
        format!("it could not be compared with the song that was planned with: {error}"),
    )
}

fn unfamiliar() -> Decision {
    Decision::about(
        DecisionCode::SongUnfamiliar,
        "the song",
        "it does not sound like the song that was planned with; cuts may miss its beats",
    )
}
