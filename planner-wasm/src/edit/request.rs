//! What the planner is asked, and why it may refuse.

use serde::{Deserialize, Serialize};
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{MAX_ALTERNATES, MAX_EXACT, Output, Style};

use super::steering::{Ban, MOST_WEIGHT, Must, NORMAL_WEIGHT, SongWindow};
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
    /// Footage that is shown nowhere.
    pub bans: Vec<Ban>,
    /// Footage that is shown somewhere. Where a range is banned as well, it is banned.
    pub musts: Vec<Must>,
    /// Footage that is shown only in parts of the song.
    pub windows: Vec<SongWindow>,
}

/// One clip on offer.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceClip {
    /// Its file.
    pub media: MediaReference,
    /// What is known of its pictures.
    pub footage: Footage,
    /// The footage was measured anew since the plan to start from was made: what that plan shows of
    /// it holds only as far as the new measures allow it. Of no consequence without such a plan.
    pub remeasured: bool,
    /// How gladly it is shown: [`NORMAL_WEIGHT`] as any other, twice as much or half as much for clips that
    /// shall be seen more or less, 0 for one that is shown only where other footage runs out. At most
    /// [`MOST_WEIGHT`]. Of clips of the same content the greatest counts.
    pub weight_permille: u16,
    /// Its weight when the plan to start from was made. Of no consequence without such a plan.
    pub weight_before: u16,
}

impl SourceClip {
    /// A clip of which nothing is asked.
    #[must_use]
    pub const fn new(media: MediaReference, footage: Footage) -> Self {
        Self {
            media,
            footage,
            remeasured: false,
            weight_permille: NORMAL_WEIGHT,
            weight_before: NORMAL_WEIGHT,
        }
    }
}

/// How to cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditSettings {
    /// Style of the cutting.
    pub style: Style,
    /// Seed of every choice left to chance: another seed shuffles choices of like worth. At
    /// most [`MAX_EXACT`].
    pub seed: u64,
    /// How many alternates each slot gets at most; no more than [`MAX_ALTERNATES`].
    pub alternates: u8,
    /// Where in the song the film begins, in microseconds.
    pub start_us: u64,
    /// Longest film, in microseconds; to the song's end if none.
    pub length_us: Option<u64>,
    /// How many cuts there should be, next to what the style makes of the music: 1000 is as many,
    /// 2000 about twice as many. From [`LEAST_DENSITY`] to [`MOST_DENSITY`].
    pub density_permille: u16,
    /// Parts of the song that have a density of their own instead.
    pub paces: Vec<SectionPace>,
}

/// Smallest density.
pub const LEAST_DENSITY: u16 = 100;
/// Greatest density.
pub const MOST_DENSITY: u16 = 8000;

/// A part of the song that is cut at a pace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionPace {
    /// First sample, in the beat grid's rate.
    pub start: u64,
    /// First sample after it.
    pub end: u64,
    /// Density there, as in [`EditSettings::density_permille`]. Of several parts that hold the same
    /// sample the first counts.
    pub density_permille: u16,
}

/// Which slots of a plan may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// All but the locked ones.
    All,
    /// These alone, and of them only what they show. Locked ones stay as they are.
    Slots {
        /// Positions in the plan, counting from 0.
        slots: Vec<usize>,
        /// Chooses among what they could show; as [`EditSettings::seed`], which has no say here, so
        /// that the film is not made anew by it later.
        seed: u64,
    },
}

impl Default for EditSettings {
    fn default() -> Self {
        Self {
            style: Style::default(),
            seed: 0,
            alternates: 3,
            start_us: 0,
            length_us: None,
            density_permille: NORMAL_DENSITY,
            paces: Vec::new(),
        }
    }
}

/// The density that leaves the pace to the style.
pub(super) const NORMAL_DENSITY: u16 = 1000;

impl EditSettings {
    /// The density of the cutting at a sample of the song.
    pub(super) fn density_at(&self, sample: u64) -> u16 {
        self.paces
            .iter()
            .find(|pace| (pace.start..pace.end).contains(&sample))
            .map_or(self.density_permille, |pace| pace.density_permille)
    }

