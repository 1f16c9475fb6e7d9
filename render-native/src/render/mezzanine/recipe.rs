//! How one mezzanine is made: pure data and pure text.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cost::GROUP;
use crate::ffmpeg::input;
use crate::ffmpeg::probe::Video;
use crate::render::command::{CLEAN, global};
use crate::render::filters::seconds;
use crate::render::segment::Take;

/// Time that is kept before and after what a segment shows, in microseconds: seeks, time bases and
/// containers' beginnings round.
pub(super) const EDGE: u64 = 2_000;

/// One mezzanine: stretches of one clip, made in one pass over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::render) struct Recipe {
    /// The clip, by its position in the plan's media.
    pub(super) media: u32,
    /// Where the clip's own time begins, in microseconds. Stretches count from there.
    pub(super) origin: u64,
    /// Ticks per second of the clip's time stamps.
    pub(super) clock: u32,
    /// What is kept, in microseconds, in order, apart from each other: first and last instant.
    pub(super) stretches: Vec<(u64, u64)>,
    /// Whether pictures are kept at half width and height.
    pub(super) half: bool,
}

impl Recipe {
    /// Whether it holds all of a clip from `start` to `end`.
    pub(in crate::render) fn holds(&self, media: u32, start: u64, end: u64) -> bool {
        let mut stretches = self.stretches.iter();
        self.media == media && stretches.any(|(from, to)| *from <= start && end <= *to)
    }

    /// A source as it is read from its mezzanine in `path`.
    ///
    /// The container of the copy counts time more finely than many clips do, so the start is
    /// rounded to the clip's clock here, as ffmpeg rounds it when it reads the clip.
    pub(in crate::render) fn take(&self, source: &Take, path: PathBuf) -> Take {
        Take {
            path,
            start_us: self.on_the_clock(source.start_us),
            origin_us: self.origin,
            video: Video {
                index: 0,
                ..source.video.clone()
            },
            ..source.clone()
        }
    }

    /// The instant of the nearest tick of the clip, to the nearest microsecond.
    fn on_the_clock(&self, start_us: u64) -> u64 {
        let (clock, second) = (u128::from(self.clock.max(1)), 1_000_000);
        let at = u128::from(self.origin) + u128::from(start_us);
        let tick = (at * clock + second / 2) / second;
        let at = (tick * second + clock / 2) / clock;
        u64::try_from(at).map_or(start_us, |at| at.saturating_sub(self.origin))
    }

    /// What can change a pixel of a segment that is made from it: everything but its extent.
    pub(in crate::render) fn look(&self, video: &Video) -> Vec<OsString> {
        let mut look: Vec<OsString> = vec!["mezzanine".into(), self.scale().into()];
        look.extend(encoder(video, 1));
        look
    }

    /// The size of its pictures, upright.
    pub(super) fn size(&self, video: &Video) -> (u32, u32) {
        let (width, height) = if video.rotation % 180 == 90 {
            (video.height, video.width)
        } else {
            (video.width, video.height)
        };
        if self.half {
            (width / 2, height / 2)
        } else {
            (width, height)
        }
    }

