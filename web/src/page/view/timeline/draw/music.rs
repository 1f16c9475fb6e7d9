//! Sections, energy, waveform and beats.

use std::ops::Range;

use crate::gesture::Lanes;
use crate::page::view::paint::pixels;
use crate::page::view::timeline::pen::{Hand, Pen};
use crate::page::view::timeline::scene::Scene;
use crate::ruler::BeatLines;
use crate::score::{Band, Mark, Score};
use crate::viewport::{Viewport, nearest, place};
use crate::wording;

/// Pixels left and right of the view that are drawn too.
const MARGIN: f64 = crate::page::view::timeline::desk::INSET;
/// Height of the row of bar numbers, in pixels.
const NUMBERS: f64 = 14.0;
/// Room between two numbers of bars, in pixels.
const NUMBER_PX: f64 = 42.0;
/// Samples a second of the waveform.
const WAVE_RATE: f64 = planner_wasm::music::ANALYSIS_RATE as f64;

/// The sections by name, deeper in colour the more energy they have.
pub(super) fn sections(pen: &Pen<'_>, lane: &Range<f64>, score: &Score, view: &Viewport) {
    let shown = view.visible(&score.sections, |band| band.start, |band| band.end);
    let shown = score.sections.get(shown).unwrap_or_default();
    let height = lane.end - lane.start - 2.0;
    let edges = |band: &Band| {
        let (left, right) = (view.x(band.start).max(-8.0), view.x(band.end));
        (left, right.min(view.width() + 8.0))
    };
    pen.fill(&pen.palette.section);
    for band in shown {
        let (left, right) = edges(band);
        pen.alpha(0.10 + 0.34 * f64::from(band.energy) / 1000.0);
        pen.block(
            (left + 0.5, lane.start),
            ((right - left - 1.0).max(1.0), height),
            4.0,
        );
    }
    pen.alpha(1.0);
    pen.fill(&pen.palette.ink);
    for band in shown {
        let (left, right) = edges(band);
        let left = left.max(0.0) + 7.0;
        let room = right - left - 5.0;
        if room < 22.0 {
            continue;
        }
        pen.hand(Hand::Strong);
        let name = wording::section(band.label);
        pen.fitted(name, left, lane.start + 13.0, room);
        let energy = wording::percent(band.energy.into());
        let at = left + pen.measure(name) + 6.0;
        pen.hand(Hand::Small);
        if at + pen.measure(&energy) < right - 5.0 {
            pen.alpha(0.75);
            pen.text(&energy, at, lane.start + 13.0);
            pen.alpha(1.0);
        }
    }
}

/// Energy behind, the waveform over it, beats before both.
pub(super) fn music(pen: &Pen<'_>, lanes: &Lanes, scene: &Scene, view: &Viewport) {
    let Some(score) = &scene.score else { return };
    let numbers = lanes.music.start..(lanes.music.start + NUMBERS);
    let lane = &(numbers.end..lanes.music.end);
    let hill = hill(lane, score, view);
    pen.alpha(1.0);
    pen.fill(&pen.palette.energy);
    pen.shape(hill.iter().copied());
    if let Some(sound) = &scene.sound {
        let sample = |x: f64| {
            let at = view.span().start + x / view.scale();
            let sample = nearest(score.song_seconds(at) * WAVE_RATE);
            usize::try_from(sample).unwrap_or(usize::MAX)
        };
        // What lies before the view and after it shows in the margins.
        let first = view.x(0.0).clamp(-MARGIN, 0.0).ceil();
        let last = view.x(place(view.frames()));
        let last = last.clamp(1.0, view.width() + MARGIN);
        let count = usize::try_from(pixels(last - first)).unwrap_or(0);
        let rows = sound.columns(&(sample(first)..sample(last)), count);
        let middle = f64::midpoint(lane.start, lane.end);
        let half = (lane.end - lane.start) / 2.0 - 2.0;
        let gain = half / scene.loudest.max(1e-3);
        pen.alpha(0.85);
        pen.fill(&pen.palette.wave);
        for (x, peak) in (0_u32..).zip(rows) {
            let Some(peak) = peak else { continue };
            let (top, bottom) = (f64::from(peak.high) * gain, f64::from(peak.low) * gain);
            let left = first + f64::from(x);
            pen.rect(left, middle - top, 1.0, (top - bottom).max(1.0));
        }
    }
    // The hill's edge over the waveform, which covers it where the song is loud.
    pen.alpha(0.9);
    pen.stroke(&pen.palette.section, 1.5);
    let inner = hill.len().saturating_sub(2);
    pen.line(hill.iter().copied().skip(1).take(inner));
    beats(pen, (&numbers, lane), score, view);
}

