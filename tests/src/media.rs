//! Clips and songs made on the spot by the real ffmpeg.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::frame_code::Code;

/// A clip to be made.
#[derive(Debug, Clone, Copy)]
pub struct ClipSpec {
    /// Its number, which every frame carries.
    pub id: u8,
    /// Size in pixels, as coded.
    pub size: (usize, usize),
    /// Frame rate, as ffmpeg writes it.
    pub rate: &'static str,
    /// How many frames.
    pub frames: u16,
    /// ffmpeg's options of the output.
    pub output: &'static [&'static str],
}

/// H.264 as most cameras write it, small and quick to make.
pub const H264: &[&str] = &[
    "-pix_fmt",
    "yuv420p",
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-crf",
    "16",
    "-g",
    "24",
];

impl ClipSpec {
    /// 160 × 90 H.264 of `frames` frames.
    #[must_use]
    pub const fn h264(id: u8, rate: &'static str, frames: u16) -> Self {
        Self {
            id,
            size: (160, 90),
            rate,
            frames,
            output: H264,
        }
    }

    /// Makes it.
    pub fn make(&self, path: &Path) -> PathBuf {
        let clip = self.id;
        let codes = (0..self.frames).map(|frame| Code { clip, frame });
        let output: Vec<&OsStr> = self.output.iter().map(OsStr::new).collect();
        encode(path, codes, self.size, self.rate, &output);
        path.to_owned()
    }
}

/// Makes a film of `codes` at 30 frames a second over `song`, without the program: what `verify`
/// says of it does not rest on what `render` does.
pub fn film_by_hand(path: &Path, codes: impl IntoIterator<Item = Code>, song: &Path) {
    let codes: Vec<Code> = codes.into_iter().collect();
    let seconds = format!("{:.6}", codes.len() as f64 / 30.0);
    let mut output: Vec<&OsStr> = ["-i".as_ref(), song.as_os_str()].into();
    output.extend(["-map", "0:v", "-map", "1:a", "-t", &seconds].map(OsStr::new));
    output.extend(H264.iter().map(OsStr::new));
    output.extend(["-c:a", "aac", "-b:a", "192k"].map(OsStr::new));
    output.extend(
        [
            "-movie_timescale",
            "30000",
            "-video_track_timescale",
            "30000",
        ]
        .map(OsStr::new),
    );
    encode(path, codes, (160, 90), "30", &output);
}

fn encode(
    path: &Path,
    codes: impl IntoIterator<Item = Code>,
    (width, height): (usize, usize),
    rate: &str,
    output: &[&OsStr],
) {
    let pictures: Vec<u8> = codes
        .into_iter()
        .flat_map(|code| code.paint(width, height))
        .collect();
    let size = format!("{width}x{height}");
    let mut ffmpeg = Command::new(ffmpeg())
        .args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv444p"])
        .args(["-s", &size, "-r", rate, "-i", "pipe:0"])
        .args(output)
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("ffmpeg starts");
    let mut pipe = ffmpeg.stdin.take().expect("a pipe was asked for");
    pipe.write_all(&pictures).expect("ffmpeg reads");
    drop(pipe);
    assert!(
        ffmpeg.wait().unwrap().success(),
        "cannot make {}",
        path.display()
    );
}

/// Writes a song of clicks as 16-bit mono WAV at 44.1 kHz: a click each beat, a deeper and louder
/// one each fourth, on a bed of quiet noise that never repeats.
pub fn click_song(path: &Path, seconds: f64, bpm: f64) -> PathBuf {
    const RATE: f64 = 44_100.0;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f64 / f64::from(1 << 24) - 0.5
    };
    let samples: Vec<i16> = (0..(seconds * RATE) as usize)
        .map(|n| {
            let beat = n as f64 / RATE * bpm / 60.0;
            let since = beat.fract() * 60.0 / bpm;
            let accent = (beat as usize).is_multiple_of(4);
            let (pitch, loud) = if accent { (110.0, 0.8) } else { (440.0, 0.4) };
            let tone = (since * pitch * std::f64::consts::TAU).sin() * (-since * 18.0).exp();
            let click = noise() * (-since * 160.0).exp();
            ((loud * (0.6 * tone + 0.8 * click) + 0.02 * noise()) * 32_000.0) as i16
        })
        .collect();
    std::fs::write(path, wav(&samples, RATE as u32)).expect("the song is written");
    path.to_owned()
}

fn wav(samples: &[i16], rate: u32) -> Vec<u8> {
    let data = samples.len() as u32 * 2;
    let mut bytes = Vec::with_capacity(44 + samples.len() * 2);
    bytes.extend(b"RIFF");
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    // PCM, one channel; then rate, bytes a second, bytes a sample, bits a sample.
    bytes.extend([1_u16, 1].iter().flat_map(|n| n.to_le_bytes()));
    bytes.extend([rate, rate * 2].iter().flat_map(|n| n.to_le_bytes()));
    bytes.extend([2_u16, 16].iter().flat_map(|n| n.to_le_bytes()));
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
    bytes
}

/// The real ffmpeg.
#[must_use]
pub fn ffmpeg() -> PathBuf {
    real("ffmpeg", "AUTOCUT_FFMPEG")
}

/// The real ffprobe.
#[must_use]
pub fn ffprobe() -> PathBuf {
    real("ffprobe", "AUTOCUT_FFPROBE")
}

fn real(name: &str, variable: &str) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        return named.into();
    }
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|dir| dir.join(&name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is not in PATH; the tests need the real one"))
}
