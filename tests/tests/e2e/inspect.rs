//! What `inspect --json` writes is what the page reads in place of looking at clips itself.

use planner_wasm::footage::{Inspected, TICK_US};
use serde_json::Value;
use shared::plan::Plan;
use suite::fake::{Act, Fake};
use suite::media::{ClipSpec, click_song};
use suite::program;
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

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

#[test]
fn every_clip_is_drawn_and_the_plan_s_shots_with_it() {
    let project = Project::default();
    let song = click_song(&project.path("song.wav"), 6.0, 120.0);
    std::fs::create_dir(project.path("clips")).unwrap();
    for (id, name) in [(1, "a.mp4"), (2, "b.mp4"), (3, "c.mp4")] {
        let clip = ClipSpec {
            size: (192, 108),
            ..ClipSpec::h264(id, "30", 90)
        };
        let _ = clip.make(&project.path(&format!("clips/{name}")));
    }
    let (clips, plan) = (project.path("clips"), project.path("plan.json"));
    let run = program::run([
        "plan".as_ref(),
        "--music".as_ref(),
        song.as_os_str(),
        clips.as_os_str(),
        "--explain".as_ref(),
        "-o".as_ref(),
        plan.as_os_str(),
    ])
    .expect(0);
    // Why each shot was chosen, and what else there was.
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(
        said.contains("shot 1 at 0.0 s") && said.contains("    or "),
        "{said}"
    );
    assert!(said.contains("quality +"), "{said}");

    let draw = |name: &str, more: &[&std::ffi::OsStr]| {
        let sheet = project.path(name);
        let mut args = vec!["inspect".as_ref(), clips.as_os_str(), "--sheet".as_ref()];
        args.push(sheet.as_os_str());
        args.extend(more);
        let run = program::run(args).expect(0);
        assert!(!run.stderr.contains("shows none"), "{}", run.stderr);
        std::fs::read(sheet).unwrap()
    };
    let number = |png: &[u8], at: usize| {
        let four = png.get(at..at + 4).unwrap();
        u32::from_be_bytes(four.try_into().unwrap())
    };
    let bare = draw("bare.png", &[]);
    let chosen = draw("chosen.png", &["--plan".as_ref(), plan.as_os_str()]);
    for png in [&bare, &chosen] {
        assert!(png.starts_with(b"\x89PNG") && png.ends_with(b"IEND\xaeB\x60\x82"));
        assert_eq!(number(png, 16), 1024);
    }
    // The shots of the plan have rows of their own.
    assert!(number(&bare, 20) > 3 * 160 && number(&chosen, 20) > number(&bare, 20));
    // A plan of other clips is told of.
    let other = ClipSpec {
        size: (192, 108),
        ..ClipSpec::h264(4, "30", 90)
    };
    let _ = other.make(&project.path("other.mp4"));
    let [other, sheet] = ["other.mp4", "other.png"].map(|name| project.path(name));
    let run = program::run([
        "inspect".as_ref(),
        other.as_os_str(),
        "--sheet".as_ref(),
        sheet.as_os_str(),
        "--plan".as_ref(),
        plan.as_os_str(),
    ]);
    let run = run.expect(0);
    assert!(
        run.stderr.contains("shows none of the clips"),
        "{}",
        run.stderr
    );
    // What is there is not replaced unasked.
    let sheet = project.path("bare.png");
    let again = [
        "inspect".as_ref(),
        clips.as_os_str(),
        "--sheet".as_ref(),
        sheet.as_os_str(),
    ];
    program::run(again).expect(73);
}

#[test]
fn a_sheet_that_could_not_be_made_replaces_none() {
    let project = Project::default();
    let (clip, sheet) = (project.path("a.mp4"), project.path("sheet.png"));
    let spec = ClipSpec {
        size: (192, 108),
        ..ClipSpec::h264(1, "30", 60)
    };
    let _ = spec.make(&clip);
    std::fs::write(&sheet, "what was there").unwrap();
    let args = [
        "inspect".as_ref(),
        clip.as_os_str(),
        "--sheet".as_ref(),
        sheet.as_os_str(),
        "--overwrite".as_ref(),
    ];
    // The third picture of the clip; the two before it are drawn by then.
    let fake = Fake::default()
        .when("ffmpeg", &["scale=128:72"], 2, &Act::Noise(0))
        .when("ffmpeg", &["scale=128:72"], u32::MAX, &Act::Signal(9, "x"));
    program::run_with(args, &fake.environment(FAKE)).expect(75);
    assert_eq!(std::fs::read(&sheet).unwrap(), b"what was there");

    // A picture that cannot be had is left blank.
    let mut drawn = Vec::new();
    for act in [Act::Exit(1, "boom"), Act::Answer(""), Act::Noise(0)] {
        let fake = Fake::default().when("ffmpeg", &["scale=128:72"], u32::MAX, &act);
        program::run_with(args, &fake.environment(FAKE)).expect(0);
        drawn.push(std::fs::read(&sheet).unwrap());
        assert!(drawn.iter().all(|png| png.starts_with(b"\x89PNG")));
    }
    assert_eq!(drawn[0], drawn[1]);
    assert_ne!(drawn[0], drawn[2]);
}
