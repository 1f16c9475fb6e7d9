//! A clip as the footage analyser sees it: ffmpeg decodes and shrinks, every picture with its time.
//!
//! Every frame is measured, since shots must end on the frame and not on the nearest tenth of a
//! second. The times are the container's, counted from its start, which is what `-ss` counts
//! from: `-copyts` keeps ffmpeg from moving them (it does move those of MPEG transport streams
//! whose sound begins before their picture), and the container's start is subtracted here.

use std::ops::ControlFlow;
use std::path::Path;

use planner_wasm::footage::{FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, Footage, FootageAnalyser};
use shared::decision::{Decision, DecisionCode};

use super::matroska::{Reader, StreamError};
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::{Probe, Video};
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, ProcessError, plain};

/// A longer silence between two pictures splits a clip: nothing is known of what is on screen
/// meanwhile, and it is more often a broken stamp than a slide show. In microseconds.
const LONGEST_GAP_US: u64 = 2_000_000;
/// A last picture is taken to stay as long as the one before it, but no longer than this.
const LONGEST_LAST_US: u64 = 100_000;
/// By so much two roundings may differ, in microseconds.
const ROUNDING_US: i64 = 2;
/// Sources wider than this are shrunk in two steps: a quick one that looks at a part of the
/// pixels, then one that averages. It saves a third of the cost at 1080p.
const TWO_STEPS_FROM: u32 = 640;

/// A clip, measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What the analyser found.
    pub footage: Footage,
    /// How many pictures it saw.
    pub pictures: u64,
    /// How many errors the decoder told of.
    pub errors: u64,
    /// What was odd.
    pub decisions: Vec<Decision>,
}

/// Why a clip could not be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FramesError {
    /// Nothing could be decoded.
    #[error("no picture can be decoded from it{}", because(said.as_ref()))]
    NoPicture {
        /// ffmpeg's decisive line.
        said: Option<String>,
    },
    /// ffmpeg's output makes no sense.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// ffmpeg could not be run to its end.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

fn because(said: Option<&String>) -> String {
    said.map_or_else(String::new, |said| format!(": {said}"))
}

