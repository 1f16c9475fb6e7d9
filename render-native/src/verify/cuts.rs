//! Cuts as the picture shows them, and the plan's cuts held against them.
#![expect(
    clippy::cast_precision_loss,
    reason = "counts of neighbours and cuts, far below 2^24"
)]

use serde::Serialize;

use super::change::{Change, Changes};
use super::displacement::{DisplacedRun, claims, displaced_runs, signed};

/// A cut stands out by this factor over what is usual around it. `PySceneDetect`'s adaptive detector
/// asks for 3 over the mean; this one asks less over a high quantile, which is stricter where
/// motion is jerky and laxer where a single flash stands near.
const CONTRAST: f32 = 1.8;
/// Which of the neighbours' changes, sorted, is "usual": four fifths are below. The fifth above
/// leaves room for two neighbouring cuts and a flash in 21 frames.
const USUAL: f32 = 0.8;
/// Frames on each side that are neighbours, at least; more where frames are short.
const NEIGHBOURS: usize = 10;
/// Two frames nearer than this, in floors, are the same picture shown twice, as in 10 pictures a
/// second shown at 30.
const REPEAT: f32 = 0.1;
/// A change nearer than this to a planned cut that is not itself seen is taken for that cut, in
/// the wrong place, in frames.
const NEAR: u64 = 3;
/// A change must stand out by this much more to be taken for a misplaced cut.
const MISPLACED: f32 = 1.5;
/// Share of a step's change that is still there a few frames later if it was a cut.
const LASTING: f32 = 0.4;
/// A planned cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    /// The slot that begins there.
    pub(super) slot: usize,
    /// Its first frame.
    pub(super) frame: u64,
    /// Whether the plan runs on in the same footage, so that nothing need be seen.
    pub(super) continuous: bool,
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
        for (index, frame) in claims(planned, &unseen, &free) {
            if let Some(cut) = sights.get_mut(index) {
                cut.sight = Sight::Off {
                    by: signed(frame) - signed(cut.frame),
                };
                explained.push(frame);
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

struct Picture<'a> {
    changes: &'a Changes,
    reach: usize,
}

impl<'a> Picture<'a> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate of at most some hundreds"
    )]
    fn new(changes: &'a Changes, frames_a_second: f64) -> Self {
        let third = (frames_a_second.clamp(0.0, 1000.0) / 3.0) as usize;
        Self {
            changes,
            reach: third.max(NEIGHBOURS),
        }
    }

    /// Every cut that the picture shows, found without the plan.
    fn cuts(&self) -> Vec<u64> {
        (1..self.changes.step.len())
            .filter(|at| self.lasts(*at) && self.contrast(*at, |_| false) >= 1.0)
            .map(|at| at as u64)
            .collect()
    }

    /// How clearly the picture changes at a planned cut. The other planned cuts are no measure of
    /// what is usual.
    fn clarity(&self, frame: u64, planned: &[Planned]) -> f32 {
        let planned_there = |at: u64| planned.binary_search_by_key(&at, |cut| cut.frame).is_ok();
        usize::try_from(frame).map_or(0.0, |at| self.contrast(at, planned_there))
    }

    /// How clearly the picture changes at `frame`, if that lasts and is clear enough to be a
    /// planned cut in the wrong place.
    fn stands_out(&self, frame: u64, planned: &[Planned]) -> Option<f32> {
        let at = usize::try_from(frame).ok()?;
        let clarity = self.lasts(at).then(|| self.clarity(frame, planned))?;
        (clarity >= MISPLACED).then_some(clarity)
    }

    /// The clearest lasting change near a planned cut at `frame` that is not seen in place,
    /// short of the neighbouring planned cuts.
    fn misplaced(
        &self,
        frame: u64,
        before: Option<&Planned>,
        after: Option<&Planned>,
        planned: &[Planned],
    ) -> Option<u64> {
        let first = before
            .map_or(1, |cut| cut.frame + 1)
            .max(frame.saturating_sub(NEAR));
        let last = after
            .map_or(u64::MAX, |cut| cut.frame.saturating_sub(1))
            .min(frame + NEAR);
        (first..=last)
            .filter(|at| *at != frame)
            .filter_map(|at| Some((at, self.stands_out(at, planned)?)))
            .max_by(|a, b| {
                a.1.total_cmp(&b.1)
                    .then(b.0.abs_diff(frame).cmp(&a.0.abs_diff(frame)))
                    .then(b.0.cmp(&a.0))
            })
            .map(|(at, _)| at)
    }

    /// How far the step at `at` stands out, by the measure in which it does so most: in floors
    /// and over what is usual around it, whichever is less. Neighbours that `ignored` names do not
    /// count.
    fn contrast(&self, at: usize, ignored: impl Fn(u64) -> bool) -> f32 {
        let Some(step) = self.changes.step.get(at).filter(|_| at > 0) else {
            return 0.0;
        };
        let first = at.saturating_sub(self.reach).max(1);
        let around: Vec<Change> = self
            .changes
            .step
            .iter()
            .enumerate()
            .skip(first)
            .take(at + self.reach + 1 - first)
            .filter(|(index, _)| *index != at && !ignored(*index as u64))
            .map(|(_, change)| *change)
            .collect();
        let moving: Vec<Change> = around
            .iter()
            .copied()
            .filter(|change| change.strength() > REPEAT)
            .collect();
        let contrast = |measure: usize| {
            let of = |change: &Change| change.in_floors().get(measure).copied().unwrap_or(0.0);
            // Where most frames repeat the one before, the quantile is nothing; what moves at all
            // is then the better measure, if there is enough of it not to be cuts alone.
            let usual = quantile(around.iter().map(of), USUAL).max(if moving.len() >= 5 {
                quantile(moving.iter().map(of), 0.5)
            } else {
                0.0
            });
            let own = of(step);
            own.min(own / (CONTRAST * usual).max(f32::MIN_POSITIVE))
        };
        contrast(0).max(contrast(1))
    }

    /// Whether the picture stays changed after the step at `at`.
    fn lasts(&self, at: usize) -> bool {
        match (self.changes.step.get(at), self.changes.around.get(at)) {
            (Some(step), Some(around)) => {
                step.strength() >= 1.0
                    && step
                        .in_floors()
                        .iter()
                        .zip(around.in_floors())
                        .any(|(step, around)| *step >= 1.0 && around >= LASTING * step)
            }
            _ => false,
        }
    }
}

