//! Whether there is anything to see: something that stands out of an even ground, and grounds that are
//! there to be replaced.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a kernel over arrays of fixed size, and counts of a few blocks"
)]

use super::picture::{BLOCKS, BLOCKS_ACROSS, BLOCKS_DOWN, BlockColours};

/// By how much a block differs from the ground from which it is something, and from which more does not
/// count.
const STANDS_OUT: [f32; 2] = [8.0, 56.0];

/// A keying colour: how much its channel is above both others, and how far they are below it at most, in
/// hundredths.
const KEY_ABOVE: u8 = 70;
const KEY_OTHERS: u32 = 55;
/// Blocks of one screen differ no more from their median, in each channel.
const KEY_EVEN: u8 = 6;

/// How much stands out of a ground whose colours change evenly (a plane with a bend), 0 to 1: a road, a
/// floor, a wall and a clear sky have next to nothing.
pub(super) fn matter(blocks: &BlockColours) -> f32 {
    let (across, down) = (centred::<BLOCKS_ACROSS>(), centred::<BLOCKS_DOWN>());
    let (bent_across, bent_down) = (bent(&across), bent(&down));
    let mut apart = [0.0_f32; BLOCKS];
    for channel in 0..3 {
        let mut columns = [0.0_f32; BLOCKS_ACROSS];
        let mut rows = [0.0_f32; BLOCKS_DOWN];
        let mut twist = 0.0;
        for (n, block) in blocks.iter().enumerate() {
            let (x, y) = (n % BLOCKS_ACROSS, n / BLOCKS_ACROSS);
            let value = f32::from(block[channel]);
            columns[x] += value;
            rows[y] += value;
            twist += across[x] * down[y] * value;
        }
        let mean = rows.iter().sum::<f32>() / BLOCKS as f32;
        // The six shapes are orthogonal on the whole grid, so each is fitted by itself.
        let part = |shape: &[f32], sums: &[f32], times: usize| {
            dot(shape, sums) / (dot(shape, shape) * times as f32)
        };
        let tilt = [
            part(&across, &columns, BLOCKS_DOWN),
            part(&bent_across, &columns, BLOCKS_DOWN),
            part(&down, &rows, BLOCKS_ACROSS),
            part(&bent_down, &rows, BLOCKS_ACROSS),
        ];
        let twist = twist / (dot(&across, &across) * dot(&down, &down));
        for (n, (apart, block)) in apart.iter_mut().zip(blocks).enumerate() {
            let (x, y) = (n % BLOCKS_ACROSS, n / BLOCKS_ACROSS);
            let ground = mean
                + tilt[0] * across[x]
                + tilt[1] * bent_across[x]
                + tilt[2] * down[y]
                + tilt[3] * bent_down[y]
                + twist * across[x] * down[y];
            *apart = apart.max((f32::from(block[channel]) - ground).abs());
        }
    }
    let [from, enough] = STANDS_OUT;
    let counted = apart
        .iter()
        .map(|apart| (apart.min(enough) - from).max(0.0));
    counted.sum::<f32>() / ((enough - from) * BLOCKS as f32)
}

/// Whole steps from the middle, which is 0.
fn centred<const N: usize>() -> [f32; N] {
    std::array::from_fn(|n| n as f32 - (N as f32 - 1.0) / 2.0)
}

