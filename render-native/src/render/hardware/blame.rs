//! Who is to blame when a segment fails with an encoder in hardware: the same attempt in software
//! tells. If that fails too, it is the source, and the ladder goes on; if not, and the encoder fails
//! once more, the film goes on without it.

use std::path::{Path, PathBuf};

use super::trial::plain;
use crate::progress::{Event, Progress};
use crate::render::error::RenderError;
use crate::render::job::Job;
use crate::render::judge::{Fault, Good};
use crate::render::prepare::refreeze;
use crate::render::sample_table;
use crate::render::segment::{Picture, Segment};
use crate::render::worker::Shop;

impl Shop<'_> {
    /// Tries one picture, and if an encoder in hardware fails, the same in software. If software
    /// succeeds, and hardware fails once more, `segment` is one in software from then on, and what
    /// was wrong stands in `blamed`.
    pub(in crate::render) fn attempts_and_blame(
        &self,
        segment: &mut Segment,
        picture: &Picture<'_>,
        alone: bool,
        (attempts, peak): (&mut u32, &mut u64),
        blamed: &mut Option<String>,
    ) -> Result<Result<(Good, PathBuf), Fault>, RenderError> {
        let fault = match self.attempts_at(segment, picture, attempts, peak)? {
            Err(fault) if segment.encode.hardware.is_some() => fault,
            made => return Ok(made),
        };
        if comes_again(&fault, alone) {
            return Ok(Err(fault));
        }
        let mut software = segment.clone();
        software.encode.hardware = None;
        let made = self.attempts_at(&software, picture, attempts, peak)?;
        let Ok((_, in_software)) = &made else {
            return Ok(made);
        };
        // A disk that stumbled, or a device that was busy, is not worth the whole film.
        let again = self.attempts_at(segment, picture, attempts, peak);
        let again = again.inspect_err(|_| self.drop_made(segment, in_software))?;
        match &again {
            Err(twice) if !comes_again(twice, alone) => {
                *segment = software;
                *blamed = Some(plain(fault.said()).to_owned());
                Ok(made)
            }
            _ => {
                self.drop_made(segment, in_software);
                Ok(again)
            }
        }
    }

    /// Holds a segment that an encoder in hardware has made against what its test encode has
    /// promised: all segments must have the same headers, on whichever machine they are made.
    pub(in crate::render) fn is_as_tried(
        &self,
        segment: &Segment,
        good: Good,
        out: &Path,
    ) -> Result<Good, Fault> {
        let Some(trusted) = self
            .job
            .trusted()
            .filter(|_| segment.encode.hardware.is_some())
        else {
            return Ok(good);
        };
        let name = trusted.encoder.name();
        if good.headers != trusted.headers {
            let said = format!("{name} wrote other headers than in its test encode");
            return Err(Fault::Other(said));
        }
        if !sample_table::begins_with_key_frame(out) {
            let said = format!("{name} did not begin with a key frame");
            return Err(Fault::Other(said));
        }
        Ok(good)
    }
}

/// Whether a segment with this fault comes once more, and tells nothing of its encoder before.
const fn comes_again(fault: &Fault, alone: bool) -> bool {
    match fault {
        Fault::Recalled => true,
        Fault::Memory(_) => !alone,
        _ => false,
    }
}

impl Job<'_> {
    /// Goes on in software after `error`, if it is an encoder's failure at a segment; gives it back
    /// if it is another. What is done in software already is kept; what was done in hardware has
    /// other headers, and is made again.
    pub(in crate::render) fn go_on_in_software(
        &mut self,
        error: RenderError,
        plan_dir: &Path,
        progress: &dyn Progress,
    ) -> Result<(), RenderError> {
        let (RenderError::Encoder { segment, said, .. }, Some(chosen)) =
            (&error, self.hardware.as_mut())
        else {
            return Err(error);
        };
        let Some(hardware) = self.encode.hardware.take() else {
            return Err(error);
        };
        chosen.fail(hardware, segment + 1, said);
        if let Some(decision) = chosen.decision() {
            progress.report(Event::Decided(&decision));
            self.decisions.push(decision);
        }
        let slots = 0..self.plan.slots.len();
        let shape = self.shape(slots);
        self.jobs = shape.jobs;
        self.encode.threads = shape.threads;
        refreeze(self, (plan_dir, plan_dir))
    }
}
