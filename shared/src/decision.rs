//! What was done that nobody asked for, and why: every fallback is data that a person can read.

use serde::{Deserialize, Serialize};

/// A value together with every choice that was made on the way to it.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<T> {
    /// The result.
    pub value: T,
    /// The choices, in the order they were made.
    pub decisions: Vec<Decision>,
}

/// One choice that the user did not ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The kind of choice.
    pub code: DecisionCode,
    /// The file, slot or section it is about, as a person would name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub subject: Option<String>,
    /// One sentence: what was found, what was done instead.
    pub detail: String,
}

impl Decision {
    /// A decision about nothing in particular.
    pub fn new(code: DecisionCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            subject: None,
            detail: detail.into(),
        }
    }

    /// A decision about `subject`.
    pub fn about(
        code: DecisionCode,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            code,
            subject: Some(subject.into()),
            detail: detail.into(),
        }
    }
}

macro_rules! decision_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// The kinds of choice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum DecisionCode {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl DecisionCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name used in plans and reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

decision_codes! {
    /// A file in a folder is not media, or no picture can be taken from it; it is left out.
    FileSkipped = "file_skipped",
    /// Part of a clip is not used: black, covered, blurred, shaken, frozen, badly exposed.
    FootageRejected = "footage_rejected",
    /// A clip could be read only in part.
    ClipDegraded = "clip_degraded",
    /// No steady beat was found; cuts follow a fixed grid.
    TempoFallback = "tempo_fallback",
    /// The downbeat is uncertain; the bar's phase is a guess.
    DownbeatGuessed = "downbeat_guessed",
    /// Footage ran out and is shown again, far from its other showing where it can be.
    FootageReused = "footage_reused",
    /// Footage runs slower than it was shot to fill a slot.
    FootageSlowed = "footage_slowed",
    /// Slots were made longer than the style wants, because there is too little footage.
    PaceSlowed = "pace_slowed",
    /// Slots were made shorter than the style wants, because hardly any footage lasts as long, or less is repeated so.
    ShotsShortened = "shots_shortened",
    /// Footage that would normally be rejected had to be used.
    WeakFootageUsed = "weak_footage_used",
    /// A test pattern, a card, a screen or the like had to be used.
    UnwantedFootageUsed = "unwanted_footage_used",
    /// What a person asked for could not be shown.
    MustNotShown = "must_not_shown",
    /// Footage is shown outside of the part of the song that it is bound to.
    SongWindowLeft = "song_window_left",
    /// No slot lies inside the part of the song that footage is bound to; it is not shown.
    SongWindowEmpty = "song_window_empty",
    /// A locked slot does not lie inside the new film as a whole; its place is filled anew.
    LockReleased = "lock_released",
    /// The segment was decoded in another way after the direct way failed.
    SegmentRetried = "segment_retried",
    /// The segment was rendered at reduced effort or from a reduced source.
    SegmentReduced = "segment_reduced",
    /// A costly clip was made quicker to read before its segments.
    ClipPreprocessed = "clip_preprocessed",
    /// A costly clip could not be made quicker to read; its segments read it directly.
    PreprocessFailed = "preprocess_failed",
    /// An alternate of the slot replaces its clip.
    AlternateUsed = "alternate_used",
    /// The picture of a neighbour is held for the segment's length.
    PictureHeld = "picture_held",
    /// A plain slate stands in for the segment.
    SlateUsed = "slate_used",
    /// Media were found under another name or folder than the plan says.
    MediaRelinked = "media_relinked",
    /// A file that only alternates name is missing or has changed; the alternates are left out.
    AlternateMissing = "alternate_missing",
    /// The decoder reported damage and concealed it.
    DamageConcealed = "damage_concealed",
    /// Fewer processes run at once than there are cores, because memory is short.
    WorkersReduced = "workers_reduced",
    /// The song ends before the film; the rest of the film is silent.
    SongEndsEarly = "song_ends_early",
    /// The song's sound comes earlier or later than where it was planned; it is played as planned.
    SongShifted = "song_shifted",
    /// The song does not sound like the one that was planned with.
    SongUnfamiliar = "song_unfamiliar",
    /// The encoder's preset and rate factor were settled by measurement, for a wished time or size.
    QualitySettled = "quality_settled",
    /// A wished time or size is too small to be sure of, or was missed.
    WishMissed = "wish_missed",
    /// Software encodes the film, since the encoder in hardware that was asked for does not work.
    EncoderReplaced = "encoder_replaced",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_code_is_its_wire_name() {
        for code in DecisionCode::ALL {
            assert_eq!(
                serde_json::to_string(code).unwrap(),
                format!("\"{}\"", code.as_str())
            );
        }
    }
}
