//! What is asked for, and what every plan made anew must keep.

use planner_wasm::edit::{PlanRequest, Scope, replan};
use shared::plan::{Clip, Plan, Slot};

use crate::plans::{fills_song, sound};

/// What a new film keeps: it fills the song, and nothing that is not locked shows what is banned.
pub(crate) fn lawful(request: &PlanRequest, plan: &Plan) {
    sound(plan);
    fills_song(request, plan);
    for slot in plan.slots.iter().filter(|slot| !slot.locked) {
        for chosen in std::iter::once(&slot.clip).chain(&slot.alternates) {
            assert!(!banned(request, plan, slot, chosen), "{slot:?}");
        }
    }
}

pub(crate) fn banned(request: &PlanRequest, plan: &Plan, slot: &Slot, shown: &Clip) -> bool {
    let end = shown
        .source_end(slot.record_duration, plan.output.rate)
        .unwrap();
    request.bans.iter().any(|ban| {
        let (from, to) = ban.range_us.unwrap_or((0, u64::MAX));
        ban.media == shown.media && from < end.min(to) && shown.source_start < to
    })
}

/// What fills the slots of a plan, and from when to when.
pub(crate) fn filling(plan: &Plan) -> Vec<(u64, u32, Clip)> {
    let filling = |slot: &Slot| (slot.record_start, slot.record_duration, slot.clip.clone());
    plan.slots.iter().map(filling).collect()
}

/// How many slots of `plan` are not as in `before`.
pub(crate) fn changed(before: &Plan, plan: &Plan) -> usize {
    let before = filling(before);
    let is_new = |slot: &&(u64, u32, Clip)| !before.contains(slot);
    filling(plan).iter().filter(is_new).count()
}

pub(crate) fn all(request: &PlanRequest, previous: &Plan) -> Plan {
    replan(request, previous, &Scope::All).unwrap()
}

pub(crate) fn reroll(request: &PlanRequest, previous: &Plan, slots: &[usize], seed: u64) -> Plan {
    let slots = slots.to_vec();
    replan(request, previous, &Scope::Slots { slots, seed }).unwrap()
}
