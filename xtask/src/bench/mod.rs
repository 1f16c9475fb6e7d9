//! `cargo xtask bench`: how fast, and how much memory. Everything that is measured is made here,
//! so that the figures can be had anywhere; compare figures of one machine only.

mod beats;
mod edit;
mod listen;
mod long;
mod material;
mod measure;
mod page;
mod render;
mod select;
mod solver;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use self::page::Page;
use self::render::Render;
use self::select::Select;

use crate::command::{cargo, run};
use crate::{setup, workspace};

/// What is measured.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Bench {
    /// The planner's kernels, with criterion: beats, footage, planning.
    Kernels {
        /// Passed on to criterion, for example a part of a benchmark's name.
        filter: Vec<String>,
    },
    /// A whole render of 53 H.265 clips against one ffmpeg, ffmpeg shot by shot, other renderers
    /// that are installed, and the least that decoding and encoding can cost.
    Render(Render),
    /// A ten-minute film of half-second shots: frame count, memory, time.
    Long {
        /// Shots of the edit.
        #[arg(long, default_value_t = 1200)]
        shots: usize,
        /// Height of the film, 16:9.
        #[arg(long, default_value_t = 720)]
        height: u32,
    },
    /// `check` on a plan of 100,000 slots.
    Check {
        /// Slots of the plan.
        #[arg(long, default_value_t = 100_000)]
        slots: usize,
    },
    /// `inspect` against bare decoding of the same files.
    Inspect {
        /// A folder of clips; without it, clips of 1080p are made.
        folder: Option<PathBuf>,
    },
    /// The planner page in headless Chromium: sizes, analysis, planning, timeline, preview, memory.
    Page(Page),
    /// What the planner makes of real clips with planted faults: detection, films, targets.
    Select(Select),
    /// The sections and drops of songs made up by seed, against the truth and two simple ways to
    /// tell sections.
    Sections {
        /// Passed on: how many songs of each part; `--each` shows them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// How near to the best there is plans come, and what plans and plans made anew cost natively and as
    /// WebAssembly in node.
    Solver,
    /// `beats` over a folder of songs with known beats, natively and as WebAssembly in node: how
    /// right, beside other trackers, and at what cost.
    Beats {
        /// Songs, each `NAME.ogg` with its `NAME.beats`, `score.py` and `peers.md`; without it, those
        /// that lie beside the repository.
        folder: Option<PathBuf>,
        /// Fit the weights of the choice between readings instead, with the songs of each artist left
        /// out in turn, and score them on those.
        #[arg(long)]
        left_out: bool,
    },
}

/// Builds the renderer and runs a benchmark; without a name, those that need no folder and take
/// minutes at most.
///
/// # Errors
/// If something that is measured fails.
pub(crate) fn bench(which: Option<Bench>) -> Result<()> {
    setup::ffmpeg()?;
    workspace::build_renderer()?;
    match which {
        Some(which) => one(which),
        None => [
            Bench::Kernels { filter: Vec::new() },
            Bench::Check { slots: 100_000 },
            Bench::Inspect { folder: None },
            Bench::Render(Render::default()),
        ]
        .into_iter()
        .try_for_each(one),
    }
}

fn one(which: Bench) -> Result<()> {
    match which {
        Bench::Sections { options } => run(cargo()
            .args(["bench", "--locked", "--package", "planner-wasm"])
            .args(["--bench", "sections", "--"])
            .args(options)),
        Bench::Kernels { filter } => run(cargo()
            .args([
                "bench",
                "--locked",
                "--package",
                "planner-wasm",
                "--benches",
                "--",
            ])
            .args(filter)),
        Bench::Render(options) => render::bench(&options),
        Bench::Long { shots, height } => long::film(shots, height),
        Bench::Check { slots } => long::check(slots),
        Bench::Inspect { folder } => listen::inspect(folder),
        Bench::Page(options) => page::bench(&options),
        Bench::Select(options) => select::bench(&options),
        Bench::Solver => solver::bench(),
        Bench::Beats { folder, left_out } => beats::bench(folder, left_out),
    }
}