/// Decodes the clip at `path` and measures it. `on_progress` is told how far it is, in
/// microseconds of footage.
///
/// # Errors
/// [`FramesError`] if there is no picture, or ffmpeg fails or is killed.
pub fn measure(
    tools: &Tools,
    path: &Path,
    probe: &Probe,
    video: &Video,
    threads: usize,
    interrupt: &Interrupt,
    on_progress: &mut dyn FnMut(u64),
) -> Result<Measured, FramesError> {
    let command = command(tools, path, video, threads);
    let mut reader = Reader::new(FRAME_BYTES);
    let mut takes = Takes::default();
    let mut broken = None;
    let finished = process::run(&command, Limits::JOB, interrupt, &mut |bytes| {
        let pushed = reader.push(bytes, |picture, at| {
            takes.push(picture, at.saturating_sub(probe.start_us));
        });
        on_progress(takes.measured_us());
        match pushed {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                broken = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    // A stream that a kill cut off makes no sense either, and the kill is the reason.
    let finished = finished.unless_killed(&command)?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    let said = finished.messages.decisive().map(plain);
    let (pictures, too_early) = (takes.pictures, takes.too_early);
    let name = path.display().to_string();
    let mut decisions = Vec::new();
    let degraded = |why| Decision::about(DecisionCode::ClipDegraded, name.clone(), why);
    let all = takes.count + u64::from(takes.current.is_some());
    let mut footage = takes.finish().ok_or(FramesError::NoPicture { said })?;
    if all > 1 {
        decisions.push(degraded(format!(
            "its time jumps {} times; only the longest stretch, {:.1} s from {:.1} s on, is used",
            all - 1,
            seconds(footage.end_us - footage.start_us),
            seconds(footage.start_us),
        )));
    }
    if too_early > 0 {
        decisions.push(degraded(format!(
            "{too_early} pictures lie before the start of its time and cannot be reached"
        )));
    }
    let errors = finished.messages.errors;
    footage.note_damage(errors, pictures);
    if errors > 0 || !finished.success() {
        decisions.push(degraded(format!(
            "the decoder found damage ({errors} messages); {:.1} s of it can be used",
            seconds(footage.end_us - footage.start_us),
        )));
    }
    Ok(Measured {
        footage,
        pictures,
        errors,
        decisions,
    })
}

#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of a second")]
fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// What ffmpeg is asked: every frame, upright, small, with its own time.
fn command(tools: &Tools, path: &Path, video: &Video, threads: usize) -> Command {
    Command::new(&tools.ffmpeg)
        .args(["-hide_banner", "-nostdin", "-v", "level+error"])
        .args(input::global())
        .args(["-threads", &threads.to_string(), "-copyts"])
        .args(input::of(path))
        .args(["-map", &format!("0:{}", video.index), "-an", "-sn", "-dn"])
        .args(["-map_metadata", "-1", "-map_chapters", "-1"])
        .args(["-vf", &filters(video)])
        .args(["-c:v", "rawvideo", "-enc_time_base", "1/1000000"])
        .args(["-fps_mode", "passthrough"])
        .args(["-avoid_negative_ts", "disabled"])
        .args(["-allow_raw_vfw", "1", "-f", "matroska", "pipe:1"])
}

fn filters(video: &Video) -> String {
    let small = format!("scale={FRAME_WIDTH}:{FRAME_HEIGHT}:flags=area");
    let (width, height) = (2 * FRAME_WIDTH, 2 * FRAME_HEIGHT);
    let shrunk = if video.width.max(video.height) > TWO_STEPS_FROM {
        format!("scale={width}:{height}:flags=fast_bilinear,{small}")
    } else {
        small
    };
    // Matroska counts milliseconds; a clock that runs a thousand times too fast makes them
    // microseconds. The floor is taken from nanoseconds, so that whole microseconds stay whole.
    format!("{shrunk},format=rgb24,setpts=1000*PTS,settb=1/1000000,setpts=floor(PTS/1000)*1000")
}

/// The stretches of a clip between jumps of its time. The longest is kept.
#[derive(Default)]
struct Takes {
    current: Option<Take>,
    best: Option<Footage>,
    /// Stretches that have ended.
    count: u64,
    pictures: u64,
    /// Pictures before the container's start.
    too_early: u64,
    done_us: u64,
}

struct Take {
    analyser: FootageAnalyser,
    start_us: u64,
    last_us: u64,
    step_us: u64,
}

impl Takes {
    fn push(&mut self, picture: &[u8], at_us: i64) {
        // The container's start is rounded to the microsecond and the picture's time down to it.
        let at_us = if (-ROUNDING_US..0).contains(&at_us) {
            0
        } else {
            at_us
        };
        // Before the container's start: `-ss` cannot reach it.
        let Ok(at_us) = u64::try_from(at_us) else {
            self.too_early += 1;
            return;
        };
        let jumps = self.current.as_ref().is_some_and(|take| {
            at_us.saturating_sub(take.last_us) > LONGEST_GAP_US
                || take.last_us.saturating_sub(at_us) > LONGEST_GAP_US
        });
        if jumps {
            self.end();
        }
        let take = self.current.get_or_insert_with(|| Take {
            analyser: FootageAnalyser::new(),
            start_us: at_us,
            last_us: at_us,
            step_us: 0,
        });
        // A picture out of order by a little is left out; the analyser says which.
        if take.analyser.push(picture, at_us).is_ok() {
            take.step_us = at_us - take.last_us;
            take.last_us = at_us;
            self.pictures += 1;
        }
    }

    fn measured_us(&self) -> u64 {
        let current = self.current.as_ref();
        self.done_us + current.map_or(0, |take| take.last_us - take.start_us)
    }

    fn end(&mut self) {
        let Some(take) = self.current.take() else {
            return;
        };
        self.count += 1;
        self.done_us += take.last_us - take.start_us;
        let last_us = take.step_us.min(LONGEST_LAST_US);
        let footage = take.analyser.finish(take.last_us + last_us);
        let length = |footage: &Footage| footage.end_us - footage.start_us;
        if self
            .best
            .as_ref()
            .is_none_or(|best| length(&footage) > length(best))
        {
            self.best = Some(footage);
        }
    }

    fn finish(mut self) -> Option<Footage> {
        self.end();
        self.best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(times: &[i64]) -> (Takes, Option<Footage>) {
        let picture = vec![90; FRAME_BYTES];
        let fill = || {
            let mut takes = Takes::default();
            for at in times {
                takes.push(&picture, *at);
            }
            takes
        };
        (fill(), fill().finish())
    }

    #[test]
    fn the_last_picture_stays_as_long_as_the_one_before() {
        let (_, footage) = pushed(&[0, 40_000, 80_000]);
        let footage = footage.unwrap();
        assert_eq!((footage.start_us, footage.end_us), (0, 120_000));
    }

    #[test]
    fn of_a_clip_whose_time_jumps_the_longest_stretch_is_kept() {
        let (takes, footage) = pushed(&[0, 40_000, 9_000_000, 9_040_000, 9_080_000]);
        assert_eq!(takes.count, 1);
        assert_eq!(footage.unwrap().start_us, 9_000_000);
    }

    #[test]
    fn pictures_before_the_start_or_out_of_order_are_left_out() {
        let (takes, footage) = pushed(&[-40_000, 0, 40_000, 20_000, 80_000]);
        assert_eq!(takes.pictures, 3);
        assert_eq!(footage.unwrap().start_us, 0);
    }

    #[test]
    fn messages_lose_their_origin() {
        let line = "[hevc @ 0x55fa5d64bd00] [error] PPS id out of range";
        assert_eq!(plain(line), "PPS id out of range");
    }

    #[test]
    fn nothing_is_no_footage() {
        assert!(pushed(&[]).1.is_none());
    }
}
