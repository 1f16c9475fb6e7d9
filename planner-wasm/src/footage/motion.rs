//! How the picture moves from one frame to the next: the camera's shift, and what moves besides.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a kernel over arrays of fixed size, whose offsets stay inside the picture"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH};
use super::picture::{BLOCK, BLOCK_TOP, BLOCKS, BLOCKS_ACROSS, Picture};
use super::subpixel::refine;

/// Largest sideways shift looked for, in pixels: 15 % of the width between two frames.
const MAX_ACROSS: usize = 24;
/// Largest shift up or down looked for, in pixels.
const MAX_DOWN: usize = 16;
/// A shift must bring the projections at least this much closer than none does, in sixteenths.
const BETTER: i64 = 12;
/// A shift must improve more than this many times the blocks that it worsens...
const TRUSTED: u32 = 2;
/// ... and at least one in so many of all...
const FEW: u32 = 5;
/// ... or blocks in this share of the columns, since a subject hardly is as wide.
const WIDE: [usize; 2] = [3, 4];
/// Luma difference per pixel of a block that is taken for noise.
const NOISE: f32 = 2.5;
/// Sum of luma differences of a block below which it is all but the same: a quarter per pixel, less
/// than a camera's noise leaves.
const SAME: u32 = 16;

/// A measure of each block.
type Blocks = [u32; BLOCKS];

/// The movement between two pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Motion {
    /// The camera's shift of the picture to the right and down, in pixels; none if what moves in
    /// the picture leaves it in doubt.
    pub(super) shift: Option<[f32; 2]>,
    /// Mean luma difference of the blocks that the shift leaves unexplained, above noise, 0 to 255.
    pub(super) local: f32,
    /// The same without taking noise off, under the shift or none, whichever leaves less.
    pub(super) residue: f32,
    /// Share of the blocks that are all but the same where they are, 0 to 1.
    pub(super) unchanged: f32,
}

impl Motion {
    /// A shift and the block differences that it leaves.
    fn new(shift: Option<[f32; 2]>, blocks: &[u32]) -> Self {
        let (mut local, mut residue, mut count) = (0.0_f32, 0.0_f32, 0_u32);
        for block in blocks.iter().filter(|block| **block != u32::MAX) {
            let difference = *block as f32 / (BLOCK * BLOCK) as f32;
            local += (difference - NOISE).max(0.0);
            residue += difference;
            count += 1;
        }
        let count = count.max(1) as f32;
        Self {
            shift,
            local: local / count,
            residue: residue / count,
            unchanged: 0.0,
        }
    }
}

/// The movement from `before` to `now`.
///
/// The camera's shift is where the projections of both on each axis fit best, on one of them or on
/// both, refined to a part of a pixel, and only if far more blocks fit better with it than without: a
/// subject that crosses a still picture is no camera movement.
pub(super) fn between(before: &Picture, now: &Picture) -> Motion {
    let still = block_differences(before, now, 0, 0);
    let whole = whole_shift(before, now, &still);
    let same = still.iter().filter(|block| **block < SAME).count();
    Motion {
        unchanged: same as f32 / still.len() as f32,
        ..under(before, now, whole, &still)
    }
}

/// The shift by whole pixels that leaves least: of the projections' on both axes, one or none. A
/// projection without much detail fits anywhere.
fn whole_shift(before: &Picture, now: &Picture, still: &Blocks) -> [isize; 2] {
    let dx = shift(&before.columns, &now.columns, MAX_ACROSS);
    let dy = shift(&before.rows, &now.rows, MAX_DOWN);
    if dx == 0 || dy == 0 {
        return [dx, dy];
    }
    let mut best = ([0, 0], Motion::new(None, still).residue);
    for [x, y] in [[dx, 0], [0, dy], [dx, dy]] {
        let left = Motion::new(None, &block_differences(before, now, x, y)).residue;
        if left < best.1 {
            best = ([x, y], left);
        }
    }
    best.0
}

