//! What the page and the planner's worker say to each other.
//!
//! One message is the JavaScript object `{h, b}`: `h` is a [`Request`] or a [`Reply`] as JSON text,
//! `b` the bulk data that belongs to it (a `Float32Array` of samples or a `Uint8Array` of bytes)
//! and is absent where there is none. The buffer of `b` is transferred, not copied, so the sender
//! loses it.
//!
//! The message `{port}` hands the worker a `MessagePort`, on which it then takes the same requests:
//! what came by a port is answered by that port, and its jobs have names of their own. So another
//! worker can send pictures without passing through the page. Nothing greets on a port; the worker
//! listens from the instant it has it.
//!
//! JSON text and not a JavaScript object, since it is what the command line writes as well: the
//! same analysis gives the same bytes here and there, and a test can say so.

use serde::{Deserialize, Serialize};
use shared::decision::Decision;
use shared::fingerprint::Fingerprint;
use shared::music::BeatGrid;

use super::order::PlanOrder;
use crate::edit::Scope;
use crate::footage::Footage;

/// Names a job; chosen by whoever asks, never used twice by the same.
pub type JobId = u32;

/// Names who asks: 0 is the page, the others are the ports that it handed over.
pub type PortId = u32;

/// Names footage that the worker keeps; chosen by the page.
pub type FootageId = u32;

/// A reply, and who asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Where it goes.
    pub to: PortId,
    /// The reply.
    pub reply: Reply,
}

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Request {
    /// Find the beats of a song. Bulk: its samples, mono. Ends in one [`Reply::Beats`],
    /// [`Reply::Cancelled`] or [`Reply::Failed`].
    AnalyseSong {
        /// The job.
        id: JobId,
        /// Samples per second.
        rate: u32,
    },
    /// Make a plan. Ends in one [`Reply::Planned`], [`Reply::Cancelled`] or [`Reply::Failed`].
    Plan {
        /// The job.
        id: JobId,
        /// What the plan is made from.
        order: Box<PlanOrder>,
    },
    /// Make a plan anew that differs from another as little as can be. Ends as [`Request::Plan`]
    /// does.
    Replan {
        /// The job.
        id: JobId,
        /// What the plan is made from now.
        order: Box<PlanOrder>,
        /// The plan file to start from.
        plan: String,
        /// Which slots may change.
        scope: Scope,
    },
    /// Begin with a clip, whose pictures follow. Any number may be open at once, and other jobs go on
    /// beside them. Ends in one [`Reply::Footage`], [`Reply::Cancelled`] or [`Reply::Failed`]; what
    /// was sent before that was known is ignored.
    FootageBegin {
        /// The job.
        id: JobId,
    },
    /// The next pictures of an open clip. Bulk: their bytes, one picture after the other, each of
    /// [`FRAME_WIDTH`](crate::footage::FRAME_WIDTH) x [`FRAME_HEIGHT`](crate::footage::FRAME_HEIGHT)
    /// pixels of red, green, blue and alpha; alpha is not looked at. No reply unless they cannot be
    /// read. A picture that does not come after the one before is left out.
    FootagePictures {
        /// The job.
        id: JobId,
        /// When each is shown first, in microseconds of the container's time.
        at_us: Vec<u64>,
    },
    /// The next of an open clip's own sound. Bulk: its samples, mono,
    /// [`SOUND_RATE`](crate::footage::SOUND_RATE) a second. It goes on without a gap from the first that
    /// came, at any time between begin and end; a clip without has no sound. No reply unless it cannot be
    /// read.
    FootageSound {
        /// The job.
        id: JobId,
        /// When the first sample that comes at all is heard, in microseconds of the container's time.
        from_us: u64,
    },
    /// An open clip has no more pictures, nor more sound.
    FootageEnd {
        /// The job.
        id: JobId,
        /// When the last picture ends, in microseconds; 0 if not known.
        end_us: u64,
    },
    /// Keep what is known of a clip's pictures, for every plan to come: there may be megabytes of it,
    /// too much to be sent with each wish. No reply. It takes the place of what had this name.
    Keep {
        /// Its name.
        footage: FootageId,
        /// What the clip's pictures show.
        known: Footage,
    },
    /// Keep it no longer. No reply.
    Forget {
        /// Its name; one that is not kept is no error.
        footage: FootageId,
    },
    /// Tell a file's fingerprint. Bulk: the bytes of its
    /// [`windows`](shared::fingerprint::windows), in order. Ends in one [`Reply::Fingerprint`] or
    /// [`Reply::Failed`].
    Fingerprint {
        /// The job.
        id: JobId,
        /// Size of the file, in bytes.
        bytes: u64,
    },
    /// Give up a job. A job that is over, or never was, is no error: the request and the last
    /// reply may cross.
    Cancel {
        /// The job.
        id: JobId,
    },
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reply {
    /// The worker listens. What is sent earlier may be lost, so the page waits for it.
    Ready {
        /// Version of the planner.
        version: String,
    },
    /// How far a job is.
    Progress {
        /// The job.
        id: JobId,
        /// Work done, in units of the job (samples of a song, and a quarter more for deciding).
        done: u64,
        /// All the work, in the same units.
        total: u64,
    },
    /// The beats of a song.
    Beats {
        /// The job.
        id: JobId,
        /// The song as it was heard.
        grid: BeatGrid,
        /// What was chosen that nobody asked for.
        decisions: Vec<Decision>,
    },
    /// A plan.
    Planned {
        /// The job.
        id: JobId,
        /// The plan file, ready to be written.
        plan: String,
    },
    /// A clip, measured.
    Footage {
        /// The job.
        id: JobId,
        /// What its pictures show, and what is heard of its sound.
        footage: Footage,
    },
    /// A file's fingerprint.
    Fingerprint {
        /// The job.
        id: JobId,
        /// The fingerprint, 32 hexadecimal digits.
        fingerprint: Fingerprint,
    },
    /// The job was given up, as asked.
    Cancelled {
        /// The job.
        id: JobId,
    },
    /// The job cannot be done.
    Failed {
        /// The job; absent if the message itself could not be read or the worker broke down.
        id: Option<JobId>,
        /// What went wrong, for a person.
        message: String,
    },
}

impl Reply {
    /// What a worker of this build says first.
    #[must_use]
    pub fn greeting() -> Self {
        Self::Ready {
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_names_are_stable() {
        let text = r#"{"kind":"analyse_song","id":7,"rate":44100}"#;
        let request: Request = serde_json::from_str(text).unwrap();
        assert_eq!(
            request,
            Request::AnalyseSong {
                id: 7,
                rate: 44_100
            }
        );
        assert_eq!(serde_json::to_string(&request).unwrap(), text);
    }

    #[test]
    fn unknown_messages_are_refused() {
        for text in [
            r#"{"kind":"dance","id":7}"#,
            r#"{"kind":"cancel","id":7,"hard":true}"#,
            r#"{"kind":"cancel","id":-1}"#,
            "{}",
        ] {
            assert!(serde_json::from_str::<Request>(text).is_err(), "{text}");
        }
    }
}
