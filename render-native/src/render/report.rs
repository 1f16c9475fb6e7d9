//! What happened to each segment, for people and for programs.

use serde::{Deserialize, Serialize};
use shared::decision::Decision;

use super::ladder::Rung;

/// Name and version of the report's format.
pub(super) const SCHEMA: &str = "autocut-report/1";

/// The report of a render, written beside the film as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name and version of the format.
    pub schema: String,
    /// The film's file.
    pub output: String,
    /// Frames of the film; exactly as planned.
    pub frames: u64,
    /// Frame rate, as `30000/1001`.
    pub rate: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// ffmpeg's version.
    pub ffmpeg: String,
    /// Segments rendered now.
    pub rendered: usize,
    /// Segments taken over from an earlier run.
    pub resumed: usize,
    /// Segments that do not show what was planned.
    pub degraded: usize,
    /// Most segments that ran at once.
    pub jobs: usize,
    /// Memory that was shared among them, in bytes.
    pub memory_budget: u64,
    /// The most memory that one process used, in bytes.
    pub peak_rss: u64,
    /// The most memory that the running processes used together, in bytes, by their own peaks.
    pub peak_rss_together: u64,
    /// Wall time of everything, in milliseconds.
    pub wall_ms: u64,
    /// Wall time of the segments alone, in milliseconds.
    pub render_ms: u64,
    /// Wall time of the joining, in milliseconds.
    pub join_ms: u64,
    /// Choices about the film as a whole: relinked files, fewer workers.
    pub decisions: Vec<Decision>,
    /// Every segment, in order.
    pub segments: Vec<SegmentReport>,
}

/// What happened to one segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentReport {
    /// Position in the plan, from 0.
    pub index: usize,
    /// Its frames.
    pub frames: u32,
    /// How it was made in the end.
    pub rung: Rung,
    /// How often ffmpeg was started for it.
    pub attempts: u32,
    /// Whether it was taken over from an earlier run.
    pub resumed: bool,
    /// Wall time, in milliseconds.
    pub wall_ms: u64,
    /// The most memory used, in bytes.
    pub peak_rss: u64,
    /// Error messages of the decoder.
    pub damage: u64,
    /// What was done otherwise than planned, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
}

impl Report {
    /// Whether something was substituted.
    #[must_use]
    pub fn is_degraded(&self) -> bool {
        self.degraded > 0
    }

    /// Every decision, those of the whole film first.
    pub fn all_decisions(&self) -> impl Iterator<Item = &Decision> {
        self.decisions
            .iter()
            .chain(self.segments.iter().flat_map(|segment| &segment.decisions))
    }
}
