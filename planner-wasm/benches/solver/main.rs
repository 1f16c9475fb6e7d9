//! How near to the best there is films come, and in what time.
//!
//! `cargo xtask bench solver` runs this, natively, and the same requests as WebAssembly in node. With a
//! folder as its argument it writes what the page's worker is to be told there instead.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark's output is its purpose"
)]
#![expect(clippy::cast_precision_loss, reason = "gaps and times of a few digits")]

#[path = "../../tests/synthetic/large.rs"]
mod large;
mod orders;
mod small;
#[path = "../../tests/synthetic/mod.rs"]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]
mod synthetic;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use planner_wasm::edit::{PlanRequest, certify, plan};

use crate::large::large;

/// Rounds of the bound.
const ROUNDS: u32 = 1000;
/// Clips of the large films: plenty of footage, and little.
const CLIPS: [u64; 2] = [200, 40];

fn main() -> ExitCode {
    let folder = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .find(|arg| arg.is_dir());
    if let Some(folder) = folder {
        if let Err(problem) = orders::write(&folder) {
            eprintln!("{}: {problem}", folder.display());
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
    println!("\n## The solver\n");
    println!("| clips | slots | windows | plan, ms | certified gap | target | bound, ms |");
    println!("|---|---|---|---|---|---|---|");
    for clips in CLIPS {
        row(clips, &large(clips));
    }
    small::table();
    ExitCode::SUCCESS
}

fn row(clips: u64, request: &PlanRequest) {
    // The best of three: other programs run as well.
    let planned = (0..3)
        .map(|_| {
            let started = Instant::now();
            let made = plan(request);
            (started.elapsed().as_secs_f64() * 1e3, made.is_ok())
        })
        .filter(|(_, made)| *made)
        .map(|(ms, _)| ms)
        .fold(f64::INFINITY, f64::min);
    let started = Instant::now();
    let Ok(found) = certify(request, ROUNDS) else {
        println!("no plan of {clips} clips");
        return;
    };
    let bounded = started.elapsed().as_secs_f64() * 1e3;
    println!(
        "| {clips} | {} | {} | {planned:.0} | {:.2} % | ≤ 5 % | {bounded:.0} |",
        found.slots,
        found.windows,
        found.gap() as f64 / 1e3
    );
}
