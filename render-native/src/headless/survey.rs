//! Probes, fingerprints and measures many clips at once, within bounded memory.
//!
//! A clip that cannot be used costs nothing but itself: it is left out, with the reason. Only what
//! concerns all of them (no ffmpeg, the user's wish to stop) ends a survey.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use planner_wasm::footage::Footage;
use shared::decision::{Decision, DecisionCode};
use shared::fingerprint::Fingerprint;

use super::frames::{self, FramesError};
use super::hearing::hear;
use super::walk::skipped;
use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::{Probe, ProbeError, Video, probe};
use crate::interrupt::{Interrupt, Urgency};
use crate::media::fingerprint::{Stamp, fingerprint};
use crate::process::ProcessError;
use crate::progress::{Event, Progress, Stage};
use crate::shown::Shown as _;

/// Pictures that a decoder holds at the same time, about: references, its own threads' and
/// filters'.
const PICTURES_HELD: u64 = 24;
/// Memory of a decoder besides its pictures, in bytes.
const BASE_BYTES: u64 = 64 << 20;
/// A container may promise years; the progress bar does not believe it.
const LONGEST_BELIEVED_US: u64 = 24 * 3_600 * 1_000_000;

/// How a survey is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Clips at the same time.
    pub jobs: usize,
    /// Memory for all decoders together, in bytes. A clip that needs more is decoded alone.
    pub memory: u64,
}

/// A clip that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Where it lies.
    pub path: PathBuf,
    /// Files of the same contents, which are left out.
    pub copies: Vec<PathBuf>,
    /// What ffprobe says.
    pub probe: Probe,
    /// Its picture stream.
    pub video: Video,
    /// What it is by content.
    pub fingerprint: Fingerprint,
    /// What tells that it is still the same.
    pub stamp: Stamp,
    /// Its footage.
    pub footage: Footage,
    /// How many pictures were measured.
    pub pictures: u64,
    /// What was odd about it.
    pub decisions: Vec<Decision>,
}

/// What a survey found, in the order of the files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// The clips that can be used.
    pub clips: Vec<Clip>,
    /// The files that cannot, with the reason.
    pub skipped: Vec<Decision>,
}

/// Why a survey was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// The user wants to stop.
    #[error("interrupted")]
    Interrupted,
    /// ffmpeg or ffprobe cannot be started, or is killed again and again.
    #[error(transparent)]
    Process(ProcessError),
}

/// A file that looks like a clip, before it is decoded.
struct Candidate {
    path: PathBuf,
    copies: Vec<PathBuf>,
    probe: Probe,
    video: Video,
    fingerprint: Fingerprint,
    stamp: Stamp,
}

impl Candidate {
    /// Its length as far as the container can be believed.
    fn length_us(&self) -> u64 {
        self.video.duration_us.unwrap_or(0).min(LONGEST_BELIEVED_US)
    }

    /// Memory that its decoder needs, about.
    fn memory(&self) -> u64 {
        let pixels = u64::from(self.video.width) * u64::from(self.video.height);
        let picture = pixels * if self.video.bits > 8 { 4 } else { 2 };
        BASE_BYTES + picture * PICTURES_HELD
    }
}

/// What became of one file.
type Outcome<T> = Result<T, String>;

/// Surveys `files`.
///
/// # Errors
/// [`SurveyError`] if the user wants to stop or ffmpeg cannot be started. Bad clips are no error.
pub fn survey(
    tools: &Tools,
    files: &[PathBuf],
    settings: Settings,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<Survey, SurveyError> {
    let mut survey = Survey::default();
    let candidates = candidates(tools, files, settings, interrupt, progress, &mut survey)?;

    let total: u64 = candidates.iter().map(Candidate::length_us).sum();
    let stage = Stage::Footage;
    progress.report(Event::Started { stage, total });
    // The longest first, so that none is left over when all others are done.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let work = |candidate: &Candidate| {
        let pixels = u64::from(candidate.video.width) * u64::from(candidate.video.height);
        u128::from(pixels) * u128::from(candidate.length_us())
    };
    order.sort_by_key(|at| std::cmp::Reverse(candidates.get(*at).map(work)));
    let threads = threads_each(settings.jobs, candidates.len());
    let gate = Gate::new(settings.memory);
    let done = AtomicU64::new(0);
    let measured = each(&order, settings.jobs, interrupt, |at| {
        let Some(candidate) = candidates.get(at) else {
            return Ok(Err(String::new()));
        };
        let _held = gate.reserve(candidate.memory());
        let mut told = 0;
        let mut tell = |us: u64| {
            let us = us.min(candidate.length_us()).max(told);
            let before = done.fetch_add(us - told, Ordering::Relaxed);
            let done = before + (us - told);
            told = us;
            progress.report(Event::Advanced { stage, done });
        };
        let measured = measure(tools, candidate, threads, interrupt, &mut tell);
        tell(candidate.length_us());
        measured
    })?;
    progress.report(Event::Finished { stage });

    let outcomes: BTreeMap<usize, _> = order.into_iter().zip(measured).collect();
    for (candidate, (_, outcome)) in candidates.into_iter().zip(outcomes) {
        match outcome {
            Ok(measured) => survey.clips.push(Clip {
                path: candidate.path,
                copies: candidate.copies,
                probe: candidate.probe,
                video: candidate.video,
                fingerprint: candidate.fingerprint,
                stamp: candidate.stamp,
                footage: measured.footage,
                pictures: measured.pictures,
                decisions: measured.decisions,
            }),
            Err(why) => survey.skipped.push(skipped(&candidate.path, why)),
        }
    }
    survey.skipped.sort();
    for decision in survey
        .skipped
        .iter()
        .chain(survey.clips.iter().flat_map(|clip| &clip.decisions))
    {
        progress.report(Event::Decided(decision));
    }
    Ok(survey)
}

