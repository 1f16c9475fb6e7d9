//! `plan`: a song and clips in, a plan out.

use std::path::{Path, PathBuf};

use shared::decision::DecisionCode;
use shared::plan::Plan;
use shared::rate::Rate;

use super::args::{self, Asked, Edit, Material};
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{
    folder_of, read_plan, refuse_input, refuse_missing, refuse_occupied, write_result,
};
use super::inspect::{KILLED, settings, survey_failure, walk_failure};
use super::reasons::reasons;
use super::terminal::{print, say};
use super::values::{Aspect, Size};
use crate::exit::ExitCode;
use crate::ffmpeg::probe::ProbeError;
use crate::headless::plan::{EditError, HeadlessError, Planned, Shape, Wish, plan};
use crate::headless::song::SongError;
use crate::interrupt::Urgency;
use crate::media::pcm::PcmError;
use crate::media::relative::{path_of, relative};
use crate::process::ProcessError;
use crate::progress::Stage;
use crate::shown::count;

/// The stages of planning.
pub(super) const STAGES: [Stage; 4] = [Stage::Music, Stage::Probe, Stage::Footage, Stage::Plan];
/// Frames per second, unless others are asked for.
const USUAL_RATE: u32 = 30;
/// Most files named that were left out, unless more is asked for.
const NAMED: usize = 30;

/// Runs `plan`.
pub(super) fn command(args: &args::Plan, context: &Context) -> Result<ExitCode, Failure> {
    let to_stdout = args.output == Path::new("-");
    let plan_dir = if to_stdout {
        PathBuf::from(".")
    } else {
        refuse_occupied(&args.output, "-o", args.overwrite)?;
        refuse_input(&args.output, &args.material)?;
        folder_of(&args.output)
    };
    refuse_missing(&args.material)?;
    let mut wish = wish(
        &args.material,
        (&args.asked, &args.edit),
        plan_dir,
        args.jobs,
    )?;
    wish.not_clips.push((args.output.clone(), "it is the plan"));
    let bars = Bars::new(context.talk, &STAGES);
    let made = make(&wish, context, &bars);
    bars.clear();
    let made = made?;
    let json = made.plan.to_json();
    if to_stdout {
        print(&json)?;
    } else {
        write_result(&args.output, "-o", json.as_bytes(), args.overwrite)?;
    }
    tell(&made, context);
    if args.explain {
        say(reasons(&made.plan).trim_end());
    }
    if context.talk.json && !to_stdout {
        print(&json)?;
    }
    Ok(ExitCode::Complete)
}

/// What the arguments ask for.
pub(super) fn wish(
    material: &Material,
    (asked, edit): (&Asked, &Edit),
    plan_dir: PathBuf,
    jobs: Option<usize>,
) -> Result<Wish, Failure> {
    let pair = |size: Size| (size.width, size.height);
    let from = edit.from.as_deref().map(|path| seen_from(path, &plan_dir));
    let from = from.transpose()?;
    let before = from.as_ref().map(|plan| &plan.output);
    let size = edit.size.or_else(|| edit.aspect.map(Aspect::size));
    Ok(Wish {
        music: material.music.clone(),
        reading: material.reading.number,
        clips: material.clips.clone(),
        not_clips: Vec::new(),
        plan_dir,
        size: usual_size,
        fixed_size: size
            .map(pair)
            .or_else(|| before.map(|output| (output.width, output.height))),
        rate: match edit.fps.or_else(|| before.map(|output| output.rate)) {
            Some(rate) => rate,
            None => {
                Rate::whole(USUAL_RATE).map_err(|error| Failure::of(ExitCode::Internal, &error))?
            }
        },
        fit: edit
            .fit
            .map(Into::into)
            .or_else(|| before.map(|output| output.fit))
            .unwrap_or_default(),
        settings: edit.settings(from.as_ref()),
        paces: edit.paces(),
        asking: asked.asking(),
        survey: settings(jobs),
        from,
    })
}

/// A plan whose paths lead from `plan_dir`, and not from the folder that it lies in.
fn seen_from(path: &Path, plan_dir: &Path) -> Result<Plan, Failure> {
    let mut plan = read_plan(path)?;
    let own = folder_of(path);
    for media in plan.media.iter_mut().chain([&mut plan.music.media]) {
        media.path = relative(plan_dir, &own.join(path_of(&media.path)));
    }
    Ok(plan)
}

/// The size of a film of that shape, unless another is asked for.
fn usual_size(shape: Shape) -> (u32, u32) {
    let aspect = match shape {
        Shape::Landscape => Aspect::Landscape,
        Shape::Portrait => Aspect::Portrait,
        Shape::Square => Aspect::Square,
    };
    (aspect.size().width, aspect.size().height)
}

