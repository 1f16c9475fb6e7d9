//! `render`, and the second half of `auto`: a plan in, a film out.

use std::path::Path;

use serde::Serialize;
use shared::plan::Plan;

use super::args::{self, Effort, Encoding, FilmOutput, QualityArg};
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{folder_of, read_plan, refuse_input, refuse_occupied, write_result};
use super::plan::{self, seconds};
use super::terminal::{print_json, say};
use crate::exit::ExitCode;
use crate::progress::Stage;
use crate::render::{Quality, RenderError, RenderSettings, Report, render_and_tell};

/// The stages of rendering.
const STAGES: [Stage; 2] = [Stage::Render, Stage::Join];
/// Most substituted segments that are named, unless more is asked for.
const NAMED: usize = 20;

/// Runs `render`.
pub(super) fn command(args: &args::Render, context: &Context) -> Result<ExitCode, Failure> {
    let plan = read_plan(&args.plan)?;
    let settings = settings(
        &args.output.output,
        args.output.overwrite,
        &args.search.media_dir,
        &args.effort,
        &args.encoding,
    );
    let json = &mut |report: &Report| print_json(report);
    let report = film(&plan, &args.plan, &settings, context, json)?;
    Ok(finish(&report, context))
}

/// The result of `auto` as JSON.
#[derive(Debug, Serialize)]
struct Made<'a> {
    plan: String,
    report: &'a Report,
}

/// Runs `auto`: planner and renderer meet in a plan file that is written and read back.
pub(super) fn auto(args: &args::Auto, context: &Context) -> Result<ExitCode, Failure> {
    let FilmOutput { output, overwrite } = &args.output;
    refuse_occupied(output, *overwrite)?;
    let plan_path = output.with_extension("plan.json");
    if plan_path == *output {
        let message = format!("{} is the plan's name, not a film's", output.display());
        return Err(Failure::new(ExitCode::Usage, message));
    }
    refuse_input(output, &args.material)?;
    let settings = settings(output, *overwrite, &[], &args.effort, &args.encoding);
    refuse_occupied(&settings.report_path(), *overwrite)?;
    let plan_dir = folder_of(&plan_path);
    let mut wish = plan::wish(&args.material, &args.edit, plan_dir, args.effort.jobs);
    if let Some(memory) = args.effort.memory {
        wish.survey.memory = wish.survey.memory.min(memory.0);
    }
    let earlier = "an earlier result of this command";
    wish.not_clips.extend([
        (output.clone(), earlier),
        (plan_path.clone(), earlier),
        (settings.report_path(), earlier),
    ]);
    let stages: Vec<Stage> = plan::STAGES.into_iter().chain(STAGES).collect();
    let bars = Bars::new(context.talk, &stages);
    let made = plan::make(&wish, context, &bars);
    bars.clear();
    let made = made?;
    let json = made.plan.to_json();
    // After an interruption the same command finds its own plan; that is no reason to refuse.
    let same = std::fs::read(&plan_path).is_ok_and(|there| there == json.as_bytes());
    if !same {
        write_result(&plan_path, json.as_bytes(), *overwrite)?;
    }
    plan::tell(&made, context);
    drop(made);
    let read_back = read_plan(&plan_path)?;
    let json = &mut |report: &Report| {
        print_json(&Made {
            plan: plan_path.display().to_string(),
            report,
        })
    };
    let report = film(&read_back, &plan_path, &settings, context, json)?;
    Ok(finish(&report, context))
}

/// Makes the film. What `json` prints is printed before the film has its name: a film that nobody
/// could be told of is none.
fn film(
    plan: &Plan,
    plan_path: &Path,
    settings: &RenderSettings,
    context: &Context,
    json: &mut dyn FnMut(&Report) -> Result<(), Failure>,
) -> Result<Report, Failure> {
    let bars = Bars::new(context.talk, &STAGES);
    let mut tell = |report: &Report| {
        if !context.talk.json {
            return Ok(());
        }
        bars.clear();
        json(report).map_err(|failure| RenderError::Untold {
            why: failure.message,
        })
    };
    let report = render_and_tell(
        plan,
        &folder_of(plan_path),
        settings,
        &mut tell,
        &bars,
        &context.interrupt,
    );
    bars.clear();
    report.map_err(|error| failure(&error))
}

/// A render's settings from the arguments.
pub(super) fn settings(
    output: &Path,
    overwrite: bool,
    media_dirs: &[std::path::PathBuf],
    effort: &Effort,
    encoding: &Encoding,
) -> RenderSettings {
    RenderSettings {
        overwrite,
        media_dirs: media_dirs.to_vec(),
        jobs: effort.jobs,
        memory: effort.memory.map(|memory| memory.0),
        work_dir: effort.work_dir.clone(),
        quality: match encoding.quality {
            QualityArg::Draft => Quality::Draft,
            QualityArg::Standard => Quality::Standard,
            QualityArg::High => Quality::High,
        },
        ..RenderSettings::new(output)
    }
}

/// A render that gave no film.
pub(super) fn failure(error: &RenderError) -> Failure {
    let failure = Failure::of(error.exit_code(), error);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn finish(report: &Report, context: &Context) -> ExitCode {
    if !context.talk.quiet {
        tell(report, context.talk.verbose > 0);
    }
    if report.is_degraded() {
        ExitCode::Degraded
    } else {
        ExitCode::Complete
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
fn tell(report: &Report, all: bool) {
    let most = if all { usize::MAX } else { NAMED };
    let mut told_of = 0;
    for decision in &report.decisions {
        say(&told(decision));
    }
    for segment in &report.segments {
        for decision in &segment.decisions {
            told_of += 1;
            if told_of <= most {
                say(&told(decision));
            }
        }
    }
    if told_of > most {
        say(&format!(
            "{} more such lines are in the report",
            told_of - most
        ));
    }
    let rate: Option<shared::rate::Rate> = report.rate.parse().ok();
    let length = rate.map_or(0.0, |rate| seconds(report.frames, rate.as_f64()));
    let resumed = match report.resumed {
        0 => String::new(),
        resumed => format!(", {resumed} taken over from an earlier run"),
    };
    let degraded = match report.degraded {
        0 => String::new(),
        degraded => format!("; {degraded} do not show what was planned, see the report"),
    };
    say(&format!(
        "{}: {} frames, {length:.1} s, {} shots{resumed}, made in {:.1} s{degraded}",
        report.output,
        report.frames,
        report.segments.len(),
        report.wall_ms as f64 / 1000.0,
    ));
}
