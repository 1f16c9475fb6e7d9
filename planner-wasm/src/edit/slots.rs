//! Where to cut: dynamic programming over the points.
//!
//! A film is a path through the points. Its worth is the sum over slots of the cut's worth, less
//! how far the slot's length is from the one wanted there (in octaves, squared, per time rather
//! than per slot, so that neither long nor short slots are favoured as such), plus a term for the
//! pair of neighbouring lengths. More than three equal lengths in a row sound like a metronome and
//! cost dearly, so the state carries the last length and how often it was repeated.

use shared::music::SectionLabel;
use shared::plan::{Cut, CutKind};

use super::longest::Lengths;
use super::pace::{MIN_SHOT_US, ONE, Pace, log2, stretch};
use super::points::{Point, Span};

/// Most equal lengths in a row.
pub(super) const MAX_RUN: u8 = 3;
/// Furthest back that a slot may begin, in points.
const REACH: usize = 64;
/// States kept at each point.
const STATES: usize = 24;
/// Price of each slot beyond [`MAX_RUN`].
const RUN_PRICE: i64 = 16 * ONE;
/// Price of each end that a slot of more than half a beat has between two beats: it limps where quick cuts
/// would lead on.
const LIMP_PRICE: i64 = 16 * ONE;
/// Price of each quarter, begun, by which a slot is longer than what fills the film without a repeat.
const REPEAT_PRICE: i64 = ONE;
/// Price of each quarter, begun, by which a slot is longer than footage lasts.
const UNFILLABLE_PRICE: i64 = 8 * ONE;
/// Tolerance: a deviation of this many octaves costs one half.
const TOLERANCE: i64 = 6 * ONE / 10;

/// Length of a slot in which the picture matters as [`Weights`](super::weights::Weights) say, in
/// microseconds, and how much less and more it can matter at most.
const MIDDLING_US: u64 = 2_000_000;
const SEEN: [i64; 2] = [ONE / 2, 2 * ONE];

/// Inner beats of a slot on which something may happen.
pub(super) const ACCENTS: usize = 4;

/// One slot to be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vacancy {
    /// First frame.
    pub(super) start: u64,
    /// Frames, at least 1.
    pub(super) frames: u32,
    /// What it begins on, if anything happens there.
    pub(super) cut: Option<Cut>,
    /// Mean energy, 0 to 1000.
    pub(super) energy: i64,
    /// How much it matters what is shown here; [`ONE`] is middling.
    pub(super) weight: i64,
    /// How long it is seen, for how much the picture itself matters: [`ONE`] is [`MIDDLING_US`].
    pub(super) seen: i64,
    /// Frames from its start to its inner beats, the strongest first; 0 for those that there are not.
    pub(super) accents: [u32; ACCENTS],
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

/// What song and footage allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How long slots the footage can fill.
    pub(super) lengths: Lengths,
    /// Beats in most bars.
    pub(super) beats_per_bar: u8,
}

/// The best division of the film.
pub(super) fn vacancies(points: &[Point], span: Span, pace: Pace, limits: Limits) -> Vec<Vacancy> {
    divided(points, points, span, pace, limits)
}

/// The best division of the film at `nodes` alone; what happens inside the slots is among `points`.
pub(super) fn divided(
    nodes: &[Point],
    points: &[Point],
    span: Span,
    pace: Pace,
    limits: Limits,
) -> Vec<Vacancy> {
    let path = best_path(nodes, span, pace, limits).unwrap_or_else(|| {
        // Nothing fits the shortest shot: only what must be cut is cut.
        (0..nodes.len())
            .filter(|index| nodes.get(*index).is_some_and(|point| point.must))
            .collect()
    });
    path.windows(2)
        .filter_map(|pair| match *pair {
            [from, to] => vacancy(nodes.get(from)?, nodes.get(to)?, points, span),
            _ => None,
        })
        .collect()
}

