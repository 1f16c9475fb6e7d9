//! What is being dragged, and what letting go would do.

use super::shots::place_of;
use crate::gesture::{Drag, Lanes};
use crate::insight::source_end;
use crate::page::view::timeline::pen::{Hand, Pen};
use crate::page::view::timeline::scene::Scene;
use crate::ruler::{Timecode, seconds};
use crate::score::Score;
use crate::viewport::{Viewport, place};
use crate::wording;

/// The drag, if there is one; else the cut under the pointer.
pub(super) fn drag(pen: &Pen<'_>, lanes: &Lanes, scene: &Scene, view: &Viewport) {
    let Some(score) = &scene.score else { return };
    match &scene.drag {
        Some(Drag::Roll { to, cut, .. }) => {
            let x = view.x(place(*to)).round();
            edge(pen, lanes, x);
            pen.fill(&pen.palette.accent);
            pen.rect(
                x - 1.0,
                lanes.ruler.end,
                2.0,
                lanes.music.end - lanes.ruler.end,
            );
            let time = Timecode::of(*to, score.rate).exact();
            let on = cut.and_then(|_| beat_words(score, *to));
            let words = match on {
                Some(on) => format!("{time}  {on}"),
                None => format!("{time}  between beats"),
            };
            tip(pen, &words, x, lanes.music.end - 6.0);
        }
        Some(Drag::Slip { slot, by_us }) => slip(pen, lanes, scene, view, (*slot, *by_us)),
        Some(Drag::Move { slot, x, to }) => carried(pen, lanes, scene, view, (*slot, *x, *to)),
        Some(Drag::Loop { from, to }) => {
            let (start, end) = (*from.min(to), *from.max(to));
            let length = seconds(place(end - start), score.rate);
            let words = format!("Loop {length:.1} s");
            tip(pen, &words, view.x(place(*to)), lanes.sections.end + 22.0);
        }
        Some(Drag::Scrub { .. }) => {}
        None => {
            if let Some(slot) = scene.cut.and_then(|cut| scene.slots().get(cut)) {
                edge(pen, lanes, view.x(place(slot.record_start)).round());
            }
        }
    }
}

/// A cut that is held, or can be.
fn edge(pen: &Pen<'_>, lanes: &Lanes, x: f64) {
    let (top, bottom) = (lanes.shots.start, lanes.shots.end);
    pen.alpha(1.0);
    pen.fill(&pen.palette.accent);
    pen.rect(x - 1.0, top - 5.0, 2.0, bottom - top + 5.0);
    let middle = f64::midpoint(top, bottom);
    pen.block((x - 4.0, middle - 13.0), (8.0, 26.0), 4.0);
    pen.fill(&pen.palette.on_accent);
    pen.rect(x - 0.5, middle - 7.0, 1.0, 14.0);
}

/// In and out of a shot that slips.
fn slip(
    pen: &Pen<'_>,
    lanes: &Lanes,
    scene: &Scene,
    view: &Viewport,
    (index, by_us): (usize, i64),
) {
    let (Some(plan), Some(slot)) = (&scene.plan, scene.slots().get(index)) else {
        return;
    };
    let start = slot.clip.source_start.saturating_add_signed(by_us);
    let shown = source_end(plan, slot).saturating_sub(slot.clip.source_start);
    let sign = if by_us < 0 { "−" } else { "+" };
    let words = format!(
        "In {}  Out {}  {sign}{}",
        wording::instant(start),
        wording::instant(start.saturating_add(shown)),
        wording::seconds(by_us.unsigned_abs()),
    );
    let at = place_of(scene, view, index, slot);
    let middle = at.left.max(0.0) + (at.width + at.left.min(0.0)).min(view.width()) / 2.0;
    tip(pen, &words, middle, lanes.music.end - 6.0);
}

/// A shot that is carried, and the place that it would fill.
fn carried(
    pen: &Pen<'_>,
    lanes: &Lanes,
    scene: &Scene,
    view: &Viewport,
    (index, x, to): (usize, f64, Option<usize>),
) {
    let slots = scene.slots();
    let Some(slot) = slots.get(index) else { return };
    let (top, bottom) = (lanes.shots.start, lanes.shots.end);
    if let Some((goal, target)) = to
        .filter(|to| *to != index)
        .and_then(|to| Some((to, slots.get(to)?)))
    {
        let left = view.x(place(target.record_start));
        let width = f64::from(target.record_duration) * view.scale();
        pen.alpha(0.18);
        pen.fill(&pen.palette.accent);
        pen.block((left, top), (width, bottom - top), 6.0);
        pen.alpha(1.0);
        // What is between moves up: the shot ends where the farther edge is.
        let edge = if goal > index { left + width } else { left };
        pen.block((edge - 2.0, top - 6.0), (4.0, bottom - top + 12.0), 2.0);
    }
    let width = (f64::from(slot.record_duration) * view.scale()).clamp(28.0, 160.0);
    let left = x - width / 2.0;
    pen.alpha(0.92);
    pen.fill(&pen.palette.accent_soft);
    pen.block((left, top + 6.0), (width, bottom - top - 12.0), 6.0);
    pen.stroke(&pen.palette.accent, 1.5);
    pen.frame((left, top + 6.0), (width, bottom - top - 12.0), (6.0, 1.5));
    pen.alpha(1.0);
    pen.fill(&pen.palette.accent);
    pen.hand(Hand::Strong);
    pen.fitted(
        &format!("{}", index + 1),
        left + 6.0,
        top + 20.0,
        width - 10.0,
    );
    let words = match to {
        Some(to) if to == index => "Let go: stays here".to_owned(),
        Some(to) => format!("To place {}", to + 1),
        None => "Locked: not here".to_owned(),
    };
    tip(pen, &words, x, lanes.music.end - 6.0);
}

/// A beat as a person counts it: `beat 3 of bar 12`.
fn beat_words(score: &Score, frame: u64) -> Option<String> {
    let beat = score.beats_within(frame, frame).first()?;
    if beat.downbeat {
        return Some(format!("bar {}", beat.bar));
    }
    let since = score
        .beats
        .iter()
        .filter(|other| other.bar == beat.bar && other.frame <= frame)
        .count();
    Some(format!("beat {since} of bar {}", beat.bar))
}

/// A label over everything, in view as a whole, its lower edge at `bottom`.
fn tip(pen: &Pen<'_>, words: &str, x: f64, bottom: f64) {
    pen.hand(Hand::Strong);
    let width = pen.measure(words) + 16.0;
    let left = (x - width / 2.0).clamp(0.0, (pen.width - width - 16.0).max(0.0));
    pen.alpha(1.0);
    pen.fill(&pen.palette.ink);
    pen.block((left, bottom - 22.0), (width, 22.0), 6.0);
    pen.fill(&pen.palette.sheet);
    pen.text(words, left + 8.0, bottom - 7.0);
}
