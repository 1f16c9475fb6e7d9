//! Asks ffprobe what a file is, and turns the answer into checked values or a reason.

use std::path::Path;

use shared::media::VideoStream;
use shared::rate::Rate;

mod error;
mod json;
mod read;

pub use error::ProbeError;
pub(crate) use json::micros;

use super::input;
use super::locate::Tools;
use crate::interrupt::Interrupt;
use crate::media::fingerprint::regular;
use crate::process::{self, Command, End, Limits, ProcessError};
use json::Document;
use read::checked;

/// Most bytes of ffprobe's answer that are read.
const ANSWER: usize = 16 << 20;
/// So many messages of the decoder while probing raise the suspicion of encryption.
const SUSPICIOUS: u64 = 8;

/// What a media file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Its size in bytes.
    pub bytes: u64,
    /// The container, by ffmpeg's names: `mov,mp4,m4a,3gp,3g2,mj2`.
    pub format: String,
    /// Where the container's time begins, in microseconds. Source positions in a plan count from
    /// here, as `-ss` does.
    pub start_us: i64,
    /// The container's duration in microseconds, as it says; it may be wrong.
    pub duration_us: Option<u64>,
    /// The first picture stream that is not a cover picture.
    pub video: Option<Video>,
    /// The first sound stream.
    pub audio: Option<Audio>,
}

/// A picture stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// Its position among all streams, as `-map 0:N` counts.
    pub index: u32,
    /// The codec, by ffmpeg's name.
    pub codec: String,
    /// Width as coded, before rotation, in pixels.
    pub width: u32,
    /// Height as coded, in pixels.
    pub height: u32,
    /// Pixel aspect ratio: width to height.
    pub sar: (u32, u32),
    /// Clockwise turn that shows it upright, in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Nominal frame rate, if frames come steadily.
    pub rate: Option<Rate>,
    /// Mean frame rate, by the container.
    pub average_rate: Option<Rate>,
    /// Ticks a second of its time stamps, by the container; microseconds where it does not say.
    pub clock: Rate,
    /// Pixel format, by ffmpeg's name.
    pub pix_fmt: String,
    /// Bits per component.
    pub bits: u8,
    /// The colours.
    pub colour: Colour,
    /// Whether it is one picture, such as a photograph, and no moving ones.
    pub still: bool,
    /// Whether frames hold two fields.
    pub interlaced: bool,
    /// Where it begins, counted from the container's start, in microseconds.
    pub start_us: i64,
    /// Its duration in microseconds: the stream's own, else the container's.
    pub duration_us: Option<u64>,
    /// How many frames it has, by the container.
    pub frames: Option<u64>,
}

/// How numbers mean colours, by ffmpeg's names; `None` where the file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Colour {
    /// `tv` or `pc`.
    pub range: Option<String>,
    /// Matrix, such as `bt709`.
    pub space: Option<String>,
    /// Transfer characteristic.
    pub transfer: Option<String>,
    /// Primaries.
    pub primaries: Option<String>,
}

/// The two ways of high dynamic range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hdr {
    /// Perceptual quantiser, SMPTE ST 2084.
    Pq,
    /// Hybrid log-gamma, ARIB STD-B67.
    Hlg,
}

impl Colour {
    /// Whether it is high dynamic range, and which.
    #[must_use]
    pub fn hdr(&self) -> Option<Hdr> {
        match self.transfer.as_deref()? {
            "smpte2084" => Some(Hdr::Pq),
            "arib-std-b67" => Some(Hdr::Hlg),
            _ => None,
        }
    }
}

/// A sound stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audio {
    /// Its position among all streams.
    pub index: u32,
    /// The codec, by ffmpeg's name.
    pub codec: String,
    /// Samples per second.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u32,
    /// Where it begins, counted from the container's start, in microseconds.
    pub start_us: i64,
    /// Its duration in microseconds: the stream's own, else the container's.
    pub duration_us: Option<u64>,
}

impl Video {
    /// A tick of its clock in seconds, as ffmpeg writes a time base: `1/15360`.
    #[must_use]
    pub fn tick(&self) -> String {
        format!("{}/{}", self.clock.den(), self.clock.num())
    }

