//! The stage before the segments: makes the mezzanines that are missing, each admitted by its
//! memory as a segment is, and measures each before it is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use shared::decision::{Decision, DecisionCode};

use super::pictures::{Pictures, micros};
use super::recipe::{EDGE, Recipe};
use super::store::{FOLDER, Key, Ready, Store};
use crate::ffmpeg;
use crate::ffmpeg::probe::{self, Video};
use crate::interrupt::{Interrupt, Urgency};
use crate::process::{self, Command, Leash, Limits, Lines, ProcessError};
use crate::progress::{Event, Progress, Stage};
use crate::render::check;
use crate::render::crew::lock;
use crate::render::encoder::Preset;
use crate::render::error::RenderError;
use crate::render::job::{Job, side_by_side};
use crate::render::judge::{self, Fault};
use crate::render::overseer::Overseer;
use crate::render::preflight::free;
use crate::render::report::MemoryReport;
use crate::render::schedule::Queue;
use crate::render::schedule::estimate::{Class, Estimator, Footprint, Target};
use crate::render::schedule::learned::Learned;
use crate::render::segment::Take;
use crate::shown;

/// Bytes for a million pixels, with room to spare: measured were 66 000 to 83 000 (4K and 1080p,
/// 10 bit).
const DENSITY: f64 = 250_000.0;
/// Most threads of one process: beyond, decoding gains little.
const THREADS: usize = 8;

/// The mezzanines that are there, by the position of their recipe.
#[derive(Debug, Default)]
pub(in crate::render) struct Made(Mutex<BTreeMap<usize, Ready>>);

impl Made {
    fn path(&self, recipe: usize) -> Option<PathBuf> {
        lock(&self.0).get(&recipe).map(|ready| ready.path.clone())
    }
}

/// A mezzanine that is wanted.
struct Task<'a> {
    /// Its recipe's position.
    at: usize,
    recipe: &'a Recipe,
    key: Key,
    source: &'a Path,
    video: &'a Video,
    /// Frames that it will have, roughly.
    frames: u64,
}

impl Task<'_> {
    /// Bytes that it will have, roughly, and rather more.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    fn bytes(&self) -> u64 {
        let (width, height) = self.recipe.size(self.video);
        let pixels = f64::from(width) * f64::from(height) / 1e6;
        (self.frames as f64 * pixels * DENSITY) as u64
    }
}

/// What the stage found out.
#[derive(Debug, Default)]
pub(in crate::render) struct Preprocessed {
    /// What could not be made, and why.
    pub(in crate::render) decisions: Vec<Decision>,
    /// The memory it took.
    pub(in crate::render) memory: MemoryReport,
}

