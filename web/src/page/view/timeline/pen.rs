//! A canvas to draw on, in CSS pixels and in the colours of the style sheet.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The colours that the style sheet gives; read once for each scheme.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Palette {
    pub(super) sheet: String,
    pub(super) raised: String,
    pub(super) ink: String,
    pub(super) quiet: String,
    pub(super) edge: String,
    pub(super) edge_strong: String,
    pub(super) accent: String,
    pub(super) accent_soft: String,
    pub(super) on_accent: String,
    pub(super) wave: String,
    pub(super) beat: String,
    pub(super) downbeat: String,
    pub(super) section: String,
    pub(super) energy: String,
    pub(super) shot: String,
    pub(super) shot_ink: String,
    pub(super) warn: String,
    pub(super) warn_soft: String,
    pub(super) bad: String,
    pub(super) bad_soft: String,
    pub(super) family: String,
}

impl Palette {
    /// What holds for an element now.
    pub(super) fn of(element: &HtmlCanvasElement) -> Option<Self> {
        let style = web_sys::window()?.get_computed_style(element).ok()??;
        let read = |name: &str| {
            let value = style.get_property_value(name).unwrap_or_default();
            value.trim().to_owned()
        };
        Some(Self {
            sheet: read("--sheet"),
            raised: read("--raised"),
            ink: read("--ink"),
            quiet: read("--quiet"),
            edge: read("--edge"),
            edge_strong: read("--edge-strong"),
            accent: read("--accent"),
            accent_soft: read("--accent-soft"),
            on_accent: read("--on-accent"),
            wave: read("--wave"),
            beat: read("--beat"),
            downbeat: read("--downbeat"),
            section: read("--section-1"),
            energy: read("--energy"),
            shot: read("--shot"),
            shot_ink: read("--shot-ink"),
            warn: read("--warn"),
            warn_soft: read("--warn-soft"),
            bad: read("--bad"),
            bad_soft: read("--bad-soft"),
            family: read("font-family"),
        })
    }
}

/// How letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    /// 11 pixels.
    Small,
    /// 11 pixels, bold.
    Strong,
}

/// A canvas that is drawn on.
pub(super) struct Pen<'a> {
    context: &'a CanvasRenderingContext2d,
    /// The colours.
    pub(super) palette: &'a Palette,
    /// CSS pixels from edge to edge.
    pub(super) width: f64,
}

impl<'a> Pen<'a> {
    /// Clears the canvas; `density` is the screen's pixels for each CSS pixel. What is drawn at 0
    /// stands `inset` pixels from the left edge.
    pub(super) fn new(
        context: &'a CanvasRenderingContext2d,
        palette: &'a Palette,
        (width, height): (f64, f64),
        (density, inset): (f64, f64),
    ) -> Self {
        // A context that cannot be transformed is lost, and nothing is drawn at all.
        let _ = context.set_transform(density, 0.0, 0.0, density, density * inset, 0.0);
        context.clear_rect(-inset, 0.0, width, height);
        context.set_text_baseline("alphabetic");
        Self {
            context,
            palette,
            width,
        }
    }

    /// Fills from here on in a colour.
    pub(super) fn fill(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
    }

    /// Strokes from here on in a colour.
    pub(super) fn stroke(&self, colour: &str, width: f64) {
        self.context.set_stroke_style_str(colour);
        self.context.set_line_width(width);
    }

    /// Draws from here on as far opaque, 0 to 1.
    pub(super) fn alpha(&self, alpha: f64) {
        self.context.set_global_alpha(alpha);
    }

    pub(super) fn rect(&self, left: f64, top: f64, width: f64, height: f64) {
        self.context.fill_rect(left, top, width, height);
    }

    /// A filled block with round corners.
    pub(super) fn block(&self, (left, top): (f64, f64), (width, height): (f64, f64), round: f64) {
        self.outline((left, top), (width, height), round);
        self.context.fill();
    }

