//! The whole film, small, with a window over what is in view.

use std::ops::Range;

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::page::view::paint::pixels;
use crate::page::view::timeline::pen::{Palette, Pen};
use crate::page::view::timeline::scene::Scene;
use crate::viewport::{Viewport, nearest, place};

/// Samples a second of the waveform.
const WAVE_RATE: f64 = planner_wasm::music::ANALYSIS_RATE as f64;

/// The part of it that does not change with the view, drawn once.
pub(in crate::page::view::timeline) struct Overview {
    pub(in crate::page::view::timeline) canvas: HtmlCanvasElement,
    pub(in crate::page::view::timeline) context: CanvasRenderingContext2d,
}

/// Draws the still part: the waveform, and where sections begin.
pub(in crate::page::view::timeline) fn still(
    overview: &Overview,
    palette: &Palette,
    scene: &Scene,
    (width, height): (f64, f64),
    density: f64,
) {
    overview.canvas.set_width(pixels(width * density).max(1));
    overview.canvas.set_height(pixels(height * density).max(1));
    let pen = Pen::new(&overview.context, palette, (width, height), (density, 0.0));
    pen.alpha(1.0);
    pen.fill(&palette.raised);
    pen.block((0.0, 0.0), (width, height), 4.0);
    let (Some(score), Some(view)) = (&scene.score, &scene.view) else {
        return;
    };
    let whole = Viewport::new(view.frames(), width);
    pen.fill(&palette.section);
    for band in &score.sections {
        pen.alpha(0.06 + 0.26 * f64::from(band.energy) / 1000.0);
        let (left, right) = (whole.x(band.start), whole.x(band.end));
        pen.rect(left, 0.0, (right - left - 1.0).max(0.5), height);
    }
    pen.alpha(0.9);
    pen.fill(&palette.wave);
    if let Some(sound) = &scene.sound {
        let sample = |at: f64| {
            usize::try_from(nearest(score.song_seconds(at) * WAVE_RATE)).unwrap_or(usize::MAX)
        };
        let range = sample(0.0)..sample(place(view.frames()));
        let count = usize::try_from(pixels(width / 2.0)).unwrap_or(0);
        let gain = (height / 2.0 - 2.0) / scene.loudest.max(1e-3);
        let rows = sound.columns(&range, count);
        pen.many((0_u32..).zip(rows).filter_map(|(x, peak)| {
            let peak = peak?;
            let half = f64::from(peak.high.max(-peak.low)) * gain;
            Some((
                f64::from(x) * 2.0,
                height / 2.0 - half,
                1.0,
                (2.0 * half).max(1.0),
            ))
        }));
    }
}

/// The still part with the window over it.
pub(super) fn window(
    pen: &Pen<'_>,
    lane: &Range<f64>,
    overview: &Overview,
    scene: &Scene,
    view: &Viewport,
) {
    let (width, height) = (view.width(), lane.end - lane.start);
    pen.alpha(1.0);
    pen.canvas(&overview.canvas, 0.0, lane.start, width, height);
    let length = place(view.frames());
    let x = |at: f64| at / length * width;
    if let Some(part) = &scene.looped {
        pen.fill(&pen.palette.accent);
        pen.alpha(0.35);
        let (left, right) = (x(place(part.start)), x(place(part.end)));
        pen.rect(left, lane.start, (right - left).max(1.0), height);
    }
    if let Some(slot) = scene.selected.and_then(|index| scene.slots().get(index)) {
        pen.fill(&pen.palette.accent);
        pen.alpha(1.0);
        let left = x(place(slot.record_start));
        let wide = (f64::from(slot.record_duration) / length * width).max(2.0);
        pen.rect(left, lane.end - 3.0, wide, 3.0);
    }
    if view.is_fitted() {
        return;
    }
    let span = view.span();
    let (left, right) = (x(span.start), x(span.end));
    let right = right.max(left + 10.0).min(width);
    let left = left.min(right - 10.0);
    pen.alpha(0.66);
    pen.fill(&pen.palette.sheet);
    pen.rect(0.0, lane.start, left, height);
    pen.rect(right, lane.start, width - right, height);
    pen.alpha(1.0);
    pen.stroke(&pen.palette.edge_strong, 1.5);
    pen.frame((left, lane.start), (right - left, height), (4.0, 1.5));
}
