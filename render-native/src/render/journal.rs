//! The work directory: what is done, on disk, in a way that survives any crash.
//!
//! ```text
//! DIR/plan.json                  the plan as it was given
//! DIR/plan.lock.json             the job, frozen
//! DIR/seg/00007.<hash12>.mp4     a segment, named by its content, never overwritten
//! DIR/seg/00007.json             its record, renamed into place last
//! DIR/seg/.tmp-00007-HOST-PID-…  what a process there is writing
//! DIR/mezz/…                     mezzanines, with their records: [`super::mezzanine`]
//! DIR/learn.json                peaks of memory that were seen; worth something, needed by nobody
//! DIR/sound.<hash12>.mp4         the film's sound; sound.json is its record
//! DIR/film.part                  name of the half-written film beside the output
//! DIR/lock                       held while a whole film is made here
//! DIR/autocut-work               says that all this is ours
//! ```
//!
//! A segment is done when its record is there *and* its key is the one wanted *and* the file has
//! the size and the hash that the record says.
//!
//! Only whoever makes the whole film here, or prepares or assembles it, holds the lock; several
//! processes may make segments at once, of the same slot too, since none writes where another
//! does. The lock is a courtesy to people; nothing that is right depends on it.
//!
//! A folder that holds something and has no `autocut-work` belongs to somebody else: nothing is
//! written there. In a folder of ours only files with names of ours are ever removed.

mod loose;
mod record;

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::NamedTempFile;

pub(super) use record::digest;
use record::is_segment_file;
pub(crate) use record::{Look, Record};

use super::error::RenderError;
use super::frozen;
use super::join::LIST;
use super::mezzanine;
use super::schedule::learned;
use super::sound;
use super::temporaries::{self, Writer, this_host};
use crate::durable;
use crate::shown::Shown as _;

/// The file that makes a folder a work directory.
const MARKER: &str = "autocut-work";
/// In the marker, if the folder was made by us and not by the user.
const MADE: &str = "made by render-native\n";
/// The plan as it was given.
pub(super) const PLAN: &str = "plan.json";
/// The file that is locked.
const LOCK: &str = "lock";
/// The folder of the segments.
const SEGMENTS: &str = "seg";
/// Holds the name of the half-written film.
const PART: &str = "film.part";

/// Refuses a folder that holds something and is no work directory.
pub(super) fn refuse_foreign(root: &Path) -> Result<(), RenderError> {
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(RenderError::file("work in", root)(error)),
    };
    let mut first = None;
    for entry in entries {
        let name = entry.map_err(RenderError::file("read", root))?.file_name();
        if name == MARKER {
            return Ok(());
        }
        first = first.max(Some(name));
    }
    match first {
        Some(name) => Err(RenderError::NotWork {
            path: root.to_owned(),
            holds: name.to_string_lossy().into_owned(),
        }),
        None => Ok(()),
    }
}

/// Makes the folder, or takes an empty one, and marks it as ours.
fn claim(root: &Path) -> Result<(), RenderError> {
    refuse_foreign(root)?;
    let above = durable::parent(root);
    std::fs::create_dir_all(above).map_err(RenderError::file("create", above))?;
    let made = match std::fs::create_dir(root) {
        Ok(()) => true,
        Err(_) if root.is_dir() => false,
        Err(error) => return Err(RenderError::file("create", root)(error)),
    };
    let path = root.join(MARKER);
    match File::create_new(&path) {
        Ok(mut marker) if made => marker
            .write_all(MADE.as_bytes())
            .map_err(RenderError::file("write", &path)),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(RenderError::file("create", &path)(error)),
    }
}

/// A work directory that this process works in.
#[derive(Debug)]
pub(crate) struct WorkDir {
    root: PathBuf,
    segments: PathBuf,
    host: String,
    /// The lock, if it is held.
    lock: Option<File>,
}

impl WorkDir {
    /// Makes and locks the directory, and clears what a killed run left half-written.
    pub(crate) fn open(root: &Path) -> Result<Self, RenderError> {
        let root = std::path::absolute(root).map_err(RenderError::file("find", root))?;
        claim(&root)?;
        let segments = root.join(SEGMENTS);
        std::fs::create_dir_all(&segments).map_err(RenderError::file("create", &segments))?;
        let path = root.join(LOCK);
        let lock = File::options()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(RenderError::file("create", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let by = holder(&path);
                return Err(RenderError::Locked { path: root, by });
            }
            Err(TryLockError::Error(source)) => {
                return Err(RenderError::file("lock", &path)(source));
            }
        }
        let host = this_host();
        // For whoever is refused; not needed for the lock itself.
        let _ = lock.set_len(0);
        let _ = writeln!(&lock, "process {} on {host}", std::process::id());
        let work = Self {
            root,
            segments,
            host,
            lock: Some(lock),
        };
        work.clear_temporaries()?;
        Ok(work)
    }

    /// Works in a directory that was prepared, beside others.
    pub(crate) fn enter(root: &Path) -> Result<Self, RenderError> {
        let root = std::path::absolute(root).map_err(RenderError::file("find", root))?;
        Ok(Self {
            segments: root.join(SEGMENTS),
            root,
            host: this_host(),
            lock: None,
        })
    }

