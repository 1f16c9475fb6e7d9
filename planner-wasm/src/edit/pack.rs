//! Making room: footage that is left over in crumbs is joined by moving what lies between them.

use shared::plan::Speed;

use super::assignment::{Assignment, Means};
use super::candidates::{Candidate, MAX_BAD_PERMILLE, Terms, need};
use super::sources::Stretch;

/// Where the slots of one stretch go.
struct Packing {
    worth: i64,
    places: Vec<(usize, Candidate)>,
}

/// Finds room for `slot` by pushing the windows of some stretch apart to its ends. Whether it did.
pub(super) fn make_room(assignment: &mut Assignment<'_>, slot: usize) -> bool {
    let mut best: Option<Packing> = None;
    for (source, clip) in assignment.pool.sources.iter().enumerate() {
        for stretch in &clip.stretches {
            if let Some(packing) = packed(assignment, slot, source, *stretch)
                && best.as_ref().is_none_or(|best| packing.worth > best.worth)
            {
                best = Some(packing);
            }
        }
    }
    let Some(packing) = best else {
        return false;
    };
    for (moved, _) in &packing.places {
        assignment.take_out(*moved);
    }
    for (moved, with) in packing.places {
        assignment.put(moved, with, Means::default());
    }
    true
}

/// The best packing of one stretch with `slot` in it, if there is one.
fn packed(
    assignment: &Assignment<'_>,
    slot: usize,
    source: usize,
    stretch: Stretch,
) -> Option<Packing> {
    let length = |slot: usize| {
        let vacancy = assignment.slots.get(slot)?;
        need(vacancy.frames, Speed::default(), assignment.pool.rate)
    };
    let inside = assignment.inside(source, stretch)?;
    let taken: u64 = inside.iter().filter_map(|slot| length(*slot)).sum();
    if stretch.length_us().checked_sub(taken)? < length(slot)? {
        return None;
    }
    let before: i64 = inside
        .iter()
        .filter_map(|slot| Some(assignment.filled.get(*slot)?.as_ref()?.with.worth))
        .sum();
    let mut best: Option<Packing> = None;
    for place in 0..=inside.len() {
        let (left, right) = inside.split_at(place);
        let mut places = Vec::with_capacity(inside.len() + 1);
        let mut from = stretch.start_us;
        let mut until = stretch.end_us;
        let mut worth = -before;
        let mut sound = true;
        let forwards = left.iter().copied().chain([slot]).map(|slot| (slot, true));
        let backwards = right.iter().rev().map(|slot| (*slot, false));
        for (moved, forward) in forwards.chain(backwards) {
            let length = length(moved)?;
            let start = if forward {
                from
            } else {
                until.checked_sub(length)?
            };
            let Some(with) = placed(assignment, moved, source, stretch, start) else {
                sound = false;
                break;
            };
            if forward {
                from += length;
            } else {
                until = start;
            }
            worth += with.worth;
            places.push((moved, with));
        }
        if sound && best.as_ref().is_none_or(|best| worth > best.worth) {
            best = Some(Packing { worth, places });
        }
    }
    best
}

fn placed(
    assignment: &Assignment<'_>,
    slot: usize,
    source: usize,
    stretch: Stretch,
    start: u64,
) -> Option<Candidate> {
    let vacancy = assignment.slots.get(slot)?;
    let speed = Speed::default();
    let terms = Terms {
        need: need(vacancy.frames, speed, assignment.pool.rate)?,
        speed,
        most_bad: MAX_BAD_PERMILLE,
    };
    assignment.pool.at(vacancy, source, stretch, start, terms)
}
