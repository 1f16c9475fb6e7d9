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
/// footage, or that were taken out, offer none. `fresh` names those of which more is known than the
/// plan that there is was made with.
#[must_use]
pub fn request(
    brief: &Brief,
    song: &SongEntry,
    clips: &[ClipEntry],
    fresh: &BTreeSet<usize>,
) -> PlanRequest {
    PlanRequest {
        output: brief.output(),
        song: song.media.clone(),
        grid: corrected(&song.heard, &brief.corrections),
        clips: clips
            .iter()
            .enumerate()
            .map(|(media, clip)| SourceClip {
                media: clip.media.clone(),
                footage: clip
                    .footage
                    .as_deref()
                    .filter(|_| !clip.removed)
                    .map_or_else(Footage::default, Footage::clone),
                remeasured: fresh.contains(&media),
            })
            .collect(),
        settings: brief.settings.clone(),
        bans: bans(brief, clips),
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
