//! What the documents show works.

use std::path::Path;

use serde_json::Value;
use shared::plan::Plan;
use suite::media::{ClipSpec, click_song};
use suite::project::Project;

/// The first block of JSON in `docs/plan-format.md`: the least that a plan needs.
fn minimal_example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/plan-format.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("```json\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_minimal_plan_of_the_documents_renders() {
    let example = minimal_example();
    let plan = Plan::from_json(&example).unwrap();
    let project = Project::default();
    let place = |path: &str| {
        let path = project.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    for (media, id) in plan.media.iter().zip(1..) {
        // Long enough for every slot of an example.
        let _ = ClipSpec::h264(id, "30", 600).make(&place(media.path.as_text()));
    }
    let seconds = 5.0 + plan.record_duration() as f64 / plan.output.rate.as_f64();
    let _ = click_song(&project.path("made.wav"), seconds, 120.0);
    let song = place(plan.music.media.path.as_text());
    let converted = std::process::Command::new(suite::media::ffmpeg())
        .args(["-v", "error", "-y", "-i"])
        .arg(project.path("made.wav"))
        .arg(&song)
        .status()
        .unwrap();
    assert!(converted.success());
    std::fs::write(project.path("plan.json"), example).unwrap();
    project.render().expect(0);
    project.verify().expect(0);
}

#[test]
fn the_schema_that_is_printed_is_the_one_that_is_kept() {
    let printed = suite::program::run(["schema"]).expect(0).json();
    let kept: Value = serde_json::from_str(&shared::plan::schema::plan_schema()).unwrap();
    assert_eq!(printed, kept);
}
