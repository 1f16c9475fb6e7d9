//! The ladder: what is tried, in which order, until a segment stands.

use serde::{Deserialize, Serialize};

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
    /// As planned up to where the source ends; its last picture stands for the few frames left.
    Extended,
    /// Another clip, of those that the plan names for the slot.
    Alternate,
    /// One picture of the clip itself or of a neighbour, held.
    Hold,
    /// A plain dark picture.
    Slate,
}

impl Rung {
    /// Whether the planned footage is shown, from the planned instant, for the whole segment.
    #[must_use]
    pub const fn shows_the_plan(self) -> bool {
        matches!(self, Self::Direct | Self::Sequential | Self::Reduced)
    }
}
