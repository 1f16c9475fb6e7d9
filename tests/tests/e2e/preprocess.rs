//! A copy that is quick to read shows the very same frames, and costs nothing if it fails.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use suite::fake::{Act, Fake};
use suite::media::{ClipSpec, ffmpeg};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::program;
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;
/// H.264 with one key frame in all.
const LONG: &[&str] = &[
    "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "600",
];

/// Six slots of one clip, out of order, two of them overlapping, one of them at half speed, and
/// one of another clip. Its first frames, its last ones and times between frames are among them.
fn write(project: &Project, clip: &str) {
    let slots = [
        SlotSpec::new(9, 0, 2_400_000),
        SlotSpec::new(12, 0, 0),
        SlotSpec::new(10, 1, 500_000),
        SlotSpec::new(15, 0, 1_033_333),
        SlotSpec::new(8, 0, 1_210_001),
        SlotSpec::new(7, 0, 3_100_000),
        SlotSpec::new(10, 0, 3_633_333),
    ];
    let media = [clip, "1.mp4"];
    let mut plan = plan("30", (160, 90), "song.wav", &media, &slots);
    plan.slots.get_mut(5).unwrap().clip.speed = "1/2".parse().unwrap();
    write_sealed(project.dir(), plan);
}

fn project() -> Project {
    let project = Project::with_three_clips();
    long(7).make(&project.path("long.mp4"));
    write(&project, "long.mp4");
    project
}

const fn long(id: u8) -> ClipSpec {
    ClipSpec {
        output: LONG,
        ..ClipSpec::h264(id, "30", 120)
    }
}

fn converts(from: &Path, output: &[&str], to: &Path) {
    let done = Command::new(ffmpeg())
        .args(["-v", "error", "-y", "-i"])
        .arg(from)
        .args(output)
        .arg(to)
        .status()
        .unwrap();
    assert!(done.success());
}

