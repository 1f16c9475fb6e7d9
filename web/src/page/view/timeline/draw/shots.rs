//! The shots.

use std::ops::Range;

use shared::plan::{CutKind, Slot};

use super::marks;
use crate::gesture::{Drag, Lanes};
use crate::page::studio::clips::Thumb;
use crate::page::view::timeline::pen::{Hand, Pen};
use crate::page::view::timeline::scene::{Look, Scene, Sight};
use crate::viewport::{Viewport, place};

/// Height of a shot's heading, in pixels.
const HEADING: f64 = 18.0;
/// Lanes lower than this have no headings.
const HEADED: f64 = 46.0;
/// Width of a digit of a shot's number, and of what stands around it, in pixels.
const DIGIT: f64 = 7.5;
const AROUND: f64 = 14.0;
/// Shots narrower than this are plain.
const PLAIN: f64 = 7.0;

/// Where a shot stands and what it shows, with what is dragged.
pub(super) struct Place {
    pub(super) left: f64,
    pub(super) width: f64,
    /// Source instant at the slot's own first frame, in microseconds.
    source_us: f64,
    /// The first frame as the plan has it: what `source_us` belongs to.
    origin: f64,
}

/// Where slot `index` stands now.
pub(super) fn place_of(scene: &Scene, view: &Viewport, index: usize, slot: &Slot) -> Place {
    let (mut start, mut end) = (slot.record_start, slot.record_end());
    let mut source_us = place(slot.clip.source_start);
    match scene.drag {
        Some(Drag::Roll { slot: cut, to, .. }) if index == cut => start = to,
        Some(Drag::Roll { slot: cut, to, .. }) if index + 1 == cut => end = to,
        Some(Drag::Slip { slot, by_us }) if slot == index => {
            #[expect(clippy::cast_precision_loss, reason = "for drawing")]
            let by = by_us as f64;
            source_us += by;
        }
        _ => {}
    }
    Place {
        left: view.x(place(start)),
        width: place(end.saturating_sub(start)) * view.scale(),
        source_us,
        origin: place(slot.record_start),
    }
}

/// All shots in view, and the cuts between them.
pub(super) fn shots(pen: &Pen<'_>, lanes: &Lanes, scene: &Scene, view: &Viewport) {
    let slots = scene.slots();
    let shown = view.visible(
        slots,
        |slot| place(slot.record_start),
        |slot| place(slot.record_end()),
    );
    let first = shown.start;
    let nothing = Look::default();
    pen.hand(Hand::Small);
    for (index, slot) in (first..).zip(slots.get(shown).unwrap_or_default()) {
        let at = place_of(scene, view, index, slot);
        let look = scene.looks.get(index).unwrap_or(&nothing);
        let lifted =
            matches!(scene.drag, Some(Drag::Move { slot, to: Some(_), .. }) if slot == index);
        let faded = if lifted {
            0.35
        } else if scene.stale && !slot.locked {
            0.6
        } else {
            1.0
        };
        shot(pen, lanes, scene, view, (index, slot), (&at, look), faded);
    }
    pen.alpha(1.0);
    cuts(pen, lanes, scene, view);
    if let Some(index) = scene.selected
        && let Some(slot) = slots.get(index)
    {
        let at = place_of(scene, view, index, slot);
        let (top, height) = (lanes.shots.start, lanes.shots.end - lanes.shots.start);
        pen.stroke(&pen.palette.accent, 2.0);
        pen.frame(
            (at.left - 1.0, top - 1.0),
            (at.width.max(3.0) + 2.0, height + 2.0),
            (7.0, 2.0),
        );
    }
}

/// What stands where shots will be.
pub(super) fn none(pen: &Pen<'_>, lane: &Range<f64>, view: &Viewport) {
    let height = lane.end - lane.start;
    pen.alpha(1.0);
    pen.fill(&pen.palette.raised);
    pen.block((0.0, lane.start), (view.width(), height), 6.0);
    pen.stroke(&pen.palette.edge, 1.0);
    pen.frame((0.0, lane.start), (view.width(), height), (6.0, 1.0));
    pen.fill(&pen.palette.quiet);
    pen.hand(Hand::Small);
    let words = "Shots will stand here";
    let left = (view.width() - pen.measure(words)) / 2.0;
    pen.text(words, left, f64::midpoint(lane.start, lane.end) + 4.0);
}

