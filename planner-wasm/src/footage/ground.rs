//! Writing on a ground that changes evenly, as title cards have it: a slope of colour from side to
//! side, a spot of light in the middle.
//!
//! The ground is a surface of second order, fitted to the pixels that lie on it, one from each block. What is filmed before a
//! clear sky or an even wall lies on such a surface too, but touches the border of the picture, or has
//! no gaps through which the ground shows as it does between letters.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size, whose counts are far below 2^24"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH};
use super::picture::{BLOCK, BLOCK_TOP, BLOCKS, BLOCKS_ACROSS, PIXELS, Picture};
use super::quality::rise;
use super::tones;

/// Coefficients of a surface: of 1, x, y, x², xy, y² and r⁴, where x and y run from −1 to 1 and r is the
/// distance from the middle in halves of the width.
const TERMS: usize = 7;
/// Square of the height of pictures, mostly, where their width is 1.
const TALL: f32 = 81.0 / 256.0;
/// Rounds of fitting, each to the pixels that the one before left near the surface.
const NEAR: [f32; 4] = [60.0, 20.0, 8.0, 4.0];
/// Share of pixels near the surface without which there is no ground.
const LEAST_NEAR: f32 = 0.5;
/// Difference of luma up to which a pixel is ground, and from which it is ink.
const ON_GROUND: f32 = 5.0;
const INK: f32 = 14.0;
/// Rows at the top and the bottom that are border, and pixels at both ends of the others.
const EDGE: usize = 2;
/// A row is written on with so many strokes...
const STROKES: usize = 4;
/// ... and this share of ground between the first and the last of them.
const GAPS: f32 = 0.3;
/// Rows that are written on, from no writing to surely some.
const ROWS: [f32; 2] = [2.0, 4.0];
/// Share of ground in all, from no card to surely one.
const SHARE: [f32; 2] = [0.45, 0.6];
/// The same where the ground is so dark that it may be the night around what is lit.
const DARK_SHARE: [f32; 2] = [0.88, 0.95];
/// A ground of no more mean luma is dark.
const DARK: f32 = 40.0;
/// Share of the border of the picture that is ground: between these it counts more and more.
const BORDER: [f32; 2] = [0.92, 0.98];

/// A ground that changes evenly. Both are 0 to 1, and 0 without a ground.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Ground {
    /// Share of the picture that is ground.
    pub(super) share: f32,
    /// Whether it is dark all over.
    pub(super) is_dark: bool,
    /// How surely it is written on.
    pub(super) writing: f32,
}

/// The ground of a picture.
pub(super) fn of(picture: &Picture) -> Ground {
    let Some(surface) = fitted(picture) else {
        return Ground::default();
    };
    let (mut ground, mut rows) = (0_usize, 0_usize);
    let (mut border_ground, mut border) = (0_usize, 0_usize);
    for y in 0..FRAME_HEIGHT {
        let line = &picture.luma[y * FRAME_WIDTH..][..FRAME_WIDTH];
        let edge_row = y < EDGE || y + EDGE >= FRAME_HEIGHT;
        let row = Row::of(line, &surface, y);
        ground += row.ground;
        rows += usize::from(row.is_written());
        let (on, all) = if edge_row {
            (row.ground, line.len())
        } else {
            (row.ends, 2 * EDGE)
        };
        (border_ground, border) = (border_ground + on, border + all);
    }
    let share = |part: usize, whole: usize| part as f32 / whole as f32;
    let within = |value: f32, [low, high]: [f32; 2]| rise(value, low, high);
    let is_dark = surface.mean() <= DARK;
    let least = if is_dark { DARK_SHARE } else { SHARE };
    let rows = within(rows as f32, ROWS);
    let mut writing =
        within(share(ground, PIXELS), least) * within(share(border_ground, border), BORDER) * rows;
    if !is_dark && rows > writing && share(ground, PIXELS) >= LEAST_NEAR {
        // Letters that reach over the border, if there is nothing but ground and ink.
        writing = writing
            .max(rows * tones::on_slope(&picture.luma, &above(picture, &surface), ON_GROUND));
    }
    Ground {
        share: share(ground, PIXELS),
        is_dark,
        writing,
    }
}

/// By how much each pixel's luma is above the ground.
fn above(picture: &Picture, surface: &Surface) -> Vec<f32> {
    let rows = picture.luma.chunks_exact(FRAME_WIDTH).enumerate();
    rows.flat_map(|(y, row)| {
        let slope = surface.along(y);
        (0..)
            .zip(row)
            .map(move |(x, luma)| f32::from(*luma) - slope.at(x))
    })
    .collect()
}

/// What is found in one row.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    ground: usize,
    /// Ground of the pixels at both ends.
    ends: usize,
    strokes: usize,
    /// Pixels from the first ink to the last, and ground among them.
    span: usize,
    gaps: usize,
}

