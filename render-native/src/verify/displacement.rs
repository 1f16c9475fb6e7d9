//! Cuts that the film shows in the wrong place: one by one, and in runs.

use std::cmp::Reverse;

use serde::Serialize;

use super::cuts::Planned;

/// Furthest that a run of cuts is looked for beside its place, in frames.
const FURTHEST: i64 = 30;
/// Cuts in a run that is looked for elsewhere as a whole.
const RUN: usize = 8;
/// A run is elsewhere if this many more of its cuts are seen there than in place.
const RUN_MARGIN: usize = 4;

/// How far past a neighbouring planned cut, that is not seen either, a cut is looked for, in
/// frames from its place.
const PAST: u64 = 60;
/// Cuts on end that are paired with changes at most.
const MOST: usize = 1000;

/// A run of cuts that the film shows elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DisplacedRun {
    /// First slot of the run, counting from 0.
    pub first_slot: usize,
    /// Last slot of the run, counting from 0.
    pub last_slot: usize,
    /// Frames by which it is late; negative if early.
    pub by: i64,
}

/// Which of the changes in `free`, that no other cut accounts for, stand for which of the planned
/// cuts that are `unseen` (by index, ascending): the index and the frame.
///
/// A change stands for one cut only, and changes come in the order of their cuts, since a film
/// shows its slots in order. So no change is looked for past an `anchor`, a planned cut that is
/// accounted for. Past a neighbour that is itself not seen it is looked for as far as [`PAST`].
/// Of all such pairings the one with the most pairs is taken, of those the one with the least
/// distance in all.
pub(super) fn claims(
    planned: &[Planned],
    unseen: &[usize],
    anchors: &[u64],
    free: &[u64],
) -> Vec<(usize, u64)> {
    let mut claimed = Vec::new();
    let mut anchors = anchors.iter();
    let (mut cuts, mut changes) = (unseen, free);
    loop {
        let end = anchors.next().copied();
        let before = |frame: u64| end.is_none_or(|end| frame < end);
        let frame_of = |index: &usize| planned.get(*index).map_or(0, |cut| cut.frame);
        let (here, rest) = cuts.split_at(cuts.partition_point(|index| before(frame_of(index))));
        let (found, left) = changes.split_at(changes.partition_point(|frame| before(*frame)));
        claimed.extend(paired(planned, here, found));
        (cuts, changes) = (rest, left);
        if end.is_none() {
            return claimed;
        }
    }
}

/// The best pairing of cuts and changes between two anchors, both in order.
fn paired(planned: &[Planned], unseen: &[usize], free: &[u64]) -> Vec<(usize, u64)> {
    // With so many cuts unseen on end, the verdict does not hang on where they are.
    let unseen = unseen.get(..MOST).unwrap_or(unseen);
    let free = free.get(..MOST).unwrap_or(free);
    let distance = |index: usize, frame: u64| {
        let cut = planned.get(index)?;
        let before = index.checked_sub(1).and_then(|i| planned.get(i));
        let after = planned.get(index + 1);
        let far = cut.frame.abs_diff(frame);
        let is_between =
            before.is_none_or(|cut| cut.frame < frame) && after.is_none_or(|cut| frame < cut.frame);
        (is_between || far <= PAST).then_some(far)
    };
    // Row by row the best of each beginning of both: more pairs first, then less distance.
    let width = free.len() + 1;
    let mut best = vec![(0_usize, Reverse(0_u64)); width * (unseen.len() + 1)];
    let at = |best: &[(usize, Reverse<u64>)], row: usize, column: usize| {
        best.get(row * width + column).copied().unwrap_or_default()
    };
    let paired = |best: &[(usize, Reverse<u64>)], row: usize, column: usize| {
        let (index, frame) = (unseen.get(row - 1)?, free.get(column - 1)?);
        let (pairs, Reverse(far)) = at(best, row - 1, column - 1);
        Some((pairs + 1, Reverse(far + distance(*index, *frame)?)))
    };
    for row in 1..=unseen.len() {
        for column in 1..width {
            let without = at(&best, row - 1, column).max(at(&best, row, column - 1));
            let value = paired(&best, row, column).map_or(without, |pairs| pairs.max(without));
            if let Some(place) = best.get_mut(row * width + column) {
                *place = value;
            }
        }
    }
    let (mut row, mut column) = (unseen.len(), free.len());
    let mut pairs = Vec::new();
    while row > 0 && column > 0 {
        let here = at(&best, row, column);
        if here == at(&best, row - 1, column) {
            row -= 1;
        } else if here == at(&best, row, column - 1) {
            column -= 1;
        } else {
            row -= 1;
            column -= 1;
            pairs.extend(unseen.get(row).copied().zip(free.get(column).copied()));
        }
    }
    pairs.reverse();
    pairs
}

