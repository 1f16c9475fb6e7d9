//! Text over the picture: subtitles, names, titles.
//!
//! What is written stays where it is while the picture behind it moves. In the mean of the latest pictures
//! what moves is blurred and text is not. Its strokes are darker or brighter than what lies on both sides
//! of them, by more than their pixels usually change; they stand close together along a line, and there is
//! hardly any stroke right above and right below the line. Foliage, fences, cloth and windows have strokes
//! too, but not in lines with nothing above and below. Letters are mostly white, so bright strokes are looked
//! at by themselves as well: in lines, they are text even before leaves or where nothing moves.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size; luma in 16ths and counts of pixels fit their types"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH};
use super::picture::PIXELS;
use super::quality::rise;

/// Means are kept in fractions of this many bits.
const FINE: u32 = 4;
/// Each picture's share in the means, as a power of a half: those of about the last quarter of a second
/// count most.
const SHARE: u32 = 2;
/// Distances to both sides at which a stroke is told from its ground, in pixels.
const SIDES: [usize; 2] = [2, 4];
/// Least contrast of a stroke.
const CONTRAST: u8 = 14;
/// From so much usual change on a pixel moves.
const MOVES: u8 = 8;
/// Width of the cells that strokes are counted in.
const CELL: usize = 8;
const CELLS: usize = FRAME_WIDTH / CELL;
/// Cells of a piece of a line.
const PIECE: usize = 4;
const PIECES: usize = CELLS - PIECE + 1;
/// Strokes in three rows of a piece from which it may be written; of bright ones alone half as many or so.
const DENSE: u8 = 20;
const DENSE_BRIGHT: u8 = 12;
/// Luma from which a stroke is bright.
const BRIGHT: u8 = 170;
/// Rows above and below a row of text within which two lie that have no stroke: where little moves and of bright
/// strokes, and where the picture moves, whose two lines of subtitles may have none between them.
const REACHES: [usize; 2] = [8, 9];
/// Share of the pieces of all rows that are written, from no text to surely some, where the picture moves.
const WRITTEN: [f32; 2] = [0.004, 0.011];
/// The same where it stands still, and what merely looks like text is as still, of all strokes and of bright
/// ones; and how sure it is then at most.
const WRITTEN_STILL: [f32; 2] = [0.015, 0.03];
const WRITTEN_BRIGHT: [f32; 2] = [0.02, 0.035];
const STILL: f32 = 0.5;
/// Share of the picture that moves, from none that tells to enough.
const MOVING: [f32; 2] = [0.1, 0.4];

/// The mean of the latest pictures, and how much each pixel usually differs from it.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    mean: Vec<i16>,
    change: Vec<i16>,
    /// Both, rounded down; room.
    level: Vec<u8>,
    unsteady: Vec<u8>,
    empty: bool,
}

impl Default for Writing {
    fn default() -> Self {
        Self {
            mean: vec![0; PIXELS],
            change: vec![0; PIXELS],
            level: vec![0; PIXELS],
            unsteady: vec![0; PIXELS],
            empty: true,
        }
    }
}

impl Writing {
    /// How surely something is written over the picture, 0 to 1, after another one, given as its luma;
    /// `anew` if it has nothing to do with those before.
    pub(super) fn push(&mut self, luma: &[u8], anew: bool) -> f32 {
        if anew || self.empty {
            self.empty = false;
            self.change.fill(0);
            for (mean, luma) in self.mean.iter_mut().zip(luma) {
                *mean = i16::from(*luma) << FINE;
            }
        } else {
            let means = self.mean.iter_mut().zip(&mut self.change);
            for ((mean, change), luma) in means.zip(luma) {
                let apart = (i16::from(*luma) << FINE) - *mean;
                *change += (apart.abs() - *change) >> SHARE;
                *mean += apart >> SHARE;
            }
        }
        let whole = |fine: &i16| (*fine >> FINE) as u8;
        for (level, mean) in self.level.iter_mut().zip(&self.mean) {
            *level = whole(mean);
        }
        for (unsteady, change) in self.unsteady.iter_mut().zip(&self.change) {
            *unsteady = whole(change);
        }
        let [written_still, written] = self.written(any_ink, DENSE);
        let [bright, _] = self.written(bright_ink, DENSE_BRIGHT);
        let moving = self.unsteady.iter().filter(|moves| **moves >= MOVES);
        let moving = moving.count() as f32 / PIXELS as f32;
        let sure = rise(written, WRITTEN[0], WRITTEN[1]) * rise(moving, MOVING[0], MOVING[1]);
        let still = rise(written_still, WRITTEN_STILL[0], WRITTEN_STILL[1]);
        let still = still.max(rise(bright, WRITTEN_BRIGHT[0], WRITTEN_BRIGHT[1]));
        sure.max(STILL * still)
    }

