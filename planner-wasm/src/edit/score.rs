//! What a window of footage is worth in a slot, and beside another.
//!
//! All terms are integers, 1.0 = 1024. The worth of a filled film is
//! `sum U(slot, window) + sum V(near each other) + sum f(uses of each clip) + sum g(uses of each scene)`,
//! less the price of copies, with `U = w (s (Q - E) + I + H) + M + C - N - S + chance` and `V <= 0`, `f` and `g`
//! concave; how much each weighs is told by [`Weights`].

use super::pace::ONE;
use super::scenes::{Seen, Take};
use super::slots::Vacancy;
use super::sources::Source;
use super::weights::Weights;
use crate::footage::Window;

/// Same source nearer than this, in microseconds, is a jump cut.
const JUMP_US: u64 = 3_000_000;
/// A take that goes on after less than this is not seen to be cut, in microseconds.
pub(super) const GOES_ON_US: u64 = 200_000;
/// Difference-hash distance up to which two pictures pass for one.
const TWIN_BITS: u32 = 4;
/// Distance up to which they pass for the same scene.
const SCENE_BITS: u32 = 14;
/// Difference of mean luma that flashes.
const FLASH: u8 = 110;
/// Slots apart from which on two showings of one clip or scene are not felt as near.
pub(super) const NEAR_SLOTS: usize = 6;
/// Most that chance adds: about 1.4 % of what a middling slot can be worth.
pub(super) const CHANCE: i64 = 640;

/// Ranks of quality and motion within the project.
#[derive(Debug)]
pub(super) struct Ranks {
    quality: [i64; 256],
    motion: [i64; 256],
}

/// A window's measures, in fixed point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Measures {
    quality: i64,
    /// What is lost of it by enlarging the picture.
    enlarged: i64,
    motion: i64,
    pub(super) unwanted: i64,
    speech: i64,
    impact: i64,
    /// What falls on the accent is heard and not seen.
    heard: bool,
    highlight: i64,
    /// Place in its clip, 0 to [`ONE`].
    place: i64,
}

/// What is known of a window beyond its ticks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Placed {
    /// Strength of what happens on the accent, 0 to 1000.
    pub(super) hit: u16,
    /// That is heard and not seen.
    pub(super) heard: bool,
    /// Strength of what else happens, 0 to 1000.
    pub(super) inside: u16,
    /// Place in its clip, 0 to [`ONE`].
    pub(super) place: i64,
}

