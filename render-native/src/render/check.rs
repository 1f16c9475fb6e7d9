//! Measures a file that ffmpeg has written. Its exit status says nothing: it may be 0 for half a
//! film. What is believed is the count of the frames and their time stamps.

use std::ops::ControlFlow;
use std::path::Path;

use super::segment::Canvas;
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, Lines, ProcessError};

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Presentation time of every picture in ticks, in order.
    pub(super) pts: Vec<i64>,
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    /// Codec, pixel format and time base, as ffprobe writes them.
    pub(super) kind: (String, String, String),
    /// Hash of the decoder's headers: they must be alike in all segments.
    pub(super) headers: String,
    /// Duration of the sound in microseconds, if there is sound.
    pub(super) audio_us: Option<i64>,
}

impl Facts {
    /// What is wrong with a film or segment that should have so many frames. `None` if nothing.
    pub(super) fn fault(&self, canvas: Canvas, frames: u64) -> Option<String> {
        let found = self.pts.len() as u64;
        if found != frames {
            return Some(format!("{found} frames instead of {frames}"));
        }
        let step = canvas.ticks_per_frame();
        let (_, _, time_base) = &self.kind;
        let in_ticks = *time_base == format!("1/{}", canvas.timescale());
        let off = self.pts.iter().zip(0_u64..).find(|(pts, index)| {
            if in_ticks {
                u64::try_from(**pts).ok() != index.checked_mul(step)
            } else {
                !is_near(**pts, *index, time_base, canvas)
            }
        });
        if let Some((pts, index)) = off {
            return Some(format!(
                "frame {index} has the time stamp {pts} of {time_base}"
            ));
        }
        if self.size != (canvas.width, canvas.height) {
            return Some(format!("pictures of {}x{}", self.size.0, self.size.1));
        }
        let (codec, pix_fmt, _) = &self.kind;
        (codec != "h264" || pix_fmt != "yuv420p").then(|| format!("{codec} in {pix_fmt}"))
    }
}

/// In containers with a coarse time base a frame stands within one tick of its instant.
fn is_near(pts: i64, index: u64, time_base: &str, canvas: Canvas) -> bool {
    let near = || {
        let (num, den) = time_base.split_once('/')?;
        let (num, den) = (num.parse::<u32>().ok()?, den.parse::<u32>().ok()?);
        let (num, den) = (i128::from(num), i128::from(den));
        // |pts * num / den - index * rate_den / rate_num| <= num / den, without division.
        let (rate_num, rate_den) = (i128::from(canvas.rate.num()), i128::from(canvas.rate.den()));
        let shown = i128::from(pts).checked_mul(num)?.checked_mul(rate_num)?;
        let due = i128::from(index).checked_mul(rate_den)?.checked_mul(den)?;
        Some(shown.checked_sub(due)?.checked_abs()? <= num * rate_num)
    };
    // A time stamp beyond all numbers is nowhere near.
    near().unwrap_or(false)
}

/// Reads every packet of the first picture stream of our own file `path`, and the sound's length.
/// Nothing is decoded. A file that cannot be opened has no frames.
///
/// # Errors
/// [`ProcessError`] if ffprobe could not be run to its end. A kill says nothing about the file, so
/// after one it is asked again.
pub(super) fn measure(
    tools: &Tools,
    path: &Path,
    interrupt: &Interrupt,
) -> Result<Facts, ProcessError> {
    match ask(tools, path, interrupt) {
        Err(ProcessError::Killed { .. }) => ask(tools, path, interrupt),
        once => once,
    }
}

fn ask(tools: &Tools, path: &Path, interrupt: &Interrupt) -> Result<Facts, ProcessError> {
    let command = Command::new(&tools.ffprobe)
        .args([
            "-hide_banner",
            "-v",
            "level+error",
            "-show_data_hash",
            "md5",
        ])
        .args(input::global())
        .args(["-show_entries", ENTRIES, "-of", "compact=p=1:nk=0"])
        .args(input::of(path));
    let mut facts = Facts::default();
    let mut lines = Lines::default();
    let mut picture = None;
    process::run(&command, Limits::JOB, interrupt, &mut |chunk| {
        lines.push(chunk, |line| facts.take(line, &mut picture));
        ControlFlow::Continue(())
    })?
    .unless_killed(&command)?;
    facts.pts.sort_unstable();
    Ok(facts)
}