impl Job<'_> {
    /// The recipe of the mezzanine that a slot reads, by its position.
    fn recipe_of(&self, slot: usize) -> Option<usize> {
        let slot = self.plan.slots.get(slot)?;
        let end = slot
            .clip
            .source_end(slot.record_duration, self.canvas.rate)?;
        let (media, start) = (slot.clip.media, slot.clip.source_start);
        let mut recipes = self.recipes.iter();
        recipes.position(|recipe| recipe.holds(media, start, end))
    }

    /// The recipe of the mezzanine that a slot is wanted from.
    pub(in crate::render) fn recipe(&self, slot: usize) -> Option<&Recipe> {
        self.recipes.get(self.recipe_of(slot)?)
    }

    /// The source of a slot as it is read from its mezzanine, if there is one and it is whole.
    pub(in crate::render) fn mezzanine_of(&self, slot: usize, source: &Take) -> Option<Take> {
        let at = self.recipe_of(slot)?;
        Some(self.recipes.get(at)?.take(source, self.made.path(at)?))
    }

    /// Makes the mezzanines that these slots read and that are not there. What cannot be made is
    /// told of and done without.
    pub(in crate::render) fn preprocess(
        &self,
        slots: impl Iterator<Item = usize>,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Preprocessed, RenderError> {
        let wanted: BTreeSet<usize> = slots
            .filter_map(|slot| self.recipe_of(slot))
            .filter(|at| self.made.path(*at).is_none())
            .collect();
        if wanted.is_empty() {
            return Ok(Preprocessed::default());
        }
        let own = self.work.root().join(FOLDER);
        let dir = self.settings.cache_dir.as_ref().unwrap_or(&own);
        let store = match Store::open(dir, self.work.host()) {
            Ok(store) => store,
            Err(error) => {
                let decision = failed("all clips".to_owned(), &error.to_string());
                progress.report(Event::Decided(&decision));
                return Ok(Preprocessed {
                    decisions: vec![decision],
                    ..Preprocessed::default()
                });
            }
        };
        let tasks: Vec<Task<'_>> = wanted
            .iter()
            .filter_map(|at| self.task(*at, interrupt))
            .collect();
        side_by_side(self.jobs, tasks.len(), |index| {
            if let Some(task) = tasks.get(index)
                && let Some(ready) = store.ready(&task.key)
            {
                lock(&self.made.0).insert(task.at, ready);
            }
        });
        let missing: Vec<Task<'_>> = tasks
            .into_iter()
            .filter(|task| self.made.path(task.at).is_none())
            .collect();
        if missing.is_empty() {
            return Ok(Preprocessed::default());
        }
        let made = self.make_all(&store, &missing, progress, interrupt);
        RenderError::if_interrupted(interrupt, self.work.root())?;
        Ok(made)
    }

    /// Makes those of all slots, for whoever makes the segments.
    ///
    /// # Errors
    /// [`RenderError`] if the user interrupts.
    pub(crate) fn preprocess_all(
        &self,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<(), RenderError> {
        let open = |slot: &usize| self.finished(*slot).is_none();
        let slots = (0..self.plan.slots.len()).filter(open);
        self.preprocess(slots, progress, interrupt).map(drop)
    }

    /// Lets go of all of them, and keeps the user's folder of them within its size.
    pub(in crate::render) fn release_mezzanines(&self) {
        lock(&self.made.0).clear();
        if let Some(dir) = &self.settings.cache_dir
            && let Ok(store) = Store::open(dir, self.work.host())
        {
            store.make_room(self.settings.cache_size, 0);
        }
    }

    fn task(&self, at: usize, interrupt: &Interrupt) -> Option<Task<'_>> {
        let recipe = self.recipes.get(at)?;
        let media = recipe.media as usize;
        let found = self.sources.found(media)?;
        let video = self.sources.video(media, &self.tools, interrupt).ok()?;
        // Neither the names of the files nor the number of threads is what it is made of.
        let args = recipe.arguments(Path::new("/source"), video, 1, Path::new("/out"));
        let rate = video
            .average_rate
            .or(video.rate)
            .map_or(30.0, shared::rate::Rate::as_f64);
        Some(Task {
            at,
            recipe,
            key: Key::new(&args, found.fingerprint, &self.tools.version.text),
            source: &found.path,
            video,
            frames: recipe.frames(rate),
        })
    }

    fn make_all(
        &self,
        store: &Store,
        tasks: &[Task<'_>],
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Preprocessed {
        let stage = Stage::Preprocess;
        let total = tasks.iter().map(|task| task.frames).sum();
        progress.report(Event::Started { stage, total });
        let bench = Bench {
            job: self,
            store,
            tasks,
            progress,
            interrupt,
            frames: AtomicU64::new(0),
            decisions: Mutex::default(),
        };
        let needed = tasks.iter().map(Task::bytes).fold(0, u64::saturating_add);
        store.make_room(self.settings.cache_size, needed);
        let memory = match free(store.dir()).filter(|free| *free < needed) {
            Some(free) => {
                let why = format!(
                    "about {} are needed in {}, and {} are free",
                    shown::bytes(needed),
                    store.dir().display(),
                    shown::bytes(free)
                );
                for task in tasks {
                    bench.fail(task, &why);
                }
                MemoryReport::default()
            }
            None => bench.run(),
        };
        progress.report(Event::Finished { stage });
        let decisions = bench.decisions.into_inner();
        Preprocessed {
            decisions: decisions.unwrap_or_else(PoisonError::into_inner),
            memory,
        }
    }
}

/// What those who make mezzanines share.
struct Bench<'a> {
    job: &'a Job<'a>,
    store: &'a Store,
    tasks: &'a [Task<'a>],
    progress: &'a dyn Progress,
    interrupt: &'a Interrupt,
    /// Frames done so far.
    frames: AtomicU64,
    decisions: Mutex<Vec<Decision>>,
}

