//! What a person may change between two plans: the request, and the plan itself.

use planner_wasm::edit::{Ban, PlanRequest, SectionPace};
use planner_wasm::music::corrections::{Correction, corrected};
use shared::plan::{Fit, Focus, Plan};
use shared::rate::Rate;

use crate::asked::ask;
use crate::requests::STYLES;
use crate::synthetic::clip;

/// A change of a request; `number` says how much.
pub(crate) fn change(request: &mut PlanRequest, kind: u8, number: u64) {
    let clips = u64::try_from(request.clips.len()).unwrap();
    let media = u32::try_from(number % clips).unwrap();
    let grid = |request: &PlanRequest, correction| {
        corrected(&request.grid, &[correction]).unwrap_or_else(|_| request.grid.clone())
    };
    match kind {
        0 => request.bans.push(Ban {
            media,
            range_us: None,
        }),
        1 => request.bans.push(Ban {
            media,
            range_us: Some((number % 3_000_000, number % 5_000_000)),
        }),
        2 => request.settings.style = STYLES[usize::try_from(number % 4).unwrap()],
        3 => request.settings.seed = number,
        4 => request.settings.density_permille = u16::try_from(250 + number % 3750).unwrap(),
        5 => {
            request.settings.paces = vec![SectionPace {
                start: number % 1_000_000,
                end: number % 3_000_000,
                density_permille: u16::try_from(500 + number % 2000).unwrap(),
            }];
        }
        6 => request.grid = grid(request, Correction::Double),
        7 => {
            let samples = i64::try_from(number % 40_000).unwrap() - 20_000;
            request.grid = grid(request, Correction::Nudge { samples });
        }
        8 => request.grid = grid(request, Correction::Meter { beats_per_bar: 3 }),
        9 => {
            let rates = [(24, 1), (25, 1), (30_000, 1001), (60, 1)];
            let (num, den) = rates[usize::try_from(number % 4).unwrap()];
            request.output.rate = Rate::new(num, den).unwrap();
        }
        10 => {
            let song_us = request.grid.duration * 1_000_000 / 44_100;
            request.settings.start_us = number % (song_us / 2).max(1);
            request.settings.length_us = Some(1_000_000 + number % 40_000_000);
        }
        11 if clips > 1 => {
            request
                .clips
                .remove(usize::try_from(number % clips).unwrap());
            request.bans.clear();
            request.musts.clear();
            request.windows.clear();
        }
        12 => request
            .clips
            .push(clip(90_000 + number % 999, 6_000_000, 2, 9)),
        13 => request.clips.rotate_left(usize::from(clips > 1)),
        14.. => ask(request, kind - 14, number),
        _ => {}
    }
}

/// Locks every slot whose number is 0, and splits off the first frames of every one whose number is 1,
/// as a person may: shots come to be as short as no style makes them.
pub(crate) fn lock_some(plan: &mut Plan, which: &[u8]) {
    let rate = plan.output.rate;
    let mut slots = Vec::new();
    for (mut slot, which) in plan.slots.drain(..).zip(which.iter().cycle()) {
        if *which == 1 && slot.record_duration > 3 {
            let mut first = slot.clone();
            first.record_duration = 3;
            first.locked = slot.record_start % 2 == 0;
            slot.record_start += 3;
            slot.record_duration -= 3;
            slot.cut = None;
            slot.clip.source_start = first.clip.source_end(3, rate).unwrap();
            slots.push(first);
        }
        slot.locked |= *which == 0;
        slots.push(slot);
    }
    plan.slots = slots;
    lock_with_notes(plan);
}

fn lock_with_notes(plan: &mut Plan) {
    for slot in plan.slots.iter_mut().filter(|slot| slot.locked) {
        slot.fit = Some(Fit::Blur);
        slot.focus = Some(Focus {
            x_permille: 100,
            y_permille: 900,
        });
        slot.extra.insert("x_note".to_owned(), "mine".into());
    }
}
