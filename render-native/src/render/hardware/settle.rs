//! Which encoder a job uses: settled once, when it is prepared, frozen with it, and part of every
//! segment's key.

use serde::{Deserialize, Serialize};
use shared::decision::{Decision, DecisionCode};

use super::candidates::{Choice, Hardware};
use super::trial::{Refusal, Trial};
use crate::ffmpeg::capabilities::Capabilities;
use crate::interrupt::Interrupt;
use crate::progress::{Event, Progress};
use crate::render::error::RenderError;
use crate::render::frozen::Frozen;
use crate::render::job::Job;

/// What came of the wish for an encoder in hardware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::render) struct Chosen {
    /// The wish.
    asked: Choice,
    /// What is used; software if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<Trusted>,
    /// Why software is used, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
    /// Whether it passed its test encode and failed at a segment: it is not tried here again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
}

/// An encoder that has passed its test encode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::render) struct Trusted {
    pub(in crate::render) encoder: Hardware,
    /// Hash of the headers that all of its films have.
    pub(in crate::render) headers: String,
}

impl Chosen {
    /// The encoder in hardware that is used, if one is.
    pub(in crate::render) const fn used(&self) -> Option<&Trusted> {
        self.used.as_ref()
    }

    /// That software is used where something else was asked for.
    pub(in crate::render) fn decision(&self) -> Option<Decision> {
        let why = self.why_not.as_ref()?;
        Some(Decision::new(DecisionCode::EncoderReplaced, why.clone()))
    }

    /// It has failed at a segment for this reason, and software has not.
    pub(super) fn fail(&mut self, hardware: Hardware, slot: usize, said: &str) {
        self.used = None;
        self.failed = true;
        self.why_not = Some(format!(
            "{} passed its test encode and failed at slot {slot}, where software did not: {said}; \
             the whole film is encoded in software",
            hardware.name()
        ));
    }
}

/// Settles which encoder is used, if the settings ask for another than software.
pub(in crate::render) fn settle(
    job: &mut Job<'_>,
    can: &Capabilities,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(), RenderError> {
    let asked = job.settings.encoder;
    if asked == Choice::Software {
        return Ok(());
    }
    let chosen = match earlier(job, asked) {
        Some(chosen) => chosen,
        None => tried(job, asked, can, interrupt)?,
    };
    if let Some(decision) = chosen.decision() {
        progress.report(Event::Decided(&decision));
        job.decisions.push(decision);
    }
    job.encode.hardware = chosen.used().map(|trusted| trusted.encoder);
    job.hardware = Some(chosen);
    Ok(())
}

/// What an earlier run in this work directory has learned from a failure in the middle of the film:
/// with the same wish and the same ffmpeg it would go the same way again.
fn earlier(job: &Job<'_>, asked: Choice) -> Option<Chosen> {
    let frozen = Frozen::read(job.work.root(), None).ok()?;
    let same = frozen.ffmpeg == job.tools.version.text;
    let chosen = frozen.hardware.filter(|chosen| chosen.asked == asked)?;
    (same && chosen.failed).then_some(chosen)
}

/// Tries what was asked for.
fn tried(
    job: &Job<'_>,
    asked: Choice,
    can: &Capabilities,
    interrupt: &Interrupt,
) -> Result<Chosen, RenderError> {
    let scratch = || job.work.temporary(0);
    let trial = Trial {
        tools: &job.tools,
        canvas: job.canvas,
        encoder: job.encode.encoder,
        scratch: &scratch,
        interrupt,
    };
    let mut refused = Vec::new();
    for hardware in asked.candidates() {
        if !can.encoders.contains(hardware.name()) {
            refused.push((*hardware, "this ffmpeg was built without it".to_owned()));
            continue;
        }
        let trusted = trial.of(*hardware);
        RenderError::if_interrupted(interrupt, job.work.root())?;
        match trusted {
            Ok(headers) => {
                return Ok(Chosen {
                    asked,
                    used: Some(Trusted {
                        encoder: *hardware,
                        headers,
                    }),
                    why_not: None,
                    failed: false,
                });
            }
            Err(Refusal::Elsewhere(error)) => return Err(*error),
            Err(Refusal::Because(why)) => refused.push((*hardware, why)),
            Err(Refusal::Interrupted) => refused.push((*hardware, "interrupted".to_owned())),
        }
    }
    let why_not = match refused.as_slice() {
        [(hardware, why)] => {
            let name = hardware.name();
            format!("{name} was asked for, software is used: {why}")
        }
        several => {
            let each = several.iter().map(|(hardware, why)| {
                let name = hardware.name();
                format!("{name}: {why}")
            });
            let each: Vec<_> = each.collect();
            let each = each.join("; ");
            format!("no encoder in hardware works here, software is used: {each}")
        }
    };
    Ok(Chosen {
        asked,
        used: None,
        why_not: Some(why_not),
        failed: false,
    })
}