/// The same with the shift by whole pixels and the block differences that none leaves.
fn under(before: &Picture, now: &Picture, whole: [isize; 2], still: &Blocks) -> Motion {
    let fine = refine(before, now, whole);
    let [dx, dy] = [0, 1].map(|axis| whole[axis] as f32 + fine.shift[axis]);
    let (xs, ys) = (neighbours(dx), neighbours(dy));
    if xs == [0, 0] && ys == [0, 0] {
        return Motion::new(Some([dx, dy]), still);
    }
    let mut shifted = [u32::MAX; BLOCKS];
    for (n, x) in xs.into_iter().enumerate() {
        for (m, y) in ys.into_iter().enumerate() {
            // A whole shift names the same neighbour twice.
            if (n == 1 && xs[0] == xs[1]) || (m == 1 && ys[0] == ys[1]) {
                continue;
            }
            let differences = block_differences(before, now, x, y);
            for (best, difference) in shifted.iter_mut().zip(&differences) {
                *best = (*best).min(*difference);
            }
        }
    }
    let (mut better, mut worse, mut inside) = (0, 0, 0);
    let mut columns = [false; BLOCKS_ACROSS];
    let margin = (BLOCK * BLOCK / 2) as u32;
    for (n, (still, shifted)) in still.iter().zip(&shifted).enumerate() {
        if *still != u32::MAX && *shifted != u32::MAX {
            inside += 1;
            columns[n % BLOCKS_ACROSS] |= *shifted + margin < *still;
            better += u32::from(*shifted + margin < *still);
            worse += u32::from(*still + margin < *shifted);
        }
    }
    let trusted = |better: u32, worse: u32| better > TRUSTED * worse && better * FEW >= inside;
    // Parts of a pixel hardly show in whole ones.
    let finely = whole == [0, 0] && trusted(fine.better, fine.worse);
    let wide = columns.iter().filter(|better| **better).count();
    let widely = better > TRUSTED * worse && WIDE[1] * wide >= WIDE[0] * BLOCKS_ACROSS;
    let moved = Motion::new(Some([dx, dy]), &shifted);
    if !finely && !widely && !trusted(better, worse) {
        // Not enough to say that the camera moved; enough to doubt a cut.
        let still = Motion::new(None, still);
        return Motion {
            residue: still.residue.min(moved.residue),
            ..still
        };
    }
    moved
}

/// The whole shifts around a shift; both the same when it is nearly whole.
fn neighbours(shift: f32) -> [isize; 2] {
    let near = libm::roundf(shift);
    if (shift - near).abs() < 0.15 {
        [near as isize; 2]
    } else {
        let low = libm::floorf(shift) as isize;
        [low, low + 1]
    }
}

/// By how many entries `now` is `before` moved towards higher indices, within ±`most`; 0 if no
/// shift fits clearly better than none.
fn shift(before: &[i32], now: &[i32], most: usize) -> isize {
    let cost = |shift: isize| {
        let by = shift.unsigned_abs();
        let (a, b) = if shift >= 0 {
            (&before[1..before.len() - by], &now[1 + by..])
        } else {
            (&before[1 + by..], &now[1..now.len() - by])
        };
        let sum: u32 = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).sum();
        i64::from(sum) * 256 / a.len() as i64
    };
    let still = cost(0);
    let (mut best, mut least) = (0, still);
    // From small to large, so that of equal fits the smallest shift is taken.
    for by in 1..=most as isize {
        for shift in [by, -by] {
            let cost = cost(shift);
            if cost < least {
                (best, least) = (shift, cost);
            }
        }
    }
    if least * 16 > still * BETTER { 0 } else { best }
}

