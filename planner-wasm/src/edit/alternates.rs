//! What else could be shown in a slot.

use shared::plan::Clip;

use super::assignment::Assignment;
use super::candidates::Candidate;
use super::film::clip;
use super::pace::ONE;

/// Price of an alternate whose footage is shown elsewhere.
const TAKEN_PRICE: i64 = 6 * ONE;

/// Of so many alternates the plan says why; of all it would be the larger part of the plan.
const EXPLAINED: usize = 3;

/// The best `most` alternates for `slot`, each from a file of its own other than the slot's, best
/// first.
pub(super) fn alternates(
    assignment: &Assignment<'_>,
    slot: usize,
    list: &[Candidate],
    most: usize,
) -> Vec<Clip> {
    let Some(chosen) = assignment.filled.get(slot).and_then(Option::as_ref) else {
        return Vec::new();
    };
    let mut ranked: Vec<(i64, &Candidate)> = list
        .iter()
        .filter(|one| one.shown.source != chosen.with.shown.source)
        .map(|one| {
            let taken = if assignment.is_free(&one.shown) {
                0
            } else {
                TAKEN_PRICE
            };
            let beside = assignment.between_neighbours(slot, &one.shown);
            (one.worth + beside - taken, one)
        })
        .collect();
    ranked.sort_by_key(|(worth, one)| (-worth, one.shown.source, one.shown.start_us));
    let mut sources = Vec::with_capacity(most);
    let mut clips = Vec::with_capacity(most);
    for (_, one) in ranked {
        if clips.len() == most {
            break;
        }
        if !sources.contains(&one.shown.source) {
            sources.push(one.shown.source);
            let explained = clips.len() < EXPLAINED;
            let why = explained.then(|| assignment.why(slot, one)).flatten();
            clips.extend(clip(assignment, slot, one).map(|clip| Clip { why, ..clip }));
        }
    }
    clips
}
