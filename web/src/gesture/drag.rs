//! What a drag comes to.

use std::ops::Range;

use shared::editing::Operation;
use shared::plan::{Cut, Plan, Slot};

use crate::insight::source_end;
use crate::score::Score;
use crate::viewport::{Viewport, nearest};

/// Pixels within which a cut is drawn to a beat.
const SNAP_PX: f64 = 12.0;

/// What is being dragged, and what would come of it now.
#[derive(Debug, Clone, PartialEq)]
pub enum Drag {
    /// The playhead.
    Scrub {
        /// The frame under the pointer.
        frame: u64,
    },
    /// A loop.
    Loop {
        /// Where the drag began.
        from: u64,
        /// Where it is.
        to: u64,
    },
    /// The cut before a slot.
    Roll {
        /// The slot.
        slot: usize,
        /// Where the cut would be.
        to: u64,
        /// What it would be on.
        cut: Option<Cut>,
    },
    /// What a slot shows, within its source.
    Slip {
        /// The slot.
        slot: usize,
        /// By how much its source would begin later, in microseconds.
        by_us: i64,
    },
    /// A shot, to another place.
    Move {
        /// The slot.
        slot: usize,
        /// The pointer, in pixels.
        x: f64,
        /// The slot that it would fill; none where it cannot go.
        to: Option<usize>,
    },
}

impl Drag {
    /// The change to the plan that letting go makes; none if it changes nothing.
    #[must_use]
    pub fn operation(&self, plan: &Plan) -> Option<Operation> {
        match *self {
            Self::Scrub { .. } | Self::Loop { .. } => None,
            Self::Roll { slot, to, cut } => {
                let before = plan.slots.get(slot)?;
                let same = before.record_start == to && before.cut == cut;
                (!same).then_some(Operation::Roll { slot, to, cut })
            }
            Self::Slip { slot, by_us } => (by_us != 0).then_some(Operation::Slip { slot, by_us }),
            Self::Move { slot, to, .. } => to
                .filter(|to| *to != slot)
                .map(|to| Operation::Move { from: slot, to }),
        }
    }
}

/// Where a loop between two frames begins and ends: at least a frame long, the film's length at most.
#[must_use]
pub fn looped(from: u64, to: u64, frames: u64) -> Range<u64> {
    let start = from.min(to).min(frames.saturating_sub(1));
    start..from.max(to).clamp(start + 1, frames.max(start + 1))
}

/// A frame for a loop's end at a pixel: beats and cuts draw it.
#[must_use]
pub fn loop_edge(view: &Viewport, slots: &[Slot], score: &Score, x: f64) -> u64 {
    let frame = view.edge(x);
    let reach = nearest(SNAP_PX / view.scale()) + 1;
    let beats = score
        .beats_within(frame.saturating_sub(reach), frame + reach)
        .iter()
        .map(|beat| (beat.frame, ()));
    let index = slots.partition_point(|slot| slot.record_start < frame);
    let around = index.saturating_sub(1)..(index + 1).min(slots.len());
    let cuts = slots.get(around).unwrap_or_default();
    let cuts = cuts.iter().map(|slot| (slot.record_start, ()));
    view.snap(x, SNAP_PX, cuts.chain(beats))
        .map_or(frame, |(frame, ())| frame)
        .min(view.frames())
}

/// The cut before `slot`, taken to a pixel: to the beat nearby, or to the very frame if `free`. Both
/// slots keep at least one frame. `None` for the film's first slot, or if either is locked.
#[must_use]
pub fn rolled(
    plan: &Plan,
    score: &Score,
    view: &Viewport,
    (slot, x): (usize, f64),
    free: bool,
) -> Option<Drag> {
    let (first, second) = (plan.slots.get(slot.checked_sub(1)?)?, plan.slots.get(slot)?);
    if first.locked || second.locked {
        return None;
    }
    let (earliest, latest) = (
        first.record_start.saturating_add(1),
        second.record_end().saturating_sub(1),
    );
    let frame = view.edge(x).clamp(earliest, latest);
    let reach = nearest(SNAP_PX / view.scale()) + 1;
    let beats = score.beats_within(
        frame.saturating_sub(reach).max(earliest),
        (frame + reach).min(latest),
    );
    let snapped = view.snap(x, SNAP_PX, beats.iter().map(|beat| (beat.frame, ())));
    let to = snapped.filter(|_| !free).map_or(frame, |(frame, ())| frame);
    // Where it was it keeps what it was on.
    let cut = if to == second.record_start {
        second.cut
    } else {
        score.cut_at(to)
    };
    Some(Drag::Roll { slot, to, cut })
}

