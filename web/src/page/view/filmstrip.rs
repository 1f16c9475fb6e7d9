//! Draws a clip over its length: its pictures, what is left out, and what is worth a beat.

use planner_wasm::footage::{AnchorKind, Footage, Marked};
use web_sys::ImageBitmap;

use super::paint::{Sheet, number};

/// Height of the marks under the pictures, in pixels.
pub(super) const MARKS: f64 = 7.0;

/// The narrowest picture, in pixels: what is less says nothing.
const NARROWEST: f64 = 24.0;

/// Pictures, what is left out or used last, and under them hits and movements that begin.
///
/// `whole` is the first and the last instant in microseconds; `pictures` are of any instants.
pub(super) fn draw(
    sheet: &Sheet,
    whole: (u64, u64),
    pictures: &[(u64, ImageBitmap)],
    footage: Option<&Footage>,
    marked: &[Marked],
) {
    let height = sheet.height - MARKS;
    let x = |at_us: u64| x(whole, at_us, sheet.width);
    sheet.shade("--energy", 1.0);
    sheet.bar(0.0, 0.0, sheet.width, height);
    row(sheet, whole, pictures, height);
    for one in marked {
        let from = x(one.start_us);
        let width = (x(one.end_us) - from).max(1.5);
        sheet.shade("--sheet", 0.45);
        sheet.bar(from, 0.0, width, height);
        let rejected = one.defects.reject();
        sheet.shade(if rejected { "--bad" } else { "--warn" }, 0.9);
        // Not by colour alone.
        sheet.hatch(from, width, height);
    }
    // The marks have a row of their own, under whatever the pictures are.
    sheet.shade("--sheet", 1.0);
    sheet.bar(0.0, height, sheet.width, MARKS);
    for anchor in footage.iter().flat_map(|footage| footage.moments()) {
        let (property, alpha) = match anchor.kind {
            AnchorKind::Impact => ("--downbeat", 1.0),
            AnchorKind::Loud => ("--downbeat", 0.6),
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
}

/// Where an instant of `whole` lies on a strip of this width.
pub(super) fn x(whole: (u64, u64), at_us: u64, width: f64) -> f64 {
    let length = number(whole.1.saturating_sub(whole.0)).max(1.0);
    number(at_us.saturating_sub(whole.0)) / length * width
}

/// Pictures side by side, each the one that is nearest to what it stands over.
fn row(sheet: &Sheet, whole: (u64, u64), pictures: &[(u64, ImageBitmap)], height: f64) {
    let Some((_, first)) = pictures.first() else {
        return;
    };
    let shape = f64::from(first.width()) / f64::from(first.height()).max(1.0);
    let wide = (height * shape).max(NARROWEST);
    let mut left = 0.0;
    while left < sheet.width {
        let middle = left + wide / 2.0;
        let off = |at_us: u64| (x(whole, at_us, sheet.width) - middle).abs();
        let nearest = pictures
            .iter()
            .min_by(|(one, _), (other, _)| off(*one).total_cmp(&off(*other)));
        if let Some((_, picture)) = nearest {
            sheet.cover(picture, left, 0.0, wide.min(sheet.width - left), height);
        }
        left += wide;
    }
}
