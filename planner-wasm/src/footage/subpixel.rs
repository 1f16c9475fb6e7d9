//! The camera's shift to a small part of a pixel, given the nearest whole one.
//!
//! Least squares on the gradient, after Lucas and Kanade (1981), over the blocks of the picture, each
//! weighted by how well the shift explains it, so that what moves by itself hardly counts.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a kernel over arrays of fixed size, whose offsets stay inside the picture"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH};
use super::picture::{BLOCK, BLOCK_TOP, BLOCKS, BLOCKS_ACROSS, Picture};

/// Rounds of weighting; the weights settle after two or three.
const ROUNDS: usize = 4;
/// Squared luma difference per pixel that is as good as none: noise.
const NOISE: f32 = 4.0;
/// No shift differs more from the whole one: beyond it the gradient says nothing.
const MOST: f32 = 1.0;
/// A block is better explained if so little of its squared difference is left, and worse if so
/// little of what is left was there before.
const EXPLAINED: f32 = 0.75;

/// Sums over a block: products of the gradient along both axes, of each with the difference of the
/// pictures, and of that with itself. The gradient is that of both pictures together, over two pixels
/// each: four times the slope of a pixel.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    xx: f32,
    xy: f32,
    yy: f32,
    xd: f32,
    yd: f32,
    dd: f32,
}

impl Sums {
    /// Squared difference per pixel that a shift by `[x, y]` would leave.
    fn left(&self, [x, y]: [f32; 2]) -> f32 {
        let (x, y) = (x / 4.0, y / 4.0);
        let shifted = x * x * self.xx + 2.0 * x * y * self.xy + y * y * self.yy;
        let crossed = 2.0 * (x * self.xd + y * self.yd);
        ((self.dd + shifted + crossed) / (BLOCK * BLOCK) as f32).max(0.0)
    }
}

/// What is left to shift, and how many blocks it explains better and worse than the whole shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fine {
    /// To the right and down, in pixels, each from −1 to 1.
    pub(super) shift: [f32; 2],
    pub(super) better: u32,
    pub(super) worse: u32,
}

/// Refines the shift of `now` against `before` by whole pixels to the right and down.
pub(super) fn refine(before: &Picture, now: &Picture, whole: [isize; 2]) -> Fine {
    let mut blocks = [Sums::default(); BLOCKS];
    let mut inside = 0;
    for n in 0..BLOCKS {
        if let Some(sums) = sums(before, now, n, whole) {
            blocks[inside] = sums;
            inside += 1;
        }
    }
    let blocks = &blocks[..inside];
    let mut shift = [0.0_f32; 2];
    for _ in 0..ROUNDS {
        let mut all = Sums::default();
        for block in blocks {
            let weight = 1.0 / (NOISE + block.left(shift));
            all.xx += weight * block.xx;
            all.xy += weight * block.xy;
            all.yy += weight * block.yy;
            all.xd += weight * block.xd;
            all.yd += weight * block.yd;
        }
        shift = solved(&all);
    }
    let (mut better, mut worse) = (0, 0);
    for block in blocks {
        let (before, after) = (NOISE + block.left([0.0; 2]), NOISE + block.left(shift));
        better += u32::from(after < EXPLAINED * before);
        worse += u32::from(before < EXPLAINED * after);
    }
    Fine {
        shift,
        better,
        worse,
    }
}

/// The shift that leaves least. An axis without any gradient gets none.
fn solved(sums: &Sums) -> [f32; 2] {
    // A little is added to the gradient, for pictures without any.
    let (xx, yy) = (sums.xx + 1.0, sums.yy + 1.0);
    let determinant = xx * yy - sums.xy * sums.xy;
    if determinant <= 0.01 * xx * yy {
        return [0.0; 2];
    }
    let x = (sums.xy * sums.yd - yy * sums.xd) / determinant;
    let y = (sums.xy * sums.xd - xx * sums.yd) / determinant;
    [4.0 * x, 4.0 * y].map(|shift| shift.clamp(-MOST, MOST))
}

/// The sums of block `n` of `now`; none where it or its surroundings come from outside of `before`.
fn sums(before: &Picture, now: &Picture, n: usize, [dx, dy]: [isize; 2]) -> Option<Sums> {
    let (x, y) = (
        n % BLOCKS_ACROSS * BLOCK,
        BLOCK_TOP + n / BLOCKS_ACROSS * BLOCK,
    );
    let (from_x, from_y) = (x as isize - dx, y as isize - dy);
    let across = 1..=(FRAME_WIDTH - BLOCK - 1) as isize;
    let down = 1..=(FRAME_HEIGHT - BLOCK - 1) as isize;
    if !across.contains(&from_x)
        || !down.contains(&from_y)
        || !across.contains(&(x as isize))
        || !down.contains(&(y as isize))
    {
        return None;
    }
    let (from_x, from_y) = (from_x as usize, from_y as usize);
    let (mut xx, mut xy, mut yy, mut xd, mut yd, mut dd) = (0, 0, 0, 0, 0, 0);
    for row in 0..BLOCK {
        let line = |luma: &[u8], x: usize, y: usize| -> [i32; BLOCK + 2] {
            let mut out = [0; BLOCK + 2];
            let from = &luma[y * FRAME_WIDTH + x - 1..][..BLOCK + 2];
            for (out, luma) in out.iter_mut().zip(from) {
                *out = i32::from(*luma);
            }
            out
        };
        let (a, b) = (from_y + row, y + row);
        let old = [a - 1, a, a + 1].map(|y| line(&before.luma, from_x, y));
        let new = [b - 1, b, b + 1].map(|row| line(&now.luma, x, row));
        for k in 1..=BLOCK {
            let gx = old[1][k + 1] - old[1][k - 1] + new[1][k + 1] - new[1][k - 1];
            let gy = old[2][k] - old[0][k] + new[2][k] - new[0][k];
            let d = new[1][k] - old[1][k];
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
            xd += gx * d;
            yd += gy * d;
            dd += d * d;
        }
    }
    let [xx, xy, yy, xd, yd, dd] = [xx, xy, yy, xd, yd, dd].map(|sum: i32| sum as f32);
    Some(Sums {
        xx,
        xy,
        yy,
        xd,
        yd,
        dd,
    })
}
