//! The test encode. That ffmpeg lists an encoder says that it was built with it; whether there is a
//! device, a driver and a free place on it, and whether what comes out is right, only a film tells.
//!
//! Two short films of test pictures, of the film's own size and rate, go through the very arguments
//! of a segment. Each must have exactly its frames at their exact times, begin with a key frame, and
//! show what was drawn when software decodes it; and both must have the same headers.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use shared::plan::{Fit, Focus};

use super::candidates::Hardware;
use crate::ffmpeg::capabilities::Capabilities;
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::{Interrupt, Urgency};
use crate::process::{self, Command, Finished, Limits, Lines, ProcessError};
use crate::render::command::{arguments, global};
use crate::render::crew::lock;
use crate::render::encoder::Encoder;
use crate::render::error::RenderError;
use crate::render::filters;
use crate::render::job::side_by_side;
use crate::render::judge;
use crate::render::sample_table;
use crate::render::schedule::estimate::Footprint;
use crate::render::segment::{Canvas, Encode, Framing, Pattern, Picture, Segment};

/// The two films, with the frames of each: different pictures, and different lengths.
const FILMS: [(Pattern, u32); 2] = [(Pattern::Moving, 12), (Pattern::Counting, 7)];
/// The least likeness of every frame to what was drawn, in decibels (PSNR over all planes). At the
/// coarsest quality software has 39 at 160x90 and 48 at 1080p, and 31 nine steps below it; with the
/// neighbour of a moving picture in its place, with colours swapped, without them or upside down it
/// is 27 or less (all measured).
const LEAST_LIKENESS: f64 = 30.0;
/// A test encode is a matter of a second; whoever needs longer is no help.
const PATIENCE: Limits = Limits::QUESTION;
/// How often a trial looks whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Why an encoder is not used.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody knows: the user stopped it.
    Interrupted,
    /// Nobody knows: it is this that failed, and not the encoder.
    Elsewhere(Box<RenderError>),
    /// What is wrong with it.
    Because(String),
}

/// Where and for what an encoder is tried.
pub(super) struct Trial<'a> {
    pub(super) tools: &'a Tools,
    pub(super) canvas: Canvas,
    pub(super) encoder: Encoder,
    /// Gives names for files that nobody else writes; they are gone afterwards.
    pub(super) scratch: &'a (dyn Fn() -> PathBuf + Sync),
    pub(super) interrupt: &'a Interrupt,
}

impl Trial<'_> {
    /// Tries an encoder, and gives the hash of the headers that all of its films have.
    pub(super) fn of(&self, hardware: Hardware) -> Result<String, Refusal> {
        let mut common = None;
        for (pattern, frames) in FILMS {
            let out = (self.scratch)();
            let headers = self.film(hardware, pattern, frames, &out);
            let _ = std::fs::remove_file(&out);
            let headers = headers?;
            if common.get_or_insert_with(|| headers.clone()) != &headers {
                return because("its headers follow the picture, and no two films join");
            }
        }
        Ok(common.unwrap_or_default())
    }

    fn film(
        &self,
        hardware: Hardware,
        pattern: Pattern,
        frames: u32,
        out: &Path,
    ) -> Result<String, Refusal> {
        let segment = Segment {
            index: 0,
            frames,
            canvas: self.canvas,
            framing: Framing {
                fit: Fit::Crop,
                focus: Focus::CENTRE,
            },
            encode: Encode {
                encoder: self.encoder,
                hardware: Some(hardware),
                threads: 1,
                tone_map: false,
                footprint: Footprint::Usual,
            },
        };
        let args = arguments(&segment, &Picture::Pattern(pattern), out);
        let finished = self.run(args, &mut |_| {})?;
        match judge::ending(&finished, out) {
            Ok(None) => {}
            Ok(Some(fault)) => return because(plain(fault.said())),
            Err(error) => return Err(Refusal::Elsewhere(Box::new(error))),
        }
        let facts = sample_table::facts(out).or_else(|error| because(&error.to_string()))?;
        let good = judge::file(&segment, &finished, facts);
        let good = good.or_else(|fault| because(plain(fault.said())))?;
        if !sample_table::begins_with_key_frame(out) {
            return because("it does not begin with a key frame");
        }
        self.compare(pattern, frames, out)?;
        Ok(good.headers)
    }

    /// Holds every frame, as software decodes it, against what was drawn.
    fn compare(&self, pattern: Pattern, frames: u32, film: &Path) -> Result<(), Refusal> {
        let drawn = filters::pattern(self.canvas, pattern);
        // By their numbers, whatever the time stamps: those are measured already.
        let graph = format!(
            "[0:v]settb=AVTB,setpts=N,format=yuv420p[film];\
             {drawn},trim=end_frame={frames},settb=AVTB,setpts=N[drawn];\
             [film][drawn]psnr=shortest=1,metadata=mode=print:key={KEY}:file=-"
        );
        let mut args = global();
        args.extend(input::of(film));
        args.extend(["-filter_complex", &graph, "-f", "null", "-"].map(Into::into));
        let mut found = Vec::new();
        let finished = self.run(args, &mut |line| found.extend(likeness(line)))?;
        let messages = &finished.messages;
        if let Some(line) = messages.decisive_error() {
            let line = plain(line);
            return because(&format!("software cannot decode what it writes: {line}"));
        }
        if !finished.success() {
            let status = finished.status;
            return because(&format!("software cannot decode what it writes: {status}"));
        }
        if found.len() != frames as usize {
            let found = found.len();
            return because(&format!("{found} of its {frames} frames can be decoded"));
        }
        let worst = found.into_iter().fold(f64::INFINITY, f64::min);
        // What is no number is not alike either.
        if worst >= LEAST_LIKENESS {
            return Ok(());
        }
        because(&format!(
            "its pictures are not what was drawn: {worst:.1} dB, and {LEAST_LIKENESS:.0} are the \
             least"
        ))
    }

    fn run(
        &self,
        args: Vec<std::ffi::OsString>,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<Finished, Refusal> {
        let command = Command::new(&self.tools.ffmpeg).args(args);
        let mut lines = Lines::default();
        // Nothing of a trial is worth finishing: any wish to stop is one to stop at once.
        let stop = Interrupt::new();
        let ran = std::thread::scope(|scope| {
            let (done, until_done) = mpsc::channel::<()>();
            scope.spawn(|| {
                let until_done = until_done;
                while until_done.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                    if self.interrupt.urgency() != Urgency::None {
                        stop.raise(Urgency::Now);
                    }
                }
            });
            let ran = process::run(&command, PATIENCE, &stop, &mut |chunk| {
                lines.push(chunk, &mut *on_line);
                ControlFlow::Continue(())
            });
            drop(done);
            ran
        });
        ran.map_err(|error| match error {
            ProcessError::Interrupted => Refusal::Interrupted,
            error => Refusal::Because(error.to_string()),
        })
    }
}

