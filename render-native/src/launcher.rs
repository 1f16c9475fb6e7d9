//! The launcher: this program started a second time, for an instant, to prepare a child.
//!
//! Before ffmpeg runs, three things have to be set in its own process: that it dies with its
//! parent, that the kernel chooses it and not its parent when memory runs out, and that it is
//! polite to the rest of the machine. Between fork and exec only unsafe code can do that, so the
//! child is this program again under a hidden subcommand: it sets the three and then *becomes*
//! ffmpeg by `exec`, with the same process id.
//!
//! A death signal follows the thread that spawned the child, not the process. [`crate::process::run`]
//! blocks its thread until the child is reaped, so that thread always lives longer.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::exit::ExitCode;

/// The hidden subcommand.
pub const SUBCOMMAND: &str = "__launch";
/// What every message of a launcher that could not become the program begins with.
pub const FAILURE: &str = "launcher: cannot start ";
/// How much likelier than its parent the child is chosen when memory runs out, of 1000.
#[cfg(target_os = "linux")]
const OOM_SCORE: &str = "500";
/// How much the child gives way to other programs, of 19.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Set once `main` has promised that this executable answers to [`SUBCOMMAND`].
static EXECUTABLE: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Does the launcher's work if the arguments ask for it. `main` calls this before anything else
/// and ends with the code that comes back. Otherwise children are launched through this
/// executable from now on; without the call (a test, another program) they are started directly.
#[must_use]
pub fn intercept() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if args.next().as_deref() != Some(OsStr::new(SUBCOMMAND)) {
        EXECUTABLE.get_or_init(|| {
            cfg!(target_os = "linux")
                .then(std::env::current_exe)
                .and_then(Result::ok)
        });
        return None;
    }
    let parent = args.next().and_then(|text| text.to_str()?.parse().ok());
    match (parent, args.next()) {
        (Some(parent), Some(program)) => Some(launch(parent, &program, args)),
        _ => Some(ExitCode::Usage),
    }
}

/// The executable to start instead of the program, if children are launched.
pub(crate) fn executable() -> Option<&'static Path> {
    EXECUTABLE.get()?.as_deref()
}

#[cfg(target_os = "linux")]
fn launch(parent: i32, program: &OsStr, args: impl Iterator<Item = OsString>) -> ExitCode {
    use std::io::Write as _;
    use std::os::unix::process::CommandExt as _;

    // Each of the three is a kindness; ffmpeg can work without.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    // The parent may have died before the line above: then no signal will come.
    if rustix::process::getppid().map(rustix::process::Pid::as_raw_pid) != Some(parent) {
        return ExitCode::Terminated;
    }
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    let _ = rustix::process::nice(NICENESS);
    let error = std::process::Command::new(program).args(args).exec();
    let _ = writeln!(std::io::stderr(), "{FAILURE}{}: {error}", program.display());
    ExitCode::Ffmpeg
}

#[cfg(not(target_os = "linux"))]
fn launch(_: i32, _: &OsStr, _: impl Iterator<Item = OsString>) -> ExitCode {
    ExitCode::Usage
}
