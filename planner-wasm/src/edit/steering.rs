//! What a person asks of single clips: what is never shown, what must be, where in the song, and how gladly.

use serde::{Deserialize, Serialize};

use super::request::PlanRequest;

/// The weight of a clip of which nothing is asked.
pub const NORMAL_WEIGHT: u16 = 1000;
/// Greatest weight of a clip.
pub const MOST_WEIGHT: u16 = 8000;

/// Footage that a person does not want to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// Position of the clip in the request, counting from 0. A ban of a clip that is not there
    /// bans nothing.
    pub media: u32,
    /// First instant of it that is banned and the first after, in microseconds; the whole clip if
    /// none. An empty range bans nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_us: Option<(u64, u64)>,
}

/// Footage that a person wants to see.
///
/// A slot shows it if its window lies inside the range, or around it where the range is shorter than the
/// slot. It may be footage that would normally be rejected. Where part of it may not be shown (black,
/// covered, banned), the longest piece of the rest is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Must {
    /// Position of the clip in the request, counting from 0. One that is not there asks for nothing.
    pub media: u32,
    /// First instant of what must be shown and the first after, in microseconds; any part of the clip
    /// if none. An empty range asks for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_us: Option<(u64, u64)>,
}

/// Footage that is shown only in a part of the song.
///
/// A slot may show it that lies inside that part as a whole, give or take a tenth of a second. Of several
/// windows of the same footage any one will do. Other footage may be shown there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SongWindow {
    /// Position of the clip in the request, counting from 0. One that is not there binds nothing.
    pub media: u32,
    /// First instant of the footage and the first after, in microseconds; the whole clip if none. An
    /// empty range binds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_us: Option<(u64, u64)>,
    /// First sample of the part of the song, in the beat grid's rate.
    pub start: u64,
    /// First sample after it. A part that is empty binds nothing.
    pub end: u64,
}

impl PlanRequest {
    /// Positions of the clips of the same content as the one at `media`, itself included; none if it is
    /// not there. What is asked of content is asked of it under every name.
    pub(super) fn alike(&self, media: u32) -> impl Iterator<Item = usize> {
        let position = usize::try_from(media).ok();
        let clip = position.and_then(|position| self.clips.get(position));
        let print = clip.and_then(|clip| clip.media.fingerprint);
        let clips = self.clips.iter().enumerate();
        clips.filter_map(move |(index, clip)| {
            let same = print.is_some() && clip.media.fingerprint == print;
            (same || position == Some(index)).then_some(index)
        })
    }
}

/// A range of a clip, or all of it; none if it is empty.
pub(super) fn range(range_us: Option<(u64, u64)>) -> Option<(u64, u64)> {
    let range = range_us.unwrap_or((0, u64::MAX));
    (range.0 < range.1).then_some(range)
}
