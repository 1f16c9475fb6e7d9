//! Turns ffprobe's answer into checked values.

use shared::rate::Rate;

use super::json::{Document, Stream, micros, number, pair, text, whole};
use super::{Audio, Colour, Probe, Video};

/// What the answer says; what is missing or nonsense is `None`, and a stream that cannot be worked
/// with is left out. `bytes` is the file's size, if the answer has none.
pub(super) fn checked(document: &Document, bytes: u64) -> Probe {
    let format = &document.format;
    let start_us = micros(&format.start_time).unwrap_or(0);
    let positive = |micros: i64| u64::try_from(micros).ok().filter(|us| *us > 0);
    let duration_us = micros(&format.duration).and_then(positive);
    let of_stream = |stream: &Stream| {
        micros(&stream.duration)
            .and_then(positive)
            .or_else(|| tagged_duration(stream))
            .or(duration_us)
    };
    let start_of = |stream: &Stream| micros(&stream.start_time).map_or(0, |us| us - start_us);
    let name = text(&format.name).unwrap_or_default();
    let is_still = name == "image2" || name.ends_with("_pipe");
    let kind = |stream: &&Stream, kind: &str| text(&stream.codec_type) == Some(kind);
    Probe {
        bytes: whole(&format.size).unwrap_or(bytes),
        format: name.to_owned(),
        start_us,
        duration_us,
        video: document
            .streams
            .iter()
            .filter(|stream| kind(stream, "video") && !is_cover(stream))
            .find_map(|stream| video(stream, start_of(stream), of_stream(stream)))
            .map(|video| Video {
                still: is_still,
                ..video
            }),
        audio: document
            .streams
            .iter()
            .filter(|stream| kind(stream, "audio"))
            .find_map(|stream| {
                Some(Audio {
                    index: u32::try_from(whole(&stream.index)?).ok()?,
                    codec: text(&stream.codec_name)?.to_owned(),
                    sample_rate: ranged(whole(&stream.sample_rate), 1_000, 768_000)?,
                    channels: ranged(whole(&stream.channels), 1, 64)?,
                    start_us: start_of(stream),
                    duration_us: of_stream(stream),
                })
            }),
    }
}

/// `None` if it cannot be decoded, or its size is beyond what is worked with.
fn video(stream: &Stream, start_us: i64, duration_us: Option<u64>) -> Option<Video> {
    let pix_fmt = text(&stream.pix_fmt)?.to_owned();
    let rate = |value| pair(value, '/').and_then(|(num, den)| Rate::new(num, den).ok());
    let real = rate(&stream.r_frame_rate).filter(|rate| (1.0..=1000.0).contains(&rate.as_f64()));
    let average = rate(&stream.avg_frame_rate);
    // The two agree where frames come steadily; a duration rounded by the container moves the
    // mean by less than this.
    let steady = |real: &Rate| {
        average.is_some_and(|average| (average.as_f64() / real.as_f64() - 1.0).abs() < 0.002)
    };
    Some(Video {
        index: u32::try_from(whole(&stream.index)?).ok()?,
        codec: text(&stream.codec_name)?.to_owned(),
        width: ranged(whole(&stream.width), 1, 32_768)?,
        height: ranged(whole(&stream.height), 1, 32_768)?,
        sar: pair(&stream.sample_aspect_ratio, ':')
            .filter(|(num, den)| num / den < 16 && den / num < 16)
            .unwrap_or((1, 1)),
        rotation: rotation(stream),
        rate: real.filter(steady),
        average_rate: average,
        clock: pair(&stream.time_base, '/')
            .and_then(|(num, den)| Rate::new(den, num).ok())
            .unwrap_or(Rate::MICROSECONDS),
        bits: whole(&stream.bits_per_raw_sample)
            .and_then(|bits| u8::try_from(bits).ok())
            .filter(|bits| (1..=32).contains(bits))
            .unwrap_or_else(|| bits_of(&pix_fmt)),
        pix_fmt,
        colour: Colour {
            range: text(&stream.color_range).map(str::to_owned),
            space: text(&stream.color_space).map(str::to_owned),
            transfer: text(&stream.color_transfer).map(str::to_owned),
            primaries: text(&stream.color_primaries).map(str::to_owned),
        },
        still: false,
        interlaced: matches!(text(&stream.field_order), Some("tt" | "bb" | "tb" | "bt")),
        start_us,
        duration_us,
        frames: whole(&stream.nb_frames).filter(|frames| *frames > 0),
    })
}

