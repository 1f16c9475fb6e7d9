//! `inspect`: what each clip is.

use std::fmt::Write as _;

use serde::Serialize;
use shared::decision::Decision;

use super::args;
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{read_plan, refuse_occupied, write_result};
use super::machine::Machine;
use super::terminal::{print, print_json, say};
use crate::exit::ExitCode;
use crate::headless::inspect::{SCHEMA, Summary, summary};
use crate::headless::sheet::{MOST_CLIPS, SheetError, sheet, shows_any};
use crate::headless::survey::{Settings, Survey, SurveyError, survey};
use crate::headless::walk::{WalkError, walk};
use crate::process::ProcessError;
use crate::progress::Stage;
use crate::shown::on_one_line;

/// The result as JSON.
#[derive(Debug, Serialize)]
struct Found {
    schema: &'static str,
    clips: Vec<Summary>,
    skipped: Vec<Decision>,
}

/// The option that the sheet is asked for by.
const SHEET: &str = "--sheet";

/// Runs `inspect`.
pub(super) fn inspect(args: &args::Inspect, context: &Context) -> Result<ExitCode, Failure> {
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    if let Some(sheet) = &args.sheet {
        refuse_occupied(sheet, SHEET, args.overwrite)?;
    }
    let tools = context.tools()?;
    let walked = walk(&args.clips, &[]).map_err(|error| walk_failure(&error))?;
    let bars = Bars::new(context.talk, &[Stage::Probe, Stage::Footage]);
    let found = survey(
        &tools,
        &walked.files,
        settings(args.jobs),
        &context.interrupt,
        &bars,
    );
    bars.clear();
    let Survey { clips, mut skipped } = found.map_err(|error| survey_failure(&error))?;
    skipped.extend(walked.decisions);
    skipped.sort();
    if let Some(path) = &args.sheet {
        let drawn =
            sheet(&tools, &clips, plan.as_ref(), &context.interrupt).map_err(sheet_failure)?;
        write_result(path, SHEET, &drawn, args.overwrite)?;
        if let Some(left_off) = left_off(clips.len()) {
            say(&left_off);
        }
        if plan.is_some_and(|plan| !shows_any(&plan, &clips)) {
            say(
                "the plan shows none of the clips on the sheet: it was made of others, or they changed",
            );
        }
    }
    let found = Found {
        schema: SCHEMA,
        clips: clips.iter().map(summary).collect(),
        skipped,
    };
    if context.talk.json {
        print_json(&found)?;
    } else {
        print(&table(&found))?;
    }
    Ok(ExitCode::Complete)
}

/// How many clips are surveyed at once, and in how much memory: half of what is free, since
/// ffmpeg's need is an estimate.
pub(super) fn settings(jobs: Option<usize>) -> Settings {
    let machine = Machine::measured();
    Settings {
        jobs: jobs.unwrap_or(machine.cores),
        memory: machine.memory_available / 2,
    }
}

/// What to do about a killed ffmpeg.
pub(super) const KILLED: &str =
    "if memory is short, close other programs or try fewer --jobs; then run it again";

/// A survey that was not made.
pub(super) fn survey_failure(error: &SurveyError) -> Failure {
    match error {
        SurveyError::Interrupted => Failure::new(
            ExitCode::Interrupted,
            "stopped while looking at the clips; nothing is kept",
        )
        .hint("run the same command again"),
        SurveyError::Process(ProcessError::Killed { .. }) => {
            Failure::of(ExitCode::Temporary, error).hint(KILLED)
        }
        SurveyError::Process(_) => Failure::of(ExitCode::Ffmpeg, error)
            .hint("`render-native doctor` tells what is wrong with ffmpeg"),
    }
}

/// A sheet that was not drawn.
fn sheet_failure(error: SheetError) -> Failure {
    match error {
        SheetError::Process(error) => survey_failure(&SurveyError::Process(error)),
        SheetError::Png(_) => Failure::of(ExitCode::Internal, &error),
    }
}

