//! `check`: everything about a render but the render.

use std::fmt::Write as _;
use std::path::Path;

use super::args;
use super::bars::told;
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{folder_of, read_plan};
use super::render::{failure, settings};
use super::terminal::{print, print_json, say};
use crate::exit::ExitCode;
use crate::ffmpeg::capabilities::Capabilities;
use crate::render::{Preflight, RenderSettings, check_place, preflight};
use crate::shown::{self, Shown as _, count};

/// Most problems that are listed.
const LISTED: usize = 50;

/// Runs `check`.
pub(super) fn check(args: &args::Check, context: &Context) -> Result<ExitCode, Failure> {
    // Without a place for the film it is judged as if it were to lie beside the plan.
    let film = args.output.clone();
    let settings = RenderSettings {
        overwrite: true,
        media_dirs: args.search.media_dir.clone(),
        ..settings(
            &film.unwrap_or_else(|| args.plan.with_extension("mp4")),
            &args.effort,
            &args.encoding,
        )
    };
    if args.output.is_some() {
        check_place(&settings).map_err(|error| failure(&error))?;
    }
    let plan = read_plan(&args.plan)?;
    let mut ahead =
        preflight(&plan, &folder_of(&args.plan), &settings).map_err(|error| failure(&error))?;
    if args.output.as_deref().is_some_and(Path::exists) {
        let film = settings.output.shown();
        ahead
            .notes
            .push(format!("{film} exists: a render needs --overwrite"));
    }
    let unusable = ffmpeg(context).err();
    if let Some(failure) = &unusable {
        ahead.problems.push(failure.message.clone());
    }
    let code = match &unusable {
        Some(failure) => failure.code,
        None if ahead.problems.is_empty() => ExitCode::Complete,
        None => ExitCode::Degraded,
    };
    if context.talk.json {
        print_json(&as_json(&ahead))?;
    } else if !context.talk.quiet {
        print(&table(&ahead, code))?;
    }
    if let Some(failure) = unusable {
        if failure.code == ExitCode::Interrupted {
            return Err(failure);
        }
        // The failure itself is among the problems.
        say(&format!("hint: {}", failure.remedy()));
    }
    Ok(code)
}

/// Whether a render would find the ffmpeg that it needs.
fn ffmpeg(context: &Context) -> Result<(), Failure> {
    let tools = context.tools()?;
    Capabilities::of(&tools, &context.interrupt)
        .and_then(|can| can.require(&tools))
        .map_err(|error| Failure::of(ExitCode::Ffmpeg, &error).hint(error.hint()))
}

fn as_json(ahead: &Preflight) -> serde_json::Value {
    serde_json::json!({
        "segments": ahead.segments,
        "frames": ahead.frames,
        "duration_us": ahead.duration_us,
        "sources": ahead.sources,
        "largest_segment_bytes": ahead.largest_segment,
        "memory_budget_bytes": ahead.memory_budget,
        "memory_from": ahead.memory_from,
        "jobs": ahead.jobs,
        "disks": ahead.disks,
        "cpu_seconds": shown::to_tenths(ahead.cpu_seconds),
        "decisions": ahead.decisions,
        "notes": ahead.notes,
        "problems": ahead.problems,
    })
}

#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
fn table(ahead: &Preflight, code: ExitCode) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<10}{value}");
    };
    row(
        "film",
        format!(
            "{}, {}, {:.1} s, from {}",
            count(ahead.segments, "shot"),
            count(ahead.frames, "frame"),
            ahead.duration_us as f64 / 1e6,
            count(ahead.sources, "file")
        ),
    );
    row(
        "memory",
        format!(
            "{} for all shots ({}); the largest needs about {}",
            shown::bytes(ahead.memory_budget),
            ahead.memory_from,
            shown::bytes(ahead.largest_segment)
        ),
    );
    row("at once", count(ahead.jobs, "shot"));
    for disk in &ahead.disks {
        let free = disk.free_bytes.map_or_else(
            || "free space unknown".to_owned(),
            |free| format!("{} free", shown::bytes(free)),
        );
        row(
            "disk",
            format!(
                "about {} for the {} in {}, {free}",
                shown::bytes(disk.bytes),
                disk.holds,
                disk.folder.shown()
            ),
        );
    }
    row(
        "work",
        match ahead.cpu_seconds {
            0.0..1.0 => "less than a processor second".to_owned(),
            seconds => format!("about {seconds:.0} processor seconds"),
        },
    );
    for note in &ahead.notes {
        row("note", note.clone());
    }
    for decision in ahead.decisions.iter().take(LISTED) {
        row("note", told(decision));
    }
    for problem in ahead.problems.iter().take(LISTED) {
        row("problem", problem.clone());
    }
    if let Some(more @ 1..) = ahead.problems.len().checked_sub(LISTED) {
        row("problem", format!("… and {more} more"));
    }
    row(
        "verdict",
        match code {
            ExitCode::Complete => "can be rendered as planned".to_owned(),
            ExitCode::Degraded => "can be rendered, but not everything as planned".to_owned(),
            _ => "cannot be rendered here yet".to_owned(),
        },
    );
    shown::escaped(&text)
}
