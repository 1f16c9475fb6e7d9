//! What there is of a film, by its files alone.

use std::path::Path;

use serde::Serialize;

use crate::render::{Frozen, Look, RenderError, WorkDir, this_host};

/// Name and version of the format.
const SCHEMA: &str = "autocut-status/1";

/// What there is of a film.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Name and version of the format.
    pub schema: &'static str,
    /// Tells the job from all others.
    pub plan_id: String,
    /// How many segments the film has.
    pub segments: usize,
    /// How many are done and whole.
    pub done: usize,
    /// Those of them that do not show what was planned.
    pub degraded: Vec<usize>,
    /// Those that are not made yet, or were made for another plan.
    pub missing: Vec<usize>,
    /// Those whose record or file is cut short or altered. They are made again like missing ones.
    pub damaged: Vec<usize>,
    /// Bytes of the segments that are done.
    pub bytes: u64,
    /// Half-written files of processes that may be at work.
    pub at_work: usize,
    /// Files that nobody needs: half-written ones of processes that are gone, and replaced ones.
    pub loose: usize,
    /// Who makes the whole film there, if anybody does.
    pub held_by: Option<String>,
}

impl Status {
    /// Whether the film can be assembled.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.done == self.segments
    }
}

/// Reads every record and every segment in `dir`.
///
/// # Errors
/// [`RenderError`] if there is no job, or the directory cannot be read.
pub fn status(dir: &Path) -> Result<Status, RenderError> {
    let frozen = Frozen::read(dir, None)?;
    let work = WorkDir::enter(dir)?;
    let host = this_host();
    let loose = work.loose_files()?;
    let at_work = loose.iter().filter(|file| {
        let writer = file.writer.as_ref();
        file.unfinished && writer.is_some_and(|writer| !writer.is_gone(&host))
    });
    let at_work = at_work.count();
    let mut status = Status {
        schema: SCHEMA,
        plan_id: frozen.id.as_str().to_owned(),
        segments: frozen.segments(),
        done: 0,
        degraded: Vec::new(),
        missing: Vec::new(),
        damaged: Vec::new(),
        bytes: 0,
        at_work,
        loose: loose.len() - at_work,
        held_by: work.held_by(),
    };
    for index in 0..frozen.segments() {
        match frozen.look(&work, index) {
            Some(Look::Done(record)) if !record.is_of(&frozen) => status.missing.push(index),
            Some(Look::Done(record)) => {
                status.done += 1;
                status.bytes += record.bytes;
                if !record.report.rung.shows_the_plan() {
                    status.degraded.push(index);
                }
            }
            Some(Look::Damaged) => status.damaged.push(index),
            Some(Look::Missing) | None => status.missing.push(index),
        }
    }
    Ok(status)
}
