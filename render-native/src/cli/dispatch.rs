//! From parsed arguments to a command, and from its end to an exit code.

use std::sync::Arc;

use super::args::{Cli, Command, Talk};
use super::failure::Failure;
use super::files::refuse_missing_folders;
use super::signals::{self, Signalled};
use crate::exit::ExitCode;
use crate::ffmpeg::locate::{LocateError, Tools, locate, locate_unasked};
use crate::interrupt::{Interrupt, Urgency};

/// What every command is given besides its own arguments.
#[derive(Debug)]
pub(super) struct Context {
    /// How much is said.
    pub(super) talk: Talk,
    /// The user's wish to stop.
    pub(super) interrupt: Arc<Interrupt>,
    /// What a signal means now.
    pub(super) signalled: Arc<Signalled>,
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
        Err(failure) => return failure.tell(cli.talk.json),
    };
    let context = Context {
        talk: cli.talk,
        interrupt,
        signalled,
    };
    ended(
        command(&cli.command, &context),
        context.talk,
        &context.signalled,
        &context.interrupt,
    )
}

impl Context {
    /// ffmpeg and ffprobe.
    pub(super) fn tools(&self) -> Result<Tools, Failure> {
        locate(&self.interrupt).map_err(|error| unusable(&error))
    }

    /// The same, but they are asked for their version only if `work` fails: then it may be theirs
    /// to answer for.
    pub(super) fn with_tools<T>(
        &self,
        work: impl FnOnce(&Tools) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let tools = locate_unasked().map_err(|error| unusable(&error))?;
        let result = work(&tools);
        if result.is_err() && self.interrupt.urgency() == Urgency::None {
            self.tools()?;
        }
        result
    }
}

fn unusable(error: &LocateError) -> Failure {
    Failure::of(ExitCode::Ffmpeg, error).hint(error.hint())
}

fn command(command: &Command, context: &Context) -> Result<ExitCode, Failure> {
    if let Some(search) = command.search() {
        refuse_missing_folders(search)?;
    }
    if let Some(encoding) = command.encoding() {
        encoding.refuse_conflict()?;
    }
    match command {
        Command::Auto(args) => super::auto::command(args, context),
        Command::Plan(args) => super::plan::command(args, context),
        Command::Render(args) => super::render::command(args, context),
        Command::Check(args) => super::check::check(args, context),
        Command::Beats(args) => super::beats::beats(args, context),
        Command::Verify(args) => super::verify::command(args, context),
        Command::Inspect(args) => super::inspect::inspect(args, context),
        Command::Prepare(args) => super::farm::prepare(args, context),
        Command::Segment(args) => super::farm::segment(args, context),
        Command::Assemble(args) => super::farm::assemble(args, context),
        Command::Status(args) => super::farm::status(args, context),
        Command::Gc(args) => super::farm::gc(args, context),
        Command::Doctor => super::doctor::doctor(context),
        Command::Schema => super::schema::schema(),
        Command::Completions { shell } => super::schema::completions(*shell),
    }
}

/// Tells of a failure. One that a signal caused ends with the signal's code.
fn ended(
    result: Result<ExitCode, Failure>,
    talk: Talk,
    signalled: &Signalled,
    interrupt: &Interrupt,
) -> ExitCode {
    let failure = match result {
        Ok(code) => return code,
        Err(failure) => failure,
    };
    let stopped = matches!(failure.code, ExitCode::Interrupted | ExitCode::Terminated);
    let Some(signal) = signalled.code() else {
        return failure.tell(talk.json);
    };
    // Stopped at once, anything may have failed for that reason alone, and nobody can tell.
    if !stopped && interrupt.urgency() != Urgency::Now {
        return failure.tell(talk.json);
    }
    let failure = Failure {
        code: signal,
        ..match (signalled.keeps(), stopped) {
            (true, true) => failure,
            (true, false) => Failure::new(signal, "stopped; the segments that are done are kept")
                .hint("the same command goes on there"),
            (false, _) => Failure::new(signal, "stopped; nothing was made yet")
                .hint("the same command starts again"),
        }
    };
    failure.tell(talk.json)
}