    /// Share of the pieces of all rows that are written with strokes of a kind: at least `dense` of them in
    /// three rows, and none within the one and the other reach above and below.
    fn written(&self, kind: fn(u8, u8, u8) -> u8, dense: u8) -> [f32; 2] {
        let mut strokes = [[0_u8; PIECES]; FRAME_HEIGHT];
        let levels = self.level.chunks_exact(FRAME_WIDTH);
        let rows = levels.zip(self.unsteady.chunks_exact(FRAME_WIDTH));
        for (counts, (level, unsteady)) in strokes.iter_mut().zip(rows) {
            *counts = in_pieces(&strokes_of(level, unsteady, kind));
        }
        let mut written = [0_u32; 2];
        for piece in 0..PIECES {
            let count = |row: usize| strokes.get(row).map_or(0, |row| row[piece]);
            let bare = |row: usize| count(row) + count(row + 1) == 0;
            let mut last_bare = None;
            // Text may touch the lower edge, and hardly ever does the upper one.
            let mut next_bare = (0..FRAME_HEIGHT).find(|row| bare(*row));
            for row in 1..FRAME_HEIGHT - 1 {
                if row >= 3 && bare(row - 3) {
                    last_bare = Some(row - 3);
                }
                if next_bare.is_some_and(|next| next < row + 2) {
                    next_bare = (row + 2..FRAME_HEIGHT).find(|row| bare(*row));
                }
                let dense = count(row - 1) + count(row) + count(row + 1) >= dense;
                for (written, reach) in written.iter_mut().zip(REACHES) {
                    let above = last_bare.is_some_and(|last| last + reach >= row);
                    let below = row + reach >= FRAME_HEIGHT
                        || next_bare.is_some_and(|next| next < row + reach);
                    *written += u32::from(dense && above && below);
                }
            }
        }
        written.map(|written| written as f32 / (PIECES * FRAME_HEIGHT) as f32)
    }
}

/// By how much a pixel is darker or brighter than both sides.
fn any_ink(middle: u8, left: u8, right: u8) -> u8 {
    let brighter = middle.saturating_sub(left.max(right));
    brighter.max(left.min(right).saturating_sub(middle))
}

/// By how much a bright pixel is brighter than both sides.
fn bright_ink(middle: u8, left: u8, right: u8) -> u8 {
    if middle < BRIGHT {
        return 0;
    }
    middle.saturating_sub(left.max(right))
}

/// 1 for each pixel of a row that is on a stroke.
fn strokes_of(level: &[u8], unsteady: &[u8], kind: fn(u8, u8, u8) -> u8) -> [u8; FRAME_WIDTH] {
    let mut strokes = [0_u8; FRAME_WIDTH];
    for side in SIDES {
        let left = &level[..FRAME_WIDTH - 2 * side];
        let right = &level[2 * side..];
        let middle = &level[side..FRAME_WIDTH - side];
        let least = &unsteady[side..FRAME_WIDTH - side];
        let sides = left.iter().zip(right);
        let pixels = middle.iter().zip(least).zip(sides);
        for (stroke, ((middle, unsteady), (left, right))) in strokes[side..].iter_mut().zip(pixels)
        {
            let least = CONTRAST.max(unsteady.saturating_mul(2));
            *stroke |= u8::from(kind(*middle, *left, *right) > least);
        }
    }
    strokes
}

