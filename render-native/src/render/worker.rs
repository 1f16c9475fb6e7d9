//! Makes one segment: goes down the ladder until a file stands that is measured to be right.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::plan::Slot;

use super::crew::lock;
use super::error::RenderError;
use super::job::Job;
use super::journal::Record;
use super::judge::{Fault, Good};
use super::ladder::{Rung, Seen, Step, is_worth_trying, steps};
use super::report::SegmentReport;
use super::schedule::Queue;
use super::schedule::estimate::Footprint;
use super::segment::{Picture, Segment, SegmentKey, Take, Way};
use super::stand_in::{damage, decision, last_picture, picture, small, without_copy};
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// Alternates that are tried before a picture is held.
const ALTERNATES: usize = 3;
/// How far into a file it is worth decoding from its start for a cleaner picture, in microseconds.
const FROM_START_US: u64 = 120_000_000;

/// How a segment came out.
pub(super) enum Made {
    /// It is done and recorded.
    Done(Box<Record>),
    /// ffmpeg ran out of memory.
    OutOfMemory {
        /// What it said, or how it ended.
        said: String,
        /// The most that it held, in bytes.
        peak: u64,
    },
    /// It was called back, and nothing is left of it.
    Recalled,
    /// The encoder in hardware failed, and software did not: that one is done and recorded.
    EncoderFailed {
        /// What was wrong.
        said: String,
    },
}

/// What all workers share.
pub(super) struct Shop<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) progress: &'a dyn Progress,
    pub(super) interrupt: &'a Interrupt,
    /// Frames encoded so far, those of running attempts included.
    pub(super) frames: &'a AtomicU64,
    /// What runs, and the hold on it.
    pub(super) queue: &'a Queue<'a>,
}

