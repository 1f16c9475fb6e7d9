//! From a plan to a job: ffmpeg and every file found, every key known, all of it frozen in the work
//! directory; and from there, on any machine, back to the job.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use shared::decision::Decision;
use shared::plan::Plan;

use super::calibrate;
use super::error::RenderError;
use super::frozen::{self, Frozen, PlanId};
use super::hardware::{self, Chosen};
use super::job::Job;
use super::journal::{PLAN, WorkDir};
use super::mezzanine::{self, Made};
use super::preflight::check_place;
use super::resources::{gauge, learned};
use super::schedule::estimate::Footprint;
use super::segment::{Canvas, Encode};
use super::settings::RenderSettings;
use super::sound::Song;
use super::sources::{Sources, Wanted};
use crate::ffmpeg::capabilities::Capabilities;
use crate::ffmpeg::locate::{Tools, locate};
use crate::ffmpeg::probe::{self, ProbeError};
use crate::interrupt::Interrupt;
use crate::media::alignment;
use crate::media::fingerprint::stamp;
use crate::progress::{Event, Progress};

/// Refuses settings that cannot work, outputs that would destroy something, and an empty plan.
pub(crate) fn check_settings(plan: &Plan, settings: &RenderSettings) -> Result<(), RenderError> {
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
pub(super) fn refuse_same(
    output: &Path,
    inputs: impl IntoIterator<Item = PathBuf>,
) -> Result<(), RenderError> {
    let Ok(there) = stamp(output) else {
        return Ok(());
    };
    let same = |input: &PathBuf| {
        stamp(input).is_ok_and(|stamp| stamp.identity == there.identity) && there.identity != (0, 0)
    };
    if inputs.into_iter().any(|input| same(&input)) {
        return Err(RenderError::OutputIsInput {
            path: output.to_owned(),
        });
    }
    Ok(())
}

/// Finds ffmpeg and every file, and freezes the job in its work directory, for the film that the
/// settings name.
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
    check_settings(plan, settings)?;
    let refuse = |sources: &Sources| {
        let inputs = sources.used().map(|(_, found)| found).chain(&sources.song);
        refuse_same(&settings.output, inputs.map(|found| found.path.clone()))
    };
    let dirs = (plan_dir, plan_dir);
    let job = freeze_checked(plan, dirs, settings, &refuse, progress, interrupt)?;
    job.work.remove_part(&settings.output);
    Ok(job)
}

/// Finds ffmpeg and every file of a plan in `plan_dir`, and freezes the job in its work directory
/// with every file named relative to `root`.
///
/// # Errors
/// [`RenderError`].
pub(crate) fn freeze<'a>(
    plan: &'a Plan,
    (plan_dir, root): (&Path, &Path),
    settings: &'a RenderSettings,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Job<'a>, RenderError> {
    let dirs = (plan_dir, root);
    freeze_checked(plan, dirs, settings, &|_| Ok(()), progress, interrupt)
}

/// The same; `check` may refuse the files that were found, before anything is written.
fn freeze_checked<'a>(
    plan: &'a Plan,
    (plan_dir, root): (&Path, &Path),
    settings: &'a RenderSettings,
    check: &dyn Fn(&Sources) -> Result<(), RenderError>,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Job<'a>, RenderError> {
    let started = Instant::now();
    check_plan(plan)?;
    let (tools, can) = tools(interrupt)?;
    let mut decisions = Vec::new();
    let wanted = Wanted::all(plan);
    let sources = Sources::find(
        plan,
        &wanted,
        plan_dir,
        &settings.media_dirs,
        &mut decisions,
    )?;
    check(&sources)?;
    let encode = Encode {
        encoder: settings.quality.encoder(),
        hardware: None,
        threads: 1,
        tone_map: can.can_tone_map(),
        footprint: Footprint::Usual,
    };
    let song = song(plan, &sources, &tools, &mut decisions, interrupt)?;
    let work = WorkDir::open(&settings.work_path())?;
    // At once: what follows may take a while, and whoever is interrupted goes on by it.
    work.write(PLAN, plan.to_json().as_bytes())?;
    let mut job = Job {
        song,
        decisions,
        started,
        ..bare(plan, settings, (tools, sources, work), encode)?
    };
    let length = job.song.as_ref().and_then(|song| song.audio.duration_us);
    job.decisions.extend(plan.song_ends_early(length));
    job.tell_decisions(progress);
    let slots = 0..plan.slots.len();
    job.probe_all(slots.clone(), progress, interrupt)?;
    hardware::settle(&mut job, &can, progress, interrupt)?;
    calibrate::settle(&mut job, progress, interrupt)?;
    let shape = job.shape(slots.clone());
    job.jobs = shape.jobs;
    job.encode.threads = shape.threads;
    let (recipes, more) = mezzanine::choose(&job, slots, progress, interrupt)?;
    for decision in &more {
        progress.report(Event::Decided(decision));
    }
    job.recipes = recipes;
    job.decisions.extend(more);
    refreeze(&mut job, (plan_dir, root))?;
    Ok(job)
}

