//! Why an operation was not carried out.

use crate::plan::{MAX_SLOTS, Problem};

/// Why an operation was not carried out. The plan is as it was.
///
/// Slots are held by position, counting from 0, and told as shots, counting from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditingError {
    /// There is no such slot.
    #[error("there is no shot {}: the film has {count}; choose one of those", shot(*slot))]
    NoSlot {
        /// Which was named.
        slot: usize,
        /// How many there are.
        count: usize,
    },
    /// The slot is locked.
    #[error("shot {} is locked and stays as it is; unlock it first", shot(*slot))]
    Locked {
        /// Which.
        slot: usize,
    },
    /// The slot has no such alternate.
    #[error(
        "shot {} has no alternate {}: it has {count}; choose one of those, or another clip",
        shot(*slot), shot(*alternate)
    )]
    NoAlternate {
        /// Which slot.
        slot: usize,
        /// Which was named, counting from 0.
        alternate: usize,
        /// How many it has.
        count: usize,
    },
    /// The plan has no such file.
    #[error(
        "shot {} cannot show clip {media}: the plan has {count} clips, counted from 0; add the clip first",
        shot(*slot)
    )]
    NoMedia {
        /// Which slot.
        slot: usize,
        /// Which was named, counting from 0.
        media: u32,
        /// How many there are.
        count: usize,
    },
    /// A slot of one frame cannot become two.
    #[error("shot {} is one frame long and cannot be split", shot(*slot))]
    OneFrame {
        /// Which slot.
        slot: usize,
    },
    /// A cut would lie outside of the frames that it divides.
    #[error(
        "a cut at frame {at} would leave nothing of shot {}; cut at a frame from {first} to {last}",
        shot(*slot)
    )]
    NotInside {
        /// The slot that would be left with nothing.
        slot: usize,
        /// Where the cut would be.
        at: u64,
        /// The first frame where it can be.
        first: u64,
        /// The last frame where it can be.
        last: u64,
    },
    /// No cut can be moved or made within two slots of one frame each.
    #[error(
        "shots {} and {} are one frame long each, and the cut between them cannot move",
        slot, shot(*slot)
    )]
    NoRoom {
        /// The second of the two.
        slot: usize,
    },
    /// The film's first slot begins with the film.
    #[error("shot 1 begins with the film, and its beginning cannot move")]
    FilmBegins,
    /// The last slot has none after it.
    #[error("shot {} is the last, and there is none after it to merge with", shot(*slot))]
    NoNext {
        /// Which slot.
        slot: usize,
    },
    /// The musical event does not sound during the first frame of the slot.
    #[error(
        "shot {} would begin at frame {frame}, but sample {sample} of the song {}; cut there, or \
         without a beat",
        shot(*slot), Heard(*heard)
    )]
    CutElsewhere {
        /// The slot that would begin there.
        slot: usize,
        /// Its first frame.
        frame: u64,
        /// Where the event lies in the song.
        sample: u64,
        /// The frame during which it sounds; `None` if the film has not begun then.
        heard: Option<u64>,
    },
    /// The source has nothing more in this direction.
    #[error("shot {} is at the {edge} of {name:?}; choose another stretch or another clip", shot(*slot))]
    NothingLeft {
        /// Which slot.
        slot: usize,
        /// The source's name.
        name: String,
        /// `start` or `end`.
        edge: &'static str,
    },
    /// The source is too short for any more speed.
    #[error(
        "shot {} cannot run faster: {name:?} is {length_us} us long and would end within it; \
         choose a longer clip, or cut the shot shorter",
        shot(*slot)
    )]
    TooFast {
        /// Which slot.
        slot: usize,
        /// The source's name.
        name: String,
        /// The source's length in microseconds.
        length_us: u64,
    },
    /// A focus lies outside of the picture.
    #[error("the focus of shot {} is not between 0 and 1000 in both directions", shot(*slot))]
    FocusOutside {
        /// Which slot.
        slot: usize,
    },
    /// The slot would be longer than a plan can say.
    #[error("shots {} and {} are too long to be one", shot(*slot), slot.saturating_add(2))]
    TooLong {
        /// The first of the two.
        slot: usize,
    },
    /// The plan has as many slots as a plan can have.
    #[error("the film has {MAX_SLOTS} shots, and no film has more; merge some first")]
    TooMany,
    /// The outcome would break a promise of the format in another way, or the plan does so already.
    #[error("the plan would not be sound: {problem}")]
    Unsound {
        /// The first thing that is wrong.
        problem: Problem,
    },
}

const fn shot(slot: usize) -> usize {
    slot.saturating_add(1)
}

/// When a sample is heard.
struct Heard(Option<u64>);

impl std::fmt::Display for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(frame) => write!(f, "sounds during frame {frame}"),
            None => f.write_str("sounds before the film begins"),
        }
    }
}
