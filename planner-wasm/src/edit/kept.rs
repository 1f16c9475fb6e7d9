//! A slot that stays as it was.

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Clip, Plan, Slot, Speed};

use super::assignment::{Assignment, Fault, Means};
use super::candidates::{Candidate, MAX_BAD_PERMILLE};
use super::request::PlanRequest;
use super::scarce::{SAID, SLOWEST, is_slowed};
use super::sources::Source;
use crate::footage::Windows;

/// Which of the clips that can be used it is.
pub(super) fn source_of(assignment: &Assignment<'_>, clip: &Clip) -> Option<usize> {
    let of = |source: &Source<'_>| source.index == clip.media;
    assignment.pool.sources.iter().position(of)
}

/// What a slot of a plan shows, if its clip is one that can be used.
pub(super) fn shown(assignment: &Assignment<'_>, index: usize, slot: &Slot) -> Option<Candidate> {
    let source = source_of(assignment, &slot.clip)?;
    let vacancy = assignment.slots.get(index)?;
    assignment.pool.as_shown(vacancy, source, &slot.clip)
}

/// Fills a slot with what slot `from` showed in `previous`, for good.
pub(super) fn hold(
    assignment: &mut Assignment<'_>,
    index: usize,
    slot: &Slot,
    (previous, from): (&Plan, usize),
) -> Option<()> {
    assignment.hold(index);
    let mut with = shown(assignment, index, slot)?;
    let has_said = |code| previous.decisions.iter().any(|said| said.code == code);
    // Who slowed it, showed it twice or chose it in spite of its faults need not be told.
    if !has_said(DecisionCode::FootageSlowed) || !is_slowed(with.speed) {
        with.speed = Speed::default();
    }
    let source = assignment.pool.sources.get(with.shown.source)?;
    let (start_us, end_us) = (with.shown.start_us, with.shown.end_us);
    let mut whole = source.merged.iter().chain(&source.stretches);
    let goes_on = whole.any(|one| one.start_us <= start_us && end_us <= one.end_us);
    let faulty = has_said(DecisionCode::WeakFootageUsed);
    let means = Means {
        reused: !assignment.is_free(&with.shown)
            && (has_said(DecisionCode::FootageReused) || !is_shown_twice(previous, from)),
        fault: if faulty && slot.clip.speed.terms() == SLOWEST && !goes_on {
            Fault::Short
        } else if faulty && source.is_weak(start_us, end_us) {
            Fault::Weak
        } else {
            Fault::None
        },
        astray: !slot.locked
            && (assignment.slots.get(index))
                .is_some_and(|vacancy| !assignment.pool.allows(vacancy, &with.shown)),
    };
    assignment.put(index, with, means);
    Some(())
}

/// Whether another slot of a plan shows part of what this one shows.
fn is_shown_twice(plan: &Plan, slot: usize) -> bool {
    let range = |slot: &Slot| {
        let end = slot
            .clip
            .source_end(slot.record_duration, plan.output.rate)?;
        Some((slot.clip.source_start, end))
    };
    let Some(own) = plan.slots.get(slot) else {
        return false;
    };
    let touches = |other: &Slot| {
        let both = range(own).zip(range(other));
        other.clip.media == own.clip.media && both.is_some_and(|(a, b)| a.0 < b.1 && b.0 < a.1)
    };
    let mut others = plan.slots.iter().enumerate();
    others.any(|(index, other)| index != slot && touches(other))
}

/// What `previous` said of slots that `plan` keeps and of whose clips nothing else can be used, as far
/// as it still holds and `plan` does not say it of others.
pub(super) fn said_of_gone(
    plan: &Plan,
    gone: &[usize],
    request: &PlanRequest,
    previous: &Plan,
) -> Vec<Decision> {
    let says = |plan: &Plan, code| plan.decisions.iter().any(|said| said.code == code);
    let is_weak = |slot: &Slot| {
        let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
        let clip = usize::try_from(slot.clip.media).ok();
        let clip = clip.and_then(|clip| request.clips.get(clip));
        let both = clip.zip(end);
        both.is_some_and(|(clip, end)| {
            let window = Windows::new(&clip.footage).over(slot.clip.source_start, end);
            window.is_none_or(|window| {
                !window.is_showable() || window.bad_permille > MAX_BAD_PERMILLE
            })
        })
    };
    let of = |index: &usize, code| {
        plan.slots.get(*index).is_some_and(|slot| match code {
            DecisionCode::FootageReused => is_shown_twice(plan, *index),
            DecisionCode::FootageSlowed => is_slowed(slot.clip.speed),
            // It says that nothing better was left, of which nothing is known here.
            DecisionCode::UnwantedFootageUsed => false,
            _ => is_weak(slot),
        })
    };
    let what = |code| match code {
        DecisionCode::FootageReused => "show footage that is shown elsewhere too",
        DecisionCode::FootageSlowed => "run slower than shot",
        _ => "show footage that would normally be rejected",
    };
    SAID.into_iter()
        .filter(|code| says(previous, *code) && !says(plan, *code))
        .filter_map(|code| {
            let count = gone.iter().filter(|index| of(index, code)).count();
            let (all, what) = (plan.slots.len(), what(code));
            (count > 0).then(|| {
                Decision::new(
                    code,
                    format!("{count} of {all} slots {what}, as they did before"),
                )
            })
        })
        .collect()
}
