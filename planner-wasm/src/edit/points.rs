//! The places where a cut may fall.

use shared::decision::{Decision, DecisionCode};
use shared::music::{BeatGrid, SectionLabel};
use shared::plan::{Cut, CutKind, Output};
use shared::rate::Rate;
use shared::time::{Music, Rounding, Time, converted};

use super::fills::fills;
use super::pace::{MIN_SHOT_US, Pace};
use super::request::{EditError, EditSettings, NORMAL_DENSITY};
use crate::music::TRUSTED_PERMILLE;

/// Fewer beats than this make no grid.
const MIN_BEATS: usize = 4;
/// Step of the fixed grid, in microseconds.
const GRID_STEP_US: u64 = 500_000;
/// Where beats are further apart than this, in microseconds, points of the fixed grid fill in.
const LONGEST_GAP_US: u64 = 2_500_000;
/// Points nearer than this, in microseconds, are one: the weightier stays.
const NEAREST_US: u64 = 100_000;
/// From this density on cuts may fall between beats in any style, as far as that is in a fill.
const DENSE: u16 = 1500;

/// The part of the song that the film covers, on both axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// First sample.
    pub(super) opening: u64,
    /// First sample after it.
    pub(super) end: u64,
    /// The film's length.
    pub(super) frames: u64,
    music: Rate,
    film: Rate,
}

/// A place where a cut may fall, or the film's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    /// The sample.
    pub(super) at: u64,
    /// The frame on screen at that sample.
    pub(super) frame: u64,
    /// What happens there.
    pub(super) kind: CutKind,
    /// Energy from here on, 0 to 1000.
    pub(super) energy: u16,
    /// Whether the film must be cut here.
    pub(super) must: bool,
    /// Place on the musical ladder, in half-beats: equal differences are equal lengths.
    pub(super) step: i64,
    /// Half-beats since the bar began; 0 where the bar is not known.
    pub(super) phase: i64,
    /// Section that it lies in.
    pub(super) label: Option<SectionLabel>,
    /// How far into that section it lies, 0 to 1000.
    pub(super) into: u16,
    /// How many cuts are wanted from here on, next to the style's: 1000 is as many.
    pub(super) density_permille: u16,
    /// What a cut here is worth beyond its kind.
    pub(super) favour: i64,
    /// Begins or ends a slot that stays as it is.
    pub(super) fixed: bool,
    /// Whether anything happens in the music; if not, `kind` says nothing.
    pub(super) heard: bool,
}

impl Point {
    /// The beginning of a film in which nothing is known.
    pub(super) const NOTHING: Self = Self {
        at: 0,
        frame: 0,
        kind: CutKind::Grid,
        energy: 500,
        must: false,
        step: 0,
        phase: 0,
        label: None,
        into: 0,
        density_permille: NORMAL_DENSITY,
        favour: 0,
        fixed: false,
        heard: false,
    };

    /// The musical event, for a plan.
    pub(super) fn cut(&self) -> Option<Cut> {
        self.heard.then_some(Cut {
            at: self.at,
            on: self.kind,
        })
    }
}

impl Span {
    pub(super) fn of(
        grid: &BeatGrid,
        output: &Output,
        settings: &EditSettings,
    ) -> Result<Self, EditError> {
        let music = grid.music_rate().map_err(|_| EditError::NoSongRate)?;
        let samples =
            |us| converted(us, Rate::MICROSECONDS, music, Rounding::Floor).unwrap_or(u64::MAX);
        let opening = samples(settings.start_us).min(grid.duration);
        let end = settings.length_us.map_or(grid.duration, |us| {
            opening.saturating_add(samples(us)).min(grid.duration)
        });
        let mut span = Self {
            opening,
            end,
            frames: 0,
            music,
            film: output.rate,
        };
        span.frames = span.frame(span.end).ok_or(EditError::OutOfRange {
            what: "the song's length",
        })?;
        if span.frames == 0 {
            let song_us = converted(grid.duration, music, Rate::MICROSECONDS, Rounding::Floor);
            let song_us = song_us.unwrap_or(u64::MAX);
            let frame_us = 1_000_000 * u64::from(output.rate.den()) / u64::from(output.rate.num());
            return Err(if song_us <= frame_us {
                EditError::SongTooShort { song_us, frame_us }
            } else {
                let start_us = settings.start_us;
                EditError::NothingToFill { start_us, song_us }
            });
        }
        let day = u64::from(output.rate.num()) * 86_400 / u64::from(output.rate.den());
        if span.frames > day {
            return Err(EditError::TooLong {
                frames: span.frames,
            });
        }
        Ok(span)
    }

    /// A film of so many frames from `opening` on, as an earlier plan has it.
    pub(super) fn over(opening: u64, frames: u64, music: Rate, film: Rate) -> Self {
        let samples = converted(frames, film, music, Rounding::Floor);
        Self {
            opening,
            end: opening.saturating_add(samples.unwrap_or(u64::MAX)),
            frames,
            music,
            film,
        }
    }

