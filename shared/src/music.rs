//! The song as the planner heard it: beats, bars, sections. Data only; the listening is elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::landmarks::Landmark;
use crate::rate::{Rate, RateError};
use crate::reading::Reading;
use crate::time::{Music, Time};

/// Beats, bars and sections of one song. Every time is a PCM sample of the decoded song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BeatGrid {
    /// Samples per second of every time below.
    pub rate: u32,
    /// Length of the decoded song, in samples.
    pub duration: u64,
    /// Tempo in thousandths of a beat per minute; the median over the song. 0 if no beat was found.
    pub tempo_millibpm: u32,
    /// How likely these beats are beside all other readings of the song, 0 to 1000; of bars it says
    /// nothing.
    pub confidence_permille: u16,
    /// Beats in most bars; 0 if unknown.
    pub beats_per_bar: u8,
    /// The beats, strictly increasing.
    pub beats: Vec<Beat>,
    /// The sections, in order, without overlap; they need not cover the song.
    pub sections: Vec<Section>,
    /// Other readings of the song that were weighed, likeliest first; at most
    /// [`MAX_READINGS`](crate::reading::MAX_READINGS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// Moments by which another decoder's sound is laid over this one, in order; at most
    /// [`MAX_LANDMARKS`](crate::landmarks::MAX_LANDMARKS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub landmarks: Vec<Landmark>,
    /// What the analysis was told and by which version, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub analysis: BTreeMap<String, String>,
}

/// One beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// The sample at which it sounds.
    pub at: u64,
    /// Position in the bar, 1 for the downbeat; 0 if unknown.
    pub position: u8,
    /// How loud and busy the music is from here to the next beat, as a rank within the song,
    /// 0 to 1000.
    pub energy_permille: u16,
    /// How sure it is that a beat is here, 0 to 1000; 1000 where a person tapped it or chose it as
    /// another reading, and if left out.
    #[serde(default = "sure", skip_serializing_if = "is_sure")]
    pub confidence_permille: u16,
}

const fn sure() -> u16 {
    1000
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
const fn is_sure(permille: &u16) -> bool {
    *permille == sure()
}

/// One section of the song.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// First sample.
    pub start: u64,
    /// First sample after it.
    pub end: u64,
    /// What kind of section it sounds like.
    pub label: SectionLabel,
    /// Its mean energy, as a rank within the song, 0 to 1000.
    pub energy_permille: u16,
}

/// Kinds of section, by energy and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SectionLabel {
    /// The beginning, quieter than what follows.
    Intro,
    /// Middling energy.
    Verse,
    /// Energy rises towards what follows.
    Build,
    /// The most energetic parts.
    Drop,
    /// A quiet part between louder ones.
    Break,
    /// The end, quieter than what came before.
    Outro,
}

impl SectionLabel {
    /// Every label.
    pub const ALL: [Self; 6] = [
        Self::Intro,
        Self::Verse,
        Self::Build,
        Self::Drop,
        Self::Break,
        Self::Outro,
    ];

    /// The name used in plans.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intro => "intro",
            Self::Verse => "verse",
            Self::Build => "build",
            Self::Drop => "drop",
            Self::Break => "break",
            Self::Outro => "outro",
        }
    }
}

impl BeatGrid {
    /// The rate of the music axis.
    ///
    /// # Errors
    /// [`RateError::Zero`] if `rate` is 0, which a checked plan never holds.
    pub fn music_rate(&self) -> Result<Rate, RateError> {
        Rate::whole(self.rate)
    }

    /// `sample` as an instant of the music axis; `None` if out of range.
    #[must_use]
    pub fn instant(&self, sample: u64) -> Option<Time<Music>> {
        Some(Time::new(
            i64::try_from(sample).ok()?,
            self.music_rate().ok()?,
        ))
    }

    /// The beats as text, one a line: seconds to the microsecond, a tab, the position in the bar
    /// (0 if unknown). What tools for beat tracking read and write.
    #[must_use]
    pub fn to_text(&self) -> String {
        let rate = u128::from(self.rate.max(1));
        self.beats.iter().fold(String::new(), |mut text, beat| {
            // Whole microseconds, rounded to the nearest: the digits are exact whatever the size.
            let micros = (u128::from(beat.at) * 1_000_000 + rate / 2) / rate;
            let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
            // Writing into a string does not fail.
            let _ = writeln!(text, "{seconds}.{micros:06}\t{}", beat.position);
            text
        })
    }

    /// The beat nearest to `sample`, of two that are as near the earlier; `None` if there is none.
    #[must_use]
    pub fn nearest(&self, sample: u64) -> Option<&Beat> {
        let after = self.beats.partition_point(|beat| beat.at < sample);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten();
        near.filter_map(|beat| self.beats.get(beat))
            .min_by_key(|beat| beat.at.abs_diff(sample))
    }

    /// The downbeats: beats at position 1.
    pub fn downbeats(&self) -> impl Iterator<Item = &Beat> {
        self.beats.iter().filter(|beat| beat.position == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(beats: impl IntoIterator<Item = (u64, u8)>) -> BeatGrid {
        let beat = |(at, position)| Beat {
            at,
            position,
            energy_permille: 0,
            confidence_permille: 1000,
        };
        BeatGrid {
            rate: 44_100,
            duration: 441_000,
            tempo_millibpm: 120_000,
            confidence_permille: 1000,
            beats_per_bar: 4,
            beats: beats.into_iter().map(beat).collect(),
            sections: Vec::new(),
            readings: Vec::new(),
            landmarks: Vec::new(),
            analysis: BTreeMap::new(),
        }
    }

    #[test]
    fn a_beat_is_written_to_the_microsecond() {
        let grid = grid([(1, 0), (44_100, 1), (66_150, 2)]);
        assert_eq!(grid.to_text(), "0.000023\t0\n1.000000\t1\n1.500000\t2\n");
    }

    #[test]
    fn of_two_beats_as_near_the_earlier_counts() {
        let grid = grid([(10, 0), (20, 0)]);
        assert_eq!(grid.nearest(15).map(|beat| beat.at), Some(10));
        assert_eq!(grid.nearest(16).map(|beat| beat.at), Some(20));
    }

    proptest! {
        #[test]
        fn the_nearest_beat_is_what_a_walk_finds(
            beats in prop::collection::btree_set(0..500_u64, 0..30), sample in 0..600_u64,
        ) {
            let walked = beats.iter().copied().min_by_key(|beat| beat.abs_diff(sample));
            let grid = grid(beats.iter().map(|beat| (*beat, 0)));
            prop_assert_eq!(grid.nearest(sample).map(|beat| beat.at), walked);
        }
    }
}