/// How loud and busy the music is, as a hill: from its foot on the left over its edge to its foot on
/// the right.
fn hill(lane: &Range<f64>, score: &Score, view: &Viewport) -> Vec<(f64, f64)> {
    let shown = view.visible(&score.beats, |beat| beat.place, |beat| beat.place);
    let around = shown.start.saturating_sub(1)..(shown.end + 1).min(score.beats.len());
    let beats = score.beats.get(around).unwrap_or_default();
    let (Some(first), Some(last)) = (beats.first(), beats.last()) else {
        return Vec::new();
    };
    // Beats that stand closer than a pixel are not all needed.
    let every = nearest((1.5 / (score.beat_frames * view.scale()).max(1e-3)).ceil()).max(1);
    let every = usize::try_from(every).unwrap_or(1);
    let height = lane.end - lane.start;
    let y = |beat: &Mark| lane.end - (0.08 + 0.92 * f64::from(beat.energy) / 1000.0) * height;
    // The last beat may go on after the film.
    let x = |at: f64| view.x(at.min(place(view.frames())));
    let hill = beats
        .iter()
        .step_by(every)
        .map(|beat| (x(beat.place), y(beat)));
    let start = (x(first.place), lane.end);
    let end_x = x(last.place + score.beat_frames);
    let end = [(end_x, y(last)), (end_x, lane.end)];
    std::iter::once(start).chain(hill).chain(end).collect()
}

/// Beats as ticks, bars as lines with numbers; fewer of them the farther one looks from.
fn beats(
    pen: &Pen<'_>,
    (numbers, lane): (&Range<f64>, &Range<f64>),
    score: &Score,
    view: &Viewport,
) {
    let shown = view.visible(&score.beats, |beat| beat.place, |beat| beat.place);
    let beats = score.beats.get(shown).unwrap_or_default();
    let detail = BeatLines::for_view(view, score.beat_frames, score.beats_per_bar);
    let height = lane.end - lane.start;
    let every = match detail {
        BeatLines::Beats => {
            pen.fill(&pen.palette.beat);
            pen.alpha(0.8);
            let others = beats.iter().filter(|beat| !beat.downbeat);
            pen.many(others.map(|beat| {
                let x = view.x(beat.place).round();
                (x, lane.end - height * 0.3, 1.0, height * 0.3)
            }));
            1
        }
        BeatLines::Bars(every) => every,
    };
    let bars = || {
        let drawn =
            move |beat: &&Mark| beat.downbeat && beat.bar.saturating_sub(1).is_multiple_of(every);
        beats.iter().filter(drawn)
    };
    pen.fill(&pen.palette.downbeat);
    pen.alpha(if every == 1 { 0.6 } else { 0.4 });
    pen.many(bars().map(|beat| {
        let x = view.x(beat.place).round();
        (x, numbers.start + 2.0, 1.0, lane.end - numbers.start - 2.0)
    }));
    let per_bar = f64::from(score.beats_per_bar.max(1));
    let numbered = BeatLines::numbered(view, score.beat_frames * per_bar, NUMBER_PX);
    pen.alpha(1.0);
    pen.fill(&pen.palette.quiet);
    pen.hand(Hand::Small);
    for beat in bars().filter(|beat| beat.bar.saturating_sub(1).is_multiple_of(numbered)) {
        let x = view.x(beat.place).round() + 4.0;
        if x < view.width() - 14.0 {
            pen.text(&beat.bar.to_string(), x, numbers.start + 11.0);
        }
    }
}
