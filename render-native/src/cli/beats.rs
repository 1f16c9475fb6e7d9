//! `beats`: the beats, bars and sections of a song.

use std::fmt::Write as _;

use shared::music::BeatGrid;

use super::args;
use super::bars::{Bars, told};
use super::dispatch::Context;
use super::failure::Failure;
use super::files::{refuse_occupied, write_result};
use super::plan::song_failure;
use super::terminal::{print, print_json, say};
use crate::exit::ExitCode;
use crate::headless::song::listen;
use crate::progress::Stage;

/// Runs `beats`.
pub(super) fn beats(args: &args::Beats, context: &Context) -> Result<ExitCode, Failure> {
    if let Some(output) = &args.output {
        refuse_occupied(output, args.overwrite)?;
    }
    let tools = context.tools()?;
    let bars = Bars::new(context.talk, &[Stage::Music]);
    let song = listen(&tools, &args.song, &context.interrupt, &bars);
    bars.clear();
    let song = song.map_err(|error| song_failure(&error))?;
    if !context.talk.quiet {
        for decision in &song.decisions {
            say(&told(decision));
        }
    }
    let lines = lines(&song.grid);
    match &args.output {
        Some(output) => {
            write_result(output, lines.as_bytes(), args.overwrite)?;
            if context.talk.json {
                print_json(&song.grid)?;
            }
        }
        None if context.talk.json => print_json(&song.grid)?,
        None => print(&lines)?,
    }
    Ok(ExitCode::Complete)
}

/// One beat a line: seconds to the microsecond, a tab, the position in the bar.
fn lines(grid: &BeatGrid) -> String {
    grid.beats.iter().fold(String::new(), |mut text, beat| {
        // Whole microseconds, rounded to the nearest: the digits are exact whatever the size.
        let rate = u128::from(grid.rate.max(1));
        let us = (u128::from(beat.at) * 1_000_000 + rate / 2) / rate;
        let (seconds, micros) = (us / 1_000_000, us % 1_000_000);
        let _ = writeln!(text, "{seconds}.{micros:06}\t{}", beat.position);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::music::Beat;

    #[test]
    fn beats_are_lines_of_seconds_and_position() {
        let beat = |at, position| Beat {
            at,
            position,
            energy_permille: 0,
        };
        let grid = BeatGrid {
            rate: 44_100,
            duration: 441_000,
            tempo_millibpm: 120_000,
            confidence_permille: 1000,
            beats_per_bar: 4,
            beats: vec![beat(1, 1), beat(44_100, 2)],
            sections: Vec::new(),
            analysis: std::collections::BTreeMap::new(),
        };
        assert_eq!(lines(&grid), "0.000023\t1\n1.000000\t2\n");
    }
}
