//! What the weight that a person gives a clip adds to each of its windows.

use super::pace::ONE;
use super::request::SourceClip;

/// What each doubling of the weight adds, and the first halving takes.
const DOUBLING: i64 = 8 * ONE;
/// Price of a clip of weight 0: far more than usually speaks against a window of another that is free.
const LAST: i64 = 200 * ONE;

/// Weights, of 1000, and what they add; in between it is in proportion.
const STEPS: [(i64, i64); 6] = [
    (0, -LAST),
    (500, -DOUBLING),
    (1000, 0),
    (2000, DOUBLING),
    (4000, 2 * DOUBLING),
    (8000, 3 * DOUBLING),
];

/// What a weight adds to what a window of the clip is worth, in any slot; below 0 for weights below 1000.
pub(super) fn favour(weight_permille: u16) -> i64 {
    let weight = i64::from(weight_permille);
    let mut steps = STEPS.windows(2);
    let between = steps.find_map(|pair| match *pair {
        [(from, low), (to, high)] if weight <= to => {
            Some(low + (high - low) * (weight - from) / (to - from))
        }
        _ => None,
    });
    // Requests with greater weights are refused.
    between.unwrap_or_else(|| STEPS.last().map_or(0, |(_, most)| *most))
}

/// What a clip weighs, and what it weighed before: of all of the same content the greatest.
pub(super) fn weights(clips: &[SourceClip], clip: &SourceClip) -> (u16, u16) {
    let print = clip.media.fingerprint;
    let same = |other: &&SourceClip| print.is_some() && other.media.fingerprint == print;
    let alike = clips.iter().filter(same).chain([clip]);
    alike.fold((0, 0), |(now, before), one| {
        (now.max(one.weight_permille), before.max(one.weight_before))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::steering::{MOST_WEIGHT, NORMAL_WEIGHT};
    use super::super::weights::Weights;
    use super::*;

    proptest! {
        #[test]
        fn more_weight_adds_more_and_none_is_normal(one in 0..=MOST_WEIGHT, other in 0..=MOST_WEIGHT) {
            let (less, more) = (one.min(other), one.max(other));
            prop_assert!(favour(less) <= favour(more));
            prop_assert_eq!(favour(NORMAL_WEIGHT), 0);
            prop_assert!(less > NORMAL_WEIGHT / 2 || favour(less) <= -favour(2 * NORMAL_WEIGHT));
        }
    }

    #[test]
    fn a_clip_of_no_weight_is_worth_less_than_anything_else_in_a_middling_slot() {
        let weights = Weights::default();
        assert!(favour(0) + weights.full() + weights.another_use(0) < 0);
    }
}
