//! Why a film could not be measured.

use std::io;
use std::path::PathBuf;

use crate::exit::ExitCode;
use crate::ffmpeg::probe::ProbeError;
use crate::process::ProcessError;
use crate::shown::Shown as _;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The film or the song cannot be opened.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A file does not decode.
    #[error("{} cannot be decoded: {said}", path.shown())]
    Decode {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        said: String,
    },
    /// The decoder gave no result.
    #[error("{} cannot be decoded", path.shown())]
    Process {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ProcessError,
    },
    /// A scratch file cannot be made.
    #[error("cannot make a scratch file in the folder for temporary files")]
    Scratch {
        /// Why.
        source: io::Error,
    },
}

impl VerifyError {
    /// What the process ends with.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Probe(ProbeError::Process { source, .. }) | Self::Process { source, .. } => {
                match source {
                    ProcessError::Interrupted => ExitCode::Interrupted,
                    ProcessError::Spawn { .. } => ExitCode::Ffmpeg,
                    _ => ExitCode::Temporary,
                }
            }
            Self::Probe(_) | Self::Decode { .. } => ExitCode::Input,
            Self::Scratch { .. } => ExitCode::CannotCreate,
        }
    }
}
