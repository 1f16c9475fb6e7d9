//! The queue of segments and the memory that they share.
//!
//! A segment starts only if what it is expected to need fits beside what is used already *and*
//! what those that run may still come to need. So a running segment counts with the larger of its
//! estimate and what it was seen to hold.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::estimate::{Class, Footprint};
use crate::process::Leash;
use crate::render::memory::Mode;

/// How long a wait for memory lasts before what is free is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// So many segments in a row without trouble let one more run at once, after there was trouble.
const RECOVERY: usize = 3;

/// Work that waits, and what runs.
pub struct Queue<'a> {
    state: Mutex<State>,
    changed: Condvar,
    /// Most that run at once.
    jobs: usize,
    /// Bytes that a segment of a class needs.
    memory: &'a (dyn Fn(&Class, Footprint) -> u64 + Sync),
    /// Bytes that can be given out now, if running children hold so many; asked before each start.
    room: &'a (dyn Fn(u64) -> u64 + Sync),
}

#[derive(Default)]
struct State {
    /// By class, the dearest last. Few classes make the choice cheap however long the queue is.
    waiting: BTreeMap<Class, Vec<Waiting>>,
    /// Segments to be tried again when nothing else waits or runs.
    alone: Vec<(Class, Waiting)>,
    /// A segment that ran out of memory though nothing ran beside it: if it cannot be made with
    /// the smallest footprint, the sooner that is known the better.
    at_once: Option<(Class, Waiting)>,
    /// The oldest first.
    running: Vec<Running>,
    most_running: usize,
    /// Most that run at once now; below `jobs` after memory ran out.
    limit: usize,
    /// Segments that went well since.
    clean: usize,
    mode: Mode,
    closed: bool,
    /// Time that workers waited for memory though there was work, added up.
    waited: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    seconds: f64,
    index: usize,
}

/// A segment that is being made.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its position in the plan.
    pub index: usize,
    /// Bytes that it is expected to need at most; all there are if it must be alone.
    pub expected: u64,
    /// Bytes that it was last seen to hold.
    pub observed: u64,
    /// When it was given out.
    pub since: Instant,
    /// Whether anything else ran at any time beside it.
    pub beside: bool,
    /// The hold on its process.
    pub leash: Arc<Leash>,
}

impl Running {
    /// Bytes that it may still come to take.
    const fn promised(&self) -> u64 {
        self.expected.saturating_sub(self.observed)
    }
}

/// Leave to render one segment. The memory is given back when it is dropped.
pub struct Turn<'q, 'a> {
    queue: &'q Queue<'a>,
    /// The segment, by its position in the plan.
    pub index: usize,
    /// Whether nothing else runs, because it needed more memory than was thought.
    pub alone: bool,
    /// How much memory it may take.
    pub footprint: Footprint,
    /// Bytes that it is expected to need at most.
    pub expected: u64,
    /// Segments that run, this one included.
    pub running: usize,
    /// The hold on its process.
    pub leash: Arc<Leash>,
    class: Class,
    waiting: Waiting,
}

/// What was chosen to run.
struct Chosen {
    class: Class,
    waiting: Waiting,
    footprint: Footprint,
    expected: u64,
    alone: bool,
}

