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

/// Every second row of a block is read: there are far more than are needed.
const EVERY: usize = 2;
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
        ((self.dd + shifted + crossed) / (BLOCK * BLOCK / EVERY) as f32).max(0.0)
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
    let (mut sx, mut sy, mut sd) = (0, 0, 0);
    for row in (0..BLOCK).step_by(EVERY) {
        let line = |luma: &[u8], x: usize, y: usize| -> [i16; BLOCK] {
            let mut out = [0; BLOCK];
            for (out, luma) in out.iter_mut().zip(&luma[y * FRAME_WIDTH + x..][..BLOCK]) {
                *out = i16::from(*luma);
            }
            out
        };
        let old = |right: usize, down: usize| {
            line(&before.luma, from_x + right - 1, from_y + row + down - 1)
        };
        let new = |right: usize, down: usize| line(&now.luma, x + right - 1, y + row + down - 1);
        let gx = plus(minus(old(2, 1), old(0, 1)), minus(new(2, 1), new(0, 1)));
        let gy = plus(minus(old(1, 2), old(1, 0)), minus(new(1, 2), new(1, 0)));
        let d = minus(new(1, 1), old(1, 1));
        xx += dot(gx, gx);
        xy += dot(gx, gy);
        yy += dot(gy, gy);
        xd += dot(gx, d);
        yd += dot(gy, d);
        dd += dot(d, d);
        sx += total(gx);
        sy += total(gy);
        sd += total(d);
    }
    // Without the block's mean: light that changes moves nothing.
    let pixels = (BLOCK * BLOCK / EVERY) as f32;
    let less = |sum: i32, a: i32, b: i32| sum as f32 - a as f32 * b as f32 / pixels;
    Some(Sums {
        xx: less(xx, sx, sx),
        xy: less(xy, sx, sy),
        yy: less(yy, sy, sy),
        xd: less(xd, sx, sd),
        yd: less(yd, sy, sd),
        dd: less(dd, sd, sd),
    })
}

fn total(a: [i16; BLOCK]) -> i32 {
    a.into_iter().map(i32::from).sum()
}

fn plus(a: [i16; BLOCK], b: [i16; BLOCK]) -> [i16; BLOCK] {
    std::array::from_fn(|n| a[n] + b[n])
}

fn minus(a: [i16; BLOCK], b: [i16; BLOCK]) -> [i16; BLOCK] {
    std::array::from_fn(|n| a[n] - b[n])
}

fn dot(a: [i16; BLOCK], b: [i16; BLOCK]) -> i32 {
    (0..BLOCK).map(|n| i32::from(a[n]) * i32::from(b[n])).sum()
}
