//! What a minute of music costs to analyse.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use planner_wasm::music::{ANALYSIS_RATE, analyse};

/// A minute of noise bursts at 120 beats a minute over a drone.
#[expect(clippy::cast_precision_loss, reason = "sample numbers below 2^22")]
fn minute() -> Vec<f32> {
    let mut state = 1_u32;
    (0..ANALYSIS_RATE * 60)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
            let since = (n % 22_050) as f32 / 44_100.0;
            0.5 * noise * (-30.0 * since).exp() + 0.1 * (n as f32 * 0.03).sin()
        })
        .collect()
}

fn music(criterion: &mut Criterion) {
    let pcm = minute();
    let mut group = criterion.benchmark_group("music");
    group.sample_size(10);
    group.bench_function("analyse_a_minute", |bencher| {
        bencher.iter(|| analyse(black_box(&pcm), ANALYSIS_RATE));
    });
    group.finish();
}

criterion_group!(benches, music);
criterion_main!(benches);
