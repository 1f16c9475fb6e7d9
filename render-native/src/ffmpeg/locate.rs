//! Finds ffmpeg and ffprobe and reads their versions.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, ProcessError};
use crate::shown::Shown as _;

/// The variable that names ffmpeg's file.
pub const FFMPEG_VARIABLE: &str = "AUTOCUT_FFMPEG";
/// The variable that names ffprobe's file.
pub const FFPROBE_VARIABLE: &str = "AUTOCUT_FFPROBE";
/// The oldest release that works.
pub const MINIMUM: (u32, u32) = (5, 1);
/// Major version of libavcodec in the oldest release that works: builds between releases carry
/// no version of their own.
const MINIMUM_LIBAVCODEC: u32 = 59;

/// The two programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// ffmpeg's file.
    pub ffmpeg: PathBuf,
    /// ffprobe's file.
    pub ffprobe: PathBuf,
    /// ffmpeg's version.
    pub version: Version,
}

/// What a program says of its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As written by the program: `5.1.9-0+deb12u1`, `N-117-gabc`.
    pub text: String,
    /// Major and minor version, if it is a release.
    pub release: Option<(u32, u32)>,
    /// Major version of libavcodec, if it says so.
    pub libavcodec: Option<u32>,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Version {
    /// The version of a program that was not asked.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            text: "unknown".to_owned(),
            release: None,
            libavcodec: None,
        }
    }

    /// Reads the output of `-version`. `None` if it does not look like `program`'s.
    #[must_use]
    pub fn parse(output: &str, program: &str) -> Option<Self> {
        let first = output.lines().next()?;
        let text = first
            .strip_prefix(program)?
            .trim_start()
            .strip_prefix("version ")?
            .split_whitespace()
            .next()?;
        let digits = text.trim_start_matches(['n', 'v']);
        let mut parts = digits.split(|c: char| !c.is_ascii_digit());
        let release = parts
            .next()
            .and_then(|major| major.parse().ok())
            .map(|major| {
                let minor = parts.next().and_then(|minor| minor.parse().ok());
                (major, minor.unwrap_or(0))
            });
        let libavcodec = output.lines().find_map(|line| {
            let numbers = line.trim_start().strip_prefix("libavcodec")?;
            numbers.split('.').next()?.trim().parse().ok()
        });
        Some(Self {
            text: text.chars().take(80).collect(),
            // A date such as 2023-01-01 or 20230101 is not a release.
            release: release.filter(|(major, _)| *major < 1000),
            libavcodec,
        })
    }

    /// Whether it is known to be older than [`MINIMUM`].
    #[must_use]
    pub fn is_too_old(&self) -> bool {
        match (self.release, self.libavcodec) {
            (Some(release), _) => release < MINIMUM,
            (None, Some(libavcodec)) => libavcodec < MINIMUM_LIBAVCODEC,
            (None, None) => false,
        }
    }
}

/// Why there is no ffmpeg to work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocateError {
    /// It is nowhere.
    #[error("{program} was not found: not in {variable}, not in PATH, not beside this program")]
    Missing {
        /// `ffmpeg` or `ffprobe`.
        program: &'static str,
        /// The variable that could name it.
        variable: &'static str,
    },
    /// It does not run.
    #[error("{} does not run", path.shown())]
    Broken {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: ProcessError,
    },
    /// It does not answer as it should.
    #[error("{} does not answer as {program} does: {said}", path.shown())]
    Strange {
        /// `ffmpeg` or `ffprobe`.
        program: &'static str,
        /// Its file.
        path: PathBuf,
        /// Its first line, or how it ended.
        said: String,
    },
    /// It is too old.
    #[error("{} is {program} {version}; {}.{} or newer is needed", path.shown(), MINIMUM.0, MINIMUM.1)]
    TooOld {
        /// `ffmpeg` or `ffprobe`.
        program: &'static str,
        /// Its file.
        path: PathBuf,
        /// Its version.
        version: Version,
    },
    /// It lacks parts that are needed.
    #[error("{} was built without {}", path.shown(), missing.join(", "))]
    Lacking {
        /// Its file.
        path: PathBuf,
        /// What is missing, in words.
        missing: Vec<String>,
    },
}

impl LocateError {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::TooOld { .. } | Self::Lacking { .. } => {
                "install a full ffmpeg: `apt install ffmpeg`, `brew install ffmpeg`, \
                 `winget install ffmpeg`, or set AUTOCUT_FFMPEG and AUTOCUT_FFPROBE to their files"
            }
            Self::Broken { .. } | Self::Strange { .. } => {
                "check that the file is a working ffmpeg: run it with -version"
            }
        }
    }
}

