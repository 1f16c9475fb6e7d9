//! Cards and test patterns beside footage: chosen last, and gladly where there is nothing else.
#![expect(
    clippy::cast_possible_truncation,
    reason = "a test of made-up pictures"
)]

use planner_wasm::edit::{SourceClip, plan};
use planner_wasm::footage::{Defect, FRAME_BYTES, FRAME_WIDTH, FootageAnalyser};
use shared::decision::DecisionCode;
use shared::plan::{Slot, Style};

use crate::plans::said;
use crate::requests::{settings, short_beside_unlikely};
use crate::synthetic::{clip, request, song};

/// 10 s at 10 pictures a second.
fn filmed(seed: u64, picture: impl Fn(usize) -> Vec<u8>) -> SourceClip {
    let mut analyser = FootageAnalyser::new();
    for n in 0..100 {
        analyser.push(&picture(n), n as u64 * 100_000).unwrap();
    }
    let mut clip = clip(seed, 10_000_000, 1, 1);
    clip.footage = analyser.finish(10_000_000);
    clip
}

/// A dull, soft and dim scene that drifts: nothing speaks for it but that somebody filmed it.
fn dull(seed: u64, n: usize) -> Vec<u8> {
    let seed = seed as usize;
    (0..FRAME_BYTES)
        .map(|byte| {
            let (x, y) = (byte / 3 % FRAME_WIDTH + n / 2, byte / 3 / FRAME_WIDTH);
            let patch = (x / (5 + seed % 3) * 31 + seed * 7) * (y / (4 + seed % 4) * 17);
            (60 + (patch + x / 9) % 47 + (x * 3 + y * 5) % 6 + byte % 3 * 4) as u8
        })
        .collect()
}

/// Bars with a bright box that jumps on and on.
fn bars(seed: u64, n: usize) -> Vec<u8> {
    let walker = (n * 13 + seed as usize * 20) % 140;
    (0..FRAME_BYTES / 3)
        .flat_map(|pixel| {
            let (x, y) = (pixel % FRAME_WIDTH, pixel / FRAME_WIDTH);
            let bar = x * 7 / FRAME_WIDTH;
            let boxed = (30..60).contains(&y) && (walker..walker + 20).contains(&x);
            [(bar & 2) == 0, bar < 4, (bar & 1) == 0].map(|on| if on || boxed { 240 } else { 3 })
        })
        .collect()
}

/// A coloured ground with text that counts.
fn card(seed: u64, n: usize) -> Vec<u8> {
    let ground = [40 + 30 * (seed as u8 % 7), 200 - 20 * (seed as u8 % 5), 140];
    (0..FRAME_BYTES / 3)
        .flat_map(|pixel| {
            let (x, y) = (pixel % FRAME_WIDTH, pixel / FRAME_WIDTH);
            let written = (60..76).contains(&y) && (90..150).contains(&x);
            if written && (x * 7 + y * 3 + n * (x / 30)) % 5 < 2 {
                [250; 3]
            } else {
                ground
            }
        })
        .collect()
}

#[test]
fn cards_and_patterns_are_not_chosen_while_the_dullest_footage_suffices() {
    let mut clips: Vec<SourceClip> = (0..8).map(|seed| filmed(seed, |n| dull(seed, n))).collect();
    for clip in &clips {
        // It may pass for bare ground, or for text all over, but for nothing worse.
        assert!(clip.footage.ticks.iter().all(|tick| tick.unwanted <= 77));
    }
    let footage = clips.len();
    clips.extend((0..4).map(|seed| filmed(100 + seed, |n| bars(seed, n))));
    clips.extend((0..4).map(|seed| filmed(200 + seed, |n| card(seed, n))));
    for clip in &clips[footage..] {
        let tick = clip.footage.ticks[50];
        assert!(tick.defects.has(Defect::TestPattern) || tick.defects.has(Defect::FlatCard));
    }
    // 80 s of footage for 40 s.
    let plan = plan(&request(
        song(1, 40, 120),
        clips,
        settings(Style::Balanced, 0),
    ))
    .unwrap();
    for slot in &plan.slots {
        let shown = usize::try_from(slot.clip.media).unwrap();
        assert!(shown < footage, "{slot:?}");
    }
    assert!(!said(&plan, DecisionCode::FootageReused));
}

#[test]
fn cards_and_patterns_alone_make_a_film_of_all_that_differ() {
    let mut clips: Vec<SourceClip> = (0..4).map(|seed| filmed(seed, |n| bars(seed, n))).collect();
    let bars = clips.len();
    clips.extend((0..4).map(|seed| filmed(200 + seed, |n| card(seed, n))));
    let all = clips.len();
    let plan = plan(&request(
        song(1, 40, 120),
        clips,
        settings(Style::Balanced, 0),
    ))
    .unwrap();
    let mut shown: Vec<u32> = plan.slots.iter().map(|slot| slot.clip.media).collect();
    shown.sort_unstable();
    shown.dedup();
    // The bars look the same in all their clips, so one of these will do.
    let cards = u32::try_from(bars).unwrap()..;
    assert!(
        shown.iter().filter(|clip| cards.contains(clip)).count() == all - bars,
        "{shown:?}"
    );
    assert!(shown.len() > all - bars, "{shown:?}");
    assert!(
        !said(&plan, DecisionCode::WeakFootageUsed),
        "{:?}",
        plan.decisions
    );
    assert!(!said(&plan, DecisionCode::FootageReused));
    assert!(said(&plan, DecisionCode::UnwantedFootageUsed));
}

#[test]
fn slots_that_only_unlikely_footage_fills_are_divided_and_show_what_is_wanted() {
    let request = short_beside_unlikely(Style::Cinematic);
    let plan = plan(&request).unwrap();
    let shown = |slot: &Slot| request.clips[usize::try_from(slot.clip.media).unwrap()].clone();
    for slot in &plan.slots {
        assert!(shown(slot).footage.ticks[0].unwanted == 0, "{slot:?}");
        // As long as a shot must be, and as the short clips are.
        assert!((29..=103).contains(&slot.record_duration), "{slot:?}");
    }
    assert!(!said(&plan, DecisionCode::FootageReused));
    assert!(!said(&plan, DecisionCode::UnwantedFootageUsed));
}

#[test]
fn where_all_footage_is_as_unlikely_slots_stay_as_long_as_they_are() {
    let likely = |unwanted: u8| {
        let mut request = short_beside_unlikely(Style::Cinematic);
        request.clips.drain(..24);
        for clip in &mut request.clips {
            for tick in &mut clip.footage.ticks {
                tick.unwanted = unwanted;
            }
        }
        let slots = plan(&request).unwrap().slots;
        slots
            .iter()
            .map(|slot| slot.record_start)
            .collect::<Vec<_>>()
    };
    assert_eq!(likely(98), likely(0));
}
