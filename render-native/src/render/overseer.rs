//! Watches the memory of all that run, while they run: one thread, four looks a second.
//!
//! What children hold goes to the queue, which admits by it; how full the fullest bound is decides
//! the mode; in an emergency the youngest segment is called back, since it has the least to lose.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::crew::lock;
use super::memory::{Bound, Change, Gauge, Governor, Mode, Reading};
use super::report::{MemoryReport, ModeChange};
use super::schedule::Queue;
use crate::process;
use crate::progress::{Event, Progress};
use crate::shown;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(250);
/// What a killed process held is free again after so long.
const RELEASE: Duration = Duration::from_secs(1);
/// Most changes of the mode that are reported.
const CHANGES: usize = 1000;

/// Watches, and keeps the books.
pub(super) struct Overseer<'a> {
    gauge: &'a Gauge,
    queue: &'a Queue<'a>,
    progress: &'a dyn Progress,
    began: Instant,
    books: Mutex<MemoryReport>,
}

impl<'a> Overseer<'a> {
    pub(super) fn new(gauge: &'a Gauge, queue: &'a Queue<'a>, progress: &'a dyn Progress) -> Self {
        let reading = gauge.read(0);
        let (bound, _) = reading.tightest(gauge.thresholds.conservative());
        Self {
            gauge,
            queue,
            progress,
            began: Instant::now(),
            books: Mutex::new(MemoryReport {
                limit: bound.limit,
                from: bound.from(),
                thresholds: gauge.thresholds,
                ..MemoryReport::default()
            }),
        }
    }

