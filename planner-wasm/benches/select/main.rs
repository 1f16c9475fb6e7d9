//! `PlantedCut`: what the planner makes of real clips in which faults and events were planted.
//!
//! `cargo xtask bench select` makes the clips and the truth about them and calls this with their
//! folder. Tables come out: how much of what was planted the measures find, and how films made of
//! the clips fare against the targets and against three simple ways to fill the same slots.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark's output is its purpose"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "shares of small counts, and instants far below 2^53 µs"
)]

mod baselines;
mod features;
mod films;
mod heard;
mod scores;
mod songs;
mod truth;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .find(|arg| arg.is_dir());
    let Some(folder) = folder else {
        eprintln!("this is part of `cargo xtask bench select`, which gives it a folder");
        return ExitCode::SUCCESS;
    };
    let clips = match truth::read(&folder) {
        Ok(clips) => clips,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    if std::env::args().any(|arg| arg == "--ablate") {
        let part: Vec<_> = clips.iter().filter(|clip| clip.test).collect();
        films::ablated("test", &part);
        return ExitCode::SUCCESS;
    }
    for test in [false, true] {
        let name = if test { "test" } else { "tuning" };
        let part: Vec<_> = clips.iter().filter(|clip| clip.test == test).collect();
        features::table(name, &part);
        heard::table(&part);
        films::table(name, &part, test.then_some(folder.as_path()));
    }
    ExitCode::SUCCESS
}