    /// The directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn mezzanines(&self) -> PathBuf {
        self.root.join(mezzanine::FOLDER)
    }

    /// The machine's name, for records.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Removes what processes of this machine have left that are no more. What others write, here
    /// or elsewhere, stays.
    fn clear_temporaries(&self) -> Result<(), RenderError> {
        let failed = || RenderError::file("read", &self.segments);
        let mezzanines = std::fs::read_dir(self.mezzanines()).into_iter().flatten();
        let root = std::fs::read_dir(&self.root).into_iter().flatten();
        let segments = std::fs::read_dir(&self.segments).map_err(failed())?;
        for entry in segments.chain(mezzanines).chain(root) {
            let entry = entry.map_err(failed())?;
            let name = entry.file_name();
            let left = Writer::of(&name.to_string_lossy()).is_some_and(|writer| {
                // This process has written nothing here yet: it has an earlier one's number.
                let earlier = writer.host == self.host && writer.pid == std::process::id();
                earlier || writer.is_gone(&self.host)
            });
            if left {
                let path = entry.path();
                std::fs::remove_file(&path).map_err(RenderError::file("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Writes a file of the directory: the old content or the new one, never half.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, RenderError> {
        let path = self.root.join(name);
        self.put(None, &path, content)?;
        Ok(path)
    }

    fn put(&self, index: Option<usize>, path: &Path, content: &[u8]) -> Result<(), RenderError> {
        let prefix = temporaries::prefix(index, &self.host);
        durable::replace_by(&prefix, path, content).map_err(RenderError::file("write", path))
    }

    /// A half-written file of the directory itself; it vanishes unless it is settled.
    pub(super) fn draft(&self) -> Result<NamedTempFile, RenderError> {
        let prefix = temporaries::prefix(None, &self.host);
        durable::draft(&self.root, &prefix)
            .map_err(RenderError::file("create a file in", &self.root))
    }

    /// Notes the name of the half-written film, so that the next run can remove it if this one is
    /// killed.
    pub(super) fn note_part(&self, part: &Path) -> Result<(), RenderError> {
        let name = part.file_name().unwrap_or_default();
        self.write(PART, name.as_encoded_bytes()).map(drop)
    }

    /// Removes the half-written film that a killed run has left beside `output`: the one that was
    /// noted, for others may be of a render that is running.
    pub(super) fn remove_part(&self, output: &Path) {
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        let noted = std::fs::read_to_string(self.root.join(PART)).unwrap_or_default();
        let middle = noted
            .strip_prefix(&part_prefix(&name))
            .and_then(|rest| rest.strip_suffix(durable::PART));
        if middle.is_some_and(|middle| middle.chars().all(char::is_alphanumeric)) {
            let _ = std::fs::remove_file(durable::parent(output).join(noted));
        }
    }

    /// Refuses a folder in which no job was prepared.
    pub(crate) fn require_prepared(&self) -> Result<(), RenderError> {
        let path = self.root.join(frozen::NAME);
        if self.root.join(MARKER).is_file() && path.is_file() {
            return Ok(());
        }
        let why = "there is none".to_owned();
        Err(RenderError::NotPrepared { path, why })
    }

    /// What time it is, by the clock that stamps the files here.
    pub(crate) fn now(&self) -> Result<SystemTime, RenderError> {
        let metadata = self.draft()?.as_file().metadata();
        metadata
            .and_then(|m| m.modified())
            .map_err(RenderError::file("create a file in", &self.root))
    }

    /// Whether this process makes the whole film here, and so is alone in saying how.
    pub(super) const fn is_held(&self) -> bool {
        self.lock.is_some()
    }

    /// Who makes the whole film here, by their own account, if they are known to be at it.
    pub(crate) fn held_by(&self) -> Option<String> {
        let by = holder(&self.root.join(LOCK));
        let (pid, host) = by.strip_prefix("process ")?.split_once(" on ")?;
        let writer = Writer {
            host: host.to_owned(),
            pid: pid.parse().ok()?,
        };
        (!writer.is_gone(&self.host)).then_some(by)
    }

    /// Removes what this program has put there, and the directory if we made it and nothing else
    /// is in it. What could not be removed is returned; the film is made either way.
    pub(super) fn remove(mut self) -> Vec<String> {
        let mut left = Vec::new();
        let made = std::fs::read(self.root.join(MARKER)).is_ok_and(|text| text == MADE.as_bytes());
        remove_files(&self.segments, is_segment_file, &mut left);
        // Something of the user's may be in either folder; then it stays.
        let _ = std::fs::remove_dir(&self.segments);
        let mezzanines = self.mezzanines();
        remove_files(&mezzanines, mezzanine::is_file, &mut left);
        let _ = std::fs::remove_dir(&mezzanines);
        // The marker last: a run that is killed here must find its own folder again.
        remove_files(&self.root, is_root_file, &mut left);
        for name in [PLAN, frozen::NAME, LIST, PART, learned::FILE, LOCK, MARKER] {
            note_unless_gone(&self.root.join(name), &mut left);
        }
        drop(self.lock.take());
        if made {
            let _ = std::fs::remove_dir(&self.root);
        }
        left
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            // Whoever asks shall not be told of us any more. The lock itself ends with the file.
            let _ = lock.set_len(0);
        }
    }
}

/// The sound, and half-written files of the directory itself.
fn is_root_file(name: &str) -> bool {
    let unfinished = name.strip_suffix(durable::PART);
    unfinished.is_some_and(temporaries::is_one) || sound::is_file(name)
}

fn remove_files(dir: &Path, is_ours: fn(&str) -> bool, left: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(is_ours) {
            note_unless_gone(&entry.path(), left);
        }
    }
}

fn note_unless_gone(path: &Path, left: &mut Vec<String>) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            left.push(format!("cannot remove {}: {error}", path.shown()));
        }
        _ => {}
    }
}

/// How the name of a half-written film begins; random letters and `.part` follow.
pub(super) fn part_prefix(film: &str) -> String {
    format!(".{film}.")
}

/// Who holds the lock, by their own account.
fn holder(lock: &Path) -> String {
    let mut by = String::new();
    if let Ok(file) = File::open(lock) {
        let _ = file.take(200).read_to_string(&mut by);
    }
    by.trim().to_owned()
}

#[cfg(test)]
mod tests;
