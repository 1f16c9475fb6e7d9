//! What is asked of single clips, as a project holds it and reads it.

use std::collections::BTreeSet;

use planner_wasm::edit::{Ban, MOST_WEIGHT, Must, NORMAL_WEIGHT, SongWindow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Most wishes of one kind that are kept.
pub(super) const MOST_WISHES: usize = 100_000;

/// How gladly a clip is shown, if not as any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipWeight {
    /// Position of the clip in the project, counting from 0.
    pub media: u32,
    /// Its weight, 0 to [`MOST_WEIGHT`], but not [`NORMAL_WEIGHT`]: 0 is for a clip that is shown only
    /// where other footage runs out.
    pub weight_permille: u16,
}

/// What is asked of single clips, from JSON. What is not known here, or is of no clip, is left out and
/// told.
pub(super) struct Reader<'a> {
    /// How many clips the project has.
    pub(super) clips: usize,
    /// What was left out, a sentence each.
    pub(super) notes: &'a mut Vec<String>,
}

impl Reader<'_> {
    pub(super) fn bans(&mut self, raw: &[&RawValue]) -> Vec<Ban> {
        let clips = self.clips;
        self.known(raw, "bans", |ban: &Ban| {
            is_footage(clips, ban.media, ban.range_us)
        })
    }

    pub(super) fn musts(&mut self, raw: &[&RawValue]) -> Vec<Must> {
        let clips = self.clips;
        self.known(raw, "wishes of what must be shown", |must: &Must| {
            is_footage(clips, must.media, must.range_us)
        })
    }

    pub(super) fn windows(&mut self, raw: &[&RawValue]) -> Vec<SongWindow> {
        let clips = self.clips;
        let what = "wishes of where in the song clips are shown";
        self.known(raw, what, |window: &SongWindow| {
            window.start < window.end && is_footage(clips, window.media, window.range_us)
        })
    }

    /// In order of clips; of several of the same clip the first holds.
    pub(super) fn weights(&mut self, raw: &[&RawValue]) -> Vec<ClipWeight> {
        let clips = self.clips;
        let what = "wishes of how gladly clips are shown";
        let mut weighed = BTreeSet::new();
        let mut weights = self.known(raw, what, |one: &ClipWeight| {
            one.weight_permille <= MOST_WEIGHT
                && one.weight_permille != NORMAL_WEIGHT
                && is_footage(clips, one.media, None)
                && weighed.insert(one.media)
        });
        weights.sort_by_key(|one| one.media);
        weights
    }

    /// Those that are known here and hold.
    fn known<T: DeserializeOwned>(
        &mut self,
        raw: &[&RawValue],
        what: &str,
        holds: impl FnMut(&T) -> bool,
    ) -> Vec<T> {
        let known = raw.iter().take(MOST_WISHES);
        let known = known.filter_map(|raw| serde_json::from_str(raw.get()).ok());
        let known: Vec<_> = known.filter(holds).collect();
        if known.len() < raw.len() {
            self.notes.push(format!(
                "{} {what} make no sense in this project and are left out.",
                raw.len() - known.len()
            ));
        }
        known
    }
}

/// Whether it is one of so many clips, and a range of it that is not empty.
fn is_footage(clips: usize, media: u32, range_us: Option<(u64, u64)>) -> bool {
    let exists = usize::try_from(media).is_ok_and(|media| media < clips);
    exists && range_us.is_none_or(|(from, to)| from < to)
}