impl Row {
    fn of(line: &[u8], surface: &Surface, y: usize) -> Self {
        let mut row = Self::default();
        let mut in_ink = false;
        // Ground since the last ink, and pixels since the first.
        let (mut since, mut length) = (0, 0);
        let slope = surface.along(y);
        for (x, luma) in line.iter().enumerate() {
            let off = libm::fabsf(f32::from(*luma) - slope.at(x));
            let on_ground = off <= ON_GROUND;
            row.ground += usize::from(on_ground);
            if x < EDGE || x + EDGE >= FRAME_WIDTH {
                row.ends += usize::from(on_ground);
            }
            if row.strokes > 0 {
                length += 1;
                since += usize::from(on_ground);
            }
            if off >= INK {
                row.strokes += usize::from(!in_ink);
                in_ink = true;
                (row.span, row.gaps) = (length, since);
            } else if on_ground {
                in_ink = false;
            }
        }
        row
    }

    fn is_written(&self) -> bool {
        self.strokes >= STROKES && self.gaps as f32 >= GAPS * self.span as f32
    }
}

/// Luma over the picture.
#[derive(Debug, Clone, Copy)]
struct Surface([f32; TERMS]);

/// Luma over a row: of 1 and x up to x⁴.
#[derive(Debug, Clone, Copy)]
struct Slope([f32; 5]);

fn terms(x: f32, y: f32) -> [f32; TERMS] {
    let r2 = x * x + TALL * y * y;
    [1.0, x, y, x * x, x * y, y * y, r2 * r2]
}

/// −1 to 1 over the width.
fn across(x: f32) -> f32 {
    x / (FRAME_WIDTH as f32 / 2.0) - 1.0
}

/// −1 to 1 over the height.
fn down(y: f32) -> f32 {
    y / (FRAME_HEIGHT as f32 / 2.0) - 1.0
}

impl Surface {
    fn at(&self, terms: &[f32; TERMS]) -> f32 {
        self.0.iter().zip(terms).map(|(a, b)| a * b).sum()
    }

    fn along(&self, y: usize) -> Slope {
        let [one, x, y1, xx, xy, yy, rr] = self.0;
        let y = down(y as f32 + 0.5);
        let tall = TALL * y * y;
        Slope([
            one + y1 * y + yy * y * y + rr * tall * tall,
            x + xy * y,
            xx + 2.0 * rr * tall,
            0.0,
            rr,
        ])
    }

    /// Over the whole picture.
    fn mean(&self) -> f32 {
        // The mean of a square from −1 to 1 is a third, and that of a fourth power a fifth.
        let fourth = (1.0 + TALL * TALL) / 5.0 + 2.0 * TALL / 9.0;
        self.0[0] + (self.0[3] + self.0[5]) / 3.0 + fourth * self.0[6]
    }
}

impl Slope {
    fn at(&self, x: usize) -> f32 {
        let x = across(x as f32 + 0.5);
        self.0.iter().rev().fold(0.0, |sum, part| sum * x + part)
    }
}

/// The surface that most pixels lie on, if most do.
fn fitted(picture: &Picture) -> Option<Surface> {
    let (mut places, mut lumas) = ([[0.0; TERMS]; BLOCKS], [0.0; BLOCKS]);
    for (n, (place, luma)) in places.iter_mut().zip(&mut lumas).enumerate() {
        // Not always the same place in the block, or lines of writing might hit all of them.
        let x = n % BLOCKS_ACROSS * BLOCK + n * 5 % BLOCK;
        let y = BLOCK_TOP + n / BLOCKS_ACROSS * BLOCK + n * 3 % BLOCK;
        *luma = f32::from(picture.luma[y * FRAME_WIDTH + x]);
        *place = terms(across(x as f32 + 0.5), down(y as f32 + 0.5));
    }
    let mut sorted = lumas;
    sorted.sort_unstable_by(f32::total_cmp);
    let mut surface = Surface([sorted[BLOCKS / 2], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    for near in NEAR {
        let mut equations = [[0.0_f32; TERMS + 1]; TERMS];
        let mut count = 0_u32;
        for (place, luma) in places.iter().zip(&lumas) {
            if libm::fabsf(luma - surface.at(place)) > near {
                continue;
            }
            count += 1;
            for (row, term) in equations.iter_mut().zip(place) {
                for (sum, other) in row.iter_mut().zip(place.iter().chain([luma])) {
                    *sum += term * other;
                }
            }
        }
        if (count as f32) < LEAST_NEAR * BLOCKS as f32 {
            return None;
        }
        surface = Surface(solved(equations)?);
    }
    Some(surface)
}

/// Elimination without pivots: the equations of least squares are positive definite.
fn solved(mut rows: [[f32; TERMS + 1]; TERMS]) -> Option<[f32; TERMS]> {
    for n in 0..TERMS {
        let pivot = rows[n];
        if pivot[n] <= 1e-3 {
            return None;
        }
        for row in &mut rows[n + 1..] {
            let factor = row[n] / pivot[n];
            for (value, above) in row.iter_mut().zip(&pivot) {
                *value -= factor * above;
            }
        }
    }
    let mut out = [0.0_f32; TERMS];
    for n in (0..TERMS).rev() {
        let known: f32 = (n + 1..TERMS).map(|k| rows[n][k] * out[k]).sum();
        out[n] = (rows[n][TERMS] - known) / rows[n][n];
    }
    Some(out)
}
