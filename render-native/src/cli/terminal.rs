//! The two streams to the outside: results on standard output, everything else on standard error.
//!
//! A reader that goes away (`| head -1`) is no failure of ours: what is left is dropped and the
//! work goes on. A full disk behind a redirected output is one.

use std::io::{self, IsTerminal as _, Write as _};

use super::failure::Failure;
use crate::exit::ExitCode;
use crate::shown::escaped;

/// Writes a result to standard output.
///
/// # Errors
/// [`ExitCode::OutputStream`] if it cannot be written for another reason than that nobody reads.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if !is_closed(&error) => Err(Failure::new(
            ExitCode::OutputStream,
            format!("cannot write to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

/// Writes a value as indented JSON and a line end to standard output.
///
/// # Errors
/// As [`print()`].
pub fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::of(ExitCode::Internal, &error))?;
    print(&format!("{json}\n"))
}

/// Writes a line to standard error. If that fails there is nobody left to tell.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", escaped(line));
}

/// Whether standard error can show bars: a terminal that moves its cursor.
#[must_use]
pub fn shows_bars() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether standard error may be coloured.
#[must_use]
pub fn shows_colours() -> bool {
    shows_bars() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn is_closed(error: &io::Error) -> bool {
    // A closed descriptor answers EBADF, which the standard library already swallows.
    error.kind() == io::ErrorKind::BrokenPipe
}
