//! The command line: parses, runs, tells what went wrong, ends with the right code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode as Status;

use clap::Parser as _;
use render_native::cli::{self, args, failure::Failure, terminal::say};
use render_native::exit::ExitCode;
use render_native::{launcher, shown};

fn main() -> Status {
    if let Some(code) = launcher::intercept() {
        return code.into();
    }
    let parsed = args::Cli::try_parse_from(args::with_shorthand(std::env::args_os()));
    let code = match parsed {
        // The hook has told of the panic already; what is left is the code.
        Ok(cli) => catch_unwind(AssertUnwindSafe(|| cli::run(cli))).unwrap_or_else(|_| {
            say("this is a bug in render-native; nothing was left half done under the film's name");
            ExitCode::Internal
        }),
        Err(error) => {
            let json = error.use_stderr() && std::env::args_os().any(|arg| arg == "--json");
            if json {
                return usage(&error).tell(true).into();
            }
            // Clap repeats what was typed, which may be a file's name of any kind.
            let plain = error.render().to_string();
            let shown = if shown::escaped(&plain) == plain {
                error.print()
            } else {
                say(plain.trim_end());
                Ok(())
            };
            match (error.use_stderr(), shown) {
                (true, _) => ExitCode::Usage,
                (false, Ok(())) => ExitCode::Complete,
                (false, Err(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Complete,
                (false, Err(_)) => ExitCode::OutputStream,
            }
        }
    };
    code.into()
}

/// What clap says of a wrong command line, without its own "error:".
fn usage(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    Failure::new(ExitCode::Usage, text.trim_end())
        .hint("`render-native help COMMAND` tells what a command takes")
}
