//! Laws of the edit, over songs and footage of all kinds.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod synthetic;

use planner_wasm::edit::{EditError, EditSettings, PlanRequest, SourceClip, plan};
use planner_wasm::footage::Windows;
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{CutKind, Plan, Style};
use shared::rate::Rate;

use synthetic::{clip, request, song};

const STYLES: [Style; 4] = [
    Style::Energetic,
    Style::Balanced,
    Style::Cinematic,
    Style::Buildup,
];

fn settings(style: Style, seed: u64) -> EditSettings {
    EditSettings {
        style,
        seed,
        ..EditSettings::default()
    }
}

/// 40 clips of 3 to 30 s and a song of `seconds`.
fn ordinary(seed: u64, seconds: u64, style: Style) -> PlanRequest {
    let clips = (0..40)
        .map(|n| clip(seed * 1000 + n, 3_000_000 + n * 700_000, 1 + n % 3, 8 + n))
        .collect();
    request(song(seed, seconds, 124), clips, settings(style, 0))
}

fn said(plan: &Plan, code: DecisionCode) -> bool {
    plan.decisions.iter().any(|decision| decision.code == code)
}

/// What every plan keeps, whatever it was made from.
fn lawful(request: &PlanRequest, plan: &Plan) {
    let (problems, total) = plan.problems();
    assert_eq!(total, 0, "{problems:?}");
    assert_eq!(&Plan::from_json(&plan.to_json()).unwrap(), plan);
    // The film fills the song to its last whole frame.
    let settings = &request.settings;
    let start = settings.start_us * u64::from(request.grid.rate) / 1_000_000;
    let end = settings.length_us.map_or(request.grid.duration, |us| {
        (start + us * u64::from(request.grid.rate) / 1_000_000).min(request.grid.duration)
    });
    assert_eq!(plan.frame_at(end), Some(plan.record_duration()));
    let rate = plan.output.rate;
    let shortest = (2 * u64::from(rate.num())).div_ceil(5 * u64::from(rate.den()));
    for slot in &plan.slots {
        assert!(slot.cut.is_some());
        assert!(
            u64::from(slot.record_duration) >= shortest.min(plan.record_duration()),
            "{} frames",
            slot.record_duration
        );
    }
    let mut shown: Vec<(u32, u64, u64)> = Vec::new();
    for slot in &plan.slots {
        for (place, chosen) in std::iter::once(&slot.clip)
            .chain(&slot.alternates)
            .enumerate()
        {
            let footage = &request.clips[usize::try_from(chosen.media).unwrap()].footage;
            let end = chosen.source_end(slot.record_duration, rate).unwrap();
            let held = said(plan, DecisionCode::WeakFootageUsed) && place == 0;
            assert!(chosen.source_start >= footage.start_us);
            if !held {
                assert!(end < footage.end_us, "{end} of {}", footage.end_us);
                let window = Windows::new(footage)
                    .over(chosen.source_start, end)
                    .unwrap();
                assert!(
                    window.is_showable() && window.bad_permille <= 200,
                    "{window:?}"
                );
            }
            if place == 0 {
                shown.push((chosen.media, chosen.source_start, end));
                if !chosen.speed.is_normal() {
                    assert!(said(plan, DecisionCode::FootageSlowed));
                }
            } else {
                assert!(chosen.media != slot.clip.media);
            }
        }
    }
    shown.sort_unstable();
    let overlap = shown
        .windows(2)
        .any(|pair| pair[0].0 == pair[1].0 && pair[0].2 > pair[1].1);
    assert_eq!(overlap, said(plan, DecisionCode::FootageReused));
}

#[test]
fn an_ordinary_film_needs_no_fallback_in_any_style() {
    for style in STYLES {
        let request = ordinary(1, 180, style);
        let plan = plan(&request).unwrap();
        lawful(&request, &plan);
        assert_eq!(plan.decisions, [], "{style:?}");
    }
}