    /// Whether a frame of the one is the same instant of the song as that frame of the other.
    pub(super) fn is_timed_as(self, other: Self) -> bool {
        (self.opening, self.music, self.film) == (other.opening, other.music, other.film)
    }

    /// A sample of another rate in this one's, rounded up.
    pub(super) fn in_own_rate(self, sample: u64, rate: Rate) -> Option<u64> {
        converted(sample, rate, self.music, Rounding::Ceil)
    }

    /// The first sample during which `frame` is on screen.
    pub(super) fn sample(self, frame: u64) -> Option<u64> {
        let samples = converted(frame, self.film, self.music, Rounding::Ceil)?;
        self.opening.checked_add(samples)
    }

    /// A film of a whole song, rates in ticks per second.
    #[cfg(test)]
    pub(super) fn whole(samples: u64, music: u32, film: u32) -> Self {
        let mut span = Self {
            opening: 0,
            end: samples,
            frames: 0,
            music: Rate::whole(music).unwrap(),
            film: Rate::whole(film).unwrap(),
        };
        span.frames = span.frame(samples).unwrap();
        span
    }

    /// The frame on screen when `sample` sounds; none before the film.
    pub(super) fn frame(self, sample: u64) -> Option<u64> {
        let instant = |at| Some(Time::<Music>::new(i64::try_from(at).ok()?, self.music));
        let frame = instant(sample)?.to_record(instant(self.opening)?, self.film)?;
        u64::try_from(frame.ticks()).ok()
    }

    /// Fewest frames that last `us` microseconds, at least 1.
    pub(super) fn frames_in(self, us: u64) -> u64 {
        let frames = converted(us, Rate::MICROSECONDS, self.film, Rounding::Ceil);
        frames.unwrap_or(u64::MAX).max(1)
    }

    /// Length of `frames` frames in microseconds, rounded down.
    pub(super) fn us(self, frames: u64) -> u64 {
        let us = converted(frames, self.film, Rate::MICROSECONDS, Rounding::Floor);
        us.unwrap_or(u64::MAX)
    }

    pub(super) fn samples_in(self, us: u64) -> u64 {
        let samples = converted(us, Rate::MICROSECONDS, self.music, Rounding::Floor);
        samples.unwrap_or(u64::MAX).max(1)
    }
}

/// Whether cuts follow the grid's beats, or a grid of fixed steps.
pub(super) fn is_steady(grid: &BeatGrid) -> bool {
    grid.beats.len() >= MIN_BEATS
        && grid.confidence_permille >= TRUSTED_PERMILLE
        && grid.tempo_millibpm > 0
}

/// The point at a frame, or one that says that nothing happens there.
pub(super) fn point_at(points: &[Point], frame: u64, span: Span) -> Point {
    let next = points.partition_point(|point| point.frame <= frame);
    let before = next.checked_sub(1).and_then(|index| points.get(index));
    let mut point = before.or(points.first()).copied().unwrap_or(Point::NOTHING);
    if point.frame != frame {
        point = Point {
            at: span.sample(frame).unwrap_or(point.at),
            frame,
            kind: CutKind::Grid,
            phase: 0,
            must: false,
            heard: false,
            ..point
        };
    }
    point
}

/// The points of the film, from its opening to its end, frames strictly rising.
pub(super) fn points(
    grid: &BeatGrid,
    span: Span,
    settings: &EditSettings,
    decisions: &mut Vec<Decision>,
) -> Vec<Point> {
    let steady = is_steady(grid);
    let off_beats = Pace::of(settings.style).off_beats;
    let mut raw: Vec<(u64, CutKind)> = Vec::new();
    if steady {
        let fills = fills(grid);
        for (index, (beat, in_fill)) in grid.beats.iter().zip(fills).enumerate() {
            let kind = if beat.position == 1 {
                CutKind::Downbeat
            } else {
                CutKind::Beat
            };
            raw.push((beat.at, kind));
            if in_fill
                && (off_beats || settings.density_at(beat.at) >= DENSE)
                && let Some(next) = grid.beats.get(index + 1)
            {
                raw.push((u64::midpoint(beat.at, next.at), CutKind::OffBeat));
            }
        }
    } else if !decisions
        .iter()
        .any(|decision| decision.code == DecisionCode::TempoFallback)
    {
        decisions.push(Decision::new(
            DecisionCode::TempoFallback,
            format!(
                "{} beats were found with confidence {} of 1000; cuts follow a grid of {}.{} s instead",
                grid.beats.len(),
                grid.confidence_permille,
                GRID_STEP_US / 1_000_000,
                GRID_STEP_US % 1_000_000 / 100_000
            ),
        ));
    }
    raw.retain(|(at, _)| (span.opening..span.end).contains(at));
    sections(grid, span, &mut raw);
    raw.push((span.opening, CutKind::Opening));
    raw.sort_by_key(|(at, kind)| (*at, *kind));
    fill_gaps(span, steady, &mut raw);
    let raw = thinned(span, raw);
    placed(grid, span, settings, &raw)
}

