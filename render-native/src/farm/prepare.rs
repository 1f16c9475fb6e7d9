//! Freezes a plan in a work directory.

use std::path::Path;

use shared::plan::Plan;

use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::render::{RenderError, RenderSettings, freeze};

/// Freezes `plan`, whose paths are relative to `plan_dir`, in the work directory that `settings`
/// name. Its files are named relative to `root` there, so that a machine that has them elsewhere
/// needs to say no more than where `root` is. What an earlier plan has left is kept, and used
/// where the new plan wants the same.
///
/// # Errors
/// [`RenderError`]: a file is missing or has changed, ffmpeg is missing, another process holds the
/// directory.
pub fn prepare(
    plan: &Plan,
    plan_dir: &Path,
    root: &Path,
    settings: &RenderSettings,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(), RenderError> {
    let job = freeze(plan, (plan_dir, root), settings, progress, interrupt)?;
    job.preprocess_all(progress, interrupt)
}
