//! The gates: what must hold before a test is worth running.

pub(crate) mod deps;
pub(crate) mod documents;
pub(crate) mod licences;

use anyhow::{Context, Result};

use crate::command::{cargo, run};
use crate::{schema, setup, workspace};

/// A gate: its name and what it runs.
type Gate = (&'static str, fn() -> Result<()>);

/// Every gate, the quick ones first.
const GATES: &[Gate] = &[
    ("format", format),
    ("dependency directions", deps::check),
    ("licences", licences::check),
    ("documents", documents::check),
    ("schema", schema_is_current),
    ("lints", lints),
    ("lints for WebAssembly", wasm_lints),
    ("lints of the page", page_lints),
    ("documentation", docs),
];

/// Runs every gate up to the first that fails, and tells how many there are.
///
/// # Errors
/// If one fails; the message names it and the command.
pub(crate) fn run_all() -> Result<usize> {
    for (name, gate) in GATES {
        eprintln!("\n== {name}");
        gate().with_context(|| format!("the gate \"{name}\" does not hold"))?;
    }
    Ok(GATES.len())
}

fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn schema_is_current() -> Result<()> {
    schema::run(true)
}

fn lints() -> Result<()> {
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

/// The planner once more, for the browser, with the bans that keep its results equal everywhere.
fn wasm_lints() -> Result<()> {
    setup::wasm_target()?;
    run(cargo()
        .args(["clippy", "--package", "planner-wasm", "--locked"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["--", "-D", "warnings"])
        .env(
            "CLIPPY_CONF_DIR",
            workspace::root().join(".ci").join("clippy-wasm"),
        ))
}

/// What exists for the browser alone: the page and the worker's part that carries messages.
fn page_lints() -> Result<()> {
    run(cargo()
        .args([
            "clippy",
            "--package",
            "web",
            "--package",
            "planner-wasm",
            "--locked",
        ])
        .args(["--features", "planner-wasm/worker"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["--", "-D", "warnings"]))
}

fn docs() -> Result<()> {
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}
