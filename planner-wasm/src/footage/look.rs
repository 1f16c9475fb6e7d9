//! How a picture looks, for likeness.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a kernel over arrays of fixed size, whose sums of bytes fit their types"
)]

use super::model::{FRAME_HEIGHT, FRAME_WIDTH, Look};
use super::picture::{PIXELS, Picture};

/// Areas side by side: one more than comparisons.
const ACROSS: usize = 9;
/// Areas one above the other.
const DOWN: usize = 8;

impl Look {
    /// How a picture looks, given both as bytes and taken apart.
    pub(super) fn of(rgb: &[u8], picture: &Picture) -> Self {
        Self {
            dhash: difference_hash(&picture.luma),
            colours: colours(rgb),
            luma: libm::roundf(picture.mean) as u8,
        }
    }
}

/// Bit `8 * row + column` says that the area is darker than its right neighbour.
fn difference_hash(luma: &[u8]) -> u64 {
    let mut hash = 0;
    for row in 0..DOWN {
        let (top, bottom) = (FRAME_HEIGHT * row / DOWN, FRAME_HEIGHT * (row + 1) / DOWN);
        // Means, not sums: the areas differ by a pixel in width. In 256ths, for faint gradients.
        let mut means = [0_u32; ACROSS];
        for (column, mean) in means.iter_mut().enumerate() {
            let left = FRAME_WIDTH * column / ACROSS;
            let right = FRAME_WIDTH * (column + 1) / ACROSS;
            let sum: u32 = (top..bottom)
                .flat_map(|y| &luma[y * FRAME_WIDTH + left..y * FRAME_WIDTH + right])
                .map(|luma| u32::from(*luma))
                .sum();
            *mean = sum * 256 / ((right - left) * (bottom - top)) as u32;
        }
        for column in 0..ACROSS - 1 {
            hash |= u64::from(means[column] < means[column + 1]) << (row * (ACROSS - 1) + column);
        }
    }
    hash
}

/// Shares of 4 levels of red, 4 of green and 2 of blue, in 255ths.
fn colours(rgb: &[u8]) -> [u8; 32] {
    let mut bins = [0_u32; 32];
    for pixel in rgb.chunks_exact(3) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(usize::from);
        bins[(r >> 6) << 3 | (g >> 6) << 1 | b >> 7] += 1;
    }
    bins.map(|count| ((count * 255 + PIXELS as u32 / 2) / PIXELS as u32) as u8)
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use super::*;

    fn look(scene: &Scene) -> Look {
        let rgb = scene.render();
        let mut picture = Picture::black();
        picture.fill(&rgb);
        Look::of(&rgb, &picture)
    }

    #[test]
    fn likeness_survives_light_and_small_shifts_and_tells_scenes_apart() {
        let scene = Scene::of(1);
        let apart = |other: &Scene| (look(&scene).dhash ^ look(other).dhash).count_ones();
        assert!(apart(&Scene { gain: 0.8, ..scene }) <= 4);
        assert!(
            apart(&Scene {
                camera: [2.0, 1.0],
                ..scene
            }) <= 10
        );
        assert!(apart(&Scene::of(2)) > 14);
    }

    #[test]
    fn colours_are_shares_of_the_picture() {
        let half: Vec<u8> = (0..PIXELS)
            .flat_map(|n| {
                if n < PIXELS / 2 {
                    [255, 0, 0]
                } else {
                    [0, 0, 255]
                }
            })
            .collect();
        let colours = colours(&half);
        assert_eq!((colours[0b11_000], colours[0b00_001]), (128, 128));
        let others: u32 = colours.iter().map(|share| u32::from(*share)).sum();
        assert_eq!(others, 256);
    }
}