/// The value below which the share `at` of `values` lies; 0 if there are none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index below the number of values"
)]
fn quantile(values: impl Iterator<Item = f32>, at: f32) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    let index = (values.len() as f32 * at) as usize;
    values
        .get(index.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
pub(in crate::verify) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A film of `frames` frames with ordinary motion, and `cuts` in it.
    pub(in crate::verify) fn film(
        frames: usize,
        motion: impl Fn(usize) -> f32,
        cuts: &[u64],
    ) -> Changes {
        let mut step: Vec<Change> = (0..frames)
            .map(|i| Change {
                residual: motion(i),
                tone: motion(i) * 0.2,
            })
            .collect();
        step[0] = Change::default();
        for cut in cuts {
            step[usize::try_from(*cut).unwrap()] = Change {
                residual: 30.0,
                tone: 20.0,
            };
        }
        Changes {
            around: step.clone(),
            step,
        }
    }

    pub(in crate::verify) fn plan(cuts: &[u64]) -> Vec<Planned> {
        cuts.iter()
            .enumerate()
            .map(|(index, frame)| Planned {
                slot: index + 1,
                frame: *frame,
                continuous: false,
            })
            .collect()
    }

    pub(in crate::verify) fn every(step: u64, count: u64) -> Vec<u64> {
        (1..=count).map(|i| i * step).collect()
    }

    pub(in crate::verify) fn shaky(i: usize) -> f32 {
        1.0 + (i * 7 % 5) as f32 * 0.8
    }

    proptest! {
        #[test]
        fn cuts_in_place_are_exact_and_all_others_are_off(
            lengths in prop::collection::vec(5..40_u64, 2..40), by in -3..=3_i64
        ) {
            let cuts: Vec<u64> = lengths.iter().scan(3, |sum, l| { *sum += l; Some(*sum) }).collect();
            let shown: Vec<u64> = cuts.iter().map(|c| c.strict_add_signed(by)).collect();
            let frames = usize::try_from(cuts.last().unwrap() + 40).unwrap();
            let found = judge(&film(frames, shaky, &shown), &plan(&cuts), 30.0);
            let wanted = if by == 0 { Sight::Exact } else { Sight::Off { by } };
            // A slot of 5 frames may hold the next cut's change as near as its own.
            prop_assert!(found.count(|s| s == wanted) * 2 > cuts.len(), "{found:?}");
            prop_assert_eq!(found.count(|s| s == Sight::Exact), if by == 0 { cuts.len() } else { 0 });
            prop_assert_eq!(found.count(|s| matches!(s, Sight::Off { .. })) == 0, by == 0);
        }
    }

    #[test]
    fn one_misplaced_cut_among_many_is_told() {
        let cuts = every(15, 20);
        let mut shown = cuts.clone();
        shown[9] += 1;
        let found = judge(&film(330, shaky, &shown), &plan(&cuts), 30.0);
        assert_eq!(found.planned[9].sight, Sight::Off { by: 1 });
        assert_eq!(found.count(|s| s == Sight::Exact), 19);
        assert!(found.straddles.is_empty(), "{:?}", found.straddles);
    }

    #[test]
    fn a_cut_that_is_not_seen_is_invisible_and_not_off() {
        let cuts = every(15, 20);
        let shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 150).collect();
        let found = judge(&film(330, shaky, &shown), &plan(&cuts), 30.0);
        assert_eq!(
            found.planned[9].sight,
            Sight::Invisible { continuous: false }
        );
        assert_eq!(found.count(|s| s == Sight::Exact), 19);
    }

    #[test]
    fn a_shot_change_inside_a_slot_is_a_straddle() {
        let cuts = every(20, 10);
        let mut shown = cuts.clone();
        shown.extend([49, 62]);
        let found = judge(&film(230, shaky, &shown), &plan(&cuts), 30.0);
        assert_eq!(found.straddles, [49, 62]);
        assert_eq!(found.count(|s| s == Sight::Exact), 10);
    }

    #[test]
    fn a_shot_change_beside_a_cut_through_the_same_footage_is_no_fault() {
        let mut cuts = plan(&every(20, 10));
        cuts[4].continuous = true;
        let mut shown = every(20, 10);
        shown[4] += 2;
        let found = judge(&film(230, shaky, &shown), &cuts, 30.0);
        assert_eq!(
            found.planned[4].sight,
            Sight::Invisible { continuous: true }
        );
        assert_eq!(found.straddles, [102]);
        assert_eq!(found.expected(), 9);
    }

    #[test]
    fn a_flash_beside_an_unseen_cut_is_no_misplaced_cut() {
        let cuts = every(20, 10);
        let shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 100).collect();
        let mut changes = film(230, shaky, &shown);
        for at in [101, 102] {
            changes.step[at].residual = 60.0;
            changes.around[at].residual = 1.0;
        }
        let found = judge(&changes, &plan(&cuts), 30.0);
        assert_eq!(
            found.planned[4].sight,
            Sight::Invisible { continuous: false }
        );
        assert!(found.straddles.is_empty());
    }

    #[test]
    fn pictures_shown_three_times_are_no_cuts() {
        let thrice = |i: usize| if i.is_multiple_of(3) { 6.0 } else { 0.0 };
        let cuts = [31, 61, 92, 122, 150];
        let found = judge(&film(180, thrice, &cuts), &plan(&cuts), 30.0);
        assert_eq!(found.count(|s| s == Sight::Exact), 5);
        assert!(found.straddles.is_empty(), "{:?}", found.straddles);
    }

    #[test]
    fn a_long_displacement_of_a_part_of_the_film_is_told() {
        let cuts = every(37, 30);
        let shown: Vec<u64> = cuts
            .iter()
            .map(|c| if *c > 500 { c - 9 } else { *c })
            .collect();
        let found = judge(&film(1200, shaky, &shown), &plan(&cuts), 30.0);
        assert_eq!(found.displaced.len(), 1, "{:?}", found.displaced);
        assert_eq!(
            (found.displaced[0].by, found.displaced[0].last_slot),
            (-9, 30)
        );
        assert!((11..=15).contains(&found.displaced[0].first_slot));
    }

    #[test]
    fn cuts_in_place_are_not_displaced_however_regular() {
        let cuts = every(15, 60);
        let found = judge(&film(960, shaky, &cuts), &plan(&cuts), 30.0);
        assert!(found.displaced.is_empty());
    }

    #[test]
    fn a_film_that_stands_still_shows_nothing() {
        let found = judge(&film(300, |_| 0.0, &[]), &plan(&every(15, 10)), 30.0);
        assert_eq!(
            found.count(|s| s == Sight::Invisible { continuous: false }),
            10
        );
        assert!(found.straddles.is_empty() && found.displaced.is_empty());
    }

    #[test]
    fn a_planned_cut_past_the_end_is_not_seen() {
        let found = judge(&film(10, shaky, &[]), &plan(&[15]), 30.0);
        assert_eq!(found.count(|s| s == Sight::Exact), 0);
    }

    #[test]
    fn a_cut_many_frames_away_is_off_wherever_it_is() {
        let cuts = every(30, 12);
        for by in [-20, -10, -4, 4, 10, 20] {
            for index in [0, 5, 11] {
                let mut shown = cuts.clone();
                shown[index] = shown[index].strict_add_signed(by);
                let found = judge(&film(400, shaky, &shown), &plan(&cuts), 30.0);
                assert_eq!(found.planned[index].sight, Sight::Off { by });
                assert_eq!(found.count(|s| s == Sight::Exact), 11);
                assert!(found.straddles.is_empty(), "{:?}", found.straddles);
            }
        }
    }

    #[test]
    fn a_shot_change_elsewhere_does_not_stand_for_an_unseen_cut() {
        let cuts = every(30, 12);
        let mut shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 180).collect();
        // In slots that the unseen cut does not touch, and on the heels of a cut in its place.
        shown.extend([100, 151, 250]);
        let found = judge(&film(400, shaky, &shown), &plan(&cuts), 30.0);
        assert_eq!(
            found.planned[5].sight,
            Sight::Invisible { continuous: false }
        );
    }

    #[test]
    fn a_flash_far_from_an_unseen_cut_is_no_misplaced_cut() {
        let cuts = every(30, 12);
        let shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 180).collect();
        let mut changes = film(400, shaky, &shown);
        for at in [190, 191] {
            changes.step[at].residual = 60.0;
            changes.around[at].residual = 1.0;
        }
        let found = judge(&changes, &plan(&cuts), 30.0);
        assert_eq!(found.count(|s| matches!(s, Sight::Off { .. })), 0);
    }
}
