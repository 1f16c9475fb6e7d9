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

/// Difference-hash distances up to which two pictures may show the same, and by how much, of 510,
/// their colours then may differ at most: another grading changes colours and hardly the hash, a crop some of
/// both, and a camera that moves a little the hash. Of pictures with next to nothing in them any two may have
/// one hash, hence the first limit of colours.
const SAME: [(u32, u32); 3] = [(3, 260), (12, 110), (20, 60)];
/// Colours that differ no more are those of one picture however it is turned...
const TURNED: u32 = 20;
/// ... unless one of them takes half of it: so do many pictures.
const PLAIN: u8 = 128;
/// A bit of the hash is as much as this difference of colours, about as the limits trade them, up to so many bits:
/// those of a picture that is turned say nothing.
const BIT: u32 = 10;
const FURTHEST: u32 = 20;

impl Look {
    /// Whether two pictures pass for one view: the same, cropped, mirrored, turned, graded or encoded anew, or
    /// the same scene a little later.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.apart(other).is_some()
    }

    /// How far apart two pictures are that [pass for one view](Self::is_like), 0 if their hashes and colours are
    /// the same; none of others.
    #[must_use]
    pub fn apart(&self, other: &Self) -> Option<u32> {
        let bits = (self.dhash ^ other.dhash).count_ones();
        let mirrored = (self.dhash ^ mirrored(other.dhash)).count_ones();
        let bits = bits.min(mirrored);
        let same = SAME.iter().find(|(most_bits, _)| bits <= *most_bits);
        let most = same.map_or(TURNED, |(_, most)| *most);
        let colours = self.colours_within(other, most)?;
        let told = same.is_some() || self.colours.iter().all(|share| *share < PLAIN);
        told.then_some(BIT * bits.min(FURTHEST) + colours)
    }

    /// By how much colours differ in all, if by `most` or less. Most pictures differ by more in the first few
    /// already, and scenes are told apart by millions of such questions.
    fn colours_within(&self, other: &Self, most: u32) -> Option<u32> {
        let mut sum = 0;
        let parts = self
            .colours
            .chunks_exact(8)
            .zip(other.colours.chunks_exact(8));
        for (own, others) in parts {
            let apart = own
                .iter()
                .zip(others)
                .map(|(a, b)| u32::from(a.abs_diff(*b)));
            sum += apart.sum::<u32>();
            if sum > most {
                return None;
            }
        }
        Some(sum)
    }
}

/// The hash of the mirrored picture: neighbours swap, so each row turns round and each comparison
/// with it.
fn mirrored(dhash: u64) -> u64 {
    // Rows are bytes.
    !dhash.swap_bytes().reverse_bits()
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
    use proptest::prelude::*;

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
    fn a_mirrored_and_a_cropped_picture_are_like_and_another_scene_is_not() {
        let rgb = Scene::of(1).render();
        let of = |rgb: &[u8]| {
            let mut picture = Picture::black();
            picture.fill(rgb);
            Look::of(rgb, &picture)
        };
        let pixel = |x: usize, y: usize| rgb[(y * FRAME_WIDTH + x) * 3..][..3].to_vec();
        let drawn = |from: &dyn Fn(usize, usize) -> (usize, usize)| -> Look {
            let pixels = (0..PIXELS).map(|n| from(n % FRAME_WIDTH, n / FRAME_WIDTH));
            let rgb: Vec<u8> = pixels.flat_map(|(x, y)| pixel(x, y)).collect();
            of(&rgb)
        };
        let look = of(&rgb);
        let mirror = drawn(&|x, y| (FRAME_WIDTH - 1 - x, y));
        assert!(look.is_like(&mirror) && mirror.is_like(&look));
        assert!((look.dhash ^ mirrored(mirror.dhash)).count_ones() <= 4);
        assert!(look.is_like(&drawn(&|x, y| (4 + x * 19 / 20, 2 + y * 19 / 20))));
        assert!(!look.is_like(&of(&Scene::of(2).render())));
        // As a camera records it to be graded: little contrast, nothing dark.
        let flat: Vec<u8> = rgb.iter().map(|value| 90 + value / 3).collect();
        assert!(look.is_like(&of(&flat)) && of(&flat).is_like(&look));
    }

    /// Bits and differences of colour on both sides of every limit, and any others.
    fn around(limits: &[u32], most: u32) -> impl Strategy<Value = u32> {
        let near =
            prop::sample::select(limits.to_vec()).prop_flat_map(|limit| limit - 1..limit + 3);
        prop_oneof![3 => near, 1 => 0..most]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn likeness_is_any_of_its_limits(
            dhash: u64,
            flips in around(&[3, 12, 20], 64).prop_flat_map(|bits| {
                prop::sample::subsequence((0..64_u32).collect::<Vec<_>>(), bits as usize)
            }),
            mirror: bool,
            largest in 124..132_u8,
            steps in around(&[20, 60, 110, 260], 320).prop_flat_map(|sum| {
                prop::collection::vec(0..32_usize, sum as usize)
            }),
        ) {
            let mut one = Look { dhash, colours: [4; 32], luma: 100 };
            one.colours[9] = largest;
            let mut other = one.clone();
            for bit in flips {
                other.dhash ^= 1 << bit;
            }
            if mirror {
                other.dhash = mirrored(other.dhash);
            }
            for bin in steps {
                other.colours[bin] += 1;
            }
            let bits = (one.dhash ^ other.dhash).count_ones();
            let bits = bits.min((one.dhash ^ mirrored(other.dhash)).count_ones());
            let pairs = one.colours.iter().zip(&other.colours);
            let colours: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
            let like = bits <= 3 && colours <= 260
                || bits <= 12 && colours <= 110
                || bits <= 20 && colours <= 60
                || colours <= 20 && largest < 128;
            prop_assert_eq!(one.is_like(&other), like);
        }
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
