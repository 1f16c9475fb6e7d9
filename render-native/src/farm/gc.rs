//! Removes from a work directory what nobody needs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::render::{RenderError, WorkDir, this_host};

/// A file that was not written to for so long is nobody's.
const A_DAY: Duration = Duration::from_hours(24);

/// What was removed, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The files.
    pub files: Vec<PathBuf>,
    /// Their size together.
    pub bytes: u64,
}

/// Removes half-written files of processes of this machine that are gone, and other half-written
/// files and replaced segments that were not written to for `older`. Of another machine's process
/// nobody here can tell whether it lives, and a segment may be about to get its record: only time
/// tells. What a living process of this machine writes stays, and while a film is made here, so does
/// all that is whole, for a day: a process that was killed elsewhere still stands as the one that
/// makes it. With `dry`, nothing is removed.
///
/// # Errors
/// [`RenderError`] if `dir` is no prepared work directory, or cannot be read or written.
pub fn gc(dir: &Path, older: Duration, dry: bool) -> Result<Removed, RenderError> {
    let work = WorkDir::enter(dir)?;
    work.require_prepared()?;
    let host = this_host();
    // The folder's own clock, which may be another machine's.
    let now = work.now()?;
    let mut removed = Removed::default();
    let at_work = work.held_by().is_some();
    for file in work.loose_files()? {
        let age = file
            .modified
            .and_then(|modified| now.duration_since(modified).ok());
        let writer = file.writer.as_ref();
        let gone = file.unfinished && writer.is_some_and(|writer| writer.is_gone(&host));
        // After so long its number is another process's.
        let may_live = age.is_none_or(|age| age < A_DAY);
        let lives = may_live && writer.is_some_and(|w| w.host == host && !w.is_gone(&host));
        // What has its name may be about to get its record from whoever is at work here.
        let is_awaited = at_work && may_live && !file.unfinished;
        if lives || is_awaited || (!gone && age.is_none_or(|age| age < older)) {
            continue;
        }
        if !dry {
            match std::fs::remove_file(&file.path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(RenderError::file("remove", &file.path)(error));
                }
                _ => {}
            }
        }
        removed.bytes += file.bytes;
        removed.files.push(file.path);
    }
    Ok(removed)
}
