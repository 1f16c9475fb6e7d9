//! Where to cut: dynamic programming over the points.
//!
//! A film is a path through the points. Its worth is the sum over slots of the cut's worth, less
//! how far the slot's length is from the one wanted there (in octaves, squared, per time rather
//! than per slot, so that neither long nor short slots are favoured as such), plus a term for the
//! pair of neighbouring lengths. More than three equal lengths in a row sound like a metronome and
//! cost dearly, so the state carries the last length and how often it was repeated.

use shared::music::SectionLabel;
use shared::plan::{Cut, CutKind};

use super::pace::{MIN_SHOT_US, ONE, Pace, log2};
use super::points::{Point, Span};

/// Most equal lengths in a row.
pub(super) const MAX_RUN: u8 = 3;
/// Furthest back that a slot may begin, in points.
const REACH: usize = 64;
/// States kept at each point.
const STATES: usize = 48;
/// Price of each slot beyond [`MAX_RUN`].
const RUN_PRICE: i64 = 8 * ONE;
/// Price of a slot that no footage can fill at its own speed.
const UNFILLABLE_PRICE: i64 = 16 * ONE;
/// Tolerance: a deviation of this many octaves costs one half.
const TOLERANCE: i64 = 6 * ONE / 10;

/// One slot to be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vacancy {
    /// First frame.
    pub(super) start: u64,
    /// Frames, at least 1.
    pub(super) frames: u32,
    /// What it begins on.
    pub(super) cut: Cut,
    /// Mean energy, 0 to 1000.
    pub(super) energy: i64,
    /// How much it matters what is shown here; [`ONE`] is middling.
    pub(super) weight: i64,
    /// Frames from its start to its strongest inner beat; 0 if the cut itself is the accent.
    pub(super) accent: u32,
    /// Place in the film, 0 to 1000.
    pub(super) progress: i64,
    /// Length on the musical ladder, in half-beats.
    pub(super) steps: i64,
}

#[derive(Debug, Clone, Copy)]
struct State {
    score: i64,
    steps: i64,
    run: u8,
    /// Point that the slot begins at, and which of its states came before.
    from: u32,
    prior: u32,
}

/// The best division of the film. `longest_us` is the longest slot that the footage can fill.
pub(super) fn vacancies(points: &[Point], span: Span, pace: Pace, longest_us: u64) -> Vec<Vacancy> {
    let path = best_path(points, span, pace, longest_us).unwrap_or_else(|| {
        // Nothing fits the shortest shot: only what must be cut is cut.
        (0..points.len())
            .filter(|index| points.get(*index).is_some_and(|point| point.must))
            .collect()
    });
    path.windows(2)
        .filter_map(|pair| match *pair {
            [from, to] => vacancy(points.get(from..=to)?, span),
            _ => None,
        })
        .collect()
}

fn vacancy(inside: &[Point], span: Span) -> Option<Vacancy> {
    let (first, rest) = inside.split_first()?;
    let (last, between) = rest.split_last()?;
    let count = 1 + i64::try_from(between.len()).ok()?;
    let sum: i64 = i64::from(first.energy)
        + between
            .iter()
            .map(|point| i64::from(point.energy))
            .sum::<i64>();
    let energy = sum / count;
    // The strongest inner beat that leaves room before and after; ties to the earliest.
    let room = span.frames_in(MIN_SHOT_US / 2);
    let accent = between
        .iter()
        .filter(|point| point.frame >= first.frame + room && point.frame + room <= last.frame)
        .filter(|point| matches!(point.kind, CutKind::Downbeat | CutKind::Beat))
        .min_by_key(|point| (point.kind, point.frame))
        .map_or(0, |point| point.frame - first.frame);
    let mark = match (first.kind, first.label) {
        (CutKind::Section, Some(SectionLabel::Drop)) => ONE / 2,
        (CutKind::Section | CutKind::Opening, _) => ONE / 4,
        (_, Some(SectionLabel::Drop)) => ONE / 8,
        _ => 0,
    };
    Some(Vacancy {
        start: first.frame,
        frames: u32::try_from(last.frame - first.frame).ok()?,
        cut: Cut {
            at: first.at,
            on: first.kind,
        },
        energy,
        weight: 3 * ONE / 4 + ONE * energy / 2000 + mark,
        accent: u32::try_from(accent).ok()?,
        progress: i64::try_from(first.frame * 1000 / span.frames.max(1)).ok()?,
        steps: last.step - first.step,
    })
}

