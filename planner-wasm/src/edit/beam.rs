//! Rebuilding several neighbouring slots at once, which moves single slots cannot undo.

use super::assignment::{Assignment, Means};
use super::candidates::Candidate;
use super::scenes::Take;
use super::score::{NEAR_SLOTS, Shown, apart, beside};

/// Slots rebuilt together.
const SEGMENT: usize = 8;
/// Partial fillings kept.
const WIDTH: usize = 16;

/// A filling of the segment's first slots.
#[derive(Debug, Clone)]
struct Partial {
    worth: i64,
    picks: Vec<Candidate>,
}

/// Rebuilds overlapping segments from the first slot to the last. Whether anything was gained.
pub(super) fn rebuild(assignment: &mut Assignment<'_>, lists: &[Vec<Candidate>]) -> bool {
    let mut gained = false;
    let mut first = 0;
    while first < lists.len() {
        let last = (first + SEGMENT).min(lists.len());
        gained |= rebuild_segment(assignment, lists, first, last);
        first += SEGMENT / 2;
    }
    gained
}

fn rebuild_segment(
    assignment: &mut Assignment<'_>,
    lists: &[Vec<Candidate>],
    first: usize,
    last: usize,
) -> bool {
    let Some(old) = (first..last)
        .map(|slot| assignment.fresh(slot))
        .collect::<Option<Vec<Candidate>>>()
    else {
        return false;
    };
    for slot in first..last {
        assignment.take_out(slot);
    }
    let stay = worth(assignment, first, &old);
    let best = search(assignment, lists, first, last).filter(|best| best.worth > stay);
    let gained = best.is_some();
    let picks = best.map_or(old, |best| best.picks);
    for (slot, with) in (first..).zip(picks) {
        assignment.put(slot, with, Means::default());
    }
    gained
}

/// What `picks` add to the whole from `first` on, where nothing stands.
fn worth(assignment: &Assignment<'_>, first: usize, picks: &[Candidate]) -> i64 {
    let mut partial = Partial {
        worth: 0,
        picks: Vec::with_capacity(picks.len()),
    };
    for one in picks {
        partial.worth += step(assignment, first, &partial, one);
        partial.picks.push(*one);
    }
    partial.worth
}

/// What `one` adds after `partial`.
fn step(assignment: &Assignment<'_>, first: usize, partial: &Partial, one: &Candidate) -> i64 {
    let weights = &assignment.pool.weights;
    let slot = first + partial.picks.len();
    let shown = &one.shown;
    let picked = |of: &dyn Fn(&Shown) -> bool| {
        let picks = partial.picks.iter();
        picks.filter(|pick| of(&pick.shown)).count()
    };
    let family = picked(&|pick| pick.family == shown.family) + assignment.uses(shown.family);
    let copies = shown.take.map_or(0, |take| {
        let (own, kin) = assignment.shows(take);
        let picked = |of: &dyn Fn(Take) -> bool| picked(&|pick| pick.take.is_some_and(of));
        weights.beside_copies(
            own + picked(&|pick| pick.own == take.own),
            kin + picked(&|pick| pick.kin == take.kin),
        )
    });
    let again: i64 = shown
        .seen
        .iter()
        .map(|(scene, instants)| {
            let picks = partial.picks.iter();
            let picked = picks.map(|pick| pick.shown.seen.instants(scene)).max();
            let most = assignment.most_seen(scene, 0).max(picked.unwrap_or(0));
            weights.shown_again(instants.min(most))
        })
        .sum();
    let before = partial.picks.last().map_or(0, |last| {
        let breaks = assignment.breaks(slot);
        beside(
            weights,
            assignment.pool.sources,
            &last.shown,
            &one.shown,
            breaks,
        )
    });
    let near: i64 = (1..NEAR_SLOTS)
        .zip(partial.picks.iter().rev())
        .skip(1)
        .map(|(apart_by, pick)| apart(weights, &pick.shown, &one.shown, apart_by))
        .sum();
    // What stands beside the segment counts at its ends; inside it nothing stands.
    one.worth
        + weights.another_use(family)
        + copies
        + again
        + before
        + near
        + assignment.between_neighbours(slot, &one.shown)
}

fn search(
    assignment: &Assignment<'_>,
    lists: &[Vec<Candidate>],
    first: usize,
    last: usize,
) -> Option<Partial> {
    let mut beam = vec![Partial {
        worth: 0,
        picks: Vec::new(),
    }];
    for slot in first..last {
        let free: Vec<&Candidate> = lists
            .get(slot)?
            .iter()
            .filter(|one| assignment.is_free(&one.shown))
            .collect();
        // Worth, then the order in which they were found: a full order.
        let mut grown: Vec<(i64, usize, usize)> = Vec::with_capacity(beam.len() * free.len());
        for (parent, partial) in beam.iter().enumerate() {
            for (number, one) in free.iter().enumerate() {
                let clashes = partial.picks.iter().any(|pick| {
                    pick.shown.source == one.shown.source
                        && pick.shown.start_us < one.shown.end_us
                        && one.shown.start_us < pick.shown.end_us
                });
                if !clashes {
                    let worth = partial.worth + step(assignment, first, partial, one);
                    grown.push((-worth, parent, number));
                }
            }
        }
        if grown.len() > WIDTH {
            grown.select_nth_unstable(WIDTH);
            grown.truncate(WIDTH);
        }
        grown.sort_unstable();
        beam = grown
            .into_iter()
            .filter_map(|(worth, parent, number)| {
                let mut picks = beam.get(parent)?.picks.clone();
                picks.push(**free.get(number)?);
                Some(Partial {
                    worth: -worth,
                    picks,
                })
            })
            .collect();
    }
    beam.into_iter().next()
}