/// Makes the plan.
pub(super) fn make(wish: &Wish, context: &Context, bars: &Bars) -> Result<Planned, Failure> {
    let tools = context.tools()?;
    let made = plan(&tools, wish, &context.interrupt, bars).map_err(|error| failure(&error))?;
    // The edit itself is not stopped half way, but its result is no longer wanted.
    if context.interrupt.urgency() != Urgency::None {
        return Err(Failure::new(
            ExitCode::Interrupted,
            "stopped while planning; nothing is kept",
        )
        .hint("run the same command again"));
    }
    Ok(made)
}

/// Says in a few lines what was planned and what was left out.
pub(super) fn tell(made: &Planned, context: &Context) {
    if context.talk.quiet {
        return;
    }
    let all = context.talk.verbose > 0;
    let most = if all { usize::MAX } else { NAMED };
    for decision in made.skipped.iter().take(most) {
        say(&format!("skipped {}", told(decision)));
    }
    if let Some(more @ 1..) = made.skipped.len().checked_sub(most) {
        say(&format!(
            "skipped {} (-v names them)",
            count(more, "more file")
        ));
    }
    let plan = &made.plan;
    for decision in &plan.decisions {
        let about_the_film = !matches!(
            decision.code,
            DecisionCode::FileSkipped | DecisionCode::ClipDegraded | DecisionCode::FootageRejected
        );
        if about_the_film && !all {
            say(&told(decision));
        }
    }
    let used: std::collections::BTreeSet<u32> =
        plan.slots.iter().map(|slot| slot.clip.media).collect();
    let grid = plan.music.beat_grid.as_ref();
    let tempo = match grid.map_or(0, |grid| grid.tempo_millibpm) {
        0 => "no beats heard".to_owned(),
        tempo => format!("{:.1} beats a minute", f64::from(tempo) / 1000.0),
    };
    say(&format!(
        "planned {} from {} of {}: {:.1} s, {}x{} at {} frames a second, {tempo}",
        count(plan.slots.len(), "shot"),
        used.len(),
        count(made.clips, "clip"),
        seconds(plan.record_duration(), plan.output.rate.as_f64()),
        plan.output.width,
        plan.output.height,
        plan.output.rate,
    ));
}

/// Frames as seconds, for people.
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
pub(super) fn seconds(frames: u64, rate: f64) -> f64 {
    frames as f64 / rate
}

fn failure(error: &HeadlessError) -> Failure {
    match error {
        HeadlessError::Walk(error) => walk_failure(error),
        HeadlessError::Survey(error) => survey_failure(error),
        HeadlessError::Song(error) => song_failure(error),
        HeadlessError::NoClips { .. } => Failure::of(ExitCode::BadData, error)
            .hint("give video files, or a folder that holds some"),
        HeadlessError::SongTooShort { .. } => {
            Failure::of(ExitCode::BadData, error).hint("give the whole song with --music")
        }
        HeadlessError::NoSuchClip { .. } => Failure::of(ExitCode::Usage, error)
            .hint("name a clip or a folder that is among those given"),
        HeadlessError::Edit(EditError::NothingToFill { .. }) => {
            Failure::of(ExitCode::Usage, error).hint("see --start and --length")
        }
        HeadlessError::Edit(EditError::AllBanned { .. }) => {
            Failure::of(ExitCode::Usage, error).hint("see --ban")
        }
        HeadlessError::NothingUsable { .. } => Failure::of(ExitCode::BadData, error)
            .hint("`render-native inspect` tells what is found in each clip"),
        other => Failure::of(ExitCode::BadData, other),
    }
}

/// A song that cannot be used.
pub(super) fn song_failure(error: &SongError) -> Failure {
    let of_process = |process: &ProcessError| match process {
        ProcessError::Interrupted => ExitCode::Interrupted,
        ProcessError::Spawn { .. } => ExitCode::Ffmpeg,
        _ => ExitCode::Temporary,
    };
    let code = match error {
        SongError::File(_) | SongError::Probe(ProbeError::File(_)) => ExitCode::Input,
        SongError::Probe(ProbeError::Process { source, .. })
        | SongError::Pcm {
            source: PcmError::Process(source),
            ..
        } => of_process(source),
        SongError::Music(_) => ExitCode::Internal,
        SongError::NoSuchReading { .. } | SongError::Correction { .. } => ExitCode::Usage,
        _ => ExitCode::BadData,
    };
    let failure = Failure::of(code, error);
    match code {
        ExitCode::Usage => {
            failure.hint("take another that `render-native beats` lists, or leave --reading out")
        }
        ExitCode::BadData => failure.hint("choose a song that ffmpeg can play"),
        ExitCode::Ffmpeg => failure.hint("`render-native doctor` tells what is wrong with ffmpeg"),
        ExitCode::Temporary => failure.hint(KILLED),
        _ => failure,
    }
}
