//! `PlantedCut`: real clips with planted faults and events whose places are known, measured and cut
//! into films, scored against what was planted.
//!
//! The clips are made here; `planner-wasm/benches/select` measures and scores them, since only the
//! planner knows footage.

mod bases;
mod captions;
mod cards;
mod character;
mod edits;
mod noises;
mod piece;
mod plant;
mod rendered;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;

use self::bases::bases;
use super::material;
use crate::command::{cargo, command, output, run};
use crate::workspace;

/// Footage with planted truth.
#[derive(Debug, Clone, Args)]
pub(crate) struct Select {
    /// Seed of where faults are planted.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also render films, ours and the baselines', and tell what is seen of them, cuts by `PySceneDetect`
    /// (`scenedetect` on the path).
    #[arg(long)]
    rendered: bool,
    /// Instead of all tables, what becomes of films when one term of their worth is left out.
    #[arg(long)]
    ablate: bool,
    /// Folders of clips; `../shared/media` beside the checkout is one of them where it exists.
    folders: Vec<PathBuf>,
}

/// Plants what is not planted yet, measures all of it, plans films and prints the tables.
///
/// # Errors
/// If there is no usable clip, or a program fails.
pub(super) fn bench(options: &Select) -> Result<()> {
    let mut folders = options.folders.clone();
    let beside = workspace::root().join("../shared/media");
    if beside.is_dir() {
        folders.push(beside);
    }
    ensure!(
        !folders.is_empty(),
        "name a folder of clips: there is no ../shared/media beside the checkout"
    );
    let folder = material::folder()?.join("select");
    let found = bases(&folders, &folder.join("bases"))?;
    ensure!(
        found.len() >= 8,
        "only {} clips of 2.4 s and more with a picture all through; eight are needed",
        found.len()
    );
    let planted = plant::plant(&found, &folder, options.seed)?;
    let analysis = planted.join("clips.json");
    let mut inspect = command(workspace::renderer());
    inspect.arg("inspect").arg(planted.join("clips"));
    let text = output(inspect.args(["--json", "--quiet"]))?;
    fs::write(&analysis, text).with_context(|| format!("cannot write {}", analysis.display()))?;
    let mut score = cargo();
    score
        .args(["bench", "--locked", "--package", "planner-wasm"])
        .args(["--bench", "select", "--"])
        .arg(&planted);
    if options.ablate {
        score.arg("--ablate");
    }
    run(&mut score)?;
    if options.rendered {
        rendered::check(&planted)?;
    }
    Ok(())
}
