//! Somebody kills an ffmpeg from outside: that is nobody's clip's fault. It is tried once more in
//! the same way, and if it is killed again the program says so instead of making do with less.

use suite::fake::{Act, Fake, says};
use suite::plans::{SlotSpec, plan, write};
use suite::program::{self, Run};
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;
const KILL: i32 = 9;
const TERM: i32 = 15;

fn plan_of(project: &Project, fake: &Fake, name: &str) -> Run {
    let path = |name| project.path(name).into_os_string();
    let args = [
        "plan".into(),
        "--music".into(),
        path("song.wav"),
        path("1.mp4"),
        path("2.mp4"),
        path("3.mp4"),
        "-o".into(),
        path(name),
    ];
    program::run_with(args, &fake.environment(FAKE))
}

#[test]
fn a_decoder_that_is_killed_once_changes_no_plan() {
    let project = Project::with_three_clips();
    plan_of(&project, &Fake::default(), "whole.json").expect(0);
    let whole = std::fs::read(project.path("whole.json")).unwrap();
    // Half a sample is what a kill may leave of the sound, half a header of the pictures.
    let fake = Fake::default()
        .when("ffmpeg", &["pcm_f32le"], 1, &Act::Signal(KILL, "abcdef"))
        .when("ffmpeg", &["1.mp4", "rawvideo"], 1, &Act::Signal(KILL, "x"))
        .when("ffmpeg", &["2.mp4", "rawvideo"], 1, &Act::Signal(TERM, ""))
        .when("ffmpeg", &["3.mp4", "rawvideo"], 1, &Act::Exit(255, ""))
        .when("ffprobe", &["3.mp4"], 1, &Act::Signal(KILL, "{"));
    plan_of(&project, &fake, "plan.json").expect(0);
    assert!(std::fs::read(project.path("plan.json")).unwrap() == whole);
}

#[test]
fn a_decoder_that_is_killed_again_and_again_is_no_damaged_clip() {
    for words in [&["pcm_f32le"][..], &["2.mp4", "rawvideo"]] {
        let project = Project::with_three_clips();
        let fake = Fake::default().when("ffmpeg", words, ALWAYS, &Act::Signal(KILL, ""));
        let run = plan_of(&project, &fake, "plan.json")
            .expect(75)
            .says("killed");
        assert!(!run.stderr.contains("damage"), "{run:?}");
        assert!(!project.path("plan.json").exists());
    }
}

/// Three slots, the middle one from clip 2.
fn film() -> Project {
    Project::with_three_slots(SlotSpec::new(20, 1, 500_000).or(0, 1_000_000))
}

#[test]
fn a_segment_that_is_killed_is_made_once_more_in_the_same_way() {
    for act in [
        Act::Signal(KILL, ""),
        Act::Signal(TERM, ""),
        Act::Exit(255, ""),
    ] {
        let project = film();
        let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], 1, &act);
        project.render_with(&[], &fake.environment(FAKE)).expect(0);
        let shown = stretch(1, 0, 12).chain(stretch(2, 15, 20));
        assert!(project.codes() == shown.chain(stretch(3, 30, 15)).collect::<Vec<_>>());
        let report = project.report();
        assert_eq!(report["segments"][1]["rung"], "direct", "{act:?}");
        // Not by the report's count: a segment that is put back for memory begins to count anew.
        let tried = fake.invocations("ffmpeg");
        let tried = tried.iter().filter(|args| says(args, "2.mp4"));
        assert!(tried.count() >= 2, "{act:?}");
    }
}

#[test]
fn a_segment_that_is_killed_again_and_again_gets_no_other_picture() {
    for (signal, codes) in [(TERM, [75, 75]), (KILL, [75, 77])] {
        let project = film();
        let act = Act::Signal(signal, "");
        let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], ALWAYS, &act);
        let run = project
            .render_with(&[], &fake.environment(FAKE))
            .says("killed");
        assert!(codes.contains(&run.code), "{run:?}");
        assert!(!project.path("film.mp4").exists());
    }
}

#[test]
fn a_look_at_the_film_that_is_killed_is_taken_again() {
    let project = film();
    let act = Act::Signal(KILL, "");
    let fake = Fake::default().when("ffprobe", &["-show_data_hash"], 1, &act);
    project.render_with(&[], &fake.environment(FAKE)).expect(0);
    let fake = Fake::default().when("ffprobe", &["-show_data_hash"], ALWAYS, &act);
    let run = project.render_with(&["--overwrite"], &fake.environment(FAKE));
    run.expect(75).says("killed");
}

#[test]
fn an_alternate_whose_file_is_missing_is_told() {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(12, 0, 0).or(1, 0), SlotSpec::new(12, 2, 0)];
    let media = ["1.mp4", "gone.mp4", "3.mp4"];
    let plan = plan("30", (160, 90), "song.wav", &media, &slots);
    write(project.dir(), &plan);
    project.render().expect(0).says("gone.mp4");
    let decision = &project.report()["decisions"][0];
    assert_eq!(decision["code"], "alternate_missing");
    assert_eq!(decision["subject"], "gone.mp4");
}
