//! A job: a plan with its files found, its settings resolved and its work directory held.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use shared::decision::Decision;
use shared::plan::{Clip, Plan, Slot};

use super::calibrate::Settled;
use super::command::arguments;
use super::crew::{Crew, lock};
use super::error::RenderError;
use super::explain::explain;
use super::frozen::{Encoding, PlanId};
use super::hardware::{Chosen, Trusted};
use super::journal::{Record, WorkDir};
use super::memory::Gauge;
use super::mezzanine::{Made, Recipe};
use super::overseer::Overseer;
use super::report::{MemoryReport, SegmentReport};
use super::resources::shape_of;
use super::schedule::estimate::{Class, Estimator, Footprint, Target};
use super::schedule::learned::Learned;
use super::schedule::{Queue, Shape};
use super::segment::{Canvas, Encode, Framing, Picture, Segment, SegmentKey, Take, Way};
use super::settings::RenderSettings;
use super::sound::{Song, Sound};
use super::sources::Sources;
use super::worker::Shop;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::{Interrupt, Urgency};
use crate::progress::{Event, Progress, Stage};

/// A job, ready to be rendered. Its work directory is held until it is dropped.
#[derive(Debug)]
pub struct Job<'a> {
    pub(super) plan: &'a Plan,
    pub(super) settings: &'a RenderSettings,
    pub(super) tools: Tools,
    pub(super) sources: Sources,
    pub(super) work: WorkDir,
    pub(super) canvas: Canvas,
    pub(super) encode: Encode,
    /// What came of the wish for an encoder in hardware, if there is one.
    pub(super) hardware: Option<Chosen>,
    /// What was settled for a wish, if there is one.
    pub(super) settled: Option<Settled>,
    /// The key of each slot's segment.
    pub(super) keys: Vec<SegmentKey>,
    /// What is made before the segments, so that they are quicker to make.
    pub(super) recipes: Vec<Recipe>,
    /// What of that is there.
    pub(super) made: Made,
    /// Tells this job from all others.
    pub(super) id: PlanId,
    /// Where the film's sound comes from, if this process makes the film.
    pub(super) song: Option<Song>,
    pub(super) jobs: usize,
    pub(super) gauge: Gauge,
    /// Bytes for all segments together, when the job was made.
    pub(super) room: u64,
    /// What earlier runs in the same work directory found out.
    pub(super) learned: Learned,
    pub(super) decisions: Vec<Decision>,
    pub(super) started: Instant,
    /// The slots whose segments this process has made, and not found.
    pub(super) made_here: Mutex<BTreeSet<usize>>,
    /// What it took until an encoder in hardware was left.
    pub(super) took: Mutex<Took>,
}

/// What rendering segments took.
#[derive(Debug, Default)]
pub(super) struct Took {
    pub(super) most_running: usize,
    pub(super) peak_together: u64,
    pub(super) memory: MemoryReport,
    pub(super) render_ms: u64,
    pub(super) decisions: Vec<Decision>,
}

impl Took {
    /// This, of what came after an earlier part of the same job.
    fn after(self, mut earlier: Self) -> Self {
        earlier.decisions.extend(self.decisions);
        Self {
            most_running: self.most_running.max(earlier.most_running),
            peak_together: self.peak_together.max(earlier.peak_together),
            memory: self.memory.after(earlier.memory),
            render_ms: self.render_ms + earlier.render_ms,
            decisions: earlier.decisions,
        }
    }
}

/// Segments that are done, and what it took.
#[derive(Debug)]
pub struct Rendered {
    /// One for each slot that was wanted, in order.
    pub(super) records: Vec<Record>,
    /// The film's sound, if it was made beside them.
    pub(super) sound: Option<Sound>,
    pub(super) took: Took,
}

impl Rendered {
    /// What became of each segment, in order.
    pub(crate) fn reports(self) -> Vec<SegmentReport> {
        self.records
            .into_iter()
            .map(|record| record.report)
            .collect()
    }
}

