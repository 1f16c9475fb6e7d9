//! Requests of every kind.

use planner_wasm::edit::{EditSettings, PlanRequest, SourceClip};
use planner_wasm::footage::Windows;
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{Plan, Slot, Style};
use shared::rate::Rate;

use crate::synthetic::{clip, request, song};

pub(crate) const STYLES: [Style; 4] = [
    Style::Energetic,
    Style::Balanced,
    Style::Cinematic,
    Style::Buildup,
];

pub(crate) fn settings(style: Style, seed: u64) -> EditSettings {
    EditSettings {
        style,
        seed,
        ..EditSettings::default()
    }
}

/// 40 clips of 3 to 30 s and a song of `seconds`.
pub(crate) fn ordinary(seed: u64, seconds: u64, style: Style) -> PlanRequest {
    let clips = (0..40)
        .map(|n| clip(seed * 1000 + n, 3_000_000 + n * 700_000, 1 + n % 3, 8 + n))
        .collect();
    request(song(seed, seconds, 124), clips, settings(style, 0))
}

/// Clips of every awkward kind: stills, black ones, cut to pieces, long ones.
pub(crate) fn any_clip() -> impl Strategy<Value = SourceClip> {
    let length = prop_oneof![
        Just(40_000),
        100_000..1_000_000_u64,
        1_000_000..30_000_000_u64
    ];
    (any::<u32>(), length, 1..8_u64, 0..40_u64)
        .prop_map(|(seed, length, shots, anchors)| clip(seed.into(), length, shots, anchors))
}

pub(crate) fn any_request() -> impl Strategy<Value = PlanRequest> {
    let grid =
        (any::<u16>(), 1..90_u64, 40..260_u64, 0..4_u8).prop_map(|(seed, seconds, bpm, kind)| {
            let mut grid = song(seed.into(), seconds, bpm);
            match kind {
                0 => grid.confidence_permille = 0,
                1 => grid.beats.retain(|beat| beat.at / 44_100 % 20 < 9),
                2 => grid.beats.clear(),
                _ => {}
            }
            grid
        });
    let rates = [(24, 1), (25, 1), (30_000, 1001), (60, 1), (1, 1), (240, 1)];
    (
        grid,
        prop::collection::vec(any_clip(), 1..12),
        prop::sample::select(&STYLES[..]),
        0..1_u64 << 53,
        prop::sample::select(rates.to_vec()),
        prop::option::of((0..20_000_000_u64, 1_500_000..40_000_000_u64)),
    )
        .prop_map(|(grid, clips, style, seed, (num, den), part)| {
            let mut request = request(grid, clips, settings(style, seed));
            request.output.rate = Rate::new(num, den).unwrap();
            if let Some((start, length)) = part
                && start + 1_500_000 < request.grid.duration * 1_000_000 / 44_100
            {
                request.settings.start_us = start;
                request.settings.length_us = Some(length);
            }
            request
        })
}

pub(crate) fn said(plan: &Plan, code: DecisionCode) -> bool {
    plan.decisions.iter().any(|decision| decision.code == code)
}

/// What a plan says of its slots is so, and what had to be done is said, where nobody edited it.
pub(crate) fn is_told(request: &PlanRequest, plan: &Plan) {
    let rate = plan.output.rate;
    let end = |slot: &Slot| slot.clip.source_end(slot.record_duration, rate).unwrap();
    let mut shown: Vec<(u32, u64, u64)> = plan
        .slots
        .iter()
        .map(|slot| (slot.clip.media, slot.clip.source_start, end(slot)))
        .collect();
    shown.sort_unstable();
    let overlap = shown
        .windows(2)
        .any(|pair| pair[0].0 == pair[1].0 && pair[0].2 > pair[1].1);
    assert_eq!(overlap, said(plan, DecisionCode::FootageReused), "reused");
    let slowed = plan.slots.iter().any(|slot| !slot.clip.speed.is_normal());
    assert_eq!(slowed, said(plan, DecisionCode::FootageSlowed), "slowed");
    let is_weak = |slot: &Slot| {
        let footage = &request.clips[usize::try_from(slot.clip.media).unwrap()].footage;
        let window = Windows::new(footage).over(slot.clip.source_start, end(slot));
        window.is_none_or(|window| !window.is_showable() || window.bad_permille > 200)
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
