//! The ruler, and the part that is looped.

use std::ops::Range;

use crate::gesture::{Drag, Lanes, looped as between};
use crate::page::view::timeline::pen::{Hand, Pen};
use crate::page::view::timeline::scene::Scene;
use crate::ruler::ticks;
use crate::score::Score;
use crate::viewport::{Viewport, place};

/// Ticks and times.
pub(super) fn ruler(pen: &Pen<'_>, lane: &Range<f64>, score: &Score, view: &Viewport) {
    let ticks = ticks(view, score.rate);
    pen.alpha(1.0);
    pen.fill(&pen.palette.edge_strong);
    pen.many(ticks.iter().map(|tick| {
        let height = if tick.label.is_some() { 7.0 } else { 3.0 };
        let x = view.x(tick.place).round();
        (x, lane.end - height - 1.0, 1.0, height)
    }));
    pen.fill(&pen.palette.quiet);
    pen.hand(Hand::Small);
    for tick in &ticks {
        let x = view.x(tick.place).round() + 4.0;
        // One that would be cut off at the right is left out.
        if let Some(label) = tick.label.as_ref().filter(|_| x < view.width() - 24.0) {
            pen.text(label, x, lane.start + 14.0);
        }
    }
}

/// The part that is looped, or is about to be.
pub(super) fn looped(pen: &Pen<'_>, lanes: &Lanes, scene: &Scene, view: &Viewport) {
    let part = match scene.drag {
        Some(Drag::Loop { from, to }) => Some(between(from, to, view.frames())),
        _ => scene.looped.clone(),
    };
    let Some(part) = part else { return };
    let (left, right) = (view.x(place(part.start)), view.x(place(part.end)));
    let (left, right) = (left.max(-20.0), right.min(view.width() + 20.0));
    if right <= left {
        return;
    }
    pen.fill(&pen.palette.accent);
    pen.alpha(0.10);
    pen.rect(
        left,
        lanes.sections.end,
        right - left,
        lanes.shots.end - lanes.sections.end,
    );
    pen.alpha(0.20);
    pen.block(
        (left, lanes.ruler.start + 1.0),
        (right - left, lanes.ruler.end - lanes.ruler.start - 2.0),
        4.0,
    );
    pen.alpha(1.0);
    pen.rect(left, lanes.ruler.start + 1.0, 2.0, lanes.ruler.end - 2.0);
    pen.rect(
        right - 2.0,
        lanes.ruler.start + 1.0,
        2.0,
        lanes.ruler.end - 2.0,
    );
}