/// Sums of absolute luma differences of each block of `now` and its place in `before` under the
/// shift; `u32::MAX` where that lies outside the picture.
fn block_differences(before: &Picture, now: &Picture, dx: isize, dy: isize) -> Blocks {
    let mut out = [u32::MAX; BLOCKS];
    for (n, out) in out.iter_mut().enumerate() {
        let (x, y) = (
            n % BLOCKS_ACROSS * BLOCK,
            BLOCK_TOP + n / BLOCKS_ACROSS * BLOCK,
        );
        let (from_x, from_y) = (x as isize - dx, y as isize - dy);
        let inside = (0..=(FRAME_WIDTH - BLOCK) as isize).contains(&from_x)
            && (0..=(FRAME_HEIGHT - BLOCK) as isize).contains(&from_y);
        if !inside {
            continue;
        }
        let (from_x, from_y) = (from_x as usize, from_y as usize);
        let mut sum = 0;
        for row in 0..BLOCK {
            let a = &before.luma[(from_y + row) * FRAME_WIDTH + from_x..][..BLOCK];
            let b = &now.luma[(y + row) * FRAME_WIDTH + x..][..BLOCK];
            sum += a
                .iter()
                .zip(b)
                .map(|(a, b)| u32::from(a.abs_diff(*b)))
                .sum::<u32>();
        }
        *out = sum;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use super::*;
    use proptest::prelude::*;

    fn picture(scene: &Scene) -> Picture {
        let mut picture = Picture::black();
        picture.fill(&scene.render());
        picture
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_camera_s_shift_is_found_to_a_fraction_of_a_pixel(
            dx in -20.0_f32..20.0,
            dy in -12.0_f32..12.0,
            world in 0..4_u32,
        ) {
            let still = Scene::of(world);
            let moved = Scene { camera: [dx, dy], ..still };
            let motion = between(&picture(&still), &picture(&moved));
            // Less than this may be too little to tell it from what moves in the picture.
            let little = dx.abs() < 0.75 && dy.abs() < 0.75;
            prop_assert!(motion.shift.is_some() || little, "{motion:?}");
            let [x, y] = motion.shift.unwrap_or([dx, dy]);
            prop_assert!((x - dx).abs() < 0.2 && (y - dy).abs() < 0.2, "{motion:?}");
        }
    }

    #[test]
    fn a_subject_that_moves_is_no_camera_movement() {
        let [before, now] = [40.0, 48.0].map(|left| Scene {
            square: Some(left),
            ..Scene::of(1)
        });
        let motion = between(&picture(&before), &picture(&now));
        let [x, y] = motion.shift.unwrap_or_default();
        assert!(x.abs() < 0.2 && y.abs() < 0.2, "{motion:?}");
        assert!(motion.local > 0.5, "{motion:?}");
    }

    #[test]
    fn little_that_moves_is_the_camera_s_if_it_is_all_over_the_width() {
        // A plain wall with eighteen specks of a block each, in as many columns or side by side.
        let specks = |across: usize, moved: usize| {
            let mut rgb = vec![120; FRAME_WIDTH * FRAME_HEIGHT * 3];
            for n in 0..18 {
                let (column, row) = (n % across, n / across);
                for at in 0..BLOCK * BLOCK {
                    let (x, y) = (at % BLOCK, at / BLOCK);
                    let (x, y) = (column * BLOCK + x + moved, 12 + row * BLOCK + y);
                    let light = (40 + (at * at + 7 * n) % 160) as u8;
                    rgb[(y * FRAME_WIDTH + x) * 3..][..3].fill(light);
                }
            }
            let mut picture = Picture::black();
            picture.fill(&rgb);
            picture
        };
        let shift = |across| between(&specks(across, 1), &specks(across, 4)).shift;
        let [x, y] = shift(18).unwrap_or_default();
        assert!((x - 3.0).abs() < 0.3 && y.abs() < 0.3, "{x}, {y}");
        assert_eq!(shift(6), None);
    }

    #[test]
    fn a_change_of_light_is_no_camera_movement() {
        let [before, now] = [1.0, 0.8].map(|gain| Scene {
            gain,
            ..Scene::of(1)
        });
        let motion = between(&picture(&before), &picture(&now));
        let [x, y] = motion.shift.unwrap_or_default();
        assert!(x.abs() < 0.3 && y.abs() < 0.3, "{motion:?}");
    }
}
