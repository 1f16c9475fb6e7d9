//! `render`: a plan in, a film out.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use shared::plan::Plan;

use super::args::{self, Effort, Encoding, Work};
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{folder_of, read_plan};
use super::plan::seconds;
use super::terminal::{print_json, say};
use crate::exit::ExitCode;
use crate::progress::Stage;
use crate::render::{
    Hardware, MemoryReport, RenderError, RenderSettings, Report, check_place, render_and_tell,
};
use crate::shown::{self, count, on_one_line};

/// The stages of rendering.
pub(super) const STAGES: [Stage; 2] = [Stage::Render, Stage::Join];
/// Most substituted segments that are named, unless more is asked for.
const NAMED: usize = 20;

/// Runs `render`.
pub(super) fn command(args: &args::Render, context: &Context) -> Result<ExitCode, Failure> {
    let settings = RenderSettings {
        overwrite: args.output.overwrite,
        media_dirs: args.search.media_dir.clone(),
        ..settings(&args.output.output, &args.effort, &args.encoding)
    };
    let settings = args.preprocessing.with(with_work(settings, args.work));
    check_place(&settings).map_err(|error| failure(&error))?;
    let plan = read_plan(&args.plan)?;
    let json = &mut |report: &Report| print_json(report);
    let report = film(&plan, &args.plan, &settings, context, json)?;
    Ok(finish(&report, context))
}

/// Makes the film. What `json` prints is printed before the film has its name: a film that nobody
/// could be told of is none.
pub(super) fn film(
    plan: &Plan,
    plan_path: &Path,
    settings: &RenderSettings,
    context: &Context,
    json: &mut dyn FnMut(&Report) -> Result<(), Failure>,
) -> Result<Report, Failure> {
    context.signalled.keep_what_runs();
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
pub(super) fn settings(output: &Path, effort: &Effort, encoding: &Encoding) -> RenderSettings {
    RenderSettings {
        jobs: effort.jobs,
        memory: effort.memory.map(|memory| memory.0),
        memory_conservative: effort.memory_conservative,
        memory_emergency: effort.memory_emergency,
        explain: effort.explain,
        work_dir: effort.work_dir.clone(),
        quality: encoding.quality(),
        encoder: encoding.encoder.into(),
        wish: encoding.wish(),
        audio: encoding.audio.into(),
        ..RenderSettings::new(output)
    }
}

/// The settings with what concerns the work alone.
pub(super) fn with_work(settings: RenderSettings, work: Work) -> RenderSettings {
    RenderSettings {
        keep_work: work.keep_work,
        stall: work.stall.map_or(settings.stall, Duration::from_secs),
        ..settings
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

/// Tells of a finished film and gives its code.
pub(super) fn finish(report: &Report, context: &Context) -> ExitCode {
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
        let more = count(told_of - most, "more such line");
        say(&format!("{more} in the report"));
    }
    // Nothing was looked at where nothing was rendered.
    if report.memory.limit > 0 {
        say(&memory(&report.memory));
    }
    if let Some(wished) = &report.wished {
        say(&wished.line());
    }
    let rate: Option<shared::rate::Rate> = report.rate.parse().ok();
    let length = rate.map_or(0.0, |rate| seconds(report.frames, rate.as_f64()));
    let resumed = match report.resumed {
        0 => String::new(),
        resumed => format!(", {resumed} taken over from an earlier run"),
    };
    let by = report.hardware.map(Hardware::name);
    let by = by.map_or_else(String::new, |name| format!(" by {name}"));
    let degraded = match report.degraded {
        0 => String::new(),
        1 => "; 1 does not show what was planned, see the report".to_owned(),
        degraded => format!("; {degraded} do not show what was planned, see the report"),
    };
    say(&format!(
        "{}: {}, {length:.1} s, {}{resumed}, made{by} in {:.1} s{degraded}",
        on_one_line(&report.output),
        count(report.frames, "frame"),
        count(report.segments.len(), "shot"),
        report.wall_ms as f64 / 1000.0,
    ));
}

/// What memory allowed and what that cost, as one line.
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
fn memory(memory: &MemoryReport) -> String {
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let mut line = format!(
        "memory: at most {} at once, of {} ({})",
        shown::bytes(memory.peak),
        shown::bytes(memory.limit),
        memory.from
    );
    if memory.conservative_ms + memory.emergency_ms > 0 {
        let (normal, conservative) = (memory.normal_ms, memory.conservative_ms);
        let _ = write!(
            line,
            "; {:.1} s normal, {:.1} s conservative, {:.1} s emergency",
            seconds(normal),
            seconds(conservative),
            seconds(memory.emergency_ms)
        );
    }
    if memory.put_back + memory.out_of_memory > 0 {
        let _ = write!(
            line,
            "; {} put back, {} ran out of memory, {:.1} s of work lost",
            memory.put_back,
            memory.out_of_memory,
            seconds(memory.lost_ms)
        );
    }
    if memory.waited_ms >= 1000 {
        let _ = write!(
            line,
            "; {:.1} s waited for memory",
            seconds(memory.waited_ms)
        );
    }
    line
}
