//! From a plan and an operation to the next plan.

use super::error::EditingError;
use super::operation::Operation;
use super::source::{
    advanced, fit, greatest_speed, is_long_enough, known_length, lasts, latest_start, media,
    refitted,
};
use crate::plan::{Clip, Cut, Focus, MAX_ALTERNATES, MAX_SLOTS, Plan, Slot, Speed};

/// The plan after an operation. It is sound, as long as the film was, and every cut that the
/// operation does not name is where it was.
///
/// An operation that changes nothing (a slot locked twice, a slip by 0) gives the plan as it is.
///
/// # Errors
/// [`EditingError`]: a slot, alternate or file that is not there, a locked slot, a cut outside of
/// its slots or off its musical event, a source that has nothing left, or a plan that is not sound.
pub fn apply(plan: &Plan, operation: &Operation) -> Result<Plan, EditingError> {
    let mut next = plan.clone();
    match operation {
        Operation::Swap { slot, alternate } => swap(&mut next, *slot, *alternate)?,
        Operation::Replace { slot, clip } => replace(&mut next, *slot, clip)?,
        Operation::Slip { slot, by_us } => slip(&mut next, *slot, *by_us)?,
        Operation::Lock { slot, locked } => any(&mut next, *slot)?.locked = *locked,
        Operation::Split { slot, at, cut } => split(&mut next, *slot, *at, *cut)?,
        Operation::Merge { slot } => merge(&mut next, *slot)?,
        Operation::SetFit { slot, fit } => free(&mut next, *slot)?.fit = *fit,
        Operation::SetFocus { slot, focus } => set_focus(&mut next, *slot, *focus)?,
        Operation::SetSpeed { slot, speed } => set_speed(&mut next, *slot, *speed)?,
        Operation::Move { from, to } => shift(&mut next, *from, *to)?,
        Operation::Roll { slot, to, cut } => roll(&mut next, *slot, *to, *cut)?,
    }
    match next.problems().0.into_iter().next() {
        None => Ok(next),
        Some(problem) => Err(EditingError::Unsound { problem }),
    }
}

/// A slot, locked or not.
fn any(plan: &mut Plan, slot: usize) -> Result<&mut Slot, EditingError> {
    let count = plan.slots.len();
    let found = plan.slots.get_mut(slot);
    found.ok_or(EditingError::NoSlot { slot, count })
}

/// A slot that is not locked.
fn free(plan: &mut Plan, slot: usize) -> Result<&mut Slot, EditingError> {
    let found = any(plan, slot)?;
    if found.locked {
        return Err(EditingError::Locked { slot });
    }
    Ok(found)
}

fn swap(plan: &mut Plan, slot: usize, alternate: usize) -> Result<(), EditingError> {
    let found = free(plan, slot)?;
    let count = found.alternates.len();
    let other = found
        .alternates
        .get_mut(alternate)
        .ok_or(EditingError::NoAlternate {
            slot,
            alternate,
            count,
        })?;
    std::mem::swap(&mut found.clip, other);
    Ok(())
}

fn replace(plan: &mut Plan, slot: usize, clip: &Clip) -> Result<(), EditingError> {
    let frames = free(plan, slot)?.record_duration;
    if media(plan, clip).is_none() {
        return Err(EditingError::NoMedia {
            slot,
            media: clip.media,
            count: plan.media.len(),
        });
    }
    let mut clip = clip.clone();
    fit(plan, &mut clip, frames);
    let found = free(plan, slot)?;
    if found.clip != clip {
        found.alternates.retain(|alternate| *alternate != clip);
        let before = std::mem::replace(&mut found.clip, clip);
        found.alternates.insert(0, before);
        found.alternates.truncate(MAX_ALTERNATES);
    }
    Ok(())
}