/// Makes the beat nearest each section's start a section's, or adds the start itself where no
/// beat is near.
fn sections(grid: &BeatGrid, span: Span, raw: &mut Vec<(u64, CutKind)>) {
    let near = match u64::from(grid.tempo_millibpm) {
        0 => span.samples_in(NEAREST_US),
        // Half a beat: 30 s over the tempo.
        tempo => u64::from(grid.rate) * 30_000 / tempo,
    };
    for section in &grid.sections {
        if !(span.opening..span.end).contains(&section.start) {
            continue;
        }
        let nearest = raw
            .iter_mut()
            .filter(|(_, kind)| *kind != CutKind::OffBeat)
            .min_by_key(|(at, _)| (at.abs_diff(section.start), *at))
            .filter(|(at, _)| at.abs_diff(section.start) <= near);
        match nearest {
            Some((_, kind)) => *kind = CutKind::Section,
            None => raw.push((section.start, CutKind::Section)),
        }
    }
}

/// Puts points of the fixed grid where there are no beats.
fn fill_gaps(span: Span, steady: bool, raw: &mut Vec<(u64, CutKind)>) {
    let step = span.samples_in(GRID_STEP_US);
    let longest = if steady {
        span.samples_in(LONGEST_GAP_US)
    } else {
        step
    };
    let ends = raw.iter().skip(1).map(|(at, _)| *at).chain([span.end]);
    let mut filled = Vec::new();
    for ((at, _), next) in raw.iter().zip(ends) {
        if next - at > longest {
            let mut fill = at + step;
            while fill + step / 2 < next {
                filled.push((fill, CutKind::Grid));
                fill += step;
            }
        }
    }
    raw.extend(filled);
    raw.sort_by_key(|(at, kind)| (*at, *kind));
}

/// Drops points that lie too near a weightier one, and a section's duty to be cut where the shot
/// before or after would be too short.
fn thinned(span: Span, raw: Vec<(u64, CutKind)>) -> Vec<(u64, CutKind, bool)> {
    let shortest = span.samples_in(MIN_SHOT_US) + span.samples_in(1_000_000) / 20;
    let mut last_must = span.opening;
    let mut kept: Vec<(u64, CutKind, bool)> = Vec::with_capacity(raw.len());
    for (at, kind) in raw {
        let opening = kind == CutKind::Opening;
        let must = opening
            || kind == CutKind::Section && at - last_must >= shortest && span.end - at >= shortest;
        let near = kept
            .last()
            .is_some_and(|(last, ..)| at - last < span.samples_in(NEAREST_US));
        if near {
            // The kinds are ordered by weight.
            let stronger = kept
                .last()
                .is_some_and(|(_, last, last_must)| !last_must && (must || kind < *last));
            if !stronger {
                continue;
            }
            kept.pop();
        }
        if must {
            last_must = at;
        }
        kept.push((at, kind, must));
    }
    kept
}

fn placed(
    grid: &BeatGrid,
    span: Span,
    settings: &EditSettings,
    raw: &[(u64, CutKind, bool)],
) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::with_capacity(raw.len() + 1);
    let mut even = -2;
    let (mut beat, mut section) = (0, 0);
    for &(at, kind, must) in raw {
        while grid.beats.get(beat + 1).is_some_and(|next| next.at <= at) {
            beat += 1;
        }
        while grid.sections.get(section).is_some_and(|s| s.end <= at) {
            section += 1;
        }
        let heard = grid.sections.get(section).filter(|s| s.start <= at);
        let energy = match (grid.beats.get(beat), heard) {
            (Some(beat), _) => beat.energy_permille,
            (None, Some(section)) => section.energy_permille,
            (None, None) => 500,
        };
        let off = i64::from(kind == CutKind::OffBeat);
        even += 2 * (1 - off);
        let step = even + off;
        let heard_beat = grid.beats.get(beat).filter(|beat| beat.at <= at);
        let phase = match heard_beat.map_or(0, |beat| i64::from(beat.position)) {
            0 => 0,
            position => 2 * (position - 1) + off,
        };
        let Some(frame) = span.frame(at).filter(|frame| *frame < span.frames) else {
            continue;
        };
        if points.last().is_some_and(|last| last.frame >= frame) {
            continue;
        }
        let into = heard.map_or(0, |s| (at - s.start) * 1000 / (s.end - s.start).max(1));
        points.push(Point {
            at,
            frame,
            kind,
            energy: energy.min(1000),
            must,
            step,
            phase,
            label: heard.map(|s| s.label),
            into: u16::try_from(into).unwrap_or(1000),
            density_permille: settings.density_at(at),
            favour: 0,
            fixed: false,
            heard: true,
        });
    }
    points.push(Point {
        at: span.end,
        frame: span.frames,
        kind: CutKind::Opening,
        energy: points.last().map_or(500, |last| last.energy),
        must: true,
        step: even + 2,
        phase: 0,
        label: None,
        into: 0,
        density_permille: settings.density_permille,
        favour: 0,
        fixed: false,
        heard: true,
    });
    points
}
