//! Cuts as the picture shows them, and the plan's cuts held against them.

use serde::Serialize;

use super::change::Changes;
use super::contrast::{NEAR, Picture};
use super::displacement::{DisplacedRun, claims, displaced_runs, signed};

/// A planned cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    /// The slot that begins there.
    pub(super) slot: usize,
    /// Its first frame.
    pub(super) frame: u64,
    /// Whether the plan runs on in the same footage, so that nothing need be seen.
    pub(super) continuous: bool,
    /// Whether the plan shows another file from here on, so that the picture cannot stay the same.
    pub(super) other_media: bool,
}

/// What the picture says about one planned cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "seen")]
pub enum Sight {
    /// The picture changes exactly at the planned frame.
    Exact,
    /// The picture does not change there, but elsewhere between the neighbouring planned cuts.
    Off {
        /// Frames by which the change is late; negative if early.
        by: i64,
    },
    /// The picture does not visibly change there, nor anywhere that no other cut accounts for.
    Invisible {
        /// The plan runs on in the same footage, so that this was to be expected.
        continuous: bool,
    },
    /// The plan goes on to another file here, and the picture stands still across the cut.
    Frozen,
}

/// A planned cut and what was seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CutSight {
    /// The slot that begins there, counting from 0.
    pub slot: usize,
    /// The planned frame.
    pub frame: u64,
    /// What was seen.
    #[serde(flatten)]
    pub sight: Sight,
    /// How clearly the picture changes at the planned frame; 1 is just enough to be seen.
    pub clarity: f32,
}

/// What the picture says about all cuts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CutFindings {
    /// The planned cuts: every slot's first frame but the film's own.
    pub planned: Vec<CutSight>,
    /// Cuts that are seen inside slots: shot changes of the footage. They are no fault of timing.
    pub straddles: Vec<u64>,
    /// Runs of cuts that the film shows beside their place.
    pub displaced: Vec<DisplacedRun>,
}

impl CutFindings {
    /// How many planned cuts are seen as `like` says.
    #[must_use]
    pub fn count(&self, like: impl Fn(Sight) -> bool) -> usize {
        self.planned.iter().filter(|cut| like(cut.sight)).count()
    }

    /// Cuts that ought to be seen: all that the plan does not run through in the same footage.
    #[must_use]
    pub fn expected(&self) -> usize {
        self.count(|sight| sight != Sight::Invisible { continuous: true })
    }
}

/// Holds the planned cuts against the changes of the picture. `frames_a_second` widens the
/// neighbourhood of fast films.
pub(super) fn judge(changes: &Changes, planned: &[Planned], frames_a_second: f64) -> CutFindings {
    let picture = Picture::new(changes, frames_a_second);
    let seen = picture.cuts();
    let at_planned = |frame: &u64| planned.binary_search_by_key(frame, |cut| cut.frame).is_ok();
    let mut sights = Vec::with_capacity(planned.len());
    let mut explained = Vec::new();
    let mut unseen = Vec::new();
    for (index, cut) in planned.iter().enumerate() {
        let clarity = picture.clarity(cut.frame, planned);
        let sight = if clarity >= 1.0 {
            Sight::Exact
        } else if cut.continuous {
            Sight::Invisible { continuous: true }
        } else {
            let before = index.checked_sub(1).and_then(|i| planned.get(i));
            let after = planned.get(index + 1);
            if let Some(frame) = picture.misplaced(cut.frame, before, after, planned) {
                explained.push(frame);
                Sight::Off {
                    by: signed(frame) - signed(cut.frame),
                }
            } else {
                unseen.push(index);
                Sight::Invisible { continuous: false }
            }
        };
        sights.push(CutSight {
            slot: cut.slot,
            frame: cut.frame,
            sight,
            clarity: (clarity * 100.0).round() / 100.0,
        });
    }
    if !unseen.is_empty() {
        // The step beside a cut in its place is the end of that cut, as where its first picture is
        // damaged or faded.
        let beside_exact = |frame: u64| {
            sights
                .iter()
                .any(|cut| cut.sight == Sight::Exact && cut.frame.abs_diff(frame) <= 1)
        };
        let free: Vec<u64> = (1..changes.step.len() as u64)
            .filter(|at| picture.stands_out(*at, planned).is_some())
            .filter(|at| !at_planned(at) && !explained.contains(at) && !beside_exact(*at))
            .collect();
        let anchors: Vec<u64> = sights
            .iter()
            .filter(|cut| !matches!(cut.sight, Sight::Invisible { .. } | Sight::Frozen))
            .map(|cut| cut.frame)
            .collect();
        for (index, frame) in claims(planned, &unseen, &anchors, &free) {
            let is_far = planned
                .get(index)
                .is_some_and(|cut| cut.frame.abs_diff(frame) > NEAR);
            let is_faint = planned
                .get(index)
                .is_some_and(|cut| picture.is_faint(cut.frame, planned));
            // What changes far from a cut that is faintly there is the footage.
            if is_far && is_faint {
                continue;
            }
            if let Some(cut) = sights.get_mut(index) {
                cut.sight = Sight::Off {
                    by: signed(frame) - signed(cut.frame),
                };
                explained.push(frame);
            }
        }
    }
    for (index, sight) in sights.iter_mut().enumerate() {
        if sight.sight == (Sight::Invisible { continuous: false })
            && let Some(cut) = planned.get(index).filter(|cut| cut.other_media)
        {
            let before = index.checked_sub(1).and_then(|i| planned.get(i));
            let first = before.map_or(0, |cut| cut.frame);
            let end = planned.get(index + 1).map_or(u64::MAX, |cut| cut.frame);
            if picture.stands_still(first, cut.frame, end) {
                sight.sight = Sight::Frozen;
            }
        }
    }
    CutFindings {
        displaced: displaced_runs(planned, &seen),
        straddles: seen
            .into_iter()
            .filter(|frame| !at_planned(frame) && !explained.contains(frame))
            .collect(),
        planned: sights,
    }
}

#[cfg(test)]
pub(in crate::verify) mod tests;
