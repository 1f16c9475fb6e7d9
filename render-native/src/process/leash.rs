//! A hold on a child from outside the thread that runs it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Tells which process runs, and calls it back. One leash serves one child after another.
#[derive(Debug, Default)]
pub struct Leash {
    /// 0 while none runs.
    pid: AtomicU32,
    recalled: AtomicBool,
}

impl Leash {
    /// The child's process id, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::SeqCst)).filter(|pid| *pid != 0)
    }

    /// Has the child killed at once, and every one after it on this leash:
    /// [`crate::process::ProcessError::Recalled`].
    pub fn recall(&self) {
        self.recalled.store(true, Ordering::SeqCst);
    }

    /// Whether [`Self::recall`] was called.
    #[must_use]
    pub fn is_recalled(&self) -> bool {
        self.recalled.load(Ordering::SeqCst)
    }

    pub(super) fn hold(&self, pid: u32) {
        self.pid.store(pid, Ordering::SeqCst);
    }
}
