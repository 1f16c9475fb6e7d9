//! What can be done to a plan's slots.

use crate::plan::{Clip, Cut, Fit, Focus, Speed};

/// One operation on a plan's slots. Slots are named by position, counting from 0; people are told
/// the number of the shot, counting from 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// An alternate becomes the clip, and the clip takes the alternate's place.
    Swap {
        /// Which slot.
        slot: usize,
        /// Position among the slot's alternates, counting from 0.
        alternate: usize,
    },
    /// Any clip is shown; the one that was becomes the first alternate. It begins earlier than it
    /// says where its source would end within the slot.
    Replace {
        /// Which slot.
        slot: usize,
        /// What is shown from now on.
        clip: Clip,
    },
    /// The clip begins earlier or later in its source, as far as the source goes.
    Slip {
        /// Which slot.
        slot: usize,
        /// By how many microseconds of source time; later if positive.
        by_us: i64,
    },
    /// The slot is locked or unlocked.
    Lock {
        /// Which slot.
        slot: usize,
        /// Whether it is locked from now on.
        locked: bool,
    },
    /// The slot becomes two; the second goes on in the source where the first ends.
    Split {
        /// Which slot.
        slot: usize,
        /// First frame of the film that the second fills; inside the slot, not its first.
        at: u64,
        /// The musical event there, if there is one. It must sound during frame `at`.
        cut: Option<Cut>,
    },
    /// The slot and the next become one; the first's clip goes on through both. It begins earlier
    /// where its source would end within them.
    Merge {
        /// The first of the two.
        slot: usize,
    },
    /// How the picture is fitted.
    SetFit {
        /// Which slot.
        slot: usize,
        /// As the output says if `None`.
        fit: Option<Fit>,
    },
    /// Which part a crop keeps.
    SetFocus {
        /// Which slot.
        slot: usize,
        /// The middle if `None`.
        focus: Option<Focus>,
    },
    /// How fast the clip runs: at most so fast that its source is long enough.
    SetSpeed {
        /// Which slot.
        slot: usize,
        /// Source time per film time.
        speed: Speed,
    },
    /// What a slot shows moves to another place in the order, and what lies between moves up. The
    /// slots' frames and cuts stay; locked slots between are passed over.
    Move {
        /// From which slot.
        from: usize,
        /// To which.
        to: usize,
    },
    /// The cut before a slot moves. What is shown on either side stays at the frame where it was, as
    /// far as the sources go.
    Roll {
        /// The slot that begins at the cut; not the film's first.
        slot: usize,
        /// The slot's first frame from now on; both slots keep at least one.
        to: u64,
        /// The musical event there, if there is one. It must sound during frame `to`.
        cut: Option<Cut>,
    },
}

impl Operation {
    /// What it does, for an undo menu: `Slip shot 12`.
    #[must_use]
    pub fn label(&self) -> String {
        let shot = |slot: &usize| slot.saturating_add(1);
        match self {
            Self::Swap { slot, .. } => format!("Swap shot {}", shot(slot)),
            Self::Replace { slot, .. } => format!("Replace shot {}", shot(slot)),
            Self::Slip { slot, .. } => format!("Slip shot {}", shot(slot)),
            Self::Lock { slot, locked: true } => format!("Lock shot {}", shot(slot)),
            Self::Lock { slot, .. } => format!("Unlock shot {}", shot(slot)),
            Self::Split { slot, .. } => format!("Split shot {}", shot(slot)),
            Self::Merge { slot } => {
                format!("Merge shots {} and {}", shot(slot), slot.saturating_add(2))
            }
            Self::SetFit { slot, .. } => format!("Fit shot {}", shot(slot)),
            Self::SetFocus { slot, .. } => format!("Focus shot {}", shot(slot)),
            Self::SetSpeed { slot, .. } => format!("Change speed of shot {}", shot(slot)),
            Self::Move { from, to } => format!("Move shot {} to {}", shot(from), shot(to)),
            Self::Roll { slot, .. } => format!("Move cut before shot {}", shot(slot)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_shots_from_one() {
        let slip = Operation::Slip {
            slot: 11,
            by_us: -5,
        };
        assert_eq!(slip.label(), "Slip shot 12");
        let merge = Operation::Merge { slot: 2 };
        assert_eq!(merge.label(), "Merge shots 3 and 4");
    }
}