impl Job<'_> {
    /// The work directory.
    #[must_use]
    pub fn work_dir(&self) -> &Path {
        self.work.root()
    }

    fn slot(&self, index: usize) -> Result<&Slot, RenderError> {
        self.plan
            .slots
            .get(index)
            .ok_or_else(|| self.no_slot(index))
    }

    fn no_slot(&self, index: usize) -> RenderError {
        let slots = self.plan.slots.len();
        RenderError::Plan {
            what: format!("there is no slot {}; the plan has {slots}", index + 1),
        }
    }

    /// The segment of a slot.
    pub(super) fn segment(&self, index: usize) -> Result<(Segment, &Slot), RenderError> {
        let slot = self.slot(index)?;
        let segment = Segment {
            index,
            frames: slot.record_duration,
            canvas: self.canvas,
            framing: Framing {
                fit: slot.fit.unwrap_or(self.plan.output.fit),
                focus: slot.focus.unwrap_or_default(),
            },
            encode: self.encode,
        };
        Ok((segment, slot))
    }

    /// A clip, found and probed; or the reason why it cannot be used.
    pub(super) fn take(&self, clip: &Clip, interrupt: &Interrupt) -> Result<Take, String> {
        self.sources.take(clip, &self.tools, interrupt)
    }

    /// The key of a slot's segment.
    pub(super) fn key(&self, index: usize) -> Result<&SegmentKey, RenderError> {
        self.keys.get(index).ok_or_else(|| self.no_slot(index))
    }

    /// The encoder in hardware that is used, if one is.
    pub(super) fn trusted(&self) -> Option<&Trusted> {
        self.hardware.as_ref().and_then(Chosen::used)
    }

    /// The key of a slot's segment, from what it is made of.
    pub(super) fn new_key(&self, index: usize) -> Result<SegmentKey, RenderError> {
        self.key_with(index, self.encode)
    }

    /// The key that a slot's segment has if it is encoded in this way.
    pub(super) fn key_with(&self, index: usize, encode: Encode) -> Result<SegmentKey, RenderError> {
        let (mut segment, slot) = self.segment(index)?;
        segment.encode = encode;
        // How many threads work on it depends on what is free, on this machine or another, and
        // not on what is wanted.
        segment.encode.threads = 1;
        // Nor does how little memory there was.
        segment.encode.footprint = Footprint::Usual;
        let planned = self.take(&slot.clip, &Interrupt::new()).ok();
        let recipe = self.recipe(index);
        let mut look = Vec::new();
        let mut args = match planned {
            Some(mut take) => {
                // The same content under another name is the same picture.
                let extension = take.path.extension().map(std::ffi::OsStr::to_owned);
                take.path = Path::new("/source").with_extension(extension.unwrap_or_default());
                if let Some(recipe) = recipe {
                    look = recipe.look(&take.video);
                }
                let take = &take;
                let picture = if take.video.still {
                    Picture::Still { take }
                } else {
                    Picture::Take {
                        take,
                        way: Way::Seek,
                    }
                };
                arguments(&segment, &picture, Path::new("/out"))
            }
            None => arguments(&segment, &Picture::Slate, Path::new("/out")),
        };
        args.extend(look);
        if let Some(trusted) = self.trusted().filter(|_| encode.hardware.is_some()) {
            // Another driver may write others, and the two do not join.
            args.push(trusted.headers.clone().into());
        }
        let clips = std::iter::once(&slot.clip).chain(&slot.alternates);
        let contents = clips.filter_map(|clip| {
            let found = self.sources.found(clip.media as usize)?;
            Some((found.fingerprint, clip.source_start, clip.speed))
        });
        let version = &self.tools.version.text;
        Ok(SegmentKey::new(
            args.iter().map(std::ffi::OsString::as_os_str),
            contents,
            version,
        ))
    }

    /// Tells of what was decided before the first segment.
    pub(super) fn tell_decisions(&self, progress: &dyn Progress) {
        for decision in &self.decisions {
            progress.report(Event::Decided(decision));
        }
    }

    /// Probes every file that these slots use, a few at once.
    pub(super) fn probe_all(
        &self,
        slots: Range<usize>,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<(), RenderError> {
        let slots = self.plan.slots.get(slots).unwrap_or_default();
        let mut used: Vec<_> = slots.iter().map(|slot| slot.clip.media as usize).collect();
        used.sort_unstable();
        used.dedup();
        let stage = Stage::Probe;
        progress.report(Event::Started {
            stage,
            total: used.len() as u64,
        });
        let done = AtomicU64::new(0);
        side_by_side(self.jobs, used.len(), |at| {
            if let Some(media) = used.get(at)
                && interrupt.urgency() == Urgency::None
            {
                let _ = self.sources.video(*media, &self.tools, interrupt);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                progress.report(Event::Advanced { stage, done });
            }
        });
        progress.report(Event::Finished { stage });
        RenderError::if_interrupted(interrupt, self.work.root())
    }

    pub(super) fn class(&self, index: usize) -> Class {
        self.slot(index)
            .ok()
            .and_then(|slot| {
                let media = slot.clip.media as usize;
                self.sources
                    .video(media, &self.tools, &Interrupt::new())
                    .ok()
            })
            .map_or_else(|| Class::sized(16, 16, "h264"), Class::of)
    }

    /// Renders every segment that is not done yet.
    ///
    /// # Errors
    /// As [`Self::render_slots`].
    pub fn render_all(
        &self,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Rendered, RenderError> {
        self.render_slots(0..self.plan.slots.len(), progress, interrupt)
    }

    /// Renders the segments of these slots that are not done yet.
    ///
    /// # Errors
    /// [`RenderError`] if the user interrupts, the disk is full, a file changes, or a segment
    /// cannot be made in any way. What is done is kept.
    pub fn render_slots(
        &self,
        wanted: Range<usize>,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Rendered, RenderError> {
        let started = Instant::now();
        let slots = self.plan.slots.len();
        let stage = Stage::Render;
        let all = self.plan.slots.get(wanted.clone()).unwrap_or_default();
        progress.report(Event::Started {
            stage,
            total: all.iter().map(|slot| u64::from(slot.record_duration)).sum(),
        });
        let records: Vec<Mutex<Option<Record>>> = (0..slots).map(|_| Mutex::new(None)).collect();
        let frames = AtomicU64::new(0);
        self.resume(wanted.clone(), &records, &frames);
        let done = frames.load(Ordering::Relaxed);
        progress.report(Event::Advanced { stage, done });

        let open = |index: &usize| records.get(*index).is_some_and(|r| lock(r).is_none());
        let before = self.preprocess(wanted.clone().filter(open), progress, interrupt)?;
        let estimator = Estimator::new(self.target(), self.learned.clone());
        if self.settings.explain {
            for line in explain(self, &estimator) {
                progress.report(Event::Note(&line));
            }
        }
        let memory = |class: &Class, footprint| estimator.memory(class, footprint);
        let room = |held| self.gauge.room(held);
        let is_open = |index: &usize| records.get(*index).is_some_and(|r| lock(r).is_none());
        let work = wanted.clone().filter(is_open).map(|index| {
            let class = self.class(index);
            let frames = self.slot(index).map_or(0, |slot| slot.record_duration);
            let seconds = estimator.cpu_seconds(&class, frames);
            (index, class, seconds)
        });
        let queue = Queue::new(work, self.jobs, &memory, &room);
        let overseer = Overseer::new(&self.gauge, &queue, progress);
        let shop = Shop {
            job: self,
            progress,
            interrupt,
            frames: &frames,
            queue: &queue,
        };
        let crew = Crew::new(shop, &overseer, &estimator, &records);
        let sound = std::thread::scope(|scope| {
            let (done, until_done) = mpsc::channel();
            let overseer = &overseer;
            scope.spawn(move || overseer.watch(&until_done));
            let crew = &crew;
            for _ in 0..self.jobs {
                let done = done.clone();
                scope.spawn(move || {
                    crew.work();
                    drop(done);
                });
            }
            drop(done);
            self.sound_beside(interrupt)
        });
        crew.keep_learned();
        self.release_mezzanines();
        let (peaks, more, failure) = crew.finish();
        let mut decisions = before.decisions;
        decisions.extend(more);
        let most_running = queue.most_running();
        let took = Took {
            most_running,
            peak_together: peaks.iter().take(most_running).sum(),
            memory: overseer.finish().after(before.memory),
            render_ms: millis(started),
            decisions,
        };
        let took = took.after(std::mem::take(&mut *lock(&self.took)));
        if let Some(error) = failure {
            *lock(&self.took) = took;
            return Err(error);
        }
        RenderError::if_interrupted(interrupt, self.work.root())?;
        progress.report(Event::Finished { stage });
        let done: Option<Vec<Record>> = records
            .into_iter()
            .skip(wanted.start)
            .take(wanted.len())
            .map(|record| record.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        Ok(Rendered {
            records: done.ok_or_else(|| RenderError::Join {
                said: "a segment is missing".to_owned(),
            })?,
            sound,
            took,
        })
    }

    /// Takes over what an earlier run has finished.
    fn resume(&self, wanted: Range<usize>, records: &[Mutex<Option<Record>>], frames: &AtomicU64) {
        side_by_side(self.jobs, wanted.len(), |at| {
            let index = wanted.start + at;
            if let Some(mut record) = self.finished(index)
                // What stands in is no part of the key, and the planned clip may be well by now.
                && record.report.rung.shows_the_plan()
                && let Some(place) = records.get(index)
            {
                record.report.resumed = !lock(&self.made_here).contains(&index);
                frames.fetch_add(u64::from(record.frames), Ordering::Relaxed);
                *lock(place) = Some(record);
            }
        });
    }

    /// Processes and threads for the segments of these slots.
    pub(super) fn shape(&self, slots: Range<usize>) -> Shape {
        let classes = slots.map(|index| self.class(index));
        let target = self.target();
        shape_of(self.settings, classes, target, &self.learned, self.room)
    }

    /// The record of a segment that is done and whole.
    pub(super) fn finished(&self, index: usize) -> Option<Record> {
        let slot = self.slot(index).ok()?;
        let key = self.key(index).ok()?;
        self.work.finished(index, key, slot.record_duration)
    }

    /// How it is encoded, as it is frozen.
    pub(super) fn encoding(&self) -> Encoding {
        Encoding {
            quality: self.settings.quality,
            encoder: self.encode.encoder,
            threads: self.encode.threads,
            tone_map: self.encode.tone_map,
            settled: self.settled,
        }
    }

    pub(super) fn target(&self) -> Target {
        Target {
            width: self.canvas.width,
            height: self.canvas.height,
            preset: self.encode.encoder.preset,
            hardware: self.encode.hardware,
            threads: self.encode.threads,
        }
    }
}

pub(super) fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Calls `work` for 0 to `count` - 1 on a few threads.
pub(super) fn side_by_side(threads: usize, count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    work(at);
                }
            });
        }
    });
}