fn best_path(points: &[Point], span: Span, pace: Pace, longest_us: u64) -> Option<Vec<usize>> {
    let shortest = span.frames_in(MIN_SHOT_US);
    let fit = Fit::new(points, span, pace, longest_us);
    let mut states: Vec<Vec<State>> = Vec::with_capacity(points.len());
    states.push(vec![State {
        score: 0,
        steps: 0,
        run: 0,
        from: 0,
        prior: 0,
    }]);
    for (to, end) in points.iter().enumerate().skip(1) {
        let mut here: Vec<State> = Vec::new();
        for from in (to.saturating_sub(REACH)..to).rev() {
            let start = points.get(from)?;
            let frames = end.frame - start.frame;
            if frames >= shortest {
                if !here.is_empty() && span.us(frames) > pace.max_us {
                    break;
                }
                let worth = fit.worth(from, to)
                    + if to + 1 == points.len() {
                        0
                    } else {
                        pace.cut_worth(end.kind)
                    };
                extend(
                    &mut here,
                    states.get(from)?,
                    from,
                    end.step - start.step,
                    worth,
                );
            }
            if start.must {
                break;
            }
        }
        here.sort_by_key(|state| {
            (
                -state.score,
                state.steps,
                state.run,
                state.from,
                state.prior,
            )
        });
        here.truncate(STATES);
        states.push(here);
    }
    let mut path = vec![points.len() - 1];
    let mut state = *states.last()?.first()?;
    loop {
        let from = usize::try_from(state.from).ok()?;
        path.push(from);
        if from == 0 {
            break;
        }
        state = *states.get(from)?.get(usize::try_from(state.prior).ok()?)?;
    }
    path.reverse();
    Some(path)
}

/// Adds the best continuation of `before` by a slot of `steps` half-beats, for each run.
fn extend(here: &mut Vec<State>, before: &[State], from: usize, steps: i64, worth: i64) {
    let mut best: [Option<State>; MAX_RUN as usize + 1] = [None; MAX_RUN as usize + 1];
    for (index, state) in before.iter().enumerate() {
        let run = if state.steps == steps {
            state.run + 1
        } else {
            1
        };
        let price = if run > MAX_RUN { RUN_PRICE } else { 0 };
        let run = run.min(MAX_RUN + 1);
        let score = state.score + worth + pattern(state.steps, steps) - price;
        if let Some(slot) = best.get_mut(usize::from(run) - 1)
            && slot.is_none_or(|old| old.score < score)
        {
            let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            *slot = Some(State {
                score,
                steps,
                run,
                from: place(from),
                prior: place(index),
            });
        }
    }
    here.extend(best.into_iter().flatten());
}

/// Worth of two neighbouring lengths: halves and doubles sound meant, odd lengths do not.
fn pattern(before: i64, now: i64) -> i64 {
    let odd = match now {
        1 | 2 | 4 | 8 | 16 | 32 | 64 => 0,
        6 | 12 | 24 | 48 => ONE / 4,
        _ => ONE / 2,
    };
    let pair = if before == 0 || before == now {
        0
    } else if before == 2 * now || now == 2 * before {
        ONE / 8
    } else if now > 4 * before || before > 4 * now {
        -ONE / 2
    } else {
        0
    };
    pair - odd
}

/// How well a slot's length suits its place.
struct Fit<'a> {
    points: &'a [Point],
    /// Sums of the points' energies from the first on.
    energies: Vec<i64>,
    span: Span,
    pace: Pace,
    longest_us: u64,
}

impl<'a> Fit<'a> {
    fn new(points: &'a [Point], span: Span, pace: Pace, longest_us: u64) -> Self {
        let mut sum = 0;
        let mut energies = vec![0];
        for point in points {
            sum += i64::from(point.energy);
            energies.push(sum);
        }
        Self {
            points,
            energies,
            span,
            pace,
            longest_us,
        }
    }

    /// Not above 0.
    fn worth(&self, from: usize, to: usize) -> i64 {
        let (Some(start), Some(end), Some(low), Some(high)) = (
            self.points.get(from),
            self.points.get(to),
            self.energies.get(from),
            self.energies.get(to),
        ) else {
            return -UNFILLABLE_PRICE;
        };
        let count = i64::try_from(to - from).unwrap_or(1).max(1);
        let progress = start.frame * 1000 / self.span.frames.max(1);
        let target = self.pace.target_log2(
            (high - low) / count,
            start.label,
            i64::try_from(progress).unwrap_or(1000),
            start.into.into(),
        );
        let length_us = self.span.us(end.frame - start.frame);
        let off = log2(length_us) - target;
        let price = off * off * ONE / (2 * TOLERANCE * TOLERANCE);
        let unfillable = if length_us > self.longest_us {
            UNFILLABLE_PRICE
        } else {
            0
        };
        -(price * octaves(off) / ONE) - unfillable
    }
}

/// 2 to the power of `off / ONE`, times [`ONE`], between 1/8 and 8; linear within an octave,
/// which is near enough for a weight.
fn octaves(off: i64) -> i64 {
    let off = off.clamp(-3 * ONE, 3 * ONE);
    let (whole, part) = (off.div_euclid(ONE), off.rem_euclid(ONE));
    let base = ONE + part;
    if whole >= 0 {
        base << whole
    } else {
        base >> -whole
    }
}
