//! A picture that is drawn on: areas, lines and small letters.

/// Width of a letter with the gap behind it, in pixels.
pub(super) const LETTER: usize = 8;
/// Height of a line of text with the gap below it, in pixels.
pub(super) const LINE: usize = 14;
/// Pixels that a dot of a letter takes on each side.
const DOT: usize = 2;

/// Letters of three by five dots: five rows of three bits, the upper first, each an octal digit.
const LETTERS: &[(char, u16)] = &[
    ('A', 0o25755),
    ('B', 0o65656),
    ('C', 0o34443),
    ('D', 0o65556),
    ('E', 0o74647),
    ('F', 0o74644),
    ('G', 0o34553),
    ('H', 0o55755),
    ('I', 0o72227),
    ('J', 0o11152),
    ('K', 0o55655),
    ('L', 0o44447),
    ('M', 0o57755),
    ('N', 0o65555),
    ('O', 0o25552),
    ('P', 0o65644),
    ('Q', 0o25563),
    ('R', 0o65655),
    ('S', 0o34216),
    ('T', 0o72222),
    ('U', 0o55557),
    ('V', 0o55552),
    ('W', 0o55775),
    ('X', 0o55255),
    ('Y', 0o55222),
    ('Z', 0o71247),
    ('0', 0o75557),
    ('1', 0o26227),
    ('2', 0o61247),
    ('3', 0o71317),
    ('4', 0o55711),
    ('5', 0o74616),
    ('6', 0o34757),
    ('7', 0o71222),
    ('8', 0o75757),
    ('9', 0o75716),
    ('.', 0o00002),
    (',', 0o00024),
    (':', 0o02020),
    ('-', 0o00700),
    ('_', 0o00007),
    ('/', 0o11244),
    ('%', 0o51245),
    ('(', 0o24442),
    (')', 0o21112),
];

/// Red, green and blue.
pub(super) type Colour = [u8; 3];

/// A picture, rows of RGB.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) bytes: Vec<u8>,
}

impl Canvas {
    /// An even picture.
    pub(super) fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self {
            width,
            height,
            bytes: colour.repeat(width * height),
        }
    }

    /// Paints what of an area lies inside.
    pub(super) fn area(&mut self, (x, y): (usize, usize), (w, h): (usize, usize), colour: Colour) {
        let (left, right) = (x.min(self.width), (x + w).min(self.width));
        for row in y..(y + h).min(self.height) {
            let start = (row * self.width + left) * 3;
            let end = (row * self.width + right) * 3;
            for pixel in self
                .bytes
                .get_mut(start..end)
                .unwrap_or_default()
                .chunks_mut(3)
            {
                pixel.copy_from_slice(&colour);
            }
        }
    }

    /// Copies a picture of `width`, rows of RGB, to a place.
    pub(super) fn picture(&mut self, (x, y): (usize, usize), width: usize, rgb: &[u8]) {
        let room = width.min(self.width.saturating_sub(x)) * 3;
        for (row, line) in (y..self.height).zip(rgb.chunks_exact(width * 3)) {
            let start = (row * self.width + x) * 3;
            if let (Some(into), Some(from)) =
                (self.bytes.get_mut(start..start + room), line.get(..room))
            {
                into.copy_from_slice(from);
            }
        }
    }

    /// Writes a line; letters that are not known leave a gap. Gives back where it ends.
    pub(super) fn text(&mut self, (x, y): (usize, usize), text: &str, colour: Colour) -> usize {
        let mut left = x;
        for letter in text.chars() {
            let letter = letter.to_ascii_uppercase();
            let known = LETTERS.iter().find(|(of, _)| *of == letter);
            let dots = known.map_or(0, |(_, dots)| *dots);
            for dot in (0..15).filter(|dot| dots & (1 << (14 - dot)) != 0) {
                let place = (left + dot % 3 * DOT, y + dot / 3 * DOT);
                self.area(place, (DOT, DOT), colour);
            }
            left += LETTER;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut canvas = Canvas::new(10, 6, [0; 3]);
        canvas.text((5, 0), "WIDE TEXT", [1; 3]);
        canvas.area((8, 4), (50, 50), [255; 3]);
        canvas.picture((9, 5), 4, &[7; 4 * 3 * 3]);
        assert_eq!(canvas.bytes.len(), 10 * 6 * 3);
        assert_eq!(canvas.bytes[(4 * 10 + 8) * 3], 255);
        assert_eq!(canvas.bytes[(5 * 10 + 9) * 3], 7);
    }

    #[test]
    fn every_letter_differs_and_a_t_looks_like_one() {
        for (n, (_, dots)) in LETTERS.iter().enumerate() {
            assert!(LETTERS.iter().skip(n + 1).all(|(_, other)| other != dots));
        }
        let mut canvas = Canvas::new(6, 10, [0; 3]);
        canvas.text((0, 0), "t", [9; 3]);
        let row = |y: usize| -> Vec<u8> { (0..6).map(|x| canvas.bytes[(y * 6 + x) * 3]).collect() };
        assert_eq!(row(0), [9; 6]);
        assert_eq!(row(6), [0, 0, 9, 9, 0, 0]);
    }
}
