//! Where mezzanines are kept: in the work directory, or in a folder of the user's for many films.
//!
//! ```text
//! DIR/<key>.nut            a mezzanine, named by the hash of all that it is made of and by
//! DIR/<key>.json           its record, renamed into place last; its time is that of the last use
//! DIR/.tmp-mezz-HOST-PID-… what a process there is writing
//! ```
//!
//! A mezzanine is whole if its record is there and its file has the record's size and hash. Whoever
//! reads one holds a shared lock on its record; what is locked is never removed to make room.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use shared::fingerprint::Fingerprint;

use crate::durable;
use crate::render::error::RenderError;
use crate::render::journal::digest;
use crate::render::segment::ENGINE;
use crate::render::temporaries::{self, Writer};

/// The folder in a work directory.
pub(in crate::render) const FOLDER: &str = "mezz";
/// Digits of a name.
const DIGITS: usize = 32;

/// Tells a mezzanine from all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(String);

impl Key {
    /// The key of what `args` make of a source of this content.
    pub(super) fn new(args: &[OsString], source: Fingerprint, ffmpeg: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(&ENGINE.to_le_bytes());
        part(ffmpeg.as_bytes());
        part(source.to_string().as_bytes());
        for arg in args {
            part(arg.as_encoded_bytes());
        }
        let mut digits = hasher.finalize().to_hex().to_string();
        digits.truncate(DIGITS);
        Self(digits)
    }
}

/// What is known of a mezzanine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    bytes: u64,
    blake3: String,
}

/// A mezzanine that is there and whole, and stays while this is held.
#[derive(Debug)]
pub(super) struct Ready {
    /// Its file.
    pub(super) path: PathBuf,
    _lock: File,
}

/// A folder of mezzanines.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
    host: String,
}

impl Store {
    /// Takes the folder, and makes it if it is not there.
    pub(super) fn open(dir: &Path, host: &str) -> Result<Self, RenderError> {
        std::fs::create_dir_all(dir).map_err(RenderError::file("create", dir))?;
        let dir = std::path::absolute(dir).map_err(RenderError::file("find", dir))?;
        let store = Self {
            dir,
            host: host.to_owned(),
        };
        store.clear();
        Ok(store)
    }

    /// Removes what processes of this machine have left half-written that are no more.
    fn clear(&self) {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            if Writer::of(&name.to_string_lossy()).is_some_and(|writer| writer.is_gone(&self.host))
            {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// The folder.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A name that no other attempt has.
    pub(super) fn temporary(&self) -> PathBuf {
        self.dir.join(temporaries::mezzanine(&self.host))
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.dir.join(format!("{}.nut", key.0))
    }

    fn record(&self, key: &Key) -> PathBuf {
        self.dir.join(format!("{}.json", key.0))
    }

    /// The mezzanine of that key, if it is there and whole.
    pub(super) fn ready(&self, key: &Key) -> Option<Ready> {
        let record = self.record(key);
        let lock = File::open(&record).ok()?;
        lock.lock_shared().ok()?;
        let known: Record = serde_json::from_slice(&std::fs::read(&record).ok()?).ok()?;
        let path = self.file(key);
        let (bytes, hash) = digest(&File::open(&path).ok()?).ok()?;
        // For whoever needs room. That it cannot be noted is no reason not to read it.
        let _ = lock.set_modified(SystemTime::now());
        let whole = bytes == known.bytes && hash == known.blake3;
        whole.then_some(Ready { path, _lock: lock })
    }

    /// Makes a finished file permanent: the file first, the record last. Another process may have
    /// done the same meanwhile; then theirs is replaced by its equal.
    pub(super) fn keep(&self, key: &Key, temporary: &Path) -> Result<(), RenderError> {
        let file = File::open(temporary).map_err(RenderError::file("open", temporary))?;
        let (bytes, blake3) = digest(&file).map_err(RenderError::file("read", temporary))?;
        file.sync_all()
            .map_err(RenderError::file("flush", temporary))?;
        let (path, record) = (self.file(key), self.record(key));
        // The two do not become valid at once; without a record there is nothing to believe.
        let _ = std::fs::remove_file(&record);
        std::fs::rename(temporary, &path).map_err(RenderError::file("rename", &path))?;
        durable::sync_dir(&self.dir).map_err(RenderError::file("flush", &self.dir))?;
        let json = serde_json::to_vec(&Record { bytes, blake3 }).unwrap_or_default();
        let prefix = temporaries::prefix(None, &self.host);
        durable::replace_by(&prefix, &record, &json).map_err(RenderError::file("write", &record))
    }

    /// Removes what was used longest ago until the rest and `more` bytes fit under `cap`, or all
    /// that is left is in use. Only files with names of ours are touched.
    pub(super) fn make_room(&self, cap: u64, more: u64) {
        let mut there = self.all();
        there.sort();
        let mut sum: u64 = there.iter().map(|(_, _, bytes)| *bytes).sum();
        for (_, key, bytes) in there {
            if sum.saturating_add(more) <= cap {
                return;
            }
            let record = self.record(&key);
            let unused = File::open(&record)
                .ok()
                .filter(|lock| lock.try_lock().is_ok());
            if unused.is_some() && std::fs::remove_file(&record).is_ok() {
                let _ = std::fs::remove_file(self.file(&key));
                sum = sum.saturating_sub(bytes);
            }
        }
    }

    /// Last use, key and size of every mezzanine.
    fn all(&self) -> Vec<(SystemTime, Key, u64)> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let digits = name.strip_suffix(".json").filter(|_| is_file(&name))?;
                let key = Key(digits.to_owned());
                let used = entry.metadata().ok()?.modified().ok()?;
                let bytes = self.file(&key).metadata().map_or(0, |file| file.len());
                Some((used, key, bytes))
            })
            .collect()
    }
}

