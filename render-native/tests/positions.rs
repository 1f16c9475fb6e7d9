//! A position that the analysis finds is the position that `-ss` seeks to, whatever time the
//! container begins at.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a failed unwrap is a failed test"
)]

use std::path::Path;
use std::process::Command;

use render_native::ffmpeg::locate::{Tools, locate};
use render_native::ffmpeg::probe::probe;
use render_native::headless::frames::measure;
use render_native::interrupt::Interrupt;

/// Frames of the first shot.
const FIRST: u32 = 37;
/// Frames a second: no whole number of microseconds each.
const RATE: &str = "30000/1001";

/// A clip of a dark shot and a bright one; its sound begins `sound_first` seconds before its
/// picture.
fn make(tools: &Tools, path: &Path, sound_first: &str, format: &[&str]) {
    let shot = |source: &str| format!("{source}=size=320x180:rate={RATE}");
    let graph = format!(
        "{},lutyuv=y=val/4[a];{},lutyuv=y=160+val/4[b];[a]trim=end_frame={FIRST}[a];\
         [b]trim=end_frame=40[b];[a][b]concat=n=2:v=1:a=0[v]",
        shot("testsrc2"),
        shot("mandelbrot")
    );
    let status = Command::new(&tools.ffmpeg)
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "sine=duration=4"])
        .args(["-itsoffset", sound_first])
        .args(["-f", "lavfi", "-i", &graph.replace("[v]", "[out0]")])
        .args(["-map", "1:v", "-map", "0:a", "-c:v", "libx264", "-g", "1"])
        .args(["-fps_mode", "passthrough"])
        .args(["-pix_fmt", "yuv420p", "-c:a", "aac"])
        .args(format)
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
}

/// Mean luma of the first picture from `at_us` on, as the renderer seeks.
fn luma_at(tools: &Tools, path: &Path, at_us: u64) -> u8 {
    let output = Command::new(&tools.ffmpeg)
        .args(["-v", "error", "-ss", &format!("{at_us}us"), "-i"])
        .arg(path)
        .args([
            "-map",
            "0:v:0",
            "-frames:v",
            "1",
            "-vf",
            "scale=1:1:flags=area",
        ])
        .args(["-pix_fmt", "gray", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    *output.stdout.first().unwrap()
}

#[test]
fn the_first_instant_of_a_shot_shows_that_shot_and_the_one_before_does_not() {
    let tools = locate(&Interrupt::new()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&str, &str, &[&str]); 4] = [
        ("plain.mp4", "0", &[]),
        ("late.mp4", "0.5", &[]),
        ("late.mkv", "0.5", &[]),
        ("stream.ts", "0.5", &["-output_ts_offset", "3600"]),
    ];
    for (name, sound_first, format) in cases {
        let path = dir.path().join(name);
        make(&tools, &path, sound_first, format);
        let interrupt = Interrupt::new();
        let probe = probe(&tools, &path, &interrupt).unwrap();
        let video = probe.video.as_ref().unwrap();
        let measured = measure(&tools, &path, &probe, video, 1, &interrupt, &mut |_| ()).unwrap();
        assert_eq!(measured.pictures, u64::from(FIRST) + 40, "{name}");
        let shots = &measured.footage.shots;
        assert_eq!(shots.len(), 2, "{name}: {shots:?}");
        let cut = shots.last().unwrap().start_us;
        assert!(luma_at(&tools, &path, cut) > 128, "{name}: {cut}");
        // The instant before the cut belongs to no picture: the one after it is shown.
        assert!(luma_at(&tools, &path, cut - 30_000) > 128, "{name}");
        assert!(luma_at(&tools, &path, cut - 35_000) < 128, "{name}: {cut}");
    }
}
