//! A slot that stays as it was.

use shared::decision::DecisionCode;
use shared::plan::{Clip, Plan, Slot, Speed};

use super::assignment::{Assignment, Means};
use super::candidates::Candidate;
use super::scarce::{SLOWEST, is_slowed};
use super::sources::Source;

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
        weak: faulty && source.is_weak(start_us, end_us),
        short: faulty && slot.clip.speed.terms() == SLOWEST && !goes_on,
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
