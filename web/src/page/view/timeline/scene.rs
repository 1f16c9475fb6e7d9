//! Everything that is drawn, gathered so that drawing reads no signals.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use planner_wasm::footage::{Footage, TICK_US};
use shared::decision::DecisionCode;
use shared::plan::{Plan, Slot};

use crate::gesture::Drag;
use crate::insight::source_end;
use crate::page::studio::Studio;
use crate::page::studio::clips::{ClipStage, Thumb};
use crate::score::Score;
use crate::viewport::Viewport;
use crate::waveform::Waveform;

/// Whether a slot's clip can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sight {
    /// It can.
    #[default]
    Seen,
    /// This browser cannot show it; the film will.
    Unseen,
    /// Its file is not there.
    Missing,
}

/// What is told of a slot beside what the plan says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Look {
    /// The clip's name.
    pub(super) name: String,
    /// Whether it can be seen.
    pub(super) sight: Sight,
    /// It shows footage that would normally be rejected, or a clip that could be read in part only.
    pub(super) weak: bool,
}

/// What is drawn.
#[derive(Clone, Default)]
pub(super) struct Scene {
    pub(super) view: Option<Viewport>,
    pub(super) plan: Option<Arc<Plan>>,
    pub(super) score: Option<Arc<Score>>,
    pub(super) sound: Option<Arc<Waveform>>,
    /// The song's loudest sample.
    pub(super) loudest: f64,
    /// By slot.
    pub(super) looks: Rc<Vec<Look>>,
    /// By media; in order of time.
    pub(super) thumbs: Rc<Vec<Rc<Vec<Thumb>>>>,
    pub(super) selected: Option<usize>,
    /// The slot under the pointer.
    pub(super) hovered: Option<usize>,
    /// The cut under the pointer: before this slot.
    pub(super) cut: Option<usize>,
    pub(super) drag: Option<Drag>,
    pub(super) looped: Option<Range<u64>>,
    /// The plan shown is about to change.
    pub(super) stale: bool,
}

impl Scene {
    /// The slots; none before there is a plan.
    pub(super) fn slots(&self) -> &[Slot] {
        self.plan.as_ref().map_or(&[], |plan| &plan.slots)
    }
}

/// What is told of the plan's slots; follows the plan and the clips.
pub(super) fn looks(studio: Studio) -> Vec<Look> {
    let Some(plan) = studio.plan.get() else {
        return Vec::new();
    };
    let clips: Vec<(Sight, Option<Arc<Footage>>, String)> = studio.clips.list.with(|list| {
        list.iter()
            .map(|clip| {
                let sight = match clip.stage.get() {
                    ClipStage::Missing => Sight::Missing,
                    ClipStage::Unseen | ClipStage::Failed(_) => Sight::Unseen,
                    _ => Sight::Seen,
                };
                clip.entry.with(|entry| {
                    let name = entry.media.path.name().to_owned();
                    (sight, entry.footage.clone(), name)
                })
            })
            .collect()
    });
    let degraded: BTreeSet<&str> = plan
        .decisions
        .iter()
        .filter(|decision| decision.code == DecisionCode::ClipDegraded)
        .filter_map(|decision| decision.subject.as_deref())
        .collect();
    plan.slots
        .iter()
        .map(|slot| {
            let known = usize::try_from(slot.clip.media)
                .ok()
                .and_then(|media| clips.get(media));
            let Some((sight, footage, name)) = known else {
                return Look {
                    sight: Sight::Missing,
                    ..Look::default()
                };
            };
            let (from, until) = (slot.clip.source_start, source_end(&plan, slot));
            let rejected = footage
                .as_ref()
                .is_some_and(|footage| is_rejected(footage, from, until));
            Look {
                name: name.clone(),
                sight: *sight,
                weak: rejected || degraded.contains(name.as_str()),
            }
        })
        .collect()
}

/// Whether a stretch holds footage that is normally rejected.
fn is_rejected(footage: &Footage, start_us: u64, end_us: u64) -> bool {
    let tick = |us: u64| {
        let at = us.saturating_sub(footage.start_us) / TICK_US;
        usize::try_from(at).unwrap_or(usize::MAX)
    };
    let (first, last) = (tick(start_us), tick(end_us.saturating_sub(1)));
    let ticks = footage.ticks.iter().skip(first);
    ticks
        .take(last.saturating_sub(first) + 1)
        .any(|tick| tick.defects.reject())
}

/// The clips' small pictures; follows them.
pub(super) fn thumbs(studio: Studio) -> Vec<Rc<Vec<Thumb>>> {
    studio
        .clips
        .list
        .with(|list| list.iter().map(|clip| Rc::new(clip.thumbs.get())).collect())
}
