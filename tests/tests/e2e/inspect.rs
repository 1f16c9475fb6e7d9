//! What `inspect --json` writes is what the page reads in place of looking at clips itself.

use planner_wasm::footage::{Inspected, TICK_US};
use serde_json::Value;
use shared::plan::Plan;
use suite::media::{ClipSpec, click_song};
use suite::program;
use suite::project::Project;

#[test]
fn what_was_inspected_is_read_back_as_a_plan_has_it() {
    let project = Project::default();
    let song = click_song(&project.path("song.wav"), 6.0, 120.0);
    std::fs::create_dir(project.path("clips")).unwrap();
    for (id, name) in [(1, "a.mp4"), (2, "b 100%.mp4")] {
        let clip = ClipSpec {
            size: (192, 108),
            ..ClipSpec::h264(id, "30000/1001", 75)
        };
        let _ = clip.make(&project.path(&format!("clips/{name}")));
    }
    std::fs::write(project.path("clips/notes.mp4"), "these are notes").unwrap();
    let clips = project.path("clips");

    let run = program::run(["--json".as_ref(), "inspect".as_ref(), clips.as_os_str()]).expect(0);
    let read = Inspected::from_json(&run.stdout).unwrap();
    let plan = project.path("plan.json");
    program::run([
        "plan".as_ref(),
        "--music".as_ref(),
        song.as_os_str(),
        clips.as_os_str(),
        "-o".as_ref(),
        plan.as_os_str(),
    ])
    .expect(0);
    let plan = Plan::from_json(&std::fs::read_to_string(plan).unwrap()).unwrap();

    assert_eq!((read.clips.len(), read.skipped), (2, 1));
    for (clip, planned) in read.clips.iter().zip(&plan.media) {
        // The folder is the plan's matter.
        let mut planned = planned.clone();
        planned.path = clip.media.path.clone();
        assert_eq!(clip.media, planned);
    }
    let names: Vec<&str> = read.clips.iter().map(|c| c.media.path.as_text()).collect();
    assert_eq!(names, ["a.mp4", "b 100%25.mp4"]);

    // What was there for people still is, and says the same.
    let json: Value = run.json();
    for (index, clip) in read.clips.iter().enumerate() {
        let at = |place: &str| json.pointer(&format!("/clips/{index}/{place}")).unwrap();
        assert_eq!(at("start_us"), clip.footage.start_us);
        assert_eq!(at("end_us"), clip.footage.end_us);
        assert_eq!(at("pictures"), 75);
        assert_eq!(
            at("shots").as_array().unwrap().len(),
            clip.footage.shots.len()
        );
        assert_eq!(at("anchors"), clip.footage.anchors.len());
        let length = clip.footage.end_us - clip.footage.start_us;
        assert_eq!(clip.footage.ticks.len() as u64, length.div_ceil(TICK_US));
    }
    // Thousands of measures do not make thousands of lines.
    assert!(run.stdout.lines().count() < 150, "{}", run.stdout);
}
