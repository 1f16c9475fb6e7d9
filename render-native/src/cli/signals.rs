//! Signals become urgency. While segments are rendered, the first Ctrl-C asks to finish what runs
//! and the second to stop at once; where nothing would be kept, the first stops at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::failure::Failure;
use crate::exit::ExitCode;
use crate::interrupt::{Interrupt, Urgency};

/// What signals mean: which one came first, for the exit code, and whether there is something
/// that a first Ctrl-C should let finish.
#[derive(Debug, Default)]
pub struct Signalled {
    first: AtomicU8,
    keeps: AtomicBool,
}

impl Signalled {
    /// What the process ends with because of the signal, if there was one.
    #[must_use]
    pub fn code(&self) -> Option<ExitCode> {
        match self.first.load(Ordering::SeqCst) {
            0 => None,
            1 => Some(ExitCode::Interrupted),
            _ => Some(ExitCode::Terminated),
        }
    }

    /// From now on what runs is kept when it is finished, so a first Ctrl-C waits for it. Before,
    /// nothing is, and it stops at once.
    pub fn keep_what_runs(&self) {
        self.keeps.store(true, Ordering::SeqCst);
    }

    /// Whether what runs is kept.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.keeps.load(Ordering::SeqCst)
    }

    #[cfg(unix)]
    fn note(&self, code: u8) {
        let _ = self
            .first
            .compare_exchange(0, code, Ordering::SeqCst, Ordering::SeqCst);
    }
}

/// Listens to SIGINT, SIGTERM and SIGHUP from now on, and lives on after SIGXFSZ.
///
/// # Errors
/// [`ExitCode::Internal`] if the system does not let us listen.
#[cfg(unix)]
pub fn listen(interrupt: &Arc<Interrupt>) -> Result<Arc<Signalled>, Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

    let signalled = Arc::new(Signalled::default());
    let failed = |error: std::io::Error| {
        Failure::new(
            ExitCode::Internal,
            format!("cannot listen to signals: {error}"),
        )
    };
    // A file that may not grow any more is then an error of the write that grew it; unhandled, the
    // signal would end the process. ffmpeg gets its own default back when it starts.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    let mut signals =
        signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(failed)?;
    let seen = Arc::clone(&signalled);
    let interrupt = Arc::clone(interrupt);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in &mut signals {
                if signal != SIGINT {
                    seen.note(2);
                    interrupt.raise(Urgency::Now);
                } else if seen.keeps()
                    && interrupt.urgency() == Urgency::None
                {
                    seen.note(1);
                    interrupt.raise(Urgency::Finish);
                    super::terminal::say(
                        "stopping: the segments that run may finish and are kept; Ctrl-C again stops at once",
                    );
                } else {
                    seen.note(1);
                    interrupt.raise(Urgency::Now);
                }
            }
        })
        .map_err(failed)?;
    Ok(signalled)
}

/// Signals of this kind do not exist here: the system ends the process.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn listen(_: &Arc<Interrupt>) -> Result<Arc<Signalled>, Failure> {
    Ok(Arc::default())
}
