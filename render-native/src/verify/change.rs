//! How much the picture changes from frame to frame.
//!
//! Two measures, both in levels of 0 to 255 and both blind to what ordinary footage does:
//!
//! * **residual** — what is left of the luma difference when every block may come from a place
//!   nearby, so that pans and moving things cost little;
//! * **tone** — how far the distributions of luma and the two chromas move (earth mover's
//!   distance), so that a picture of the same things elsewhere costs little.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "kernels over planes of constant size; sums stay below 2^24 times the size"
)]

use std::collections::VecDeque;

/// Width of the measured pictures, in pixels.
pub(super) const WIDTH: usize = 64;
/// Height of the measured pictures, in pixels.
pub(super) const HEIGHT: usize = 36;
/// Bytes of a plane.
const PLANE: usize = WIDTH * HEIGHT;
/// Bytes of a picture: the planes Y, U and V, all of full size.
pub(super) const FRAME_BYTES: usize = 3 * PLANE;

/// Blocks that may move, in pixels. 8 × 9 divides the picture into 8 × 4 of them: small enough to
/// follow several moving things, large enough not to find a likeness in any picture whatever.
const BLOCK_WIDTH: usize = 8;
const BLOCK_HEIGHT: usize = 9;
/// How far a block may have come from, in pixels each way: 1/16 of the picture's width a frame.
const REACH: usize = 4;

/// A residual below this is noise, grain or the pulse of a key frame, not a change of picture, in
/// levels.
pub(super) const RESIDUAL_FLOOR: f32 = 1.5;
/// The same for tone, summed over the three planes.
pub(super) const TONE_FLOOR: f32 = 2.0;

/// One amount of change.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Change {
    /// Mean absolute difference of luma after block motion.
    pub(super) residual: f32,
    /// Earth mover's distance between the histograms, summed over Y, U and V.
    pub(super) tone: f32,
}

impl Change {
    /// Both measures, each in units of its floor; at 1 and above something is there.
    pub(super) fn in_floors(self) -> [f32; 2] {
        [self.residual / RESIDUAL_FLOOR, self.tone / TONE_FLOOR]
    }

    /// The larger of the two measures, in floors.
    pub(super) fn strength(self) -> f32 {
        let [residual, tone] = self.in_floors();
        residual.max(tone)
    }

    fn min(self, other: Self) -> Self {
        Self {
            residual: self.residual.min(other.residual),
            tone: self.tone.min(other.tone),
        }
    }
}

/// The change signal of a film. Index `i` is the step from frame `i - 1` to frame `i`; index 0 is
/// no change.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    /// From frame `i - 1` to frame `i`.
    pub(super) step: Vec<Change>,
    /// The least change between the pictures around the step: `i - 2` to `i + 1`, and `i - 3` to
    /// `i + 2`. A flash comes back to what was there before, a cut does not. Where a neighbour
    /// is missing, and where the step is below the floors, it is the step itself.
    pub(super) around: Vec<Change>,
}

/// Takes a film's frames one by one and keeps only their changes and the last few frames.
#[derive(Debug, Default)]
pub(super) struct ChangeMeter {
    recent: VecDeque<Frame>,
    changes: Changes,
}

/// Frames that the widest comparison needs.
const RECENT: usize = 6;

impl ChangeMeter {
    /// Takes the next frame: [`FRAME_BYTES`] of planar YUV 4:4:4. A slice of another length is
    /// a mistake of the caller and counts as a black frame.
    pub(super) fn push(&mut self, planes: &[u8]) {
        let frame = Frame::new(planes);
        let step = self
            .recent
            .back()
            .map_or_else(Change::default, |last| last.change_to(&frame));
        self.changes.step.push(step);
        self.changes.around.push(step);
        self.recent.push_back(frame);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        let newest = self.changes.step.len() - 1;
        self.look_around(newest.checked_sub(1), 3);
        self.look_around(newest.checked_sub(2), 5);
    }

    /// The changes of every frame pushed.
    pub(super) fn finish(self) -> Changes {
        self.changes
    }

    /// Compares the newest frame with the one `span` before it, around the step at `at`.
    fn look_around(&mut self, at: Option<usize>, span: usize) {
        let Some(at) = at else { return };
        let Some(before) = self.recent.len().checked_sub(span + 1) else {
            return;
        };
        if self.changes.step[at].strength() < 1.0 {
            return;
        }
        let across = self.recent[before].change_to(&self.recent[self.recent.len() - 1]);
        self.changes.around[at] = self.changes.around[at].min(across);
    }
}

#[derive(Debug)]
struct Frame {
    luma: Box<[u8]>,
    /// Pixels at or below each level, per plane.
    cumulative: Box<[[u16; 256]; 3]>,
}