/// What a slot shows when it is dragged by pixels: to the right shows earlier pictures. As far as the
/// source is known to go. `None` if the slot is locked.
#[must_use]
pub fn slipped(plan: &Plan, view: &Viewport, slot: usize, pixels: f64) -> Option<Drag> {
    let frames = -(pixels / view.scale()).round();
    let found = plan.slots.get(slot).filter(|slot| !slot.locked)?;
    let (num, den) = found.clip.speed.terms();
    let us = frames / plan.output.rate.as_f64() * 1e6 * f64::from(num) / f64::from(den);
    Some(Drag::Slip {
        slot,
        by_us: slip_within(plan, slot, whole(us)),
    })
}

/// A slip by whole frames of the film, as far as the source is known to go; 0 for no such slot.
#[must_use]
pub fn slip_frames(plan: &Plan, slot: usize, frames: i32) -> i64 {
    let Some(found) = plan.slots.get(slot) else {
        return 0;
    };
    let (num, den) = found.clip.speed.terms();
    let frame_us = 1e6 / plan.output.rate.as_f64() * f64::from(num) / f64::from(den);
    slip_within(plan, slot, whole(f64::from(frames) * frame_us))
}

fn slip_within(plan: &Plan, slot: usize, by_us: i64) -> i64 {
    let Some(slot) = plan.slots.get(slot) else {
        return 0;
    };
    let start = slot.clip.source_start;
    let shown = source_end(plan, slot).saturating_sub(start);
    let length = usize::try_from(slot.clip.media)
        .ok()
        .and_then(|media| plan.media.get(media))
        .and_then(|media| media.duration_us);
    // A clip that runs past its source's end may be slipped back, and no further on.
    let latest = length.map_or(u64::MAX, |length| length.saturating_sub(shown).max(start));
    let there = start.saturating_add_signed(by_us).min(latest);
    let signed = |us: u64| i64::try_from(us).unwrap_or(i64::MAX);
    signed(there).saturating_sub(signed(start))
}

