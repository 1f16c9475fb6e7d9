//! Why a file cannot be used, with its name or beside it.

use std::path::PathBuf;

use crate::media::fingerprint::FileError;
use crate::process::ProcessError;
use crate::shown::Shown as _;

/// Why nothing is known of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// It cannot be opened, or is no regular file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is empty.
    #[error("{} is empty", path.shown())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// ffprobe takes it for no media, or for media that cannot be read.
    #[error("{} is not a media file that ffmpeg can read: {said}", path.shown())]
    NotMedia {
        /// The file.
        path: PathBuf,
        /// ffprobe's decisive line.
        said: String,
    },
    /// It has no picture stream.
    #[error("{} has no picture: it holds {holds}", path.shown())]
    NoVideo {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        holds: &'static str,
    },
    /// It has no sound stream.
    #[error("{} has no sound", path.shown())]
    NoAudio {
        /// The file.
        path: PathBuf,
    },
    /// Its contents are encrypted.
    #[error("{} is encrypted", path.shown())]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// ffprobe could not be run to its end.
    #[error("cannot probe {}", path.shown())]
    Process {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ProcessError,
    },
}

impl ProbeError {
    /// The reason alone, for where the file's name stands beside it.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Empty { .. } => "empty".to_owned(),
            Self::NotMedia { said, .. } => {
                format!("not a media file that ffmpeg can read: {said}")
            }
            Self::NoVideo { holds, .. } => format!("no picture: it holds {holds}"),
            Self::NoAudio { .. } => "no sound".to_owned(),
            Self::Encrypted { .. } => "encrypted".to_owned(),
            Self::File(FileError::NotAFile { kind, .. }) => format!("{kind}, not a file"),
            Self::File(FileError::Read { source, .. }) => format!("cannot be read: {source}"),
            Self::Process {
                source: ProcessError::Interrupted,
                ..
            } => "interrupted".to_owned(),
            Self::File(_) | Self::Process { .. } => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_does_not_name_the_file_again() {
        let path = PathBuf::from("/clips/holiday.mp4");
        let errors = [
            ProbeError::Empty { path: path.clone() },
            ProbeError::NotMedia {
                path: path.clone(),
                said: "moov atom not found".to_owned(),
            },
            ProbeError::NoVideo {
                path: path.clone(),
                holds: "sound only",
            },
            ProbeError::NoAudio { path: path.clone() },
            ProbeError::Encrypted { path },
        ];
        for error in errors {
            assert!(error.to_string().contains("holiday.mp4"), "{error}");
            assert!(!error.reason().contains("holiday"), "{}", error.reason());
        }
    }
}
