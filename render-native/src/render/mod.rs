//! From a plan to a film: one short-lived ffmpeg process per segment, joined without encoding
//! again, the song added once.
//!
//! [`prepare`] finds the files and freezes the job; [`Job::render_all`] makes the segments;
//! [`Job::assemble`] joins them. [`render`] is the three in a row.

mod error;
mod ladder;
mod report;
mod settings;

use std::path::Path;

use shared::plan::Plan;

pub use error::RenderError;
pub use ladder::Rung;
pub use report::{Report, SegmentReport};
pub use settings::{AudioCodec, Quality, RenderSettings};

use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// Renders `plan`, whose paths are relative to `plan_dir`, into the film that `settings` name.
///
/// # Errors
/// [`RenderError`]. Nothing is left under the film's name; segments that are done are kept.
pub fn render(
    plan: &Plan,
    plan_dir: &Path,
    settings: &RenderSettings,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Report, RenderError> {
    let _ = (plan, plan_dir, settings, progress);
    Err(RenderError::if_interrupted(interrupt, Path::new(""))
        .err()
        .unwrap_or(RenderError::Plan {
            what: "rendering is not written yet".to_owned(),
        }))
}

/// What a render would do and need, found out without running ffmpeg.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    /// Segments.
    pub segments: usize,
    /// Frames of the film.
    pub frames: u64,
    /// The film's length in microseconds.
    pub duration_us: u64,
    /// Source files that are used.
    pub sources: usize,
    /// The most memory that one segment is expected to need, in bytes.
    pub largest_segment: u64,
    /// Memory that would be shared among segments, in bytes.
    pub memory_budget: u64,
    /// What sets that budget, in words.
    pub memory_from: String,
    /// Segments that would run at once.
    pub jobs: usize,
    /// Disk space needed for segments and film, in bytes; an estimate.
    pub disk: u64,
    /// Disk space that is free there, if the system tells.
    pub disk_free: Option<u64>,
    /// Processor seconds expected; a rough estimate.
    pub cpu_seconds: f64,
    /// What would be done otherwise than planned, as far as can be seen now.
    pub decisions: Vec<shared::decision::Decision>,
    /// What a render would stumble over, in words: clips shorter than their slots, too little
    /// space.
    pub problems: Vec<String>,
}

/// Looks ahead without rendering.
///
/// # Errors
/// [`RenderError`] for what would stop a render before its first segment.
pub fn preflight(
    plan: &Plan,
    plan_dir: &Path,
    settings: &RenderSettings,
) -> Result<Preflight, RenderError> {
    let _ = (plan, plan_dir, settings);
    Err(RenderError::Plan {
        what: "rendering is not written yet".to_owned(),
    })
}