impl Ranks {
    pub(super) fn of(sources: &[Source<'_>]) -> Self {
        let (mut quality, mut motion) = ([0_i64; 256], [0_i64; 256]);
        for tick in sources.iter().flat_map(|source| &source.footage.ticks) {
            if let Some(count) = quality.get_mut(usize::from(tick.quality)) {
                *count += 1;
            }
            if let Some(count) = motion.get_mut(usize::from(tick.motion)) {
                *count += 1;
            }
        }
        let mut quality = percentiles(&quality);
        // Half rank, half absolute: the best of bad footage is still bad.
        for (value, rank) in (0_i64..).zip(quality.iter_mut()) {
            *rank = i64::midpoint(*rank, value * ONE / 255);
        }
        Self {
            quality,
            motion: percentiles(&motion),
        }
    }

    /// The measures of a window of `source`.
    pub(super) fn measures(
        &self,
        source: &Source<'_>,
        window: &Window,
        placed: Placed,
    ) -> Measures {
        let of =
            |table: &[i64; 256], value: u8| table.get(usize::from(value)).copied().unwrap_or(0);
        let bad = i64::from(window.bad_permille) * ONE / 1000;
        Measures {
            quality: of(&self.quality, window.quality) - bad,
            enlarged: source.enlarged,
            motion: of(&self.motion, window.motion),
            unwanted: i64::from(window.unwanted) * ONE / 255,
            speech: i64::from(window.speech) * ONE / 255,
            impact: i64::from(placed.hit.min(1000)) * ONE / 1000,
            heard: placed.heard,
            highlight: i64::from(placed.inside.min(1000)) * ONE / 1000,
            place: placed.place,
        }
    }
}

/// The share of ticks below each value, half of those at it included, 0 to [`ONE`].
fn percentiles(counts: &[i64; 256]) -> [i64; 256] {
    let total = counts.iter().sum::<i64>().max(1);
    let mut below = 0;
    counts.map(|count| {
        let rank = (2 * below + count) * ONE / (2 * total);
        below += count;
        rank
    })
}

/// `U` without chance.
pub(super) fn suits(weights: &Weights, slot: &Vacancy, measures: &Measures) -> i64 {
    let against = against(weights, slot, measures).map(|(_, part)| part);
    weighed(weights, slot, slot.weight, measures) + against.iter().sum::<i64>()
}

/// What speaks against a window in any slot: not above 0. A picture that is unwanted costs the more the
/// more a good one would gain.
fn against(weights: &Weights, slot: &Vacancy, measures: &Measures) -> [(&'static str, i64); 2] {
    let times = (slot.weight * slot.seen / ONE).max(ONE);
    [
        (
            "unwanted picture",
            -(weights.unwanted * measures.unwanted / ONE * times / ONE),
        ),
        ("speech unheard", -(weights.speech * measures.speech / ONE)),
    ]
}

/// How good a choice, 0 to 1000, whatever the slot's weight and length.
pub(super) fn permille(weights: &Weights, slot: &Vacancy, measures: &Measures) -> u16 {
    let middling = Vacancy { seen: ONE, ..*slot };
    let share = weighed(weights, &middling, ONE, measures) * 1000 / weights.full().max(1);
    u16::try_from(share.clamp(0, 1000)).unwrap_or(0)
}

fn weighed(weights: &Weights, slot: &Vacancy, weight: i64, measures: &Measures) -> i64 {
    parts(weights, slot, weight, measures)
        .iter()
        .map(|(_, part)| part)
        .sum()
}

/// Quality, what enlarging takes of it, hit, what else happens, how well motion matches energy, order.
fn parts(
    weights: &Weights,
    slot: &Vacancy,
    weight: i64,
    measures: &Measures,
) -> [(&'static str, i64); 6] {
    let energy = slot.energy * ONE / 1000;
    let weighed = |times: i64, measure: i64| weight * times / ONE * measure / ONE;
    let on_beat = if measures.heard {
        "loud event on the beat"
    } else {
        "hit on the beat"
    };
    [
        (
            "quality",
            weighed(weights.quality, measures.quality) * slot.seen / ONE,
        ),
        (
            "enlarged",
            -(weighed(weights.quality, measures.enlarged) * slot.seen / ONE),
        ),
        (on_beat, weighed(weights.hit, measures.impact)),
        (
            "what happens in it",
            weighed(weights.inside, measures.highlight),
        ),
        (
            "motion for the music",
            weights.motion * (ONE - (measures.motion - energy).abs()) / ONE,
        ),
        (
            "order",
            weights.order * (ONE - (measures.place - slot.progress * ONE / 1000).abs()) / ONE,
        ),
    ]
}

/// Most reasons that are told of a choice.
const MOST_REASONS: usize = 4;

/// What speaks for a choice and against it, for people: the weightiest, and the most so first.
/// `others` is what the rest of the film adds.
pub(super) fn why(
    weights: &Weights,
    slot: &Vacancy,
    measures: &Measures,
    others: &[(&'static str, i64)],
) -> String {
    let mut all = parts(weights, slot, slot.weight, measures).to_vec();
    all.extend(against(weights, slot, measures));
    all.extend(others);
    // In tenths of a point, towards zero.
    let tenths = all.into_iter().map(|(what, part)| (what, part * 10 / ONE));
    let mut told: Vec<(&str, i64)> = tenths.filter(|(_, tenths)| *tenths != 0).collect();
    told.sort_by_key(|(_, tenths)| -tenths.abs());
    let told: Vec<String> = told
        .into_iter()
        .take(MOST_REASONS)
        .map(|(what, tenths)| {
            let sign = if tenths < 0 { '−' } else { '+' };
            let size = tenths.abs();
            format!("{what} {sign}{}.{}", size / 10, size % 10)
        })
        .collect();
    told.join(", ")
}

/// Chance: the same for the same seed, content, instant and slot, whatever else is offered.
pub(super) fn chance(seed: u64, key: u64, at_us: u64, slot_start: u64) -> i64 {
    let mut hash = seed ^ 0x9e37_79b9_7f4a_7c15;
    for part in [key, at_us, slot_start] {
        // SplitMix64's finisher (Steele, Lea, Flood 2014).
        hash = (hash ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^= hash >> 31;
    }
    i64::try_from(hash % CHANCE.unsigned_abs()).unwrap_or(0)
}

/// A stretch of a source as its neighbour sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) source: usize,
    /// See [`Source::family`].
    pub(super) family: usize,
    pub(super) shot: usize,
    /// That shot among all takes.
    pub(super) take: Option<Take>,
    pub(super) start_us: u64,
    pub(super) end_us: u64,
    /// The scenes that it shows.
    pub(super) seen: Seen,
}

impl Shown {
    /// Whether it shows the same clip as another, a copy of it, or the same scene.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let kin = |shown: &Self| shown.take.map(|take| take.kin);
        self.family == other.family
            || kin(self).is_some() && kin(self) == kin(other)
            || self.seen.shares(&other.seen)
    }
}

/// What it costs to show `right` directly after `left`; not above 0. A flash is free where the music
/// breaks.
pub(super) fn beside(
    weights: &Weights,
    sources: &[Source<'_>],
    left: &Shown,
    right: &Shown,
    breaks: bool,
) -> i64 {
    let mut price = 0;
    if left.source == right.source {
        let gap = right
            .start_us
            .saturating_sub(left.end_us)
            .max(left.start_us.saturating_sub(right.end_us));
        price += if left.shot == right.shot && gap < GOES_ON_US {
            weights.unseen
        } else if gap < JUMP_US {
            weights.jump
        } else {
            weights.same_clip
        };
    }
    let look = |shown: &Shown| sources.get(shown.source)?.look(shown.shot);
    if let (Some(before), Some(after)) = (look(left), look(right)) {
        let bits = (before.dhash ^ after.dhash).count_ones();
        price += if bits <= TWIN_BITS {
            weights.twin
        } else if bits <= SCENE_BITS {
            weights.alike
        } else {
            0
        };
        if !breaks && before.luma.abs_diff(after.luma) > FLASH {
            price += weights.flash;
        }
    }
    -price
}

/// What it costs to show two so many slots apart, fewer than [`NEAR_SLOTS`]; not above 0, the less
/// the further.
pub(super) fn apart(weights: &Weights, one: &Shown, other: &Shown, slots: usize) -> i64 {
    if !one.is_alike(other) {
        return 0;
    }
    let share = |slots: usize| i64::try_from(slots).unwrap_or(0);
    -weights.near * share(NEAR_SLOTS - slots) / share(NEAR_SLOTS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::slots::ACCENTS;
    use super::*;

    #[test]
    fn a_cut_that_is_not_seen_costs_more_than_a_new_clip_is_worth() {
        let weights = Weights::default();
        let shown = |start_us| Shown {
            source: 0,
            family: 0,
            shot: 0,
            take: None,
            start_us,
            end_us: start_us + 1_000_000,
            seen: Seen::UNKNOWN,
        };
        let left = shown(5_000_000);
        let price = |start_us| -beside(&weights, &[], &left, &shown(start_us), false);
        for near in [6_000_000, 6_199_999, 4_000_000, 3_800_001] {
            assert!(price(near) > weights.another_use(0), "{near}");
        }
        for (from, most) in [(6_200_000, weights.jump), (3_800_000, weights.jump)] {
            assert_eq!(price(from), most);
        }
        assert_eq!(price(9_000_000), weights.same_clip);
        // Where the clip itself is cut, the cut is seen.
        let another = Shown {
            shot: 1,
            ..shown(6_000_000)
        };
        let price = -beside(&weights, &[], &left, &another, false);
        assert_eq!(price, weights.jump);
    }

    proptest! {
        #[test]
        fn a_good_picture_that_is_surely_unwanted_is_worth_less_than_a_poor_one_in_any_slot(
            weight in 512..2048_i64,
            seen in ONE / 2..=2 * ONE,
            energy in 0..=1000_i64,
        ) {
            let slot = Vacancy {
                start: 0,
                frames: 25,
                cut: None,
                energy,
                weight,
                seen,
                accents: [0; ACCENTS],
                progress: 500,
                steps: 4,
            };
            let best = Measures {
                quality: ONE,
                unwanted: ONE,
                motion: energy * ONE / 1000,
                ..Measures::default()
            };
            let poor = Measures {
                motion: ONE - best.motion,
                ..Measures::default()
            };
            let weights = Weights::default();
            prop_assert!(suits(&weights, &slot, &best) < suits(&weights, &slot, &poor));
        }
    }
}