/// Squares, with their mean at 0.
fn bent<const N: usize>(steps: &[f32; N]) -> [f32; N] {
    let mean = dot(steps, steps) / N as f32;
    steps.map(|step| step * step - mean)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Share of the picture that is an even screen of pure green or blue, 0 to 1.
pub(super) fn keyed(blocks: &BlockColours) -> f32 {
    let share = [1, 2].map(|main| {
        let pure = blocks.iter().filter(|block| is_pure(**block, main));
        let pure: Vec<[u8; 3]> = pure.copied().collect();
        if 10 * pure.len() < BLOCKS {
            return 0.0;
        }
        let median = [0, 1, 2].map(|channel| {
            let mut values: Vec<u8> = pure.iter().map(|block| block[channel]).collect();
            values.sort_unstable();
            values[values.len() / 2]
        });
        let even = pure.iter().filter(|block| {
            let apart = block.iter().zip(median);
            apart.fold(0, |most, (a, b)| most.max(a.abs_diff(b))) <= KEY_EVEN
        });
        even.count() as f32 / BLOCKS as f32
    });
    share[0].max(share[1])
}

fn is_pure(block: [u8; 3], main: usize) -> bool {
    let (value, others) = (block[main], block[0].max(block[3 - main]));
    value.saturating_sub(others) >= KEY_ABOVE
        && 100 * u32::from(others) < KEY_OTHERS * u32::from(value)
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]
mod tests {
    use super::super::picture::Picture;
    use super::super::scene::Scene;
    use super::*;
    use proptest::prelude::*;

    fn painted(colour: impl Fn(f32, f32) -> [f32; 3]) -> BlockColours {
        std::array::from_fn(|n| {
            let (x, y) = (n % BLOCKS_ACROSS, n / BLOCKS_ACROSS);
            let at = (
                x as f32 / BLOCKS_ACROSS as f32,
                y as f32 / BLOCKS_DOWN as f32,
            );
            colour(at.0, at.1).map(|value| value as u8)
        })
    }

    proptest! {
        #[test]
        fn a_ground_that_changes_evenly_is_nothing(
            base in prop::array::uniform3(90.0_f32..170.0),
            slopes in prop::array::uniform5(-30.0_f32..30.0),
        ) {
            let ground = painted(|x, y| {
                let (x, y) = (x - 0.5, y - 0.5);
                let [a, b, c, d, e] = slopes;
                // Bends stand out of a plane.
                let light = a * x + b * y + c * x * y + 3.0 * (d * x * x + e * y * y);
                base.map(|base| base + light)
            });
            prop_assert!(matter(&ground) < 1e-3);
        }

        #[test]
        fn scenes_have_matter_and_no_screen(world in 0..100_u32) {
            let mut picture = Picture::black();
            picture.fill(&Scene::of(world).render());
            prop_assert!(matter(&picture.blocks) > 0.1);
            prop_assert!(keyed(&picture.blocks) < 0.05);
        }
    }

    #[test]
    fn a_thing_on_a_ground_counts_by_its_size() {
        let thing = |size: f32| {
            matter(&painted(|x, y| {
                let inside = (x - 0.5).abs() < size && (y - 0.5).abs() < size;
                if inside { [220.0; 3] } else { [90.0; 3] }
            }))
        };
        assert!(thing(0.0) < 0.001 && thing(0.1) > 0.02 && thing(0.25) > 2.0 * thing(0.1));
    }

    #[test]
    fn green_and_blue_screens_are_and_grass_and_sky_are_not() {
        let screen =
            |colour: [f32; 3]| keyed(&painted(|x, _| if x < 0.3 { [20.0; 3] } else { colour }));
        assert!(screen([30.0, 200.0, 40.0]) > 0.6 && screen([10.0, 60.0, 190.0]) > 0.6);
        assert!(screen([80.0, 130.0, 50.0]) < 0.01 && screen([110.0, 160.0, 220.0]) < 0.01);
        // Pure but dark, as leaves in the shade; and bright but pale.
        assert!(screen([10.0, 60.0, 10.0]) < 0.01 && screen([100.0, 240.0, 150.0]) < 0.01);
        let little = keyed(&painted(|x, _| {
            if x < 0.05 {
                [30.0, 200.0, 40.0]
            } else {
                [90.0; 3]
            }
        }));
        assert!(little < 0.01, "{little}");
        let dusk = keyed(&painted(|_, y| [10.0, 40.0 + 60.0 * y, 130.0 + 110.0 * y]));
        assert!(dusk < 0.2, "{dusk}");
    }
}
