//! The planner page, built and measured in headless Chromium.
//!
//! What drives the browser is `web/benches/page`, beside the page's tests and with their
//! dependencies, so that this tool stays quick to build.

mod material;

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::command::{exists, run};
use crate::page;

/// The page's figures.
#[derive(Debug, Clone, Args)]
pub(crate) struct Page {
    /// One-minute clips of 1080p that are looked at.
    #[arg(long, default_value_t = 50)]
    clips: usize,
    /// Clips that the tab's memory is measured with.
    #[arg(long, default_value_t = 200)]
    tab_clips: usize,
    /// What is measured; all of it if nothing is named.
    #[arg(value_parser = ["opening", "song", "clips", "editing", "preview", "memory"])]
    what: Vec<String>,
}

/// Makes a song and clips, builds the page (which ends with its sizes), measures.
///
/// # Errors
/// If something that is measured fails.
pub(super) fn bench(options: &Page) -> Result<()> {
    page::ensure_browser()?;
    let folder = material::make(options.clips, options.tab_clips)?;
    page::build_page()?;
    let wanted =
        |name: &str| options.what.is_empty() || options.what.iter().any(|what| what == name);
    let others = ["opening", "song", "editing", "preview", "memory"];
    let others: Vec<&str> = others.into_iter().filter(|name| wanted(name)).collect();
    if !others.is_empty() {
        run(page::driver(&folder).args(others))?;
    }
    if wanted("clips") {
        run(&mut on_one_core(page::driver(&folder).arg("clips")))?;
    }
    Ok(())
}

/// The same command with one core for itself and all it starts, where there is a way to say so.
fn on_one_core(command: &mut Command) -> Command {
    let mut alone = if exists("taskset") {
        let mut alone = crate::command::command("taskset");
        alone.args(["-c", "0"]).arg(command.get_program());
        alone
    } else {
        eprintln!("bench: no taskset here; the clips are looked at with all cores");
        crate::command::command(command.get_program())
    };
    alone.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => alone.env(name, value),
            None => alone.env_remove(name),
        };
    }
    alone
}
