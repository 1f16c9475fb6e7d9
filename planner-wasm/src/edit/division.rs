//! The film divided anew around what stays.

use std::collections::BTreeMap;

use shared::music::BeatGrid;
use shared::plan::Plan;

use super::earlier::Place;
use super::pace::{MIN_SHOT_US, ONE, Pace};
use super::points::{Point, Span, is_steady, point_at};
use super::request::{EditSettings, PlanRequest};
use super::slots::{Limits, Vacancy, divided};

/// A cut that was there before is worth this much more: enough to settle what is nearly even.
const FAVOUR: i64 = ONE / 4;
/// A cut this near to an earlier one, in microseconds, is the same cut.
const SAME_CUT_US: u64 = 150_000;

/// Where a slot of the new film comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was not there.
    New,
    /// It begins where this earlier slot began.
    SameCut(usize),
    /// It is this earlier slot, with its beginning and end.
    Stays(usize),
}

/// Which earlier slots keep their beginning and their end: the locked ones, and those around which
/// neither the beats nor the wanted pace have changed.
pub(super) fn staying(
    request: &PlanRequest,
    plan: &Plan,
    before: &EditSettings,
    places: &[Option<Place>],
    span: Span,
) -> Vec<bool> {
    let settings = &request.settings;
    let same = Sameness::of(plan, request);
    let shortest = span.frames_in(MIN_SHOT_US);
    let count = plan.slots.len();
    let whole_film = plan.slots.last().is_some_and(|_| {
        let last = places.last().copied().flatten();
        last.is_some_and(|last| last.end == span.frames)
    });
    let mut stays: Vec<bool> = plan
        .slots
        .iter()
        .zip(places)
        .enumerate()
        .map(|(index, (slot, place))| {
            let Some(place) = place else { return false };
            let paced = |sample| before.density_at(sample) == settings.density_at(sample);
            let unpaced = before.style == settings.style
                && paced(place.at)
                && paced(place.until.saturating_sub(1).max(place.at));
            let ends = whole_film || index + 1 < count;
            slot.locked || unpaced && ends && same.between(place.at, place.until)
        })
        .collect();
    // What is left over before the first and after the last must make a shot.
    let edges = [
        (0..count).find(|index| stays.get(*index) == Some(&true)),
        (0..count).rfind(|index| stays.get(*index) == Some(&true)),
    ];
    for index in edges.into_iter().flatten() {
        let narrow = places.get(index).copied().flatten().is_some_and(|place| {
            (1..shortest).contains(&place.start)
                || (1..shortest).contains(&(span.frames - place.end))
        });
        let locked = plan.slots.get(index).is_some_and(|slot| slot.locked);
        if narrow
            && !locked
            && let Some(stays) = stays.get_mut(index)
        {
            *stays = false;
        }
    }
    stays
}

/// What is the same in two grids.
struct Sameness<'a> {
    all: bool,
    before: Option<&'a BeatGrid>,
    now: &'a BeatGrid,
}

impl<'a> Sameness<'a> {
    fn of(plan: &'a Plan, request: &'a PlanRequest) -> Self {
        let now = &request.grid;
        let before = plan.music.beat_grid.as_ref().filter(|before| {
            (before.rate, before.beats_per_bar) == (now.rate, now.beats_per_bar)
                && is_steady(before) == is_steady(now)
        });
        Self {
            all: before
                .is_some_and(|before| before.beats == now.beats && before.sections == now.sections),
            before,
            now,
        }
    }

    /// Whether the same may be cut on from one sample to another, both included.
    fn between(&self, from: u64, to: u64) -> bool {
        let Some(before) = self.before else {
            return false;
        };
        let inside = from..=to;
        let beats = |grid: &'a BeatGrid| {
            let first = grid.beats.partition_point(|beat| beat.at < from);
            let beats = grid.beats.get(first..).unwrap_or(&[]).iter();
            beats
                .take_while(|beat| inside.contains(&beat.at))
                .map(|beat| (beat.at, beat.position))
        };
        let sections = |grid: &'a BeatGrid| {
            let starts = grid.sections.iter().map(|section| section.start);
            starts.filter(|start| inside.contains(start))
        };
        self.all || beats(before).eq(beats(self.now)) && sections(before).eq(sections(self.now))
    }
}

/// The slots of the new film, and where each comes from. `points` is where it may be cut.
pub(super) fn division(
    points: &[Point],
    places: &[Option<Place>],
    stays: &[bool],
    favoured: bool,
    (span, pace, limits): (Span, Pace, Limits),
) -> Vec<(Vacancy, Origin)> {
    let shortest = span.frames_in(MIN_SHOT_US);
    let mut nodes: BTreeMap<u64, Point> =
        points.iter().map(|point| (point.frame, *point)).collect();
    let staying = || {
        let places = places.iter().zip(stays).enumerate();
        places.filter_map(|(index, (place, stays))| Some((index, (*place).filter(|_| *stays)?)))
    };
    // Nothing is cut inside a slot that stays, nor so near to it that a shot would flicker.
    for (_, place) in staying() {
        let near = place.start.saturating_sub(shortest - 1)..place.end + shortest;
        let cleared: Vec<u64> = nodes.range(near).map(|(frame, _)| *frame).collect();
        for frame in cleared {
            if frame > 0 && frame < span.frames {
                nodes.remove(&frame);
            }
        }
    }
    for (_, place) in staying() {
        for frame in [place.end, place.start] {
            let mut node = point_at(points, frame, span);
            if frame == place.start
                && let Some(cut) = place.cut
            {
                (node.at, node.kind, node.heard) = (cut.at, cut.on, true);
            }
            (node.must, node.fixed) = (true, true);
            let known = nodes.get(&frame).is_some_and(|known| known.fixed);
            if frame == place.start || !known {
                nodes.insert(frame, node);
            }
        }
    }
    let mut origins: BTreeMap<u64, Origin> = BTreeMap::new();
    for (index, earlier) in places.iter().enumerate() {
        let Some(earlier) = earlier else { continue };
        if stays.get(index) == Some(&true) {
            origins.insert(earlier.start, Origin::Stays(index));
        } else if let Some(node) = nearest(&mut nodes, earlier, span)
            && !origins.contains_key(&node.frame)
        {
            origins.insert(node.frame, Origin::SameCut(index));
            if favoured {
                node.favour = FAVOUR;
            }
        }
    }
    let nodes: Vec<Point> = nodes.into_values().collect();
    divided(&nodes, points, span, pace, limits)
        .into_iter()
        .map(|vacancy| {
            let origin = origins.get(&vacancy.start).copied();
            (vacancy, origin.unwrap_or(Origin::New))
        })
        .collect()
}

/// The node that passes for the beginning of an earlier slot.
fn nearest<'a>(
    nodes: &'a mut BTreeMap<u64, Point>,
    place: &Place,
    span: Span,
) -> Option<&'a mut Point> {
    let reach = span.samples_in(SAME_CUT_US);
    let frames = span.frames_in(SAME_CUT_US) + 1;
    let around = place.start.saturating_sub(frames)..=place.start + frames;
    let off = |node: &Point| node.at.abs_diff(place.at);
    nodes
        .range_mut(around)
        .map(|(_, node)| node)
        .filter(|node| off(node) <= reach && node.frame < span.frames)
        .min_by_key(|node| (off(node), node.frame))
}
