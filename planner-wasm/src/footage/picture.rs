//! One small picture, taken apart into what the measures read: luma, its projections on both
//! axes, and the mean colours of its blocks.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size, whose sums of bytes fit their types"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH};

/// Side of a square block, in pixels.
pub(super) const BLOCK: usize = 8;
/// Blocks side by side.
pub(super) const BLOCKS_ACROSS: usize = FRAME_WIDTH / BLOCK;
/// Blocks one above the other.
pub(super) const BLOCKS_DOWN: usize = FRAME_HEIGHT / BLOCK;
/// Blocks of a picture.
pub(super) const BLOCKS: usize = BLOCKS_ACROSS * BLOCKS_DOWN;
/// Rows above the first block: 90 is not a multiple of 8, so a row is left out above and below.
pub(super) const BLOCK_TOP: usize = (FRAME_HEIGHT - BLOCKS_DOWN * BLOCK) / 2;
/// Pixels of a picture.
pub(super) const PIXELS: usize = FRAME_WIDTH * FRAME_HEIGHT;

/// Red, green and blue means of each block, 0 to 255, rounded down.
pub(super) type BlockColours = [[u8; 3]; BLOCKS];

/// A picture taken apart. Made once and refilled, so that pushing a frame allocates nothing.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// Rows of luma, 0 to 255, with the weights of BT.709.
    pub(super) luma: Vec<u8>,
    /// Sum of each column's luma, less that of the column before; entry 0 is 0. Differences,
    /// because a change of brightness then does not look like a movement.
    pub(super) columns: [i32; FRAME_WIDTH],
    /// The same of each row.
    pub(super) rows: [i32; FRAME_HEIGHT],
    /// Colours of its blocks.
    pub(super) blocks: BlockColours,
    /// Mean luma, 0 to 255.
    pub(super) mean: f32,
}

impl Picture {
    /// A black picture.
    pub(super) fn black() -> Self {
        Self {
            luma: vec![0; PIXELS],
            columns: [0; FRAME_WIDTH],
            rows: [0; FRAME_HEIGHT],
            blocks: [[0; 3]; BLOCKS],
            mean: 0.0,
        }
    }

    /// Takes `rgb` apart, which holds [`FRAME_BYTES`](super::FRAME_BYTES) bytes.
    pub(super) fn fill(&mut self, rgb: &[u8]) {
        let mut columns = [0_i32; FRAME_WIDTH];
        let mut rows = [0_i32; FRAME_HEIGHT];
        let mut sums = [[0_u32; 3]; BLOCKS];
        let pictures = rgb.chunks_exact(FRAME_WIDTH * 3);
        let lumas = self.luma.chunks_exact_mut(FRAME_WIDTH);
        for (y, (pixels, luma)) in pictures.zip(lumas).enumerate() {
            for (pixel, luma) in pixels.chunks_exact(3).zip(luma.iter_mut()) {
                let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                *luma = ((54 * r + 183 * g + 19 * b) >> 8) as u8;
            }
            let mut row = 0;
            for (column, luma) in columns.iter_mut().zip(luma.iter()) {
                *column += i32::from(*luma);
                row += i32::from(*luma);
            }
            rows[y] = row;
            if (BLOCK_TOP..BLOCK_TOP + BLOCKS_DOWN * BLOCK).contains(&y) {
                let first = (y - BLOCK_TOP) / BLOCK * BLOCKS_ACROSS;
                let line = &mut sums[first..first + BLOCKS_ACROSS];
                for (sum, pixels) in line.iter_mut().zip(pixels.chunks_exact(BLOCK * 3)) {
                    for pixel in pixels.chunks_exact(3) {
                        sum[0] += u32::from(pixel[0]);
                        sum[1] += u32::from(pixel[1]);
                        sum[2] += u32::from(pixel[2]);
                    }
                }
            }
        }
        self.mean = rows.iter().sum::<i32>() as f32 / PIXELS as f32;
        for (colours, sum) in self.blocks.iter_mut().zip(&sums) {
            *colours = sum.map(|channel| (channel / (BLOCK * BLOCK) as u32) as u8);
        }
        differences(&columns, &mut self.columns);
        differences(&rows, &mut self.rows);
    }

    /// Luma of the darkest and of the brightest block.
    pub(super) fn extremes(&self) -> (u8, u8) {
        let lumas = self.blocks.iter().map(|[r, g, b]| {
            ((54 * u32::from(*r) + 183 * u32::from(*g) + 19 * u32::from(*b)) >> 8) as u8
        });
        lumas.fold((u8::MAX, 0), |(low, high), luma| {
            (low.min(luma), high.max(luma))
        })
    }
}

fn differences(sums: &[i32], out: &mut [i32]) {
    for (out, pair) in out.iter_mut().skip(1).zip(sums.windows(2)) {
        *out = pair[1] - pair[0];
    }
}

/// Difference of a channel from which a block has simply changed: how much no longer matters, so
/// that a few blocks that change utterly do not outweigh the many that stay.
const CHANGED: u8 = 40;

/// Mean distance of the blocks' colours, 0 to 40 per channel.
pub(super) fn distance(a: &BlockColours, b: &BlockColours) -> f32 {
    let sum: u32 = a
        .as_flattened()
        .iter()
        .zip(b.as_flattened())
        .map(|(a, b)| u32::from(a.abs_diff(*b).min(CHANGED)))
        .sum();
    sum as f32 / (BLOCKS * 3) as f32
}
