//! The exit codes: one table for people, scripts and job engines.

/// What the process ends with. Engines decide by it whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Complete.
    Complete = 0,
    /// Internal error, a bug; also a panic.
    Internal = 1,
    /// Complete, but something was substituted; the report says what.
    Degraded = 10,
    /// The command line is wrong.
    Usage = 64,
    /// A plan or a clip is bad.
    BadData = 65,
    /// An input is missing or has changed.
    Input = 66,
    /// ffmpeg is missing or unusable.
    Ffmpeg = 69,
    /// A file cannot be created, or the disk is full.
    CannotCreate = 73,
    /// Standard output cannot be written.
    OutputStream = 74,
    /// Temporary; try again.
    Temporary = 75,
    /// The work directory is held by another process.
    Locked = 76,
    /// Out of memory.
    OutOfMemory = 77,
    /// A setting is wrong.
    Setting = 78,
    /// Interrupted by SIGINT.
    Interrupted = 130,
    /// Ended by SIGTERM or SIGHUP.
    Terminated = 143,
}

impl ExitCode {
    /// Every code, in order.
    pub const ALL: &[Self] = &[
        Self::Complete,
        Self::Internal,
        Self::Degraded,
        Self::Usage,
        Self::BadData,
        Self::Input,
        Self::Ffmpeg,
        Self::CannotCreate,
        Self::OutputStream,
        Self::Temporary,
        Self::Locked,
        Self::OutOfMemory,
        Self::Setting,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name where programs read it: the `code` of an error in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Internal => "internal",
            Self::Degraded => "degraded",
            Self::Usage => "usage",
            Self::BadData => "bad_data",
            Self::Input => "input",
            Self::Ffmpeg => "ffmpeg",
            Self::CannotCreate => "cannot_create",
            Self::OutputStream => "output_stream",
            Self::Temporary => "temporary",
            Self::Locked => "locked",
            Self::OutOfMemory => "out_of_memory",
            Self::Setting => "setting",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }

    /// What to do where nothing more exact is known.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Complete | Self::Degraded => "nothing needs to be done",
            Self::Internal => "this is a bug: report it with the command that was run",
            Self::Usage => "`render-native help` tells what can be asked for",
            Self::BadData => "mend that file, or choose another",
            Self::Input => "check the name, and that the file may be read",
            Self::Ffmpeg => "`render-native doctor` tells what is wrong with ffmpeg",
            Self::CannotCreate => "choose another place with -o, or make room there",
            Self::OutputStream => "write to a file with -o, or to another place",
            Self::Temporary => "run it again in a moment",
            Self::Locked => "wait for the other process, or choose another --work-dir",
            Self::OutOfMemory => "close other programs, or allow fewer --jobs",
            Self::Setting => "change the option that is named",
            Self::Interrupted | Self::Terminated => "run the same command again",
        }
    }

    /// One sentence for the documentation and for `--help`.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Internal => "internal error (a bug, also a panic)",
            Self::Degraded => {
                "complete but degraded: something was substituted; the report says what"
            }
            Self::Usage => "wrong usage",
            Self::BadData => "bad plan or clip data",
            Self::Input => "an input is missing or has changed",
            Self::Ffmpeg => "ffmpeg is missing or unusable",
            Self::CannotCreate => "cannot create a file, or no space",
            Self::OutputStream => "standard output cannot be written",
            Self::Temporary => "temporary failure; try again",
            Self::Locked => "the work directory is held by another process",
            Self::OutOfMemory => "out of memory",
            Self::Setting => "wrong setting",
            Self::Interrupted => "interrupted (SIGINT)",
            Self::Terminated => "ended (SIGTERM, SIGHUP)",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}
