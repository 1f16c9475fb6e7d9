//! What the planner is asked, and why it may refuse.

use serde::{Deserialize, Serialize};
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{Output, Style};

use crate::footage::Footage;

/// Everything that a plan is made from.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The film's picture; its rate is the one that cuts are quantised to.
    pub output: Output,
    /// The song's file.
    pub song: MediaReference,
    /// What was heard in the song.
    pub grid: BeatGrid,
    /// The clips on offer. The plan lists them all, in this order, used or not.
    pub clips: Vec<SourceClip>,
    /// How to cut.
    pub settings: EditSettings,
    /// Choices made on the way here, kept in front of the plan's own.
    pub decisions: Vec<Decision>,
}

/// One clip on offer.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceClip {
    /// Its file.
    pub media: MediaReference,
    /// What is known of its pictures.
    pub footage: Footage,
}

/// How to cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditSettings {
    /// Style of the cutting.
    pub style: Style,
    /// Seed of every choice left to chance: another seed shuffles choices of like worth. Below
    /// 2^53, so that every reader of JSON keeps it exact.
    pub seed: u64,
    /// How many alternates each slot gets at most.
    pub alternates: u8,
    /// Where in the song the film begins, in microseconds.
    pub start_us: u64,
    /// Longest film, in microseconds; to the song's end if none.
    pub length_us: Option<u64>,
}

impl Default for EditSettings {
    fn default() -> Self {
        Self {
            style: Style::default(),
            seed: 0,
            alternates: 3,
            start_us: 0,
            length_us: None,
        }
    }
}

/// Why no plan could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// No clip was offered.
    #[error("there are no clips to make a film from; give at least one video file")]
    NoClips,
    /// Clips were offered, but none holds a picture that may be shown.
    #[error(
        "none of the {clips} clips can be used: {empty} without pictures, {severe} black or covered throughout; add other clips"
    )]
    NothingUsable {
        /// How many were offered.
        clips: usize,
        /// How many have no pictures.
        empty: usize,
        /// How many are black or covered from end to end.
        severe: usize,
    },
    /// The song, or the part of it that was asked for, is shorter than one frame.
    #[error(
        "the film would begin {start_us} us into a song of {song_us} us and last less than one frame; choose an earlier start or a longer song"
    )]
    NothingToFill {
        /// Where it would begin, in microseconds.
        start_us: u64,
        /// The song's length, in microseconds.
        song_us: u64,
    },
    /// The film would be longer than a day.
    #[error("the film would have {frames} frames, which is more than 24 hours; limit its length")]
    TooLong {
        /// How many frames it would have.
        frames: u64,
    },
    /// The song's sample rate is 0.
    #[error("the song's sample rate is 0; analyse the song again")]
    NoSongRate,
    /// A number in the request is too large to count with.
    #[error("{what} is out of range")]
    OutOfRange {
        /// Which number.
        what: &'static str,
    },
}