impl<'a> Queue<'a> {
    /// A queue of segments: position, class of the source, expected seconds.
    pub fn new(
        work: impl IntoIterator<Item = (usize, Class, f64)>,
        jobs: usize,
        memory: &'a (dyn Fn(&Class, Footprint) -> u64 + Sync),
        room: &'a (dyn Fn(u64) -> u64 + Sync),
    ) -> Self {
        let mut state = State {
            limit: jobs.max(1),
            ..State::default()
        };
        for (index, class, seconds) in work {
            let waiting = state.waiting.entry(class).or_default();
            waiting.push(Waiting { seconds, index });
        }
        for waiting in state.waiting.values_mut() {
            waiting.sort_by(Waiting::order);
        }
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            jobs: jobs.max(1),
            memory,
            room,
        }
    }

    /// Waits for work that fits. `None` when all is done, or the queue was closed.
    pub fn next(&self) -> Option<Turn<'_, 'a>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(chosen) = self.choose(&mut state) {
                return Some(self.start(&mut state, chosen));
            }
            if state.running.is_empty() {
                return None;
            }
            let for_memory = state.running.len() < state.limit && !state.waiting.is_empty();
            let began = Instant::now();
            state = self
                .changed
                .wait_timeout(state, LOOK_AGAIN)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if for_memory {
                state.waited += began.elapsed();
            }
        }
    }

    /// Nothing starts any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// The most that ran at once.
    #[must_use]
    pub fn most_running(&self) -> usize {
        self.lock().most_running
    }

    /// Time that workers waited for memory though there was work, added up over the workers.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.lock().waited
    }

    /// Segments that run now, the oldest first.
    #[must_use]
    pub fn running(&self) -> Vec<Running> {
        self.lock().running.clone()
    }

    /// The hold on the process of a running segment; one that holds nothing if it does not run.
    #[must_use]
    pub fn leash(&self, index: usize) -> Arc<Leash> {
        let state = self.lock();
        // The newest, since one that was called back may not be gone yet.
        let mut newest = state.running.iter().rev();
        let running = newest.find(|running| running.index == index);
        running.map_or_else(Arc::default, |running| Arc::clone(&running.leash))
    }

    /// Takes in how much a running segment holds now.
    pub fn observe(&self, index: usize, bytes: u64) {
        let mut state = self.lock();
        let running = &mut state.running;
        let mut newest = running.iter_mut().rev();
        if let Some(running) = newest.find(|running| running.index == index) {
            running.observed = bytes;
        }
    }

    /// From now on segments start as this mode allows.
    pub fn set_mode(&self, mode: Mode) {
        self.lock().mode = mode;
        self.changed.notify_all();
    }

    /// The dearest segment that fits; in an emergency the one that needs the least.
    fn choose(&self, state: &mut State) -> Option<Chosen> {
        // One always runs, whatever it needs and however little there is.
        let first = state.running.is_empty();
        if !first && (state.running.len() >= state.limit || state.mode != Mode::Normal) {
            return None;
        }
        if let Some((class, waiting)) = state.at_once.take_if(|_| first) {
            return Some(Chosen::alone(class, waiting));
        }
        if state.at_once.is_some() {
            return None;
        }
        let emergency = state.mode == Mode::Emergency;
        let footprint = if emergency {
            Footprint::Smallest
        } else {
            Footprint::Usual
        };
        let room = if first {
            u64::MAX
        } else {
            self.room_beside(state)
        };
        let fitting = state.waiting.iter().filter_map(|(class, waiting)| {
            let need = (self.memory)(class, footprint);
            let waiting = *waiting.last()?;
            (first || need <= room).then_some((class, need, waiting))
        });
        let chosen = if emergency {
            fitting.min_by_key(|(_, need, _)| *need)
        } else {
            fitting.max_by(|a, b| a.2.seconds.total_cmp(&b.2.seconds))
        };
        let Some((class, expected, waiting)) = chosen else {
            let (class, waiting) = first.then(|| state.alone.pop()).flatten()?;
            return Some(Chosen::alone(class, waiting));
        };
        let class = class.clone();
        let same = state.waiting.get_mut(&class)?;
        same.pop();
        if same.is_empty() {
            state.waiting.remove(&class);
        }
        Some(Chosen {
            class,
            waiting,
            footprint,
            expected,
            alone: false,
        })
    }

    /// Bytes for one more beside those that run.
    fn room_beside(&self, state: &State) -> u64 {
        let sum = |of: fn(&Running) -> u64| {
            let each = state.running.iter().map(of);
            each.fold(0, u64::saturating_add)
        };
        let room = (self.room)(sum(|running| running.observed));
        room.saturating_sub(sum(Running::promised))
    }

    fn start(&self, state: &mut State, chosen: Chosen) -> Turn<'_, 'a> {
        let leash = Arc::new(Leash::default());
        let beside = !state.running.is_empty();
        for running in &mut state.running {
            running.beside = true;
        }
        state.running.push(Running {
            index: chosen.waiting.index,
            expected: chosen.expected,
            observed: 0,
            since: Instant::now(),
            beside,
            leash: Arc::clone(&leash),
        });
        state.most_running = state.most_running.max(state.running.len());
        Turn {
            queue: self,
            index: chosen.waiting.index,
            alone: chosen.alone,
            footprint: chosen.footprint,
            expected: chosen.expected,
            running: state.running.len(),
            leash,
            class: chosen.class,
            waiting: chosen.waiting,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chosen {
    const fn alone(class: Class, waiting: Waiting) -> Self {
        Self {
            class,
            waiting,
            footprint: Footprint::Smallest,
            expected: u64::MAX,
            alone: true,
        }
    }
}

impl Waiting {
    /// The dearest last; of equals the first in the plan last.
    fn order(a: &Self, b: &Self) -> std::cmp::Ordering {
        let by_seconds = a.seconds.total_cmp(&b.seconds);
        by_seconds.then(b.index.cmp(&a.index))
    }
}

impl Turn<'_, '_> {
    /// Memory ran out: the segment comes again alone, with the smallest footprint; at once if
    /// nothing ran beside it, else when everything else is done, and fewer run at once until some
    /// went well. Returns how many may run now.
    #[must_use]
    pub fn again_alone(self) -> usize {
        let mut state = self.queue.lock();
        let again = (self.class.clone(), self.waiting);
        let mut running = state.running.iter();
        let beside = running.any(|running| self.is(running) && running.beside);
        if beside {
            state.alone.push(again);
            state.limit = state.limit.div_ceil(2);
            state.clean = 0;
        } else {
            state.at_once = Some(again);
        }
        state.limit
    }

    fn is(&self, running: &Running) -> bool {
        Arc::ptr_eq(&running.leash, &self.leash)
    }

    /// It was called back: it waits again, as if it had never started.
    pub fn put_back(self) {
        let mut state = self.queue.lock();
        if self.alone {
            state.alone.push((self.class.clone(), self.waiting));
        } else {
            let same = state.waiting.entry(self.class.clone()).or_default();
            let at = same.partition_point(|other| Waiting::order(other, &self.waiting).is_lt());
            same.insert(at, self.waiting);
        }
    }

    /// It went well.
    pub fn well(self) {
        let mut state = self.queue.lock();
        state.clean += 1;
        if state.clean >= RECOVERY && state.limit < self.queue.jobs {
            state.limit += 1;
            state.clean = 0;
        }
    }
}

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.running.retain(|running| !self.is(running));
        drop(state);
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests;
