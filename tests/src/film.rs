//! What a finished film shows.

use std::path::Path;
use std::process::Command;

use crate::frame_code::Code;
use crate::media::ffmpeg;

/// The code on every frame of a film of size `size`, whose sources are of shape `source`.
#[must_use]
pub fn codes(film: &Path, size: (usize, usize), source: (usize, usize)) -> Vec<Option<Code>> {
    frames(film, size)
        .iter()
        .map(|luma| Code::read(luma, size, source))
        .collect()
}

/// The luma of every frame.
#[must_use]
pub fn frames(film: &Path, size: (usize, usize)) -> Vec<Vec<u8>> {
    let output = Command::new(ffmpeg())
        .args(["-v", "error", "-i"])
        .arg(film)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough"])
        .args(["-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"])
        .output()
        .expect("ffmpeg starts");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}: {}",
        film.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output
        .stdout
        .chunks_exact(size.0 * size.1)
        .map(<[u8]>::to_vec)
        .collect()
}
