//! Makes one segment: goes down the ladder until a file stands that is measured to be right.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Clip, Slot};
use shared::rate::Rate;
use shared::time::{Rounding, Source, Time};

use super::check::measure;
use super::command::arguments;
use super::error::RenderError;
use super::job::Job;
use super::journal::Record;
use super::ladder::{Rung, Seen, Step, is_worth_trying, steps};
use super::report::SegmentReport;
use super::segment::{Picture, Segment, SegmentKey, Take, Way};
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Finished, Limits, Lines, ProcessError};
use crate::progress::{Event, Progress, Stage};

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
    },
}

/// Why one attempt gave no segment.
enum Fault {
    /// The source gave too few frames, without a complaint.
    Short { frames: u32, said: String },
    /// Memory ran out.
    Memory(String),
    /// A crash: worth one more attempt in the same way.
    Crash(String),
    /// Anything else.
    Other(String),
}

impl Fault {
    fn said(&self) -> &str {
        match self {
            Self::Short { said, .. }
            | Self::Memory(said)
            | Self::Crash(said)
            | Self::Other(said) => said,
        }
    }
}

/// What all workers share.
pub(super) struct Shop<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) progress: &'a dyn Progress,
    pub(super) interrupt: &'a Interrupt,
    /// Frames encoded so far, those of running attempts included.
    pub(super) frames: &'a AtomicU64,
}

/// The result of an attempt that worked.
struct Good {
    headers: String,
    damage: u64,
    complaint: Option<String>,
}

