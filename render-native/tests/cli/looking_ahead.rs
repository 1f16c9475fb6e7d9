//! `check` looks ahead as a render would.

use std::path::Path;

use crate::program;

#[test]
fn check_tells_of_a_missing_ffmpeg_as_a_render_would() {
    let dir = tempfile::tempdir().unwrap();
    let checked = |json: Option<&str>, plan: &Path| {
        program()
            .arg("check")
            .arg(plan)
            .args(json)
            .env("AUTOCUT_FFMPEG", "/no/such/ffmpeg")
            .output()
            .unwrap()
    };
    let plan = sound_plan(dir.path());
    let output = checked(None, &plan);
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(69), "{table}");
    assert!(
        table.contains("1 shot, 25 frames, 1.0 s, from 1 file\n"),
        "{table}"
    );
    assert!(table.contains("/no/such/ffmpeg") && table.contains("cannot be rendered here"));
    assert!(String::from_utf8(output.stderr).unwrap().contains("hint:"));
    let output = checked(Some("--json"), &plan);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(69));
    let problems = json.get("problems").unwrap().as_array().unwrap();
    assert!(
        problems
            .iter()
            .any(|p| p.as_str().unwrap().contains("/no/such/ffmpeg"))
    );
}

#[test]
fn a_shot_that_is_rendered_alone_is_no_degradation() {
    let dir = tempfile::tempdir().unwrap();
    let plan = sound_plan(dir.path());
    let output = program()
        .arg("check")
        .arg(&plan)
        .args(["--memory", "1M"])
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert!(
        table.contains("of 1 MiB may be given out") && table.contains("can be rendered as planned")
    );
}

/// A plan of one shot whose files are there; what is in them is not asked.
fn sound_plan(dir: &Path) -> std::path::PathBuf {
    for name in ["song.wav", "clip.mp4"] {
        std::fs::write(dir.join(name), name).unwrap();
    }
    let plan = dir.join("plan.json");
    let json = r#"{
        "schema": "autocut-plan/1",
        "output": {"width": 640, "height": 360, "rate": "25"},
        "music": {"media": {"path": "song.wav"}},
        "media": [{"path": "clip.mp4"}],
        "slots": [{
            "record_start": 0,
            "record_duration": 25,
            "clip": {"media": 0, "source_start": 0}
        }]
    }"#;
    std::fs::write(&plan, json).unwrap();
    plan
}