impl Bench<'_> {
    /// Makes all of them, as many at once as memory allows.
    fn run(&self) -> MemoryReport {
        let job = self.job;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = job.jobs.min(self.tasks.len()).max(1);
        // There may be fewer of them than cores.
        let threads = (cores / jobs).clamp(1, THREADS);
        let sizes = self.tasks.iter().map(|task| task.recipe.size(task.video));
        let target = Target {
            width: sizes.clone().map(|(width, _)| width).max().unwrap_or(0),
            height: sizes.map(|(_, height)| height).max().unwrap_or(0),
            preset: Preset::Ultrafast,
            hardware: None,
            threads,
        };
        let estimator = Estimator::new(target, Learned::default());
        let memory = |class: &Class, footprint| estimator.memory(class, footprint);
        let room = |held| job.gauge.room(held);
        let work = self.tasks.iter().enumerate().map(|(index, task)| {
            let class = Class::of(task.video);
            let frames = u32::try_from(task.frames).unwrap_or(u32::MAX);
            let seconds = estimator.cpu_seconds(&class, frames);
            (index, class, seconds)
        });
        let queue = Queue::new(work, jobs, &memory, &room);
        let overseer = Overseer::new(&job.gauge, &queue, self.progress);
        std::thread::scope(|scope| {
            let (done, until_done) = mpsc::channel::<()>();
            let (overseer, queue) = (&overseer, &queue);
            scope.spawn(move || overseer.watch(&until_done));
            for _ in 0..jobs {
                let done = done.clone();
                scope.spawn(move || {
                    self.work(queue, threads);
                    drop(done);
                });
            }
        });
        overseer.finish()
    }

    fn work(&self, queue: &Queue<'_>, threads: usize) {
        while let Some(turn) = queue.next() {
            if self.interrupt.urgency() != Urgency::None {
                queue.close();
                return;
            }
            let Some(task) = self.tasks.get(turn.index) else {
                continue;
            };
            let threads = match turn.footprint {
                Footprint::Usual => threads,
                Footprint::Smallest => 1,
            };
            match self.make(task, threads, &turn.leash) {
                Ok(ready) => {
                    lock(&self.job.made.0).insert(task.at, ready);
                    turn.well();
                }
                Err(Fault::Recalled) => turn.put_back(),
                Err(Fault::Memory(_)) if !turn.alone => {
                    let _ = turn.again_alone();
                }
                Err(_) if self.interrupt.urgency() != Urgency::None => {}
                Err(fault) => self.fail(task, fault.said()),
            }
        }
    }

    /// Makes one; after a crash or a kill, which may pass, once more.
    fn make(&self, task: &Task<'_>, threads: usize, leash: &Leash) -> Result<Ready, Fault> {
        let temporary = self.store.temporary();
        let mut tried = self.attempt(task, threads, leash, &temporary);
        if tried.as_ref().is_err_and(Fault::may_pass) {
            tried = self.attempt(task, threads, leash, &temporary);
        }
        let kept = tried.and_then(|()| {
            self.store
                .keep(&task.key, &temporary)
                .map_err(|error| Fault::Other(error.to_string()))
        });
        if kept.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        kept?;
        let ready = self.store.ready(&task.key);
        ready.ok_or_else(|| Fault::Other("it was gone at once".to_owned()))
    }

    fn attempt(
        &self,
        task: &Task<'_>,
        threads: usize,
        leash: &Leash,
        out: &Path,
    ) -> Result<(), Fault> {
        let job = self.job;
        let other = |error: &dyn std::fmt::Display| Fault::Other(error.to_string());
        let unchanged = || {
            let media = task.recipe.media as usize;
            job.sources.unchanged(media).map_err(|error| other(&error))
        };
        unchanged()?;
        let args = task.recipe.arguments(task.source, task.video, threads, out);
        let command = Command::new(&job.tools.ffmpeg).args(args);
        let stall = job.settings.stall;
        let (width, height) = (task.video.width, task.video.height);
        let pixels = (u64::from(width) * u64::from(height)).div_ceil(1_000_000);
        let limits = Limits {
            stall,
            // As generous as for a segment; long groups of pictures lie between.
            deadline: stall * 5
                + Duration::from_secs(task.recipe.span().saturating_mul(60 * pixels)),
        };
        let mut written = 0;
        let mut lines = Lines::default();
        let ran = process::run_on(leash, &command, limits, self.interrupt, &mut |chunk| {
            let mut now = written;
            lines.push(chunk, |line| {
                now = ffmpeg::progress::frames(line).unwrap_or(now);
            });
            let more = now.saturating_sub(written);
            let done = self.frames.fetch_add(more, Ordering::Relaxed) + more;
            written = now.max(written);
            self.progress.report(Event::Advanced {
                stage: Stage::Preprocess,
                done,
            });
            ControlFlow::Continue(())
        });
        let judged = ran.map_err(fault).and_then(|finished| {
            match judge::ending(&finished, out) {
                Err(error) => return Err(other(&error)),
                Ok(Some(fault)) => return Err(fault),
                Ok(None) => {}
            }
            let messages = &finished.messages;
            if messages.errors > 0 {
                // Segments of a damaged clip are judged one by one.
                let line = messages.decisive().unwrap_or("errors");
                return Err(Fault::Other(format!("the decoder complained: {line}")));
            }
            unchanged()?;
            self.measured(task, out, written)
        });
        if judged.is_err() {
            self.frames.fetch_sub(written, Ordering::Relaxed);
        }
        judged
    }

    /// Whether the file is what was asked for: every picture, once, at its own instant, and as it
    /// looks.
    fn measured(&self, task: &Task<'_>, out: &Path, written: u64) -> Result<(), Fault> {
        let tools = &self.job.tools;
        let wrong = |what: String| Err(Fault::Other(what));
        let facts = check::measure(tools, out, self.interrupt).map_err(fault)?;
        let (_, _, base) = &facts.kind;
        let shown = base.split_once('/').and_then(|(num, den)| {
            let (num, den) = (num.parse().ok()?, den.parse().ok()?);
            let shown = facts.pts.iter().map(|pts| micros(*pts, num, den));
            shown.collect::<Option<Vec<i64>>>()
        });
        let Some(shown) = shown else {
            return wrong(format!("its time base is {base}"));
        };
        if shown.is_empty() || shown.len() as u64 != written {
            return wrong(format!("{} pictures instead of {written}", shown.len()));
        }
        let mut pairs = facts.pts.windows(2);
        if pairs.any(|pair| matches!(pair, [a, b] if a == b)) {
            return wrong("two pictures at one instant".to_owned());
        }
        let Some(index) = Pictures::of(task.source) else {
            return wrong("the index of its source cannot be read".to_owned());
        };
        for (from, to) in task.recipe.instants() {
            // Less half of the edges: a picture at the very edge may fall on either side of it.
            let edge = signed(EDGE / 2);
            let (from, to) = (signed(from), signed(to));
            let mut expected = index
                .within(from.saturating_add(edge), to.saturating_sub(edge))
                .iter();
            if !expected.all(|at| shown.binary_search(at).is_ok()) {
                return wrong(format!("pictures from {from} to {to} us are missing"));
            }
        }
        let probe = probe::probe(tools, out, self.interrupt);
        let video = probe.ok().and_then(|probe| probe.video);
        match video.map(|video| task.recipe.difference(task.video, &video)) {
            Some(None) => Ok(()),
            Some(Some(what)) => wrong(format!("its {what} is another")),
            None => wrong("it cannot be read".to_owned()),
        }
    }

    /// The segments of this one read the source.
    fn fail(&self, task: &Task<'_>, why: &str) {
        let media = self.job.plan.media.get(task.recipe.media as usize);
        let name = media.map_or("?", |media| media.path.name());
        let decision = failed(name.to_owned(), why);
        self.progress.report(Event::Decided(&decision));
        lock(&self.decisions).push(decision);
    }
}

fn failed(subject: String, why: &str) -> Decision {
    let detail = format!("no copy that is quick to read could be made ({why}); read directly");
    Decision::about(DecisionCode::PreprocessFailed, subject, detail)
}

fn signed(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

/// The fault of a process that came to no end of its own.
fn fault(error: ProcessError) -> Fault {
    match error {
        ProcessError::Recalled => Fault::Recalled,
        ProcessError::Killed { at_once, .. } => Fault::Killed {
            at_once,
            said: error.to_string(),
        },
        ProcessError::Stalled { .. } => Fault::Crash(error.to_string()),
        error => Fault::Other(error.to_string()),
    }
}
