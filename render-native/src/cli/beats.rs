//! `beats`: the beats, bars and sections of a song.

use std::path::Path;

use super::args;
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{refuse_occupied, write_result};
use super::plan::song_failure;
use super::terminal::{print, print_json, say};
use crate::exit::ExitCode;
use crate::headless::song::{self, listen};
use crate::progress::Stage;

/// Runs `beats`.
pub(super) fn beats(args: &args::Beats, context: &Context) -> Result<ExitCode, Failure> {
    let output = args.output.as_deref().filter(|o| *o != Path::new("-"));
    if let Some(output) = output {
        refuse_occupied(output, "-o", args.overwrite)?;
    }
    let mut readings = Vec::new();
    let song = context.with_tools(|tools| {
        let bars = Bars::new(context.talk, &[Stage::Music]);
        let song = listen(tools, &args.song, &context.interrupt, &bars);
        bars.clear();
        let song = song.and_then(|song| {
            readings.clone_from(&song.grid.readings);
            song.read_as(args.reading.number)
        });
        song.map_err(|error| song_failure(&error))
    })?;
    if !context.talk.quiet {
        for decision in &song.decisions {
            say(&told(decision));
        }
        for (index, reading) in readings.iter().enumerate() {
            let number = index + 1;
            let sign = if number == args.reading.number {
                "is"
            } else {
                "or"
            };
            say(&format!(
                "{sign} --reading {number}: {}",
                song::told(reading)
            ));
        }
    }
    let lines = song.grid.to_text();
    match output {
        Some(output) => {
            write_result(output, "-o", lines.as_bytes(), args.overwrite)?;
            if context.talk.json {
                print_json(&song.grid)?;
            }
        }
        None if context.talk.json => print_json(&song.grid)?,
        None => print(&lines)?,
    }
    Ok(ExitCode::Complete)
}
