//! The ladder: what is tried, in which order, until a segment stands.

use serde::{Deserialize, Serialize};
use shared::decision::DecisionCode;

use super::segment::Way;

/// One way of making a segment. Later ones are worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rung {
    /// As planned: seek, decode, scale, encode.
    Direct,
    /// As planned, but decoded from the file's start, without trusting its index.
    Sequential,
    /// As planned, with the plainest filters and the least memory.
    Reduced,
    /// As planned up to where the source ends; its last picture stays for the rest.
    Extended,
    /// Another clip, of those that the plan names for the slot.
    Alternate,
    /// One picture of a neighbour, held.
    Hold,
    /// A plain dark picture.
    Slate,
}

impl Rung {
    /// Whether the planned footage is shown as it was planned, from the planned instant, for the
    /// whole segment. With less done to the picture (no blurred border, no tone mapping) it is not.
    #[must_use]
    pub const fn shows_the_plan(self) -> bool {
        matches!(self, Self::Direct | Self::Sequential)
    }

    /// The decision that ending here is; `None` where everything went as planned.
    #[must_use]
    pub const fn decision(self) -> Option<DecisionCode> {
        Some(match self {
            Self::Direct => return None,
            Self::Sequential => DecisionCode::SegmentRetried,
            Self::Reduced => DecisionCode::SegmentReduced,
            Self::Extended | Self::Hold => DecisionCode::PictureHeld,
            Self::Alternate => DecisionCode::AlternateUsed,
            Self::Slate => DecisionCode::SlateUsed,
        })
    }
}

/// One thing to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The planned clip, read in some way.
    Planned(Way),
    /// What there is of the planned clip, however little, and then its last picture.
    Remains,
    /// An alternate, by its rank.
    Alternate(usize),
    /// The last picture of the slot before.
    HoldBefore,
    /// The first picture of the slot after.
    HoldAfter,
    /// The plain picture.
    Slate,
}

impl Step {
    /// The rung that success with this step is.
    pub(super) const fn rung(self) -> Rung {
        match self {
            Self::Planned(Way::Seek | Way::Mezzanine) => Rung::Direct,
            Self::Planned(Way::Sequential) => Rung::Sequential,
            Self::Planned(Way::Plain) => Rung::Reduced,
            Self::Planned(Way::Extended) | Self::Remains => Rung::Extended,
            Self::Alternate(_) => Rung::Alternate,
            Self::HoldBefore | Self::HoldAfter => Rung::Hold,
            Self::Slate => Rung::Slate,
        }
    }
}

/// What the steps so far have shown of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are facts of one segment, each its own"
)]
pub(super) struct Seen {
    /// Frames wanted.
    pub(super) frames: u32,
    /// Whether the planned source can be opened at all.
    pub(super) readable: bool,
    /// Whether there is a mezzanine of it.
    pub(super) mezzanine: bool,
    /// Whether it is a still picture: there is one way only to read it.
    pub(super) still: bool,
    /// The most frames that the planned source gave.
    pub(super) most: u32,
    /// Whether every failure was a source that ended early, without a complaint.
    pub(super) only_short: bool,
}

/// Everything that may be tried for a segment with so many alternates, best first.
pub(super) fn steps(alternates: usize) -> impl Iterator<Item = Step> {
    let planned = [
        Way::Mezzanine,
        Way::Seek,
        Way::Sequential,
        Way::Plain,
        Way::Extended,
    ];
    planned
        .map(Step::Planned)
        .into_iter()
        .chain((0..alternates).map(Step::Alternate))
        .chain([
            Step::Remains,
            Step::HoldBefore,
            Step::HoldAfter,
            Step::Slate,
        ])
}

/// Whether a step can succeed after what was seen.
pub(super) fn is_worth_trying(step: Step, seen: Seen) -> bool {
    match step {
        Step::Planned(_) | Step::Remains if !seen.readable => false,
        Step::Planned(Way::Mezzanine) => seen.mezzanine,
        Step::Planned(way) if seen.still => way == Way::Seek,
        Step::Remains if seen.still => false,
        // Plainer filters make no source longer.
        Step::Planned(Way::Plain) => !seen.only_short,
        // A few frames held are nearer to the plan than another clip; many are not.
        Step::Planned(Way::Extended) => {
            seen.most > 0 && u64::from(seen.most) * 10 >= u64::from(seen.frames) * 8
        }
        // If there was nearly all of it, the step above has failed already.
        Step::Remains => seen.most > 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(seen: Seen) -> Vec<Step> {
        steps(1)
            .filter(|step| is_worth_trying(*step, seen))
            .collect()
    }

    #[test]
    fn the_order_is_from_the_plan_to_the_slate() {
        let rungs: Vec<_> = steps(2).map(Step::rung).collect();
        assert_eq!(rungs.first(), Some(&Rung::Direct));
        assert_eq!(rungs.last(), Some(&Rung::Slate));
        let others = steps(2).filter(|step| *step != Step::Remains);
        assert!(others.map(Step::rung).is_sorted());
    }

    #[test]
    fn a_source_that_ends_a_little_early_is_held_and_one_that_ends_much_early_is_replaced_first() {
        let seen = |most| Seen {
            frames: 10,
            readable: true,
            mezzanine: false,
            still: false,
            most,
            only_short: true,
        };
        assert_eq!(tried(seen(9))[2], Step::Planned(Way::Extended));
        assert_eq!(tried(seen(3))[2], Step::Alternate(0));
        assert_eq!(tried(seen(3))[3], Step::Remains);
        assert_eq!(tried(seen(0))[3], Step::HoldBefore);
    }

    #[test]
    fn a_source_that_cannot_be_opened_is_not_tried_again_and_again() {
        let seen = Seen {
            frames: 10,
            readable: false,
            mezzanine: false,
            still: false,
            most: 0,
            only_short: false,
        };
        assert_eq!(tried(seen)[0], Step::Alternate(0));
    }

    #[test]
    fn a_still_picture_is_tried_once() {
        let seen = Seen {
            frames: 10,
            readable: true,
            mezzanine: false,
            still: true,
            most: 0,
            only_short: false,
        };
        let planned = |step: &Step| matches!(step, Step::Planned(_) | Step::Remains);
        let tried: Vec<_> = tried(seen).into_iter().filter(planned).collect();
        assert_eq!(tried, [Step::Planned(Way::Seek)]);
    }
}
