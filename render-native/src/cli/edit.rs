//! How the edit shall be, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use shared::plan::{Fit, MAX_ALTERNATES, MAX_EXACT, Plan, Style};
use shared::rate::Rate;

use super::asked::{SongRange, instant, pace};
use super::values::{self, Aspect, Density, Size};
use crate::headless::plan::{EditSettings, PaceOf};

/// How the edit shall be.
///
/// What is not given is as in the plan of `--from`, and without that as it usually is. What was asked of
/// single clips is not in a plan.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "The edit")]
pub struct Edit {
    /// Size of the picture; default: by --aspect.
    #[arg(long, value_name = "WxH", value_parser = values::size)]
    pub size: Option<Size>,
    /// Frames per second: 30, 25, 30000/1001, 29.97…; default: 30.
    #[arg(long, value_name = "RATE", value_parser = values::frame_rate)]
    pub fps: Option<Rate>,
    /// Shape of the picture; default: that of most clips.
    #[arg(long, value_name = "W:H", conflicts_with = "size")]
    pub aspect: Option<Aspect>,
    /// How clips of another shape are fitted; default: crop.
    #[arg(long, value_enum)]
    pub fit: Option<FitArg>,
    /// Style of the cutting; default: balanced.
    #[arg(long, value_enum)]
    pub style: Option<StyleArg>,
    /// How many cuts, next to what the style makes of the music: 2 is twice as many, 0.5 half;
    /// default: 1.
    #[arg(long, value_name = "FACTOR", value_parser = values::density)]
    pub density: Option<Density>,
    /// The same for a part of the song: 1:02-1:30=2. May be given several times; where parts overlap the
    /// first counts. Takes the place of all parts that the plan of --from has.
    #[arg(long, value_name = "FROM-TO=FACTOR", value_parser = pace)]
    pub pace: Vec<(SongRange, Density)>,
    /// Where in the song the film begins: 30, 1:15.5.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub start: Option<u64>,
    /// Longest film; default: to the song's end.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub length: Option<u64>,
    /// How many alternates each shot gets in the plan; default: 3.
    #[arg(long, value_name = "N", value_parser = value_parser!(u8).range(0..=MAX_ALTERNATES as i64))]
    pub alternates: Option<u8>,
    /// Seed of what is left to chance: the same seed gives the same plan; default: 0.
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(0..=MAX_EXACT))]
    pub seed: Option<u64>,
    /// Start from this plan and change as little of it as can be: shots that are locked stay, others
    /// where nothing speaks against it. What was asked of single clips is not in a plan: give it again.
    #[arg(long, value_name = "PLAN.json")]
    pub from: Option<PathBuf>,
}

impl Edit {
    /// The planner's settings; what is not given is as in the plan that is started from.
    pub(super) fn settings(&self, from: Option<&Plan>) -> EditSettings {
        let made_by = from.and_then(|plan| plan.made_by.as_ref());
        let before = made_by.map_or_else(EditSettings::default, EditSettings::of);
        EditSettings {
            style: self.style.map_or(before.style, Into::into),
            seed: self.seed.unwrap_or(before.seed),
            alternates: self.alternates.unwrap_or(before.alternates),
            start_us: self.start.unwrap_or(before.start_us),
            length_us: self.length.or(before.length_us),
            density_permille: self
                .density
                .map_or(before.density_permille, |density| density.0),
            paces: before.paces,
        }
    }

    /// The paces of parts of the song that were given.
    pub(super) fn paces(&self) -> Vec<PaceOf> {
        let one = |(range, density): &(SongRange, Density)| PaceOf {
            song_us: range.0,
            density_permille: density.0,
        };
        self.pace.iter().map(one).collect()
    }
}

/// `--fit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FitArg {
    /// Fill the frame; what stands over is cut off.
    Crop,
    /// Show everything; the rest is black.
    Pad,
    /// Show everything; the rest is a blurred, enlarged copy.
    Blur,
}

impl From<FitArg> for Fit {
    fn from(fit: FitArg) -> Self {
        match fit {
            FitArg::Crop => Self::Crop,
            FitArg::Pad => Self::Pad,
            FitArg::Blur => Self::Blur,
        }
    }
}

/// `--style`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StyleArg {
    /// Short shots that follow every rise of the music.
    Energetic,
    /// Shots of middling length with some contrast.
    Balanced,
    /// Long shots, cut on bars and sections.
    Cinematic,
    /// From long shots at the start to short ones at the end.
    Buildup,
}

impl From<StyleArg> for Style {
    fn from(style: StyleArg) -> Self {
        match style {
            StyleArg::Energetic => Self::Energetic,
            StyleArg::Balanced => Self::Balanced,
            StyleArg::Cinematic => Self::Cinematic,
            StyleArg::Buildup => Self::Buildup,
        }
    }
}