const ENTRIES: &str = "packet=codec_type,pts:\
    stream=codec_type,codec_name,width,height,pix_fmt,time_base,extradata_hash,duration";

impl Facts {
    pub(super) fn take(&mut self, line: &str, picture: &mut Option<()>) {
        let mut fields = line.split('|');
        let section = fields.next();
        let field = |name: &str| {
            line.split('|')
                .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let kind = field("codec_type");
        let text = |name| field(name).unwrap_or_default().to_owned();
        match (section, kind) {
            (Some("packet"), Some("video")) => {
                // A packet without a time stamp counts, and stands out.
                let pts = field("pts").and_then(|pts| pts.parse().ok());
                self.pts.push(pts.unwrap_or(i64::MIN));
            }
            (Some("stream"), Some("video")) if picture.is_none() => {
                *picture = Some(());
                let number = |name| field(name).and_then(|n| n.parse().ok()).unwrap_or(0);
                self.size = (number("width"), number("height"));
                self.kind = (text("codec_name"), text("pix_fmt"), text("time_base"));
                self.headers = text("extradata_hash");
            }
            (Some("stream"), Some("audio")) => {
                self.audio_us = field("duration")
                    .and_then(|seconds| crate::ffmpeg::probe::micros(&seconds.into()));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANVAS: fn() -> Canvas = || Canvas {
        width: 640,
        height: 360,
        rate: "30000/1001".parse().unwrap(),
    };

    fn good(frames: i64) -> Facts {
        Facts {
            pts: (0..frames).map(|i| i * 1001).collect(),
            size: (640, 360),
            kind: ("h264".into(), "yuv420p".into(), "1/30000".into()),
            ..Facts::default()
        }
    }

    #[test]
    fn only_exact_counts_and_time_stamps_pass() {
        assert_eq!(good(5).fault(CANVAS(), 5), None);
        assert!(
            good(5)
                .fault(CANVAS(), 6)
                .unwrap()
                .contains("5 frames instead of 6")
        );
        let mut shifted = good(5);
        shifted.pts[3] += 1;
        assert!(
            shifted
                .fault(CANVAS(), 5)
                .unwrap()
                .starts_with("frame 3 has")
        );
        let mut late = good(5);
        late.pts.iter_mut().for_each(|pts| *pts += 1001);
        assert!(late.fault(CANVAS(), 5).is_some());
        let mut small = good(5);
        small.size = (320, 180);
        assert!(small.fault(CANVAS(), 5).is_some());
    }

    #[test]
    fn a_coarse_time_base_is_judged_within_its_tick() {
        let mut facts = good(4);
        facts.kind.2 = "1/1000".into();
        facts.pts = vec![0, 33, 67, 100];
        assert_eq!(facts.fault(CANVAS(), 4), None);
        facts.pts[3] = 102;
        assert!(facts.fault(CANVAS(), 4).is_some());
    }

    #[test]
    fn ffprobes_lines_are_read() {
        let mut facts = Facts::default();
        let mut picture = None;
        for line in [
            "packet|codec_type=video|pts=1001",
            "packet|codec_type=audio|pts=5",
            "packet|codec_type=video|pts=0",
            "stream|codec_name=h264|codec_type=video|width=640|height=360|pix_fmt=yuv420p|time_base=1/30000|duration=1.0|extradata_hash=MD5:1",
            "stream|codec_name=aac|codec_type=audio|time_base=1/44100|duration=1.001000|extradata_hash=MD5:2",
        ] {
            facts.take(line, &mut picture);
        }
        assert_eq!(facts.pts, [1001, 0]);
        assert_eq!((facts.size, facts.audio_us), ((640, 360), Some(1_001_000)));
        assert_eq!(facts.headers, "MD5:1");
    }
}
