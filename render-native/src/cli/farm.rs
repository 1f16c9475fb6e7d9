//! `prepare`, `segment`, `assemble`, `status` and `gc`: one film, many processes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::args::{Encoding, FilmOutput, Search};
use super::bars::Bars;
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{folder_of, read_plan};
use super::preprocess::Which;
use super::render::{failure, finish};
use super::terminal::{print_json, say};
use super::values::{self, Bytes};
use crate::exit::ExitCode;
use crate::farm::{self, Film, Here, Status};
use crate::progress::Stage;
use crate::render::{RenderError, RenderSettings, Report, SegmentReport, ranges};

/// `prepare`.
#[derive(Debug, Args)]
pub struct Prepare {
    /// The plan.
    #[arg(value_name = "PLAN.json")]
    pub plan: PathBuf,
    /// Where the job is frozen and the segments will lie.
    #[arg(long, value_name = "DIR")]
    pub work_dir: PathBuf,
    /// The folder that media are named relative to; default: the plan's.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Where the media are.
    #[command(flatten)]
    pub search: Search,
    /// Which clips are made quicker to read.
    #[command(flatten)]
    pub which: Which,
    /// How the film is encoded.
    #[command(flatten)]
    pub encoding: Encoding,
}

/// `segment`.
#[derive(Debug, Args)]
pub struct Segment {
    /// The work directory.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The first segment, counted from 0.
    #[arg(long, value_name = "N")]
    pub index: usize,
    /// How many segments, as far as there are so many.
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub count: usize,
    /// Where the media are.
    #[command(flatten)]
    pub place: Place,
    /// ffmpeg processes at the same time; default: what cores and memory allow.
    #[arg(long, value_name = "N", value_parser = values::jobs)]
    pub jobs: Option<usize>,
    /// Memory that all of them may use together, as 2G or 900M; default: what is free.
    #[arg(long, value_name = "BYTES", value_parser = values::bytes)]
    pub memory: Option<Bytes>,
}

/// `assemble`.
#[derive(Debug, Args)]
pub struct Assemble {
    /// The work directory.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Where the film goes.
    #[command(flatten)]
    pub output: FilmOutput,
    /// Where the song is.
    #[command(flatten)]
    pub place: Place,
    /// How long missing segments are waited for, as 90s or 5m; default: 1m on a network's file
    /// system, which may show new files late, and not at all elsewhere.
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub wait: Option<Duration>,
}

