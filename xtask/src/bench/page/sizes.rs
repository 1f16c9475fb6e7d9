//! What a visitor of the page loads.

use anyhow::Result;

use crate::command::{command, run};

/// Shows the sizes of all files as they are and compressed. What tells them is the last step of the
/// page's build; done again it changes nothing.
///
/// # Errors
/// If it fails.
pub(super) fn show() -> Result<()> {
    run(command("node").arg("web/media/build/finish.mjs"))
}