    /// The frame of a block with round corners, inside of it.
    pub(super) fn frame(
        &self,
        (left, top): (f64, f64),
        (width, height): (f64, f64),
        (round, line): (f64, f64),
    ) {
        let half = line / 2.0;
        self.outline(
            (left + half, top + half),
            ((width - line).max(0.0), (height - line).max(0.0)),
            (round - half).max(0.0),
        );
        self.context.stroke();
    }

    fn outline(&self, (left, top): (f64, f64), (width, height): (f64, f64), round: f64) {
        self.context.begin_path();
        let round = round.min(width / 2.0).min(height / 2.0);
        if self
            .context
            .round_rect_with_f64(left, top, width, height, round)
            .is_err()
        {
            self.context.rect(left, top, width, height);
        }
    }

    /// A path through points, filled.
    pub(super) fn shape(&self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.path(points);
        self.context.fill();
    }

    /// A path through points, stroked.
    pub(super) fn line(&self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.path(points);
        self.context.stroke();
    }

    fn path(&self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.context.begin_path();
        for (x, y) in points {
            // The first is where the path begins.
            self.context.line_to(x, y);
        }
    }

    /// Begins a path of many rectangles that are filled at once.
    pub(super) fn many(&self, rects: impl IntoIterator<Item = (f64, f64, f64, f64)>) {
        self.context.begin_path();
        for (left, top, width, height) in rects {
            self.context.rect(left, top, width, height);
        }
        self.context.fill();
    }

    /// Writes from here on in a hand.
    pub(super) fn hand(&self, hand: Hand) {
        let weight = match hand {
            Hand::Small => 450,
            Hand::Strong => 640,
        };
        self.context
            .set_font(&format!("{weight} 11px {}", self.palette.family));
    }

    /// How wide a text is.
    pub(super) fn measure(&self, text: &str) -> f64 {
        let measured = self.context.measure_text(text);
        measured.map_or(0.0, |measured| measured.width())
    }

    pub(super) fn text(&self, text: &str, left: f64, baseline: f64) {
        // Only a canvas without a context fails, and then nothing is drawn at all.
        let _ = self.context.fill_text(text, left, baseline);
    }

    /// Writes as much of a text as there is room for, with an ellipsis; nothing where that says
    /// nothing.
    pub(super) fn fitted(&self, text: &str, left: f64, baseline: f64, room: f64) {
        if room < 14.0 {
            return;
        }
        if self.measure(text) <= room {
            self.text(text, left, baseline);
            return;
        }
        let letters: Vec<char> = text.chars().collect();
        // Halving: a name is measured five times at most, not once for each letter.
        let (mut fits, mut over) = (0, letters.len());
        let cut = |count: usize| -> String {
            let kept = letters.iter().take(count);
            kept.chain(std::iter::once(&'…')).collect()
        };
        while over - fits > 1 {
            let middle = usize::midpoint(fits, over);
            if self.measure(&cut(middle)) <= room {
                fits = middle;
            } else {
                over = middle;
            }
        }
        if fits >= 2 {
            self.text(&cut(fits), left, baseline);
        }
    }

    /// A picture's part, by its own pixels, in a place.
    pub(super) fn picture(
        &self,
        picture: &web_sys::ImageBitmap,
        (from_left, from_top, from_width, from_height): (f64, f64, f64, f64),
        (left, top, width, height): (f64, f64, f64, f64),
    ) {
        // A bitmap that was closed meanwhile is not drawn.
        let _ = self
            .context
            .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                picture,
                from_left,
                from_top,
                from_width,
                from_height,
                left,
                top,
                width,
                height,
            );
    }

    /// Another canvas over this one, from 0 on.
    pub(super) fn canvas(
        &self,
        canvas: &HtmlCanvasElement,
        left: f64,
        top: f64,
        width: f64,
        height: f64,
    ) {
        // A canvas without pixels is not drawn.
        let _ = self
            .context
            .draw_image_with_html_canvas_element_and_dw_and_dh(canvas, left, top, width, height);
    }
}