/// Matroska keeps a stream's duration as a tag, `00:00:05.123000000`.
fn tagged_duration(stream: &Stream) -> Option<u64> {
    let text = stream.tags.get("DURATION")?.as_str()?;
    let mut parts = text.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let hours: u64 = hours.parse().ok().filter(|h| *h < 1_000)?;
    let minutes: u64 = minutes.parse().ok().filter(|m| *m < 60)?;
    let seconds = micros(&parts.next()?.into())?;
    let whole = (hours * 60 + minutes) * 60_000_000;
    Some(whole + u64::try_from(seconds).ok()?).filter(|us| *us > 0)
}

fn is_cover(stream: &Stream) -> bool {
    let flag = |name| {
        stream
            .disposition
            .get(name)
            .and_then(serde_json::Value::as_u64)
            == Some(1)
    };
    flag("attached_pic") || flag("timed_thumbnails")
}

/// From the display matrix, or from the tag that older files have. ffprobe counts
/// counter-clockwise.
fn rotation(stream: &Stream) -> u16 {
    let matrix = stream
        .side_data_list
        .iter()
        .find_map(|data| number(data.get("rotation")?));
    let tag = || {
        stream
            .tags
            .get("rotate")
            .and_then(number)
            .map(|degrees| -degrees)
    };
    let degrees = matrix.or_else(tag).unwrap_or(0.0);
    [(90.0, 270), (180.0, 180), (270.0, 90)]
        .into_iter()
        .find(|(counter, _)| (degrees.rem_euclid(360.0) - counter).abs() < 1.0)
        .map_or(0, |(_, clockwise)| clockwise)
}

/// Bits per component by the pixel format's name: `yuv420p10le`, `p010le`, `gbrpf32le`.
fn bits_of(pix_fmt: &str) -> u8 {
    const DEPTHS: [(&str, u8); 7] = [
        ("p9", 9),
        ("p10", 10),
        ("p12", 12),
        ("p14", 14),
        ("p16", 16),
        ("f32", 32),
        ("48", 16),
    ];
    let name = pix_fmt.trim_end_matches("le").trim_end_matches("be");
    DEPTHS
        .iter()
        .find(|(end, _)| name.ends_with(end))
        .map_or_else(
            || {
                if name.starts_with("p010") || name.starts_with("p210") {
                    10
                } else {
                    8
                }
            },
            |(_, bits)| *bits,
        )
}

