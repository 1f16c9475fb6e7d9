//! A segment as ffmpeg's arguments: pure, so that what will be asked can be read in a test.

use std::ffi::OsString;
use std::path::Path;

use super::encoder::Encoder;
use super::filters;
use super::hardware::Hardware;
use super::schedule::estimate::Footprint;
use super::segment::{Picture, Segment, Take, Way};
use crate::ffmpeg::input;

/// Arguments of every run: no questions, marked messages, at most so much at once.
pub(super) fn global() -> Vec<OsString> {
    let mut args: Vec<OsString> = ["-hide_banner", "-nostdin", "-v", "level+warning", "-y"]
        .map(Into::into)
        .into();
    args.extend(input::global());
    args
}

/// Arguments that keep everything private or changing out of a file: a camera's place and time,
/// ffmpeg's version, today's date.
pub(super) const CLEAN: [&str; 10] = [
    "-map_metadata",
    "-1",
    "-map_chapters",
    "-1",
    "-write_tmcd",
    "0",
    "-fflags",
    "+bitexact",
    "-flags",
    "+bitexact",
];

/// The arguments that make `segment`, showing `picture`, in the file `out`.
#[must_use]
pub(super) fn arguments(segment: &Segment, picture: &Picture<'_>, out: &Path) -> Vec<OsString> {
    let canvas = segment.canvas;
    let threads = segment.encode.threads.to_string();
    let mut args = global();
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    let hardware = segment.encode.hardware;
    add(hardware.map_or(&[], Hardware::device));
    let upload = hardware.map_or("", Hardware::upload);
    add(&["-filter_threads", &threads]);
    let source = match picture {
        Picture::Take { take, way } => Some((*take, Some(*way))),
        Picture::Still { take } => Some((*take, None)),
        Picture::Slate | Picture::Pattern(_) => None,
    };
    if let Some((take, way)) = source {
        let tone_map = segment.encode.tone_map;
        args.extend(reading(take, way, &threads));
        let filter = match way {
            Some(way) => filters::chain(canvas, segment.framing, take, way, tone_map),
            None => filters::still(canvas, segment.framing, take, tone_map),
        } + upload;
        let map = format!("0:{}", take.video.index);
        let more = ["-map", &map, "-an", "-sn", "-dn", "-vf", &filter];
        args.extend(more.map(OsString::from));
    } else {
        let filter = match picture {
            Picture::Pattern(pattern) => filters::pattern(canvas, *pattern),
            _ => filters::slate(canvas),
        };
        let filter = format!("{filter}{upload}[slate]");
        add(&["-filter_complex", &filter, "-map", "[slate]"]);
    }
    args.extend(CLEAN.map(OsString::from));
    args.extend(encoder(segment, picture));
    args.extend(["-progress", "pipe:1", "-f", "mp4"].map(OsString::from));
    args.push(input::url(out));
    args
}

/// The arguments that open a source at the instant that is shown.
fn reading(take: &Take, way: Option<Way>, threads: &str) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["-threads".into(), threads.into()];
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    if way == Some(Way::Sequential) {
        add(&["-err_detect", "ignore_err", "-fflags", "+genpts"]);
    } else if way == Some(Way::Mezzanine) {
        // Instants are those of the time stamps, wherever this file begins.
        add(&["-seek_timestamp", "1"]);
        let origin = take.origin_us;
        if take.start_us > 0 {
            let start = take.start_us.saturating_add(origin);
            add(&["-ss", &filters::seconds(start)]);
        } else {
            // As from a source that is not sought in: nothing is dropped, however it rounds.
            add(&["-itsoffset", &format!("-{}", filters::seconds(origin))]);
        }
    } else if take.start_us > 0 {
        add(&["-ss", &filters::seconds(take.start_us)]);
    }
    if way == Some(Way::Plain) {
        add(&["-skip_loop_filter", "all"]);
    }
    args.extend(input::of(&take.path));
    args
}

/// The arguments that decode `us` microseconds of a take as [`arguments`] would, and only count.
#[must_use]
pub(super) fn counting(take: &Take, way: Way, us: u64) -> Vec<OsString> {
    let mut args = global();
    args.extend(reading(take, Some(way), "1"));
    // The seek has moved the instant to 0; reading from the file's start has not.
    let start = match way {
        Way::Sequential => take.start_us,
        _ => 0,
    };
    // Not by `duration`, which counts from the first picture that comes, wherever that is.
    let end = filters::seconds(start.saturating_add(us));
    let filter = format!("trim=start={}:end={end}", filters::seconds(start));
    let map = format!("0:{}", take.video.index);
    let more = ["-map", &map, "-an", "-sn", "-dn", "-vf", &filter];
    args.extend(more.map(OsString::from));
    // Each picture once, whenever it is shown.
    args.extend(["-fps_mode", "passthrough", "-progress", "pipe:1"].map(OsString::from));
    args.extend(["-f", "null", "-"].map(OsString::from));
    args
}

/// The arguments that encode exactly the segment's frames, with time stamps in its clock.
fn encoder(segment: &Segment, picture: &Picture<'_>) -> Vec<OsString> {
    let canvas = segment.canvas;
    // Two seconds: a film that is cut often has a key frame at each cut anyway.
    let keyint = (u64::from(canvas.rate.num()) * 2).div_ceil(u64::from(canvas.rate.den()));
    let mut args: Vec<OsString> = vec!["-frames:v".into(), segment.frames.to_string().into()];
    match segment.encode.hardware {
        Some(hardware) => {
            let options = hardware.options(segment.encode.encoder, keyint);
            args.extend(options.into_iter().map(OsString::from));
        }
        None => args.extend(software(segment, picture, keyint)),
    }
    let timescale = canvas.timescale().to_string();
    let clocks = [
        "-video_track_timescale",
        &timescale,
        "-movie_timescale",
        &timescale,
    ];
    args.extend(clocks.map(OsString::from));
    args
}

fn software(segment: &Segment, picture: &Picture<'_>, keyint: u64) -> [OsString; 12] {
    let Encoder { preset, crf } = segment.encode.encoder;
    // `stitchable` keeps headers from following the content, so that one set of them serves the
    // whole film; `chromaloc` keeps the source's out of them. Nothing else here may change what
    // stands in them.
    let mut x264 = format!("keyint={keyint}:open-gop=0:stitchable=1:chromaloc=0");
    let plain = matches!(
        picture,
        Picture::Take {
            way: Way::Plain,
            ..
        }
    );
    if segment.encode.footprint == Footprint::Smallest {
        // Of all that saves memory, looking ahead is the most, and nothing of it stands in the
        // headers; a faster preset would.
        x264 += ":rc-lookahead=0:sync-lookahead=0:mbtree=0";
    } else if plain {
        x264 += ":rc-lookahead=10:sync-lookahead=0";
    }
    [
        "-c:v",
        "libx264",
        "-preset",
        preset.name(),
        "-crf",
        &crf.to_string(),
        "-profile:v",
        "high",
        "-threads",
        &segment.encode.threads.to_string(),
        "-x264-params",
        &x264,
    ]
    .map(OsString::from)
}

/// The arguments as a test shows them: one option with its values to a line, the fixed lists
/// shortened.
#[cfg(test)]
pub(super) fn shown(args: Vec<OsString>) -> String {
    let mut text = String::new();
    for arg in args {
        let arg = arg.into_string().unwrap();
        let is_option = arg.starts_with('-') && arg != "-1";
        text.push(if is_option { '\n' } else { ' ' });
        text += if arg == input::FORMATS {
            "FORMATS"
        } else {
            &arg
        };
    }
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests;
