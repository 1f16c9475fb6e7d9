//! The workers side by side: each takes what fits from the queue, makes it, and says how it went.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use shared::decision::{Decision, DecisionCode};

use super::error::RenderError;
use super::journal::Record;
use super::overseer::Overseer;
use super::schedule::Turn;
use super::schedule::estimate::Estimator;
use super::schedule::learned::FILE;
use super::worker::{Made, Shop};
use crate::interrupt::Urgency;
use crate::progress::Event;
use crate::shown;

/// Between two writings of what was learned.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// What the workers share.
pub(super) struct Crew<'a> {
    shop: Shop<'a>,
    overseer: &'a Overseer<'a>,
    estimator: &'a Estimator,
    /// Where finished segments go, by their position in the plan.
    records: &'a [Mutex<Option<Record>>],
    failure: Mutex<Option<RenderError>>,
    /// Peak memory of every segment made, in bytes.
    peaks: Mutex<Vec<u64>>,
    decisions: Mutex<Vec<Decision>>,
    /// When what was learned was last written down.
    kept: Mutex<Instant>,
}

impl<'a> Crew<'a> {
    pub(super) fn new(
        shop: Shop<'a>,
        overseer: &'a Overseer<'a>,
        estimator: &'a Estimator,
        records: &'a [Mutex<Option<Record>>],
    ) -> Self {
        Self {
            shop,
            overseer,
            estimator,
            records,
            failure: Mutex::default(),
            peaks: Mutex::default(),
            decisions: Mutex::default(),
            kept: Mutex::new(Instant::now()),
        }
    }

    /// One worker's day: until nothing is left, something fatal happens, or the user wants to
    /// stop. What runs then is finished, unless the user is in a hurry.
    pub(super) fn work(&self) {
        while let Some(turn) = self.shop.queue.next() {
            if self.shop.interrupt.urgency() != Urgency::None {
                self.shop.queue.close();
                return;
            }
            if self.shop.job.settings.explain {
                self.explain(&turn);
            }
            let began = Instant::now();
            match self.shop.make(turn.index, turn.alone, turn.footprint) {
                Ok(Made::Done(record)) => self.done(turn, *record),
                Ok(Made::OutOfMemory { said, peak }) => {
                    self.overseer.lost(true, began.elapsed());
                    self.starved(turn, said, peak);
                }
                Ok(Made::Recalled) => {
                    self.overseer.lost(false, began.elapsed());
                    turn.put_back();
                }
                Ok(Made::EncoderFailed { said }) => self.encoder_failed(turn.index, said),
                Err(error) => self.fail(error),
            }
        }
    }

    /// The peaks, highest first, what was decided, and what went wrong if anything did.
    pub(super) fn finish(self) -> (Vec<u64>, Vec<Decision>, Option<RenderError>) {
        let mut peaks = self
            .peaks
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        peaks.sort_unstable_by(|a, b| b.cmp(a));
        let decisions = self.decisions.into_inner();
        let failure = self.failure.into_inner();
        (
            peaks,
            decisions.unwrap_or_else(PoisonError::into_inner),
            failure.unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn done(&self, turn: Turn<'_, '_>, record: Record) {
        let peak = record.report.peak_rss;
        let class = self.shop.job.class(turn.index);
        self.estimator.learn(&class, turn.footprint, peak);
        let due = {
            let mut kept = lock(&self.kept);
            let due = kept.elapsed() >= KEEP_EVERY;
            if due {
                *kept = Instant::now();
            }
            due
        };
        if due {
            self.keep_learned();
        }
        lock(&self.peaks).push(peak);
        for decision in &record.report.decisions {
            self.shop.progress.report(Event::Decided(decision));
        }
        if let Some(place) = self.records.get(turn.index) {
            *lock(place) = Some(record);
        }
        turn.well();
    }

    /// Writes down what was learned. It is a convenience of the next run: that it cannot be
    /// written is no reason to stop.
    pub(super) fn keep_learned(&self) {
        let learned = self.estimator.learned().to_json();
        let _ = self.shop.job.work.write(FILE, &learned);
    }

    /// Why a segment starts now.
    fn explain(&self, turn: &Turn<'_, '_>) {
        let line = if turn.alone {
            format!(
                "slot {}: alone, since memory ran out before",
                turn.index + 1
            )
        } else {
            let class = self.shop.job.class(turn.index);
            let estimate = self.estimator.estimate(&class, turn.footprint);
            let from = match estimate.learned {
                Some((count, peak)) => format!("95 % of {count} needed {}", shown::bytes(peak)),
                None => format!("{} by the model", shown::bytes(estimate.model)),
            };
            format!(
                "slot {}: {class}, {} expected ({from}), {} run now",
                turn.index + 1,
                shown::bytes(turn.expected),
                turn.running
            )
        };
        self.shop.progress.report(Event::Note(&line));
    }

    fn starved(&self, turn: Turn<'_, '_>, said: String, peak: u64) {
        let segment = turn.index;
        let class = self.shop.job.class(segment);
        self.estimator.learn(&class, turn.footprint, peak);
        if turn.alone {
            let bound = self.overseer.fullest();
            self.fail(RenderError::OutOfMemory {
                segment,
                needed: peak,
                limit: bound.limit,
                from: bound.from(),
                said,
            });
            return;
        }
        let now = turn.again_alone();
        let decision = Decision::about(
            DecisionCode::WorkersReduced,
            format!("slot {}", segment + 1),
            format!(
                "memory ran out at {} ({said}); this one again alone and with the smallest \
                 footprint, and at most {now} at once for now",
                shown::bytes(peak)
            ),
        );
        self.shop.progress.report(Event::Decided(&decision));
        lock(&self.decisions).push(decision);
    }

    /// One set of headers for the whole film: no other segment is worth making with this encoder.
    fn encoder_failed(&self, segment: usize, said: String) {
        let trusted = self.shop.job.trusted();
        let encoder = trusted.map_or("the encoder", |trusted| trusted.encoder.name());
        self.fail(RenderError::Encoder {
            segment,
            encoder,
            said,
        });
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
        self.shop.queue.close();
    }
}

/// The value of a mutex, whatever happened to its last holder.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
