//! Draws the strip.

use planner_wasm::footage::{Footage, Marked};
use web_sys::ImageBitmap;

use super::scale::Stretch;
use crate::insight::Use;
use crate::page::view::filmstrip::{self, MARKS};
use crate::page::view::paint::Sheet;

/// The clip, the window over it, and where else it is shown.
pub(super) fn draw(
    sheet: &Sheet,
    stretch: Stretch,
    by: i64,
    pictures: &[(u64, ImageBitmap)],
    footage: Option<&Footage>,
    marked: &[Marked],
    uses: &[Use],
) {
    filmstrip::draw(sheet, stretch.whole, pictures, footage, marked);
    let height = sheet.height - MARKS;
    let x = |at_us: u64| stretch.x(at_us, sheet.width);
    let (from, until) = stretch.moved(by);
    let (from, until) = (x(from), x(until).max(x(from) + 4.0));
    sheet.shade("--sheet", 0.55);
    sheet.bar(0.0, 0.0, from, height);
    sheet.bar(until, 0.0, sheet.width - until, height);
    sheet.shade("--edge-strong", 0.6);
    for other in uses {
        sheet.bar(
            x(other.start_us),
            height + 3.0,
            (x(other.end_us) - x(other.start_us)).max(2.0),
            3.0,
        );
    }
    sheet.shade("--selected", 1.0);
    sheet.pen.set_line_width(2.0);
    sheet
        .pen
        .stroke_rect(from + 1.0, 1.0, (until - from - 2.0).max(2.0), height - 2.0);
}
