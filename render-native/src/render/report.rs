//! What happened to each segment, for people and for programs.

use serde::{Deserialize, Serialize};
use shared::decision::Decision;

use super::calibrate::Wished;
use super::encoder::Encoder;
use super::hardware::Hardware;
use super::ladder::Rung;
use super::memory::{Mode, Thresholds};
use super::schedule::estimate::Footprint;

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
    /// What the encoder was asked for; an encoder in hardware for what comes near to it.
    #[serde(default)]
    pub encoder: Encoder,
    /// The encoder in hardware that all segments were made with; software, libx264, if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Hardware>,
    /// What was wished for and what became of it, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wished: Option<Wished>,
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
    /// What memory allowed and what that cost.
    #[serde(default)]
    pub memory: MemoryReport,
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

/// What memory allowed while segments were made, and what that cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryReport {
    /// The bound that left the least at the start, in bytes.
    pub limit: u64,
    /// What sets it, in words.
    pub from: String,
    /// Where nothing new starts and where work is put back, in percent of a bound.
    pub thresholds: Thresholds,
    /// The most that this program and its children were seen to hold together, in bytes.
    pub peak: u64,
    /// The largest part of any bound that was seen used, in thousandths, whoever used it.
    pub peak_permille: u64,
    /// Time in normal mode, in milliseconds.
    pub normal_ms: u64,
    /// Time in which nothing new started, in milliseconds.
    pub conservative_ms: u64,
    /// Time in which one segment ran at a time, in milliseconds.
    pub emergency_ms: u64,
    /// Time that workers waited for memory, added up over them, in milliseconds.
    pub waited_ms: u64,
    /// Segments that were killed and put back to make room.
    pub put_back: usize,
    /// Segments that ran out of memory, and were made again alone.
    pub out_of_memory: usize,
    /// Time spent on attempts that those two threw away, in milliseconds.
    pub lost_ms: u64,
    /// Every change of the mode, in order; the first ones if there are very many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ModeChange>,
}

impl MemoryReport {
    /// This one, of what came after an earlier part of the same job.
    #[must_use]
    pub(super) fn after(mut self, earlier: Self) -> Self {
        let before = earlier.normal_ms + earlier.conservative_ms + earlier.emergency_ms;
        for change in &mut self.changes {
            change.at_ms += before;
        }
        self.changes.splice(..0, earlier.changes);
        self.peak = self.peak.max(earlier.peak);
        self.peak_permille = self.peak_permille.max(earlier.peak_permille);
        self.normal_ms += earlier.normal_ms;
        self.conservative_ms += earlier.conservative_ms;
        self.emergency_ms += earlier.emergency_ms;
        self.waited_ms += earlier.waited_ms;
        self.put_back += earlier.put_back;
        self.out_of_memory += earlier.out_of_memory;
        self.lost_ms += earlier.lost_ms;
        self
    }
}

/// A change of the mode, with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeChange {
    /// Since the first copy or segment began, in milliseconds.
    pub at_ms: u64,
    /// The mode before.
    pub from: Mode,
    /// The mode from then on.
    pub to: Mode,
    /// Bytes used of the bound that was fullest.
    pub used: u64,
    /// That bound, in bytes.
    pub limit: u64,
    /// What sets it, in words.
    pub bound: String,
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
    /// How much memory it was allowed.
    #[serde(default)]
    pub footprint: Footprint,
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
