//! What else a song may be read as: other beats, or the same beats counted otherwise.

use serde::{Deserialize, Serialize};

/// Most other readings that are kept of a song.
pub const MAX_READINGS: usize = 8;
/// Most parts that [`ReadBeats::Divided`] divides a beat into, and most of them to a beat.
pub const MAX_PARTS: u8 = 4;

/// Most beats in the bars of a reading; the fewest are two.
pub const MOST_IN_A_BAR: u8 = 12;

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
    /// How likely it is, 0 to 1000, beside the grid and the readings of other beats; those of the
    /// grid's own beats share in the grid's confidence.
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

impl ReadBeats {
    /// How they differ from the grid's, for people: `every other beat, from the second`. `rate` are
    /// samples a second.
    #[must_use]
    pub fn told(&self, rate: u32) -> String {
        let (parts, every, first) = match *self {
            Self::Even { first, .. } => {
                let hundredths = first.saturating_mul(100) / u64::from(rate.max(1));
                let (seconds, rest) = (hundredths / 100, hundredths % 100);
                return format!("one tempo throughout, from {seconds}.{rest:02} s");
            }
            Self::Divided {
                parts,
                every,
                first,
            } => (parts.max(1), every.max(1), first),
        };
        let common = common_divisor(parts, every);
        let many = match (parts / common, every / common) {
            (1, 1) if first == 0 => "the same beats".to_owned(),
            (1, 1) => "as many beats".to_owned(),
            (2, 1) => "twice as many beats".to_owned(),
            (parts, 1) => format!("{parts} times as many beats"),
            (1, 2) => "every other beat".to_owned(),
            (1, every) => format!("one beat of {every}"),
            (parts, every) => format!("{parts} beats for {every}"),
        };
        let common = common_divisor(parts, first);
        match (first / common, parts / common) {
            _ if parts == 1 && every > 1 => {
                let ordinals = ["first", "second", "third", "fourth"];
                let ordinal = ordinals.get(usize::from(first)).copied();
                format!("{many}, from the {}", ordinal.unwrap_or("last"))
            }
            (0, _) => many,
            (1, 2) => format!("{many}, half a beat later"),
            (1, 1) => format!("{many}, a beat later"),
            (whole, 1) => format!("{many}, {whole} beats later"),
            (part, of) => format!("{many}, {part}/{of} of a beat later"),
        }
    }
}

/// The greatest common divisor; that of 0 and a number is the number.
const fn common_divisor(a: u8, b: u8) -> u8 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

impl Reading {
    /// How it differs from the grid, for people: `every other beat, from the second; bars of 4`.
    /// `rate` are samples a second.
    #[must_use]
    pub fn told(&self, rate: u32) -> String {
        let beats = self.beats.told(rate);
        match (self.beats_per_bar, self.downbeat) {
            (0, _) => beats,
            (meter, 0) => format!("{beats}; bars of {meter}"),
            (meter, first) => format!(
                "{beats}; bars of {meter} from beat {}",
                u16::from(first) + 1
            ),
        }
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
            reading.told(44_100)
        };
        assert_eq!(
            told(1, 2, 1, 4, 0),
            "every other beat, from the second; bars of 4"
        );
        assert_eq!(told(2, 1, 0, 0, 0), "twice as many beats");
        assert_eq!(told(1, 1, 0, 3, 2), "the same beats; bars of 3 from beat 3");
        assert_eq!(told(2, 2, 1, 0, 0), "as many beats, half a beat later");
        assert_eq!(told(3, 2, 0, 0, 0), "3 beats for 2");
        assert_eq!(
            told(4, 2, 1, 0, 0),
            "twice as many beats, 1/4 of a beat later"
        );
        assert_eq!(told(3, 3, 2, 0, 0), "as many beats, 2/3 of a beat later");
        assert_eq!(told(2, 3, 2, 0, 0), "2 beats for 3, a beat later");
        let even = ReadBeats::Even {
            first: 22_050,
            last: 44_100,
            count: 2,
        };
        assert_eq!(even.told(44_100), "one tempo throughout, from 0.50 s");
    }
}