    /// Every density there is.
    pub(super) fn densities(&self) -> impl Iterator<Item = u16> {
        let own = self.paces.iter().map(|pace| pace.density_permille);
        std::iter::once(self.density_permille).chain(own)
    }

    /// # Errors
    /// [`EditError::OutOfRange`] if a number is too large or too small to plan with.
    pub(super) fn checked(&self) -> Result<(), EditError> {
        checked_seed(self.seed)?;
        if usize::from(self.alternates) > MAX_ALTERNATES {
            return Err(EditError::OutOfRange {
                what: "the number of alternates",
            });
        }
        let sound = |density| (LEAST_DENSITY..=MOST_DENSITY).contains(&density);
        if self.densities().all(sound) {
            Ok(())
        } else {
            Err(EditError::OutOfRange {
                what: "the density of the cuts",
            })
        }
    }
}

impl PlanRequest {
    /// # Errors
    /// [`EditError::OutOfRange`] if a number is too large or too small to plan with.
    pub(super) fn checked(&self) -> Result<(), EditError> {
        let weighty = |clip: &SourceClip| clip.weight_permille > MOST_WEIGHT;
        if self.clips.iter().any(weighty) {
            return Err(EditError::OutOfRange {
                what: "the weight of a clip",
            });
        }
        self.settings.checked()
    }
}

/// # Errors
/// [`EditError::OutOfRange`] if a plan could not hold the seed.
pub(super) const fn checked_seed(seed: u64) -> Result<(), EditError> {
    if seed > MAX_EXACT {
        return Err(EditError::OutOfRange { what: "the seed" });
    }
    Ok(())
}

/// Why no plan could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// No clip was offered.
    #[error("there are no clips to make a film from; give at least one video file")]
    NoClips,
    /// Clips were offered, but none holds a picture that may be shown.
    #[error("{}; add other clips", unusable(*clips, *empty, *severe))]
    NothingUsable {
        /// How many were offered.
        clips: usize,
        /// How many have no pictures.
        empty: usize,
        /// How many are black or covered from end to end.
        severe: usize,
    },
    /// Every clip that could be used is banned, or what is left of them is too short even to be held.
    #[error(
        "what is banned of {clips} clips leaves too little to show; lift a ban or add other clips"
    )]
    AllBanned {
        /// How many are banned, as a whole or in part.
        clips: usize,
    },
    /// The plan to start from breaks a promise of the format.
    #[error("the plan to start from is not sound: {problem}")]
    UnsoundPlan {
        /// The first of its problems.
        problem: String,
    },
    /// The scope names a slot that is not there.
    #[error("there is no slot {slot}: the plan has {slots}, counted from 0")]
    NoSuchSlot {
        /// Which was named.
        slot: usize,
        /// How many there are.
        slots: usize,
    },
    /// The whole song is shorter than one frame.
    #[error(
        "the song is {} ms long, less than one frame of the film ({} ms); choose a longer song",
        milliseconds(*song_us),
        milliseconds(*frame_us)
    )]
    SongTooShort {
        /// The song's length, in microseconds.
        song_us: u64,
        /// The length of a frame, in microseconds.
        frame_us: u64,
    },
    /// The part of the song that was asked for is shorter than one frame.
    #[error(
        "the film would begin {}.{:03} s into a song of {}.{:03} s and last less than one frame; choose an earlier start or a greater length",
        start_us / 1_000_000,
        start_us / 1000 % 1000,
        song_us / 1_000_000,
        song_us / 1000 % 1000
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

/// Why no clip can be used, in words.
fn unusable(clips: usize, empty: usize, severe: usize) -> String {
    match (clips, empty) {
        (1, 1) => "the only clip cannot be used: it is without pictures".to_owned(),
        (1, _) => "the only clip cannot be used: it is black or covered throughout".to_owned(),
        _ => format!(
            "none of the {clips} clips can be used: {empty} without pictures, {severe} black or covered throughout"
        ),
    }
}

/// Microseconds as milliseconds with one decimal.
fn milliseconds(us: u64) -> String {
    format!("{}.{}", us / 1000, us / 100 % 10)
}
