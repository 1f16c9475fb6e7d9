//! One attempt at a segment: ffmpeg is run, watched, and what it left is judged.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::command::arguments;
use super::error::RenderError;
use super::judge::{self, Fault, Good, Proof};
use super::sample_table;
use super::segment::{Picture, Segment, Way};
use super::worker::Shop;
use crate::ffmpeg;
use crate::process::{self, Command, Finished, Leash, Limits, Lines, ProcessError};
use crate::progress::{Event, Stage};

impl Shop<'_> {
    /// Tries one picture; after a crash or a kill, which may pass, once more. Gives
    /// the file that stands.
    pub(super) fn attempts_at(
        &self,
        segment: &Segment,
        picture: &Picture<'_>,
        attempts: &mut u32,
        peak: &mut u64,
    ) -> Result<Result<(Good, PathBuf), Fault>, RenderError> {
        let mut again = false;
        loop {
            *attempts += 1;
            let temporary = self.job.work.temporary(segment.index);
            let tried = self.attempt(segment, picture, &temporary, peak);
            if let Ok(Ok(good)) = tried {
                return Ok(Ok((good, temporary)));
            }
            let _ = std::fs::remove_file(&temporary);
            match tried?.map(drop) {
                Err(fault) if !again && fault.may_pass() => again = true,
                // Twice in a row, and at once, where the system does not say why it kills: most
                // likely it is short of memory.
                Err(Fault::Killed {
                    at_once: true,
                    said,
                }) if self.job.gauge.oom_kills().is_none() => {
                    return Ok(Err(Fault::Memory(said)));
                }
                // No fault of the clip's, so no other picture is the answer.
                Err(Fault::Killed { said, .. }) => {
                    let segment = segment.index;
                    return Err(RenderError::Segment { segment, said });
                }
                Err(fault) => return Ok(Err(fault)),
                Ok(()) => {}
            }
        }
    }

    /// Runs ffmpeg once and measures what it wrote. The outer error ends the whole render.
    fn attempt(
        &self,
        segment: &Segment,
        picture: &Picture<'_>,
        out: &Path,
        peak: &mut u64,
    ) -> Result<Result<Good, Fault>, RenderError> {
        let job = self.job;
        let media = match picture {
            Picture::Take { take, .. } | Picture::Still { take } => Some(take.media as usize),
            Picture::Slate | Picture::Pattern(_) => None,
        };
        let unchanged = || media.map_or(Ok(()), |media| job.sources.unchanged(media));
        unchanged()?;
        let command = Command::new(&job.tools.ffmpeg).args(arguments(segment, picture, out));
        let mut shown = 0;
        let kills = job.gauge.oom_kills();
        let ran = self.run(
            &self.queue.leash(segment.index),
            &command,
            limits(job.settings.stall, segment, picture),
            &mut shown,
        );
        let fault = match ran {
            Ok(finished) => {
                *peak = finished.peak_rss.unwrap_or(0).max(*peak);
                match judge::ending(&finished, out)? {
                    Some(fault) => Err(self.proven(fault, kills, &finished)),
                    None => match sample_table::facts(out) {
                        Ok(facts) => {
                            let good = judge::file(segment, &finished, facts);
                            match good.and_then(|good| self.is_as_tried(segment, good, out)) {
                                Ok(good) => self.is_footage(segment, picture, good)?,
                                Err(fault) => Err(fault),
                            }
                        }
                        Err(error) => Err(Fault::Other(format!(
                            "{} cannot be read: {error}",
                            out.display()
                        ))),
                    },
                }
            }
            Err(error) => Err(self.not_run(error)?),
        };
        unchanged()?;
        if fault.is_err() {
            self.frames.fetch_sub(shown, Ordering::Relaxed);
        } else {
            let rest = u64::from(segment.frames).saturating_sub(shown);
            self.frames.fetch_add(rest, Ordering::Relaxed);
        }
        Ok(fault)
    }

    /// The fault, if a kill can be told to be the system's, for a lack of memory, or not to be.
    fn proven(&self, fault: Fault, before: Option<u64>, finished: &Finished) -> Fault {
        let Fault::Killed { at_once: true, .. } = fault else {
            return fault;
        };
        let gauge = &self.job.gauge;
        let limit = gauge.read(0).smallest();
        let kills = (before, gauge.oom_kills());
        match judge::proof(kills, finished.peak_rss.unwrap_or(0), limit) {
            Proof::Memory => Fault::Memory("the system killed ffmpeg for its memory".to_owned()),
            Proof::Stranger => Fault::Killed {
                at_once: true,
                said: "ffmpeg was killed by signal 9 (unknown sender)".to_owned(),
            },
            Proof::None => fault,
        }
    }

    /// The fault of a process that came to no end of its own; the error if that ends the render.
    fn not_run(&self, error: ProcessError) -> Result<Fault, RenderError> {
        match error {
            ProcessError::Interrupted => {
                RenderError::if_interrupted(self.interrupt, self.job.work.root())?;
                Ok(Fault::Other("interrupted".to_owned()))
            }
            ProcessError::Spawn { .. } => Err(RenderError::Process(error)),
            ProcessError::Killed { at_once, .. } => Ok(Fault::Killed {
                at_once,
                said: error.to_string(),
            }),
            ProcessError::Recalled => Ok(Fault::Recalled),
            ProcessError::Stalled { .. } => Ok(Fault::Crash(error.to_string())),
            error => Ok(Fault::Other(error.to_string())),
        }
    }

    /// Runs ffmpeg and tells how far it is.
    fn run(
        &self,
        leash: &Leash,
        command: &Command,
        limits: Limits,
        shown: &mut u64,
    ) -> Result<Finished, ProcessError> {
        let mut lines = Lines::default();
        process::run_on(leash, command, limits, self.interrupt, &mut |chunk| {
            let mut now = *shown;
            lines.push(chunk, |line| {
                now = ffmpeg::progress::frames(line).unwrap_or(now);
            });
            if now > *shown {
                let done = self.frames.fetch_add(now - *shown, Ordering::Relaxed) + now - *shown;
                *shown = now;
                self.progress.report(Event::Advanced {
                    stage: Stage::Render,
                    done,
                });
            }
            ControlFlow::Continue(())
        })
    }
}

/// Generous: a limit that is met means that something hangs.
pub(super) fn limits(stall: Duration, segment: &Segment, picture: &Picture<'_>) -> Limits {
    let mega_pixels = |w: u32, h: u32| (u64::from(w) * u64::from(h)).div_ceil(1_000_000);
    let mut work = mega_pixels(segment.canvas.width, segment.canvas.height);
    let mut before = 0;
    if let Picture::Take { take, way } = picture {
        work += mega_pixels(take.video.width, take.video.height);
        if *way == Way::Sequential {
            before = take.start_us / 1_000_000;
        }
    }
    let seconds = u64::from(segment.frames).saturating_mul(work) + before.saturating_mul(10 * work);
    Limits {
        stall,
        deadline: (stall * 5).saturating_add(Duration::from_secs(seconds)),
    }
}
