//! Footage that is shown nowhere.

use super::request::{EditError, PlanRequest};
use super::steering::range;

/// The bans of a request, by clip.
#[derive(Debug)]
pub(super) struct Bans {
    /// Of each clip the banned ranges, in order of time.
    ranges: Vec<Vec<(u64, u64)>>,
}

impl Bans {
    /// A ban is of the content: it holds for every clip of the same fingerprint.
    pub(super) fn of(request: &PlanRequest) -> Self {
        let mut ranges = vec![Vec::new(); request.clips.len()];
        for ban in &request.bans {
            let Some(banned) = range(ban.range_us) else {
                continue;
            };
            for clip in request.alike(ban.media) {
                ranges
                    .get_mut(clip)
                    .into_iter()
                    .for_each(|of: &mut Vec<_>| of.push(banned));
            }
        }
        for ranges in &mut ranges {
            ranges.sort_unstable();
        }
        Self { ranges }
    }

    /// Nothing is banned.
    #[cfg(test)]
    pub(super) const fn none() -> Self {
        Self { ranges: Vec::new() }
    }

    /// What is banned of a clip, in order of time.
    pub(super) fn ranges(&self, clip: usize) -> &[(u64, u64)] {
        self.ranges.get(clip).map_or(&[], Vec::as_slice)
    }

    /// Whether any of `start_us..end_us` of a clip is banned.
    pub(super) fn touch(&self, clip: usize, start_us: u64, end_us: u64) -> bool {
        touch(self.ranges(clip), start_us, end_us)
    }

    /// Why a place in the film found nothing that may be shown: at worst a picture is held, so the bans
    /// are to blame, if there are any.
    pub(super) fn unfilled(&self) -> EditError {
        match self.ranges.iter().filter(|of| !of.is_empty()).count() {
            0 => EditError::OutOfRange { what: "a slot" },
            clips => EditError::AllBanned { clips },
        }
    }
}

/// Whether any of `ranges` has part of `start_us..end_us`.
pub(super) fn touch(ranges: &[(u64, u64)], start_us: u64, end_us: u64) -> bool {
    ranges
        .iter()
        .any(|(start, end)| *start < end_us && start_us < *end)
}
