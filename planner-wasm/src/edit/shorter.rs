//! Slots that find only what nobody wants to see are divided: of shorter footage better is left.

use std::collections::BTreeSet;

use super::assignment::{Assignment, Filled};
use super::longest::SHORT_US;
use super::pace::ONE;
use super::points::{Point, Span};
use super::slots::Vacancy;

/// From so much on, of 255, a picture is poor.
const UNWANTED: i64 = 40;
/// How often a film is divided anew at most.
pub(super) const ROUNDS: usize = 3;

/// How much of a film is poor: frames times how unwanted they are.
pub(super) fn poor(film: &Assignment<'_>) -> i64 {
    let slots = film.slots.iter().zip(&film.filled);
    let poor = slots.map(|(slot, filled)| i64::from(slot.frames) * poorness(filled.as_ref()));
    poor.sum()
}

/// How poor a slot's footage is, 0 to [`ONE`].
fn poorness(filled: Option<&Filled>) -> i64 {
    let unwanted = filled.map_or(0, |filled| filled.with.unwanted());
    if unwanted * 255 >= UNWANTED * ONE {
        unwanted
    } else {
        0
    }
}

/// Where the film may be cut, and must be: where it is, and so that each slot that is poor becomes two. None
/// if none can be divided.
pub(super) fn divided(film: &Assignment<'_>, points: &[Point], span: Span) -> Option<Vec<Point>> {
    let mut points = points.to_vec();
    let mut any = false;
    let short = span.frames_in(SHORT_US);
    for (slot, filled) in film.slots.iter().zip(&film.filled) {
        if poorness(filled.as_ref()) > 0
            && let Some(at) = middle(slot, &points, short)
            && let Some(point) = points.get_mut(at)
        {
            point.must = true;
            any = true;
        }
    }
    let cuts: BTreeSet<u64> = film.slots.iter().map(|slot| slot.start).collect();
    for point in &mut points {
        point.must |= cuts.contains(&point.frame);
    }
    any.then_some(points)
}

/// The point that divides a slot best, both parts being shots of some length: the strongest of those in its
/// middle half, and the nearest to the middle of them.
fn middle(slot: &Vacancy, points: &[Point], short: u64) -> Option<usize> {
    let (length, end) = (u64::from(slot.frames), slot.start + u64::from(slot.frames));
    let least = short.max(length / 4);
    let inside = slot.start + least..=end.saturating_sub(least);
    let inner = points.iter().enumerate();
    let inner = inner.filter(|(_, point)| inside.contains(&point.frame));
    let off = |point: &Point| (2 * point.frame).abs_diff(slot.start + end);
    let best = inner.min_by_key(|(at, point)| (point.kind, off(point), *at));
    best.map(|(at, _)| at)
}
