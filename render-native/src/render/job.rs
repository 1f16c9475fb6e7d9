//! A job: a plan with its files found, its settings resolved and its work directory held.

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use shared::decision::Decision;
use shared::plan::{Clip, Plan, Slot};

use super::command::arguments;
use super::crew::{Crew, lock};
use super::error::RenderError;
use super::explain::explain;
use super::join::{Join, Song};
use super::journal::{PLAN, Record, WorkDir};
use super::memory::Gauge;
use super::overseer::Overseer;
use super::preflight::check_place;
use super::report::{self, MemoryReport, Report};
use super::resources::{gauge, learned, shape_of};
use super::schedule::Queue;
use super::schedule::estimate::{Class, Estimator, Footprint, Target};
use super::schedule::learned::Learned;
use super::segment::{Canvas, Encode, Picture, Segment, SegmentKey, Take, Way};
use super::settings::RenderSettings;
use super::sources::Sources;
use super::worker::Shop;
use crate::durable;
use crate::ffmpeg::capabilities::Capabilities;
use crate::ffmpeg::locate::{Tools, locate};
use crate::ffmpeg::probe;
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
    song: Song,
    pub(super) jobs: usize,
    pub(super) gauge: Gauge,
    /// Bytes for all segments together, when the job was made.
    pub(super) room: u64,
    /// What earlier runs in the same work directory found out.
    pub(super) learned: Learned,
    decisions: Vec<Decision>,
    started: Instant,
}

/// Segments that are done, and what it took.
#[derive(Debug)]
pub struct Rendered {
    /// One for each slot, in order.
    records: Vec<Record>,
    most_running: usize,
    peak_together: u64,
    memory: MemoryReport,
    render_ms: u64,
    decisions: Vec<Decision>,
}

/// Is told of a film that is complete and about to be given its name.
pub type Tell<'a> = &'a mut dyn FnMut(&Report) -> Result<(), RenderError>;

/// Refuses settings that cannot work, outputs that would destroy something, and an empty plan.
pub(super) fn check_settings(plan: &Plan, settings: &RenderSettings) -> Result<(), RenderError> {
    check_place(settings)?;
    check_plan(plan)
}

/// Refuses a plan of which no film can be made.
pub(super) fn check_plan(plan: &Plan) -> Result<(), RenderError> {
    if plan.slots.is_empty() {
        return Err(RenderError::Plan {
            what: "the plan has no slots, so there is no film".to_owned(),
        });
    }
    Ok(())
}

/// Refuses an output that is one of the inputs, under any name.
fn check_inputs(output: &Path, sources: &Sources) -> Result<(), RenderError> {
    let Ok(there) = crate::media::fingerprint::stamp(output) else {
        return Ok(());
    };
    let found = sources.used().map(|(_, found)| found);
    let same = found
        .chain([&sources.song])
        .any(|found| found.stamp.identity == there.identity && there.identity != (0, 0));
    if same {
        return Err(RenderError::OutputIsInput {
            path: output.to_owned(),
        });
    }
    Ok(())
}

/// Finds ffmpeg and every file, and freezes the job in its work directory.
///
/// # Errors
/// [`RenderError`] for everything that can be known to be wrong before the first segment.
pub fn prepare<'a>(
    plan: &'a Plan,
    plan_dir: &Path,
    settings: &'a RenderSettings,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Job<'a>, RenderError> {
    let started = Instant::now();
    check_settings(plan, settings)?;
    let tools = locate(interrupt)?;
    let capabilities = Capabilities::of(&tools, interrupt)?;
    capabilities.require(&tools)?;
    let mut decisions = Vec::new();
    let sources = Sources::find(plan, plan_dir, &settings.media_dirs, &mut decisions)?;
    check_inputs(&settings.output, &sources)?;
    let song_path = &sources.song.path;
    let audio = probe::probe(&tools, song_path, interrupt)
        .and_then(|probe| probe.require_audio(song_path).cloned())
        .map_err(RenderError::Song)?;
    decisions.extend(plan.song_ends_early(audio.duration_us));
    let work = WorkDir::open(&settings.work_path())?;
    work.remove_part(&settings.output);
    work.write(PLAN, plan.to_json().as_bytes())?;
    let gauge = gauge(settings)?;
    let learned = learned(&work);
    let song = Song {
        audio,
        start: plan.music.source_start,
        start_rate: plan.music.rate().map_or(48_000, shared::rate::Rate::num),
    };
    for decision in &decisions {
        progress.report(Event::Decided(decision));
    }
    let mut job = Job {
        plan,
        settings,
        sources,
        work,
        canvas: Canvas {
            width: plan.output.width,
            height: plan.output.height,
            rate: plan.output.rate,
        },
        encode: Encode {
            quality: settings.quality,
            threads: 1,
            tone_map: capabilities.can_tone_map(),
            footprint: Footprint::Usual,
        },
        tools,
        song,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        room: gauge.room(0),
        gauge,
        learned,
        decisions,
        started,
    };
    job.probe_all(progress, interrupt)?;
    let classes = (0..plan.slots.len()).map(|index| job.class(index));
    let shape = shape_of(settings, classes, job.target(), &job.learned, job.room);
    job.jobs = shape.jobs;
    job.encode.threads = shape.threads;
    Ok(job)
}

