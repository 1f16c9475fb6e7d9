//! Decodes film and song, in streams of bounded memory.

use std::io::BufRead as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use shared::rate::Rate;

use super::VerifyError;
use super::audio::{Listener, RATE};
use super::change::{ChangeMeter, Changes, FRAME_BYTES, HEIGHT, WIDTH};
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::Video;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Finished, Limits};
use crate::progress::{Event, Progress, Stage};

/// Frames between two reports of progress.
const REPORT_FRAMES: u64 = 25;

/// The film's picture, reduced to what is judged.
#[derive(Debug)]
pub(super) struct Picture {
    /// How it changes.
    pub(super) changes: Changes,
    /// The time stamp of each frame, in ticks of `time_base`.
    pub(super) stamps: Vec<Option<i64>>,
    /// Ticks a second of the stamps.
    pub(super) time_base: Rate,
    /// Messages of the decoder that it calls errors.
    pub(super) errors: u64,
}

/// Decodes the stream `video` of `film`: every frame once, as small pictures here and as time stamps
/// into a file, which ffmpeg keeps beside the pictures of the same decoder.
pub(super) fn picture(
    tools: &Tools,
    film: &Path,
    video: &Video,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Picture, VerifyError> {
    let stamps_file =
        tempfile::NamedTempFile::new().map_err(|source| VerifyError::Scratch { source })?;
    let small = format!("scale={WIDTH}:{HEIGHT}:flags=area,format=yuv444p");
    let command = decoder(tools)
        .args(["-copyts", "-y"])
        .args(input::of(film))
        .args(output(video, &small, "rawvideo"))
        .arg("pipe:1")
        .args(output(video, "scale=2:2:flags=neighbor", "framecrc"))
        .arg(input::url(stamps_file.path()));
    let mut meter = ChangeMeter::default();
    let mut rest = Vec::with_capacity(FRAME_BYTES);
    let mut frames = 0;
    let finished = run(&command, film, interrupt, &mut |mut chunk| {
        while !chunk.is_empty() {
            let (taken, left) = chunk.split_at((FRAME_BYTES - rest.len()).min(chunk.len()));
            rest.extend_from_slice(taken);
            chunk = left;
            if rest.len() == FRAME_BYTES {
                meter.push(&rest);
                rest.clear();
                frames += 1;
                if frames % REPORT_FRAMES == 0 {
                    progress.report(Event::Advanced {
                        stage: Stage::Verify,
                        done: frames,
                    });
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    let (stamps, time_base) = read_stamps(stamps_file.path())
        .filter(|(stamps, _)| stamps.len() as u64 == frames)
        .ok_or_else(|| VerifyError::Decode {
            path: film.to_owned(),
            said: "its frames and their time stamps could not be read together".to_owned(),
        })?;
    Ok(Picture {
        changes: meter.finish(),
        stamps,
        time_base,
        errors: finished.messages.errors,
    })
}

/// Decodes the first sound stream of `path` to mono at [`RATE`] until `listener` has heard enough.
pub(super) fn sound(
    tools: &Tools,
    path: &Path,
    index: u32,
    listener: &mut Listener,
    interrupt: &Interrupt,
) -> Result<(), VerifyError> {
    let command = decoder(tools)
        .args(input::of(path))
        .args(["-map", &format!("0:{index}"), "-ac", "1", "-ar"])
        .arg(RATE.to_string())
        .args(["-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"]);
    let end = listener.end();
    let mut rest: Vec<u8> = Vec::new();
    let mut heard = 0;
    run(&command, path, interrupt, &mut |chunk| {
        rest.extend_from_slice(chunk);
        let (whole, _) = rest.as_chunks::<4>();
        let samples: Vec<f32> = whole
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        rest.drain(..samples.len() * 4);
        listener.push(&samples);
        heard += samples.len() as u64;
        if heard >= end {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(())
}

fn decoder(tools: &Tools) -> Command {
    Command::new(&tools.ffmpeg)
        .args(["-hide_banner", "-nostdin", "-v", "level+warning"])
        .args(input::global())
}

/// One output of every frame of a stream, none dropped and none repeated, stamped as in the film.
fn output(video: &Video, filter: &str, muxer: &str) -> Vec<String> {
    let map = format!("0:{}", video.index);
    let tick = video.tick();
    [
        "-map",
        &map,
        "-vf",
        filter,
        "-fps_mode",
        "passthrough",
        "-enc_time_base",
        &tick,
        "-c:v",
        "rawvideo",
        "-f",
        muxer,
    ]
    .map(str::to_owned)
    .into()
}

fn run(
    command: &Command,
    path: &Path,
    interrupt: &Interrupt,
    on_stdout: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Finished, VerifyError> {
    let failed = |source| VerifyError::Process {
        path: path.to_owned(),
        source,
    };
    let finished = process::run(command, Limits::JOB, interrupt, on_stdout).map_err(failed)?;
    if finished.success() || finished.stopped {
        return Ok(finished);
    }
    let said = finished
        .messages
        .decisive()
        .map_or_else(|| finished.status.to_string(), str::to_owned);
    Err(VerifyError::Decode {
        path: PathBuf::from(path),
        said,
    })
}

/// Reads what ffmpeg's `framecrc` wrote: `#tb 0: 1/15360`, then a line a frame with stream, dts,
/// pts, duration, size and checksum.
fn read_stamps(path: &Path) -> Option<(Vec<Option<i64>>, Rate)> {
    let mut time_base = None;
    let mut stamps = Vec::new();
    for line in std::io::BufReader::new(std::fs::File::open(path).ok()?).lines() {
        let line = line.ok()?;
        if let Some(base) = line.strip_prefix("#tb 0:") {
            let (num, den) = base.trim().split_once('/')?;
            time_base = Some(Rate::new(den.parse().ok()?, num.parse().ok()?).ok()?);
        } else if !line.starts_with('#') {
            stamps.push(line.split(',').nth(2)?.trim().parse().ok());
        }
    }
    Some((stamps, time_base?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn stamps_are_read_with_their_time_base() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(
            b"#software: Lavf59\n#tb 0: 1001/30000\n#media_type 0: video\n\
              0,          0,          0,        1,     12, 0x0\n\
              0,      NOPTS,      NOPTS,        1,     12, 0x0\n\
              0,          2,          2,        1,     12, 0x0\n",
        )
        .unwrap();
        let (stamps, base) = read_stamps(file.path()).unwrap();
        assert_eq!(stamps, [Some(0), None, Some(2)]);
        assert_eq!(base, "30000/1001".parse().unwrap());
    }
}
