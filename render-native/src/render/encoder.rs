//! What the encoder is asked for: its preset and its rate factor.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How hard the encoder tries, as x264 names it. Later ones are slower and better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Of drafts.
    Ultrafast,
    /// Between the two.
    Superfast,
    /// Of the standard quality.
    Veryfast,
    /// A little slower.
    Faster,
    /// Nearly the slowest.
    Fast,
    /// Of the high quality; the slowest that is used.
    Medium,
}

impl Preset {
    /// Every preset, the fastest first.
    pub const ALL: [Self; 6] = [
        Self::Ultrafast,
        Self::Superfast,
        Self::Veryfast,
        Self::Faster,
        Self::Fast,
        Self::Medium,
    ];

    /// The encoder's own name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
            Self::Faster => "faster",
            Self::Fast => "fast",
            Self::Medium => "medium",
        }
    }

    /// The rate factor that goes with it where nobody says how large the film may be: those of
    /// the named qualities, and steps between them.
    #[must_use]
    pub const fn usual_crf(self) -> u8 {
        match self {
            Self::Ultrafast => 26,
            Self::Superfast => 23,
            Self::Veryfast => 20,
            Self::Faster => 19,
            Self::Fast => 18,
            Self::Medium => 17,
        }
    }

    /// With its usual rate factor.
    #[must_use]
    pub const fn usual(self) -> Encoder {
        Encoder {
            preset: self,
            crf: self.usual_crf(),
        }
    }
}

/// What the encoder is asked for; one for the whole film, since the preset stands in the headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Encoder {
    /// How hard it tries.
    pub preset: Preset,
    /// The constant rate factor: lower is better and larger, 6 steps are about a factor of 2.
    pub crf: u8,
}

impl Default for Encoder {
    fn default() -> Self {
        Preset::Veryfast.usual()
    }
}

/// As `veryfast, CRF 20`.
impl fmt::Display for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, CRF {}", self.preset.name(), self.crf)
    }
}