    /// Size as shown: turned upright, with square pixels (neither way is made smaller, as in the page),
    /// at least 1 × 1.
    #[must_use]
    pub fn shown_size(&self) -> (u32, u32) {
        let (wide, high) = self.sar;
        let (width, height) = if wide > high {
            (stretched(self.width, wide, high), self.height)
        } else {
            (self.width, stretched(self.height, high, wide))
        };
        if self.rotation % 180 == 90 {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// As a plan describes it.
    #[must_use]
    pub fn described(&self) -> VideoStream {
        let (width, height) = self.shown_size();
        VideoStream {
            width,
            height,
            rate: self.rate,
            codec: self.codec.clone(),
        }
    }
}

/// `side` times `num` over `den`, to the nearest, at least 1.
fn stretched(side: u32, num: u32, den: u32) -> u32 {
    let den = u64::from(den).max(1);
    let long = (u64::from(side) * u64::from(num) + den / 2) / den;
    u32::try_from(long).unwrap_or(side).max(1)
}

impl Probe {
    /// The picture stream.
    ///
    /// # Errors
    /// [`ProbeError::NoVideo`] if there is none.
    pub fn require_video(&self, path: &Path) -> Result<&Video, ProbeError> {
        self.video.as_ref().ok_or_else(|| ProbeError::NoVideo {
            path: path.to_owned(),
            holds: if self.audio.is_some() {
                "sound only"
            } else {
                "no stream that can be decoded"
            },
        })
    }

    /// The sound stream.
    ///
    /// # Errors
    /// [`ProbeError::NoAudio`] if there is none.
    pub fn require_audio(&self, path: &Path) -> Result<&Audio, ProbeError> {
        self.audio.as_ref().ok_or_else(|| ProbeError::NoAudio {
            path: path.to_owned(),
        })
    }
}

/// Asks ffprobe about `path`.
///
/// # Errors
/// [`ProbeError`]: not a regular file, not media, encrypted, or ffprobe failed. A file without a
/// picture is no error here: see [`Probe::require_video`].
pub fn probe(tools: &Tools, path: &Path, interrupt: &Interrupt) -> Result<Probe, ProbeError> {
    let (_, metadata) = regular(path)?;
    if metadata.len() == 0 {
        return Err(ProbeError::Empty {
            path: path.to_owned(),
        });
    }
    let ask = |questions: &[&str]| {
        let command = Command::new(&tools.ffprobe)
            .args(["-hide_banner", "-v", "level+error"])
            .args(input::global())
            .args(questions)
            .args(["-of", "json"])
            .args(input::of(path));
        let ask = || {
            let (finished, answer) =
                process::capture(&command, Limits::QUESTION, interrupt, ANSWER)?;
            Ok((finished.unless_killed(&command)?, answer))
        };
        match ask() {
            // That says nothing about the file: once more.
            Err(ProcessError::Killed { .. }) => ask(),
            once => once,
        }
        .map_err(|source| ProbeError::Process {
            path: path.to_owned(),
            source,
        })
    };
    let (finished, answer) = ask(&["-show_streams", "-show_format"])?;
    let document: Option<Document> = serde_json::from_slice(&answer).ok();
    let document = document
        .filter(|document| finished.success() && !document.streams.is_empty())
        .ok_or_else(|| ProbeError::NotMedia {
            path: path.to_owned(),
            said: match finished.end() {
                End::Crashed => format!("ffprobe crashed on it ({})", finished.status),
                _ => reason(finished.messages.decisive(), path),
            },
        })?;
    if finished.messages.errors >= SUSPICIOUS {
        let (_, packets) = ask(&["-show_packets", "-read_intervals", "%+#1"])?;
        let packets = String::from_utf8_lossy(&packets);
        if packets.contains("Encryption info") {
            return Err(ProbeError::Encrypted {
                path: path.to_owned(),
            });
        }
    }
    Ok(checked(&document, metadata.len()))
}

/// ffprobe's decisive line without addresses and without the file's name in front.
fn reason(line: Option<&str>, path: &Path) -> String {
    let Some(line) = line else {
        return "no stream in it".to_owned();
    };
    let name = input::url(path);
    let line = line.replace("[error] ", "").replace("[fatal] ", "");
    let line = line.strip_prefix(&*name.to_string_lossy()).unwrap_or(&line);
    let line = line.trim_start_matches(": ");
    match line.split_once("] ") {
        Some((front, rest)) if front.starts_with('[') => rest.to_owned(),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence_for_people() {
        let line = "[mov,mp4 @ 0x55] [error] moov atom not found";
        assert_eq!(
            reason(Some(line), Path::new("/a.mp4")),
            "moov atom not found"
        );
        let line = "[error] file:/a.mp4: Invalid data found when processing input";
        assert_eq!(
            reason(Some(line), Path::new("/a.mp4")),
            "Invalid data found when processing input"
        );
    }
}
