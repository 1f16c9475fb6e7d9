//! Canvases: drawn once in the frame after something changed that they show.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, ImageBitmap};

use crate::page::theme;

/// Fires when every canvas has to be drawn again: another size, another colour scheme.
#[derive(Clone, Copy)]
pub(super) struct Redraws(Trigger);

impl Redraws {
    /// Follows the window until the owner is gone.
    pub(super) fn follow() -> Self {
        let trigger = Trigger::new();
        let resized = window_event_listener(ev::resize, move |_| trigger.notify());
        on_cleanup(move || resized.remove());
        theme::on_change(move || trigger.notify());
        Self(trigger)
    }
}

/// What is drawn in the next frame.
pub(super) type Drawing = Box<dyn FnOnce(&Sheet)>;

/// Draws `look` on a canvas, and again in the frame after anything that it reads has changed.
pub(super) fn paint(canvas: NodeRef<Canvas>, look: impl Fn() -> Drawing + 'static) {
    let redraws: Redraws = expect_context();
    let waiting: Rc<RefCell<Option<Drawing>>> = Rc::default();
    Effect::new(move |_| {
        redraws.0.track();
        let drawing = look();
        let Some(canvas) = canvas.get() else { return };
        let first = waiting.borrow_mut().replace(drawing).is_none();
        if first {
            let waiting = Rc::clone(&waiting);
            request_animation_frame(move || {
                let drawing = waiting.borrow_mut().take();
                if let (Some(drawing), Some(sheet)) = (drawing, Sheet::of(&canvas)) {
                    drawing(&sheet);
                }
            });
        }
    });
}

/// A canvas to draw on, measured in CSS pixels.
pub(super) struct Sheet {
    pub(super) pen: CanvasRenderingContext2d,
    pub(super) width: f64,
    pub(super) height: f64,
    style: CssStyleDeclaration,
}

impl Sheet {
    /// An empty canvas with as many pixels as the screen has there; `None` if it is not shown.
    fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let (width, height) = (
            f64::from(canvas.client_width()),
            f64::from(canvas.client_height()),
        );
        if width < 1.0 || height < 1.0 {
            return None;
        }
        let window = web_sys::window()?;
        let density = window.device_pixel_ratio();
        // Setting the size also clears.
        canvas.set_width(pixels(width * density));
        canvas.set_height(pixels(height * density));
        let pen = context(canvas)?;
        pen.scale(density, density).ok()?;
        let style = window.get_computed_style(canvas).ok()??;
        let family = style.get_property_value("font-family").unwrap_or_default();
        pen.set_font(&format!("12px {family}"));
        Some(Self {
            pen,
            width,
            height,
            style,
        })
    }

    /// Draws from here on in a colour of the style sheet.
    pub(super) fn shade(&self, property: &str, alpha: f64) {
        let colour = self.style.get_property_value(property).unwrap_or_default();
        self.pen.set_fill_style_str(colour.trim());
        self.pen.set_stroke_style_str(colour.trim());
        self.pen.set_global_alpha(alpha);
    }

    /// Fills a rectangle.
    pub(super) fn bar(&self, left: f64, top: f64, width: f64, height: f64) {
        self.pen.fill_rect(left, top, width, height);
    }

    /// Hatches a rectangle that begins at the top.
    pub(super) fn hatch(&self, left: f64, width: f64, height: f64) {
        self.pen.save();
        self.pen.begin_path();
        self.pen.rect(left, 0.0, width, height);
        self.pen.clip();
        self.pen.begin_path();
        let mut x = left - height;
        while x < left + width {
            self.pen.move_to(x, height);
            self.pen.line_to(x + height, 0.0);
            x += 6.0;
        }
        self.pen.set_line_width(1.5);
        self.pen.stroke();
        self.pen.restore();
    }

    /// Draws a picture so that it covers a rectangle; what stands over is cut off.
    pub(super) fn cover(
        &self,
        picture: &ImageBitmap,
        left: f64,
        top: f64,
        width: f64,
        height: f64,
    ) {
        let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
        let scale = (width / w.max(1.0)).max(height / h.max(1.0));
        let (cut_w, cut_h) = (width / scale, height / scale);
        self.pen.set_global_alpha(1.0);
        // A picture that was closed is not drawn, and nothing else depends on it.
        let _ = self
            .pen
            .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                picture,
                (w - cut_w) / 2.0,
                (h - cut_h) / 2.0,
                cut_w,
                cut_h,
                left,
                top,
                width,
                height,
            );
    }

    /// Writes a word with its middle at `x`.
    pub(super) fn word(&self, text: &str, x: f64, baseline: f64) {
        self.pen.set_text_align("center");
        // Only a canvas without a context fails.
        let _ = self.pen.fill_text(text, x, baseline);
    }
}

/// A context to draw on; none where the browser has no canvas.
pub(super) fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// A whole number of pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a screen's pixels; floats saturate"
)]
pub(super) fn pixels(length: f64) -> u32 {
    length.round() as u32
}

/// A time as a number to place on the screen.
#[expect(
    clippy::cast_precision_loss,
    reason = "a place on the screen needs no 53 bits"
)]
pub(super) fn number(ticks: u64) -> f64 {
    ticks as f64
}