/// The slot from one point to another.
pub(super) fn vacancy(
    first: &Point,
    last: &Point,
    points: &[Point],
    span: Span,
) -> Option<Vacancy> {
    let from = points.partition_point(|point| point.frame <= first.frame);
    let to = points.partition_point(|point| point.frame < last.frame);
    let between = points.get(from..to.max(from))?;
    let count = 1 + i64::try_from(between.len()).ok()?;
    let sum: i64 = i64::from(first.energy)
        + between
            .iter()
            .map(|point| i64::from(point.energy))
            .sum::<i64>();
    let energy = sum / count;
    // The strongest inner beats that leave room before and after; ties to the earliest.
    let room = span.frames_in(MIN_SHOT_US / 2);
    let mut inner: Vec<&Point> = between
        .iter()
        .filter(|point| point.frame >= first.frame + room && point.frame + room <= last.frame)
        .filter(|point| matches!(point.kind, CutKind::Downbeat | CutKind::Beat))
        .collect();
    inner.sort_by_key(|point| (point.kind, point.frame));
    let mut accents = [0; ACCENTS];
    for (accent, point) in accents.iter_mut().zip(inner) {
        *accent = u32::try_from(point.frame - first.frame).ok()?;
    }
    let mark = match (first.kind, first.label) {
        (CutKind::Section, Some(SectionLabel::Drop)) => ONE / 2,
        (CutKind::Section | CutKind::Opening, _) => ONE / 4,
        (_, Some(SectionLabel::Drop)) => ONE / 8,
        _ => 0,
    };
    Some(Vacancy {
        start: first.frame,
        frames: u32::try_from(last.frame - first.frame).ok()?,
        cut: first.cut(),
        energy,
        weight: 3 * ONE / 4 + ONE * energy / 2000 + mark,
        seen: seen(span.us(last.frame - first.frame)),
        accents,
        progress: i64::try_from(first.frame * 1000 / span.frames.max(1)).ok()?,
        steps: last.step - first.step,
    })
}

fn seen(us: u64) -> i64 {
    let share = us.saturating_mul(ONE.unsigned_abs()) / MIDDLING_US;
    i64::try_from(share)
        .unwrap_or(SEEN[1])
        .clamp(SEEN[0], SEEN[1])
}

