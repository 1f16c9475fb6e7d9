//! Makes some segments of a prepared job.

use std::ops::Range;
use std::path::Path;

use super::Here;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::render::{Frozen, Look, RenderError, SegmentReport, WorkDir, thaw};

/// Makes `count` segments from `first` on, or as many as there are, and tells what became of
/// each. What is done already is not done again, unless something stands in for the plan there.
/// Any number of processes may do this at once, also for the same segments.
///
/// # Errors
/// [`RenderError`]; segments that were finished before stay.
pub fn segment(
    dir: &Path,
    (first, count): (usize, usize),
    here: &Here,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Vec<SegmentReport>, RenderError> {
    let frozen = Frozen::read(dir, here.root.as_deref())?;
    let of = frozen.segments();
    if first >= of {
        return Err(RenderError::NoSegment { segment: first, of });
    }
    let wanted = first..first.saturating_add(count).min(of);
    let work = WorkDir::enter(dir)?;
    if let Some(done) = all_done(&frozen, &work, wanted.clone()) {
        return Ok(done);
    }
    let settings = here.settings(dir, &frozen);
    let job = thaw(
        &frozen,
        wanted.clone(),
        work,
        &settings,
        progress,
        interrupt,
    )?;
    let rendered = job.render_slots(wanted, progress, interrupt)?;
    Ok(rendered.reports())
}

/// What an engine that asks twice is told, at the price of reading the files.
fn all_done(frozen: &Frozen, work: &WorkDir, wanted: Range<usize>) -> Option<Vec<SegmentReport>> {
    wanted
        .map(|index| match frozen.look(work, index)? {
            Look::Done(record) if record.report.rung.shows_the_plan() => {
                let mut report = record.report;
                report.resumed = true;
                Some(report)
            }
            _ => None,
        })
        .collect()
}