/// Runs of cuts of which clearly more are seen some frames away than in place. This needs no cut
/// to be invisible, and sees displacements too long to be told cut by cut.
pub(super) fn displaced_runs(planned: &[Planned], seen: &[u64]) -> Vec<DisplacedRun> {
    let visible: Vec<&Planned> = planned.iter().filter(|cut| !cut.continuous).collect();
    let size = RUN.min(visible.len().max(1));
    let mut runs: Vec<DisplacedRun> = Vec::new();
    let last = visible.len().saturating_sub(size);
    let starts = (0..last).step_by(RUN / 2).chain([last]);
    for run in starts.filter_map(|start| visible.get(start..start + size)) {
        let hits = |by: i64| {
            run.iter()
                .filter(|cut| {
                    u64::try_from(signed(cut.frame) + by)
                        .is_ok_and(|frame| seen.binary_search(&frame).is_ok())
                })
                .count()
        };
        let in_place = hits(0);
        // In a regular beat a run is also seen one beat away from where it is; a small
        // displacement is the likelier one, by as much as one cut for 16 frames.
        let best = (-FURTHEST..=FURTHEST)
            .filter(|by| *by != 0)
            .map(|by| (hits(by), by))
            .max_by_key(|(hits, by)| (16 * signed(*hits as u64) - by.abs(), *by));
        let (Some((hits, by)), Some(first), Some(last)) = (best, run.first(), run.last()) else {
            continue;
        };
        if hits < in_place + RUN_MARGIN {
            continue;
        }
        match runs.last_mut() {
            Some(earlier) if earlier.by == by && first.slot <= earlier.last_slot => {
                earlier.last_slot = last.slot;
            }
            _ => runs.push(DisplacedRun {
                first_slot: first.slot,
                last_slot: last.slot,
                by,
            }),
        }
    }
    runs
}

/// A frame's number as a signed one, so that distances have a direction.
pub(super) fn signed(frame: u64) -> i64 {
    i64::try_from(frame).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::cuts::tests::plan;

    #[test]
    fn a_change_stands_for_one_unseen_cut_in_their_order() {
        let planned = plan(&[30, 60, 90]);
        let claims = |unseen: &[usize], free: &[u64]| claims(&planned, unseen, &[90], free);
        assert_eq!(claims(&[0, 1], &[50]), [(1, 50)]);
        assert_eq!(claims(&[0, 1], &[44, 50]), [(0, 44), (1, 50)]);
        assert_eq!(claims(&[0], &[40, 50]), [(0, 40)]);
        assert_eq!(claims(&[0, 1], &[50, 80]), [(0, 50), (1, 80)]);
    }

    #[test]
    fn a_change_past_a_cut_in_its_place_is_not_claimed() {
        let planned = plan(&[30, 60, 90]);
        assert!(claims(&planned, &[0, 1], &[90], &[95]).is_empty());
        assert_eq!(claims(&planned, &[2], &[30, 60], &[300]), [(2, 300)]);
        // Past one that is not seen either it may be.
        assert_eq!(claims(&planned, &[0], &[90], &[70]), [(0, 70)]);
    }
}
