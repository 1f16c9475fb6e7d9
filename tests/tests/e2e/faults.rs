//! A failure costs one segment, never the film and never the beat.

use std::process::Stdio;
use std::time::{Duration, Instant};

use suite::fake::{Act, Fake, says};
use suite::frame_code::Code;
use suite::plans::SlotSpec;
use suite::program;
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;
/// First frame and length of the middle slot, which the faults hit.
const HIT: std::ops::Range<usize> = 12..32;

/// Clip 1, clip 2, clip 3; every invocation for the middle one names `2.mp4`.
fn project(middle: SlotSpec) -> Project {
    Project::with_three_slots(middle)
}

fn plain() -> Project {
    project(SlotSpec::new(20, 1, 500_000))
}

/// The film as planned, with the middle slot as given.
fn film(middle: impl Iterator<Item = Option<Code>>) -> Vec<Option<Code>> {
    stretch(1, 0, 12)
        .chain(middle)
        .chain(stretch(3, 30, 15))
        .collect()
}

/// Holds all but the middle slot against the plan.
#[track_caller]
fn others_are_right(codes: &[Option<Code>]) {
    let wanted = film(stretch(2, 15, 20));
    assert_eq!(codes.len(), wanted.len(), "the film's length");
    for (number, (shown, wanted)) in codes.iter().zip(&wanted).enumerate() {
        if !HIT.contains(&number) {
            assert_eq!(shown, wanted, "frame {number}");
        }
    }
}

#[track_caller]
fn nothing_partial(project: &Project) {
    for name in ["film.mp4", "film.mp4.tmp", "film.mp4.part"] {
        assert!(!project.path(name).exists(), "{:?}", project.files());
    }
}

#[test]
fn a_clip_that_never_decodes_costs_its_own_segment() {
    let project = plain();
    let fake = Fake::default().when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Exit(1, "boom"));
    project.render_with(&[], &fake.environment(FAKE)).expect(10);
    let codes = project.codes();
    others_are_right(&codes);
    assert!(
        codes[HIT]
            .iter()
            .all(|code| code.is_none_or(|c| c.clip != 2))
    );
    let report = project.report();
    assert_eq!(report["degraded"], 1);
    let segment = &report["segments"][1];
    let rung = &segment["rung"];
    assert_eq!(rung, "hold", "{segment}");
    assert_eq!(report["segments"][0]["rung"], "direct");
    assert!(!segment["decisions"].as_array().unwrap().is_empty());
    // Sound and frames are right, but a cut of the plan is not there to be seen.
    project
        .verify()
        .expect(65)
        .says("stands still across 1 cut");
}

#[test]
fn an_alternate_takes_the_place_of_a_clip_that_fails() {
    let project = project(SlotSpec::new(20, 1, 500_000).or(0, 1_000_000));
    let fake = Fake::default().when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Exit(1, "boom"));
    project
        .render_with(&[], &fake.environment(FAKE))
        .expect(10)
        .says("1.mp4");
    assert_eq!(project.codes(), film(stretch(1, 30, 20)));
    assert_eq!(project.report()["segments"][1]["rung"], "alternate");
}

#[test]
fn what_fails_once_is_tried_again_and_is_right() {
    for act in [Act::Exit(1, "boom"), Act::Segv, Act::Short(3), Act::Garbage] {
        let project = plain();
        let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], 1, &act);
        project.render_with(&[], &fake.environment(FAKE)).expect(0);
        assert_eq!(project.codes(), film(stretch(2, 15, 20)), "{act:?}");
    }
}

#[test]
fn status_0_with_too_few_frames_is_a_failure() {
    let project = plain();
    let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], ALWAYS, &Act::Short(1));
    project.render_with(&[], &fake.environment(FAKE)).expect(10);
    others_are_right(&project.codes());
}

#[test]
fn a_flood_of_messages_neither_blocks_nor_fails() {
    let project = plain();
    let fake = Fake::default().when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Noise(20_000));
    project.render_with(&[], &fake.environment(FAKE)).expect(0);
    assert_eq!(project.codes(), film(stretch(2, 15, 20)));
}

#[test]
fn a_join_that_fails_leaves_no_film_and_keeps_the_segments() {
    let project = plain();
    let fake = Fake::default().when("ffmpeg", &["-f concat"], ALWAYS, &Act::Exit(1, "boom"));
    let run = project.render_with(&[], &fake.environment(FAKE));
    assert!([73, 75].contains(&run.code), "{run:?}");
    nothing_partial(&project);

    // What was rendered is taken over: no clip is decoded again.
    let second = Fake::default();
    project
        .render_with(&[], &second.environment(FAKE))
        .expect(0);
    assert_eq!(project.codes(), film(stretch(2, 15, 20)));
    let decoded: Vec<_> = second
        .invocations("ffmpeg")
        .into_iter()
        .filter(|args| args.contains("-frames:v"))
        .collect();
    assert!(decoded.is_empty(), "{decoded:#?}");
    assert_eq!(project.report()["resumed"], 3);
}

#[test]
fn a_program_that_is_no_ffmpeg_is_told_before_any_work() {
    for (answer, said) in [
        ("hello, world\n", "ffmpeg"),
        ("", "ffmpeg"),
        (
            "ffmpeg version 3.4 Copyright (c)\nlibavcodec 57.107.100\n",
            "3.4",
        ),
    ] {
        let project = plain();
        let fake = Fake::default().when("ffmpeg", &["-version"], ALWAYS, &Act::Answer(answer));
        project
            .render_with(&[], &fake.environment(FAKE))
            .expect(69)
            .says(said);
        nothing_partial(&project);
    }
    let project = plain();
    let nowhere = [("AUTOCUT_FFMPEG".into(), "/nowhere/ffmpeg".into())];
    project.render_with(&[], &nowhere).expect(69);
}

/// A hang is found by the program's own patience, which is longer than a test's; what a test can
/// see is that it does not keep the program from ending when told to.
#[cfg(unix)]
#[test]
fn a_hanging_child_does_not_outlive_the_program() {
    let project = plain();
    let fake = Fake::default().when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Hang);
    let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
    let mut child = program::command([
        "render".as_ref(),
        plan.as_os_str(),
        "-o".as_ref(),
        film.as_os_str(),
    ])
    .envs(fake.environment(FAKE))
    .stdout(Stdio::null())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let started = Instant::now();
    while !fake
        .invocations("ffmpeg")
        .iter()
        .any(|args| says(args, "2.mp4"))
    {
        assert!(started.elapsed() < Duration::from_mins(2), "never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    // The shell's own `kill`: a small system has no program of that name.
    let terminated = std::process::Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status()
        .unwrap();
    assert!(terminated.success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    nothing_partial(&project);
    let folder = project.dir().to_string_lossy().into_owned();
    let works_there = |entry: &std::fs::DirEntry| {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains(&folder)
    };
    let left: Vec<_> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .filter(works_there)
        .map(|entry| entry.path())
        .collect();
    assert_eq!(left, [] as [std::path::PathBuf; 0]);
}
