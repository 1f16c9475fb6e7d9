//! The plan's JSON Schema: written from the types, compared with the one that is checked in.

use std::fs;

use anyhow::{Context, Result, bail};
use shared::plan::schema::plan_schema;

use crate::workspace;

/// Writes the schema, or with `check` compares it.
///
/// # Errors
/// If the file cannot be read or written, or is out of date.
pub(crate) fn run(check: bool) -> Result<()> {
    let file = workspace::root()
        .join("shared")
        .join("schema")
        .join("plan.schema.json");
    let schema = plan_schema();
    if !check {
        return fs::write(&file, schema)
            .with_context(|| format!("cannot write {}", file.display()));
    }
    let there =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    if there != schema {
        bail!(
            "{} differs from the types: write it with `cargo xtask schema` and look at what changed",
            file.display()
        );
    }
    Ok(())
}
