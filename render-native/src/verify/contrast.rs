//! How far a change of the picture stands out from what is usual around it.
#![expect(
    clippy::cast_precision_loss,
    reason = "counts of neighbours, far below 2^24"
)]

use super::change::{Change, Changes};
use super::cuts::Planned;

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
/// A change must stand out by this much more to be taken for a misplaced cut.
const MISPLACED: f32 = 1.5;
/// Share of a step's change that is still there a few frames later if it was a cut.
const LASTING: f32 = 0.4;
/// A change nearer than this to a planned cut that is not itself seen is taken for that cut, in
/// the wrong place, in frames.
pub(super) const NEAR: u64 = 3;
/// A change of so many floors at a planned cut may be the cut, faint, if it stands out.
const FAINT: f32 = 0.2;
/// By so much over what is usual around it.
const FAINT_CONTRAST: f32 = 3.0;

/// Share of a slot's steps that repeat the picture before if it stands still. The others are left
/// to the pulses of key frames.
const STILL: f32 = 0.9;
/// Steps of a slot from which on it can be said to stand still.
const LEAST_STILL: usize = 5;
/// A change of fewer floors at a cut is none where the picture stands still: a held picture that is
/// encoded anew changes by this at most with the key frame, and another picture by far more.
const STILL_STEP: f32 = 0.5;

/// The changes of a film and how far each stands out.
pub(super) struct Picture<'a> {
    changes: &'a Changes,
    reach: usize,
}

impl<'a> Picture<'a> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate of at most some hundreds"
    )]
    pub(super) fn new(changes: &'a Changes, frames_a_second: f64) -> Self {
        let third = (frames_a_second.clamp(0.0, 1000.0) / 3.0) as usize;
        Self {
            changes,
            reach: third.max(NEIGHBOURS),
        }
    }

    /// Every cut that the picture shows, found without the plan.
    pub(super) fn cuts(&self) -> Vec<u64> {
        (1..self.changes.step.len())
            .filter(|at| self.lasts(*at) && self.contrast(*at, |_| false) >= 1.0)
            .map(|at| at as u64)
            .collect()
    }

    /// How clearly the picture changes at a planned cut. The other planned cuts are no measure of
    /// what is usual.
    pub(super) fn clarity(&self, frame: u64, planned: &[Planned]) -> f32 {
        let planned_there = |at: u64| planned.binary_search_by_key(&at, |cut| cut.frame).is_ok();
        usize::try_from(frame).map_or(0.0, |at| self.contrast(at, planned_there))
    }

    /// Whether the picture changes at a planned cut that is not seen, too little to be a cut but
    /// far more than usual there, as from one dark clip to another.
    pub(super) fn is_faint(&self, frame: u64, planned: &[Planned]) -> bool {
        let planned_there = |at: u64| planned.binary_search_by_key(&at, |cut| cut.frame).is_ok();
        usize::try_from(frame).is_ok_and(|at| {
            [0, 1].into_iter().any(|measure| {
                let (own, usual) = self.against_usual(at, measure, planned_there);
                own >= FAINT && own >= FAINT_CONTRAST * usual
            })
        })
    }

    /// Whether the slots from `first` to `frame` and from there to before `end` show one picture
    /// across the cut at `frame`: nothing changes there, and one of the two stands still
    /// throughout.
    pub(super) fn stands_still(&self, first: u64, frame: u64, end: u64) -> bool {
        let still = |from: u64, to: u64| {
            let at = |frame: u64| usize::try_from(frame).unwrap_or(usize::MAX);
            let to = at(to).min(self.changes.step.len());
            let steps = self.changes.step.get(at(from)..to).unwrap_or(&[]);
            let repeats = |change: &&Change| change.strength() <= REPEAT;
            let repeated = steps.iter().filter(repeats).count();
            steps.len() >= LEAST_STILL && repeated as f32 >= STILL * steps.len() as f32
        };
        let step = usize::try_from(frame).map(|at| self.changes.step.get(at));
        matches!(step, Ok(Some(change)) if change.strength() < STILL_STEP)
            && (still(first + 1, frame) || still(frame + 1, end))
    }

    /// How clearly the picture changes at `frame`, if that lasts and is clear enough to be a
    /// planned cut in the wrong place.
    pub(super) fn stands_out(&self, frame: u64, planned: &[Planned]) -> Option<f32> {
        let at = usize::try_from(frame).ok()?;
        let clarity = self.lasts(at).then(|| self.clarity(frame, planned))?;
        (clarity >= MISPLACED).then_some(clarity)
    }

    /// The clearest lasting change near a planned cut at `frame` that is not seen in place,
    /// short of the neighbouring planned cuts.
    pub(super) fn misplaced(
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
    fn contrast(&self, at: usize, ignored: impl Fn(u64) -> bool + Copy) -> f32 {
        let contrast = |measure: usize| {
            let (own, usual) = self.against_usual(at, measure, ignored);
            own.min(own / (CONTRAST * usual).max(f32::MIN_POSITIVE))
        };
        contrast(0).max(contrast(1))
    }

    /// The step at `at` by one measure, and what is usual around it, both in floors.
    fn against_usual(
        &self,
        at: usize,
        measure: usize,
        ignored: impl Fn(u64) -> bool,
    ) -> (f32, f32) {
        let Some(step) = self.changes.step.get(at).filter(|_| at > 0) else {
            return (0.0, 0.0);
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
        let of = |change: &Change| change.in_floors().get(measure).copied().unwrap_or(0.0);
        // Where most frames repeat the one before, the quantile is nothing; what moves at all is
        // then the better measure, if there is enough of it not to be cuts alone.
        let usual = quantile(around.iter().map(of), USUAL).max(if moving.len() >= 5 {
            quantile(moving.iter().map(of), 0.5)
        } else {
            0.0
        });
        (of(step), usual)
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