    /// Watches until `done` is dropped.
    pub(super) fn watch(&self, done: &Receiver<()>) {
        let mut governor = Governor::new(self.gauge.thresholds);
        let mut recalled: Option<Instant> = None;
        let mut since = Instant::now();
        loop {
            let ended = done.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout);
            self.spent(governor.mode(), since.elapsed());
            since = Instant::now();
            if ended {
                return;
            }
            let reading = self.look();
            let fullest = reading.fullest();
            if let Some(change) = governor.step(fullest.permille()) {
                self.queue.set_mode(change.to);
                self.tell(change, fullest);
            }
            let rested = recalled.is_none_or(|at| at.elapsed() >= RELEASE);
            if governor.mode() == Mode::Emergency && rested && self.recall_youngest(fullest) {
                recalled = Some(Instant::now());
            }
        }
    }

    /// A segment was thrown away half-made: memory ran out, or it was called back.
    pub(super) fn lost(&self, out_of_memory: bool, spent: Duration) {
        let mut books = lock(&self.books);
        books.lost_ms = books.lost_ms.saturating_add(millis(spent));
        if out_of_memory {
            books.out_of_memory += 1;
        } else {
            books.put_back += 1;
        }
    }

    /// What is bound most now, and by what.
    pub(super) fn fullest(&self) -> Bound {
        let held = self.queue.running().iter().map(|r| r.observed).sum();
        self.gauge.read(held).fullest().clone()
    }

    /// The books.
    pub(super) fn finish(self) -> MemoryReport {
        let books = self.books.into_inner();
        MemoryReport {
            waited_ms: millis(self.queue.waited()),
            ..books.unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// Looks at every child and every bound.
    fn look(&self) -> Reading {
        let mut children = 0_u64;
        // They are all the same program, so the pages of it and its libraries are there once.
        let mut shared = 0;
        for running in self.queue.running() {
            let pid = running.leash.pid();
            let held = pid.and_then(|pid| process::held(self.gauge.root(), &pid.to_string()));
            let held = held.unwrap_or_default();
            self.queue.observe(running.index, held.resident());
            children = children.saturating_add(held.own);
            shared = held.mapped.max(shared);
        }
        let reading = self.gauge.read(children.saturating_add(shared));
        let mut books = lock(&self.books);
        books.peak = books.peak.max(reading.ours);
        books.peak_permille = books.peak_permille.max(reading.fullest().permille());
        reading
    }

    fn spent(&self, mode: Mode, time: Duration) {
        let mut books = lock(&self.books);
        let account = match mode {
            Mode::Normal => &mut books.normal_ms,
            Mode::Conservative => &mut books.conservative_ms,
            Mode::Emergency => &mut books.emergency_ms,
        };
        *account = account.saturating_add(millis(time));
    }

    fn tell(&self, change: Change, bound: &Bound) {
        let what = match change.to {
            Mode::Normal => "segments start again as they fit",
            Mode::Conservative => "nothing new starts while something runs",
            Mode::Emergency => "one segment at a time, with the smallest footprint",
        };
        let line = format!(
            "memory: {} from {}, at {} of {} ({}): {what}",
            change.to,
            change.from,
            percent(bound),
            shown::bytes(bound.limit),
            bound.name,
        );
        self.progress.report(Event::Note(&line));
        let mut books = lock(&self.books);
        if books.changes.len() < CHANGES {
            books.changes.push(ModeChange {
                at_ms: millis(self.began.elapsed()),
                from: change.from,
                to: change.to,
                used: bound.used,
                limit: bound.limit,
                bound: bound.from(),
            });
        }
    }

    /// Calls the youngest back, unless it is the only one.
    fn recall_youngest(&self, bound: &Bound) -> bool {
        let mut running = self.queue.running();
        running.retain(|running| !running.leash.is_recalled());
        if running.len() < 2 {
            return false;
        }
        let Some(youngest) = running.pop() else {
            return false;
        };
        youngest.leash.recall();
        let line = format!(
            "memory: slot {} is put back after {:.1} s, which frees {} ({} of {} are used)",
            youngest.index + 1,
            youngest.since.elapsed().as_secs_f32(),
            shown::bytes(youngest.observed),
            percent(bound),
            shown::bytes(bound.limit),
        );
        self.progress.report(Event::Note(&line));
        true
    }
}

fn percent(bound: &Bound) -> String {
    format!("{} %", bound.permille() / 10)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::ops::ControlFlow;
    use std::path::Path;
    use std::sync::mpsc;

    use super::*;
    use crate::interrupt::Interrupt;
    use crate::process::{Command, Limits, ProcessError};
    use crate::progress::Silent;
    use crate::render::memory::Thresholds;
    use crate::render::schedule::estimate::{Class, Footprint};

    const MIB: u64 = 1 << 20;

    /// A system in which process `pid` holds so much.
    fn holds(root: &Path, pid: u32, mib: u64) {
        let process = root.join("proc").join(pid.to_string());
        std::fs::create_dir_all(&process).unwrap();
        let text = format!("VmRSS: {} kB\n", mib * 1024);
        std::fs::write(process.join("status"), text).unwrap();
    }

    /// Two children that hold 30 of 100 MiB each, and then more.
    #[test]
    fn above_the_second_threshold_the_youngest_is_called_back_and_the_last_one_never() {
        let dir = tempfile::tempdir().unwrap();
        let gauge = Gauge::new(Some(100 * MIB), Thresholds::default());
        let gauge = gauge.under(dir.path().to_owned());
        let need = |_: &Class, _: Footprint| 30 * MIB;
        let room = |held| gauge.room(held);
        let class = || Class::sized(16, 16, "h264");
        let work = (0..2).map(|index| (index, class(), 1.0));
        let queue = Queue::new(work, 2, &need, &room);
        let overseer = Overseer::new(&gauge, &queue, &Silent);
        let interrupt = Interrupt::new();
        let sleep = Command::new("/bin/sleep").arg("60");
        let first = queue.next().unwrap();
        let second = queue.next().unwrap();
        let wait_for = |what: &dyn Fn() -> bool| {
            let until = Instant::now() + Duration::from_secs(30);
            while !what() {
                assert!(Instant::now() < until, "it never happens");
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        let run = |leash| {
            let limits = Limits::JOB;
            let go_on = &mut |_: &[u8]| ControlFlow::Continue(());
            process::run_on(leash, &sleep, limits, &interrupt, go_on)
        };
        std::thread::scope(|scope| {
            let (done, until_done) = mpsc::channel();
            let overseer = &overseer;
            scope.spawn(move || overseer.watch(&until_done));
            let older = scope.spawn(|| run(&first.leash));
            let younger = scope.spawn(|| run(&second.leash));
            wait_for(&|| first.leash.pid().is_some() && second.leash.pid().is_some());
            for turn in [&first, &second] {
                holds(dir.path(), turn.leash.pid().unwrap(), 50);
            }
            let ended = younger.join().unwrap();
            assert!(matches!(ended, Err(ProcessError::Recalled)), "{ended:?}");
            // The other may hold more than there is, and is left to its work.
            holds(dir.path(), first.leash.pid().unwrap(), 150);
            wait_for(&|| lock(&overseer.books).peak >= 150 * MIB);
            std::thread::sleep(RELEASE + 2 * EVERY);
            assert!(!first.leash.is_recalled());
            first.leash.recall();
            let ended = older.join().unwrap();
            assert!(matches!(ended, Err(ProcessError::Recalled)), "{ended:?}");
            drop(done);
        });
        drop((first, second));
        let books = overseer.finish();
        assert_eq!(books.changes.first().map(|c| c.to), Some(Mode::Emergency));
        assert!(books.emergency_ms >= 1000, "{books:?}");
        assert!(books.peak_permille >= 1500, "{books:?}");
        assert_eq!((books.limit, books.from.as_str()), (100 * MIB, "--memory"));
    }
}
