//! Watches a running child: for silence, for the deadline, for the user, and for its memory.

use std::io;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Leash, Limits, memory};
use crate::interrupt::{Interrupt, Urgency};

/// How often the child is looked at.
const TICK: Duration = Duration::from_millis(100);
/// How long a child has to obey TERM before KILL.
const GRACE: Duration = Duration::from_secs(2);

/// Why the watch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    /// The child ended, or was killed because its reader wanted so.
    Ended,
    /// The user wants to stop.
    Interrupted,
    /// It was silent for too long.
    Stalled,
    /// It ran for too long.
    Late,
    /// Its leash called it back.
    Recalled,
}

/// A running child and what is known of it.
pub(super) struct Watch<'a> {
    leash: &'a Leash,
    /// Signals are sent under this lock and only while the child is not reaped, so that they
    /// never meet another process that has been given the same id.
    child: Mutex<Reaped>,
    pid: u32,
    limits: Limits,
    started: Instant,
    /// Milliseconds from `started` to the last sign of life.
    alive: AtomicU64,
    /// The reader is at work: the silence is not the child's.
    paused: AtomicBool,
    peak_rss: AtomicU64,
}

struct Reaped {
    child: Child,
    status: Option<ExitStatus>,
}

/// Kills the child when dropped before it was reaped.
pub(super) struct KillOnDrop<'a>(&'a Watch<'a>);

impl Drop for KillOnDrop<'_> {
    fn drop(&mut self) {
        self.0.kill();
    }
}

impl<'a> Watch<'a> {
    pub(super) fn new(child: Child, limits: Limits, leash: &'a Leash) -> Self {
        leash.hold(child.id());
        Self {
            leash,
            pid: child.id(),
            child: Mutex::new(Reaped {
                child,
                status: None,
            }),
            limits,
            started: Instant::now(),
            alive: AtomicU64::new(0),
            paused: AtomicBool::new(false),
            peak_rss: AtomicU64::new(0),
        }
    }

    pub(super) fn kill_on_drop(&'a self) -> KillOnDrop<'a> {
        KillOnDrop(self)
    }

    /// The reader has work: silence does not count until [`Self::resume`].
    pub(super) fn pause(&self) {
        self.paused.store(true, Ordering::SeqCst);
    }

    /// The reader waits for the child again.
    pub(super) fn resume(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.alive.store(now, Ordering::SeqCst);
        self.paused.store(false, Ordering::SeqCst);
    }

    /// Kills the whole group at once.
    pub(super) fn kill(&self) {
        self.signal(true);
    }

    /// The most memory seen resident, in bytes.
    pub(super) fn peak_rss(&self) -> Option<u64> {
        match self.peak_rss.load(Ordering::SeqCst) {
            0 => None,
            peak => Some(peak),
        }
    }

    /// Waits for the end of the child. The watcher may kill it meanwhile.
    pub(super) fn reap(&self) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_micros(200);
        loop {
            let mut child = self.lock();
            if let Some(status) = child.status {
                return Ok(status);
            }
            if self.has_ended(&mut child) {
                // Whoever is left in the group would keep the pipes open.
                signal_group(&mut child.child, true);
                let status = child.child.wait()?;
                child.status = Some(status);
                return Ok(status);
            }
            drop(child);
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Looks at the child until `done` is dropped; ends it if it has to be ended.
    pub(super) fn until(&self, done: &Receiver<()>, interrupt: &Interrupt) -> Watched {
        let mut why = Watched::Ended;
        let mut told: Option<Instant> = None;
        let mut ended: Option<Instant> = None;
        while done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            self.look_at_memory();
            if told.is_none() {
                why = self.verdict(interrupt);
                if why != Watched::Ended {
                    // What is called back is called back for its memory, which is wanted now.
                    self.signal(why == Watched::Recalled);
                    told = Some(Instant::now());
                }
            }
            if ended.is_none() && self.has_ended(&mut self.lock()) {
                ended = Some(Instant::now());
            }
            // Either it does not obey, or it is gone and a child of its own holds the pipes.
            if told.max(ended).is_some_and(|at| at.elapsed() > GRACE) {
                self.signal(true);
            }
        }
        why
    }

    fn verdict(&self, interrupt: &Interrupt) -> Watched {
        let alive = Duration::from_millis(self.alive.load(Ordering::SeqCst));
        let silent = self.started.elapsed().saturating_sub(alive);
        if interrupt.urgency() == Urgency::Now {
            Watched::Interrupted
        } else if self.leash.is_recalled() {
            Watched::Recalled
        } else if self.started.elapsed() > self.limits.deadline {
            Watched::Late
        } else if silent > self.limits.stall && !self.paused.load(Ordering::SeqCst) {
            Watched::Stalled
        } else {
            Watched::Ended
        }
    }

    #[cfg(target_os = "linux")]
    fn look_at_memory(&self) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid));
        let peak = status.ok().and_then(|text| memory::kib(&text, "VmHWM:"));
        self.peak_rss.fetch_max(peak.unwrap_or(0), Ordering::SeqCst);
    }

    #[cfg(not(target_os = "linux"))]
    fn look_at_memory(&self) {
        let _ = self.pid;
    }

    fn signal(&self, kill: bool) {
        let mut child = self.lock();
        if child.status.is_none() {
            signal_group(&mut child.child, kill);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reaped> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has ended. It is not reaped by the question, so its id stays its own.
    #[cfg(unix)]
    fn has_ended(&self, child: &mut Reaped) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        child.status.is_some()
            || Pid::from_raw(i32::try_from(self.pid).unwrap_or(0))
                .is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    #[cfg(not(unix))]
    fn has_ended(&self, child: &mut Reaped) -> bool {
        child.status.is_some() || !matches!(child.child.try_wait(), Ok(None))
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.signal(true);
        let _ = self.reap();
        self.leash.hold(0);
    }
}

#[cfg(unix)]
fn signal_group(child: &mut Child, kill: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if kill { Signal::KILL } else { Signal::TERM };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended meanwhile.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal_group(child: &mut Child, _: bool) {
    // It may have ended meanwhile.
    let _ = child.kill();
}
