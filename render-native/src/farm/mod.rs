//! One film, made by many processes on many machines that share a folder and nothing else.
//!
//! [`prepare`] freezes the job in a work directory; [`segment`] makes a few segments, anywhere, as
//! often as an engine likes; [`assemble`] joins what is there. Files are the truth: [`status`]
//! reads them, [`gc`] removes those that nobody needs. All of it is a thin coat over
//! [`crate::render`]: a film that is rendered in one process goes through the same steps.

mod assemble;
mod gc;
mod prepare;
mod segment;
mod status;

use std::path::{Path, PathBuf};

pub use assemble::{Film, assemble};
pub use gc::{Removed, gc};
pub use prepare::prepare;
pub use segment::segment;
pub use status::{Status, status};

use crate::render::{Frozen, RenderSettings};

/// What differs from machine to machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Here {
    /// Where the media's common folder lies; where it lay, as seen from the work directory, if
    /// `None`.
    pub root: Option<PathBuf>,
    /// Folders in which media are looked for that are not there.
    pub media_dirs: Vec<PathBuf>,
    /// Most segments rendered at once; as many as there are cores if `None`.
    pub jobs: Option<usize>,
    /// Most memory used by all of them together, in bytes; what is free if `None`.
    pub memory: Option<u64>,
}

impl Here {
    /// The settings of a job that is taken up here. There is no film yet: its name is not used.
    fn settings(&self, dir: &Path, frozen: &Frozen) -> RenderSettings {
        RenderSettings {
            media_dirs: self.media_dirs.clone(),
            jobs: self.jobs,
            memory: self.memory,
            work_dir: Some(dir.to_owned()),
            quality: frozen.quality(),
            audio: frozen.audio(),
            ..RenderSettings::new(dir.join("film.mp4"))
        }
    }
}
