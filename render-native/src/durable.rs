//! Files that are whole or absent, whatever happens meanwhile: written beside their place, flushed,
//! and renamed into it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// How the name of a file ends that is not complete yet.
pub(crate) const PART: &str = ".part";

/// Puts `content` under the name `path`: what was there before, or all of it.
///
/// # Errors
/// Whatever the system says; what was there before is still there.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    write(".tmp-", path, content, true)
}

/// Puts `content` under the name `path`, unless there is something already.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], and whatever the system says.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    write(".tmp-", path, content, false)
}

/// As [`replace()`]; while it is incomplete, its name begins with `prefix`.
pub(crate) fn replace_by(prefix: &str, path: &Path, content: &[u8]) -> io::Result<()> {
    write(prefix, path, content, true)
}

fn write(prefix: &str, path: &Path, content: &[u8], replace: bool) -> io::Result<()> {
    let mut draft = draft(parent(path), prefix)?;
    draft.write_all(content)?;
    settle(draft, path, replace)
}

/// A file that will become one of the user's: as open to others as their settings say, where usual
/// temporary files are for their owner alone. It vanishes unless it is settled.
pub(crate) fn draft(dir: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(PART);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

/// Gives a complete draft its name, in a way that survives a power cut.
pub(crate) fn settle(draft: NamedTempFile, path: &Path, replace: bool) -> io::Result<()> {
    draft.as_file().sync_all()?;
    let settled = if replace {
        draft.persist(path)
    } else {
        draft.persist_noclobber(path)
    };
    settled.map_err(|error| error.error)?;
    sync_dir(parent(path))
}

/// Makes renames in a folder permanent. Systems that cannot do that with folders are forgiven.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    match File::open(dir).and_then(|dir| dir.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        _ => Ok(()),
    }
}

/// The folder that a file is in.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_unasked_and_nothing_is_left_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.json");
        create(&path, b"old").unwrap();
        let error = create(&path, b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        replace(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
