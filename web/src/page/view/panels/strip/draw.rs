//! Draws the strip.

use planner_wasm::footage::{AnchorKind, Footage, Marked};
use web_sys::ImageBitmap;

use super::super::paint::Sheet;
use super::scale::Stretch;
use crate::insight::Use;

/// Height of the marks under the strip, in pixels.
const MARKS: f64 = 7.0;

/// Pictures, what is left out, the window, and under them hits and other uses.
pub(super) fn draw(
    sheet: &Sheet,
    stretch: Stretch,
    by: i64,
    pictures: &[(u64, ImageBitmap)],
    footage: Option<&Footage>,
    marked: &[Marked],
    uses: &[Use],
) {
    let height = sheet.height - MARKS;
    let x = |at_us: u64| stretch.x(at_us, sheet.width);
    sheet.shade("--energy", 1.0);
    sheet.bar(0.0, 0.0, sheet.width, height);
    let tile = pictures
        .first()
        .map_or(height * 16.0 / 9.0, |(_, picture)| {
            height * f64::from(picture.width()) / f64::from(picture.height()).max(1.0)
        });
    let tile = tile.max(24.0);
    let mut left = 0.0;
    while left < sheet.width && !pictures.is_empty() {
        let middle = stretch
            .whole
            .0
            .saturating_add_signed(stretch.time(left + tile / 2.0, sheet.width));
        let nearest = pictures
            .iter()
            .min_by_key(|(at_us, _)| at_us.abs_diff(middle));
        if let Some((_, picture)) = nearest {
            sheet.cover(picture, left, 0.0, tile.min(sheet.width - left), height);
        }
        left += tile;
    }
    for one in marked {
        let (from, until) = (x(one.start_us), x(one.end_us));
        let width = (until - from).max(1.5);
        sheet.shade("--sheet", 0.45);
        sheet.bar(from, 0.0, width, height);
        let rejected = one.defects.reject();
        sheet.shade(if rejected { "--bad" } else { "--warn" }, 0.9);
        sheet.hatch(from, width);
    }
    let (from, until) = stretch.moved(by);
    let (from, until) = (x(from), x(until).max(x(from) + 4.0));
    sheet.shade("--sheet", 0.55);
    sheet.bar(0.0, 0.0, from, height);
    sheet.bar(until, 0.0, sheet.width - until, height);
    // The marks have a row of their own, under whatever the pictures are.
    sheet.shade("--sheet", 1.0);
    sheet.bar(0.0, height, sheet.width, MARKS);
    sheet.shade("--edge-strong", 0.6);
    for other in uses {
        sheet.bar(
            x(other.start_us),
            height + 3.0,
            (x(other.end_us) - x(other.start_us)).max(2.0),
            3.0,
        );
    }
    for anchor in footage.iter().flat_map(|footage| &footage.anchors) {
        let (property, alpha) = match anchor.kind {
            AnchorKind::Impact => ("--downbeat", 1.0),
            AnchorKind::MotionOnset => ("--ink", 0.75),
            AnchorKind::Plateau => continue,
        };
        sheet.shade(property, alpha);
        let at = x(anchor.at_us);
        sheet.pen.begin_path();
        sheet.pen.move_to(at, height - 5.0);
        sheet.pen.line_to(at + 3.5, height + 2.0);
        sheet.pen.line_to(at - 3.5, height + 2.0);
        sheet.pen.close_path();
        sheet.pen.fill();
    }
    sheet.shade("--selected", 1.0);
    sheet.pen.set_line_width(2.0);
    sheet
        .pen
        .stroke_rect(from + 1.0, 1.0, (until - from - 2.0).max(2.0), height - 2.0);
}
