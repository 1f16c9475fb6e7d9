//! Planning a film: 300 slots from 200 clips with 10,000 anchors.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]

#[path = "../tests/synthetic/large.rs"]
mod large;
#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use large::large;
use planner_wasm::edit::{Ban, EditSettings, Scope, plan, replan};
use shared::plan::Style;
use synthetic::{clip, request, song};

fn benches(criterion: &mut Criterion) {
    // An hour of footage.
    let large = large(200);
    let slots = plan(&large).unwrap().slots.len();
    criterion.bench_function(&format!("edit/{slots} slots, 10000 anchors"), |bencher| {
        bencher.iter(|| plan(black_box(&large)));
    });
    // Without one clip; with every third slot locked and another style; one slot again.
    let before = plan(&large).unwrap();
    let mut banned = large.clone();
    banned.bans.push(Ban {
        media: before.slots[9].clip.media,
        range_us: None,
    });
    criterion.bench_function(&format!("replan/{slots} slots, a ban"), |bencher| {
        bencher.iter(|| replan(black_box(&banned), &before, &Scope::All));
    });
    let mut locked = before.clone();
    for slot in locked.slots.iter_mut().step_by(3) {
        slot.locked = true;
    }
    let mut restyled = large.clone();
    restyled.settings.style = Style::Balanced;
    criterion.bench_function(&format!("replan/{slots} slots, another style"), |bencher| {
        bencher.iter(|| replan(black_box(&restyled), &locked, &Scope::All));
    });
    let one = Scope::Slots {
        slots: vec![150],
        seed: 9,
    };
    criterion.bench_function(&format!("replan/{slots} slots, one of them"), |bencher| {
        bencher.iter(|| replan(black_box(&large), &before, &one));
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