    /// Frames that it will have of a clip of `rate` frames a second, roughly.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    pub(super) fn frames(&self, rate: f64) -> u64 {
        let lengths = self
            .stretches
            .iter()
            .map(|(from, to)| to.saturating_sub(*from));
        (lengths.sum::<u64>() as f64 / 1e6 * rate).ceil() as u64
    }

    /// Seconds from the clip's start to the end of what is kept, rounded up: the most that may
    /// have to be decoded.
    pub(super) fn span(&self) -> u64 {
        let end = self.stretches.last().map_or(0, |(_, to)| *to);
        end.div_ceil(1_000_000)
    }

    /// In what a finished mezzanine does not look like its source, in a word.
    pub(super) fn difference(&self, source: &Video, made: &Video) -> Option<&'static str> {
        let turned = source.rotation % 180 == 90;
        let (num, den) = source.sar;
        let shape = if turned { (den, num) } else { (num, den) };
        // Where nothing is said of the range, it is that of video.
        let range = |video: &Video| {
            video
                .colour
                .range
                .clone()
                .unwrap_or_else(|| "tv".to_owned())
        };
        let colour = |video: &Video| {
            let colour = video.colour.clone();
            (colour.space, colour.transfer, colour.primaries)
        };
        [
            ("size", (made.width, made.height) != self.size(source)),
            ("pixel shape", made.sar != shape),
            ("rotation", made.rotation != 0),
            ("pixel format", made.pix_fmt != source.pix_fmt),
            ("range", range(made) != range(source)),
            ("colour", colour(made) != colour(source)),
            ("field order", made.interlaced),
        ]
        .into_iter()
        .find_map(|(name, differs)| differs.then_some(name))
    }

    fn scale(&self) -> &'static str {
        if self.half {
            ",scale=w=iw/2:h=ih/2:flags=bicubic"
        } else {
            ""
        }
    }

    /// Instants of the clip's own time stamps.
    pub(super) fn instants(&self) -> impl Iterator<Item = (u64, u64)> {
        let shift = |at: u64| at.saturating_add(self.origin);
        // The container's own beginning is rounded, and may lie after its first picture.
        let begin = move |from: u64| {
            let begin = shift(from);
            if from == 0 {
                begin.saturating_sub(EDGE)
            } else {
                begin
            }
        };
        let stretches = self.stretches.iter();
        stretches.map(move |(from, to)| (begin(*from), shift(*to)))
    }

    /// The arguments that make it of `source` in the file `out`.
    ///
    /// Time stamps stay what they are (`-copyts`, and the source's time base for the encoder); the
    /// container is NUT, which holds any time stamp in any time base. Pictures come upright, since
    /// NUT knows no rotation.
    pub(super) fn arguments(
        &self,
        source: &Path,
        video: &Video,
        threads: usize,
        out: &Path,
    ) -> Vec<OsString> {
        let mut args = global();
        let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
        let count = threads.to_string();
        add(&["-filter_threads", &count, "-copyts", "-threads", &count]);
        let start = self.stretches.first().map_or(0, |(from, _)| *from);
        if start > 0 {
            add(&["-ss", &seconds(start)]);
        }
        args.extend(input::of(source));
        let wanted: Vec<String> = self
            .instants()
            .map(|(from, to)| format!("between(t,{},{})", seconds(from), seconds(to)))
            .collect();
        // `trim` ends the reading; `select` alone would decode to the end of the file. It counts in
        // ticks of the clip, which may be as long as a picture: so it ends a second later.
        let end = self.instants().last().map_or(0, |(_, to)| to);
        let filter = format!(
            "trim=end={},select='{}'{}",
            seconds(end.saturating_add(1_000_000)),
            wanted.join("+"),
            self.scale()
        );
        let map = format!("0:{}", video.index);
        args.extend(["-map", &map, "-an", "-sn", "-dn", "-vf", &filter].map(OsString::from));
        args.extend(["-fps_mode", "passthrough", "-enc_time_base"].map(OsString::from));
        args.push(video.tick().into());
        args.extend(CLEAN.map(OsString::from));
        args.extend(encoder(video, threads));
        args.extend(["-progress", "pipe:1", "-f", "nut"].map(OsString::from));
        args.push(input::url(out));
        args
    }
}

/// Near to lossless, quick to write and to read, and short groups of pictures.
fn encoder(video: &Video, threads: usize) -> Vec<OsString> {
    let params = format!("keyint={GROUP}:open-gop=0");
    [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-crf",
        "10",
        "-bf",
        "0",
        "-pix_fmt",
        &video.pix_fmt,
        "-threads",
        &threads.to_string(),
        "-x264-params",
        &params,
    ]
    .map(OsString::from)
    .into()
}

/// Why a clip has no mezzanine whatever it would save, in words. `None` if it can have one.
///
/// What a mezzanine could not carry over unchanged stays as it is: fields, alpha, depths beyond 10
/// bits, and the light levels that tone mapping goes by.
pub(super) fn unfit(video: &Video) -> Option<&'static str> {
    const FORMATS: [&str; 9] = [
        "yuv420p",
        "yuvj420p",
        "yuv422p",
        "yuvj422p",
        "yuv444p",
        "yuvj444p",
        "yuv420p10le",
        "yuv422p10le",
        "yuv444p10le",
    ];
    if video.still {
        Some("it is a still picture")
    } else if video.interlaced {
        Some("its frames hold two fields")
    } else if video.colour.hdr().is_some() {
        Some("it is of high dynamic range, whose light levels would be lost")
    } else if !FORMATS.contains(&video.pix_fmt.as_str()) {
        Some("its pixel format is not kept by the encoder")
    } else {
        None
    }
}
