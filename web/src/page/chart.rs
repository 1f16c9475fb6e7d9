//! Draws waveform, sections and beats.

use std::ops::Range;

use leptos::ev;
use leptos::prelude::*;
use shared::music::BeatGrid;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::session::Heard;
use crate::waveform::Waveform;
use crate::wording;

/// Pixels for the sections' names, and for the time below the close view.
const STRIP: f64 = 20.0;

/// Fires whenever the charts must be drawn again: another size, another colour scheme.
#[must_use]
pub fn redraws() -> Trigger {
    let trigger = Trigger::new();
    let resized = window_event_listener(ev::resize, move |_| trigger.notify());
    on_cleanup(move || resized.remove());
    let scheme = window().match_media("(prefers-color-scheme: dark)");
    if let Ok(Some(scheme)) = scheme {
        let changed = Closure::<dyn FnMut()>::new(move || trigger.notify());
        scheme.set_onchange(Some(changed.as_ref().unchecked_ref()));
        let kept = StoredValue::new_local((scheme, changed));
        on_cleanup(move || {
            kept.with_value(|(scheme, _)| scheme.set_onchange(None));
        });
    }
    trigger
}

/// The whole song, its sections by name and energy, and which part of it is in the close view.
pub fn overview(canvas: &HtmlCanvasElement, heard: &Heard, view: &Range<usize>) {
    let Some(sheet) = Sheet::of(canvas, 0..heard.waveform.samples()) else {
        return;
    };
    for section in &heard.grid.sections {
        let (left, right) = (sheet.x(section.start), sheet.x(section.end));
        let strength = 0.15 + 0.55 * f64::from(section.energy_permille) / 1000.0;
        sheet.shade("--section", strength);
        sheet.bar(left + 0.5, 0.0, right - left - 1.0, STRIP);
        sheet.shade("--ink", 1.0);
        sheet.label(section.label.as_str(), left + 5.0, 14.0, right - left - 8.0);
    }
    sheet.outline(&heard.waveform, STRIP + 2.0..sheet.height);
    sheet.shade("--window", 1.0);
    let (left, right) = (sheet.x(view.start as u64), sheet.x(view.end as u64));
    sheet.bar(left, 0.0, (right - left).max(2.0), sheet.height);
    sheet.shade("--accent", 1.0);
    sheet.bar(left, sheet.height - 3.0, (right - left).max(2.0), 3.0);
}

/// A part of the song with its beats; the first beat of a bar is taller and numbered.
pub fn detail(canvas: &HtmlCanvasElement, heard: &Heard, view: &Range<usize>) {
    let Some(sheet) = Sheet::of(canvas, view.clone()) else {
        return;
    };
    let bottom = sheet.height - STRIP;
    sheet.outline(&heard.waveform, STRIP..bottom);
    seconds(&sheet, &heard.grid);
    let mut bar = 0_u32;
    for beat in &heard.grid.beats {
        let first = beat.position == 1;
        bar += u32::from(first);
        if !(view.start as u64..view.end as u64).contains(&beat.at) {
            continue;
        }
        let x = sheet.x(beat.at);
        if first {
            sheet.shade("--downbeat", 1.0);
            sheet.bar(x - 1.0, 0.0, 2.0, bottom);
            sheet.label(&bar.to_string(), x + 4.0, 14.0, 60.0);
        } else {
            sheet.shade("--beat", 0.9);
            sheet.bar(x - 0.5, STRIP, 1.0, bottom - STRIP);
        }
    }
}

/// Ticks and times under the close view, one a second.
fn seconds(sheet: &Sheet, grid: &BeatGrid) {
    let rate = u64::from(grid.rate.max(1));
    let first = (sheet.view.start as u64).div_ceil(rate);
    for second in first..=(sheet.view.end as u64) / rate {
        let x = sheet.x(second * rate);
        sheet.shade("--quiet", 1.0);
        sheet.bar(x, sheet.height - STRIP + 2.0, 1.0, 5.0);
        if second.is_multiple_of(2) {
            let time = wording::clock(second * rate, grid.rate);
            sheet.label(&time, x + 4.0, sheet.height - 5.0, 60.0);
        }
    }
}

/// A canvas that shows a stretch of the song, measured in CSS pixels.
struct Sheet {
    pen: CanvasRenderingContext2d,
    /// Samples from the left edge to the right.
    view: Range<usize>,
    width: f64,
    height: f64,
    style: web_sys::CssStyleDeclaration,
}

impl Sheet {
    /// Clears the canvas and fits its pixels to the screen's; `None` if it cannot be drawn on.
    fn of(canvas: &HtmlCanvasElement, view: Range<usize>) -> Option<Self> {
        let (width, height) = (canvas.client_width(), canvas.client_height());
        let window = web_sys::window()?;
        let density = window.device_pixel_ratio();
        canvas.set_width(pixels(f64::from(width) * density));
        canvas.set_height(pixels(f64::from(height) * density));
        let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        pen.scale(density, density).ok()?;
        let style = window.get_computed_style(canvas).ok()??;
        let family = style.get_property_value("font-family").unwrap_or_default();
        pen.set_font(&format!("12px {family}"));
        Some(Self {
            pen,
            view,
            width: f64::from(width),
            height: f64::from(height),
            style,
        })
    }

    /// Where a sample lies; may be outside of the canvas.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a place on the screen needs no 53 bits"
    )]
    fn x(&self, sample: u64) -> f64 {
        let since = sample as f64 - self.view.start as f64;
        since / self.view.len().max(1) as f64 * self.width
    }

    /// Draws from here on in a colour of the style sheet.
    fn shade(&self, property: &str, alpha: f64) {
        let colour = self.style.get_property_value(property).unwrap_or_default();
        self.pen.set_fill_style_str(colour.trim());
        self.pen.set_global_alpha(alpha);
    }

    fn bar(&self, left: f64, top: f64, width: f64, height: f64) {
        self.pen.fill_rect(left, top, width, height);
    }

    /// Writes where there is room for it, and nothing elsewhere.
    fn label(&self, text: &str, left: f64, baseline: f64, room: f64) {
        let fits = |text: &str| {
            let measured = self.pen.measure_text(text);
            measured.is_ok_and(|measured| measured.width() <= room)
        };
        if fits(text) {
            // Only a canvas without a context fails, and then nothing is drawn at all.
            let _ = self.pen.fill_text(text, left, baseline);
        }
    }

    /// The waveform between two heights, as loud as the song's loudest sample.
    fn outline(&self, waveform: &Waveform, rows: Range<f64>) {
        self.shade("--wave", 1.0);
        let gain = 1.0 / f64::from(waveform.loudest()).max(1e-3);
        let middle = f64::midpoint(rows.start, rows.end);
        let half = (rows.end - rows.start) / 2.0 - 2.0;
        let columns = waveform.columns(&self.view, pixels(self.width) as usize);
        for (x, peak) in (0_u32..).zip(columns) {
            let Some(peak) = peak else { continue };
            let top = middle - f64::from(peak.high) * gain * half;
            let bottom = middle - f64::from(peak.low) * gain * half;
            self.bar(f64::from(x), top, 1.0, (bottom - top).max(1.0));
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a screen's pixels; floats saturate"
)]
fn pixels(length: f64) -> u32 {
    length.round() as u32
}
