//! Planning a film: 300 slots from 200 clips with 10,000 anchors.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use planner_wasm::edit::{EditSettings, PlanRequest, plan};
use shared::plan::Style;
use synthetic::{clip, request, song};

/// 200 clips of 18 s, an hour in all, 50 anchors each; a song whose film has about 300 slots.
fn large() -> PlanRequest {
    let clips = (0..200)
        .map(|n| clip(n, 18_000_000, 1 + n % 3, 50))
        .collect();
    let settings = EditSettings {
        style: Style::Energetic,
        ..EditSettings::default()
    };
    request(song(1, 350, 124), clips, settings)
}

fn benches(criterion: &mut Criterion) {
    let large = large();
    let slots = plan(&large).unwrap().slots.len();
    criterion.bench_function(&format!("edit/{slots} slots, 10000 anchors"), |bencher| {
        bencher.iter(|| plan(black_box(&large)));
    });
    // Scarce: every slot past the first few is a repeat.
    let mut scarce = request(
        song(1, 350, 124),
        (0..5).map(|n| clip(n, 4_000_000, 1, 10)).collect(),
        EditSettings::default(),
    );
    scarce.settings.style = Style::Energetic;
    let slots = plan(&scarce).unwrap().slots.len();
    criterion.bench_function(&format!("edit/{slots} slots, 20 s of footage"), |bencher| {
        bencher.iter(|| plan(black_box(&scarce)));
    });
}

criterion_group! {
    name = edit;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(edit);
