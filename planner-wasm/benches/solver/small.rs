//! Films so small that the best of all can be found.

use planner_wasm::edit::{EditSettings, exhaust};

use crate::synthetic::{clip, request, song};

/// Films.
const FILMS: u64 = 60;
/// Partial films that the search for the best may look at.
const STEPS: u64 = 4_000_000;

/// Prints how far from the best they are.
pub(crate) fn table() {
    let (mut gaps, mut open, mut slots, mut windows) = (Vec::new(), 0, 0, 0);
    for seed in 0..FILMS {
        let clips = (0..10).map(|n| clip(31 * seed + n, 5_000_000, 1, 4));
        let request = request(
            song(seed, 12, 120 + seed % 7),
            clips.collect(),
            EditSettings {
                seed,
                ..EditSettings::default()
            },
        );
        match exhaust(&request, STEPS) {
            Ok(Some(found)) => {
                gaps.push(found.gap() as f64 / 1e3);
                slots += found.slots;
                windows += found.windows;
            }
            _ => open += 1,
        }
    }
    let count = gaps.len().max(1);
    let best = gaps.iter().filter(|gap| **gap <= 0.0).count();
    println!(
        "\n| small films | slots | windows | the best found | mean gap | worst | target | not solved |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    println!(
        "| {} | {} | {} | {best} | {:.2} % | {:.2} % | ≤ .1 / 1 % | {open} |",
        gaps.len(),
        slots / count,
        windows / count,
        gaps.iter().sum::<f64>() / count as f64,
        gaps.iter().copied().fold(0.0, f64::max),
    );
}
