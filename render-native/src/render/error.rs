//! Why there is no film, with the exit code and a hint for each reason.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::exit::ExitCode;
use crate::ffmpeg::locate::LocateError;
use crate::ffmpeg::probe::ProbeError;
use crate::interrupt::{Interrupt, Urgency};
use crate::media::relink::RelinkError;
use crate::place::PlaceError;
use crate::process::ProcessError;
use crate::shown::{self, Shown as _};

/// Why there is no film. Segments that are done are kept in every case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A setting does not go with the plan or with another setting.
    #[error("{what}")]
    Setting {
        /// What does not fit.
        what: String,
    },
    /// The plan cannot be rendered as it is.
    #[error("{what}")]
    Plan {
        /// What is wrong with it.
        what: String,
    },
    /// ffmpeg is missing or unusable.
    #[error(transparent)]
    Ffmpeg(#[from] LocateError),
    /// Files of the plan are missing or changed.
    #[error(transparent)]
    Media(#[from] RelinkError),
    /// A file changed or vanished while it was rendered from.
    #[error("{} {how} while it was rendered", path.shown())]
    MediaLost {
        /// The file.
        path: PathBuf,
        /// `changed` or `vanished`.
        how: &'static str,
    },
    /// The song cannot be used.
    #[error("the song cannot be used")]
    Song(#[source] ProbeError),
    /// A file of that name exists.
    #[error("{} exists already", path.shown())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The film's name does not tell its container.
    #[error("{}: a film's name ends in .mp4, .m4v, .mov or .mkv", path.shown())]
    Suffix {
        /// The film.
        path: PathBuf,
    },
    /// The film or its report cannot be made where they belong.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The report's name is taken by that of another film.
    #[error("{} exists already: it is the report of {film}", path.shown())]
    ReportOfAnother {
        /// The report.
        path: PathBuf,
        /// The other film, as its report names it.
        film: String,
    },
    /// The output is one of the inputs.
    #[error("{} is one of the plan's own files", path.shown())]
    OutputIsInput {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written, read or renamed.
    #[error("cannot {doing} {}", path.shown())]
    File {
        /// What was tried: `create`, `write`, …
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk is full.
    #[error("no space left for {}", path.shown())]
    NoSpace {
        /// What was written.
        path: PathBuf,
    },
    /// Another process works in the work directory.
    #[error("{} is in use by another render ({by})", path.shown())]
    Locked {
        /// The work directory.
        path: PathBuf,
        /// Who, by its own account.
        by: String,
    },
    /// The folder that was named for the work holds something else.
    #[error(
        "{} holds other files ({holds}) and is no work directory; nothing was written there",
        path.shown()
    )]
    NotWork {
        /// The folder.
        path: PathBuf,
        /// One of the files.
        holds: String,
    },
    /// Even alone, and with the smallest footprint, a segment needs more memory than there is.
    #[error(
        "slot {} needs more memory than there is, even alone and with the smallest footprint: it \
         held {} when it ended ({said}), of {} ({from})",
        segment + 1, shown::bytes(*needed), shown::bytes(*limit)
    )]
    OutOfMemory {
        /// Position in the plan, from 0.
        segment: usize,
        /// The most that it was seen to hold, in bytes; it needed more.
        needed: u64,
        /// What there is, in bytes.
        limit: u64,
        /// What sets that, in words.
        from: String,
        /// What ffmpeg said, or how it ended.
        said: String,
    },
    /// ffmpeg fails even at what cannot fail: a plain picture.
    #[error("slot {} cannot be rendered in any way: {said}", segment + 1)]
    Segment {
        /// Position in the plan, from 0.
        segment: usize,
        /// The last reason.
        said: String,
    },
    /// Joining failed or its result is not what was asked for.
    #[error("the segments could not be joined: {said}")]
    Join {
        /// Why.
        said: String,
    },
    /// The segments are right and the film that ffmpeg joined of them is not.
    #[error("the joined film is not the plan's: {said}")]
    Joined {
        /// What is wrong with it.
        said: String,
    },
    /// The work directory holds no job that this program can take up.
    #[error("{} cannot be taken up: {why}", path.display())]
    NotPrepared {
        /// The file of the frozen job.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The ffmpeg here makes other pictures than the one that the job was prepared with.
    #[error("{what}")]
    OtherFfmpeg {
        /// How they differ.
        what: String,
    },
    /// An encoder in hardware failed at a segment, and software did not. A render in one process
    /// goes on in software; of many machines that share a job, one cannot do so alone.
    #[error("slot {}: {encoder}, which the job was prepared for, does not work here: {said}", segment + 1)]
    Encoder {
        /// Position in the plan, from 0.
        segment: usize,
        /// ffmpeg's name of the encoder.
        encoder: &'static str,
        /// What was wrong.
        said: String,
    },
    /// The film has fewer segments.
    #[error("there is no segment {segment}: they are 0 to {}", of.saturating_sub(1))]
    NoSegment {
        /// The one that was asked for.
        segment: usize,
        /// How many the film has.
        of: usize,
    },
    /// Segments are missing or damaged.
    #[error("{} of {of} segments are missing or damaged in {}: {}", segments.len(), work.display(), ranges(segments))]
    Missing {
        /// Their positions in the plan, from 0, in order.
        segments: Vec<usize>,
        /// How many the film has.
        of: usize,
        /// The work directory.
        work: PathBuf,
    },
    /// Whoever was to be told of the film cannot be told; so there is none under its name.
    #[error("{why}")]
    Untold {
        /// What failed.
        why: String,
    },
    /// ffmpeg could not be run at all.
    #[error("ffmpeg could not be run")]
    Process(#[source] ProcessError),
    /// The user stopped it.
    #[error("stopped; what is done is kept in {} and is taken up by the same command", work.shown())]
    Interrupted {
        /// The work directory.
        work: PathBuf,
        /// At once, or after what ran was finished.
        urgent: bool,
    },
}

impl RenderError {
    /// A failed file operation; a full disk is told apart.
    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { path },
            _ => Self::File {
                doing,
                path,
                source,
            },
        }
    }

    /// The exit code. Which signal stopped an interrupted render only the caller knows; this
    /// says SIGINT.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Setting { .. } => ExitCode::Setting,
            Self::NoSegment { .. } | Self::Suffix { .. } => ExitCode::Usage,
            Self::Place(error) => error.exit_code(),
            Self::Ffmpeg(_)
            | Self::OtherFfmpeg { .. }
            | Self::Encoder { .. }
            | Self::Process(_) => ExitCode::Ffmpeg,
            Self::NotPrepared { .. }
            | Self::Missing { .. }
            | Self::Media(_)
            | Self::MediaLost { .. }
            | Self::Song(ProbeError::File(_)) => ExitCode::Input,
            Self::Plan { .. } | Self::Song(_) => ExitCode::BadData,
            Self::Exists { .. }
            | Self::ReportOfAnother { .. }
            | Self::OutputIsInput { .. }
            | Self::File { .. }
            | Self::NotWork { .. }
            | Self::NoSpace { .. } => ExitCode::CannotCreate,
            Self::Locked { .. } => ExitCode::Locked,
            Self::OutOfMemory { .. } => ExitCode::OutOfMemory,
            Self::Segment { .. } | Self::Join { .. } => ExitCode::Temporary,
            // The same again would come of trying again.
            Self::Joined { .. } => ExitCode::Internal,
            Self::Untold { .. } => ExitCode::OutputStream,
            Self::Interrupted { .. } => ExitCode::Interrupted,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::Place(error) => return Some(error.hint("-o").into()),
            Self::Ffmpeg(error) => error.hint(),
            Self::Media(error) => error.hint(),
            Self::MediaLost { .. } => {
                "leave the clips alone while a film is made, and run it again"
            }
            Self::Exists { .. } => "choose another name with -o, or allow it with --overwrite",
            Self::OutputIsInput { .. } => "choose another name with -o",
            Self::File { .. } => "check that the folder exists and may be written to",
            Self::NoSpace { .. } => {
                "free some space, or move the work with --work-dir; the same command goes on \
                 where it stopped"
            }
            Self::Locked { .. } => "wait for it, or choose another --work-dir",
            Self::NotWork { .. } => "name a new or an empty folder with --work-dir",
            Self::OutOfMemory { .. } => {
                "raise that limit, close other programs, or lower --size or --quality; the same \
                 command goes on where it stopped"
            }
            Self::Segment { .. } | Self::Join { .. } => {
                "run it again; `render-native doctor` tells whether ffmpeg works"
            }
            Self::Joined { .. } => {
                "another container (-o film.mkv) or another version of ffmpeg may do; please \
                 report it with the plan: this ought not to happen"
            }
            Self::NotPrepared { .. } => "make it with `render-native prepare`",
            Self::OtherFfmpeg { .. } => "prepare it again with the ffmpeg that all machines have",
            Self::Encoder { .. } => {
                "make it on a machine like the one that prepared the job, or prepare it again with \
                 --encoder software"
            }
            Self::Missing { .. } => "make them with `render-native segment`, then assemble again",
            Self::Untold { .. } => {
                "no film was made under its name, but all of its segments; the same command goes \
                 on there"
            }
            Self::Song(_) => "choose a song that ffmpeg can play",
            Self::Process(_) => "`render-native doctor` tells what is wrong with ffmpeg",
            Self::Suffix { .. } => "choose the container by the name: -o film.mp4",
            Self::ReportOfAnother { .. } => {
                "a film and its report have one name: choose another with -o, or replace that \
                 report with --overwrite"
            }
            Self::NoSegment { .. }
            | Self::Setting { .. }
            | Self::Plan { .. }
            | Self::Interrupted { .. } => return None,
        }))
    }

    /// The interrupt as an error, if there is one.
    pub(crate) fn if_interrupted(
        interrupt: &Interrupt,
        work: &std::path::Path,
    ) -> Result<(), Self> {
        match interrupt.urgency() {
            Urgency::None => Ok(()),
            urgency => Err(Self::Interrupted {
                work: work.to_owned(),
                urgent: urgency == Urgency::Now,
            }),
        }
    }
}

/// Positions in order, as `3, 17, 40-60`.
pub(crate) fn ranges(indices: &[usize]) -> String {
    let mut runs = Vec::new();
    let mut rest = indices;
    while let [first, ..] = rest {
        let run = rest.iter().zip(*first..);
        let run = run.take_while(|(index, expected)| **index == *expected);
        let (these, others) = rest.split_at(run.count().max(1));
        runs.push(match these {
            [first, .., last] => format!("{first}-{last}"),
            _ => first.to_string(),
        });
        rest = others;
    }
    runs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_told_together() {
        assert_eq!(ranges(&[3, 17, 40, 41, 42, 50]), "3, 17, 40-42, 50");
        assert_eq!(ranges(&[]), "");
    }
}