fn slip(plan: &mut Plan, slot: usize, by_us: i64) -> Result<(), EditingError> {
    let found = free(plan, slot)?;
    let (clip, frames) = (found.clip.clone(), found.record_duration);
    let start = clip.source_start;
    // A clip that runs past its source's end may be slipped back, and no further on.
    let latest = latest_start(plan, &clip, frames).max(start);
    let there = start.saturating_add_signed(by_us).min(latest);
    if there == start && by_us != 0 {
        return Err(EditingError::NothingLeft {
            slot,
            name: name(plan, &clip),
            edge: if by_us < 0 { "start" } else { "end" },
        });
    }
    free(plan, slot)?.clip.source_start = there;
    Ok(())
}

fn set_focus(plan: &mut Plan, slot: usize, focus: Option<Focus>) -> Result<(), EditingError> {
    let found = free(plan, slot)?;
    if focus.is_some_and(|focus| !focus.is_sound()) {
        return Err(EditingError::FocusOutside { slot });
    }
    // What is there unless told otherwise is not told.
    found.focus = focus.filter(|focus| *focus != Focus::CENTRE);
    Ok(())
}

fn set_speed(plan: &mut Plan, slot: usize, speed: Speed) -> Result<(), EditingError> {
    let found = free(plan, slot)?;
    let (mut clip, frames) = (found.clip.clone(), found.record_duration);
    let before = clip.speed;
    if before == speed {
        return Ok(());
    }
    clip.speed = speed;
    if !is_long_enough(plan, &clip, frames) {
        let most = greatest_speed(plan, &clip, frames)
            .filter(|most| is_faster(before, speed) || is_faster(*most, before));
        clip.speed = most.ok_or_else(|| EditingError::TooFast {
            slot,
            name: name(plan, &clip),
            length_us: known_length(plan, &clip).unwrap_or(0),
        })?;
    }
    fit(plan, &mut clip, frames);
    free(plan, slot)?.clip = clip;
    Ok(())
}

fn is_faster(one: Speed, other: Speed) -> bool {
    let ((num, den), (other_num, other_den)) = (one.terms(), other.terms());
    u64::from(num) * u64::from(other_den) > u64::from(other_num) * u64::from(den)
}

fn name(plan: &Plan, clip: &Clip) -> String {
    media(plan, clip).map_or_else(String::new, |media| media.path.name().to_owned())
}

fn split(plan: &mut Plan, slot: usize, at: u64, cut: Option<Cut>) -> Result<(), EditingError> {
    let whole = free(plan, slot)?.clone();
    if plan.slots.len() >= MAX_SLOTS {
        return Err(EditingError::TooMany);
    }
    if whole.record_duration < 2 {
        return Err(EditingError::OneFrame { slot });
    }
    let (first, last) = (
        whole.record_start.saturating_add(1),
        whole.record_end().saturating_sub(1),
    );
    let inside = (first..=last).contains(&at);
    let frames = u32::try_from(at.saturating_sub(whole.record_start)).ok();
    let Some(frames) = frames.filter(|_| inside) else {
        return Err(EditingError::NotInside {
            slot,
            at,
            first,
            last,
        });
    };
    is_heard_at(plan, slot.saturating_add(1), at, cut)?;
    let on = |clip: &Clip| advanced(plan, clip, frames.into());
    let second = Slot {
        record_start: at,
        record_duration: whole.record_duration.saturating_sub(frames),
        cut,
        clip: on(&whole.clip),
        alternates: whole.alternates.iter().map(on).collect(),
        ..whole
    };
    any(plan, slot)?.record_duration = frames;
    plan.slots.insert(slot.saturating_add(1), second);
    Ok(())
}

fn merge(plan: &mut Plan, slot: usize) -> Result<(), EditingError> {
    let first = free(plan, slot)?.clone();
    let next = slot.saturating_add(1);
    if next >= plan.slots.len() {
        return Err(EditingError::NoNext { slot });
    }
    let second = free(plan, next)?.clone();
    let before = first.record_duration;
    let frames = before
        .checked_add(second.record_duration)
        .ok_or(EditingError::TooLong { slot })?;
    // Two halves of one shot become that shot again, wherever its source ends.
    let halves = second.clip == advanced(plan, &first.clip, before.into());
    let longer = |clip: &Clip| {
        if halves {
            clip.clone()
        } else {
            refitted(plan, clip, before, frames)
        }
    };
    let merged = Slot {
        record_duration: frames,
        clip: longer(&first.clip),
        alternates: first.alternates.iter().map(longer).collect(),
        ..first
    };
    *any(plan, slot)? = merged;
    plan.slots.remove(next);
    Ok(())
}

