//! The prober against the development set of odd files, where that lies beside the checkout.

use render_native::ffmpeg::{locate, probe};
use render_native::interrupt::Interrupt;

#[test]
fn every_file_is_either_understood_or_refused_with_a_reason() {
    let Some(dir) = suite::dev_data::folder("media") else {
        return;
    };
    let interrupt = Interrupt::new();
    let tools = locate::locate(&interrupt).unwrap();
    let manifest = std::fs::read(dir.join("manifest.json")).unwrap();
    let manifest: Vec<serde_json::Value> = serde_json::from_slice(&manifest).unwrap();
    let mut wrong = Vec::new();
    for entry in &manifest {
        let name = entry["file"].as_str().unwrap();
        let path = dir.join(name);
        let found = probe::probe(&tools, &path, &interrupt)
            .and_then(|probe| probe.require_video(&path).cloned());
        println!(
            "{name}: {}",
            match &found {
                Ok(video) => format!("{video:?}"),
                Err(error) => error.to_string(),
            }
        );
        let usable = entry["expected"] != "unusable";
        if usable != found.is_ok() {
            wrong.push((name, found.err().map(|error| error.to_string())));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