/// One shot.
fn shot(
    pen: &Pen<'_>,
    lanes: &Lanes,
    scene: &Scene,
    view: &Viewport,
    (index, slot): (usize, &Slot),
    (at, look): (&Place, &Look),
    faded: f64,
) {
    let (top, bottom) = (lanes.shots.start, lanes.shots.end);
    let height = bottom - top;
    let selected = scene.selected == Some(index);
    let ground = match (look.sight, selected) {
        (_, true) => &pen.palette.accent_soft,
        (Sight::Missing, _) => &pen.palette.bad_soft,
        (Sight::Unseen, _) => &pen.palette.warn_soft,
        (Sight::Seen, _) => &pen.palette.shot,
    };
    pen.fill(ground);
    if at.width < PLAIN {
        // Every other one is paler, so that a cut is seen where there is no room for a gap.
        pen.alpha(faded * if index.is_multiple_of(2) { 1.0 } else { 0.72 });
        let gap = if at.width >= 4.0 { 1.0 } else { 0.0 };
        pen.rect(at.left, top, (at.width - gap).max(0.6), height);
        return;
    }
    pen.alpha(faded);
    let (left, width) = (at.left + 0.5, at.width - 1.5);
    if at.width < 18.0 {
        pen.rect(left, top, width, height);
    } else {
        pen.block((left, top), (width, height), 6.0);
    }
    if scene.hovered == Some(index) && scene.drag.is_none() && !selected && at.width >= 18.0 {
        pen.stroke(&pen.palette.edge_strong, 1.0);
        pen.frame((left, top), (width, height), (6.0, 1.0));
    }
    let digits = (index + 1).ilog10() + 1;
    let numbered = at.width >= AROUND + DIGIT * f64::from(digits);
    let headed = height >= HEADED && numbered;
    let edge = if at.width < 40.0 { 1.5 } else { 3.0 };
    let pictures = (
        left + edge,
        if headed { top + HEADING } else { top + edge },
        width - 2.0 * edge,
        if headed {
            height - HEADING - edge
        } else {
            height - 2.0 * edge
        },
    );
    let thumbs = usize::try_from(slot.clip.media)
        .ok()
        .and_then(|media| scene.thumbs.get(media));
    match thumbs.filter(|thumbs| !thumbs.is_empty() && look.sight == Sight::Seen) {
        Some(thumbs) => {
            let rate = scene
                .score
                .as_ref()
                .map_or(30.0, |score| score.rate.as_f64());
            film(pen, view, (slot, 1e6 / rate), at, pictures, thumbs);
        }
        None => marks::absent(pen, pictures, look.sight),
    }
    if headed {
        marks::heading(pen, (index, slot), look, (left, top), width, selected);
    } else if numbered {
        marks::corner(pen, slot, look, (left, top), width);
    }
}

/// The clip's small pictures, side by side, each from when it is shown.
fn film(
    pen: &Pen<'_>,
    view: &Viewport,
    (slot, frame_us): (&Slot, f64),
    at: &Place,
    (left, top, width, height): (f64, f64, f64, f64),
    thumbs: &[Thumb],
) {
    let Some(first) = thumbs.first() else { return };
    let (tall, wide) = (
        f64::from(first.bitmap.height()),
        f64::from(first.bitmap.width()),
    );
    if tall < 1.0 || height < 4.0 || width < 1.0 {
        return;
    }
    let tile = (wide / tall * height).max(8.0);
    let (num, den) = slot.clip.speed.terms();
    let us_per_frame = frame_us * f64::from(num) / f64::from(den);
    let when = |x: f64| {
        let frames = view.span().start + x / view.scale() - at.origin;
        at.source_us + frames * us_per_frame
    };
    // Tiles before the view's edge are left out.
    let skipped = ((-left) / tile).floor().max(0.0);
    let mut x = left + skipped * tile;
    let end = (left + width).min(view.width() + 16.0);
    while x < end - 0.5 {
        let room = (left + width - x).min(tile);
        if let Some(thumb) = nearest_thumb(thumbs, when(x + room / 2.0)) {
            let bitmap = &thumb.bitmap;
            let (tall, wide) = (f64::from(bitmap.height()), f64::from(bitmap.width()));
            // The middle of the picture where there is room for a part of it.
            let part = (wide * room / tile).min(wide);
            let from = if width < tile {
                (wide - part) / 2.0
            } else {
                0.0
            };
            pen.picture(bitmap, (from, 0.0, part, tall), (x, top, room, height));
        }
        x += tile;
    }
}

fn nearest_thumb(thumbs: &[Thumb], us: f64) -> Option<&Thumb> {
    let after = thumbs.partition_point(|thumb| place(thumb.at_us) < us);
    let before = after.checked_sub(1).and_then(|at| thumbs.get(at));
    match (before, thumbs.get(after)) {
        (Some(before), Some(after)) => {
            let nearer = us - place(before.at_us) <= place(after.at_us) - us;
            Some(if nearer { before } else { after })
        }
        (before, after) => before.or(after),
    }
}

/// What each cut is on: small marks over the gaps.
fn cuts(pen: &Pen<'_>, lanes: &Lanes, scene: &Scene, view: &Viewport) {
    let slots = scene.slots();
    let shown = view.visible(
        slots,
        |slot| place(slot.record_start),
        |slot| place(slot.record_start),
    );
    let slots = slots.get(shown).unwrap_or_default();
    let (top, bottom) = (lanes.music.end + 1.0, lanes.shots.start - 1.0);
    let of = |wanted: fn(Option<CutKind>) -> bool, width: f64| {
        slots
            .iter()
            .filter(move |slot| wanted(slot.cut.map(|cut| cut.on)))
            .map(move |slot| {
                let x = view.x(place(slot.record_start)).round();
                (x - width / 2.0, top, width, bottom - top)
            })
    };
    pen.fill(&pen.palette.downbeat);
    pen.many(of(
        |on| matches!(on, Some(CutKind::Section | CutKind::Opening)),
        4.0,
    ));
    pen.many(of(|on| on == Some(CutKind::Downbeat), 2.0));
    pen.fill(&pen.palette.beat);
    pen.many(of(|on| on == Some(CutKind::Beat), 2.0));
    pen.fill(&pen.palette.edge_strong);
    pen.many(of(
        |on| matches!(on, None | Some(CutKind::OffBeat | CutKind::Grid)),
        1.0,
    ));
}
