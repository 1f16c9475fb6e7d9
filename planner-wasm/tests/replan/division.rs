//! Another division of the film: by other beats, style, pace, beginning and end.

use planner_wasm::edit::{SectionPace, plan};
use planner_wasm::music::corrections::{Correction, corrected};
use shared::decision::DecisionCode;
use shared::plan::{Clip, Plan, Slot, Style};

use crate::changes::lock_some;
use crate::checks::{all, changed, filling, lawful};
use crate::requests::{STYLES, ordinary};

#[test]
fn a_correction_keeps_the_footage_of_cuts_that_are_still_there() {
    let mut request = ordinary(2, 120, Style::Balanced);
    let before = plan(&request).unwrap();
    let heard = request.grid.clone();
    for correction in [
        Correction::Nudge { samples: 900 },
        Correction::Double,
        Correction::Downbeat { beat: 2 },
    ] {
        request.grid = corrected(&heard, std::slice::from_ref(&correction)).unwrap();
        let after = all(&request, &before);
        lawful(&request, &after);
        let shown: Vec<u32> = before.slots.iter().map(|slot| slot.clip.media).collect();
        let near = |slot: &&Slot| {
            let old = before
                .slots
                .iter()
                .position(|old| old.record_start.abs_diff(slot.record_start) <= 2);
            old.is_some_and(|old| shown[old] == slot.clip.media)
        };
        let kept = after.slots.iter().filter(near).count();
        let least = match correction {
            Correction::Nudge { .. } => 9,
            _ => 3,
        };
        assert!(
            kept * 10 >= least * before.slots.len(),
            "{correction:?}: {kept} of {}",
            before.slots.len()
        );
    }
}

#[test]
fn twice_the_density_is_about_twice_the_cuts() {
    for style in STYLES {
        let mut request = ordinary(1, 240, style);
        let normal = plan(&request).unwrap().slots.len();
        request.settings.density_permille = 2000;
        let twice = plan(&request).unwrap();
        lawful(&request, &twice);
        request.settings.density_permille = 500;
        let half = plan(&request).unwrap().slots.len();
        let count = twice.slots.len();
        // The fastest style comes near a shot to each beat.
        let least = if style == Style::Energetic { 14 } else { 15 };
        assert!(
            (least..=22).contains(&(10 * count / normal))
                && (4..=6).contains(&(10 * half / normal)),
            "{style:?}: {half}, {normal}, {count}"
        );
        let shortest = twice.slots.iter().map(|slot| slot.record_duration).min();
        assert!(shortest >= Some(12), "0.4 s at 29.97 frames a second");
        let told = &twice.made_by.unwrap().settings["density_permille"];
        assert_eq!(told, "2000");
    }
}

#[test]
fn a_section_of_its_own_pace_leaves_the_others_alone() {
    let mut request = ordinary(1, 180, Style::Balanced);
    let before = plan(&request).unwrap();
    let section = request.grid.sections[1];
    request.settings.paces = vec![SectionPace {
        start: section.start,
        end: section.end,
        density_permille: 2000,
    }];
    let after = all(&request, &before);
    lawful(&request, &after);
    let inside = |plan: &Plan| {
        let within = |slot: &&Slot| {
            slot.cut
                .is_some_and(|cut| (section.start..section.end).contains(&cut.at))
        };
        plan.slots.iter().filter(within).count()
    };
    assert!(10 * inside(&after) >= 16 * inside(&before));
    let outside = |plan: &Plan| -> Vec<(u64, u32, Clip)> {
        let (first, last) = (plan.frame_at(section.start), plan.frame_at(section.end));
        filling(plan)
            .into_iter()
            .filter(|(start, ..)| Some(*start) < first || Some(*start) >= last)
            .collect()
    };
    assert_eq!(outside(&after), outside(&before));
    // And back.
    request.settings.paces.clear();
    assert_eq!(outside(&all(&request, &after)), outside(&before));
}

#[test]
fn another_style_is_cut_anew_around_what_is_locked() {
    let mut request = ordinary(1, 180, Style::Cinematic);
    let mut before = plan(&request).unwrap();
    before.slots[3].locked = true;
    before.slots[9].locked = true;
    request.settings.style = Style::Energetic;
    let after = all(&request, &before);
    lawful(&request, &after);
    assert!(after.slots.len() > 3 * before.slots.len());
    for index in [3, 9] {
        assert!(after.slots.contains(&before.slots[index]));
    }
    // A locked shot of three frames does not keep the rest from being cut.
    let mut flicker = before.clone();
    lock_some(
        &mut flicker,
        &[2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
    );
    for slot in &mut flicker.slots {
        slot.locked = slot.record_duration == 3;
    }
    let around = all(&request, &flicker);
    lawful(&request, &around);
    let short = around.slots.iter().filter(|slot| slot.locked).count();
    assert!(short > 0 && around.slots.len() > 3 * before.slots.len());
    // Another seed: the same cuts, other footage.
    let mut request = ordinary(1, 180, Style::Cinematic);
    request.settings.seed = 5;
    let after = all(&request, &before);
    assert_eq!(after.slots.len(), before.slots.len());
    assert!(2 * changed(&before, &after) > before.slots.len());
    assert_eq!(after.slots[9], before.slots[9]);
}

#[test]
fn a_film_that_begins_later_and_ends_earlier_keeps_what_it_can() {
    let mut request = ordinary(1, 120, Style::Balanced);
    let mut before = plan(&request).unwrap();
    let last = before.slots.len() - 1;
    for index in [0, last / 2, last] {
        before.slots[index].locked = true;
    }
    let middle = before.slots[last / 2].clone();
    request.settings.start_us = 20_000_000;
    request.settings.length_us = Some(80_000_000);
    let after = all(&request, &before);
    lawful(&request, &after);
    let released = after
        .decisions
        .iter()
        .filter(|decision| decision.code == DecisionCode::LockReleased);
    assert_eq!(released.count(), 2);
    let kept = after.slots.iter().find(|slot| slot.locked).unwrap();
    assert_eq!(kept.clip, middle.clip);
    assert_eq!(kept.cut, middle.cut, "the same instant of the song");
    let cuts = |plan: &Plan| -> Vec<u64> {
        plan.slots
            .iter()
            .filter_map(|slot| Some(slot.cut?.at))
            .collect()
    };
    let (old, new) = (cuts(&before), cuts(&after));
    let again = new.iter().filter(|at| old.contains(at)).count();
    assert!(again * 10 >= new.len() * 8, "{again} of {}", new.len());
}
