//! Slots that find only what nobody wants to see are divided: of shorter footage better is left.

use std::collections::BTreeSet;

use super::assignment::{Assignment, Filled};
use super::candidates::{Candidate, LISTED, Pool};
use super::longest::{SHORT_US, wanted};
use super::matching::meet;
use super::musts::Demand;
use super::pace::{ONE, Pace};
use super::points::{Point, Span};
use super::scarce;
use super::slots::{Limits, Vacancy, vacancies};

/// How often a film is divided anew at most.
const ROUNDS: usize = 3;
/// It stays divided if so much of what was poor, in quarters, or less is poor then.
const LEFT: i64 = 3;
/// From so much on, of 255, a picture is poor.
const UNWANTED: u8 = 40;

/// Slots that are filled, and what else each could show.
pub(super) type Film<'a> = (Assignment<'a>, Vec<Vec<Candidate>>);

/// What a film is divided and filled by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filling<'a> {
    pub(super) pool: Pool<'a>,
    pub(super) span: Span,
    pub(super) pace: Pace,
    pub(super) limits: Limits,
    /// Footage is short.
    pub(super) tight: bool,
    /// What must be shown.
    pub(super) demands: &'a [Demand],
}

impl Filling<'_> {
    /// Divides a film at `points`, fills it, divides what is poor of it as long as that helps, and gives it
    /// to `finish`.
    pub(super) fn settled<T>(&self, points: &[Point], finish: impl FnOnce(Film<'_>) -> T) -> T {
        let slots = self.slots(points);
        self.settled_from(self.filled(&slots), points, ROUNDS, finish)
    }

    /// The points of which those must be cut on that such a film is, if anything of it was poor before it
    /// was divided anew.
    pub(super) fn cuts(&self, points: &[Point]) -> Option<Vec<Point>> {
        let slots = self.slots(points);
        let first = self.filled(&slots);
        self.settled_from(first, points, ROUNDS, |(film, _)| {
            (film.slots != slots).then(|| cut_at(points.to_vec(), film.slots))
        })
    }

    fn slots(&self, points: &[Point]) -> Vec<Vacancy> {
        vacancies(points, self.span, self.pace, self.limits)
    }

    fn filled<'a>(&'a self, slots: &'a [Vacancy]) -> Film<'a> {
        let pool = self.pool;
        let mut assignment = Assignment::new(pool, slots);
        let (lists, empty) = assignment.fill(pool.shortlists(slots, LISTED), self.tight);
        scarce::fill(&mut assignment, &empty);
        let open = vec![true; slots.len()];
        if !meet(&mut assignment, &lists, self.demands, &open).is_empty() {
            assignment.improve(&lists);
        }
        (assignment, lists)
    }

    fn settled_from<T>(
        &self,
        film: Film<'_>,
        points: &[Point],
        rounds: usize,
        finish: impl FnOnce(Film<'_>) -> T,
    ) -> T {
        let before = poor(&film.0);
        let mut further = (before > 0 && self.may_help(&film.0))
            .then(|| divided(&film.0, points, self.span))
            .flatten();
        for left in (0..rounds).rev() {
            let Some(points) = further else { break };
            let slots = self.slots(&points);
            let next = self.filled(&slots);
            if 4 * poor(&next.0) <= LEFT * before {
                return self.settled_from(next, &points, left, finish);
            }
            // Halves may be too long still.
            further = divided(&next.0, &points, self.span);
        }
        finish(film)
    }

    /// Whether there is wanted footage for a quarter of what is poor.
    fn may_help(&self, film: &Assignment<'_>) -> bool {
        let slots = film.slots.iter().zip(&film.filled);
        let (poor, well): (Vec<_>, Vec<_>) =
            slots.partition(|(_, filled)| poorness(filled.as_ref()) > 0);
        let us = |slots: &[(&Vacancy, _)]| -> u64 {
            let frames = slots.iter().map(|(slot, _)| u64::from(slot.frames));
            self.span.us(frames.sum())
        };
        let wanted: u64 = wanted(self.pool.sources, UNWANTED)
            .iter()
            .flatten()
            .filter(|us| **us >= SHORT_US)
            .sum();
        4 * wanted.saturating_sub(us(&well)) >= us(&poor)
    }
}

/// How much of a film is poor: frames times how unwanted they are.
fn poor(film: &Assignment<'_>) -> i64 {
    let slots = film.slots.iter().zip(&film.filled);
    let poor = slots.map(|(slot, filled)| i64::from(slot.frames) * poorness(filled.as_ref()));
    poor.sum()
}

/// How poor a slot's footage is, 0 to [`ONE`].
fn poorness(filled: Option<&Filled>) -> i64 {
    let unwanted = filled.map_or(0, |filled| filled.with.measures.unwanted);
    if unwanted * 255 >= i64::from(UNWANTED) * ONE {
        unwanted
    } else {
        0
    }
}

/// Where the film may be cut, and must be: where it is, and so that each slot that is poor becomes two. None
/// if none can be divided.
fn divided(film: &Assignment<'_>, points: &[Point], span: Span) -> Option<Vec<Point>> {
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
    any.then(|| cut_at(points, film.slots))
}

/// The points, with those that begin a slot among those that must be cut on.
fn cut_at(mut points: Vec<Point>, slots: &[Vacancy]) -> Vec<Point> {
    let cuts: BTreeSet<u64> = slots.iter().map(|slot| slot.start).collect();
    for point in &mut points {
        point.must |= cuts.contains(&point.frame);
    }
    points
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
