//! The user's wish to stop, as a value that every long job reads.

use std::sync::atomic::{AtomicU8, Ordering};

/// How urgently the user wants to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    None,
    /// Start nothing new; finish what runs.
    Finish,
    /// Stop at once.
    Now,
}

/// Set by signal handling, read by jobs.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicU8);

impl Interrupt {
    /// Not interrupted.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU8::new(0))
    }

    /// Raises the urgency; it never falls.
    pub fn raise(&self, urgency: Urgency) {
        self.0.fetch_max(urgency as u8, Ordering::SeqCst);
    }

    /// The urgency now.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        match self.0.load(Ordering::SeqCst) {
            0 => Urgency::None,
            1 => Urgency::Finish,
            _ => Urgency::Now,
        }
    }
}
