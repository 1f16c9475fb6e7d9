//! What the user may choose about a render.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::encoder::{Encoder, Preset};
use super::hardware::Choice;
use super::memory::{Thresholds, WrongThresholds};

/// Everything about a render that is not in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderSettings {
    /// The film's file. Its extension chooses the container: `mp4`, `m4v`, `mov` or `mkv`.
    pub output: PathBuf,
    /// Whether files that are already there may be replaced.
    pub overwrite: bool,
    /// Folders in which clips are looked for that are not where the plan says.
    pub media_dirs: Vec<PathBuf>,
    /// Most segments rendered at once; as many as there are cores if `None`.
    pub jobs: Option<usize>,
    /// A limit of the user's own on the memory of all segments together, in bytes.
    pub memory: Option<u64>,
    /// The share of a memory limit above which nothing new starts, in percent.
    pub memory_conservative: u8,
    /// The share of a memory limit above which work is put back, in percent.
    pub memory_emergency: u8,
    /// Whether the reasons for what runs when are told.
    pub explain: bool,
    /// Where the work is done and stays, so that after a change only what changed is made again.
    /// If `None`, it is done beside the output and removed after success.
    pub work_dir: Option<PathBuf>,
    /// Whether the work is kept after success even beside the output.
    pub keep_work: bool,
    /// Effort against size and fidelity.
    pub quality: Quality,
    /// What encodes the pictures: software, or hardware where it works. With a wish, software.
    pub encoder: Choice,
    /// What the film is wished to take or to weigh: then the encoder is settled by measurement,
    /// and of [`Self::quality`] only the song's part counts.
    pub wish: Option<Wish>,
    /// Time that the user has waited already, before the render; it counts against the wish.
    pub spent: Duration,
    /// Which clips are made quicker to read before the segments.
    pub preprocess: Preprocess,
    /// Where what that makes is kept for other films too; in the work directory if `None`.
    pub cache_dir: Option<PathBuf>,
    /// Most bytes of it that are kept.
    pub cache_size: u64,
    /// How the song is stored.
    pub audio: AudioCodec,
    /// Where the report goes; `None` for beside the output, `film.report.json`.
    pub report: Option<PathBuf>,
    /// A process that says nothing for so long is taken for hung.
    pub stall: Duration,
}

impl RenderSettings {
    /// The usual settings for a film of this name.
    #[must_use]
    pub fn new(output: impl Into<PathBuf>) -> Self {
        Self {
            output: output.into(),
            overwrite: false,
            media_dirs: Vec::new(),
            jobs: None,
            memory: None,
            memory_conservative: Thresholds::default().conservative(),
            memory_emergency: Thresholds::default().emergency(),
            explain: false,
            work_dir: None,
            keep_work: false,
            quality: Quality::default(),
            encoder: Choice::default(),
            wish: None,
            spent: Duration::ZERO,
            preprocess: Preprocess::default(),
            cache_dir: None,
            cache_size: CACHE_SIZE,
            audio: AudioCodec::default(),
            report: None,
            stall: Duration::from_mins(1),
        }
    }

    /// Whether the work is still there after success.
    #[must_use]
    pub fn keeps_work(&self) -> bool {
        self.keep_work || self.work_dir.is_some()
    }

    /// The two memory thresholds.
    ///
    /// # Errors
    /// [`WrongThresholds`] if they are out of order or out of range.
    pub const fn thresholds(&self) -> Result<Thresholds, WrongThresholds> {
        Thresholds::new(self.memory_conservative, self.memory_emergency)
    }

    /// The report's file.
    #[must_use]
    pub fn report_path(&self) -> PathBuf {
        self.report
            .clone()
            .unwrap_or_else(|| self.output.with_extension("report.json"))
    }

    /// The folder of unfinished work: `.film.mp4.work` beside `film.mp4`.
    #[must_use]
    pub fn work_path(&self) -> PathBuf {
        self.work_dir.clone().unwrap_or_else(|| {
            let mut name = std::ffi::OsString::from(".");
            name.push(self.output.file_name().unwrap_or_default());
            name.push(".work");
            self.output.with_file_name(name)
        })
    }

    /// Where the work of an interrupted render keeps the plan that it was begun with.
    #[must_use]
    pub fn kept_plan_path(&self) -> PathBuf {
        self.work_path().join(super::journal::PLAN)
    }
}

/// Most bytes of mezzanines that are kept, unless the user says otherwise.
pub(crate) const CACHE_SIZE: u64 = 10 << 30;

/// Which clips are decoded once, into a file that is quick to read, before their segments.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Preprocess {
    /// Those for which it pays.
    #[default]
    Auto,
    /// None.
    Never,
    /// All for which it is possible.
    Always,
}

/// Effort against size and fidelity.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Quick, to look at the edit.
    Draft,
    /// Good to watch.
    #[default]
    Standard,
    /// For keeping.
    High,
}

impl Quality {
    /// What the encoder is asked for.
    #[must_use]
    pub const fn encoder(self) -> Encoder {
        match self {
            Self::Draft => Preset::Ultrafast.usual(),
            Self::Standard => Preset::Veryfast.usual(),
            Self::High => Preset::Medium.usual(),
        }
    }

    /// Bits per second of lossy sound.
    #[must_use]
    pub const fn audio_bitrate(self) -> u32 {
        match self {
            Self::Draft | Self::Standard => 192_000,
            Self::High => 256_000,
        }
    }
}

/// How long the making of a film may take, and how large the film may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Wall time, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// The film's file, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

impl Wish {
    /// A wish, if anything is wished for.
    #[must_use]
    pub fn new(deadline: Option<Duration>, max_bytes: Option<u64>) -> Option<Self> {
        let deadline_ms = deadline.map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX));
        let wish = Self {
            deadline_ms,
            max_bytes,
        };
        (deadline_ms.is_some() || max_bytes.is_some()).then_some(wish)
    }
}

/// How the song is stored in the film.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodec {
    /// What suits the container: FLAC in `mkv`, AAC elsewhere.
    #[default]
    Auto,
    /// Lossy, plays everywhere; for `mp4` and `mov`. In `mkv` its start cannot be told exactly:
    /// the encoder's priming shifts it by 23 ms.
    Aac,
    /// Lossless, compressed; for `mkv` and `mp4`.
    Flac,
    /// Lossless, 16 bit, as it is; for `mov` and `mkv`.
    Pcm,
}

impl AudioCodec {
    /// Its name, as the command line has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Pcm => "pcm",
        }
    }
}