/// Probes and fingerprints all files and leaves out what is no clip.
fn candidates(
    tools: &Tools,
    files: &[PathBuf],
    settings: Settings,
    interrupt: &Interrupt,
    progress: &dyn Progress,
    survey: &mut Survey,
) -> Result<Vec<Candidate>, SurveyError> {
    let stage = Stage::Probe;
    let total = files.len() as u64;
    progress.report(Event::Started { stage, total });
    let done = AtomicU64::new(0);
    let order: Vec<usize> = (0..files.len()).collect();
    let probed = each(&order, settings.jobs, interrupt, |at| {
        let outcome = files.get(at).map_or_else(
            || Ok(Err(String::new())),
            |path| examine(tools, path, interrupt),
        );
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress.report(Event::Advanced { stage, done });
        outcome
    })?;
    progress.report(Event::Finished { stage });
    let mut first_of: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (path, outcome) in files.iter().zip(probed) {
        let why = match outcome {
            Ok(candidate) => {
                let first = *first_of
                    .entry(candidate.fingerprint)
                    .or_insert(candidates.len());
                // The same pictures under two names would be shown twice as if they were different.
                if let Some(first) = candidates.get_mut(first) {
                    first.copies.push(path.clone());
                    format!("the same contents as {}", first.path.shown())
                } else {
                    candidates.push(candidate);
                    continue;
                }
            }
            Err(why) => why,
        };
        survey.skipped.push(skipped(path, why));
    }
    Ok(candidates)
}

fn examine(
    tools: &Tools,
    path: &Path,
    interrupt: &Interrupt,
) -> Result<Outcome<Candidate>, SurveyError> {
    let examined = (|| {
        let probe = probe(tools, path, interrupt)?;
        let video = probe.require_video(path)?.clone();
        let (fingerprint, stamp) = fingerprint(path)?;
        Ok(Candidate {
            path: path.to_owned(),
            copies: Vec::new(),
            probe,
            video,
            fingerprint,
            stamp,
        })
    })();
    match examined {
        Ok(candidate) => Ok(Ok(candidate)),
        Err(ProbeError::Process { source, .. }) => fatal_or_told(source),
        Err(error) => Ok(Err(error.reason())),
    }
}

fn measure(
    tools: &Tools,
    candidate: &Candidate,
    threads: usize,
    interrupt: &Interrupt,
    tell: &mut dyn FnMut(u64),
) -> Result<Outcome<frames::Measured>, SurveyError> {
    let (path, probe, video) = (&candidate.path, &candidate.probe, &candidate.video);
    let mut measure = |threads| {
        let mut once = || frames::measure(tools, path, probe, video, threads, interrupt, tell);
        match once() {
            // No fault of the clip's: once more.
            Err(FramesError::Process(ProcessError::Killed { .. })) => once(),
            first => first,
        }
    };
    let mut measured = measure(threads);
    if threads > 1 && measured.as_ref().is_ok_and(|measured| measured.errors > 0) {
        // What a decoder makes of damage depends on its threads; plans must not depend on cores.
        measured = measure(1);
    }
    match measured {
        Ok(measured) if measured.pictures < 2 => {
            let odd = measured.decisions.first().map(|odd| odd.detail.clone());
            let still = "a still picture; only moving pictures are used";
            Ok(Err(odd.unwrap_or_else(|| still.to_owned())))
        }
        Ok(mut measured) => {
            let footage = &measured.footage;
            let once = || hear(tools, path, probe, footage, interrupt);
            let heard = match once() {
                Err(ProcessError::Killed { .. }) => once(),
                first => first,
            };
            let heard = match heard {
                Ok(heard) => heard,
                Err(error) => return fatal_or_told(error),
            };
            measured.footage.sound = heard.sound;
            let name = path.display().to_string();
            let odd = |note| Decision::about(DecisionCode::ClipDegraded, name, note);
            measured.decisions.extend(heard.note.map(odd));
            Ok(Ok(measured))
        }
        Err(FramesError::Process(error)) => fatal_or_told(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// What concerns every file ends the survey; what concerns this one (a hang, say) is told.
fn fatal_or_told<T>(error: ProcessError) -> Result<Outcome<T>, SurveyError> {
    match error {
        ProcessError::Interrupted => Err(SurveyError::Interrupted),
        // A plan that leaves out what somebody killed would be another plan every time.
        ProcessError::Spawn { .. } | ProcessError::Killed { .. } => {
            Err(SurveyError::Process(error))
        }
        other => Ok(Err(other.to_string())),
    }
}

/// Runs `work` for every entry of `order` on `jobs` threads; results in the order of `order`. The
/// first error ends it.
fn each<T: Send>(
    order: &[usize],
    jobs: usize,
    interrupt: &Interrupt,
    work: impl Fn(usize) -> Result<T, SurveyError> + Sync,
) -> Result<Vec<T>, SurveyError> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let failed = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, order.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let Some(at) = order.get(turn) else {
                        return;
                    };
                    let result = if interrupt.urgency() == Urgency::None {
                        work(*at)
                    } else {
                        Err(SurveyError::Interrupted)
                    };
                    match result {
                        Ok(value) => {
                            lock(&results).insert(turn, value);
                        }
                        Err(error) => {
                            lock(&failed).get_or_insert(error);
                            next.store(order.len(), Ordering::Relaxed);
                            return;
                        }
                    }
                }
            });
        }
    });
    match lock(&failed).take() {
        Some(error) => Err(error),
        None => Ok(std::mem::take(&mut *lock(&results)).into_values().collect()),
    }
}

