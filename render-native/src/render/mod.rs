//! From a plan to a film: one short-lived ffmpeg process per segment, joined without encoding
//! again, the song added once.
//!
//! [`prepare`] finds the files and freezes the job; [`Job::render_slots`] makes the segments;
//! [`Job::assemble`] joins them. [`render`] is the three in a row in one process, and
//! [`crate::farm`] is the same in many; [`preflight`] looks ahead.

mod assemble;
mod attempt;
mod calibrate;
mod check;
mod command;
mod crew;
mod decoded;
mod encoder;
mod error;
mod explain;
mod filters;
mod frozen;
mod hardware;
mod job;
mod join;
mod journal;
mod judge;
mod ladder;
pub mod memory;
mod mezzanine;
mod overseer;
mod preflight;
mod prepare;
mod report;
mod resources;
mod sample_table;
pub mod schedule;
mod segment;
mod settings;
mod sound;
mod sources;
mod stand_in;
mod temporaries;
mod worker;

#[cfg(test)]
mod fuzz;

use std::path::Path;

use shared::plan::Plan;

pub use assemble::Tell;
pub use calibrate::{Settled, Wished};
pub use encoder::{Encoder, Preset};
pub use error::RenderError;
pub(crate) use error::ranges;
pub use frozen::Frozen;
pub(crate) use hardware::examine;
pub use hardware::{Choice, Hardware};
pub use job::{Job, Rendered};
pub(crate) use journal::{Look, WorkDir};
pub use ladder::Rung;
pub use preflight::{Disk, Preflight, check_place, preflight};
pub use prepare::prepare;
pub(crate) use prepare::{check_settings, freeze, thaw};
pub use report::{MemoryReport, ModeChange, Report, SegmentReport};
pub(crate) use settings::CACHE_SIZE;
pub use settings::{AudioCodec, Preprocess, Quality, RenderSettings, Wish};
pub(crate) use temporaries::this_host;

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
    let tell = &mut |_: &Report| Ok(());
    render_and_tell(plan, plan_dir, settings, tell, progress, interrupt)
}

/// The same; `tell` is called when all is done but giving the film its name.
///
/// # Errors
/// As [`render`], and what `tell` says.
pub fn render_and_tell(
    plan: &Plan,
    plan_dir: &Path,
    settings: &RenderSettings,
    tell: Tell<'_>,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Report, RenderError> {
    let mut job = prepare(plan, plan_dir, settings, progress, interrupt)?;
    let rendered = match job.render_all(progress, interrupt) {
        Ok(rendered) => rendered,
        Err(error) => {
            job.go_on_in_software(error, plan_dir, progress)?;
            job.render_all(progress, interrupt)?
        }
    };
    job.assemble(rendered, tell, progress, interrupt)
}
