//! `check`: everything about a render but the render.

use std::fmt::Write as _;

use super::args;
use super::bars::told;
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{folder_of, read_plan};
use super::machine::shown_bytes;
use super::render::{failure, settings};
use super::terminal::{print, print_json};
use crate::exit::ExitCode;
use crate::render::{Preflight, preflight};

/// Most problems that are listed.
const LISTED: usize = 50;

/// Runs `check`.
pub(super) fn check(args: &args::Check, context: &Context) -> Result<ExitCode, Failure> {
    let plan = read_plan(&args.plan)?;
    // The film's name matters to nothing but the place of the work.
    let film = args.plan.with_extension("mp4");
    let settings = settings(
        &film,
        true,
        &args.search.media_dir,
        &args.effort,
        &args.encoding,
    );
    let ahead =
        preflight(&plan, &folder_of(&args.plan), &settings).map_err(|error| failure(&error))?;
    if context.talk.json {
        print_json(&as_json(&ahead))?;
    } else if !context.talk.quiet {
        print(&table(&ahead))?;
    }
    Ok(if ahead.problems.is_empty() {
        ExitCode::Complete
    } else {
        ExitCode::Degraded
    })
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
        "disk_bytes": ahead.disk,
        "disk_free_bytes": ahead.disk_free,
        "cpu_seconds": ahead.cpu_seconds,
        "decisions": ahead.decisions,
        "problems": ahead.problems,
    })
}

#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
fn table(ahead: &Preflight) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<10}{value}");
    };
    row(
        "film",
        format!(
            "{} shots, {} frames, {:.1} s, from {} files",
            ahead.segments,
            ahead.frames,
            ahead.duration_us as f64 / 1e6,
            ahead.sources
        ),
    );
    row(
        "memory",
        format!(
            "{} for all shots ({}); the largest needs about {}",
            shown_bytes(ahead.memory_budget),
            ahead.memory_from,
            shown_bytes(ahead.largest_segment)
        ),
    );
    row("at once", format!("{} shots", ahead.jobs));
    let free = ahead.disk_free.map_or_else(
        || "free space unknown".to_owned(),
        |free| format!("{} free", shown_bytes(free)),
    );
    row("disk", format!("about {}, {free}", shown_bytes(ahead.disk)));
    row(
        "work",
        format!("about {:.0} processor seconds", ahead.cpu_seconds),
    );
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
        if ahead.problems.is_empty() {
            "can be rendered as planned".to_owned()
        } else {
            "can be rendered, but not everything as planned".to_owned()
        },
    );
    super::terminal::escaped(&text)
}
