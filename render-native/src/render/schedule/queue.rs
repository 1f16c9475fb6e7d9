//! The queue of segments and the memory that they share.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::estimate::Class;

/// How long a wait for memory lasts before what is free is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// So many segments in a row without trouble let one more run at once, after there was trouble.
const RECOVERY: usize = 3;
/// What a segment that must run alone holds: more than any budget, so that nothing fits beside it.
const EVERYTHING: u64 = u64::MAX / 4;

/// Work that waits, and what runs.
pub struct Queue<'a> {
    state: Mutex<State>,
    changed: Condvar,
    /// Bytes shared among all that run.
    budget: u64,
    /// Most that run at once.
    jobs: usize,
    /// Bytes that a segment of a class needs.
    memory: &'a (dyn Fn(&Class) -> u64 + Sync),
    /// Bytes that can be had now; asked before each start.
    free: &'a (dyn Fn() -> u64 + Sync),
}

#[derive(Default)]
struct State {
    /// By class, the dearest last. Few classes make the choice cheap however long the queue is.
    waiting: BTreeMap<Class, Vec<Waiting>>,
    /// Segments to be tried again when nothing else waits or runs.
    alone: Vec<usize>,
    running: usize,
    /// Bytes that all that run are expected to need.
    held: u64,
    most_running: usize,
    /// Most that run at once now; below `jobs` after memory ran out.
    limit: usize,
    /// Segments that went well since.
    clean: usize,
    closed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    seconds: f64,
    index: usize,
}

/// Leave to render one segment. The memory is given back when it is dropped.
pub struct Turn<'q, 'a> {
    queue: &'q Queue<'a>,
    /// The segment, by its position in the plan.
    pub index: usize,
    /// Whether nothing else runs, because it needed more memory than was thought.
    pub alone: bool,
    bytes: u64,
}

impl<'a> Queue<'a> {
    /// A queue of segments: position, class of the source, expected seconds.
    pub fn new(
        work: impl IntoIterator<Item = (usize, Class, f64)>,
        jobs: usize,
        budget: u64,
        memory: &'a (dyn Fn(&Class) -> u64 + Sync),
        free: &'a (dyn Fn() -> u64 + Sync),
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
            waiting.sort_by(|a, b| {
                let by_seconds = a.seconds.total_cmp(&b.seconds);
                by_seconds.then(b.index.cmp(&a.index))
            });
        }
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            budget,
            jobs: jobs.max(1),
            memory,
            free,
        }
    }

    /// Waits for work that fits. `None` when all is done, or the queue was closed.
    pub fn next(&self) -> Option<Turn<'_, 'a>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some((index, bytes)) = self.choose(&mut state) {
                state.running += 1;
                state.most_running = state.most_running.max(state.running);
                state.held = state.held.saturating_add(bytes);
                return Some(Turn {
                    queue: self,
                    index,
                    alone: bytes == EVERYTHING,
                    bytes,
                });
            }
            if state.running == 0 {
                return None;
            }
            state = self
                .changed
                .wait_timeout(state, LOOK_AGAIN)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
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

    /// The dearest segment that fits, with the bytes it needs.
    fn choose(&self, state: &mut State) -> Option<(usize, u64)> {
        if state.running >= state.limit {
            return None;
        }
        // One always runs, whatever it needs.
        let first = state.running == 0;
        let free = if first { u64::MAX } else { (self.free)() };
        let room = self.budget.saturating_sub(state.held).min(free);
        let chosen = state
            .waiting
            .iter()
            .filter_map(|(class, waiting)| {
                let need = (self.memory)(class);
                (first || need <= room).then_some((class, need, waiting.last()?.seconds))
            })
            .max_by(|a, b| a.2.total_cmp(&b.2))
            .map(|(class, need, _)| (class.clone(), need));
        let Some((class, need)) = chosen else {
            let alone = first.then(|| state.alone.pop()).flatten();
            return alone.map(|index| (index, EVERYTHING));
        };
        let waiting = state.waiting.get_mut(&class)?;
        let index = waiting.pop()?.index;
        if waiting.is_empty() {
            state.waiting.remove(&class);
        }
        Some((index, need))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_, '_> {
    /// Memory ran out: the segment comes again when everything else is done, alone, and fewer run
    /// at once until some went well. Returns how many may run now.
    #[must_use]
    pub fn again_alone(self) -> usize {
        let mut state = self.queue.lock();
        state.alone.push(self.index);
        state.limit = state.limit.div_ceil(2);
        state.clean = 0;
        state.limit
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
        state.running -= 1;
        state.held = state.held.saturating_sub(self.bytes);
        drop(state);
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u64 = 100;

    fn class(width: u32) -> Class {
        Class::sized(width, 1, "h264")
    }

    /// A class of width `n` needs `n` bytes.
    fn need(class: &Class) -> u64 {
        (1..1000)
            .find(|n| *class == self::class(*n))
            .map_or(0, u64::from)
    }

    fn all_free() -> u64 {
        u64::MAX
    }

    #[test]
    fn the_dearest_comes_first_among_those_that_fit() {
        let work = [
            (0, class(60), 1.0),
            (1, class(60), 9.0),
            (2, class(30), 5.0),
        ];
        let queue = Queue::new(work, 8, ONE, &need, &all_free);
        let first = queue.next().unwrap();
        let second = queue.next().unwrap();
        assert_eq!((first.index, second.index), (1, 2));
        drop(first);
        assert_eq!(queue.next().unwrap().index, 0);
    }

    #[test]
    fn what_is_larger_than_everything_runs_by_itself() {
        let queue = Queue::new([(0, class(500), 1.0)], 8, ONE, &need, &all_free);
        assert_eq!(queue.next().unwrap().index, 0);
        assert!(queue.next().is_none());
    }

    #[test]
    fn what_is_held_never_exceeds_the_budget_and_everything_is_done_once() {
        let work = (0..60_u32).map(|i| (i as usize, class(10 + i % 50), f64::from(i % 7)));
        let queue = Queue::new(work, 6, ONE, &need, &all_free);
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    while let Some(turn) = queue.next() {
                        let state = queue.lock();
                        assert!(state.held <= ONE || state.running == 1);
                        drop(state);
                        std::thread::yield_now();
                        done.lock().unwrap().push(turn.index);
                        turn.well();
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..60).collect::<Vec<_>>());
        assert!(queue.most_running() > 1);
    }

    #[test]
    fn after_memory_ran_out_the_victim_comes_last_and_alone_and_fewer_run() {
        let work = (0..9).map(|i| (i, class(1), 1.0));
        let queue = Queue::new(work, 4, ONE, &need, &all_free);
        let victim = queue.next().unwrap();
        let index = victim.index;
        assert_eq!(victim.again_alone(), 2);
        let mut order = Vec::new();
        while let Some(turn) = queue.next() {
            order.push((turn.index, turn.alone));
            turn.well();
        }
        assert_eq!(order.len(), 9);
        assert_eq!(order.last(), Some(&(index, true)));
        assert!(order.iter().filter(|(_, alone)| *alone).count() == 1);
    }
}
