//! Corrections of the beats and bans of clips, as the planner takes them.

use serde::{Deserialize, Serialize};

/// A person's correction of what was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Correction {
    /// Twice as many beats.
    Double,
    /// Half as many.
    Halve,
    /// All beats a little later, or earlier.
    Nudge {
        /// By how many samples.
        samples: i64,
    },
    /// Bars begin elsewhere.
    Downbeat {
        /// The beat that a bar begins on, counting from 0.
        beat: usize,
    },
    /// Bars have another length.
    Meter {
        /// Beats in a bar.
        beats_per_bar: u8,
    },
    /// The beats as tapped.
    Tap {
        /// Samples, in order.
        taps: Vec<u64>,
    },
}

/// Footage that is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// The clip, by its position in the project.
    pub media: u32,
    /// From when to when, in microseconds of its container's time; the whole clip if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_us: Option<(u64, u64)>,
}
