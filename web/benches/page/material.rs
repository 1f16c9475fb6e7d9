//! What is measured with: files that `cargo xtask bench page` has made.

use std::fs;
use std::path::{Path, PathBuf};

/// A song and clips.
pub(crate) struct Material {
    /// Four minutes of music.
    pub(crate) song: PathBuf,
    /// An hour of it.
    pub(crate) hour: PathBuf,
    /// Clips of 1080p, a minute each.
    pub(crate) long: Vec<PathBuf>,
    /// Many clips of 1080p, some seconds each.
    pub(crate) short: Vec<PathBuf>,
}

impl Material {
    /// What lies in a folder: `song.m4a` and `hour.m4a`, clips in `long` and in `short`.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            song: folder.join("song.m4a"),
            hour: folder.join("hour.m4a"),
            long: files(&folder.join("long")),
            short: files(&folder.join("short")),
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}