fn shift(plan: &mut Plan, from: usize, to: usize) -> Result<(), EditingError> {
    free(plan, from)?;
    free(plan, to)?;
    let moving: Vec<(usize, Slot)> = plan
        .slots
        .iter()
        .enumerate()
        .take(from.max(to).saturating_add(1))
        .skip(from.min(to))
        .filter(|(_, slot)| !slot.locked)
        .map(|(index, slot)| (index, slot.clone()))
        .collect();
    let mut order: Vec<usize> = (0..moving.len()).collect();
    if from < to {
        order.rotate_left(1);
    } else {
        order.rotate_right(1);
    }
    for ((index, place), source) in moving.iter().zip(order) {
        let Some((_, content)) = moving.get(source).filter(|(from, _)| from != index) else {
            continue;
        };
        let (before, after) = (content.record_duration, place.record_duration);
        let longer = |clip: &Clip| refitted(plan, clip, before, after);
        let filled = Slot {
            record_start: place.record_start,
            record_duration: after,
            cut: place.cut,
            clip: longer(&content.clip),
            alternates: content.alternates.iter().map(longer).collect(),
            ..content.clone()
        };
        *any(plan, *index)? = filled;
    }
    Ok(())
}

fn roll(plan: &mut Plan, slot: usize, to: u64, cut: Option<Cut>) -> Result<(), EditingError> {
    let second = free(plan, slot)?.clone();
    let before = slot.checked_sub(1).ok_or(EditingError::FilmBegins)?;
    let first = free(plan, before)?.clone();
    let (earliest, latest) = (
        first.record_start.saturating_add(1),
        second.record_end().saturating_sub(1),
    );
    if earliest == latest && to != earliest {
        return Err(EditingError::NoRoom { slot });
    }
    let durations = || {
        let first = u32::try_from(to.checked_sub(first.record_start)?).ok()?;
        let second = u32::try_from(second.record_end().checked_sub(to)?).ok()?;
        (first > 0 && second > 0).then_some((first, second))
    };
    let Some((first_frames, second_frames)) = durations() else {
        return Err(EditingError::NotInside {
            slot: if to < earliest { before } else { slot },
            at: to,
            first: earliest,
            last: latest,
        });
    };
    is_heard_at(plan, slot, to, cut)?;
    let by = i64::from(first_frames) - i64::from(first.record_duration);
    let longer = |clip: &Clip| refitted(plan, clip, first.record_duration, first_frames);
    let rolled = |clip: &Clip| {
        let mut there = advanced(plan, clip, by);
        if lasts(plan, clip, second.record_duration) {
            fit(plan, &mut there, second_frames);
        }
        there
    };
    let (first, second) = (
        Slot {
            record_duration: first_frames,
            clip: longer(&first.clip),
            alternates: first.alternates.iter().map(longer).collect(),
            ..first
        },
        Slot {
            record_start: to,
            record_duration: second_frames,
            cut,
            clip: rolled(&second.clip),
            alternates: second.alternates.iter().map(rolled).collect(),
            ..second
        },
    );
    *any(plan, before)? = first;
    *any(plan, slot)? = second;
    Ok(())
}

/// A musical event that a slot begins on sounds during its first frame.
fn is_heard_at(plan: &Plan, slot: usize, frame: u64, cut: Option<Cut>) -> Result<(), EditingError> {
    let Some(cut) = cut else { return Ok(()) };
    let heard = plan.frame_at(cut.at);
    if heard == Some(frame) {
        return Ok(());
    }
    Err(EditingError::CutElsewhere {
        slot,
        frame,
        sample: cut.at,
        heard,
    })
}
