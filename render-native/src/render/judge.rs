//! Whether what ffmpeg left is the segment, and if not, whose fault it is.
//!
//! ```text
//! the disk is full                    nothing here can help: the render ends
//! files may not grow so large         the same
//! it says that memory ran out         memory: later, alone, and with less
//! the system killed it for memory     the same
//! it was called back for its memory   later
//! it hung                             once more in the same way, then the next rung
//! it was killed, whoever did it       once more in the same way, before any other
//! it crashed                          once more in the same way, then the next rung
//! it failed, or gave too few frames   the next rung
//! ```

use std::io;
use std::path::Path;

use super::check::Facts;
use super::error::RenderError;
use super::segment::Segment;
use crate::process::{End, Finished, Messages};

/// Why one attempt gave no segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The source gave too few frames, without a complaint.
    Short {
        /// How many it gave.
        frames: u32,
        /// How that looked.
        said: String,
    },
    /// Memory ran out, by ffmpeg's own words or by the system's books.
    Memory(String),
    /// It was called back, since memory is needed elsewhere.
    Recalled,
    /// Somebody killed it, and nothing tells who: worth one more attempt in the same way.
    Killed {
        /// Whether by KILL, which is what the system sends when memory runs out.
        at_once: bool,
        /// How it ended.
        said: String,
    },
    /// A crash or a hang: worth one more attempt in the same way.
    Crash(String),
    /// Anything else.
    Other(String),
}

impl Fault {
    /// What happened, in words.
    pub(super) fn said(&self) -> &str {
        match self {
            Self::Short { said, .. }
            | Self::Memory(said)
            | Self::Killed { said, .. }
            | Self::Crash(said)
            | Self::Other(said) => said,
            Self::Recalled => "called back",
        }
    }

    /// Whether the same again may go well.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Self::Killed { .. } | Self::Crash(_))
    }
}

/// The result of an attempt that worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Good {
    /// Hash of the decoder's headers.
    pub(super) headers: String,
    /// Error messages of the decoder.
    pub(super) damage: u64,
    /// The decisive one.
    pub(super) complaint: Option<String>,
}

/// Judges by how ffmpeg ended and what it said; `Ok(None)` if it claims to have made the file.
/// The outer error ends the whole render.
pub(super) fn ending(finished: &Finished, out: &Path) -> Result<Option<Fault>, RenderError> {
    let messages = &finished.messages;
    if disk_is_full(messages) {
        return Err(RenderError::NoSpace {
            path: out.to_owned(),
        });
    }
    if grew_too_large(finished) {
        let error = io::Error::from(io::ErrorKind::FileTooLarge);
        return Err(RenderError::file("write", out)(error));
    }
    let line = messages.decisive().map(str::to_owned);
    let said = line.unwrap_or_else(|| finished.status.to_string());
    if ran_out_of_memory(finished) {
        return Ok(Some(Fault::Memory(said)));
    }
    Ok(match finished.end() {
        End::Well => None,
        End::Failed => Some(Fault::Other(said)),
        End::Crashed => Some(Fault::Crash(format!("{}: {said}", finished.status))),
        End::Killed { at_once } => Some(Fault::Killed {
            at_once,
            said: format!("ffmpeg was killed ({})", finished.status),
        }),
    })
}

/// Whether there was no room for what was written.
pub(super) fn disk_is_full(messages: &Messages) -> bool {
    messages.give_as_reason("No space left on device")
        || messages.give_as_reason("Disk quota exceeded")
}

/// Whether the system ended it for a file larger than this user or session may have
/// (`ulimit -f`).
#[cfg(unix)]
fn grew_too_large(finished: &Finished) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    finished.status.signal() == Some(rustix::process::Signal::XFSZ.as_raw())
        || finished.messages.give_as_reason("File too large")
}

#[cfg(not(unix))]
fn grew_too_large(_: &Finished) -> bool {
    false
}

/// What the system's books say about a kill that nobody here sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Memory ran out.
    Memory,
    /// It did not: somebody else sent the signal.
    Stranger,
    /// The system keeps no such books.
    None,
}

/// Whose kill it was: `kills` is how often the system had killed one of ours for memory, before
/// and after; `peak` is the most that the process held, of the bound `limit`.
pub(super) fn proof(kills: (Option<u64>, Option<u64>), peak: u64, limit: u64) -> Proof {
    if peak > limit / 10 * 9 {
        return Proof::Memory;
    }
    match kills {
        (Some(before), Some(after)) if after > before => Proof::Memory,
        (Some(_), Some(_)) => Proof::Stranger,
        _ => Proof::None,
    }
}

/// Whether a lack of memory is what ended it, beyond doubt.
fn ran_out_of_memory(finished: &Finished) -> bool {
    let messages = &finished.messages;
    !finished.success()
        && (messages.give_as_reason("Cannot allocate memory")
            || messages.give_as_reason("Out of memory")
            || messages.mention("[error] malloc of size")
            // An encoder in hardware has no room for one more film beside others: NVENC says so as
            // "out of memory (10)" or, by how many its driver allows, "incompatible client key (21)".
            || messages.mention("OpenEncodeSessionEx failed"))
}

/// Judges what was measured of the file that ffmpeg claims to have made.
pub(super) fn file(segment: &Segment, finished: &Finished, facts: Facts) -> Result<Good, Fault> {
    let messages = &finished.messages;
    let Some(fault) = facts.fault(segment.canvas, segment.frames.into()) else {
        let line = messages.decisive().map(str::to_owned);
        return Ok(Good {
            headers: facts.headers,
            damage: messages.errors,
            complaint: line.filter(|_| messages.errors > 0),
        });
    };
    let error = messages.decisive_error();
    let said = error.map_or(fault.clone(), |line| format!("{fault}; {line}"));
    let frames = u32::try_from(facts.pts.len()).unwrap_or(u32::MAX);
    Err(if frames < segment.frames {
        Fault::Short { frames, said }
    } else {
        Fault::Other(said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kill_is_of_memory_only_by_the_books_or_by_the_size() {
        assert_eq!(proof((Some(3), Some(4)), 10, 100), Proof::Memory);
        assert_eq!(proof((Some(3), Some(3)), 10, 100), Proof::Stranger);
        assert_eq!(proof((Some(3), Some(3)), 91, 100), Proof::Memory);
        assert_eq!(proof((None, None), 91, 100), Proof::Memory);
        assert_eq!(proof((None, None), 10, 100), Proof::None);
        assert_eq!(proof((Some(3), None), 90, 100), Proof::None);
    }
}
