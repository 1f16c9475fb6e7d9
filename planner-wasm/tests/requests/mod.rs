//! Requests of every kind.

use planner_wasm::edit::{EditSettings, PlanRequest, SourceClip};
use planner_wasm::footage::Defects;
use proptest::prelude::*;
use shared::plan::Style;
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

/// A slow song, twenty-four short clips without fault, and four long ones that are poorer and unlikely to be
/// wanted.
pub(crate) fn short_beside_unlikely(style: Style) -> PlanRequest {
    let clips = (0..28).map(|n| {
        let long = n >= 24;
        let mut clip = clip(500 + n, if long { 30_000_000 } else { 4_000_000 }, 1, 6);
        for tick in &mut clip.footage.ticks {
            tick.defects = Defects::default();
            if long {
                (tick.unwanted, tick.quality) = (98, tick.quality / 2);
            }
        }
        clip
    });
    request(song(3, 36, 92), clips.collect(), settings(style, 0))
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
