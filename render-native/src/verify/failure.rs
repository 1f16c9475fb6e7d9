//! What a film does not keep of its plan.

use std::fmt;

use serde::Serialize;

use super::words::{beside_picture, by_frames, late};
use crate::shown::count;

/// One way in which a film does not keep its plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
#[non_exhaustive]
pub enum Failure {
    /// It has more or fewer frames.
    FrameCount {
        /// As planned.
        planned: u64,
        /// As decoded.
        decoded: u64,
    },
    /// Frames do not stand where their number says.
    FrameTimes {
        /// How many.
        frames: u64,
        /// The largest distance, in microseconds.
        worst_us: u64,
    },
    /// The picture does not start at 0.
    VideoStart {
        /// Where it starts, in microseconds.
        start_us: i64,
    },
    /// The picture stream lasts longer or shorter than its frames.
    Duration {
        /// What the frames last, in microseconds.
        planned_us: u64,
        /// What the container says.
        video_us: u64,
    },
    /// The decoder found the picture damaged.
    Damaged {
        /// Its messages.
        messages: u64,
    },
    /// Cuts of the plan are not on their beats.
    Beats {
        /// How many.
        broken: usize,
    },
    /// The picture changes beside the planned frame.
    CutsOff {
        /// How many cuts.
        cuts: usize,
        /// Frames by which the one farthest from its place is late; negative if early.
        worst_by: i64,
    },
    /// Runs of cuts stand elsewhere.
    CutsDisplaced {
        /// How many runs.
        runs: usize,
    },
    /// Too few of the cuts can be seen to vouch for any.
    CutsUnseen {
        /// Cuts that are seen.
        seen: usize,
        /// Cuts that ought to be seen.
        expected: usize,
    },
    /// The picture stands still across cuts from one file to another.
    CutsFrozen {
        /// How many cuts.
        cuts: usize,
    },
    /// The film has no sound.
    NoSound,
    /// Picture and sound start apart.
    StartOffset {
        /// By how much the sound is late, in milliseconds.
        ms: f64,
    },
    /// The sound is early or late.
    AudioLag {
        /// The lag farthest from 0, in milliseconds.
        worst_ms: f64,
        /// The most that passes.
        bound_ms: f64,
    },
    /// What is heard is not the song, or not near its place.
    AudioUnlike {
        /// At how many places.
        places: usize,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrameCount { planned, decoded } => {
                write!(f, "{} instead of {planned}", count(*decoded, "frame"))
            }
            Self::FrameTimes { frames, worst_us } => write!(
                f,
                "{} beside their time, by up to {worst_us} µs",
                count(*frames, "frame")
            ),
            Self::VideoStart { start_us } => write!(f, "the picture starts at {start_us} µs"),
            Self::Duration {
                planned_us,
                video_us,
            } => write!(f, "the picture lasts {video_us} µs instead of {planned_us}"),
            Self::Damaged { messages } => {
                write!(
                    f,
                    "the picture is damaged: {} of the decoder",
                    count(*messages, "message")
                )
            }
            Self::Beats { broken } => write!(
                f,
                "{} of the plan not on the beat",
                count(*broken as u64, "cut")
            ),
            Self::CutsOff { cuts, worst_by } => write!(
                f,
                "{} not on the planned frame, the farthest {} from it",
                count(*cuts as u64, "cut"),
                by_frames(*worst_by)
            ),
            Self::CutsDisplaced { runs } => write!(
                f,
                "{} of cuts elsewhere than planned",
                count(*runs as u64, "run")
            ),
            Self::CutsUnseen { seen, expected } => {
                write!(
                    f,
                    "only {seen} of {} can be seen",
                    count(*expected as u64, "cut")
                )
            }
            Self::CutsFrozen { cuts } => write!(
                f,
                "the picture stands still across {} from one clip to another",
                count(*cuts as u64, "cut")
            ),
            Self::NoSound => f.write_str("the film has no sound"),
            Self::StartOffset { ms } => {
                write!(f, "the sound starts {}", beside_picture(*ms))
            }
            Self::AudioLag { worst_ms, bound_ms } => {
                write!(
                    f,
                    "the sound is {}; up to {bound_ms} ms pass",
                    late(*worst_ms)
                )
            }
            Self::AudioUnlike { places } => {
                write!(
                    f,
                    "what is heard is not the song at {}",
                    count(*places as u64, "place")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_is_called_early_and_one_is_not_many() {
        for (failure, told) in [
            (
                Failure::AudioLag {
                    worst_ms: -500.0,
                    bound_ms: 1.0,
                },
                "the sound is 500 ms early; up to 1 ms pass",
            ),
            (
                Failure::StartOffset { ms: -21.3333 },
                "the sound starts 21.333 ms before the picture",
            ),
            (
                Failure::CutsOff {
                    cuts: 1,
                    worst_by: -1,
                },
                "1 cut not on the planned frame, the farthest -1 frame from it",
            ),
            (
                Failure::CutsDisplaced { runs: 1 },
                "1 run of cuts elsewhere than planned",
            ),
            (
                Failure::FrameCount {
                    planned: 2,
                    decoded: 1,
                },
                "1 frame instead of 2",
            ),
            (
                Failure::AudioUnlike { places: 2 },
                "what is heard is not the song at 2 places",
            ),
        ] {
            assert_eq!(failure.to_string(), told);
        }
    }
}
