//! Cuts that the film shows in the wrong place: one by one, and in runs.

use serde::Serialize;

use super::cuts::Planned;

/// Furthest that a run of cuts is looked for beside its place, in frames.
const FURTHEST: i64 = 30;
/// Cuts in a run that is looked for elsewhere as a whole.
const RUN: usize = 8;
/// A run is elsewhere if this many more of its cuts are seen there than in place.
const RUN_MARGIN: usize = 4;

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
/// cuts that are `unseen` (by index, ascending): the index and the frame. A cut is looked for
/// between the neighbouring planned cuts; a change stands for one cut only, for the nearest.
pub(super) fn claims(planned: &[Planned], unseen: &[usize], free: &[u64]) -> Vec<(usize, u64)> {
    let mut pairs = Vec::new();
    for index in unseen {
        let Some(cut) = planned.get(*index) else {
            continue;
        };
        let before = index.checked_sub(1).and_then(|i| planned.get(i));
        let after = planned.get(index + 1);
        let within = |frame: u64| {
            before.is_none_or(|cut| cut.frame < frame) && after.is_none_or(|cut| frame < cut.frame)
        };
        pairs.extend(
            free.iter()
                .filter(|frame| within(**frame))
                .map(|frame| (frame.abs_diff(cut.frame), *index, *frame)),
        );
    }
    pairs.sort_unstable();
    let mut claimed: Vec<(usize, u64)> = Vec::new();
    for (_, index, frame) in pairs {
        if claimed.iter().all(|(i, f)| *i != index && *f != frame) {
            claimed.push((index, frame));
        }
    }
    claimed
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
    fn a_change_stands_for_the_nearest_unseen_cut_and_for_no_other() {
        let planned = plan(&[30, 60, 90]);
        assert_eq!(claims(&planned, &[0, 1], &[50]), [(1, 50)]);
        assert_eq!(claims(&planned, &[0, 1], &[44, 50]), [(1, 50), (0, 44)]);
        assert_eq!(claims(&planned, &[0], &[50, 40]), [(0, 40)]);
    }

    #[test]
    fn a_change_past_a_neighbouring_cut_is_not_claimed() {
        assert!(claims(&plan(&[30, 60, 90]), &[0, 1], &[95]).is_empty());
        assert_eq!(claims(&plan(&[30, 60, 90]), &[2], &[300]), [(2, 300)]);
    }
}
