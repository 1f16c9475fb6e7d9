//! What undo and redo go through: the brief and the plan that came of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use planner_wasm::edit::{Ban, PlanRequest, SourceClip};
use planner_wasm::footage::Footage;
use planner_wasm::music::corrections;
use shared::editing::{Keep, KeptPlan};
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::Plan;

use crate::project::{Brief, ClipEntry, SongEntry};
use crate::wishes;

/// Brief and plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// What the plan was asked to be.
    pub brief: Brief,
    /// The plan; none before the first.
    pub plan: Option<Arc<Plan>>,
}

impl Keep for Document {
    type Kept = (Arc<Brief>, Option<KeptPlan>);

    fn keep(&self, before: Option<&Self::Kept>) -> Self::Kept {
        let brief = match before {
            Some((before, _)) if **before == self.brief => Arc::clone(before),
            _ => Arc::new(self.brief.clone()),
        };
        let before = before.and_then(|(_, plan)| plan.as_ref());
        (brief, self.plan.as_ref().map(|plan| plan.keep(before)))
    }

    fn restore((brief, plan): &Self::Kept) -> Self {
        Self {
            brief: Brief::clone(brief),
            plan: plan.as_ref().map(|plan| Arc::new(Plan::restore(plan))),
        }
    }
}

/// The grid with the corrections; as it was heard if one of them cannot be made.
#[must_use]
pub fn corrected(heard: &BeatGrid, corrections: &[corrections::Correction]) -> BeatGrid {
    corrections::corrected(heard, corrections).unwrap_or_else(|_| heard.clone())
}

/// The request for a plan, as the brief has it.
///
/// All clips of the project are in it at their places, since slots name them by place; those without
/// footage, or that were taken out, offer none, and of those that were taken out nothing is asked.
/// `before` is the brief that the plan that there is was made with; of no consequence without a plan.
/// `fresh` names the clips of which more is known than that plan was made with.
#[must_use]
pub fn request(
    brief: &Brief,
    before: &Brief,
    song: &SongEntry,
    clips: &[ClipEntry],
    fresh: &BTreeSet<usize>,
) -> PlanRequest {
    let offered = |media: u32| {
        let clip = usize::try_from(media).ok().and_then(|at| clips.get(at));
        clip.is_some_and(|clip| !clip.removed)
    };
    let musts = brief.musts.iter().filter(|must| offered(must.media));
    let windows = brief.windows.iter().filter(|window| offered(window.media));
    PlanRequest {
        output: brief.output(),
        song: song.media.clone(),
        grid: corrected(&song.heard, &brief.corrections),
        clips: clips
            .iter()
            .enumerate()
            .map(|(at, clip)| SourceClip {
                media: clip.media.clone(),
                footage: clip
                    .footage
                    .as_deref()
                    .filter(|_| !clip.removed)
                    .map_or_else(Footage::default, Footage::clone),
                remeasured: fresh.contains(&at),
                weight_permille: wishes::weight(brief, at),
                weight_before: wishes::weight(before, at),
            })
            .collect(),
        settings: brief.settings.clone(),
        bans: bans(brief, clips),
        musts: musts.copied().collect(),
        windows: windows.copied().collect(),
        decisions: song.decisions.clone(),
    }
}

/// What the brief bans, and all of each clip that was taken out: a plan that is made anew must not
/// keep what shows it.
fn bans(brief: &Brief, clips: &[ClipEntry]) -> Vec<Ban> {
    let removed = (0..).zip(clips).filter(|(_, clip)| clip.removed);
    let removed = removed.map(|(media, _)| Ban {
        media,
        range_us: None,
    });
    brief.bans.iter().copied().chain(removed).collect()
}

/// The plan as a file holds it: clips that no slot names are not in it.
#[must_use]
pub fn compact(plan: &Plan) -> Plan {
    let mut compact = plan.clone();
    let mut used = vec![false; plan.media.len()];
    let clips = |slot: &shared::plan::Slot| {
        std::iter::once(slot.clip.media)
            .chain(slot.alternates.iter().map(|clip| clip.media))
            .collect::<Vec<_>>()
    };
    for media in plan.slots.iter().flat_map(clips) {
        if let Some(used) = usize::try_from(media).ok().and_then(|at| used.get_mut(at)) {
            *used = true;
        }
    }
    let mut places = Vec::with_capacity(used.len());
    let mut kept: Vec<MediaReference> = Vec::new();
    for (media, used) in plan.media.iter().zip(&used) {
        places.push(u32::try_from(kept.len()).unwrap_or(u32::MAX));
        if *used {
            kept.push(media.clone());
        }
    }
    let place = |media: u32| {
        let at = usize::try_from(media).ok();
        at.and_then(|at| places.get(at).copied()).unwrap_or(media)
    };
    for slot in &mut compact.slots {
        slot.clip.media = place(slot.clip.media);
        for clip in &mut slot.alternates {
            clip.media = place(clip.media);
        }
    }
    compact.media = kept;
    compact
}

#[cfg(test)]
mod tests {
    use planner_wasm::edit::{Must, NORMAL_WEIGHT, SongWindow};
    use shared::media::MediaPath;

    use super::*;
    use crate::project::nothing_heard;
    use crate::wishes::set_weight;

    fn media(name: &str) -> MediaReference {
        MediaReference::by_path(MediaPath::from_bytes(name.as_bytes()))
    }

    fn song() -> SongEntry {
        SongEntry {
            media: media("song.mp3"),
            heard: nothing_heard(),
            decisions: Vec::new(),
        }
    }

    #[test]
    fn a_request_tells_what_clips_weigh_and_what_they_weighed() {
        let clips = ["a.mp4", "b.mp4", "c.mp4"].map(|name| ClipEntry::new(media(name)));
        let (mut brief, mut before) = (Brief::default(), Brief::default());
        set_weight(&mut before, 0, 4000);
        set_weight(&mut before, 1, 500);
        set_weight(&mut brief, 1, 0);
        let request = request(&brief, &before, &song(), &clips, &BTreeSet::new());
        let weights = request.clips.iter();
        let weights: Vec<_> = weights
            .map(|clip| (clip.weight_permille, clip.weight_before))
            .collect();
        let normal = NORMAL_WEIGHT;
        assert_eq!(weights, [(normal, 4000), (0, 500), (normal, normal)]);
    }

    #[test]
    fn of_a_clip_that_was_taken_out_nothing_is_asked() {
        let mut clips = ["a.mp4", "b.mp4"].map(|name| ClipEntry::new(media(name)));
        clips[0].removed = true;
        let range_us = None;
        let must = |media| Must { media, range_us };
        let window = |media| SongWindow {
            media,
            range_us,
            start: 1,
            end: 2,
        };
        let brief = Brief {
            musts: vec![must(0), must(1)],
            windows: vec![window(0), window(1)],
            ..Brief::default()
        };
        let request = request(&brief, &brief, &song(), &clips, &BTreeSet::new());
        assert_eq!(request.musts, [must(1)]);
        assert_eq!(request.windows, [window(1)]);
        let banned = request.bans.iter().map(|ban| ban.media);
        assert_eq!(banned.collect::<Vec<_>>(), [0]);
    }
}