fn best_path(points: &[Point], span: Span, pace: Pace, limits: Limits) -> Option<Vec<usize>> {
    let shortest = span.frames_in(MIN_SHOT_US);
    let fit = Fit::new(points, span, pace, limits);
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
            // What lies between two points that stay is a slot, however short.
            let only = from + 1 == to && (start.fixed || end.fixed);
            let too_long = || span.us(frames) > pace.longest_us(start.density_permille);
            if frames >= shortest || only {
                if !here.is_empty() && too_long() {
                    break;
                }
                let worth = fit.worth(from, to)
                    + if to + 1 == points.len() {
                        0
                    } else {
                        pace.cut_worth(end.kind, end.density_permille) + end.favour
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
        let score = state.score + worth + pair(state.steps, steps) - price;
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

/// Worth of two neighbouring lengths: halves and doubles sound meant, leaps do not.
fn pair(before: i64, now: i64) -> i64 {
    if before == 0 || before == now {
        0
    } else if before == 2 * now || now == 2 * before {
        ONE / 8
    } else if now > 4 * before || before > 4 * now {
        -ONE / 2
    } else {
        0
    }
}

/// Price of a length that does not sit in the bar: whole bars doubled, the bar halved, a beat and
/// its half are natural, beginning where a multiple of them does.
fn out_of_bar(phase: i64, steps: i64, bar: i64) -> i64 {
    let doubled = |unit: i64| steps % unit == 0 && (steps / unit).count_ones() == 1;
    let natural = steps <= 2 || doubled(bar) || bar % 4 == 0 && 2 * steps == bar;
    let odd = if natural {
        0
    } else if steps % 2 == 0 {
        ONE / 4
    } else {
        ONE / 2
    };
    let inside = phase + steps <= bar && phase % steps == 0;
    let across = if phase == 0 || inside { 0 } else { 3 * ONE / 8 };
    odd + across
}

/// Price of the ends that a slot of more than half a beat has between two beats, but for those that stay.
fn limps(start: &Point, end: &Point, steps: i64) -> i64 {
    let off = |point: &Point| i64::from(point.kind == CutKind::OffBeat && !point.fixed);
    if steps > 1 {
        LIMP_PRICE * (off(start) + off(end))
    } else {
        0
    }
}

/// How well a slot's length suits its place.
struct Fit<'a> {
    points: &'a [Point],
    /// Sums of the points' energies from the first on.
    energies: Vec<i64>,
    /// What each point's density adds to the length wanted.
    stretches: Vec<i64>,
    span: Span,
    pace: Pace,
    lengths: Lengths,
    /// Half-beats in a bar.
    bar: i64,
}

impl<'a> Fit<'a> {
    fn new(points: &'a [Point], span: Span, pace: Pace, limits: Limits) -> Self {
        let mut sum = 0;
        let mut energies = vec![0];
        for point in points {
            sum += i64::from(point.energy);
            energies.push(sum);
        }
        Self {
            points,
            energies,
            stretches: points
                .iter()
                .map(|point| stretch(point.density_permille))
                .collect(),
            span,
            pace,
            lengths: limits.lengths,
            bar: 2 * i64::from(limits.beats_per_bar.clamp(2, 12)),
        }
    }

    /// Not above 0.
    fn worth(&self, from: usize, to: usize) -> i64 {
        let (Some(start), Some(end), Some(low), Some(high), Some(stretch)) = (
            self.points.get(from),
            self.points.get(to),
            self.energies.get(from),
            self.energies.get(to),
            self.stretches.get(from),
        ) else {
            return -4 * UNFILLABLE_PRICE;
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
        // Nothing shorter is made, so nothing shorter is wanted.
        let wanted = (target + stretch).max(log2(MIN_SHOT_US));
        let off = log2(length_us) - wanted;
        let price = off * off * ONE / (2 * TOLERANCE * TOLERANCE);
        let steps = (end.step - start.step).max(1);
        let unmusical = out_of_bar(start.phase, steps, self.bar) + limps(start, end, steps);
        let middling_us = self.pace.middling_us(start.density_permille);
        let quarters = |most_us: u64| {
            let most_us = most_us.max(1);
            let over = length_us.saturating_sub(most_us).saturating_mul(4);
            i64::try_from(over.div_ceil(most_us))
                .unwrap_or(1 << 16)
                .min(1 << 16)
        };
        let repeats = REPEAT_PRICE * quarters(self.lengths.longest_us(middling_us));
        let unfillable = UNFILLABLE_PRICE * quarters(self.lengths.lasting_us);
        -(price * octaves(off) / ONE) - unmusical - repeats.max(unfillable)
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

#[cfg(test)]
mod tests {
    use super::*;
    use shared::plan::Style;

    /// Bars of 4/4 at 120 beats a minute, 25 frames a second; energy from a formula.
    fn ladder(beats: u64, energy: impl Fn(u64) -> u16) -> Vec<Point> {
        (0..=beats)
            .map(|beat| Point {
                at: beat * 22_050,
                frame: beat * 25 / 2,
                kind: match beat % 4 {
                    0 => CutKind::Downbeat,
                    _ => CutKind::Beat,
                },
                energy: energy(beat),
                must: beat == 0 || beat == beats || beat % 32 == 0,
                step: 2 * i64::try_from(beat).unwrap(),
                phase: 2 * i64::try_from(beat % 4).unwrap(),
                label: None,
                into: 0,
                density_permille: 1000,
                favour: 0,
                fixed: false,
                heard: true,
            })
            .collect()
    }

    fn cut(energy: impl Fn(u64) -> u16, style: Style) -> Vec<Vacancy> {
        let points = ladder(256, energy);
        let span = Span::whole(256 * 22_050, 44_100, 25);
        let limits = Limits {
            lengths: Lengths {
                unrepeated_us: 60_000_000,
                lasting_us: 60_000_000,
            },
            beats_per_bar: 4,
        };
        vacancies(&points, span, Pace::of(style), limits)
    }

    #[test]
    fn the_longer_a_slot_the_more_its_picture_matters_within_limits() {
        for slot in cut(|beat| (beat * 7 % 1000) as u16, Style::Balanced) {
            // Frames of 40 ms.
            let share = i64::from(slot.frames) * 40 * ONE / 2000;
            assert_eq!(slot.seen, share.clamp(ONE / 2, 2 * ONE), "{slot:?}");
        }
        assert_eq!((seen(0), seen(u64::MAX)), (ONE / 2, 2 * ONE));
    }

    #[test]
    fn no_more_than_three_equal_lengths_follow_each_other() {
        for style in [Style::Energetic, Style::Balanced, Style::Buildup] {
            for level in [100, 500, 900] {
                let slots = cut(|_| level, style);
                let longest = slots
                    .chunk_by(|a, b| a.steps == b.steps)
                    .map(<[_]>::len)
                    .max();
                assert!(
                    longest <= Some(MAX_RUN.into()),
                    "{style:?} {level}: {longest:?}"
                );
            }
        }
    }

    #[test]
    fn louder_music_is_cut_faster_and_what_must_be_cut_is() {
        let slots = cut(|beat| if beat < 128 { 100 } else { 950 }, Style::Balanced);
        let quiet = slots
            .iter()
            .filter(|slot| slot.cut.unwrap().at < 128 * 22_050)
            .count();
        assert!(
            2 * quiet < slots.len() - quiet,
            "{quiet} of {}",
            slots.len()
        );
        for must in (0..256).step_by(32) {
            assert!(
                slots
                    .iter()
                    .any(|slot| slot.cut.unwrap().at == must * 22_050)
            );
        }
    }

    #[test]
    fn a_slot_longer_than_any_footage_is_divided() {
        let points = ladder(64, |_| 0);
        let limits = Limits {
            lengths: Lengths {
                unrepeated_us: 1_200_000,
                lasting_us: 1_200_000,
            },
            beats_per_bar: 4,
        };
        let span = Span::whole(64 * 22_050, 44_100, 25);
        let slots = vacancies(&points, span, Pace::of(Style::Cinematic), limits);
        assert!(slots.iter().all(|slot| slot.frames <= 30), "{slots:?}");
    }
}
