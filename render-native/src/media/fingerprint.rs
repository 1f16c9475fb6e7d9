//! Fingerprints of files, read without ever waiting for a pipe or a device.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use shared::fingerprint::{Fingerprint, windows};

use crate::shown::Shown as _;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is not there.
    #[error("{} does not exist", path.shown())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It is there, but not a file.
    #[error("{} is {kind}, not a file", path.shown())]
    NotAFile {
        /// Its path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// The system refuses.
    #[error("cannot read {}", path.shown())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It grew or shrank while it was read.
    #[error("{} changed while it was read", path.shown())]
    Changing {
        /// The file.
        path: PathBuf,
    },
}

impl FileError {
    fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing { path },
            _ => Self::Read { path, source },
        }
    }
}

/// What tells that a file is still the same one, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Size in bytes.
    pub bytes: u64,
    /// Time of the last change in nanoseconds since 1970, 0 if the system does not tell.
    pub modified_ns: u128,
    /// Device and number of the file, where the system has them.
    pub identity: (u64, u64),
}

impl Stamp {
    /// The stamp of an open file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let identity = (0, 0);
        Self {
            bytes: metadata.len(),
            modified_ns: metadata
                .modified()
                .ok()
                .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
                .map_or(0, |since| since.as_nanos()),
            identity,
        }
    }
}

/// Opens `path` if it is a regular file, or a link to one.
///
/// # Errors
/// [`FileError`] if it is missing, unreadable, or a folder, pipe, socket or device. Opening a
/// pipe does not wait for its other end.
pub fn regular(path: &Path) -> Result<(File, Metadata), FileError> {
    let metadata = std::fs::metadata(path).map_err(|e| FileError::from_io(path, e))?;
    refuse_irregular(path, &metadata)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // It may have been replaced by a pipe since.
        if let Ok(flag) = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()) {
            options.custom_flags(flag);
        }
    }
    let file = options
        .open(path)
        .map_err(|e| FileError::from_io(path, e))?;
    let metadata = file.metadata().map_err(|e| FileError::from_io(path, e))?;
    refuse_irregular(path, &metadata)?;
    Ok((file, metadata))
}

fn refuse_irregular(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(FileError::NotAFile {
        path: path.to_owned(),
        kind: if metadata.is_dir() {
            "a folder"
        } else {
            "a pipe, socket or device"
        },
    })
}

/// The content fingerprint of a file and the stamp that goes with it. Reads at most three windows.
///
/// # Errors
/// [`FileError`] as [`regular`], or if the file cannot be read or changes meanwhile.
pub fn fingerprint(path: &Path) -> Result<(Fingerprint, Stamp), FileError> {
    let failed = |e| FileError::from_io(path, e);
    let (mut file, metadata) = regular(path)?;
    let stamp = Stamp::of(&metadata);
    let mut contents = Vec::new();
    for window in windows(stamp.bytes) {
        let length = window.end - window.start;
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(window.start)).map_err(failed)?;
        (&mut file)
            .take(length)
            .read_to_end(&mut content)
            .map_err(failed)?;
        if content.len() as u64 != length {
            return Err(FileError::Changing {
                path: path.to_owned(),
            });
        }
        contents.push(content);
    }
    if Stamp::of(&file.metadata().map_err(failed)?) != stamp {
        return Err(FileError::Changing {
            path: path.to_owned(),
        });
    }
    let print = Fingerprint::of(stamp.bytes, contents.iter().map(Vec::as_slice));
    Ok((print, stamp))
}

/// The stamp of a regular file as it is now.
///
/// # Errors
/// As [`regular`].
pub fn stamp(path: &Path) -> Result<Stamp, FileError> {
    let metadata = std::fs::metadata(path).map_err(|e| FileError::from_io(path, e))?;
    refuse_irregular(path, &metadata)?;
    Ok(Stamp::of(&metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_and_size_make_the_fingerprint_and_the_name_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            fingerprint(&path).unwrap().0
        };
        let long = vec![7; 2_000_000];
        let mut other = long.clone();
        *other.last_mut().unwrap() = 8;
        assert_eq!(write("a", &long), write("b", &long));
        assert_ne!(write("a", &long), write("c", &other));
        assert_ne!(write("a", b"x"), write("d", b""));
    }

    #[test]
    fn folders_devices_and_nothing_are_refused_by_name() {
        let text = |path: &str| fingerprint(Path::new(path)).unwrap_err().to_string();
        assert_eq!(text("/"), "/ is a folder, not a file");
        assert_eq!(text("/no/such"), "/no/such does not exist");
        #[cfg(unix)]
        assert_eq!(
            text("/dev/zero"),
            "/dev/zero is a pipe, socket or device, not a file"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_without_a_writer_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe.mp4");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        assert!(matches!(
            fingerprint(&path),
            Err(FileError::NotAFile { .. })
        ));
    }
}
