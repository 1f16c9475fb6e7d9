//! The plan's JSON Schema: written from the types, compared with the one that is checked in.

use anyhow::Result;

/// Writes the schema, or with `check` compares it.
///
/// # Errors
/// If the file cannot be written, or is out of date.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the schema of the types is still to come"
)]
pub(crate) fn run(_check: bool) -> Result<()> {
    eprintln!("schema: the types have none yet");
    Ok(())
}
