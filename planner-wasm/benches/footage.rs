//! Cost of measuring one small picture.
#![expect(
    clippy::cast_possible_truncation,
    reason = "pixel positions and made-up values fit their types"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use planner_wasm::footage::{FRAME_BYTES, FRAME_WIDTH, FootageAnalyser};

/// A picture of uneven stripes, moved along by `shift` pixels.
fn picture(shift: usize) -> Vec<u8> {
    (0..FRAME_BYTES)
        .map(|n| {
            let (x, y) = (n / 3 % FRAME_WIDTH + shift, n / 3 / FRAME_WIDTH);
            ((x * x / 7 + y * y / 5 + n % 3 * 40) % 256) as u8
        })
        .collect()
}

fn measure(criterion: &mut Criterion) {
    let pictures: Vec<Vec<u8>> = (0..30).map(|n| picture(n * n % 11)).collect();
    let mut group = criterion.benchmark_group("footage");
    group.throughput(Throughput::Elements(pictures.len() as u64));
    for (name, interval_us) in [("at 30 a second", 33_333), ("at 10 a second", 100_000)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut analyser = FootageAnalyser::new();
                for (n, rgb) in pictures.iter().enumerate() {
                    let taken = analyser.push(black_box(rgb), n as u64 * interval_us);
                    assert!(taken.is_ok(), "stamps ascend");
                }
                analyser
            });
        });
    }
    let mut analyser = FootageAnalyser::new();
    for n in 0..3_600 {
        let rgb = pictures
            .get(n * 7 % pictures.len())
            .map_or(&[][..], Vec::as_slice);
        let taken = analyser.push(rgb, n as u64 * 33_333);
        assert!(taken.is_ok(), "stamps ascend");
    }
    group.throughput(Throughput::Elements(3_600));
    group.bench_function("finish two minutes", |bencher| {
        bencher.iter(|| black_box(&analyser).clone().finish(120_000_000));
    });
}

criterion_group!(benches, measure);
criterion_main!(benches);