/// The value that the filter writes for each frame.
const KEY: &str = "lavfi.psnr.psnr_avg";

/// The likeness in a line that tells it; `inf` for equal pictures.
fn likeness(line: &str) -> Option<f64> {
    line.strip_prefix(KEY)?
        .strip_prefix('=')?
        .trim()
        .parse()
        .ok()
}

fn because<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::Because(why.to_owned()))
}

/// A message of ffmpeg without the marks before it.
pub(super) fn plain(line: &str) -> &str {
    let after = |level| line.rsplit_once(level).map(|(_, text)| text);
    let text = after("[error] ").or_else(|| after("[fatal] "));
    text.unwrap_or(line)
}

/// Tries every encoder in hardware that this ffmpeg has, in a small size, two at a time. The reason
/// comes with each that does not work. Stopped by the user, the rest is left out.
pub(crate) fn examine(
    tools: &Tools,
    can: &Capabilities,
    interrupt: &Interrupt,
) -> Vec<(Hardware, Result<(), String>)> {
    /// Large enough for every encoder: some refuse what is smaller than about 150 pixels.
    const SIZE: (u32, u32) = (640, 360);
    let there = Hardware::ALL
        .into_iter()
        .filter(|hardware| can.encoders.contains(hardware.name()));
    let there: Vec<_> = there.collect();
    let untried = |why: String| there.iter().map(|one| (*one, Err(why.clone()))).collect();
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => return untried(format!("not tried, for want of a place: {error}")),
    };
    let Ok(rate) = shared::rate::Rate::whole(30) else {
        return untried("not tried".to_owned());
    };
    let numbers = std::sync::atomic::AtomicUsize::new(0);
    let scratch = || {
        let number = numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        folder.path().join(format!("{number}.mp4"))
    };
    let trial = Trial {
        tools,
        canvas: Canvas {
            width: SIZE.0,
            height: SIZE.1,
            rate,
        },
        encoder: Encoder::default(),
        scratch: &scratch,
        interrupt,
    };
    let found = Mutex::new(Vec::new());
    side_by_side(2, there.len(), |at| {
        if let Some(hardware) = there.get(at) {
            let result = match trial.of(*hardware) {
                Ok(_) => Ok(()),
                Err(Refusal::Because(why)) => Err(why),
                Err(Refusal::Elsewhere(error)) => Err(error.to_string()),
                Err(Refusal::Interrupted) => return,
            };
            lock(&found).push((*hardware, result));
        }
    });
    let mut found = std::mem::take(&mut *lock(&found));
    found.sort_by_key(|(hardware, _)| *hardware);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeness_of_each_frame_is_read_and_nothing_else() {
        assert_eq!(likeness("lavfi.psnr.psnr_avg=31.25"), Some(31.25));
        assert_eq!(likeness("lavfi.psnr.psnr_avg=inf"), Some(f64::INFINITY));
        assert_eq!(likeness("frame:0    pts:0       pts_time:0"), None);
        assert_eq!(likeness("lavfi.psnr.psnr_avg=?"), None);
    }

    #[test]
    fn a_reason_is_told_without_ffmpegs_marks() {
        let line = "[h264_nvenc] [error] Cannot load libcuda.so.1";
        assert_eq!(plain(line), "Cannot load libcuda.so.1");
        assert_eq!(plain("[fatal] no such option"), "no such option");
        assert_eq!(plain("exit status: 1"), "exit status: 1");
    }
}