/// Finds the key of every segment and writes the frozen job.
pub(super) fn refreeze(
    job: &mut Job<'_>,
    (plan_dir, root): (&Path, &Path),
) -> Result<(), RenderError> {
    job.keys = (0..job.plan.slots.len())
        .map(|index| job.new_key(index))
        .collect::<Result<_, _>>()?;
    let sealed = frozen::sealed(job.plan, plan_dir, &job.sources, root);
    let places = (job.work.root(), root);
    let ffmpeg = &job.tools.version.text;
    let (json, id) = frozen::freeze(
        &sealed,
        places,
        ffmpeg,
        (job.encoding(), job.hardware.as_ref(), job.settings.audio),
        (&job.recipes, &job.keys),
    );
    job.work.write(frozen::NAME, &json)?;
    job.id = id;
    Ok(())
}

/// Takes up a frozen job: for some of its segments, or for the film if `slots` is empty.
///
/// # Errors
/// [`RenderError`] if this machine cannot make the same as the one that prepared it.
pub(crate) fn thaw<'a>(
    frozen: &'a Frozen,
    slots: Range<usize>,
    work: WorkDir,
    settings: &'a RenderSettings,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Job<'a>, RenderError> {
    let started = Instant::now();
    let plan = &frozen.plan;
    let (tools, can) = tools(interrupt)?;
    let used = frozen.hardware.as_ref().and_then(Chosen::used);
    let encode = Encode {
        hardware: used.map(|trusted| trusted.encoder),
        ..frozen.encode.into()
    };
    let other = |what: String| Err(RenderError::OtherFfmpeg { what });
    if tools.version.text != frozen.ffmpeg {
        return other(format!(
            "the job was prepared with ffmpeg {}, and here is {}",
            frozen.ffmpeg, tools.version.text
        ));
    }
    if encode.tone_map && !can.can_tone_map() {
        return other(
            "this ffmpeg cannot tone-map, and the job was prepared with one that can".to_owned(),
        );
    }
    // Whoever only joins needs no encoder.
    if let (Some(hardware), false) = (encode.hardware, slots.is_empty())
        && !can.encoders.contains(hardware.name())
    {
        return Err(RenderError::Encoder {
            segment: slots.start,
            encoder: hardware.name(),
            said: "this ffmpeg was built without it".to_owned(),
        });
    }
    let settled = frozen.encode.settled;
    let mut decisions: Vec<_> = settled.iter().flat_map(|s| s.decisions(true)).collect();
    decisions.extend(frozen.hardware.as_ref().and_then(Chosen::decision));
    let wanted = Wanted {
        song: slots.is_empty(),
        slots: slots.clone(),
    };
    let dirs = &settings.media_dirs;
    let sources = Sources::find(plan, &wanted, &frozen.root, dirs, &mut decisions)?;
    let song = song(plan, &sources, &tools, &mut decisions, interrupt)?;
    let mut job = Job {
        song,
        decisions,
        started,
        keys: frozen.keys.clone(),
        recipes: frozen.recipes.clone(),
        id: frozen.id.clone(),
        settled,
        hardware: frozen.hardware.clone(),
        ..bare(plan, settings, (tools, sources, work), encode)?
    };
    job.tell_decisions(progress);
    job.probe_all(slots.clone(), progress, interrupt)?;
    if !slots.is_empty() {
        // How many at once is this machine's to say; how each is encoded, the job's.
        job.jobs = job.shape(slots).jobs;
    }
    Ok(job)
}

/// A job that knows its parts and nothing of its segments yet.
fn bare<'a>(
    plan: &'a Plan,
    settings: &'a RenderSettings,
    (tools, sources, work): (Tools, Sources, WorkDir),
    encode: Encode,
) -> Result<Job<'a>, RenderError> {
    let gauge = gauge(settings)?;
    Ok(Job {
        plan,
        settings,
        tools,
        sources,
        canvas: Canvas {
            width: plan.output.width,
            height: plan.output.height,
            rate: plan.output.rate,
        },
        encode,
        hardware: None,
        settled: None,
        keys: Vec::new(),
        recipes: Vec::new(),
        made: Made::default(),
        id: PlanId::default(),
        song: None,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        room: gauge.room(0),
        gauge,
        learned: learned(&work),
        work,
        decisions: Vec::new(),
        started: Instant::now(),
        made_here: Mutex::default(),
        took: Mutex::default(),
    })
}

/// ffmpeg, and what it can do.
fn tools(interrupt: &Interrupt) -> Result<(Tools, Capabilities), RenderError> {
    let tools = locate(interrupt)?;
    let capabilities = Capabilities::of(&tools, interrupt)?;
    capabilities.require(&tools)?;
    Ok((tools, capabilities))
}

/// The song, probed and listened to, if it is wanted.
fn song(
    plan: &Plan,
    sources: &Sources,
    tools: &Tools,
    decisions: &mut Vec<Decision>,
    interrupt: &Interrupt,
) -> Result<Option<Song>, RenderError> {
    let Some(found) = &sources.song else {
        return Ok(None);
    };
    let path = &found.path;
    let audio = probe::probe(tools, path, interrupt)
        .and_then(|probe| probe.require_audio(path).cloned())
        .map_err(RenderError::Song)?;
    let opening = alignment::opening(tools, plan, path, audio.index, interrupt);
    let unheard = |source| {
        let path = path.clone();
        RenderError::Song(ProbeError::Process { path, source })
    };
    let (start, moved) = opening.map_err(unheard)?;
    decisions.extend(moved);
    Ok(Some(Song {
        path: path.clone(),
        audio,
        start,
        start_rate: plan.music.rate().map_or(48_000, shared::rate::Rate::num),
    }))
}
