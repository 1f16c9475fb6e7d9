//! Where a clip lies in its source.

use crate::media::MediaReference;
use crate::plan::{Clip, MAX_EXACT, Plan, Speed};

/// Steps in which a speed is brought down to what a source has: hundredths.
const STEP: u32 = 100;

/// The file that a clip is of.
pub(super) fn media<'p>(plan: &'p Plan, clip: &Clip) -> Option<&'p MediaReference> {
    plan.media.get(usize::try_from(clip.media).ok()?)
}

/// The length of a clip's source in microseconds, if it is known.
pub(super) fn known_length(plan: &Plan, clip: &Clip) -> Option<u64> {
    media(plan, clip)?.duration_us
}

/// The end of a clip's source, or of what a plan can say.
fn end(plan: &Plan, clip: &Clip) -> u64 {
    known_length(plan, clip).map_or(MAX_EXACT, |us| us.min(MAX_EXACT))
}

/// Source time that `frames` frames take, in microseconds, rounded up.
fn needed(plan: &Plan, clip: &Clip, frames: u32) -> u64 {
    let from_zero = Clip {
        speed: clip.speed,
        ..Clip::new(clip.media, 0)
    };
    from_zero
        .source_end(frames, plan.output.rate)
        .unwrap_or(u64::MAX)
}

/// The latest instant from which the source lasts for `frames` frames; 0 where it never does.
pub(super) fn latest_start(plan: &Plan, clip: &Clip, frames: u32) -> u64 {
    end(plan, clip).saturating_sub(needed(plan, clip, frames))
}

/// Whether the source lasts for `frames` frames from where the clip begins.
pub(super) fn lasts(plan: &Plan, clip: &Clip, frames: u32) -> bool {
    let last = clip.source_start.checked_add(needed(plan, clip, frames));
    last.is_some_and(|last| last <= end(plan, clip))
}

/// The clip for a slot of `after` frames instead of `before`: begun earlier if its source ended
/// within the slot otherwise. One whose source ended within it before is left alone.
pub(super) fn refitted(plan: &Plan, clip: &Clip, before: u32, after: u32) -> Clip {
    let mut clip = clip.clone();
    if lasts(plan, &clip, before) {
        fit(plan, &mut clip, after);
    }
    clip
}

/// Begins the clip earlier if its source ended within `frames` frames otherwise.
pub(super) fn fit(plan: &Plan, clip: &mut Clip, frames: u32) {
    clip.source_start = clip.source_start.min(latest_start(plan, clip, frames));
}

/// The clip as it goes on after `frames` frames of film, or began before them if negative, within
/// its source. The way there and back leads to the same instant.
pub(super) fn advanced(plan: &Plan, clip: &Clip, frames: i64) -> Clip {
    let (num, den) = clip.speed.terms();
    let rate = plan.output.rate;
    // Below 2^33 · 2^32 · 2^32 · 2^20 for slots of any length; rounded towards zero, so that a
    // frame that begins at this very instant is not missed, and the way back is as long.
    let span = i128::from(frames)
        .saturating_mul(i128::from(rate.den()) * i128::from(num))
        .saturating_mul(1_000_000)
        / (i128::from(rate.num()) * i128::from(den));
    let last = end(plan, clip).saturating_sub(1);
    let start = (i128::from(clip.source_start) + span).clamp(0, last.into());
    Clip {
        source_start: u64::try_from(start).unwrap_or(0),
        ..clip.clone()
    }
}

/// The greatest speed in hundredths, below what was wished, at which the source lasts for `frames`
/// frames. `None` if it is too short even at the least speed.
pub(super) fn greatest_speed(plan: &Plan, clip: &Clip, frames: u32) -> Option<Speed> {
    let rate = plan.output.rate;
    let film = u128::from(frames) * u128::from(rate.den()) * 1_000_000;
    let steps = u128::from(end(plan, clip)) * u128::from(rate.num()) * u128::from(STEP);
    let steps = u32::try_from(steps.checked_div(film)?).unwrap_or(u32::MAX);
    let speed = Speed::new(steps.min(8 * STEP), STEP)?;
    let there = Clip {
        speed,
        ..clip.clone()
    };
    (needed(plan, &there, frames) <= end(plan, clip)).then_some(speed)
}

/// Whether `frames` frames at the clip's speed are no more than its whole source.
pub(super) fn is_long_enough(plan: &Plan, clip: &Clip, frames: u32) -> bool {
    needed(plan, clip, frames) <= end(plan, clip)
}