/// What is said where a sheet does not hold all clips.
fn left_off(clips: usize) -> Option<String> {
    let left = clips.checked_sub(MOST_CLIPS).filter(|left| *left > 0)?;
    Some(format!(
        "the sheet shows the first {MOST_CLIPS} of {clips} clips; {left} are left off"
    ))
}

/// Files that could not be listed.
pub(super) fn walk_failure(error: &WalkError) -> Failure {
    let code = match error {
        WalkError::Missing { .. } => ExitCode::Input,
        WalkError::TooMany { .. } => ExitCode::BadData,
    };
    Failure::of(code, error)
}

#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

fn table(found: &Found) -> String {
    let mut text = String::new();
    let widest = found
        .clips
        .iter()
        .map(|clip| on_one_line(&clip.path).chars().count());
    let width = widest.max().unwrap_or(4).clamp(4, 60);
    if !found.clips.is_empty() {
        let _ = writeln!(
            text,
            "{:<width$}  {:>9}  {:>10}  {:<10}  {:>7}  {:>5}  {:>7}  {:>6}",
            "clip", "size", "rate", "codec", "length", "shots", "quality", "usable"
        );
    }
    for clip in &found.clips {
        let video = &clip.video;
        let rate = video
            .rate
            .map_or_else(|| "uneven".to_owned(), |rate| rate.to_string());
        let _ = writeln!(
            text,
            "{:<width$}  {:>9}  {rate:>10}  {:<10}  {:>5.1} s  {:>5}  {:>5} %  {:>4} %",
            on_one_line(&clip.path),
            format!("{}x{}", video.width, video.height),
            video.codec,
            seconds(clip.end_us - clip.start_us),
            clip.shots.len(),
            clip.quality_permille / 10,
            clip.usable_permille / 10,
        );
        let rejected = clip.rejected.iter().map(|marked| (marked, "not used"));
        let demoted = clip.demoted.iter().map(|marked| (marked, "used last"));
        for (marked, what) in rejected.chain(demoted) {
            let words: Vec<_> = marked.defects.iter().map(|defect| defect.word()).collect();
            let _ = writeln!(
                text,
                "    {:.1}–{:.1} s {what}: {}",
                seconds(marked.span.start_us),
                seconds(marked.span.end_us),
                words.join(", ")
            );
        }
        for line in heard(clip) {
            let _ = writeln!(text, "    {line}");
        }
        for decision in &clip.decisions {
            let _ = writeln!(text, "    {}", on_one_line(&decision.detail));
        }
    }
    for decision in &found.skipped {
        let _ = writeln!(text, "skipped: {}", told(decision));
    }
    text
}

/// So many loud events are named; of more it is told how many.
const NAMED: usize = 8;

/// What is heard of a clip, a line each: where someone speaks, and when it is suddenly loud.
fn heard(clip: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    if !clip.speech.is_empty() {
        let spans = clip.speech.iter().map(|span| {
            let (from, until) = (seconds(span.start_us), seconds(span.end_us));
            format!("{from:.1}–{until:.1}")
        });
        let spans: Vec<_> = spans.collect();
        lines.push(format!("{} s speech", spans.join(", ")));
    }
    let events = clip.loud_events.iter().take(NAMED);
    let mut events: Vec<_> = events
        .map(|event| format!("{:.2}", seconds(event.at_us)))
        .collect();
    if let Some(more) = clip.loud_events.len().checked_sub(NAMED + 1) {
        events.push(format!("{} more", more + 1));
    }
    if !events.is_empty() {
        lines.push(format!("{} s suddenly loud", events.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_that_do_not_go_on_the_sheet_are_counted() {
        assert_eq!(left_off(MOST_CLIPS), None);
        let said = left_off(MOST_CLIPS + 3).unwrap();
        assert!(said.contains("first 200 of 203 clips; 3 are"), "{said}");
    }
}
