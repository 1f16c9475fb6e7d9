//! Pictures that carry numbers: which clip they are from and which of its frames they are.
//!
//! The middle of the picture is a square of 6 × 6 cells, black or white, half as wide as the
//! picture's shorter side: it survives cropping to other shapes, scaling and lossy coding. The
//! frame number is Gray-coded, so that neighbouring frames look alike; the ground is of a colour
//! that only the clip has, so that a cut is seen.

/// Cells along each side of the square.
const CELLS: usize = 6;
/// Luma of a cell that is set, and of one that is not.
const WHITE: u8 = 220;
const BLACK: u8 = 30;

/// What a picture says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// The clip's number.
    pub clip: u8,
    /// The frame's number in its clip, from 0.
    pub frame: u16,
}

impl Code {
    fn bits(self) -> u64 {
        let gray = u64::from(self.frame ^ (self.frame >> 1));
        let payload = u64::from(self.clip) | gray << 8;
        let check = (0..6).map(|i| payload >> (4 * i)).fold(0, |a, b| a ^ b) & 15;
        payload | check << 24
    }

    /// The picture as planes of YUV 4:4:4.
    #[must_use]
    pub fn paint(self, width: usize, height: usize) -> Vec<u8> {
        let id = usize::from(self.clip);
        let ground = [40 + id * 67 % 160, 48 + id * 97 % 160, 48 + id * 131 % 160];
        let mut planes: Vec<u8> = ground
            .iter()
            .flat_map(|level| std::iter::repeat_n(*level as u8, width * height))
            .collect();
        let bits = self.bits();
        let side = width.min(height) as f64 / 2.0;
        let (left, top) = ((width as f64 - side) / 2.0, (height as f64 - side) / 2.0);
        for y in 0..height {
            for x in 0..width {
                let cell = |at: usize, from: f64| (at as f64 + 0.5 - from) * CELLS as f64 / side;
                let (column, row) = (cell(x, left), cell(y, top));
                let inside = 0.0..CELLS as f64;
                if inside.contains(&column) && inside.contains(&row) {
                    let bit = row as usize * CELLS + column as usize;
                    let at = y * width + x;
                    planes[at] = if bits >> bit & 1 == 1 { WHITE } else { BLACK };
                    planes[width * height + at] = 128;
                    planes[2 * width * height + at] = 128;
                }
            }
        }
        planes
    }

    /// Reads the picture back from its luma, `width` × `height`, when a source whose shape is
    /// `source` was cropped to fill it. `None` if the check does not hold.
    #[must_use]
    pub fn read(
        luma: &[u8],
        (width, height): (usize, usize),
        source: (usize, usize),
    ) -> Option<Self> {
        let scale = (width as f64 / source.0 as f64).max(height as f64 / source.1 as f64);
        let side = scale * source.0.min(source.1) as f64 / 2.0;
        let (left, top) = ((width as f64 - side) / 2.0, (height as f64 - side) / 2.0);
        let mut bits = 0_u64;
        for bit in 0..CELLS * CELLS {
            let middle = |cell: usize, from: f64| {
                (from + (cell as f64 + 0.5) * side / CELLS as f64) as usize
            };
            let (x, y) = (middle(bit % CELLS, left), middle(bit / CELLS, top));
            bits |= u64::from(*luma.get(y * width + x)? > 125) << bit;
        }
        let gray = (bits >> 8) as u16;
        let frame = [8, 4, 2, 1].iter().fold(gray, |n, by| n ^ (n >> by));
        let code = Self {
            clip: bits as u8,
            frame,
        };
        (code.bits() == bits).then_some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_picture_reads_back_as_what_was_painted(clip in any::<u8>(), frame in any::<u16>()) {
            let code = Code { clip, frame };
            let picture = code.paint(96, 54);
            prop_assert_eq!(Code::read(&picture, (96, 54), (96, 54)), Some(code));
        }
    }

    #[test]
    fn a_picture_without_a_code_reads_as_none() {
        assert_eq!(Code::read(&[200; 96 * 54], (96, 54), (96, 54)), None);
        assert_eq!(Code::read(&[], (96, 54), (96, 54)), None);
    }
}
