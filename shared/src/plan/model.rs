//! The plan's types, as they stand in JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::decision::Decision;
use crate::media::MediaReference;
use crate::music::BeatGrid;
use crate::rate::{Rate, RateError};
use crate::time::{Music, Rounding, Source, Time};

/// Name and major version of the format.
pub const SCHEMA: &str = "autocut-plan/1";
/// Plans above this many bytes are refused unread.
pub const MAX_PLAN_BYTES: u64 = 64 * 1024 * 1024;
/// The largest whole number in a plan, and the greatest seed: what every reader of JSON keeps exact
/// (2^53 − 1, RFC 8259 §6).
pub const MAX_EXACT: u64 = (1 << 53) - 1;
/// How long a side of the film's picture may be, in pixels; it is even.
pub const FRAME_SIDE: RangeInclusive<u32> = 16..=8192;
/// Most slots in a plan.
pub const MAX_SLOTS: usize = 200_000;
/// Most alternates of one slot.
pub const MAX_ALTERNATES: usize = 64;
/// Most characters of what is said of a [`Clip`]'s choice.
pub const MAX_WHY: usize = 256;
/// Most media references in a plan.
pub const MAX_MEDIA: usize = 100_000;
/// Most beats in a plan.
pub const MAX_BEATS: usize = 500_000;

/// Keys beginning with `x_`: other programs' data, kept and ignored.
pub type Extra = BTreeMap<String, serde_json::Value>;

/// A film: slots in record order over one song.
///
/// A value of this type that came from [`Plan::from_json`] or passed [`Plan::problems`] keeps
/// every promise of the format: slots are contiguous from frame 0, every media index exists,
/// every number is in range.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Plan {
    /// Name and major version of the format: `autocut-plan/1`.
    pub schema: String,
    /// Who made it and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<MadeBy>,
    /// The film's picture.
    pub output: Output,
    /// The song.
    pub music: MusicTrack,
    /// The source files; slots refer to them by position, counting from 0.
    pub media: Vec<MediaReference>,
    /// The picture track, in record order, without gap or overlap.
    pub slots: Vec<Slot>,
    /// Every choice that the planner made unasked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub decisions: Vec<Decision>,
    /// Keys beginning with `x_`, kept as they are.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

/// Who made a plan and how it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct MadeBy {
    /// Program and version.
    pub planner: String,
    /// Seed of every choice left to chance.
    pub seed: u64,
    /// Style of the cutting.
    pub style: Style,
    /// Other settings, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// The film's picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Output {
    /// Width in pixels, even, 16 to 8192.
    pub width: u32,
    /// Height in pixels, even, 16 to 8192.
    pub height: u32,
    /// Frame rate, 1 to 240, exact. Every record time counts its frames.
    pub rate: Rate,
    /// How pictures of another shape are fitted; a slot may differ.
    #[serde(default)]
    pub fit: Fit,
    /// Keys beginning with `x_`, kept as they are.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

/// How a picture of another shape is fitted into the frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Fill the frame; what stands over is cut off.
    #[default]
    Crop,
    /// Show everything; the rest is black.
    Pad,
    /// Show everything; the rest is a blurred, enlarged copy.
    Blur,
}

/// Which part of a picture is kept where it is cropped: how what stands over is shared out between
/// its two sides. On a side where nothing stands over it has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Focus {
    /// How much of what stands over is cut off at the left, 0 to 1000: 0 keeps the left edge, 500
    /// the middle, 1000 the right edge.
    #[cfg_attr(feature = "schema", schemars(range(max = 1000)))]
    pub x_permille: u16,
    /// How much of it is cut off at the top, 0 to 1000: 0 keeps the upper edge, 500 the middle,
    /// 1000 the lower edge.
    #[cfg_attr(feature = "schema", schemars(range(max = 1000)))]
    pub y_permille: u16,
}

