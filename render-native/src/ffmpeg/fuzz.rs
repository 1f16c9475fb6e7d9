//! The readers of what ffmpeg and ffprobe say, against whatever they may say.

use suite::fuzz::fuzz;

use super::capabilities::names;
use super::locate::Version;
use super::progress;
use crate::process::Lines;

#[test]
fn fuzz_progress() {
    fuzz("progress", &[], |bytes| {
        let mut lines = Lines::default();
        let mut sum = 0_u64;
        for chunk in bytes.chunks(7) {
            lines.push(chunk, |line| {
                sum = sum
                    .checked_add(progress::frames(line).unwrap_or(0))
                    .unwrap();
            });
        }
    });
}

#[test]
fn fuzz_version() {
    fuzz("version", &[], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for program in ["ffmpeg", "ffprobe"] {
            if let Some(version) = Version::parse(&text, program) {
                let _ = (version.is_too_old(), version.to_string());
            }
        }
        let _ = names(&text);
    });
}
