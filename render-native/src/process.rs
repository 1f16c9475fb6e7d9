//! Runs one child process and answers for it.
//!
//! A child is guilty until proven innocent: it runs in its own process group with no input and a
//! short list of environment variables, both its pipes are drained, it is watched for silence and
//! killed with its whole group when it hangs, when the user interrupts, or when the caller's
//! thread unwinds. What it printed last is kept as text. Whether its *result* is good is for the
//! caller to measure: an exit status of 0 proves nothing.

mod env;
mod leash;
mod lines;
mod memory;
mod stderr;
mod watch;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

pub use leash::Leash;
pub use lines::Lines;
pub use memory::{Held, held};
pub use stderr::{Messages, plain};
use watch::{Watch, Watched};

use crate::interrupt::Interrupt;
use crate::launcher;
use crate::shown::Shown as _;

/// Bytes read from standard output at once.
const CHUNK: usize = 256 * 1024;

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program, by path or by a name to be found in `PATH`.
    pub program: PathBuf,
    /// Its arguments, without its own name.
    pub args: Vec<OsString>,
    /// Where it runs; here if `None`.
    pub current_dir: Option<PathBuf>,
}

impl Command {
    /// A command without arguments.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            current_dir: None,
        }
    }

    /// With one argument more.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }
}

/// A word as a person would type it in a shell.
#[must_use]
pub fn quoted(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_=+./:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// How long a child may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest silence on standard output while the caller waits for it.
    pub stall: Duration,
    /// Longest run, all in all.
    pub deadline: Duration,
}

impl Limits {
    /// For a question that is answered at once, such as a version.
    pub const QUESTION: Self = Self {
        stall: Duration::from_secs(30),
        deadline: Duration::from_mins(1),
    };

    /// For a job that keeps talking: a minute of silence is a hang.
    pub const JOB: Self = Self {
        stall: Duration::from_mins(1),
        deadline: Duration::from_hours(24),
    };
}

/// How a child ended.
#[derive(Debug)]
pub struct Finished {
    /// What the system says.
    pub status: ExitStatus,
    /// Whether it was ended because `on_stdout` asked for it.
    pub stopped: bool,
    /// What it said on standard error.
    pub messages: Messages,
    /// The most memory seen resident, in bytes. `None` where the system does not tell; up to a
    /// tenth of a second before the end may be missing.
    pub peak_rss: Option<u64>,
}

impl Finished {
    /// Whether it ended by itself with status 0. That alone does not make its output good.
    #[must_use]
    pub fn success(&self) -> bool {
        self.status.success() && !self.stopped
    }

    /// How it ended, as far as that tells whose doing it was.
    #[must_use]
    pub fn end(&self) -> End {
        if self.success() {
            return End::Well;
        }
        if self.stopped {
            return End::Failed;
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt as _;
            const KILL: i32 = 9;
            // Hang-up, interrupt, quit and terminate.
            const POLITE: [i32; 4] = [1, 2, 3, 15];
            match self.status.signal() {
                Some(KILL) => return End::Killed { at_once: true },
                Some(signal) if POLITE.contains(&signal) => {
                    return End::Killed { at_once: false };
                }
                Some(_) => return End::Crashed,
                None => {}
            }
        }
        match self.status.code() {
            Some(SIGNALLED) if !self.messages.ended_by_itself() => End::Killed { at_once: false },
            Some(_) => End::Failed,
            None => End::Crashed,
        }
    }

    /// The same, unless somebody outside has killed it: then what it printed is only the beginning
    /// of what it would have said, whatever it says of itself.
    ///
    /// # Errors
    /// [`ProcessError::Killed`].
    pub fn unless_killed(self, command: &Command) -> Result<Self, ProcessError> {
        match self.end() {
            End::Killed { at_once } => Err(ProcessError::Killed {
                program: command.program.clone(),
                status: self.status,
                at_once,
            }),
            _ => Ok(self),
        }
    }
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with status 0.
    Well,
    /// By itself, with another status, or because its reader had enough.
    Failed,
    /// It crashed: a signal that a process brings upon itself.
    Crashed,
    /// Somebody outside killed it.
    Killed {
        /// By KILL: no chance to obey. It is what the system does when memory runs out.
        at_once: bool,
    },
}

/// What ffmpeg ends with when a polite signal told it to stop; what it leaves looks whole. From
/// release 6.1 on it may also be the number of an error (-1, "Operation not permitted").
const SIGNALLED: i32 = 255;

/// Why a child gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// It could not be started.
    #[error("cannot start {}", program.shown())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its output could not be read.
    #[error("cannot read the output of {}", program.shown())]
    Read {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It said nothing for too long and was killed.
    #[error("{} said nothing for {} s and was stopped{}", program.shown(), after.as_secs(), said(messages))]
    Stalled {
        /// The program.
        program: PathBuf,
        /// The limit that it passed.
        after: Duration,
        /// What it had said on standard error.
        messages: Box<Messages>,
    },
    /// It ran for too long and was killed.
    #[error("{} ran for more than {} s and was stopped{}", program.shown(), after.as_secs(), said(messages))]
    Deadline {
        /// The program.
        program: PathBuf,
        /// The limit that it passed.
        after: Duration,
        /// What it had said on standard error.
        messages: Box<Messages>,
    },
    /// Somebody outside killed it.
    #[error("{} was killed ({status})", program.display())]
    Killed {
        /// The program.
        program: PathBuf,
        /// What the system says.
        status: ExitStatus,
        /// By KILL, as the system does when memory runs out.
        at_once: bool,
    },
    /// The user wants to stop at once.
    #[error("interrupted")]
    Interrupted,
    /// It was called back by its [`Leash`].
    #[error("called back")]
    Recalled,
}

