//! The workers side by side: each takes what fits from the queue, makes it, and says how it went.

use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::decision::{Decision, DecisionCode};

use super::error::RenderError;
use super::journal::Record;
use super::memory;
use super::schedule::estimate::Estimator;
use super::schedule::{Queue, Turn};
use super::worker::{Made, Shop};
use crate::interrupt::Urgency;
use crate::progress::Event;

/// What the workers share.
pub(super) struct Crew<'a> {
    shop: Shop<'a>,
    queue: &'a Queue<'a>,
    estimator: &'a Estimator,
    /// Where finished segments go, by their position in the plan.
    records: &'a [Mutex<Option<Record>>],
    failure: Mutex<Option<RenderError>>,
    /// Peak memory of every segment made, in bytes.
    peaks: Mutex<Vec<u64>>,
    decisions: Mutex<Vec<Decision>>,
}

impl<'a> Crew<'a> {
    pub(super) fn new(
        shop: Shop<'a>,
        queue: &'a Queue<'a>,
        estimator: &'a Estimator,
        records: &'a [Mutex<Option<Record>>],
    ) -> Self {
        Self {
            shop,
            queue,
            estimator,
            records,
            failure: Mutex::default(),
            peaks: Mutex::default(),
            decisions: Mutex::default(),
        }
    }

    /// One worker's day: until nothing is left, something fatal happens, or the user wants to
    /// stop. What runs then is finished, unless the user is in a hurry.
    pub(super) fn work(&self) {
        while let Some(turn) = self.queue.next() {
            if self.shop.interrupt.urgency() != Urgency::None {
                self.queue.close();
                return;
            }
            match self.shop.make(turn.index, turn.alone) {
                Ok(Made::Done(record)) => self.done(turn, *record),
                Ok(Made::OutOfMemory { said }) => self.starved(turn, said),
                Err(error) => self.fail(error),
            }
        }
    }

    /// The peaks, highest first, and what was decided; or what went wrong.
    pub(super) fn finish(self) -> Result<(Vec<u64>, Vec<Decision>), RenderError> {
        let inner = PoisonError::into_inner;
        if let Some(error) = self.failure.into_inner().unwrap_or_else(inner) {
            return Err(error);
        }
        let mut peaks = self
            .peaks
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        peaks.sort_unstable_by(|a, b| b.cmp(a));
        let decisions = self.decisions.into_inner();
        Ok((peaks, decisions.unwrap_or_else(PoisonError::into_inner)))
    }

    fn done(&self, turn: Turn<'_, '_>, record: Record) {
        let peak = record.report.peak_rss;
        self.estimator.learn(&self.shop.job.class(turn.index), peak);
        lock(&self.peaks).push(peak);
        for decision in &record.report.decisions {
            self.shop.progress.report(Event::Decided(decision));
        }
        if let Some(place) = self.records.get(turn.index) {
            *lock(place) = Some(record);
        }
        turn.well();
    }

    fn starved(&self, turn: Turn<'_, '_>, said: String) {
        let segment = turn.index;
        if turn.alone {
            self.fail(RenderError::OutOfMemory {
                segment,
                available: memory::free().bytes,
                said,
            });
            return;
        }
        let now = turn.again_alone();
        let decision = Decision::about(
            DecisionCode::WorkersReduced,
            format!("slot {}", segment + 1),
            format!(
                "memory ran out ({said}); at most {now} at once for now, and this one again at \
                 the end, alone"
            ),
        );
        self.shop.progress.report(Event::Decided(&decision));
        lock(&self.decisions).push(decision);
    }

    fn fail(&self, error: RenderError) {
        let mut failure = lock(&self.failure);
        // A real cause is told rather than the interruption that it brought.
        let known = failure
            .as_ref()
            .is_some_and(|known| !matches!(known, RenderError::Interrupted { .. }));
        if !known {
            *failure = Some(error);
        }
        self.queue.close();
    }
}

/// The value of a mutex, whatever happened to its last holder.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
