//! Places for results, judged before any work is done for them: one rule for every command.

use std::io;
use std::path::{Path, PathBuf};

use crate::durable;
use crate::exit::ExitCode;
use crate::process::quoted;
use crate::shown::Shown as _;

/// Why no file can be made at a place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// Its folder is not there. Folders are not made unasked: the name may be mistyped.
    #[error("the folder {} does not exist", folder.shown())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// What should be its folder is something else.
    #[error("{} is not a folder", folder.shown())]
    NotAFolder {
        /// What should be a folder.
        folder: PathBuf,
    },
    /// Its name is that of a folder.
    #[error("{} is a folder", path.shown())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing can be created in its folder.
    #[error("nothing can be written in the folder {}: {why}", folder.shown())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// Why, without the name of the file that was tried.
        why: io::Error,
    },
}

impl PlaceError {
    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        ExitCode::CannotCreate
    }

    /// What a person can do about it, where `option` is what the place is given by.
    #[must_use]
    pub fn hint(&self, option: &str) -> String {
        match self {
            Self::NoFolder { folder } => format!(
                "make it with `mkdir -p {}`, or choose another place with {option}",
                quoted(folder.as_os_str())
            ),
            Self::NotAFolder { .. } | Self::Unwritable { .. } => {
                format!("choose another place with {option}, or make that folder writable")
            }
            Self::IsFolder { .. } => format!("give the name of a file with {option}"),
        }
    }
}

/// Refuses a place where no file can be made. Whether there is one already is not asked.
///
/// # Errors
/// [`PlaceError`]
pub fn check(path: &Path) -> Result<(), PlaceError> {
    if path.is_dir() {
        return Err(PlaceError::IsFolder {
            path: path.to_owned(),
        });
    }
    // A device or a pipe is written to, not made.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Ok(());
    }
    let folder = durable::parent(path).to_owned();
    match folder.metadata() {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(PlaceError::NotAFolder { folder }),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(PlaceError::NotAFolder { folder });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(PlaceError::NoFolder { folder });
        }
        Err(why) => return Err(PlaceError::Unwritable { folder, why }),
    }
    // Permission bits do not tell of read-only file systems and much else: it is tried. Where the
    // system can, the file never has a name.
    match tempfile::tempfile_in(&folder) {
        Ok(_) => Ok(()),
        Err(error) => {
            let why = nameless(&error);
            Err(PlaceError::Unwritable { folder, why })
        }
    }
}

/// The error without the name of the temporary file that it speaks of.
#[must_use]
pub fn nameless(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_place_is_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "x").unwrap();
        let judged = |name: &str| check(&dir.path().join(name));
        assert!(judged("new").is_ok() && judged("file").is_ok());
        assert!(matches!(judged("no/new"), Err(PlaceError::NoFolder { .. })));
        assert!(matches!(
            judged("file/new"),
            Err(PlaceError::NotAFolder { .. })
        ));
        assert!(matches!(judged(""), Err(PlaceError::IsFolder { .. })));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_way_to_make_a_folder_can_be_typed() {
        let hint = PlaceError::NoFolder {
            folder: "my films".into(),
        }
        .hint("--sheet");
        assert!(hint.contains("mkdir -p 'my films'"), "{hint}");
        assert!(hint.ends_with("with --sheet"), "{hint}");
    }
}
