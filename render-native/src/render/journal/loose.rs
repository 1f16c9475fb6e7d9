//! Files in the work directory that nobody names: leftovers, for a person to see and remove.

use std::path::PathBuf;
use std::time::SystemTime;

use super::WorkDir;
use super::record::{Record, is_segment_file};
use crate::render::error::RenderError;
use crate::render::temporaries::{self, Writer};
use crate::render::{mezzanine, sound};

/// A file that no record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loose {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
    /// When it was written to last.
    pub(crate) modified: Option<SystemTime>,
    /// Who writes it, if its name tells.
    pub(crate) writer: Option<Writer>,
    /// Whether it is half-written, by its name.
    pub(crate) unfinished: bool,
}

impl WorkDir {
    /// The files of segments, sounds and mezzanines that no record names, and all half-written ones.
    pub(crate) fn loose_files(&self) -> Result<Vec<Loose>, RenderError> {
        let failed = || RenderError::file("read", &self.segments);
        let mut loose = Vec::new();
        let mezzanines = self.mezzanines();
        for dir in [&self.segments, &self.root, &mezzanines] {
            let entries = match std::fs::read_dir(dir) {
                Err(_) if *dir == mezzanines => continue,
                entries => entries.map_err(failed())?,
            };
            for entry in entries {
                let entry = entry.map_err(failed())?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let unfinished = temporaries::is_one(&name);
                let unnamed = !unfinished && self.is_unnamed(&name);
                if unfinished || unnamed {
                    let metadata = entry.metadata().ok();
                    loose.push(Loose {
                        path: entry.path(),
                        bytes: metadata.as_ref().map_or(0, std::fs::Metadata::len),
                        modified: metadata.and_then(|metadata| metadata.modified().ok()),
                        writer: Writer::of(&name),
                        unfinished,
                    });
                }
            }
        }
        loose.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(loose)
    }

    /// Whether a file of a name of ours is not the one that its record names.
    fn is_unnamed(&self, name: &str) -> bool {
        self.is_unnamed_segment(name)
            || self.is_unnamed_sound(name)
            || self.is_unnamed_mezzanine(name)
    }

    fn is_unnamed_segment(&self, name: &str) -> bool {
        let mut parts = name.split('.');
        let index = parts.next().and_then(|index| index.parse().ok());
        let is_film = is_segment_file(name) && parts.nth(1) == Some("mp4");
        let Some(index) = index.filter(|_| is_film) else {
            return false;
        };
        let record = std::fs::read(self.record_path(index)).ok();
        let record = record.and_then(|json| serde_json::from_slice::<Record>(&json).ok());
        record.is_none_or(|record| record.file != name)
    }

    fn is_unnamed_sound(&self, name: &str) -> bool {
        let is_sound = sound::is_file(name) && name != sound::RECORD;
        is_sound && !sound::names(self, name)
    }

    /// Pictures are there before their record; without it, they serve nobody.
    fn is_unnamed_mezzanine(&self, name: &str) -> bool {
        let stem = name.strip_suffix(".nut");
        let Some(stem) = stem.filter(|_| mezzanine::is_file(name)) else {
            return false;
        };
        !self.mezzanines().join(format!("{stem}.json")).is_file()
    }
}