impl Shop<'_> {
    /// Makes the segment of slot `index` within a footprint. Alone, it does not stop at a lack of
    /// memory, but goes on to plainer ways.
    pub(super) fn make(
        &self,
        index: usize,
        alone: bool,
        footprint: Footprint,
    ) -> Result<Made, RenderError> {
        let job = self.job;
        let (mut segment, slot) = job.segment(index)?;
        segment.encode = segment.encode.within(footprint);
        let started = Instant::now();
        let own = job.take(&slot.clip, self.interrupt);
        let quick = own.as_ref().ok();
        let mezzanine = quick.and_then(|take| job.mezzanine_of(index, take));
        let mut copy_failed = None;
        let mut seen = Seen {
            frames: segment.frames,
            readable: own.is_ok(),
            mezzanine: mezzanine.is_some(),
            still: own.as_ref().is_ok_and(|take| take.video.still),
            most: 0,
            only_short: true,
        };
        let mut first_fault = own.as_ref().err().cloned();
        let mut attempts = 0;
        let mut peak = 0;
        let mut no_memory = false;
        let mut blamed = None;
        for step in steps(slot.alternates.len().min(ALTERNATES)) {
            // Reading from the start on needs no less memory.
            let same = no_memory && step == Step::Planned(Way::Sequential);
            if same || !is_worth_trying(step, seen) {
                continue;
            }
            let other;
            let take = match step {
                Step::Planned(Way::Mezzanine) => mezzanine.as_ref(),
                Step::Planned(_) | Step::Remains => own.as_ref().ok(),
                Step::Slate => None,
                _ => {
                    other = self.stand_in(step, index, slot);
                    match &other {
                        Some(take) => Some(take),
                        None => continue,
                    }
                }
            };
            let picture = picture(step, take);
            let counts = (&mut attempts, &mut peak);
            let tried =
                self.attempts_and_blame(&mut segment, &picture, alone, counts, &mut blamed)?;
            let fault = match tried {
                Ok(made) => {
                    let (step, good, temporary) =
                        self.cleanest(&segment, step, take, made, &mut attempts, &mut peak)?;
                    if step.rung() != Rung::Direct && first_fault.is_none() {
                        first_fault = Some("the seek began with damaged pictures".to_owned());
                    }
                    let mut decisions = Vec::from_iter(copy_failed);
                    decisions.extend(decision(index, slot, job, step, take, first_fault));
                    decisions.extend(damage(index, take, &good));
                    decisions.extend(small(index, footprint));
                    let report = SegmentReport {
                        index,
                        frames: segment.frames,
                        rung: step.rung(),
                        attempts,
                        resumed: false,
                        wall_ms: millis(started.elapsed()),
                        peak_rss: peak,
                        footprint,
                        damage: good.damage,
                        decisions,
                    };
                    return self.keep(&segment, (good, &temporary), report, blamed);
                }
                Err(fault) => fault,
            };
            if fault == Fault::Recalled {
                return Ok(Made::Recalled);
            }
            if let Fault::Memory(said) = &fault {
                // Others run beside it, or nothing is left that needs less.
                if !alone || seen.still || step == Step::Planned(Way::Plain) {
                    let said = said.clone();
                    return Ok(Made::OutOfMemory { said, peak });
                }
                no_memory = true;
            }
            if step == Step::Planned(Way::Mezzanine) {
                // It says nothing about the source.
                copy_failed = Some(without_copy(index, fault.said()));
                continue;
            }
            if let (Step::Planned(_), Fault::Short { frames, .. }) = (step, &fault) {
                seen.most = seen.most.max(*frames);
            } else if matches!(step, Step::Planned(_)) {
                seen.only_short = false;
            }
            first_fault.get_or_insert_with(|| fault.said().to_owned());
        }
        Err(RenderError::Segment {
            segment: index,
            said: first_fault.unwrap_or_else(|| "no reason is known".to_owned()),
        })
    }

    /// A seek may begin with pictures whose references lie before it (an open group of pictures):
    /// the decoder complains and smears. Decoding from the file's start shows them whole, and
    /// stands if it complains less.
    fn cleanest(
        &self,
        segment: &Segment,
        step: Step,
        take: Option<&Take>,
        (good, temporary): (Good, PathBuf),
        attempts: &mut u32,
        peak: &mut u64,
    ) -> Result<(Step, Good, PathBuf), RenderError> {
        let worth_it = |take: &&Take| (1..=FROM_START_US).contains(&take.start_us);
        let (Step::Planned(Way::Seek), Some(take), 1..) =
            (step, take.filter(worth_it), good.damage)
        else {
            return Ok((step, good, temporary));
        };
        let way = Way::Sequential;
        let picture = Picture::Take { take, way };
        let other = self.attempts_at(segment, &picture, attempts, peak);
        let other = other.inspect_err(|_| self.drop_made(segment, &temporary))?;
        let (kept, dropped) = match other {
            Ok((other, path)) if other.damage < good.damage => {
                ((Step::Planned(way), other, path), Some(temporary))
            }
            Ok((_, path)) => ((step, good, temporary), Some(path)),
            Err(_) => ((step, good, temporary), None),
        };
        if let Some(path) = dropped {
            self.drop_made(segment, &path);
        }
        Ok(kept)
    }

    /// Drops one of two files of a segment. Both were counted as frames done, and the film needs
    /// only one. A file that cannot be removed is removed with the work directory.
    pub(super) fn drop_made(&self, segment: &Segment, file: &Path) {
        self.frames
            .fetch_sub(segment.frames.into(), Ordering::Relaxed);
        let _ = std::fs::remove_file(file);
    }

    /// What may stand in for the planned clip in this step. `None` if there is nothing.
    fn stand_in(&self, step: Step, index: usize, slot: &Slot) -> Option<Take> {
        let slots = &self.job.plan.slots;
        let clip = match step {
            Step::Alternate(rank) => slot.alternates.get(rank)?.clone(),
            Step::HoldBefore => {
                last_picture(slots.get(index.checked_sub(1)?)?, self.job.canvas.rate)?
            }
            Step::HoldAfter => slots.get(index + 1)?.clip.clone(),
            Step::Planned(_) | Step::Remains | Step::Slate => return None,
        };
        self.job.take(&clip, self.interrupt).ok()
    }

    /// Records the segment. One that software has made after the encoder in hardware failed is
    /// one of the film in software.
    fn keep(
        &self,
        segment: &Segment,
        (good, temporary): (Good, &Path),
        report: SegmentReport,
        blamed: Option<String>,
    ) -> Result<Made, RenderError> {
        let job = self.job;
        let key = match blamed {
            None => job.key(segment.index)?.clone(),
            Some(said) if !job.work.is_held() => {
                // One of many machines cannot change the encoder, and what another one has made in
                // hardware stays.
                let _ = std::fs::remove_file(temporary);
                return Ok(Made::EncoderFailed { said });
            }
            Some(_) => job.key_with(segment.index, segment.encode)?,
        };
        let record = self.record(segment, &key, good, report);
        let kept = job.work.keep(temporary, record)?;
        lock(&job.made_here).insert(segment.index);
        Ok(match blamed {
            None => Made::Done(Box::new(kept)),
            Some(said) => Made::EncoderFailed { said },
        })
    }

    fn record(
        &self,
        segment: &Segment,
        key: &SegmentKey,
        good: Good,
        report: SegmentReport,
    ) -> Record {
        Record {
            plan_id: self.job.id.clone(),
            segment_key: key.as_str().to_owned(),
            file: String::new(),
            bytes: 0,
            blake3: String::new(),
            frames: segment.frames,
            rate: segment.canvas.rate.to_string(),
            timescale: segment.canvas.timescale(),
            headers: good.headers,
            ffmpeg: self.job.tools.version.text.clone(),
            host: self.job.work.host().to_owned(),
            report,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