/// Threads of each decoder: clips side by side use the cores better than threads within a clip,
/// so there are more than one only when there are fewer clips than cores.
fn threads_each(jobs: usize, clips: usize) -> usize {
    jobs.div_ceil(clips.max(1)).clamp(1, 16)
}

/// Lets decoders in as long as their memory fits.
struct Gate {
    total: u64,
    free: Mutex<u64>,
    returned: Condvar,
}

struct Held<'a> {
    gate: &'a Gate,
    bytes: u64,
}

impl Gate {
    fn new(total: u64) -> Self {
        // Of nothing, everybody could have a share at once.
        let total = total.max(1);
        Self {
            total,
            free: Mutex::new(total),
            returned: Condvar::new(),
        }
    }

    /// Waits until `bytes` are free. What is more than the whole is cut down to it: such a clip
    /// is decoded alone, not never.
    fn reserve(&self, bytes: u64) -> Held<'_> {
        let bytes = bytes.min(self.total);
        let mut free = self
            .returned
            .wait_while(lock(&self.free), |free| *free < bytes)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Held { gate: self, bytes }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *lock(&self.gate.free) += self.bytes;
        self.gate.returned.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change under these locks is a single step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_asked_for_whatever_the_threads_do() {
        let order: Vec<usize> = (0..50).rev().collect();
        let doubled = each(&order, 4, &Interrupt::new(), |at| Ok(2 * at)).unwrap();
        assert_eq!(doubled, order.iter().map(|at| 2 * at).collect::<Vec<_>>());
    }

    #[test]
    fn an_interrupted_survey_starts_nothing_more() {
        let interrupt = Interrupt::new();
        let started = AtomicUsize::new(0);
        let order: Vec<usize> = (0..50).collect();
        let result = each(&order, 1, &interrupt, |at| {
            started.fetch_add(1, Ordering::Relaxed);
            interrupt.raise(Urgency::Finish);
            Ok(at)
        });
        assert!(matches!(result, Err(SurveyError::Interrupted)));
        assert_eq!(started.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn memory_that_is_held_is_never_more_than_the_whole() {
        let gate = Gate::new(100);
        let held = AtomicU64::new(0);
        let order: Vec<usize> = (0..40).collect();
        let most = each(&order, 8, &Interrupt::new(), |at| {
            let want = [30, 60, 500].get(at % 3).copied().unwrap_or(1);
            let permit = gate.reserve(want);
            let now = held.fetch_add(permit.bytes, Ordering::SeqCst) + permit.bytes;
            thread::yield_now();
            held.fetch_sub(permit.bytes, Ordering::SeqCst);
            Ok(now)
        });
        assert!(most.unwrap().into_iter().all(|now| now <= 100));
        assert_eq!(*lock(&gate.free), 100);
    }

    #[test]
    fn of_no_memory_one_at_a_time_has_all() {
        let gate = Gate::new(0);
        let (running, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let order: Vec<usize> = (0..20).collect();
        let done = each(&order, 4, &Interrupt::new(), |_| {
            let _permit = gate.reserve(100);
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(std::time::Duration::from_millis(1));
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        });
        assert_eq!(done.unwrap().len(), 20);
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn few_clips_get_more_threads_each() {
        assert_eq!(threads_each(8, 1), 8);
        assert_eq!(threads_each(8, 3), 3);
        assert_eq!(threads_each(2, 100), 1);
    }
}
