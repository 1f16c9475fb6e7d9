//! `--preprocess` and where what it makes is kept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::{self, Bytes};
use crate::render::{CACHE_SIZE, Preprocess, RenderSettings};

/// Which clips are made quicker to read, and where that is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The machine")]
pub struct Preprocessing {
    /// Which clips.
    #[command(flatten)]
    pub which: Which,
    /// Keep such copies here, for other films of the same clips; default: with the segments.
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Most that is kept of them; what was used longest ago goes first.
    #[arg(long, value_name = "BYTES", value_parser = values::bytes, default_value_t = Bytes(CACHE_SIZE))]
    pub cache_size: Bytes,
}

/// Which clips are made quicker to read.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "The machine")]
pub struct Which {
    /// Decode clips once into a copy that is quick to read, where several segments would decode
    /// the same long stretch again and again.
    #[arg(long, value_enum, default_value_t = PreprocessArg::Auto)]
    pub preprocess: PreprocessArg,
}

/// `--preprocess`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PreprocessArg {
    /// Those for which it pays, as far as can be known before.
    Auto,
    /// None.
    Never,
    /// All for which it is possible.
    Always,
}

impl From<PreprocessArg> for Preprocess {
    fn from(preprocess: PreprocessArg) -> Self {
        match preprocess {
            PreprocessArg::Auto => Self::Auto,
            PreprocessArg::Never => Self::Never,
            PreprocessArg::Always => Self::Always,
        }
    }
}

impl Preprocessing {
    /// The settings with these.
    pub(super) fn with(&self, settings: RenderSettings) -> RenderSettings {
        RenderSettings {
            preprocess: self.which.preprocess.into(),
            cache_dir: self.cache_dir.clone(),
            cache_size: self.cache_size.0,
            ..settings
        }
    }
}
