//! What plans keep and tell, whatever they were made from.

use planner_wasm::edit::PlanRequest;
use planner_wasm::footage::Windows;
use shared::decision::DecisionCode;
use shared::plan::{Clip, Plan, Slot};
use shared::rate::Rate;

/// A plan breaks no rule and is read back as it was written.
pub(crate) fn sound(plan: &Plan) {
    let (problems, total) = plan.problems();
    assert_eq!(total, 0, "{problems:?}");
    assert_eq!(&Plan::from_json(&plan.to_json()).unwrap(), plan);
}

/// The film fills what is asked for of the song, to its last whole frame.
pub(crate) fn fills_song(request: &PlanRequest, plan: &Plan) {
    let settings = &request.settings;
    let start = settings.start_us * u64::from(request.grid.rate) / 1_000_000;
    let end = settings.length_us.map_or(request.grid.duration, |us| {
        (start + us * u64::from(request.grid.rate) / 1_000_000).min(request.grid.duration)
    });
    assert_eq!(plan.frame_at(end), Some(plan.record_duration()));
}

/// Whether what a slot of so many frames shows of its footage does, with nothing forgiven.
pub(crate) fn does(windows: &Windows, shown: &Clip, frames: u32, rate: Rate) -> bool {
    let end = shown.source_end(frames, rate).unwrap();
    let window = windows.over(shown.source_start, end);
    window.is_some_and(|window| window.is_showable() && window.bad_permille <= 200)
}

/// Whether two slots show part of the same footage.
pub(crate) fn shows_twice(plan: &Plan) -> bool {
    let stretch = |slot: &Slot| {
        let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
        (slot.clip.media, slot.clip.source_start, end.unwrap())
    };
    let mut shown: Vec<(u32, u64, u64)> = plan.slots.iter().map(stretch).collect();
    shown.sort_unstable();
    let overlap = |pair: &[(u32, u64, u64)]| pair[0].0 == pair[1].0 && pair[0].2 > pair[1].1;
    shown.windows(2).any(overlap)
}

pub(crate) fn said(plan: &Plan, code: DecisionCode) -> bool {
    plan.decisions.iter().any(|decision| decision.code == code)
}

/// What a plan says of its slots is so, and what had to be done is said, where nobody edited it.
pub(crate) fn is_told(request: &PlanRequest, plan: &Plan) {
    let reused = said(plan, DecisionCode::FootageReused);
    assert_eq!(shows_twice(plan), reused, "reused");
    let slowed = plan.slots.iter().any(|slot| !slot.clip.speed.is_normal());
    assert_eq!(slowed, said(plan, DecisionCode::FootageSlowed), "slowed");
    let is_weak = |slot: &Slot| {
        let footage = &request.clips[usize::try_from(slot.clip.media).unwrap()].footage;
        let windows = Windows::new(footage);
        !does(&windows, &slot.clip, slot.record_duration, plan.output.rate)
    };
    let weak = plan.slots.iter().any(is_weak);
    // What is held at the lowest speed goes beyond what may be shown, however little is wrong there.
    let held = plan
        .slots
        .iter()
        .any(|slot| slot.clip.speed.terms() == (1, 8));
    let told = said(plan, DecisionCode::WeakFootageUsed);
    assert!(told == weak || told && held, "weak: {told} {weak} {held}");
}
