//! The work directory: what is done, on disk, in a way that survives any crash.
//!
//! ```text
//! DIR/plan.lock.json             the job, frozen
//! DIR/seg/00007.<hash12>.mp4     a segment, named by its content, never overwritten
//! DIR/seg/00007.json             its record, renamed into place last
//! DIR/learn.json                peaks of memory that were seen; worth something, needed by nobody
//! DIR/film.part                  name of the half-written film beside the output
//! DIR/lock                       held while a local render works here
//! DIR/autocut-work               says that all this is ours
//! ```
//!
//! A segment is done when its record is there *and* its key is the one wanted *and* the file has
//! the size and the hash that the record says.
//!
//! A folder that holds something and has no `autocut-work` belongs to somebody else: nothing is
//! written there. In a folder of ours only files with names of ours are ever removed.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::error::RenderError;
use super::join::LIST;
use super::report::SegmentReport;
use super::schedule::learned;
use super::segment::SegmentKey;
use crate::durable;
use crate::shown::Shown as _;

/// What is known of a finished segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// [`SegmentKey`] of what was wanted.
    pub(super) segment_key: String,
    /// The file's name in the same folder.
    pub(super) file: String,
    /// Its size.
    pub(super) bytes: u64,
    /// BLAKE3 of its content, in hexadecimal digits.
    pub(super) blake3: String,
    /// Its frames, as counted.
    pub(super) frames: u32,
    /// The frame rate.
    pub(super) rate: String,
    /// Ticks per second of its time stamps.
    pub(super) timescale: u32,
    /// Hash of the decoder's headers.
    pub(super) headers: String,
    /// ffmpeg's version.
    pub(super) ffmpeg: String,
    /// The machine that made it.
    pub(super) host: String,
    /// What happened.
    pub(super) report: SegmentReport,
}

/// The file that makes a folder a work directory.
const MARKER: &str = "autocut-work";
/// In the marker, if the folder was made by us and not by the user.
const MADE: &str = "made by render-native\n";
/// Holds the name of the half-written film.
const PART: &str = "film.part";
/// The job, frozen.
pub(super) const PLAN: &str = "plan.lock.json";

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

/// A work directory that this process holds.
#[derive(Debug)]
pub(super) struct WorkDir {
    root: PathBuf,
    segments: PathBuf,
    host: String,
    attempts: AtomicU64,
    lock: File,
}

impl WorkDir {
    /// Makes and locks the directory, and clears what a killed run left half-written.
    pub(super) fn open(root: &Path) -> Result<Self, RenderError> {
        let root = std::path::absolute(root).map_err(RenderError::file("find", root))?;
        claim(&root)?;
        let segments = root.join("seg");
        std::fs::create_dir_all(&segments).map_err(RenderError::file("create", &segments))?;
        let path = root.join("lock");
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
                let mut by = String::new();
                let _ = lock.take(200).read_to_string(&mut by);
                return Err(RenderError::Locked {
                    path: root,
                    by: by.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(RenderError::file("lock", &path)(source));
            }
        }
        let host = host();
        // For whoever is refused; not needed for the lock itself.
        let _ = lock.set_len(0);
        let _ = writeln!(&lock, "process {} on {host}", std::process::id());
        let work = Self {
            root,
            segments,
            host,
            attempts: AtomicU64::new(0),
            lock,
        };
        work.clear_temporaries()?;
        Ok(work)
    }