/// Style of the cutting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Short shots that follow every rise of the music.
    Energetic,
    /// Shots of middling length with some contrast.
    #[default]
    Balanced,
    /// Long shots, cut on bars and sections.
    Cinematic,
    /// From long shots at the start to short ones at the end.
    Buildup,
}

/// The song under the film.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct MusicTrack {
    /// The song's file.
    pub media: MediaReference,
    /// Where the film begins in the song, in samples of the beat grid's rate; without a beat grid,
    /// in samples at 48 kHz.
    #[serde(default)]
    pub source_start: u64,
    /// What was heard in it. A plan written by hand may leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beat_grid: Option<BeatGrid>,
    /// Keys beginning with `x_`, kept as they are.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

/// One place in the film and what fills it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Slot {
    /// First frame of the film that it fills.
    pub record_start: u64,
    /// How many frames it fills, at least 1.
    pub record_duration: u32,
    /// The musical event that its first frame is cut on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// What is shown.
    pub clip: Clip,
    /// What could be shown instead, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub alternates: Vec<Clip>,
    /// How the picture is fitted, if not as the output says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
    /// Which part is kept where a crop cuts off what stands over; the middle if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
    /// A new plan keeps this slot as it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub locked: bool,
    /// Keys beginning with `x_`, kept as they are.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

/// The musical event that a slot begins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Cut {
    /// The sample of the song, in the beat grid's rate. The slot begins on the frame that is on
    /// screen at this instant: 0 to 1 frame before it, never after.
    pub at: u64,
    /// What happens there.
    pub on: CutKind,
}

/// What a cut is placed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CutKind {
    /// The film's opening.
    Opening,
    /// The first downbeat of a section.
    Section,
    /// The first beat of a bar.
    Downbeat,
    /// Another beat.
    Beat,
    /// Half-way between two beats.
    OffBeat,
    /// A point of a fixed grid, where no beat was found.
    Grid,
}

/// A stretch of one source file: `record_duration` frames of film from `source_start` on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct Clip {
    /// Position in the plan's list of media, counting from 0.
    pub media: u32,
    /// First instant of the source that is shown, in microseconds of its container's time.
    pub source_start: u64,
    /// How fast it runs.
    #[serde(default, skip_serializing_if = "Speed::is_normal")]
    pub speed: Speed,
    /// How good a choice the planner thought it, 0 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_permille: Option<u16>,
    /// What spoke for it and against it when it was chosen, for people: points and words, the
    /// weightiest first; at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_WHY)))]
    pub why: Option<String>,
    /// Keys beginning with `x_`, kept as they are.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

/// Source time per record time as an exact fraction: `1/2` is half speed. From 1/8 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Speed(Rate);

impl Speed {
    /// `num` seconds of source in `den` seconds of film. `None` outside 1/8 to 8.
    #[must_use]
    pub fn new(num: u32, den: u32) -> Option<Self> {
        let ratio = Rate::new(num, den).ok()?;
        let (num, den) = (u64::from(ratio.num()), u64::from(ratio.den()));
        (num <= 8 * den && den <= 8 * num).then_some(Self(ratio))
    }

    /// Numerator and denominator, in lowest terms.
    #[must_use]
    pub const fn terms(self) -> (u32, u32) {
        (self.0.num(), self.0.den())
    }

    /// Whether it is 1.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        self.terms() == (1, 1)
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self(Rate::whole(1).unwrap_or(Rate::MICROSECONDS))
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Why a speed could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpeedError {
    /// It is no fraction.
    #[error("\"{text}\" is not a speed; write 2, 1/2 or 3/4")]
    Syntax {
        /// What was given.
        text: String,
    },
    /// It is slower or faster than any clip may run.
    #[error("{text} is not a speed between 1/8 and 8")]
    OutOfRange {
        /// What was given.
        text: String,
    },
}

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        let out_of_range = || SpeedError::OutOfRange {
            text: text.to_owned(),
        };
        let ratio: Rate = text.parse().map_err(|error| match error {
            RateError::Syntax { text } => SpeedError::Syntax { text },
            RateError::Zero => out_of_range(),
        })?;
        Self::new(ratio.num(), ratio.den()).ok_or_else(out_of_range)
    }
}