impl Frame {
    fn new(planes: &[u8]) -> Self {
        let mut luma = vec![0; PLANE].into_boxed_slice();
        let mut cumulative = Box::new([[0_u16; 256]; 3]);
        if planes.len() == FRAME_BYTES {
            luma.copy_from_slice(&planes[..PLANE]);
            for (plane, counts) in planes.chunks_exact(PLANE).zip(cumulative.iter_mut()) {
                for level in plane {
                    counts[usize::from(*level)] += 1;
                }
                let mut below = 0;
                for count in counts {
                    below += *count;
                    *count = below;
                }
            }
        }
        Self { luma, cumulative }
    }

    fn change_to(&self, later: &Self) -> Change {
        Change {
            residual: later.residual_after(self),
            tone: self.tone_distance(later),
        }
    }

    /// Mean over the blocks of the smallest difference to a block of `earlier` within reach.
    fn residual_after(&self, earlier: &Self) -> f32 {
        let mut total = 0_u32;
        for top in (0..HEIGHT).step_by(BLOCK_HEIGHT) {
            for left in (0..WIDTH).step_by(BLOCK_WIDTH) {
                let mut least = self.block_difference(earlier, (left, top), (left, top), u32::MAX);
                for y in top.saturating_sub(REACH)..=(top + REACH).min(HEIGHT - BLOCK_HEIGHT) {
                    for x in left.saturating_sub(REACH)..=(left + REACH).min(WIDTH - BLOCK_WIDTH) {
                        if least == 0 {
                            break;
                        }
                        least =
                            least.min(self.block_difference(earlier, (left, top), (x, y), least));
                    }
                }
                total += least;
            }
        }
        total as f32 / PLANE as f32
    }

    /// Sum of absolute differences of one block, given up once it passes `enough`.
    fn block_difference(
        &self,
        earlier: &Self,
        here: (usize, usize),
        there: (usize, usize),
        enough: u32,
    ) -> u32 {
        let mut sum = 0;
        for row in 0..BLOCK_HEIGHT {
            let a = (here.1 + row) * WIDTH + here.0;
            let b = (there.1 + row) * WIDTH + there.0;
            sum += self.luma[a..a + BLOCK_WIDTH]
                .iter()
                .zip(&earlier.luma[b..b + BLOCK_WIDTH])
                .map(|(a, b)| u32::from(a.abs_diff(*b)))
                .sum::<u32>();
            if sum >= enough {
                break;
            }
        }
        sum
    }

    fn tone_distance(&self, other: &Self) -> f32 {
        // The area between two cumulative histograms is the least work that turns one into the
        // other, here in pixels times levels.
        let work: u32 = self
            .cumulative
            .iter()
            .flatten()
            .zip(other.cumulative.iter().flatten())
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        work as f32 / PLANE as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textured picture, `shift` pixels along.
    fn texture(seed: usize, shift: usize) -> Vec<u8> {
        let mut planes = vec![128; FRAME_BYTES];
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let (u, v) = ((x + shift) / 3 + seed * 17, y / 3 + seed * 5);
                let level = (u * 7919 + v * 104_729 + u * v * 31) % 200 + 20;
                planes[y * WIDTH + x] = u8::try_from(level).unwrap();
            }
        }
        planes
    }

    fn measure(frames: &[Vec<u8>]) -> Changes {
        let mut meter = ChangeMeter::default();
        for frame in frames {
            meter.push(frame);
        }
        meter.finish()
    }

    #[test]
    fn a_pan_changes_less_than_a_cut() {
        let changes = measure(&[texture(1, 0), texture(1, 3), texture(9, 3)]);
        let [_, pan, cut] = changes.step[..] else {
            panic!("three frames have three steps")
        };
        assert!(pan.residual * 5.0 < cut.residual, "{pan:?} {cut:?}");
    }

    #[test]
    fn a_flash_comes_back_and_a_cut_does_not() {
        let white = vec![235; FRAME_BYTES];
        let flash = measure(&[
            texture(1, 0),
            texture(1, 0),
            texture(1, 0),
            white,
            texture(1, 0),
            texture(1, 0),
            texture(1, 0),
        ]);
        assert!(flash.step[3].strength() > 10.0 && flash.step[4].strength() > 10.0);
        assert!(flash.around[3].strength() < 1.0 && flash.around[4].strength() < 1.0);
        let cut: Vec<_> = (0..8).map(|i| texture(1 + i / 4, 0)).collect();
        let cut = measure(&cut);
        assert!(cut.around[4].strength() > 1.0);
    }

    #[test]
    fn a_change_of_colour_alone_is_a_change_of_tone() {
        let mut other = texture(1, 0);
        other[PLANE..2 * PLANE].fill(150);
        let changes = measure(&[texture(1, 0), other]);
        assert_eq!(
            changes.step[1],
            Change {
                residual: 0.0,
                tone: 22.0
            }
        );
    }

    #[test]
    fn the_first_frame_is_no_change() {
        assert_eq!(measure(&[texture(1, 0)]).step, [Change::default()]);
    }
}