/// How many strokes there are in each piece of a row.
fn in_pieces(strokes: &[u8; FRAME_WIDTH]) -> [u8; PIECES] {
    let mut cells = [0_u8; CELLS];
    for (cell, strokes) in cells.iter_mut().zip(strokes.chunks_exact(CELL)) {
        *cell = strokes.iter().sum();
    }
    let mut pieces = [0; PIECES];
    for (piece, cells) in pieces.iter_mut().zip(cells.windows(PIECE)) {
        *piece = cells.iter().sum();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::picture::Picture;
    use super::super::scene::{Scene, random};
    use super::*;
    use proptest::prelude::*;

    fn luma(rgb: &[u8]) -> Vec<u8> {
        let mut picture = Picture::black();
        picture.fill(rgb);
        picture.luma
    }

    /// A line of something like letters.
    fn write(luma: &mut [u8], ink: u8, height: usize, top: usize) {
        for y in top..top + height {
            for x in 40..120 {
                if x % 4 < 2 && (x / 4 + y) % 5 > 0 {
                    luma[y * FRAME_WIDTH + x] = ink;
                }
            }
        }
    }

    /// How sure it is after `pictures` of a world under a camera that goes `speed` pixels each, with
    /// letters of this luma and height at `top` if there are any.
    fn sure(world: u32, speed: f32, letters: Option<(u8, usize, usize)>) -> f32 {
        let mut writing = Writing::default();
        let mut last = 0.0;
        for n in 0..12 {
            let camera = [n as f32 * speed, 0.0];
            let scene = Scene {
                camera,
                ..Scene::of(world)
            };
            let mut luma = luma(&scene.render());
            if let Some((ink, height, top)) = letters {
                write(&mut luma, ink, height, top);
            }
            last = writing.push(&luma, n == 0);
        }
        last
    }

    #[test]
    fn what_stays_in_a_line_before_what_moves_is_text() {
        for (ink, height, top) in [
            (250, 4, 78),
            (250, 6, 60),
            (5, 5, 30),
            (250, 8, 40),
            (250, 13, 60),
        ] {
            let found = sure(1, 3.0, Some((ink, height, top)));
            assert!(found > 0.9, "{ink}, {height}, {top}: {found}");
        }
    }

    #[test]
    fn bright_letters_before_leaves_that_stand_are_text() {
        let leaf = |x: usize, y: usize| {
            let light = random((x / 2) as u32, (y / 2) as u32, 4);
            (30.0 + 110.0 * light) as u8
        };
        let leaves: Vec<u8> = (0..PIXELS)
            .map(|n| leaf(n % FRAME_WIDTH, n / FRAME_WIDTH))
            .collect();
        let mut lettered = leaves.clone();
        write(&mut lettered, 250, 5, 60);
        let sure = |luma: &[u8]| {
            let mut writing = Writing::default();
            (0..12).fold(0.0, |_, n| writing.push(luma, n == 0))
        };
        assert!(sure(&lettered) >= 0.5 && sure(&leaves) < 0.01);
    }

    #[test]
    fn letters_that_go_with_the_picture_are_part_of_it() {
        let mut writing = Writing::default();
        let mut last = 0.0;
        for n in 0..12 {
            let mut luma = luma(&Scene::of(1).render());
            for y in 50..55 {
                for x in 40..120 {
                    if (x + 3 * n) % 4 < 2 && ((x + 3 * n) / 4 + y) % 5 > 0 {
                        luma[y * FRAME_WIDTH + x] = 250;
                    }
                }
            }
            last = writing.push(&luma, n == 0);
        }
        assert!(last < 0.1, "{last}");
    }

    #[test]
    fn a_new_take_forgets_what_was_written_before() {
        let mut writing = Writing::default();
        let written = |x: usize, y: usize| (70..75).contains(&y) && x % 4 < 2;
        let text: Vec<u8> = (0..PIXELS)
            .map(|n| {
                if written(n % FRAME_WIDTH, n / FRAME_WIDTH) {
                    250
                } else {
                    60
                }
            })
            .collect();
        assert!(writing.push(&text, true) > 0.4);
        assert!(writing.push(&[60; PIXELS], true) < 0.01);
    }

    #[test]
    fn a_camera_that_drifts_writes_nothing() {
        let drifts = [0.1, 0.202_739_18, 0.4, 0.8].map(|speed| (116, speed));
        for (world, speed) in drifts.into_iter().chain([(117, 0.2), (15, 0.177_930_7)]) {
            let found = sure(world, speed, None);
            assert!(found < 0.5, "{world}, {speed}: {found}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_is_written_over_scenes_that_stand_or_go_along(
            world in 0..200_u32,
            speed in prop_oneof![Just(0.0_f32), 0.1_f32..6.0],
        ) {
            prop_assert!(sure(world, speed, None) < 0.5);
        }
    }
}
