//! The large film of the benchmarks.

use planner_wasm::edit::{EditSettings, PlanRequest};
use shared::plan::Style;

use crate::synthetic::{clip, request, song};

/// So many clips of 18 s with 50 anchors each, and a song whose film has about 300 slots.
pub(crate) fn large(clips: u64) -> PlanRequest {
    let clips = (0..clips)
        .map(|n| clip(n, 18_000_000, 1 + n % 3, 50))
        .collect();
    let settings = EditSettings {
        style: Style::Energetic,
        ..EditSettings::default()
    };
    request(song(1, 350, 124), clips, settings)
}
