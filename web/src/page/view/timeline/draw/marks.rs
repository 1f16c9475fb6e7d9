//! What hangs on a shot: its number and name, and what is to be known of it.

use shared::plan::Slot;

use crate::page::view::timeline::pen::{Hand, Pen};
use crate::page::view::timeline::scene::{Look, Sight};
use crate::project::stem;
use crate::wording;

/// A badge's width with the gap before the next.
const BADGE: f64 = 14.0;

/// Number, name and badges in a shot's upper edge.
pub(super) fn heading(
    pen: &Pen<'_>,
    (index, slot): (usize, &Slot),
    look: &Look,
    (left, top): (f64, f64),
    width: f64,
    selected: bool,
) {
    let baseline = top + 13.0;
    let mut right = left + width - 4.0;
    let inside = left + 6.0;
    // The most telling badge stands outermost, and stays when room is short.
    right = badges(pen, slot, look, right, (inside, top + 9.0));
    let left = inside.max(6.0);
    if right - left < 8.0 {
        return;
    }
    let number = (index + 1).to_string();
    pen.fill(if selected {
        &pen.palette.accent
    } else {
        &pen.palette.shot_ink
    });
    pen.hand(Hand::Strong);
    let wide = pen.measure(&number);
    if wide > right - left {
        return;
    }
    pen.text(&number, left, baseline);
    let at = left + wide + 6.0;
    pen.hand(Hand::Small);
    pen.fill(if selected {
        &pen.palette.accent
    } else {
        &pen.palette.quiet
    });
    pen.fitted(stem(&look.name), at, baseline, right - at);
}

/// Badges alone, where there is no room for a heading.
pub(super) fn corner(pen: &Pen<'_>, slot: &Slot, look: &Look, (left, top): (f64, f64), width: f64) {
    badges(pen, slot, look, left + width - 4.0, (left + 4.0, top + 9.0));
}

/// Draws what there is room for from `right` to the left; returns where room begins.
fn badges(
    pen: &Pen<'_>,
    slot: &Slot,
    look: &Look,
    mut right: f64,
    (least, middle): (f64, f64),
) -> f64 {
    let room = |right: f64, wide: f64| right - wide >= least + 8.0;
    if slot.locked && room(right, BADGE - 6.0) {
        lock(pen, right - 5.0, middle);
        right -= BADGE;
    }
    if (look.weak || look.sight != Sight::Seen) && room(right, BADGE) {
        warning(pen, right - 5.0, middle, look.sight == Sight::Missing);
        right -= BADGE;
    }
    if !slot.clip.speed.is_normal() {
        let text = wording::speed(slot.clip.speed);
        pen.hand(Hand::Small);
        let wide = pen.measure(&text);
        if room(right, wide + 12.0) {
            pen.fill(&pen.palette.quiet);
            pen.text(&text, right - wide, middle + 4.0);
            right -= wide + 6.0;
        }
    }
    right
}

fn lock(pen: &Pen<'_>, x: f64, y: f64) {
    pen.stroke(&pen.palette.shot_ink, 1.4);
    let arch = (0..=8).map(|step| {
        let angle = std::f64::consts::PI * (1.0 + f64::from(step) / 8.0);
        (x + 2.4 * angle.cos(), y - 0.6 + 2.8 * angle.sin())
    });
    pen.line(arch);
    pen.fill(&pen.palette.shot_ink);
    pen.block((x - 4.0, y - 0.8), (8.0, 5.8), 1.4);
}

fn warning(pen: &Pen<'_>, x: f64, y: f64, bad: bool) {
    pen.fill(if bad {
        &pen.palette.bad
    } else {
        &pen.palette.warn
    });
    pen.shape([(x, y - 5.0), (x + 5.2, y + 4.6), (x - 5.2, y + 4.6)]);
    pen.fill(&pen.palette.sheet);
    pen.rect(x - 0.7, y - 2.0, 1.4, 3.4);
    pen.rect(x - 0.7, y + 2.2, 1.4, 1.4);
}

/// In place of pictures.
pub(super) fn absent(
    pen: &Pen<'_>,
    (left, top, width, height): (f64, f64, f64, f64),
    sight: Sight,
) {
    let (colour, words) = match sight {
        // Its pictures are on their way.
        Sight::Seen => return,
        Sight::Unseen => (&pen.palette.warn, "cannot be shown here"),
        Sight::Missing => (&pen.palette.bad, "file not here"),
    };
    if height < 16.0 || width < 20.0 {
        return;
    }
    pen.fill(colour);
    pen.hand(Hand::Small);
    let middle = f64::midpoint(top, top + height) + 4.0;
    let left = left.max(0.0);
    pen.fitted(words, left + 4.0, middle, width - 8.0);
}
