//! What a long job tells about itself while it runs.

use shared::decision::Decision;

/// Listens to a job. Called from several threads.
pub trait Progress: Sync {
    /// Takes one event. Must not block for long.
    fn report(&self, event: Event<'_>);
}

/// One thing that a job tells.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A stage begins; `total` is its length in units of its own (frames, files, microseconds).
    Started {
        /// Which.
        stage: Stage,
        /// Its length, 0 if unknown.
        total: u64,
    },
    /// A stage has done so many of its units.
    Advanced {
        /// Which.
        stage: Stage,
        /// Units done so far.
        done: u64,
    },
    /// A stage is over.
    Finished {
        /// Which.
        stage: Stage,
    },
    /// Something was decided that the user did not ask for.
    Decided(&'a Decision),
    /// A line for people.
    Note(&'a str),
}

/// The stages of the whole job, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Files are found and probed; units are files.
    Probe,
    /// The song is decoded and analysed; units are samples.
    Music,
    /// The clips are decoded and measured; units are microseconds of footage.
    Footage,
    /// The edit is planned; units are slots.
    Plan,
    /// Costly clips are made quicker to read; units are frames.
    Preprocess,
    /// Segments are rendered; units are frames.
    Render,
    /// Segments are joined and the song is added; units are frames.
    Join,
    /// The finished film is measured; units are frames.
    Verify,
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: Event<'_>) {}
}
