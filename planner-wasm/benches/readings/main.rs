//! Readings: all that the choice between readings of a song knows, as JSON, so that its weights can be
//! fitted with some songs left out.
//!
//! `cargo xtask bench beats --left-out` calls this with a folder for `NAME.json` and songs as raw mono
//! PCM, `NAME.f32`; without any it does nothing.

use std::error::Error;
use std::fs;
use std::path::Path;

use planner_wasm::music::{ANALYSIS_RATE, WEIGHTS, weighed};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut told = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(into) = told.next() else {
        return Ok(());
    };
    for song in told {
        let bytes = fs::read(&song)?;
        let samples = bytes.as_chunks().0.iter().copied();
        let pcm: Vec<f32> = samples.map(f32::from_le_bytes).collect();
        let readings = weighed(&pcm, ANALYSIS_RATE)?;
        let readings = readings
            .iter()
            .map(|reading| json!({ "beats": reading.beats, "evidence": reading.evidence }));
        let told = json!({
            "rate": ANALYSIS_RATE,
            "weights": WEIGHTS,
            "readings": readings.collect::<Vec<_>>(),
        });
        let name = Path::new(&song).file_stem().unwrap_or_default();
        let file = Path::new(&into).join(format!("{}.json", name.display()));
        fs::write(file, told.to_string())?;
    }
    Ok(())
}
