//! How near to the best there is films come, and in what time: 300 slots, 10,000 anchors.

use std::time::Instant;

use planner_wasm::edit::{certify, plan};

use crate::large::large;

/// Rounds of the bound.
const ROUNDS: u32 = 400;

/// Prints a line for plenty of footage and one for little.
pub(crate) fn table() {
    println!("\n## The solver\n");
    println!(
        "| clips | slots | windows | plan, ms | certified gap | target | bound, ms | plan's hash |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for clips in [200, 40] {
        let request = large(clips);
        let started = Instant::now();
        let Ok(made) = plan(&request) else {
            println!("no plan of {clips} clips");
            continue;
        };
        let planned = started.elapsed().as_secs_f64() * 1e3;
        let started = Instant::now();
        let Ok(found) = certify(&request, ROUNDS) else {
            continue;
        };
        let bounded = started.elapsed().as_secs_f64() * 1e3;
        // FNV-1a.
        let hash = made
            .to_json()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        println!(
            "| {clips} | {} | {} | {planned:.0} | {:.2} % | ≤ 5 % | {bounded:.0} | {hash:016x} |",
            found.slots,
            found.windows,
            found.gap() as f64 / 1e3
        );
    }
}