/// `status`.
#[derive(Debug, Args)]
pub struct StatusOf {
    /// The work directory.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

/// `gc`.
#[derive(Debug, Args)]
pub struct Gc {
    /// The work directory.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Remove what was not written to for so long; what a dead process of this machine has left
    /// half-written goes at once.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = values::duration)]
    pub older_than: Duration,
    /// Only say what would be removed.
    #[arg(long)]
    pub dry_run: bool,
}

/// Where the media of a prepared job are, seen from this machine.
#[derive(Debug, Clone, Default, Args)]
pub struct Place {
    /// The folder that the media are named relative to; default: where it lay as seen from the
    /// work directory.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Where else they are looked for.
    #[command(flatten)]
    pub search: Search,
}

impl Place {
    fn here(&self) -> Here {
        Here {
            root: self.root.clone(),
            media_dirs: self.search.media_dir.clone(),
            ..Here::default()
        }
    }
}

/// Runs `prepare`.
pub(super) fn prepare(args: &Prepare, context: &Context) -> Result<ExitCode, Failure> {
    let plan = read_plan(&args.plan)?;
    let plan_dir = folder_of(&args.plan);
    let root = args.root.as_ref().unwrap_or(&plan_dir);
    // There is no film yet; its name is not used.
    let settings = RenderSettings {
        work_dir: Some(args.work_dir.clone()),
        media_dirs: args.search.media_dir.clone(),
        quality: args.encoding.quality(),
        encoder: args.encoding.encoder.into(),
        wish: args.encoding.wish(),
        audio: args.encoding.audio.into(),
        preprocess: args.which.preprocess.into(),
        ..RenderSettings::new(args.work_dir.join("film.mp4"))
    };
    let bars = Bars::new(context.talk, &[]);
    let made = farm::prepare(&plan, &plan_dir, root, &settings, &bars, &context.interrupt);
    bars.clear();
    made.map_err(|error| failure(&error))?;
    let status = farm::status(&args.work_dir).map_err(|error| failure(&error))?;
    told(&status, context)
}

/// Runs `segment`.
pub(super) fn segment(args: &Segment, context: &Context) -> Result<ExitCode, Failure> {
    let here = Here {
        jobs: args.jobs,
        memory: args.memory.map(|memory| memory.0),
        ..args.place.here()
    };
    let bars = Bars::new(context.talk, &[Stage::Render]);
    let which = (args.index, args.count);
    let made = farm::segment(&args.dir, which, &here, &bars, &context.interrupt);
    bars.clear();
    let made = made.map_err(|error| failure(&error))?;
    for report in made.iter().filter(|_| !context.talk.quiet) {
        say(&line(report));
    }
    if context.talk.json {
        print_json(&made)?;
    }
    // A stand-in is a segment like any other to an engine, which would give up after a failure.
    // That the film is degraded is for the one to say who makes it.
    Ok(ExitCode::Complete)
}

fn line(report: &SegmentReport) -> String {
    let (index, frames) = (report.index, report.frames);
    let how = match (report.resumed, report.rung.shows_the_plan()) {
        (true, _) => "done already",
        (false, true) => "done",
        (false, false) => "done, but does not show what was planned",
    };
    format!("segment {index}: {frames} frames, {how}")
}

/// Runs `assemble`.
pub(super) fn assemble(args: &Assemble, context: &Context) -> Result<ExitCode, Failure> {
    let film = Film {
        output: args.output.output.clone(),
        overwrite: args.output.overwrite,
        wait: args.wait,
    };
    let bars = Bars::new(context.talk, &[Stage::Join]);
    let mut tell = |report: &Report| {
        if !context.talk.json {
            return Ok(());
        }
        bars.clear();
        print_json(report).map_err(|failure| RenderError::Untold {
            why: failure.message,
        })
    };
    let here = args.place.here();
    let interrupt = &context.interrupt;
    let report = farm::assemble(&args.dir, &film, &here, &mut tell, &bars, interrupt);
    bars.clear();
    let report = report.map_err(|error| failure(&error))?;
    Ok(finish(&report, context))
}

/// Runs `status`.
pub(super) fn status(args: &StatusOf, context: &Context) -> Result<ExitCode, Failure> {
    let status = farm::status(&args.dir).map_err(|error| failure(&error))?;
    told(&status, context)
}

fn told(status: &Status, context: &Context) -> Result<ExitCode, Failure> {
    if context.talk.json {
        print_json(status)?;
    } else if !context.talk.quiet {
        let mut lines = vec![format!(
            "{} of {} segments are done",
            status.done, status.segments
        )];
        for (indices, what) in [
            (&status.missing, "missing"),
            (&status.damaged, "damaged"),
            (&status.degraded, "not as planned"),
        ] {
            if !indices.is_empty() {
                lines.push(format!("{what}: {}", ranges(indices)));
            }
        }
        if status.at_work > 0 {
            lines.push(format!("being written: {}", status.at_work));
        }
        if status.loose > 0 {
            lines.push(format!("files that `gc` may remove: {}", status.loose));
        }
        if let Some(by) = &status.held_by {
            lines.push(format!("held by {by}"));
        }
        for line in lines {
            say(&line);
        }
    }
    Ok(ExitCode::Complete)
}

/// Runs `gc`.
pub(super) fn gc(args: &Gc, context: &Context) -> Result<ExitCode, Failure> {
    let removed = farm::gc(&args.dir, args.older_than, args.dry_run);
    let removed = removed.map_err(|error| failure(&error))?;
    if !context.talk.quiet {
        let what = if args.dry_run { "would be" } else { "were" };
        for file in removed.files.iter().filter(|_| context.talk.verbose > 0) {
            say(&file.display().to_string());
        }
        let (files, bytes) = (removed.files.len(), removed.bytes);
        say(&format!("{files} files of {bytes} bytes {what} removed"));
    }
    if context.talk.json {
        print_json(&removed)?;
    }
    Ok(ExitCode::Complete)
}
