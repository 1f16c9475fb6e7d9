//! What else a song may be read as: other beats, or the same beats counted otherwise.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most other readings that are kept of a song.
pub const MAX_READINGS: usize = 8;
/// Most parts that [`ReadBeats::Divided`] divides a beat into, and most of them to a beat.
pub const MAX_PARTS: u8 = 4;

/// Another reading of the song.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Its beats.
    pub beats: ReadBeats,
    /// Its tempo in thousandths of a beat per minute; the median over the song.
    pub tempo_millibpm: u32,
    /// Beats in its bars; 0 if unknown.
    pub beats_per_bar: u8,
    /// Which of its beats, counted from 0, is the first downbeat: below `beats_per_bar`, or 0.
    pub downbeat: u8,
    /// How likely it is, 0 to 1000, beside the grid itself and all others.
    pub likelihood_permille: u16,
}

/// The beats of another reading.
///
/// Half as many beats are every second one; beats half a beat later are every second half from the
/// first half on; the same beats with other bars are all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReadBeats {
    /// Told by the beats of the grid.
    Divided {
        /// Every beat of the grid is divided into so many equal parts, 1 to [`MAX_PARTS`].
        parts: u8,
        /// So many of the parts make one beat, 1 to [`MAX_PARTS`].
        every: u8,
        /// The part on which the first beat falls, below `every`.
        first: u8,
    },
    /// As far from each other throughout the song.
    Even {
        /// The first beat, in samples.
        first: u64,
        /// The last beat, in samples; after the first.
        last: u64,
        /// How many there are, at least 2.
        count: u32,
    },
}

impl ReadBeats {
    /// The beats of the grid themselves.
    pub const SAME: Self = Self::Divided {
        parts: 1,
        every: 1,
        first: 0,
    };
}

impl fmt::Display for ReadBeats {
    /// How they differ from the grid's: `every other beat, from the second`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, every, first) = match *self {
            Self::Even { .. } => return f.write_str("one tempo throughout"),
            Self::Divided {
                parts,
                every,
                first,
            } => (parts, every, first),
        };
        match (parts, every) {
            (1, 1) => f.write_str("the same beats"),
            (2, 2) => f.write_str("beats half a beat later"),
            (parts, every) if parts == every => write!(f, "beats {first}/{parts} of a beat later"),
            (2, 1) => f.write_str("twice as many beats"),
            (parts, 1) => write!(f, "{parts} times as many beats"),
            (1, 2) => write!(f, "every other beat, from the {}", ordinal(first)),
            (1, every) => write!(f, "one beat of {every}, from the {}", ordinal(first)),
            (parts, every) if first == 0 => write!(f, "{parts} beats for {every}"),
            (parts, every) => write!(
                f,
                "{parts} beats for {every}, {first}/{parts} of a beat later"
            ),
        }
    }
}

impl fmt::Display for Reading {
    /// How it differs from the grid: `every other beat, from the second; bars of 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.beats.fmt(f)?;
        match (self.beats_per_bar, self.downbeat) {
            (0, _) => Ok(()),
            (meter, 0) => write!(f, "; bars of {meter}"),
            (meter, first) => write!(f, "; bars of {meter} from the {}", ordinal(first)),
        }
    }
}

const fn ordinal(place: u8) -> &'static str {
    match place {
        0 => "first",
        1 => "second",
        2 => "third",
        3 => "fourth",
        _ => "fifth",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_says_how_it_differs() {
        let told = |parts, every, first, beats_per_bar, downbeat| {
            let reading = Reading {
                beats: ReadBeats::Divided {
                    parts,
                    every,
                    first,
                },
                beats_per_bar,
                downbeat,
                tempo_millibpm: 0,
                likelihood_permille: 0,
            };
            reading.to_string()
        };
        assert_eq!(
            told(1, 2, 1, 4, 0),
            "every other beat, from the second; bars of 4"
        );
        assert_eq!(told(2, 1, 0, 0, 0), "twice as many beats");
        assert_eq!(
            told(1, 1, 0, 3, 2),
            "the same beats; bars of 3 from the third"
        );
        assert_eq!(told(2, 2, 1, 0, 0), "beats half a beat later");
        assert_eq!(told(3, 2, 0, 0, 0), "3 beats for 2");
    }
}