impl Fit {
    /// Every way to fit, by its name.
    pub const NAMES: &[(&str, Self)] = &[
        ("crop", Self::Crop),
        ("pad", Self::Pad),
        ("blur", Self::Blur),
    ];
}

impl Focus {
    /// The middle: what a crop keeps unless told otherwise.
    pub const CENTRE: Self = Self {
        x_permille: 500,
        y_permille: 500,
    };

    /// Whether both numbers are at most 1000.
    #[must_use]
    pub const fn is_sound(self) -> bool {
        self.x_permille <= 1000 && self.y_permille <= 1000
    }
}

impl Default for Focus {
    fn default() -> Self {
        Self::CENTRE
    }
}

impl Style {
    /// Every style, by its name.
    pub const NAMES: &[(&str, Self)] = &[
        ("energetic", Self::Energetic),
        ("balanced", Self::Balanced),
        ("cinematic", Self::Cinematic),
        ("buildup", Self::Buildup),
    ];
}

impl CutKind {
    /// Every kind, by its name.
    pub const NAMES: &[(&str, Self)] = &[
        ("opening", Self::Opening),
        ("section", Self::Section),
        ("downbeat", Self::Downbeat),
        ("beat", Self::Beat),
        ("off_beat", Self::OffBeat),
        ("grid", Self::Grid),
    ];
}

impl Plan {
    /// The number of frames of the film.
    #[must_use]
    pub fn record_duration(&self) -> u64 {
        self.slots.last().map_or(0, Slot::record_end)
    }

    /// The slot that is on screen at a frame of the film; `None` past its end.
    #[must_use]
    pub fn slot_at(&self, frame: u64) -> Option<usize> {
        let after = self
            .slots
            .partition_point(|slot| slot.record_start <= frame);
        let slot = after.checked_sub(1)?;
        (frame < self.slots.get(slot)?.record_end()).then_some(slot)
    }

    /// Where the film begins in the song.
    #[must_use]
    pub fn opening(&self) -> Option<Time<Music>> {
        Some(Time::new(
            i64::try_from(self.music.source_start).ok()?,
            self.music.rate()?,
        ))
    }

    /// The frame that is on screen when `sample` of the song sounds.
    #[must_use]
    pub fn frame_at(&self, sample: u64) -> Option<u64> {
        let at = Time::<Music>::new(i64::try_from(sample).ok()?, self.music.rate()?);
        let frame = at.to_record(self.opening()?, self.output.rate)?;
        u64::try_from(frame.ticks()).ok()
    }
}

impl MusicTrack {
    /// The rate of the music axis of this plan.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        Rate::whole(self.beat_grid.as_ref().map_or(48_000, |grid| grid.rate)).ok()
    }
}

impl Slot {
    /// The first frame after it.
    #[must_use]
    pub fn record_end(&self) -> u64 {
        self.record_start
            .saturating_add(self.record_duration.into())
    }
}

impl Clip {
    /// A clip at normal speed, not scored.
    #[must_use]
    pub fn new(media: u32, source_start: u64) -> Self {
        Self {
            media,
            source_start,
            speed: Speed::default(),
            score_permille: None,
            why: None,
            extra: Extra::new(),
        }
    }

    /// The first source instant that is not needed any more when `frames` frames at `rate` are
    /// shown, in microseconds, rounded up. `None` on overflow.
    #[must_use]
    pub fn source_end(&self, frames: u32, rate: Rate) -> Option<u64> {
        let (num, den) = self.speed.terms();
        let shown = Time::<Source>::new(i64::from(frames).checked_mul(num.into())?, rate);
        let micros = shown.rescaled(Rate::MICROSECONDS, Rounding::Ceil)?.ticks();
        let length = u64::try_from(micros).ok()?.div_ceil(den.into());
        self.source_start.checked_add(length)
    }
}
