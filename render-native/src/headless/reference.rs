//! How a plan names a file: by path, with size, duration and fingerprint.

use shared::fingerprint::Fingerprint;
use shared::media::{MediaPath, MediaReference};

use crate::ffmpeg::probe::Video;
use crate::media::fingerprint::Stamp;

/// What a plan holds of the file that it names `path`.
///
/// `duration_us` is that of the stream that is used.
#[must_use]
pub fn reference(
    path: MediaPath,
    (fingerprint, stamp): (Fingerprint, Stamp),
    duration_us: Option<u64>,
    video: Option<&Video>,
) -> MediaReference {
    MediaReference {
        bytes: Some(stamp.bytes),
        duration_us,
        fingerprint: Some(fingerprint),
        video: video.map(Video::described),
        ..MediaReference::by_path(path)
    }
}