    /// The directory.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The machine's name, for records.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    fn clear_temporaries(&self) -> Result<(), RenderError> {
        let failed = || RenderError::file("read", &self.segments);
        for entry in std::fs::read_dir(&self.segments).map_err(failed())? {
            let entry = entry.map_err(failed())?;
            if entry.file_name().as_encoded_bytes().starts_with(b".tmp-") {
                let path = entry.path();
                std::fs::remove_file(&path).map_err(RenderError::file("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Writes a file of the directory: the old content or the new one, never half.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, RenderError> {
        let path = self.root.join(name);
        durable::replace(&path, content).map_err(RenderError::file("write", &path))?;
        Ok(path)
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

    /// A name that no other attempt has, for a segment being rendered.
    pub(super) fn temporary(&self, index: usize) -> PathBuf {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
        let (host, pid) = (&self.host, std::process::id());
        self.segments
            .join(format!(".tmp-{index:05}-{host}-{pid}-{attempt}.mp4"))
    }

    /// Where a segment's file lies, relative to the directory.
    pub(super) fn relative(record: &Record) -> String {
        format!("seg/{}", record.file)
    }

    /// Makes a rendered segment permanent: file first, record last.
    pub(super) fn keep(&self, temporary: &Path, mut record: Record) -> Result<Record, RenderError> {
        let file = File::open(temporary).map_err(RenderError::file("open", temporary))?;
        let (bytes, hash) = digest(&file).map_err(RenderError::file("read", temporary))?;
        file.sync_all()
            .map_err(RenderError::file("flush", temporary))?;
        let index = record.report.index;
        let short = hash.get(..12).unwrap_or(&hash);
        record.file = format!("{index:05}.{short}.mp4");
        (record.bytes, record.blake3) = (bytes, hash);
        let path = self.segments.join(&record.file);
        std::fs::rename(temporary, &path).map_err(RenderError::file("rename", &path))?;
        durable::sync_dir(&self.segments).map_err(RenderError::file("flush", &self.segments))?;
        let json = serde_json::to_vec(&record).map_err(|error| RenderError::File {
            doing: "describe",
            path,
            source: error.into(),
        })?;
        let path = self.record_path(index);
        durable::replace(&path, &json).map_err(RenderError::file("write", &path))?;
        Ok(record)
    }

    fn record_path(&self, index: usize) -> PathBuf {
        self.segments.join(format!("{index:05}.json"))
    }

    /// The record of a segment that is done, by its content and not by its presence. Whatever is
    /// wrong with it, the answer is that it is not done; so too if something stands in for the
    /// plan.
    pub(super) fn finished(&self, index: usize, key: &SegmentKey, frames: u32) -> Option<Record> {
        let json = std::fs::read(self.record_path(index)).ok()?;
        let record: Record = serde_json::from_slice(&json).ok()?;
        let plain_name = !record.file.contains(['/', '\\']);
        let wanted = plain_name
            // What stands in is no part of the key, and the planned clip may be well by now.
            && record.report.rung.shows_the_plan()
            && record.segment_key == key.as_str()
            && record.frames == frames
            && record.report.index == index;
        if !wanted {
            return None;
        }
        let file = File::open(self.segments.join(&record.file)).ok()?;
        let (bytes, hash) = digest(&file).ok()?;
        (bytes == record.bytes && hash == record.blake3).then_some(record)
    }

    /// Removes what this program has put there, and the directory if we made it and nothing else
    /// is in it. What could not be removed is returned; the film is made either way.
    pub(super) fn remove(self) -> Vec<String> {
        let mut left = Vec::new();
        let made = std::fs::read(self.root.join(MARKER)).is_ok_and(|text| text == MADE.as_bytes());
        remove_files(&self.segments, is_segment_file, &mut left);
        // Something of the user's may be in either folder; then it stays.
        let _ = std::fs::remove_dir(&self.segments);
        // The marker last: a run that is killed here must find its own folder again.
        remove_files(&self.root, is_root_file, &mut left);
        for name in [PLAN, LIST, PART, learned::FILE, "lock", MARKER] {
            note_unless_gone(&self.root.join(name), &mut left);
        }
        drop(self.lock);
        if made {
            let _ = std::fs::remove_dir(&self.root);
        }
        left
    }
}

/// Half-written files of the directory itself.
fn is_root_file(name: &str) -> bool {
    name.strip_suffix(durable::PART)
        .is_some_and(|name| name.starts_with(".tmp-"))
}

/// `00007.json`, `00007.0123456789ab.mp4` and half-written files.
fn is_segment_file(name: &str) -> bool {
    let is_index = |text: &str| text.len() >= 5 && text.bytes().all(|b| b.is_ascii_digit());
    let is_hash = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let parts: Vec<_> = name.split('.').collect();
    name.starts_with(".tmp-")
        || match parts.as_slice() {
            [index, "json"] => is_index(index),
            [index, hash, "mp4"] => is_index(index) && is_hash(hash),
            _ => false,
        }
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

fn host() -> String {
    let name = sysinfo::System::host_name().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let name: String = name.chars().filter(plain).take(40).collect();
    if name.is_empty() {
        "host".to_owned()
    } else {
        name
    }
}

fn digest(mut file: &File) -> std::io::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        bytes += read as u64;
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Rung;

    fn record(index: usize, key: &SegmentKey) -> Record {
        Record {
            segment_key: key.as_str().to_owned(),
            file: String::new(),
            bytes: 0,
            blake3: String::new(),
            frames: 5,
            rate: "30".to_owned(),
            timescale: 30_000,
            headers: String::new(),
            ffmpeg: "5".to_owned(),
            host: "h".to_owned(),
            report: SegmentReport {
                index,
                frames: 5,
                rung: Rung::Direct,
                attempts: 1,
                resumed: false,
                wall_ms: 0,
                peak_rss: 0,
                footprint: crate::render::schedule::estimate::Footprint::Usual,
                damage: 0,
                decisions: Vec::new(),
            },
        }
    }

    fn key(of: &str) -> SegmentKey {
        SegmentKey::new([std::ffi::OsStr::new(of)], [], "5")
    }

    #[test]
    fn only_a_whole_unchanged_segment_of_the_right_key_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let work = WorkDir::open(&dir.path().join("work")).unwrap();
        let keep = || {
            let temporary = work.temporary(7);
            std::fs::write(&temporary, b"pictures").unwrap();
            work.keep(&temporary, record(7, &key("a"))).unwrap()
        };
        let kept = keep();
        assert_eq!(work.finished(7, &key("a"), 5), Some(kept.clone()));
        assert_eq!(work.finished(7, &key("b"), 5), None, "other arguments");
        assert_eq!(work.finished(7, &key("a"), 6), None, "other length");
        assert_eq!(work.finished(8, &key("a"), 5), None, "other place");
        let path = work.segments.join(&kept.file);
        std::fs::write(&path, b"picture!").unwrap();
        assert_eq!(work.finished(7, &key("a"), 5), None, "changed content");
        std::fs::write(&path, b"pictu").unwrap();
        assert_eq!(work.finished(7, &key("a"), 5), None, "cut short");
        assert!(keep() == kept && work.finished(7, &key("a"), 5).is_some());
        let mut held = record(7, &key("a"));
        held.report.rung = Rung::Hold;
        let temporary = work.temporary(7);
        std::fs::write(&temporary, b"pictures").unwrap();
        work.keep(&temporary, held).unwrap();
        assert_eq!(work.finished(7, &key("a"), 5), None, "a stand-in");
        std::fs::write(work.record_path(7), b"{\"segment_key\":").unwrap();
        assert_eq!(work.finished(7, &key("a"), 5), None, "half a record");
    }

    #[test]
    fn a_directory_is_held_by_one_and_cleared_of_what_a_killed_one_left() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("work");
        let first = WorkDir::open(&root).unwrap();
        let left = first.temporary(1);
        std::fs::write(&left, b"half").unwrap();
        let error = WorkDir::open(&root).unwrap_err();
        assert!(matches!(&error, RenderError::Locked { by, .. } if by.starts_with("process ")));
        drop(first);
        let second = WorkDir::open(&root).unwrap();
        assert!(!left.exists());
        assert!(second.remove().is_empty());
        assert!(!root.exists());
    }

    #[test]
    fn a_folder_of_the_users_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("proj");
        std::fs::create_dir_all(root.join("seg")).unwrap();
        std::fs::write(root.join("seg/mine.txt"), b"mine").unwrap();
        std::fs::write(root.join("lock"), b"mine too").unwrap();
        let error = WorkDir::open(&root).unwrap_err();
        assert!(matches!(error, RenderError::NotWork { .. }), "{error}");
        assert_eq!(std::fs::read(root.join("seg/mine.txt")).unwrap(), b"mine");
        assert_eq!(std::fs::read(root.join("lock")).unwrap(), b"mine too");
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 2);
    }

    #[test]
    fn cleaning_up_removes_what_is_ours_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("work");
        // An empty folder of the user's stays, even if the first run is cut off.
        std::fs::create_dir(&root).unwrap();
        drop(WorkDir::open(&root).unwrap());
        assert!(WorkDir::open(&root).unwrap().remove().is_empty());
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0);

        let work = WorkDir::open(&root).unwrap();
        let temporary = work.temporary(3);
        std::fs::write(&temporary, b"picture").unwrap();
        let key = SegmentKey::new([], [], "5");
        work.keep(&temporary, record(3, &key)).unwrap();
        std::fs::write(work.temporary(4), b"half").unwrap();
        std::fs::write(root.join("notes.txt"), b"mine").unwrap();
        for name in ["holiday.mp4", "1.json", "00001.holiday.mp4"] {
            std::fs::write(root.join("seg").join(name), b"mine").unwrap();
        }
        assert!(work.remove().is_empty());
        let names = |dir: &Path| {
            let entries = std::fs::read_dir(dir).unwrap();
            let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&root), ["notes.txt", "seg"]);
        assert_eq!(
            names(&root.join("seg")),
            ["00001.holiday.mp4", "1.json", "holiday.mp4"]
        );
    }
}
