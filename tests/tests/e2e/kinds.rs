//! Sources of every kind end up in one film, at their own speed and upright.

use std::ffi::OsStr;
use std::process::Command;

use suite::film;
use suite::frame_code::Code;
use suite::media::{ClipSpec, H264, ffmpeg};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::{Project, SIZE};

/// A clip of two seconds.
const fn kind(
    id: u8,
    rate: &'static str,
    frames: u16,
    size: (usize, usize),
    output: &'static [&'static str],
) -> ClipSpec {
    ClipSpec {
        id,
        size,
        rate,
        frames,
        output,
    }
}

const SMALL: (usize, usize) = (160, 90);
const MPEG4: &[&str] = &["-pix_fmt", "yuv420p", "-c:v", "mpeg4", "-q:v", "3"];
const MJPEG: &[&str] = &["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "3"];
const MPEG2: &[&str] = &["-pix_fmt", "yuv420p", "-c:v", "mpeg2video", "-q:v", "3"];
const VP9: &[&str] = &[
    "-pix_fmt",
    "yuv444p",
    "-c:v",
    "libvpx-vp9",
    "-cpu-used",
    "8",
    "-deadline",
    "realtime",
    "-crf",
    "20",
    "-b:v",
    "0",
];

/// Name and making of each clip; its number is its place, from 1.
const KINDS: [(&str, ClipSpec); 8] = [
    ("h264_24.mp4", kind(1, "24", 48, SMALL, H264)),
    ("h264_2997.mp4", kind(2, "30000/1001", 60, SMALL, H264)),
    ("h264_60.mov", kind(3, "60", 120, (320, 180), H264)),
    ("slow_10.mp4", kind(4, "10", 20, SMALL, H264)),
    ("mpeg4.avi", kind(5, "25", 50, SMALL, MPEG4)),
    ("mjpeg.mov", kind(6, "25", 50, SMALL, MJPEG)),
    ("mpeg2.ts", kind(7, "25", 50, SMALL, MPEG2)),
    ("vp9.webm", kind(8, "30", 60, (161, 91), VP9)),
];

/// Frames of each slot of the film, which runs at 30 a second.
const FRAMES: u32 = 20;

#[test]
fn a_film_of_every_kind_of_source() {
    let project = Project::with_song();
    let mut media = Vec::new();
    let mut slots = Vec::new();
    for (name, clip) in KINDS {
        let _ = clip.make(&project.path(name));
        slots.push(SlotSpec::new(FRAMES, u32::from(clip.id) - 1, 500_000));
        media.push(name);
    }
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &media, &slots),
    );
    project.render().expect(0);
    let codes = project.codes();
    assert_eq!(codes.len(), KINDS.len() * FRAMES as usize);
    for (number, code) in codes.iter().enumerate() {
        let (slot, within) = (number / FRAMES as usize, number % FRAMES as usize);
        let (name, ClipSpec { rate, .. }) = KINDS[slot];
        let code = code.unwrap_or_else(|| panic!("frame {number} of {name} cannot be read"));
        assert_eq!(usize::from(code.clip), slot + 1, "frame {number}, {name}");
        // The source frame's place in time is right to one frame of the source and one of the
        // film: between two rates nothing better is defined.
        let wanted = 0.5 + within as f64 / 30.0;
        let shown = f64::from(code.frame) / frames_a_second(rate);
        let tolerance = 1.0 / frames_a_second(rate) + 1.0 / 30.0 + 1e-6;
        assert!(
            (shown - wanted).abs() <= tolerance,
            "{name}, frame {within} of its slot: shows {shown:.3} s, planned {wanted:.3} s"
        );
    }
    // The film never runs backwards within a slot.
    for slot in codes.chunks(FRAMES as usize) {
        assert!(slot.is_sorted());
    }
    project.verify().expect(0);
}

#[test]
fn a_turned_clip_is_shown_upright() {
    let project = Project::with_song();
    // Upright it is 160 × 90; stored it lies on its side and says so.
    let upright = ClipSpec::h264(7, "30", 40).make(&project.path("upright.mp4"));
    let lying = project.path("lying.mp4");
    let turned = project.path("turned.mp4");
    let turn: [&OsStr; 6] = [
        "-i".as_ref(),
        upright.as_os_str(),
        "-vf".as_ref(),
        "transpose=2".as_ref(),
        "-crf".as_ref(),
        "16".as_ref(),
    ];
    assert!(converts(&[&turn[..], &[lying.as_os_str()]].concat()));
    // How a turn is written down differs between versions, even in its sense; the one that makes
    // ffmpeg's own player side show it upright is meant.
    let ways: [(&[&str], &[&str]); 4] = [
        (&[], &["-metadata:s:v:0", "rotate=90"]),
        (&[], &["-metadata:s:v:0", "rotate=270"]),
        (&["-display_rotation:v:0", "90"], &[]),
        (&["-display_rotation:v:0", "270"], &[]),
    ];
    let written = ways.iter().any(|(input, output)| {
        let mut args: Vec<&OsStr> = input.iter().map(OsStr::new).collect();
        args.extend(["-i".as_ref(), lying.as_os_str()]);
        args.extend(["-c", "copy"].map(OsStr::new));
        args.extend(output.iter().map(OsStr::new));
        args.push(turned.as_os_str());
        converts(&args)
            && film::codes(&turned, SIZE, SIZE).first() == Some(&Some(Code { clip: 7, frame: 0 }))
    });
    assert!(written, "this ffmpeg writes no turn");
    write_sealed(
        project.dir(),
        plan(
            "30",
            (160, 90),
            "song.wav",
            &["turned.mp4"],
            &[SlotSpec::new(30, 0, 0)],
        ),
    );
    project.render().expect(0);
    let wanted: Vec<_> = (0..30).map(|frame| Some(Code { clip: 7, frame })).collect();
    assert_eq!(project.codes(), wanted);
}

#[test]
fn a_portrait_film_shows_the_middle_of_landscape_clips() {
    let project = Project::with_three_clips();
    write_sealed(
        project.dir(),
        plan(
            "30",
            (90, 160),
            "song.wav",
            &["1.mp4", "2.mp4"],
            &[SlotSpec::new(15, 0, 0), SlotSpec::new(15, 1, 1_000_000)],
        ),
    );
    project.render().expect(0);
    let codes = film::codes(&project.path("film.mp4"), (90, 160), SIZE);
    let wanted = (0..15)
        .map(|frame| Some(Code { clip: 1, frame }))
        .chain((30..45).map(|frame| Some(Code { clip: 2, frame })));
    assert_eq!(codes, wanted.collect::<Vec<_>>());
}

fn frames_a_second(rate: &str) -> f64 {
    let (num, den) = rate.split_once('/').unwrap_or((rate, "1"));
    num.parse::<f64>().unwrap() / den.parse::<f64>().unwrap()
}

fn converts(args: &[&OsStr]) -> bool {
    Command::new(ffmpeg())
        .args(["-v", "quiet", "-y"])
        .args(args)
        .status()
        .unwrap()
        .success()
}
