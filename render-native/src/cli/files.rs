//! The files that commands read and write.

use std::io::{self, Read as _};
use std::path::Path;

use shared::plan::{MAX_PLAN_BYTES, Plan, PlanError};

use super::args::{Material, Search};
use super::failure::Failure;
use crate::durable;
use crate::exit::ExitCode;
use crate::media::fingerprint::{FileError, regular};
use crate::place::{self, nameless};
use crate::shown::Shown as _;

/// Reads and checks a plan. A file above the size limit is refused unread.
pub(super) fn read_plan(path: &Path) -> Result<Plan, Failure> {
    let (file, metadata) = regular(path).map_err(|error| file_failure(&error))?;
    let too_large = |bytes| {
        let limit = MAX_PLAN_BYTES;
        Failure::plan(path, &PlanError::TooLarge { bytes, limit })
    };
    if metadata.len() > MAX_PLAN_BYTES {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    file.take(MAX_PLAN_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            let message = format!("cannot read {}: {error}", path.shown());
            Failure::new(ExitCode::Input, message)
        })?;
    let json = String::from_utf8(bytes).map_err(|error| {
        let message = format!("{}: the plan is not UTF-8: {error}", path.shown());
        Failure::new(ExitCode::BadData, message)
    })?;
    Plan::from_json(&json).map_err(|error| Failure::plan(path, &error))
}

/// The folder that a plan's paths are relative to.
pub(super) fn folder_of(path: &Path) -> std::path::PathBuf {
    durable::parent(path).to_owned()
}

/// A file that cannot be opened.
pub(super) fn file_failure(error: &FileError) -> Failure {
    Failure::of(ExitCode::Input, error)
}

/// Refuses the result that `option` names before any work is done for it: it exists, or cannot be
/// made.
pub(super) fn refuse_occupied(path: &Path, option: &str, overwrite: bool) -> Result<(), Failure> {
    place::check(path).map_err(|error| Failure::place(&error, option))?;
    if !overwrite && path.symlink_metadata().is_ok() {
        return Err(Failure::exists(path, option));
    }
    Ok(())
}

/// Refuses a song or clips that are not there, before any of them is looked into.
pub(super) fn refuse_missing(material: &Material) -> Result<(), Failure> {
    let (song, _) = regular(&material.music).map_err(|error| file_failure(&error))?;
    drop(song);
    match material.clips.iter().find(|clip| !clip.exists()) {
        Some(path) => {
            let path = path.clone();
            Err(file_failure(&FileError::Missing { path }))
        }
        None => Ok(()),
    }
}

/// Refuses folders to look in that are none: a mistyped name would be looked past in silence.
pub(super) fn refuse_missing_folders(search: &Search) -> Result<(), Failure> {
    let Some(dir) = search.media_dir.iter().find(|dir| !dir.is_dir()) else {
        return Ok(());
    };
    let what = if dir.exists() {
        "is not a folder"
    } else {
        "does not exist"
    };
    let message = format!("--media-dir: {} {what}", dir.shown());
    Err(Failure::new(ExitCode::Input, message).hint("give the folder in which the clips lie"))
}

/// Refuses to write over a file that was named as an input, whatever `--overwrite` says.
pub(super) fn refuse_input(path: &Path, material: &Material) -> Result<(), Failure> {
    let Ok(output) = path.canonicalize() else {
        return Ok(());
    };
    let mut inputs = std::iter::once(&material.music).chain(&material.clips);
    if inputs.any(|input| input.canonicalize().is_ok_and(|input| input == output)) {
        let message = format!("{} is one of the inputs", path.shown());
        return Err(Failure::new(ExitCode::Usage, message).hint("choose another name with -o"));
    }
    Ok(())
}

/// Writes the result that `option` names: under its name it is whole or absent. The folder of
/// `path` must exist.
pub(super) fn write_result(
    path: &Path,
    option: &str,
    bytes: &[u8],
    overwrite: bool,
) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Failure::exists(path, option);
        }
        let message = format!("cannot write {}: {}", path.shown(), nameless(&error));
        Failure::new(ExitCode::CannotCreate, message).hint(format!(
            "choose another place with {option}, or make room there"
        ))
    };
    // A device or a pipe cannot be replaced by a file, and need not be.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) && overwrite {
        return std::fs::write(path, bytes).map_err(failed);
    }
    let written = if overwrite {
        durable::replace(path, bytes)
    } else {
        durable::create(path, bytes)
    };
    written.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_unasked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.json");
        write_result(&path, "-o", b"old", false).unwrap();
        let failure = write_result(&path, "-o", b"new", false).unwrap_err();
        assert_eq!(failure.code, ExitCode::CannotCreate);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        write_result(&path, "-o", b"new", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_before_work() {
        let failure = refuse_occupied(Path::new("/no/such/film.mp4"), "-o", false).unwrap_err();
        assert_eq!(failure.code, ExitCode::CannotCreate);
        assert!(failure.message.contains("/no/such"));
        assert!(failure.hint.unwrap().contains("mkdir -p /no/such"));
    }

    #[test]
    fn a_huge_plan_is_refused_unread() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge.json");
        std::fs::File::create(&path)
            .unwrap()
            .set_len(1 << 40)
            .unwrap();
        assert_eq!(read_plan(&path).unwrap_err().code, ExitCode::BadData);
    }
}