/// A shot that is held at a pixel: it would fill the slot there. Locked slots are not filled.
#[must_use]
pub fn moved(plan: &Plan, view: &Viewport, slot: usize, x: f64) -> Option<Drag> {
    plan.slots.get(slot).filter(|slot| !slot.locked)?;
    let over = plan.slot_at(view.frame(x));
    let open = |to: &usize| plan.slots.get(*to).is_some_and(|slot| !slot.locked);
    Some(Drag::Move {
        slot,
        x,
        to: over.filter(open),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a slip by screen pixels; floats saturate"
)]
fn whole(us: f64) -> i64 {
    us.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::made_up;
    use crate::viewport::place;
    use proptest::prelude::*;
    use shared::editing::apply;
    use shared::plan::CutKind;

    fn scene(lengths: &[u32]) -> (Plan, Score, Viewport) {
        let plan = made_up::plan(lengths);
        let score = Score::of_plan(&plan, None).unwrap();
        let view = Viewport::new(plan.record_duration(), 1000.0);
        (plan, score, view)
    }

    #[test]
    fn a_cut_is_drawn_to_the_beat_and_says_which() {
        let (plan, score, view) = scene(&[100, 100, 200]);
        let at = |frame: f64, free| rolled(&plan, &score, &view, (1, view.x(frame)), free);
        let cut = score.cut_at(105).unwrap();
        assert_eq!(
            at(104.0, false),
            Some(Drag::Roll {
                slot: 1,
                to: 105,
                cut: Some(cut)
            })
        );
        assert_eq!(cut.on, CutKind::Beat);
        assert_eq!(
            at(104.0, true),
            Some(Drag::Roll {
                slot: 1,
                to: 104,
                cut: None
            })
        );
        assert_eq!(
            at(105.0, true),
            Some(Drag::Roll {
                slot: 1,
                to: 105,
                cut: Some(cut)
            })
        );
        assert_eq!(rolled(&plan, &score, &view, (0, 5.0), false), None);
        let Some(nothing) = at(100.0, true) else {
            panic!()
        };
        assert_eq!(nothing.operation(&plan), None, "it was there already");
    }

    #[test]
    fn what_is_locked_is_not_dragged() {
        let (mut plan, score, view) = scene(&[100, 100, 200]);
        plan.slots[1].locked = true;
        assert_eq!(rolled(&plan, &score, &view, (1, 300.0), false), None);
        assert_eq!(rolled(&plan, &score, &view, (2, 500.0), false), None);
        assert_eq!(slipped(&plan, &view, 1, 20.0), None);
        assert_eq!(moved(&plan, &view, 1, 20.0), None);
        assert_eq!(
            moved(&plan, &view, 0, 300.0),
            Some(Drag::Move {
                slot: 0,
                x: 300.0,
                to: None
            })
        );
    }

    #[test]
    fn a_slip_to_the_right_shows_earlier_pictures() {
        let (plan, _, view) = scene(&[100, 100, 200]);
        // 2.5 pixels are a frame, a thirtieth of a second.
        assert_eq!(
            slipped(&plan, &view, 0, 25.0),
            Some(Drag::Slip {
                slot: 0,
                by_us: -333_333
            })
        );
        assert_eq!(
            slipped(&plan, &view, 0, 9999.0),
            Some(Drag::Slip {
                slot: 0,
                by_us: -2_000_000
            })
        );
        assert_eq!(slip_frames(&plan, 0, 10), 333_333);
        assert_eq!(
            slip_frames(&plan, 0, 10_000),
            10_000_000 - 2_000_000 - 3_333_334
        );
        assert_eq!(slip_frames(&plan, 9, 1), 0);
    }

    #[test]
    fn a_loop_has_a_length() {
        assert_eq!(looped(30, 10, 100), 10..30);
        assert_eq!(looped(30, 30, 100), 30..31);
        assert_eq!(looped(100, 100, 100), 99..100);
        assert_eq!(looped(0, 900, 100), 0..100);
        assert_eq!(looped(0, 0, 0), 0..1);
    }

    proptest! {
        /// Whatever is dragged wherever: the plan takes it.
        #[test]
        fn a_drag_is_an_operation_that_can_be_made(
            lengths in prop::collection::vec(1..200_u32, 1..30),
            slot in 0..30_usize, x in -50.0..1100.0, zoom in 1.0..30.0, kind in 0..4, locked in 0..60_usize,
        ) {
            let (mut plan, score, mut view) = scene(&lengths);
            if let Some(slot) = plan.slots.get_mut(locked) {
                slot.locked = true;
            }
            view.zoom(zoom, 300.0);
            let drag = match kind {
                0 => rolled(&plan, &score, &view, (slot, x), false),
                1 => rolled(&plan, &score, &view, (slot, x), true),
                2 => slipped(&plan, &view, slot, x),
                _ => moved(&plan, &view, slot, x),
            };
            if let Some(operation) = drag.and_then(|drag| drag.operation(&plan)) {
                let changed = apply(&plan, &operation);
                prop_assert!(changed.is_ok(), "{operation:?} {changed:?}");
                prop_assert_eq!(changed.unwrap().record_duration(), plan.record_duration());
            }
        }

        #[test]
        fn a_loops_edge_is_in_the_film(lengths in prop::collection::vec(1..200_u32, 1..30), x in -50.0..1100.0, zoom in 1.0..30.0) {
            let (plan, score, mut view) = scene(&lengths);
            view.zoom(zoom, 300.0);
            let edge = loop_edge(&view, &plan.slots, &score, x);
            prop_assert!(edge <= plan.record_duration());
            let near = view.x(place(edge)) - x.clamp(view.x(0.0), view.x(place(view.frames())));
            prop_assert!(near.abs() <= SNAP_PX + view.scale(), "{near}");
        }
    }
}