fn ranged(value: Option<u64>, least: u32, most: u32) -> Option<u32> {
    let value = u32::try_from(value?).ok()?;
    (least..=most).contains(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Hdr;
    use super::*;

    fn parsed(json: &str) -> Probe {
        checked(&serde_json::from_str(json).unwrap(), 1)
    }

    #[test]
    fn narrow_pixels_make_a_picture_higher_not_narrower() {
        let probe = parsed(
            r#"{"streams":[{"index":0,"codec_type":"video","codec_name":"dvvideo","width":720,
               "height":480,"pix_fmt":"yuv411p","sample_aspect_ratio":"8:9","duration":"4.0"}],
              "format":{"format_name":"avi","start_time":"0.0","duration":"4.0"}}"#,
        );
        let video = probe.video.unwrap();
        assert_eq!(video.shown_size(), (720, 540));
    }

    #[test]
    fn a_phone_clip_is_understood() {
        let probe = parsed(
            r#"{"streams":[
              {"index":0,"codec_type":"video","codec_name":"mjpeg","width":600,"height":600,
               "pix_fmt":"yuvj420p","disposition":{"attached_pic":1}},
              {"index":1,"codec_type":"video","codec_name":"hevc","width":1920,"height":1080,
               "pix_fmt":"yuv420p10le","sample_aspect_ratio":"4:3","color_transfer":"arib-std-b67",
               "r_frame_rate":"30/1","avg_frame_rate":"27000/901","start_time":"1.500000",
               "duration":"3.003333","side_data_list":[{"side_data_type":"x"},{"rotation":-90}]},
              {"index":2,"codec_type":"audio","codec_name":"aac","sample_rate":"48000","channels":2}],
              "format":{"format_name":"mov","start_time":"1.000000","duration":"4.0"}}"#,
        );
        let video = probe.video.unwrap();
        assert_eq!((video.index, video.rotation, video.bits), (1, 90, 10));
        assert_eq!(video.shown_size(), (1080, 2560));
        assert_eq!(video.rate, Some(Rate::whole(30).unwrap()));
        assert_eq!(video.start_us, 500_000);
        assert_eq!(video.duration_us, Some(3_003_333));
        assert_eq!(video.colour.hdr(), Some(Hdr::Hlg));
        assert_eq!(probe.audio.unwrap().duration_us, Some(4_000_000));
    }

    #[test]
    fn a_rate_that_is_not_kept_is_no_rate() {
        let probe = parsed(
            r#"{"streams":[{"index":0,"codec_type":"video","codec_name":"h264","width":16,"height":16,
              "pix_fmt":"yuv420p","r_frame_rate":"30/1","avg_frame_rate":"28/1",
              "tags":{"DURATION":"00:01:02.500000000"}}]}"#,
        );
        let video = probe.video.unwrap();
        assert_eq!(video.rate, None);
        assert_eq!(video.duration_us, Some(62_500_000));
    }

    #[test]
    fn bit_depths_are_read_from_names() {
        for (name, bits) in [
            ("yuv420p", 8),
            ("yuvj444p", 8),
            ("yuv422p10le", 10),
            ("p010le", 10),
            ("gray16be", 8),
            ("yuva444p12le", 12),
            ("rgb48be", 16),
            ("gbrpf32le", 32),
            ("nv12", 8),
            ("rgb24", 8),
        ] {
            assert_eq!(bits_of(name), bits, "{name}");
        }
    }

    proptest! {
        #[test]
        fn nonsense_in_any_field_is_no_panic(
            field in prop::sample::select(vec!["width", "duration", "start_time", "r_frame_rate",
                "sample_aspect_ratio", "side_data_list", "tags", "index", "pix_fmt", "sample_rate"]),
            value in prop::sample::select(vec!["null", "-1", "1e308", "\"1e999\"", "\"nan\"", "\"-9223372036854775808\"",
                "\"0/0\"", "\"4294967295:1\"", "[{}]", "{\"DURATION\":\"99999999999:00:1e9\"}", "\"\"", "true", "18446744073709551615"]),
        ) {
            let json = format!(r#"{{"streams":[{{"codec_type":"video","codec_name":"x","index":0,"{field}":{value}}}],
                "format":{{"duration":{value},"start_time":{value}}}}}"#);
            if let Ok(document) = serde_json::from_str::<Document>(&json) {
                let _ = checked(&document, 0);
            }
        }
    }

    #[test]
    fn fuzz_probe() {
        suite::fuzz::fuzz("probe", &[], |bytes| {
            let line = String::from_utf8_lossy(bytes);
            let _ = super::super::reason(Some(&line), std::path::Path::new("/a.mp4"));
            let Ok(document) = serde_json::from_slice::<Document>(bytes) else {
                return;
            };
            let probe = checked(&document, 1);
            if let Some(video) = &probe.video {
                // Whatever is computed from these numbers later stays within its type.
                assert!(
                    (1..=32_768).contains(&video.width) && (1..=32_768).contains(&video.height)
                );
                let (width, height) = video.shown_size();
                assert!((1..=16 * 32_768).contains(&width) && (1..=16 * 32_768).contains(&height));
                assert!(video.rotation % 90 == 0 && video.rotation < 360);
                let _ = (video.described(), video.colour.hdr());
            }
            if let Some(audio) = &probe.audio {
                assert!(audio.sample_rate > 0 && audio.channels > 0);
            }
        });
    }
}
