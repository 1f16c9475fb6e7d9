//! Plans: how near to the best there is they come, and the same plans natively and as WebAssembly in node.

use std::fs;

use anyhow::{Context, Result};

use super::material;
use crate::command::{cargo, command, exists, output, run};
use crate::{page, workspace};

/// Prints the solver's table, and what plans and plans made anew cost here and in node.
///
/// # Errors
/// If something does not build or run.
pub(super) fn bench() -> Result<()> {
    let bench = || {
        let mut bench = cargo();
        bench
            .args(["bench", "--locked", "--package", "planner-wasm"])
            .args(["--bench", "solver", "--"]);
        bench
    };
    run(&mut bench())?;
    let folder = material::folder()?.join("solver");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let text = output(bench().arg(&folder))?;
    let native = String::from_utf8_lossy(&text).into_owned();
    let rows: Vec<(&str, &str)> = native
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    if !exists("node") {
        println!("WebAssembly is not measured: there is no node");
        return Ok(());
    }
    page::worker_for_node(&folder)?;
    let mut told = command("node");
    told.arg(workspace::root().join("xtask/src/bench/solver.mjs"))
        .arg(folder.join("planner_worker.js"));
    told.args(rows.iter().map(|(name, _)| folder.join(name)));
    let text = output(&mut told)?;
    println!(
        "\n| request | native, ms | WASM in node, ms | plan | the same |\n|---|---|---|---|---|"
    );
    let wasm = String::from_utf8_lossy(&text).into_owned();
    for ((name, ms), line) in rows.iter().zip(wasm.lines()) {
        println!("| {name} | {ms} | {line} |");
    }
    Ok(())
}