impl Job<'_> {
    /// The work directory.
    #[must_use]
    pub fn work_dir(&self) -> &Path {
        self.work.root()
    }

    fn slot(&self, index: usize) -> Result<&Slot, RenderError> {
        self.plan.slots.get(index).ok_or_else(|| RenderError::Plan {
            what: format!(
                "there is no slot {}; the plan has {}",
                index + 1,
                self.plan.slots.len()
            ),
        })
    }

    /// The segment of a slot.
    pub(super) fn segment(&self, index: usize) -> Result<(Segment, &Slot), RenderError> {
        let slot = self.slot(index)?;
        let segment = Segment {
            index,
            frames: slot.record_duration,
            canvas: self.canvas,
            fit: slot.fit.unwrap_or(self.plan.output.fit),
            encode: self.encode,
        };
        Ok((segment, slot))
    }

    /// A clip, found and probed; or the reason why it cannot be used.
    pub(super) fn take(&self, clip: &Clip, interrupt: &Interrupt) -> Result<Take, String> {
        self.sources.take(clip, &self.tools, interrupt)
    }

    /// The key of a slot's segment.
    pub(super) fn key(&self, index: usize) -> Result<SegmentKey, RenderError> {
        let (mut segment, slot) = self.segment(index)?;
        // How many threads work on it depends on what is free, on this machine or another, and
        // not on what is wanted.
        segment.encode.threads = 1;
        let planned = self.take(&slot.clip, &Interrupt::new()).ok();
        let args = match planned {
            Some(mut take) => {
                // The same content under another name is the same picture.
                let extension = take.path.extension().map(std::ffi::OsStr::to_owned);
                take.path = Path::new("/source").with_extension(extension.unwrap_or_default());
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

    /// Probes every file that is used, a few at once.
    fn probe_all(&self, progress: &dyn Progress, interrupt: &Interrupt) -> Result<(), RenderError> {
        let mut used: Vec<_> = self
            .plan
            .slots
            .iter()
            .map(|slot| slot.clip.media as usize)
            .collect();
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
    /// [`RenderError`] if the user interrupts, the disk is full, a file changes, or a segment
    /// cannot be made in any way. What is done is kept.
    pub fn render_all(
        &self,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Rendered, RenderError> {
        let started = Instant::now();
        let slots = self.plan.slots.len();
        let stage = Stage::Render;
        progress.report(Event::Started {
            stage,
            total: self.plan.record_duration(),
        });
        let records: Vec<Mutex<Option<Record>>> = (0..slots).map(|_| Mutex::new(None)).collect();
        let frames = AtomicU64::new(0);
        self.resume(&records, &frames);
        let done = frames.load(Ordering::Relaxed);
        progress.report(Event::Advanced { stage, done });

        let estimator = Estimator::new(self.target(), self.learned.clone());
        if self.settings.explain {
            for line in explain(self, &estimator) {
                progress.report(Event::Note(&line));
            }
        }
        let memory = |class: &Class, footprint| estimator.memory(class, footprint);
        let room = |held| self.gauge.room(held);
        let is_open = |index: &usize| records.get(*index).is_some_and(|r| lock(r).is_none());
        let work = (0..slots).filter(is_open).map(|index| {
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
        std::thread::scope(|scope| {
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
        });
        crew.keep_learned();
        let (peaks, decisions) = crew.finish()?;
        RenderError::if_interrupted(interrupt, self.work.root())?;
        progress.report(Event::Finished { stage });
        let done: Option<Vec<Record>> = records
            .into_iter()
            .map(|record| record.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        Ok(Rendered {
            records: done.ok_or_else(|| RenderError::Join {
                said: "a segment is missing".to_owned(),
            })?,
            most_running: queue.most_running(),
            peak_together: peaks.iter().take(queue.most_running()).sum(),
            memory: overseer.finish(),
            render_ms: millis(started),
            decisions,
        })
    }

    /// Takes over what an earlier run has finished.
    fn resume(&self, records: &[Mutex<Option<Record>>], frames: &AtomicU64) {
        side_by_side(self.jobs, records.len(), |index| {
            let (Ok((segment, _)), Ok(key)) = (self.segment(index), self.key(index)) else {
                return;
            };
            if let Some(mut record) = self.work.finished(index, &key, segment.frames)
                && let Some(place) = records.get(index)
            {
                record.report.resumed = true;
                frames.fetch_add(u64::from(record.frames), Ordering::Relaxed);
                *lock(place) = Some(record);
            }
        });
    }

    pub(super) fn target(&self) -> Target {
        Target {
            width: self.canvas.width,
            height: self.canvas.height,
            quality: self.encode.quality,
            threads: self.encode.threads,
        }
    }

    /// Joins the segments into the film and writes the report beside it. The work directory is
    /// removed unless the settings keep it. `tell` is called when all is done but giving the film
    /// its name; if it fails, there is none.
    ///
    /// # Errors
    /// [`RenderError`]; then there is nothing under the film's name that was not there before.
    pub fn assemble(
        self,
        rendered: Rendered,
        tell: Tell<'_>,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Report, RenderError> {
        let started = Instant::now();
        let stage = Stage::Join;
        let frames = self.plan.record_duration();
        progress.report(Event::Started {
            stage,
            total: frames,
        });
        let join = Join {
            tools: &self.tools,
            work: &self.work,
            settings: self.settings,
            canvas: self.canvas,
            song_path: &self.sources.song.path,
            song: &self.song,
        };
        let mut joined = join.run(&rendered.records, progress, interrupt)?;
        progress.report(Event::Finished { stage });
        let segments: Vec<_> = rendered.records.into_iter().map(|r| r.report).collect();
        let resumed = segments.iter().filter(|segment| segment.resumed).count();
        let mut decisions = self.decisions;
        decisions.extend(rendered.decisions);
        if let Some(damage) = joined.damage.take() {
            progress.report(Event::Decided(&damage));
            decisions.push(damage);
        }
        let report = Report {
            schema: report::SCHEMA.to_owned(),
            output: self.settings.output.to_string_lossy().into_owned(),
            frames,
            rate: self.canvas.rate.to_string(),
            size: (self.canvas.width, self.canvas.height),
            ffmpeg: self.tools.version.text.clone(),
            rendered: segments.len() - resumed,
            resumed,
            degraded: segments.iter().filter(|s| !s.rung.shows_the_plan()).count(),
            jobs: rendered.most_running,
            memory_budget: self.room,
            peak_rss: segments.iter().map(|s| s.peak_rss).max().unwrap_or(0),
            peak_rss_together: rendered.peak_together,
            memory: rendered.memory,
            wall_ms: millis(self.started),
            render_ms: rendered.render_ms,
            join_ms: millis(started),
            decisions,
            segments,
        };
        // First everything that can fail, then the name: whoever sees the film sees all of it.
        let path = self.settings.report_path();
        let json = serde_json::to_vec_pretty(&report).map_err(|error| RenderError::File {
            doing: "describe",
            path: path.clone(),
            source: error.into(),
        })?;
        let had_report = path.exists();
        durable::replace(&path, &json).map_err(RenderError::file("write", &path))?;
        let published = tell(&report).and_then(|()| joined.publish(self.settings));
        if let Err(error) = published {
            if !had_report {
                // It tells of a film that is not there. If it stays, the next one replaces it.
                let _ = std::fs::remove_file(&path);
            }
            return Err(error);
        }
        if !self.settings.keeps_work() {
            for left in self.work.remove() {
                progress.report(Event::Note(&left));
            }
        }
        Ok(report)
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Calls `work` for 0 to `count` - 1 on a few threads.
fn side_by_side(threads: usize, count: usize, work: impl Fn(usize) + Sync) {
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
