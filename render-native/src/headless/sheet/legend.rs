//! What the colours mean.

use embedded_graphics::pixelcolor::Rgb888;

use super::strip::{
    DEMOTED, IMPACT, INK, LETTER, LINE, LOUD, LOUDNESS, MOTION, PAPER, QUALITY, REJECTED, SEVERE,
    SHOT, SHOWN, Strip, WIDTH,
};

/// How a thing is drawn on a sheet.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// A curve of so many rows.
    Curve(u32),
    /// An upright stroke of so many columns.
    Stroke(u32),
    /// A stripe at the foot of the curves.
    Foot,
    /// An area.
    Area,
}

const SIGNS: [(Sign, Rgb888, &str); 11] = [
    (Sign::Curve(2), QUALITY, "quality"),
    (Sign::Curve(2), MOTION, "motion"),
    (Sign::Curve(1), LOUDNESS, "loudness"),
    (Sign::Stroke(2), IMPACT, "a movement stops"),
    (Sign::Stroke(2), LOUD, "suddenly loud"),
    (Sign::Foot, LOUD, "speech"),
    (Sign::Stroke(1), SHOT, "the next shot of the clip"),
    (Sign::Area, DEMOTED, "used last"),
    (Sign::Area, REJECTED, "rejected"),
    (Sign::Area, SEVERE, "never shown"),
    (Sign::Area, SHOWN, "in the plan, as its shot 1, 2 ..."),
];

/// Size of a sign.
const WIDE: u32 = 14;
const HIGH: u32 = 10;

/// The legend, as wide as the sheet.
pub(super) fn legend() -> Strip {
    let (places, lines) = places();
    let mut strip = Strip::new(lines * LINE + 4);
    for ((sign, colour, word), (x, y)) in SIGNS.into_iter().zip(places) {
        let (at, size) = match sign {
            Sign::Curve(rows) => ((0, 4), (WIDE, rows)),
            Sign::Stroke(columns) => ((WIDE / 2, 0), (columns, HIGH)),
            Sign::Foot => ((0, HIGH - 2), (WIDE, 2)),
            Sign::Area => ((0, 0), (WIDE, HIGH)),
        };
        strip.area((x, y), (WIDE, HIGH), PAPER);
        strip.area((x + at.0, y + at.1), size, colour);
        strip.text((x + WIDE + 4, y), word, INK);
    }
    strip
}

/// Where each sign stands, and in how many lines.
fn places() -> (Vec<(u32, u32)>, u32) {
    let (mut x, mut line) = (2, 0);
    let places = SIGNS.iter().map(|(_, _, word)| {
        let letters = word.chars().fold(0, |sum, _| sum + LETTER);
        let wide = WIDE + 4 + letters;
        if x + wide > WIDTH {
            (x, line) = (2, line + 1);
        }
        let place = (x, line * LINE + 2);
        x += wide + 14;
        place
    });
    let places = places.collect();
    (places, line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_room() {
        let (places, lines) = places();
        let height = legend().height();
        for ((_, _, word), (x, y)) in SIGNS.iter().zip(&places) {
            let letters = u32::try_from(word.len()).unwrap();
            assert!(x + WIDE + 4 + letters * LETTER <= WIDTH, "{word}");
            assert!(y + HIGH <= height && y / LINE < lines, "{word}");
        }
        assert_eq!(places.len(), SIGNS.len());
    }
}
