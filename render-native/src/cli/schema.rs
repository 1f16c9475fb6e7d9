//! `schema` and `completions`: text about this program itself.

use clap::CommandFactory as _;

use super::args::Cli;
use super::failure::Failure;
use super::terminal::print;
use crate::exit::ExitCode;

/// Prints the JSON Schema of plans.
pub(super) fn schema() -> Result<ExitCode, Failure> {
    print(&shared::plan::schema::plan_schema())?;
    Ok(ExitCode::Complete)
}

/// Prints the completions of a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "render-native", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::Complete)
}
