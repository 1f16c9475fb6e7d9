//! How a user's file is named on a command line: as a file, as media, within limits.
//!
//! Without these options ffmpeg follows addresses (`http:`, `concat:`, `subfile:`) in a file's
//! name and playlists in its contents, and a small picture may ask for gigabytes.

use std::ffi::OsString;
use std::path::Path;

/// Containers that are opened. Playlists, scripts and devices are not among them: a text file
/// that is named like a clip must not open other files.
pub const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,asf,\
    gif,apng,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe,image2,mp3,wav,w64,flac,ogg,aac,ac3,\
    eac3,aiff,caf,amr,ape,wv,tta,mpc,mpc8,dsf,au,h264,hevc,obu,ivf,m4v,dv,mxf,nut,rm,wtv,swf,ea";

/// Pictures of more pixels are refused: 8192 × 8192.
pub const MAX_PIXELS: u64 = 67_108_864;
/// One block of memory larger than this is refused, in bytes.
pub const MAX_ALLOC: u64 = 512 * 1024 * 1024;

/// Extensions that ffmpeg's picture reader claims by name. It would take `%d` in the name for a
/// sequence of files. GIF has a reader of its own, which animates it.
const PICTURES: &[&str] = &[
    "jpg", "jpeg", "jfif", "png", "bmp", "tif", "tiff", "webp", "ppm", "pgm", "tga", "jp2", "dpx",
    "exr",
];

/// Options before everything else, for ffmpeg and ffprobe alike.
#[must_use]
pub fn global() -> Vec<OsString> {
    ["-max_alloc", &MAX_ALLOC.to_string()]
        .map(Into::into)
        .into()
}

/// The options of one input, ending with `-i` and the file. Options of the caller's own, such as
/// `-ss`, go before.
///
/// The path is made absolute, since nothing may depend on where the child runs.
#[must_use]
pub fn of(path: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        FORMATS,
        "-max_pixels",
        &MAX_PIXELS.to_string(),
    ]
    .map(Into::into)
    .into();
    if is_picture(path) {
        args.extend(["-f", "image2", "-pattern_type", "none"].map(Into::into));
    }
    args.extend(["-i".into(), url(path)]);
    args
}

/// The path as ffmpeg reads it: `file:` takes every meaning from what follows.
#[must_use]
pub fn url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    url
}

/// Whether ffmpeg's picture reader claims it.
#[must_use]
pub fn is_picture(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| PICTURES.iter().any(|p| extension.eq_ignore_ascii_case(p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_mean_anything_but_a_file() {
        let args = of(Path::new("/clips/concat:a|b.mp4"));
        assert_eq!(args.last().unwrap(), "file:/clips/concat:a|b.mp4");
        assert!(
            !FORMATS
                .split(',')
                .any(|f| ["hls", "concat", "dash", "sdp", "lavfi"].contains(&f))
        );
    }

    #[test]
    fn percent_signs_in_names_of_pictures_are_no_pattern() {
        assert!(
            of(Path::new("/a/100%d.JPG"))
                .iter()
                .any(|a| a == "-pattern_type")
        );
        assert!(
            !of(Path::new("/a/100%d.mp4"))
                .iter()
                .any(|a| a == "-pattern_type")
        );
    }
}