fn said(messages: &Messages) -> String {
    messages
        .decisive()
        .map_or_else(String::new, |line| format!(": {line}"))
}

/// Runs `command` to its end, giving every chunk of its standard output to `on_stdout` on this
/// thread. While `on_stdout` works the child waits, so nothing piles up; `Break` kills it.
///
/// # Errors
/// [`ProcessError`] if it cannot be started, hangs, or the user interrupts with
/// [`crate::interrupt::Urgency::Now`]. A failed exit is not an error here: see [`Finished`].
pub fn run(
    command: &Command,
    limits: Limits,
    interrupt: &Interrupt,
    on_stdout: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Finished, ProcessError> {
    run_on(&Leash::default(), command, limits, interrupt, on_stdout)
}

/// Runs `command` as [`run`] does, on a leash.
///
/// # Errors
/// As [`run`], and [`ProcessError::Recalled`].
pub fn run_on(
    leash: &Leash,
    command: &Command,
    limits: Limits,
    interrupt: &Interrupt,
    on_stdout: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Finished, ProcessError> {
    let spawn_failed = |source| ProcessError::Spawn {
        program: command.program.clone(),
        source,
    };
    if interrupt.urgency() == crate::interrupt::Urgency::Now {
        return Err(ProcessError::Interrupted);
    }
    if leash.is_recalled() {
        return Err(ProcessError::Recalled);
    }
    let mut child = prepared(command).spawn().map_err(spawn_failed)?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let watch = Watch::new(child, limits, leash);

    std::thread::scope(|scope| {
        let said = scope.spawn(|| stderr.map_or_else(Messages::default, Messages::read));
        let (done, until_done) = mpsc::channel::<()>();
        let watcher = scope.spawn({
            let watch = &watch;
            move || watch.until(&until_done, interrupt)
        });
        // Should `on_stdout` panic, the guard kills the group, so that the two threads above end
        // and the scope with them.
        let guard = watch.kill_on_drop();
        let mut stopped = false;
        let mut failed = None;
        if let Some(mut stdout) = stdout {
            let mut buffer = vec![0; CHUNK];
            loop {
                match stdout.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) if !stopped => {
                        watch.pause();
                        let flow = on_stdout(buffer.get(..read).unwrap_or_default());
                        watch.resume();
                        if flow.is_break() {
                            stopped = true;
                            watch.kill();
                        }
                    }
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        failed = Some(error);
                        watch.kill();
                        break;
                    }
                }
            }
        }
        let status = watch.reap();
        drop(done);
        drop(guard);
        let why = watcher.join().unwrap_or(Watched::Ended);
        let messages = Box::new(said.join().unwrap_or_default());
        let program = || command.program.clone();
        match why {
            Watched::Interrupted => return Err(ProcessError::Interrupted),
            Watched::Recalled => return Err(ProcessError::Recalled),
            Watched::Stalled => {
                return Err(ProcessError::Stalled {
                    program: program(),
                    after: limits.stall,
                    messages,
                });
            }
            Watched::Late => {
                return Err(ProcessError::Deadline {
                    program: program(),
                    after: limits.deadline,
                    messages,
                });
            }
            Watched::Ended => {}
        }
        let status = status.map_err(|source| ProcessError::Read {
            program: program(),
            source,
        })?;
        if let Some(source) = failed {
            return Err(ProcessError::Read {
                program: program(),
                source,
            });
        }
        if let Some(line) = messages.launch_failure() {
            return Err(spawn_failed(io::Error::other(line)));
        }
        Ok(Finished {
            status,
            stopped,
            messages: *messages,
            peak_rss: watch.peak_rss(),
        })
    })
}

/// Runs `command` and keeps its standard output, `limit` bytes at most; what is beyond is read
/// and dropped.
///
/// # Errors
/// As [`run`].
pub fn capture(
    command: &Command,
    limits: Limits,
    interrupt: &Interrupt,
    limit: usize,
) -> Result<(Finished, Vec<u8>), ProcessError> {
    let mut kept = Vec::new();
    let finished = run(command, limits, interrupt, &mut |chunk| {
        let room = limit.saturating_sub(kept.len());
        kept.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
        ControlFlow::Continue(())
    })?;
    Ok((finished, kept))
}

/// The command as the standard library starts it: through the launcher where there is one.
fn prepared(command: &Command) -> std::process::Command {
    let mut prepared = match launcher::executable() {
        Some(executable) => {
            let mut launched = std::process::Command::new(executable);
            launched
                .arg(launcher::SUBCOMMAND)
                .arg(std::process::id().to_string())
                .arg(&command.program);
            launched
        }
        None => std::process::Command::new(&command.program),
    };
    prepared
        .args(&command.args)
        .env_clear()
        .envs(env::passed_on())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(dir) = &command.current_dir {
        prepared.current_dir(dir);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // Or a Ctrl-C of the terminal reaches ffmpeg too, which then ends a short file properly.
        prepared.process_group(0);
    }
    prepared
}

#[cfg(test)]
mod tests;