impl Shop<'_> {
    /// Makes the segment of slot `index`. Alone, it does not stop at a lack of memory, but goes
    /// on to plainer ways.
    pub(super) fn make(&self, index: usize, alone: bool) -> Result<Made, RenderError> {
        let job = self.job;
        let (segment, slot) = job.segment(index)?;
        let key = job.key(index)?;
        let started = Instant::now();
        let own = job.take(&slot.clip, self.interrupt);
        let mut seen = Seen {
            frames: segment.frames,
            readable: own.is_ok(),
            most: 0,
            only_short: true,
        };
        let mut first_fault = own.as_ref().err().cloned();
        let mut attempts = 0;
        let mut peak = 0;
        for step in steps(slot.alternates.len().min(ALTERNATES)) {
            if !is_worth_trying(step, seen) {
                continue;
            }
            let other;
            let take = match step {
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
            let fault = match self.attempts_at(&segment, &picture, &mut attempts, &mut peak)? {
                Ok(made) => {
                    let (step, good, temporary) =
                        self.cleanest(&segment, step, take, made, &mut attempts, &mut peak)?;
                    if step != Step::Planned(Way::Seek) && first_fault.is_none() {
                        first_fault = Some("the seek began with damaged pictures".to_owned());
                    }
                    let mut decisions = Vec::new();
                    decisions.extend(decision(index, slot, job, step, take, first_fault));
                    decisions.extend(damage(index, take, &good));
                    let report = SegmentReport {
                        index,
                        frames: segment.frames,
                        rung: step.rung(),
                        attempts,
                        resumed: false,
                        wall_ms: millis(started.elapsed()),
                        peak_rss: peak,
                        damage: good.damage,
                        decisions,
                    };
                    let record = self.record(&segment, &key, good, report);
                    let kept = job.work.keep(&temporary, record);
                    return kept.map(Box::new).map(Made::Done);
                }
                Err(fault) => fault,
            };
            if let Fault::Memory(said) = &fault {
                // Others run beside it, or nothing is left that needs less.
                if !alone || step == Step::Planned(Way::Plain) {
                    return Ok(Made::OutOfMemory { said: said.clone() });
                }
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
        let (kept, dropped) = match self.attempts_at(segment, &picture, attempts, peak)? {
            Ok((other, path)) if other.damage < good.damage => {
                ((Step::Planned(way), other, path), Some(temporary))
            }
            Ok((_, path)) => ((step, good, temporary), Some(path)),
            Err(_) => ((step, good, temporary), None),
        };
        if let Some(path) = dropped {
            // Both were counted as frames done; one film needs only one of them. What is left behind here is removed with the work directory.
            self.frames
                .fetch_sub(segment.frames.into(), Ordering::Relaxed);
            let _ = std::fs::remove_file(path);
        }
        Ok(kept)
    }

    /// Tries one picture; after a crash, which may pass, once more. Gives the file that stands.
    fn attempts_at(
        &self,
        segment: &Segment,
        picture: &Picture<'_>,
        attempts: &mut u32,
        peak: &mut u64,
    ) -> Result<Result<(Good, PathBuf), Fault>, RenderError> {
        let mut crashed = false;
        loop {
            *attempts += 1;
            let temporary = self.job.work.temporary(segment.index);
            let fault = match self.attempt(segment, picture, &temporary, peak)? {
                Ok(good) => return Ok(Ok((good, temporary))),
                Err(fault) => fault,
            };
            let _ = std::fs::remove_file(&temporary);
            if crashed || !matches!(fault, Fault::Crash(_)) {
                return Ok(Err(fault));
            }
            crashed = true;
        }
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

    fn record(
        &self,
        segment: &Segment,
        key: &SegmentKey,
        good: Good,
        report: SegmentReport,
    ) -> Record {
        Record {
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

    /// Runs ffmpeg once and measures what it wrote. The outer error ends the whole render.
    fn attempt(
        &self,
        segment: &Segment,
        picture: &Picture<'_>,
        out: &Path,
        peak: &mut u64,
    ) -> Result<Result<Good, Fault>, RenderError> {
        let job = self.job;
        let media = match picture {
            Picture::Take { take, .. } | Picture::Still { take } => Some(take.media as usize),
            Picture::Slate => None,
        };
        let unchanged = || media.map_or(Ok(()), |media| job.sources.unchanged(media));
        unchanged()?;
        let command = Command::new(&job.tools.ffmpeg).args(arguments(segment, picture, out));
        let mut shown = 0;
        let ran = self.run(
            &command,
            limits(job.settings.stall, segment, picture),
            &mut shown,
        );
        let fault = match ran {
            Ok(finished) => {
                *peak = finished.peak_rss.unwrap_or(0).max(*peak);
                self.judge(segment, &finished, out)?
            }
            Err(ProcessError::Interrupted) => {
                let _ = std::fs::remove_file(out);
                RenderError::if_interrupted(self.interrupt, job.work.root())?;
                Err(Fault::Other("interrupted".to_owned()))
            }
            Err(error @ ProcessError::Spawn { .. }) => return Err(RenderError::Process(error)),
            Err(error) => Err(Fault::Other(error.to_string())),
        };
        unchanged()?;
        if fault.is_err() {
            self.frames.fetch_sub(shown, Ordering::Relaxed);
        } else {
            let rest = u64::from(segment.frames).saturating_sub(shown);
            self.frames.fetch_add(rest, Ordering::Relaxed);
        }
        Ok(fault)
    }

    /// Runs ffmpeg and tells how far it is.
    fn run(
        &self,
        command: &Command,
        limits: Limits,
        shown: &mut u64,
    ) -> Result<Finished, ProcessError> {
        let mut lines = Lines::default();
        process::run(command, limits, self.interrupt, &mut |chunk| {
            let mut now = *shown;
            lines.push(chunk, |line| {
                let frame = line.strip_prefix("frame=");
                now = frame.and_then(|n| n.trim().parse().ok()).unwrap_or(now);
            });
            if now > *shown {
                let done = self.frames.fetch_add(now - *shown, Ordering::Relaxed) + now - *shown;
                *shown = now;
                self.progress.report(Event::Advanced {
                    stage: Stage::Render,
                    done,
                });
            }
            ControlFlow::Continue(())
        })
    }

    /// Whether what ffmpeg left is the segment.
    fn judge(
        &self,
        segment: &Segment,
        finished: &Finished,
        out: &Path,
    ) -> Result<Result<Good, Fault>, RenderError> {
        let messages = &finished.messages;
        if messages.mention("No space left on device") || messages.mention("Disk quota exceeded") {
            let _ = std::fs::remove_file(out);
            return Err(RenderError::NoSpace {
                path: out.to_owned(),
            });
        }
        let line = messages.decisive().map(str::to_owned);
        let said = line.clone().unwrap_or_else(|| finished.status.to_string());
        let starved = ["Cannot allocate memory", "malloc of size", "Out of memory"]
            .iter()
            .any(|words| messages.mention(words));
        if finished.killed() || (starved && !finished.success()) {
            return Ok(Err(Fault::Memory(said)));
        }
        if finished.status.code().is_none() {
            return Ok(Err(Fault::Crash(format!("{}: {said}", finished.status))));
        }
        if !finished.success() {
            return Ok(Err(Fault::Other(said)));
        }
        let facts = match measure(&self.job.tools, out, self.interrupt) {
            Ok(facts) => facts,
            Err(ProcessError::Interrupted) => {
                let _ = std::fs::remove_file(out);
                RenderError::if_interrupted(self.interrupt, self.job.work.root())?;
                return Ok(Err(Fault::Other("interrupted".to_owned())));
            }
            Err(error) => return Err(RenderError::Process(error)),
        };
        let Some(fault) = facts.fault(segment.canvas, segment.frames.into()) else {
            return Ok(Ok(Good {
                headers: facts.headers,
                damage: messages.errors,
                complaint: line.filter(|_| messages.errors > 0),
            }));
        };
        let error = messages.decisive_error();
        let said = error.map_or(fault.clone(), |line| format!("{fault}; {line}"));
        let frames = u32::try_from(facts.pts.len()).unwrap_or(u32::MAX);
        Ok(Err(if frames < segment.frames {
            Fault::Short { frames, said }
        } else {
            Fault::Other(said)
        }))
    }
}

/// What a step shows.
fn picture(step: Step, take: Option<&Take>) -> Picture<'_> {
    let Some(take) = take else {
        return Picture::Slate;
    };
    match step {
        Step::Planned(way) if !take.video.still => Picture::Take { take, way },
        Step::Alternate(_) if !take.video.still => Picture::Take {
            take,
            way: Way::Seek,
        },
        Step::Remains => Picture::Take {
            take,
            way: Way::Extended,
        },
        _ => Picture::Still { take },
    }
}

/// The clip that begins with the last picture that a slot shows.
fn last_picture(slot: &Slot, rate: Rate) -> Option<Clip> {
    let mut clip = slot.clip.clone();
    let (num, den) = clip.speed.terms();
    let before = i64::from(slot.record_duration.checked_sub(1)?).checked_mul(num.into())?;
    let micros = Time::<Source>::new(before, rate)
        .rescaled(Rate::MICROSECONDS, Rounding::Floor)?
        .ticks();
    let micros = u64::try_from(micros).ok()? / u64::from(den);
    clip.source_start = clip.source_start.checked_add(micros)?;
    Some(clip)
}

/// Generous: a limit that is met means that something hangs.
fn limits(stall: Duration, segment: &Segment, picture: &Picture<'_>) -> Limits {
    let mega_pixels = |w: u32, h: u32| (u64::from(w) * u64::from(h)).div_ceil(1_000_000);
    let mut work = mega_pixels(segment.canvas.width, segment.canvas.height);
    let mut before = 0;
    if let Picture::Take { take, way } = picture {
        work += mega_pixels(take.video.width, take.video.height);
        if *way == Way::Sequential {
            before = take.start_us / 1_000_000;
        }
    }
    let seconds = u64::from(segment.frames).saturating_mul(work) + before.saturating_mul(10 * work);
    Limits {
        stall,
        deadline: (stall * 5).saturating_add(Duration::from_secs(seconds)),
    }
}

/// The segment's name for people: its place, counted from 1, and its file.
fn subject(index: usize, slot: &Slot, job: &Job<'_>) -> String {
    let media = job.plan.media.get(slot.clip.media as usize);
    let name = media.map_or("?", |media| media.path.name());
    format!("slot {} ({name})", index + 1)
}

fn decision(
    index: usize,
    slot: &Slot,
    job: &Job<'_>,
    step: Step,
    take: Option<&Take>,
    fault: Option<String>,
) -> Option<Decision> {
    let rung = step.rung();
    let code = rung.decision()?;
    let name = take
        .and_then(|take| job.plan.media.get(take.media as usize))
        .map_or("?", |media| media.path.name());
    let done = match (rung, step) {
        (Rung::Sequential, _) => "decoded from the start of the file instead".to_owned(),
        (Rung::Reduced, _) => "rendered with plainer filters instead".to_owned(),
        (Rung::Extended, _) => "its last picture is held".to_owned(),
        (Rung::Alternate, _) => format!("{name} is shown instead"),
        (_, Step::HoldBefore) => format!("the last picture of the slot before ({name}) is held"),
        (_, Step::HoldAfter) => format!("the first picture of the slot after ({name}) is held"),
        _ => "a plain picture is shown".to_owned(),
    };
    let fault = fault.unwrap_or_else(|| "the planned clip failed".to_owned());
    Some(Decision::about(
        code,
        subject(index, slot, job),
        format!("{fault}; {done}"),
    ))
}

fn damage(index: usize, take: Option<&Take>, good: &Good) -> Option<Decision> {
    let line = good.complaint.as_deref()?;
    let name = take?.path.file_name()?.to_string_lossy().into_owned();
    let count = good.damage;
    Some(Decision::about(
        DecisionCode::DamageConcealed,
        format!("slot {} ({name})", index + 1),
        format!(
            "the decoder reported {count} error{}: {line}",
            if count == 1 { "" } else { "s" }
        ),
    ))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
