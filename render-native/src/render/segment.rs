//! A segment: one render job, with everything that can change a pixel of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::fingerprint::Fingerprint;
use shared::plan::{Fit, Focus, Speed};
use shared::rate::Rate;

use super::encoder::Encoder;
use super::hardware::Hardware;
use super::schedule::estimate::Footprint;
use crate::ffmpeg::probe::Video;

/// The film's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Canvas {
    /// Width in pixels, even.
    pub(super) width: u32,
    /// Height in pixels, even.
    pub(super) height: u32,
    /// Frames per second, exact.
    pub(super) rate: Rate,
}

impl Canvas {
    /// Ticks per second of every time stamp written: a multiple of the rate's numerator, so that
    /// a frame is a whole number of ticks, in segments and film alike. Without that, joined
    /// segments drift.
    #[must_use]
    pub(super) const fn timescale(self) -> u32 {
        let num = self.rate.num();
        if num <= 1000 { num * 1000 } else { num }
    }

    /// Ticks of [`Self::timescale`] for one frame.
    #[must_use]
    pub(super) const fn ticks_per_frame(self) -> u64 {
        self.rate.den() as u64 * (self.timescale() / self.rate.num()) as u64
    }
}

/// How pictures are encoded; the same for every segment of a film, since their headers must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encode {
    /// What the encoder is asked for.
    pub(super) encoder: Encoder,
    /// The encoder in hardware that is asked for it; libx264 if `None`.
    pub(super) hardware: Option<Hardware>,
    /// Threads of decoder, filters and encoder, each.
    pub(super) threads: usize,
    /// Whether high dynamic range can be tone-mapped.
    pub(super) tone_map: bool,
    /// How much memory it may take.
    pub(super) footprint: Footprint,
}

impl Encode {
    /// The same with another footprint; the headers stay the same.
    #[must_use]
    pub(super) const fn within(self, footprint: Footprint) -> Self {
        let threads = match footprint {
            Footprint::Usual => self.threads,
            Footprint::Smallest => 1,
        };
        Self {
            threads,
            footprint,
            ..self
        }
    }
}

/// A stretch of a source, found and probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Take {
    /// Its position in the plan's media.
    pub(super) media: u32,
    /// The source's file.
    pub(super) path: PathBuf,
    /// The source's content.
    pub(super) fingerprint: Fingerprint,
    /// The source's picture stream.
    pub(super) video: Video,
    /// First instant, in microseconds from the container's start.
    pub(super) start_us: u64,
    /// Where the container's time begins by the time stamps of a mezzanine, which are those of its
    /// source; of no meaning elsewhere.
    pub(super) origin_us: u64,
    /// How fast it runs.
    pub(super) speed: Speed,
}

/// How a picture of another shape is brought into the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Framing {
    /// How it is fitted.
    pub(super) fit: Fit,
    /// Which part is kept where that cuts something off.
    pub(super) focus: Focus,
}

/// One render job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Position in the plan, from 0.
    pub(super) index: usize,
    /// Frames, at least 1.
    pub(super) frames: u32,
    /// The film's picture.
    pub(super) canvas: Canvas,
    /// How a picture of another shape is brought into the frame.
    pub(super) framing: Framing,
    /// How it is encoded.
    pub(super) encode: Encode,
}

/// What a segment shows and how it gets at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Picture<'a> {
    /// A stretch of a source.
    Take {
        /// Which.
        take: &'a Take,
        /// How it is read.
        way: Way,
    },
    /// One picture of a source, held.
    Still {
        /// Whose first picture.
        take: &'a Take,
    },
    /// A plain dark picture.
    Slate,
    /// A test picture, for a test encode.
    Pattern(Pattern),
}

/// A picture that moves and is the same every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Colours and noise that move.
    Moving,
    /// Bars, and a number that counts.
    Counting,
}

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By its index, to the instant.
    Seek,
    /// From its start on, whatever its index says.
    Sequential,
    /// By its index, with the plainest filters and the least memory.
    Plain,
    /// By its index; where it ends, its last picture stays.
    Extended,
    /// By the index of a mezzanine, which has the source's own time stamps.
    Mezzanine,
}

/// Version of the renderer's way with pictures: a higher one makes every segment anew.
pub(super) const ENGINE: u32 = 1;

/// Tells whether a finished segment is still the one that is wanted.
///
/// BLAKE3 over everything that can change a pixel: the arguments of ffmpeg with the file replaced
/// by its content, the version of ffmpeg, and ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SegmentKey(String);

impl SegmentKey {
    /// The key of a segment whose best way is `args`, reading from contents `sources`: those of
    /// the take, then of everything that may stand in for it.
    #[must_use]
    pub(super) fn new<'a>(
        args: impl IntoIterator<Item = &'a std::ffi::OsStr>,
        sources: impl IntoIterator<Item = (Fingerprint, u64, Speed)>,
        ffmpeg: &str,
    ) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(&ENGINE.to_le_bytes());
        part(ffmpeg.as_bytes());
        for arg in args {
            part(arg.as_encoded_bytes());
        }
        part(b"sources");
        for (fingerprint, start, speed) in sources {
            part(fingerprint.to_string().as_bytes());
            part(&start.to_le_bytes());
            part(speed.to_string().as_bytes());
        }
        Self(hasher.finalize().to_hex().to_string())
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_a_whole_number_of_ticks_at_every_rate() {
        for (rate, timescale, ticks) in [
            ("30", 30_000, 1_000),
            ("30000/1001", 30_000, 1_001),
            ("24", 24_000, 1_000),
            ("24000/1001", 24_000, 1_001),
            ("60000/1001", 60_000, 1_001),
            ("2997/100", 2_997, 100),
            ("25/2", 25_000, 2_000),
        ] {
            let rate: Rate = rate.parse().unwrap();
            let canvas = Canvas {
                width: 2,
                height: 2,
                rate,
            };
            assert_eq!(
                (canvas.timescale(), canvas.ticks_per_frame()),
                (timescale, ticks)
            );
            let exact = u64::from(canvas.timescale()) * u64::from(rate.den());
            assert_eq!(canvas.ticks_per_frame() * u64::from(rate.num()), exact);
        }
    }

    #[test]
    fn arguments_do_not_run_into_each_other_in_a_key() {
        let key = |args: &[&str]| SegmentKey::new(args.iter().map(std::ffi::OsStr::new), [], "5");
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
    }
}
