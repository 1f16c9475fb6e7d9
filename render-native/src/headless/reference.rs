//! How a plan names a file: relative to the plan, with size, duration and fingerprint.

use std::path::Path;

use shared::fingerprint::Fingerprint;
use shared::media::MediaReference;

use crate::ffmpeg::probe::Video;
use crate::media::fingerprint::Stamp;
use crate::media::relative::relative;

/// A reference to the file at `path` from a plan in the folder `plan_dir`.
///
/// `duration_us` is that of the stream that is used.
#[must_use]
pub fn reference(
    plan_dir: &Path,
    path: &Path,
    (fingerprint, stamp): (Fingerprint, Stamp),
    duration_us: Option<u64>,
    video: Option<&Video>,
) -> MediaReference {
    let mut reference = MediaReference::by_path(relative(plan_dir, path));
    reference.bytes = Some(stamp.bytes);
    reference.duration_us = duration_us;
    reference.fingerprint = Some(fingerprint);
    reference.video = video.map(Video::described);
    reference
}
