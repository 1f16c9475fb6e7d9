//! The project's own commands: `cargo xtask demo`, `test`, `check`, `bench`, `setup`, `schema`.
//!
//! Everything that the README, the CI and a release need to type is here, so that it runs the
//! same everywhere. Nothing of the product depends on this crate.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool for people and CI: its output is its purpose"
)]

mod bench;
mod command;
mod contact_sheet;
mod demo;
mod fuzz;
mod gates;
mod packages;
mod page;
mod schema;
mod sample;
mod setup;
mod test;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Makes a song, clips and from them a film; measures it and says where it is.
    Demo,
    /// Runs every gate and every test there is, installing what they need.
    Test,
    /// Runs the gates alone: format, lints, docs, licences, dependency directions, schema.
    Check,
    /// Measures: the planner's kernels, whole renders, memory.
    Bench {
        #[command(subcommand)]
        which: Option<bench::Bench>,
    },
    /// Feeds every reader of foreign input with damaged and absurd input.
    Fuzz {
        /// How long, for all of them together.
        #[arg(long, default_value_t = 5.0)]
        minutes: f64,
    },
    /// Finds or installs what the demo and the tests need.
    Setup,
    /// Builds the planner page into web/dist.
    Page,
    /// Checks that dependencies between crates and between modules point the right way.
    Deps,
    /// Writes the plan's JSON Schema, or compares it with the one that is checked in.
    Schema {
        /// Only compare; fail if the file is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Shows a film as a grid of its pictures.
    ContactSheet {
        /// The film.
        film: PathBuf,
        /// Its plan: show the middle of every shot, and the song with every cut marked.
        #[arg(long)]
        plan: Option<PathBuf>,
        /// The picture to write (PNG or JPEG by its ending).
        #[arg(short, long)]
        output: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Demo => demo::run_demo(),
        Task::Test => test::run(),
        Task::Check => gates::run_all().map(drop),
        Task::Bench { which } => bench::bench(which),
        Task::Fuzz { minutes } => fuzz::run(minutes),
        Task::Setup => setup::everything(),
        Task::Page => page::build_page(),
        Task::Deps => gates::deps::check(),
        Task::Schema { check } => schema::run(check),
        Task::ContactSheet { film, plan, output } => {
            setup::ffmpeg().and_then(|()| contact_sheet::make(&film, plan.as_deref(), &output))
        }
    };
    report(done)
}

fn report(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
