//! From parsed arguments to a command, and from its end to an exit code.

use std::sync::Arc;

use super::args::{Cli, Command, Talk};
use super::failure::Failure;
use super::signals::{self, Signalled};
use super::terminal::say;
use crate::exit::ExitCode;
use crate::ffmpeg::locate::{Tools, locate};
use crate::interrupt::{Interrupt, Urgency};

/// What every command is given besides its own arguments.
#[derive(Debug)]
pub(super) struct Context {
    /// How much is said.
    pub(super) talk: Talk,
    /// The user's wish to stop.
    pub(super) interrupt: Arc<Interrupt>,
}

/// Runs a command and says on standard error what went wrong.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "the arguments are used up: a command runs once"
)]
pub fn run(cli: Cli) -> ExitCode {
    let interrupt = Arc::<Interrupt>::default();
    let signalled = match signals::listen(&interrupt) {
        Ok(signalled) => signalled,
        Err(failure) => return ended(Err(failure), &Signalled::default(), &interrupt),
    };
    let context = Context {
        talk: cli.talk,
        interrupt,
    };
    ended(
        command(&cli.command, &context),
        &signalled,
        &context.interrupt,
    )
}

impl Context {
    /// ffmpeg and ffprobe.
    pub(super) fn tools(&self) -> Result<Tools, Failure> {
        locate(&self.interrupt)
            .map_err(|error| Failure::of(ExitCode::Ffmpeg, &error).hint(error.hint()))
    }
}

fn command(command: &Command, context: &Context) -> Result<ExitCode, Failure> {
    match command {
        Command::Auto(args) => super::render::auto(args, context),
        Command::Plan(args) => super::plan::command(args, context),
        Command::Render(args) => super::render::command(args, context),
        Command::Check(args) => super::check::check(args, context),
        Command::Beats(args) => super::beats::beats(args, context),
        Command::Verify(args) => super::verify::command(args, context),
        Command::Inspect(args) => super::inspect::inspect(args, context),
        Command::Doctor => super::doctor::doctor(context),
        Command::Schema => super::schema::schema(),
        Command::Completions { shell } => super::schema::completions(*shell),
    }
}

/// Tells of a failure. One that a signal caused ends with the signal's code.
fn ended(
    result: Result<ExitCode, Failure>,
    signalled: &Signalled,
    interrupt: &Interrupt,
) -> ExitCode {
    let failure = match result {
        Ok(code) => return code,
        Err(failure) => failure,
    };
    let by_signal = matches!(failure.code, ExitCode::Interrupted | ExitCode::Terminated);
    match signalled.code() {
        // Stopped at once, anything may have failed for that reason alone, and nobody can tell.
        Some(code) if !by_signal && interrupt.urgency() == Urgency::Now => {
            say("error: stopped; the same command starts again");
            code
        }
        signal => {
            say(&format!("error: {}", failure.message));
            if let Some(hint) = failure.hint {
                say(&format!("hint: {hint}"));
            }
            signal.filter(|_| by_signal).unwrap_or(failure.code)
        }
    }
}