/// Whether a file's name is one of a mezzanine, of its record, or of a half-written one.
pub(in crate::render) fn is_file(name: &str) -> bool {
    let is_key = |text: &str| {
        text.len() == DIGITS
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let stem = name
        .strip_suffix(".nut")
        .or_else(|| name.strip_suffix(".json"));
    temporaries::is_one(name) || stem.is_some_and(is_key)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("mezz"), "here").unwrap();
        (folder, store)
    }

    fn kept(store: &Store, name: &str, bytes: usize) -> Key {
        let key = Key::new(&[name.into()], "0".repeat(32).parse().unwrap(), "5");
        let temporary = store.temporary();
        std::fs::write(&temporary, vec![7; bytes]).unwrap();
        store.keep(&key, &temporary).unwrap();
        key
    }

    fn used(store: &Store, key: &Key, ago: u64) {
        let record = File::options().write(true).open(store.record(key)).unwrap();
        let when = SystemTime::now() - Duration::from_secs(ago);
        record.set_modified(when).unwrap();
    }

    #[test]
    fn only_a_whole_unaltered_file_with_a_record_is_ready() {
        let (_folder, store) = store();
        let key = kept(&store, "a", 1000);
        let path = store.ready(&key).unwrap().path;
        std::fs::write(&path, vec![7; 999]).unwrap();
        assert!(store.ready(&key).is_none(), "cut short");
        std::fs::write(&path, [vec![7; 999], vec![8]].concat()).unwrap();
        assert!(store.ready(&key).is_none(), "altered");
        std::fs::write(&path, vec![7; 1000]).unwrap();
        assert!(store.ready(&key).is_some());
        std::fs::write(store.record(&key), b"{").unwrap();
        assert!(store.ready(&key).is_none(), "no record");
        let again = kept(&store, "a", 1000);
        assert!(store.ready(&again).is_some());
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_what_is_in_use_stays() {
        let (_folder, store) = store();
        let keys = ["a", "b", "c", "d"].map(|name| kept(&store, name, 100));
        let held = store.ready(&keys[0]).unwrap();
        for (key, ago) in keys.iter().zip([400, 200, 300, 100]) {
            used(&store, key, ago);
        }
        std::fs::write(store.dir().join("mine.json"), b"of the user's").unwrap();
        store.make_room(300, 100);
        let there = |key: &Key| store.file(key).exists();
        assert_eq!(keys.each_ref().map(there), [true, false, false, true]);
        store.make_room(0, 0);
        assert_eq!(keys.each_ref().map(there), [true, false, false, false]);
        drop(held);
        store.make_room(0, 0);
        assert!(!there(&keys[0]));
        assert!(store.dir().join("mine.json").exists());
    }

    #[cfg(unix)]
    #[test]
    fn what_a_dead_process_was_writing_goes_and_what_a_living_one_writes_stays() {
        let (_folder, store) = store();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let dead = store
            .dir()
            .join(format!(".tmp-mezz-here-{}-0.nut", child.id()));
        let elsewhere = store.dir().join(".tmp-mezz-there-1-0.nut");
        let living = store.temporary();
        for path in [&dead, &elsewhere, &living] {
            std::fs::write(path, b"half").unwrap();
        }
        let _ = Store::open(store.dir(), "here").unwrap();
        let there = [&dead, &elsewhere, &living].map(|path| path.exists());
        assert_eq!(there, [false, true, true]);
    }

    #[test]
    fn names_of_others_are_not_ours() {
        let key = "0123456789abcdef0123456789abcdef";
        for ours in [format!("{key}.nut"), format!("{key}.json"), ".tmp-x".into()] {
            assert!(is_file(&ours), "{ours}");
        }
        for other in ["holiday.nut", "0123.json", "x.mp4", &key.to_uppercase()] {
            assert!(!is_file(other), "{other}");
        }
    }
}
