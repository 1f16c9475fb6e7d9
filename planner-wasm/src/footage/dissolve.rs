//! Where one scene dissolves into another: a picture in the middle is then the mean of one before and
//! one after, which are nothing like each other. No movement of camera or subject does that.
#![expect(
    clippy::cast_precision_loss,
    reason = "sums over two hundred blocks, far below 2^24"
)]

use std::collections::VecDeque;

use super::picture::{BLOCKS, BlockColours};

/// Time from the middle to either side.
const ASIDE_US: u64 = 200_000;
/// Pictures further apart than this are no longer of one dissolve.
const LONGEST_US: u64 = 700_000;
/// Least mean difference of the two sides, per channel...
const APART: f32 = 24.0;
/// ... most of it that the middle differs from their mean...
const OFF: f32 = 0.25;
/// ... and most correlation of them: a change of light mixes too, but leaves what there is.
const ALIKE: f32 = 0.7;
/// Least variance of either side: black is faded from, not dissolved.
const PLAIN: f32 = 100.0;
/// Values of a picture.
const VALUES: f32 = (3 * BLOCKS) as f32;

/// The pictures of the last [`LONGEST_US`].
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(VecDeque<(u64, BlockColours)>);

impl Recent {
    /// Whether the last picture lies at least so long before.
    pub(super) fn wants(&self, at_us: u64, apart_us: u64) -> bool {
        let last = self.0.back();
        last.is_none_or(|(last_us, _)| at_us - last_us >= apart_us)
    }

    /// Takes the next picture; tells of the middle of a dissolve that it is the end of, and how far
    /// its sides are apart.
    pub(super) fn push(&mut self, at_us: u64, blocks: &BlockColours) -> Option<(u64, f32)> {
        self.0.push_back((at_us, *blocks));
        while self
            .0
            .front()
            .is_some_and(|(first_us, _)| at_us - first_us > LONGEST_US)
        {
            self.0.pop_front();
        }
        let before = |until_us: u64| {
            let mut earlier = self.0.iter().rev();
            earlier.find(|(at_us, _)| until_us.saturating_sub(*at_us) >= ASIDE_US)
        };
        let (middle_us, middle) = before(at_us)?;
        let (_, first) = before(*middle_us)?;
        mixed(first, middle, blocks).map(|apart| (*middle_us, apart))
    }
}

/// How far two pictures are apart, if the one in the middle is their mean.
fn mixed(first: &BlockColours, middle: &BlockColours, last: &BlockColours) -> Option<f32> {
    let (mut apart, mut off) = (0_u32, 0_u32);
    // Of both sides, of their squares, and of their product.
    let mut sums = [0_u32; 5];
    let sides = first.as_flattened().iter().zip(last.as_flattened());
    for ((one, other), mean) in sides.zip(middle.as_flattened()) {
        let [one, other, mean] = [*one, *other, *mean].map(u32::from);
        apart += one.abs_diff(other);
        off += (2 * mean).abs_diff(one + other);
        let terms = [one, other, one * one, other * other, one * other];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term;
        }
    }
    let (apart, off) = (apart as f32 / VALUES, off as f32 / (2.0 * VALUES));
    let [one, other, one_squared, other_squared, product] = sums.map(|sum| sum as f32 / VALUES);
    let (spread, others) = (one_squared - one * one, other_squared - other * other);
    let correlation = (product - one * other) / libm::sqrtf((spread * others).max(1.0));
    (apart >= APART
        && off <= OFF * apart
        && spread >= PLAIN
        && others >= PLAIN
        && correlation <= ALIKE)
        .then_some(apart)
}
