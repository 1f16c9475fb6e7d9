//! What a sheet is drawn on, and the sizes and colours of what stands on it.

use std::convert::Infallible;

use embedded_graphics::image::{Image, ImageRaw};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_6X10;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};

/// Pictures of each clip.
pub(super) const PICTURES: u32 = 8;
/// Size of a picture.
pub(super) const PICTURE: Size = Size::new(128, 72);
/// Width of the sheet.
pub(super) const WIDTH: u32 = PICTURES * PICTURE.width;
/// Width of a letter.
pub(super) const LETTER: u32 = FONT_6X10.character_size.width;
/// Height of a line of text with the gap below it.
pub(super) const LINE: u32 = 14;
/// Letters that a line holds, with a small gap at both ends.
pub(super) const COLUMNS: usize = (WIDTH / LETTER) as usize - 1;
/// Height of the curves.
pub(super) const CURVES: u32 = 64;

pub(super) const GROUND: Rgb888 = Rgb888::new(24, 24, 28);
pub(super) const PAPER: Rgb888 = Rgb888::new(44, 46, 54);
pub(super) const INK: Rgb888 = Rgb888::new(225, 225, 225);
pub(super) const SEVERE: Rgb888 = Rgb888::new(110, 20, 60);
pub(super) const REJECTED: Rgb888 = Rgb888::new(150, 50, 45);
pub(super) const DEMOTED: Rgb888 = Rgb888::new(130, 105, 30);
pub(super) const QUALITY: Rgb888 = Rgb888::new(110, 210, 120);
pub(super) const MOTION: Rgb888 = Rgb888::new(100, 160, 250);
pub(super) const SHOT: Rgb888 = Rgb888::new(240, 240, 240);
pub(super) const IMPACT: Rgb888 = Rgb888::new(250, 220, 80);
pub(super) const LOUDNESS: Rgb888 = Rgb888::new(150, 110, 170);
pub(super) const LOUD: Rgb888 = Rgb888::new(240, 120, 240);
pub(super) const SHOWN: Rgb888 = Rgb888::new(60, 190, 90);

/// A part of the sheet, as wide as it, that is drawn on.
pub(super) struct Strip {
    /// Rows of red, green and blue.
    pixels: Vec<[u8; 3]>,
    height: u32,
}

impl Strip {
    /// An empty one.
    pub(super) fn new(height: u32) -> Self {
        Self {
            pixels: vec![GROUND.to_be_bytes(); (WIDTH * height) as usize],
            height,
        }
    }

    /// How many rows it has.
    pub(super) const fn height(&self) -> u32 {
        self.height
    }

    /// Its pixels as a PNG has them.
    pub(super) fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Fills a rectangle.
    pub(super) fn area(&mut self, (x, y): (u32, u32), (width, height): (u32, u32), colour: Rgb888) {
        let area = Rectangle::new(point(x, y), Size::new(width, height));
        let Ok(()) = self.fill_solid(&area, colour);
    }

    /// Writes, from a point to the right and below it.
    pub(super) fn text(&mut self, (x, y): (u32, u32), text: &str, colour: Rgb888) {
        let style = MonoTextStyle::new(&FONT_6X10, colour);
        let Ok(_) = Text::with_baseline(text, point(x, y), style, Baseline::Top).draw(self);
    }

    /// A picture of [`PICTURE`]'s width, rows of RGB.
    pub(super) fn picture(&mut self, (x, y): (u32, u32), rgb: &[u8]) {
        let picture = ImageRaw::<Rgb888>::new(rgb, PICTURE.width);
        let Ok(()) = Image::new(&picture, point(x, y)).draw(self);
    }
}

impl OriginDimensions for Strip {
    fn size(&self) -> Size {
        Size::new(WIDTH, self.height)
    }
}

impl DrawTarget for Strip {
    type Color = Rgb888;
    type Error = Infallible;

    /// Draws what of the pixels lies inside.
    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Rgb888>>,
    {
        for Pixel(at, colour) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y))
                && x < WIDTH
                && let Some(pixel) = self
                    .pixels
                    .get_mut(y as usize * WIDTH as usize + x as usize)
            {
                *pixel = colour.to_be_bytes();
            }
        }
        Ok(())
    }
}

fn point(x: u32, y: u32) -> Point {
    Point::new(x.cast_signed(), y.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut strip = Strip::new(6);
        strip.text((WIDTH - 5, 0), "wide text\nof two lines", INK);
        strip.area((WIDTH - 2, 4), (50, 50), SHOWN);
        strip.picture((WIDTH - 1, 5), &[7; 128 * 3 * 3]);
        let size = strip.bytes().len();
        assert_eq!(size, (WIDTH * 6 * 3) as usize);
        assert_eq!(strip.bytes()[size - 6..], [60, 190, 90, 7, 7, 7]);
        assert_eq!(strip.pixels[5 * WIDTH as usize], GROUND.to_be_bytes());
    }

    #[test]
    fn letters_beyond_ascii_are_shown() {
        let drawn = |text: &str| {
            let mut strip = Strip::new(LINE);
            strip.text((2, 2), text, INK);
            strip.pixels
        };
        for (n, text) in ["Größe", "Große", "Grosse", "Gr\u{4e00}ße"]
            .iter()
            .enumerate()
        {
            for other in ["Größe", "Große", "Grosse", "Gr\u{4e00}ße"]
                .iter()
                .skip(n + 1)
            {
                assert_ne!(drawn(text), drawn(other), "{text} {other}");
            }
        }
    }
}
