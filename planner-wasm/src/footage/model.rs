//! What is known of a clip's footage.

use serde::{Deserialize, Serialize};

/// Width of the small pictures, in pixels. The whole picture is squeezed into them.
pub const FRAME_WIDTH: usize = 160;
/// Height of the small pictures, in pixels.
pub const FRAME_HEIGHT: usize = 90;
/// Bytes of a small picture: rows of RGB, 8 bits each.
pub const FRAME_BYTES: usize = FRAME_WIDTH * FRAME_HEIGHT * 3;
/// Length of a tick, in microseconds.
pub const TICK_US: u64 = 100_000;

/// One clip, measured. Times are microseconds of the container's time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Footage {
    /// Time of the first picture.
    pub start_us: u64,
    /// End of the last picture.
    pub end_us: u64,
    /// Unbroken takes, in order, covering `start_us..end_us`.
    pub shots: Vec<Shot>,
    /// Measures of each [`TICK_US`] from `start_us` on; the last may be partial.
    #[serde(with = "super::columns")]
    pub ticks: Vec<Tick>,
    /// Instants worth placing on a beat, in order of time.
    pub anchors: Vec<Anchor>,
    /// Stretches that look the same all through, in order of time, none across shots.
    pub views: Vec<View>,
    /// What is heard of the clip's own sound; none if it has none, it cannot be decoded or nobody
    /// listened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<Sound>,
}

/// A clip's own sound, heard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// Loudness of each tick above 200 Hz: half decibels above -100 dB of full scale, 0 to 200.
    pub loudness: Vec<u8>,
    /// How surely someone speaks in each tick, 0 to 255.
    pub speech: Vec<u8>,
    /// What is suddenly loud, in order of time.
    pub events: Vec<LoudEvent>,
}

/// An instant at which a clip is suddenly much louder than around it: a clap, a ball, a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoudEvent {
    /// When it begins, to four milliseconds.
    pub at_us: u64,
    /// How far it rises above what is usual around it, 0 to 1000: 30 dB or more.
    pub strength_permille: u16,
}

/// A stretch that looks the same all through: half-open, `start_us..end_us`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// First instant.
    pub start_us: u64,
    /// First instant after it.
    pub end_us: u64,
    /// How it looks.
    pub look: Look,
}

/// An unbroken take: half-open, `start_us..end_us`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shot {
    /// First instant.
    pub start_us: u64,
    /// First instant after it.
    pub end_us: u64,
    /// How its middle looks.
    pub look: Look,
}

/// A compact description of a picture, for likeness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Difference hash: 64 comparisons of neighbouring areas' luma.
    pub dhash: u64,
    /// Colour histogram; the bins sum to about 255.
    pub colours: [u8; 32],
    /// Mean luma, 0 to 255.
    pub luma: u8,
}

/// Measures of one tick, quantised once so that everything after is integer arithmetic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Overall quality, 0 (worst) to 255.
    pub quality: u8,
    /// How much moves, be it in the picture or the camera, 0 to 255.
    pub motion: u8,
    /// How much the camera shakes, 0 to 255; a steady pan has none.
    pub shake: u8,
    /// Mean luma, 0 to 255.
    pub luma: u8,
    /// How surely nobody wants it so, 0 to 255: a card, a test pattern, damage; at most a third of that for
    /// text over the picture, a screen, and even ground. It is shown where there is nothing better.
    pub unwanted: u8,
    /// What is wrong with it.
    pub defects: Defects,
}

/// A set of [`Defect`]s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Defects(u16);

/// A reason not to use a tick, or to use any other first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// Nothing but black.
    Black,
    /// The lens is covered, or the picture is one even colour.
    Covered,
    /// Too dark.
    Underexposed,
    /// Too bright.
    Overexposed,
    /// Out of focus.
    Blurred,
    /// The camera shakes.
    Shaken,
    /// Bars and other pictures that measuring devices are set by.
    TestPattern,
    /// Text or a sign on an even ground, or on one that changes evenly.
    FlatCard,
    /// The file is damaged, and its pictures show it.
    Damaged,
    /// The picture stands still in a clip that moves: a recording that stalled.
    Frozen,
    /// Text over the picture: subtitles, a name, a title.
    Captioned,
    /// A screen of pure green or blue, there to be replaced.
    Keyed,
    /// Even ground that nothing stands out of, and nothing moves.
    Plain,
}

impl Defect {
    /// Every defect.
    pub const ALL: [Self; 13] = [
        Self::Black,
        Self::Covered,
        Self::Underexposed,
        Self::Overexposed,
        Self::Blurred,
        Self::Shaken,
        Self::TestPattern,
        Self::FlatCard,
        Self::Damaged,
        Self::Frozen,
        Self::Captioned,
        Self::Keyed,
        Self::Plain,
    ];

    /// Whether such a tick is never shown, however scarce the footage.
    #[must_use]
    pub const fn is_severe(self) -> bool {
        matches!(self, Self::Black | Self::Covered)
    }

    /// Whether such a tick is used only after others, by how [unwanted](Tick::unwanted) it is, but
    /// not rejected: cards and patterns are clean pictures, and may be all that there is.
    #[must_use]
    pub const fn is_demotion(self) -> bool {
        matches!(
            self,
            Self::TestPattern
                | Self::FlatCard
                | Self::Damaged
                | Self::Captioned
                | Self::Keyed
                | Self::Plain
        )
    }

    /// What it is called where people read it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Black => "black",
            Self::Covered => "covered lens or blank",
            Self::Underexposed => "too dark",
            Self::Overexposed => "too bright",
            Self::Blurred => "blurred",
            Self::Shaken => "shaken",
            Self::TestPattern => "test pattern",
            Self::FlatCard => "flat card",
            Self::Damaged => "damaged pictures",
            Self::Frozen => "frozen picture",
            Self::Captioned => "text over the picture",
            Self::Keyed => "green or blue screen",
            Self::Plain => "hardly anything to see",
        }
    }
}

impl Defects {
    /// The set with `defect` in it.
    #[must_use]
    pub const fn with(self, defect: Defect) -> Self {
        Self(self.0 | 1 << defect as u8)
    }

    /// Whether `defect` is in it.
    #[must_use]
    pub const fn has(self, defect: Defect) -> bool {
        self.0 & (1 << defect as u8) != 0
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a tick with these is rejected.
    #[must_use]
    pub fn reject(self) -> bool {
        self.iter().any(|defect| !defect.is_demotion())
    }

    /// The defects in it.
    pub fn iter(self) -> impl Iterator<Item = Defect> {
        Defect::ALL
            .into_iter()
            .filter(move |defect| self.has(*defect))
    }
}

/// An instant worth placing on a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// When.
    pub at_us: u64,
    /// What happens.
    pub kind: AnchorKind,
    /// How strong it is within the clip, 0 to 1000.
    pub strength_permille: u16,
}

/// Kinds of anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorKind {
    /// A movement stops or turns abruptly: belongs ON a beat.
    Impact,
    /// A movement begins: belongs just after a cut.
    MotionOnset,
    /// The middle of a stretch of good, even quality.
    Plateau,
    /// Something is suddenly loud, and nothing stops where it is: belongs ON a beat.
    Loud,
}