/// Decisions of the report, of the film and of its segments, with that code.
fn decided(project: &Project, code: &str) -> Vec<String> {
    let report = project.report();
    let list = |of: &serde_json::Value, key: &str| {
        let list = of.get(key).and_then(serde_json::Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let mut all = list(&report, "decisions");
    for segment in list(&report, "segments") {
        all.extend(list(&segment, "decisions"));
    }
    let text = |decision: &serde_json::Value, key: &str| {
        let text = decision.get(key).and_then(serde_json::Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let details = all.iter().filter(|decision| text(decision, "code") == code);
    details.map(|decision| text(decision, "detail")).collect()
}

/// The film's frames are the same with a copy and without.
#[track_caller]
fn same_both_ways(project: &Project) {
    project
        .render_with(&["--preprocess", "never"], &[])
        .expect(0);
    let wanted = project.codes();
    assert!(wanted.iter().all(Option::is_some));
    let fake = Fake::default();
    let always = ["--preprocess", "always", "--overwrite", "--explain"];
    project
        .render_with(&always, &fake.environment(FAKE))
        .expect(0);
    assert_eq!(project.codes(), wanted);
    assert_eq!(decided(project, "preprocess_failed"), [""; 0]);
    assert_eq!(decided(project, "clip_preprocessed").len(), 2);
    let reads = fake.invocations("ffmpeg");
    let from_copies = reads.iter().filter(|args| args.contains("-seek_timestamp"));
    assert_eq!(from_copies.count(), 7, "every segment reads a copy");
}

#[test]
fn steady_frames_are_the_same() {
    let project = project();
    same_both_ways(&project);
    project.verify().expect(0);
}

/// The clip, counting time in so many ticks a second.
fn with_clock(project: &Project, ticks: &str) {
    let clock = ["-c", "copy", "-video_track_timescale", ticks];
    let to = project.path("clock.mp4");
    converts(&project.path("long.mp4"), &clock, &to);
}

/// Telephones count in 600ths. A shot that begins between two ticks begins on the nearer one.
#[test]
fn frames_of_a_clip_with_a_slow_clock_are_the_same() {
    let project = project();
    with_clock(&project, "600");
    let slots = [
        1_200_500, 2_400_000, 500_800, 1_199_500, 2_000_900, 3_000_000,
    ];
    let mut slots: Vec<_> = slots.map(|start| SlotSpec::new(8, 0, start)).into();
    slots.push(SlotSpec::new(10, 1, 500_000));
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &["clock.mp4", "1.mp4"], &slots),
    );
    same_both_ways(&project);
}

#[test]
fn a_clip_whose_clock_is_too_coarse_is_read_directly() {
    let project = project();
    with_clock(&project, "30");
    write(&project, "clock.mp4");
    let always = ["--preprocess", "always", "--explain"];
    let run = project.render_with(&always, &[]).expect(0);
    run.says("clock.mp4: read directly: its clock is too coarse");
    assert_eq!(decided(&project, "preprocess_failed"), [""; 0]);
}

#[test]
fn unsteady_frames_of_a_clip_that_begins_late_are_the_same() {
    let project = project();
    let gaps = "select='not(eq(mod(n,5),3)+between(n,40,44))',setpts='PTS+0.0007*N/TB'";
    let late = ["-vf", gaps, "-fps_mode", "vfr", "-use_editlist", "0"];
    let encoding = ["-c:v", "libx264", "-g", "600", "-crf", "16"];
    let to = project.path("late.mp4");
    converts(
        &project.path("long.mp4"),
        &[&late[..], &encoding].concat(),
        &to,
    );
    write(&project, "late.mp4");
    same_both_ways(&project);
}

#[test]
fn a_clip_without_an_index_of_its_pictures_is_read_directly() {
    let project = project();
    converts(
        &project.path("long.mp4"),
        &["-c", "copy"],
        &project.path("long.mkv"),
    );
    write(&project, "long.mkv");
    let run = project.render_with(&["--preprocess", "always", "--explain"], &[]);
    run.expect(0)
        .says("long.mkv: read directly: its index does not say");
}

#[test]
fn frames_of_a_turned_clip_with_oblong_pixels_are_the_same() {
    let project = project();
    let lying = project.path("lying.mp4");
    let turned = [
        "-vf",
        "transpose=2,setsar=4/3",
        "-c:v",
        "libx264",
        "-crf",
        "16",
        "-g",
        "600",
    ];
    converts(&project.path("long.mp4"), &turned, &lying);
    let stored = ["-c", "copy", "-metadata:s:v:0", "rotate=270"];
    converts(&lying, &stored, &project.path("turned.mp4"));
    write(&project, "turned.mp4");
    // Not upright for every ffmpeg: what it shows need not be read, only be the same.
    let film = project.path("film.mp4");
    project
        .render_with(&["--preprocess", "never"], &[])
        .expect(0);
    let wanted = suite::film::frames(&film, (160, 90));
    let always = ["--preprocess", "always", "--overwrite"];
    project.render_with(&always, &[]).expect(0);
    assert_eq!(decided(&project, "preprocess_failed"), [""; 0]);
    let shown = suite::film::frames(&film, (160, 90));
    assert_eq!(shown.len(), wanted.len());
    for (number, (a, b)) in shown.iter().zip(&wanted).enumerate() {
        let off: u64 = a
            .iter()
            .zip(b)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        assert!(off < 3 * 160 * 90, "frame {number}: {off}");
    }
}

#[test]
fn frames_of_ten_bits_are_the_same() {
    let project = project();
    let deep = [
        "-c:v",
        "libx265",
        "-pix_fmt",
        "yuv420p10le",
        "-preset",
        "ultrafast",
        "-crf",
        "12",
        "-x265-params",
        "keyint=600:log-level=error",
    ];
    converts(&project.path("long.mp4"), &deep, &project.path("deep.mp4"));
    write(&project, "deep.mp4");
    same_both_ways(&project);
}

#[test]
fn what_does_not_pay_is_not_made_and_the_reason_is_told() {
    let project = project();
    let fake = Fake::default();
    let run = project.render_with(&["--explain"], &fake.environment(FAKE));
    run.expect(0)
        .says("long.mp4: read directly: 6 segments cost about");
    let calls = fake.invocations("ffmpeg");
    assert!(
        !calls
            .iter()
            .any(|args| args.contains("-seek_timestamp") || args.contains("-enc_time_base"))
    );
}

#[test]
fn a_copy_that_cannot_be_made_costs_nothing_but_a_decision() {
    let project = project();
    project
        .render_with(&["--preprocess", "never"], &[])
        .expect(0);
    let wanted = project.codes();
    let faults = [
        Act::Exit(1, "boom"),
        Act::Segv,
        Act::Garbage,
        Act::Shell("echo '[h264 @ 0x1] [error] error while decoding MB 1 1' >&2"),
    ];
    for act in faults {
        let fake = Fake::default().when("ffmpeg", &["-enc_time_base", "long.mp4"], ALWAYS, &act);
        let always = ["--preprocess", "always", "--overwrite"];
        project
            .render_with(&always, &fake.environment(FAKE))
            .expect(0);
        assert_eq!(project.codes(), wanted, "{act:?}");
        let failed = decided(&project, "preprocess_failed");
        assert_eq!(failed.len(), 1, "{act:?}: {failed:?}");
    }
}

#[test]
fn a_segment_that_fails_from_a_copy_is_made_from_the_source() {
    let project = project();
    project
        .render_with(&["--preprocess", "never"], &[])
        .expect(0);
    let wanted = project.codes();
    let words = ["-seek_timestamp", "3.100000"];
    let fake = Fake::default().when("ffmpeg", &words, ALWAYS, &Act::Short(2));
    let always = ["--preprocess", "always", "--overwrite"];
    project
        .render_with(&always, &fake.environment(FAKE))
        .expect(0);
    assert_eq!(project.codes(), wanted);
    let failed = decided(&project, "preprocess_failed");
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(project.report()["segments"][5]["rung"], "direct");
}

/// Makings of copies so far.
fn makings(fake: &Fake) -> usize {
    let calls = fake.invocations("ffmpeg");
    calls.iter().filter(|args| args.contains("-f nut")).count()
}

fn encodings(fake: &Fake) -> usize {
    let calls = fake.invocations("ffmpeg");
    calls
        .iter()
        .filter(|args| args.contains("-frames:v"))
        .count()
}

#[test]
fn one_that_was_cut_short_or_altered_is_noticed_and_made_again() {
    let project = project();
    let cache = project.path("cache");
    let always = [
        "--preprocess",
        "always",
        "--overwrite",
        "--cache-dir",
        cache.to_str().unwrap(),
    ];
    let render = || {
        let fake = Fake::default();
        project
            .render_with(&always, &fake.environment(FAKE))
            .expect(0);
        (makings(&fake), project.codes())
    };
    let (made, wanted) = render();
    assert_eq!(made, 2);
    assert_eq!(render(), (0, wanted.clone()), "the next film finds them");
    let files = || -> Vec<_> {
        let there = std::fs::read_dir(&cache).unwrap();
        let there = there.map(|entry| entry.unwrap().path());
        there
            .filter(|path| path.extension().is_some_and(|e| e == "nut"))
            .collect()
    };
    let file = std::fs::File::options()
        .write(true)
        .open(&files()[0])
        .unwrap();
    file.set_len(1000).unwrap();
    assert_eq!(render(), (1, wanted.clone()));
    let mut bytes = std::fs::read(&files()[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&files()[1], bytes).unwrap();
    assert_eq!(render(), (1, wanted));
}

#[test]
fn a_killed_render_goes_on_with_the_copies_that_are_whole_and_redoes_nothing() {
    let project = project();
    let work = project.path("work");
    let always = [
        "--preprocess",
        "always",
        "--work-dir",
        work.to_str().unwrap(),
    ];
    // The copies are made; the segments never are.
    let fake = Fake::default().when("ffmpeg", &["-frames:v"], ALWAYS, &Act::Hang);
    let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
    let mut child = program::command(["render", "--quality", "draft"])
        .arg(plan)
        .arg("-o")
        .arg(film)
        .args(always)
        .envs(fake.environment(FAKE))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while encodings(&fake) == 0 && began.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(makings(&fake), 2);
    let fake = Fake::default();
    project
        .render_with(&always, &fake.environment(FAKE))
        .expect(0);
    assert_eq!((makings(&fake), encodings(&fake)), (0, 7));
    assert_eq!(decided(&project, "preprocess_failed"), [""; 0]);
    let again = [&always[..], &["--overwrite"]].concat();
    let fake = Fake::default();
    project
        .render_with(&again, &fake.environment(FAKE))
        .expect(0);
    assert_eq!((makings(&fake), encodings(&fake)), (0, 0));
    // Another way of reading is another segment.
    let never = [
        "--preprocess",
        "never",
        "--work-dir",
        always[3],
        "--overwrite",
    ];
    let fake = Fake::default();
    project
        .render_with(&never, &fake.environment(FAKE))
        .expect(0);
    assert_eq!(encodings(&fake), 7);
}

#[test]
fn without_a_work_dir_nothing_is_left() {
    let project = project();
    let before = project.files();
    project
        .render_with(&["--preprocess", "always"], &[])
        .expect(0);
    let mut after = project.files();
    after.retain(|file| !file.starts_with("film."));
    assert_eq!(after, before);
}

#[test]
fn a_farms_machines_read_the_copies_that_prepare_made_or_make_them() {
    let project = project();
    project
        .render_with(&["--preprocess", "always"], &[])
        .expect(0);
    let wanted = project.codes();
    let work = project.path("work").into_os_string();
    let film = project.path("farm.mp4").into_os_string();
    let fake = Fake::default();
    let run = |args: &[std::ffi::OsString]| {
        program::run_with(args.to_vec(), &fake.environment(FAKE)).expect(0)
    };
    let plan = project.path("plan.json").into_os_string();
    let options = ["--quality", "draft", "--preprocess", "always"].map(Into::into);
    let prepare = ["prepare".into(), plan, "--work-dir".into(), work.clone()];
    run(&[&prepare[..], &options].concat());
    assert_eq!((makings(&fake), encodings(&fake)), (2, 0));
    let segment = |index: &str, count: &str| {
        let index = ["--index", index, "--count", count].map(Into::into);
        run(&[&["segment".into(), work.clone()][..], &index].concat());
    };
    segment("0", "3");
    assert_eq!((makings(&fake), encodings(&fake)), (2, 3));
    // A machine that finds none makes its own.
    std::fs::remove_dir_all(project.path("work").join("mezz")).unwrap();
    segment("3", "4");
    assert_eq!((makings(&fake), encodings(&fake)), (3, 7));
    run(&["assemble".into(), work, "-o".into(), film]);
    let codes = suite::film::codes(&project.path("farm.mp4"), (160, 90), (160, 90));
    assert_eq!(codes, wanted);
}