/// Finds both programs: the variables first, then `PATH`, then the folder in which ffmpeg-sidecar
/// keeps its download. ffprobe is looked for beside ffmpeg before `PATH`.
///
/// # Errors
/// [`LocateError`] if one is missing, does not run, or is too old.
pub fn locate(interrupt: &Interrupt) -> Result<Tools, LocateError> {
    let found = locate_unasked()?;
    let (ffmpeg, ffprobe) = both(
        || version_of("ffmpeg", &found.ffmpeg, interrupt),
        || version_of("ffprobe", &found.ffprobe, interrupt),
    );
    let version = ffmpeg?;
    ffprobe?;
    Ok(Tools { version, ..found })
}

/// Asks two questions at once: most of an answer's time is the program's start.
pub(super) fn both<A, B: Send>(
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        let other = other.join();
        (
            one,
            other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    })
}

/// The same without asking them: their version is [`Version::unknown`]. For a short job, whose
/// time would go into starting them; where it fails, [`locate`] tells whether they are why.
///
/// # Errors
/// [`LocateError::Missing`].
pub fn locate_unasked() -> Result<Tools, LocateError> {
    let ffmpeg = find("ffmpeg", FFMPEG_VARIABLE, None)?;
    let beside = ffmpeg.parent().map(|dir| dir.join(file_name("ffprobe")));
    let ffprobe = find("ffprobe", FFPROBE_VARIABLE, beside)?;
    Ok(Tools {
        ffmpeg,
        ffprobe,
        version: Version::unknown(),
    })
}

fn find(
    program: &'static str,
    variable: &'static str,
    beside: Option<PathBuf>,
) -> Result<PathBuf, LocateError> {
    if let Some(path) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
        // Named on purpose: if it does not run, that is said, and nothing else is tried.
        return Ok(PathBuf::from(path));
    }
    let name = file_name(program);
    let in_path = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .map(|dir| dir.join(&name));
    let downloaded = ffmpeg_sidecar::paths::sidecar_dir()
        .into_iter()
        .map(|dir| dir.join(&name));
    beside
        .into_iter()
        .chain(in_path)
        .chain(downloaded)
        .find(|path| is_executable(path))
        .ok_or(LocateError::Missing { program, variable })
}

fn file_name(program: &str) -> OsString {
    format!("{program}{}", std::env::consts::EXE_SUFFIX).into()
}

fn is_executable(path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    metadata.is_file()
}

fn version_of(
    program: &'static str,
    path: &Path,
    interrupt: &Interrupt,
) -> Result<Version, LocateError> {
    let command = Command::new(path).arg("-version");
    let (finished, output) = process::capture(&command, Limits::QUESTION, interrupt, 1 << 20)
        .map_err(|source| LocateError::Broken {
            path: path.to_owned(),
            source,
        })?;
    let output = String::from_utf8_lossy(&output);
    let version = Version::parse(&output, program).filter(|_| finished.success());
    let version = version.ok_or_else(|| LocateError::Strange {
        program,
        path: path.to_owned(),
        said: output
            .lines()
            .next()
            .or(finished.messages.decisive())
            .map_or_else(
                || finished.status.to_string(),
                |line| line.chars().take(200).collect(),
            ),
    })?;
    if version.is_too_old() {
        return Err(LocateError::TooOld {
            program,
            path: path.to_owned(),
            version,
        });
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(first: &str, libavcodec: &str) -> Version {
        let output =
            format!("ffmpeg version {first} Copyright (c)\nlibavcodec     {libavcodec} / x\n");
        Version::parse(&output, "ffmpeg").unwrap()
    }

    #[test]
    fn releases_and_builds_between_them_are_judged() {
        for (text, libavcodec, release, too_old) in [
            ("5.1.9-0+deb12u1", "59. 37.100", Some((5, 1)), false),
            ("n6.1", "60. 31.102", Some((6, 1)), false),
            ("7.0.2-static", "61.  3.100", Some((7, 0)), false),
            ("8", "62. 1.1", Some((8, 0)), false),
            ("4.4.2-0ubuntu0.22.04.1", "58.134.100", Some((4, 4)), true),
            ("3.4", "57.107.100", Some((3, 4)), true),
            ("N-109542-g1bf1a2a", "59. 55.103", None, false),
            ("git-2019-01-01-abc", "58. 42.100", None, true),
            (
                "2023-11-27-git-0ea9e26636-full_build-www.gyan.dev",
                "60. 35.100",
                None,
                false,
            ),
        ] {
            let version = version(text, libavcodec);
            assert_eq!(version.release, release, "{text}");
            assert_eq!(version.is_too_old(), too_old, "{text}");
        }
    }

    #[test]
    fn other_programs_are_not_taken_for_it() {
        for output in [
            "",
            "hello",
            "ffprobe version 5.1",
            "ffmpeg version",
            "ffmpeg versio 5.1",
        ] {
            assert_eq!(Version::parse(output, "ffmpeg"), None, "{output:?}");
        }
    }
}
