//! The machine around the program: full disks, strange clocks, environments and terminals.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use suite::fake::{Act, Fake};
use suite::media::ffmpeg;
use suite::plans::{SlotSpec, plan, write, write_sealed};
use suite::program;
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &["1.mp4", "2.mp4"], &slots),
    );
    project
}

#[track_caller]
fn is_right(project: &Project) {
    let wanted = stretch(1, 0, 10).chain(stretch(2, 0, 10));
    assert_eq!(project.codes(), wanted.collect::<Vec<_>>());
}

/// The program with the arguments of a plain render, started by `script` as `"$@"`.
#[cfg(unix)]
fn by_shell(project: &Project, script: &str, environment: &[(&str, &str)]) -> program::Run {
    let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(program::render_native())
        .args(["render".as_ref(), plan.as_os_str(), "-o".as_ref()])
        .arg(film)
        .args(["--quality", "draft"])
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    program::Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_full_disk_is_told_and_what_is_done_is_kept() {
    let full = Act::Exit(1, "av_interleaved_write_frame(): No space left on device");
    for words in [&["2.mp4", "-frames:v"][..], &["-f concat"]] {
        let project = project();
        let fake = Fake::default().when("ffmpeg", words, ALWAYS, &full);
        let args = ["--jobs", "1"];
        project
            .render_with(&args, &fake.environment(FAKE))
            .expect(73)
            .says("space");
        assert!(!project.path("film.mp4").exists());
        let left = project.files();
        assert!(!left.iter().any(|file| file.contains(".tmp-")), "{left:?}");
        project.render().expect(0);
        is_right(&project);
        assert!(project.report()["resumed"].as_u64().unwrap() >= 1);
    }
}

/// The system ends whoever writes beyond it with a signal of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_the_size_of_files_is_no_fault_of_the_clip() {
    let project = project();
    // Too little for any segment: blocks of 512 bytes, or of 1024.
    let run = by_shell(&project, "ulimit -f 2; exec \"$@\"", &[]);
    assert_eq!(run.code, 73, "{run:?}");
    assert!(!project.path("film.mp4").exists());
    project.render().expect(0);
    is_right(&project);
}

#[test]
fn an_ffmpeg_that_always_crashes_on_a_clip_costs_its_slot_alone() {
    let project = project();
    let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], ALWAYS, &Act::Segv);
    project.render_with(&[], &fake.environment(FAKE)).expect(10);
    let codes = project.codes();
    assert_eq!(codes.len(), 20);
    assert_eq!(codes[..10], stretch(1, 0, 10).collect::<Vec<_>>());
}

/// What is done is known by its contents: clocks jump, and copies get any time.
#[test]
fn times_of_files_in_any_future_or_past_change_nothing() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let args = ["--work-dir", &work, "--overwrite"];
    project.render_with(&args, &[]).expect(0);
    let far = SystemTime::now() + Duration::from_hours(24 * 365 * 70);
    let names = project.files().into_iter();
    let mut ours = names.filter(|name| name.starts_with("work/")).cycle();
    for time in [far, SystemTime::UNIX_EPOCH] {
        for _ in 0..20 {
            let path = project.path(&ours.next().unwrap());
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(time).unwrap();
        }
        project.render_with(&args, &[]).expect(0);
        assert_eq!(project.report()["resumed"], 2);
    }
}

#[cfg(unix)]
#[test]
fn no_environment_disturbs_the_work() {
    let huge = "x".repeat(100_000);
    let cases: [(&str, &[(&str, &str)]); 5] = [
        (
            "unset HOME PATH_EXTRA; exec \"$@\"",
            &[("LANG", "C"), ("LC_ALL", "C")],
        ),
        ("exec \"$@\"", &[("FFREPORT", "file=report.log:level=48")]),
        ("umask 077; exec \"$@\"", &[("AV_LOG_FORCE_COLOR", "1")]),
        ("exec \"$@\"", &[("HUGE", &huge), ("HUGE_TOO", &huge)]),
        (
            "d=$(mktemp -d) && cd \"$d\" && rmdir \"$d\" && exec \"$@\"",
            &[],
        ),
    ];
    for (script, environment) in cases {
        let project = project();
        by_shell(&project, script, environment).expect(0);
        is_right(&project);
        let files = project.files();
        assert!(!files.iter().any(|file| file.contains("report.log")));
        assert!(!Path::new("report.log").exists());
    }
}

/// Nobody watches: no colours, and no line that is written over.
#[cfg(unix)]
#[test]
fn without_a_terminal_lines_are_plain() {
    for environment in [
        &[("TERM", "dumb"), ("COLUMNS", "0")][..],
        &[("TERM", "xterm-256color"), ("COLUMNS", "1")],
        &[("NO_COLOR", "1")],
    ] {
        let project = project();
        let run = by_shell(&project, "exec \"$@\"", environment).expect(0);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(['\r', '\x1B']), "{text:?}");
        }
    }
}

/// A film is as long as its plan says, whatever the song does.
#[test]
fn a_song_may_be_short_or_have_a_cover_and_must_be_there_and_have_sound() {
    let project = project();
    let converted = |args: &[&str]| {
        let done = Command::new(ffmpeg())
            .current_dir(project.dir())
            .args(["-v", "error", "-y", "-i", "song.wav"])
            .args(args)
            .status();
        assert!(done.unwrap().success(), "{args:?}");
    };
    converted(&["-t", "0.2", "short.wav"]);
    converted(&["-q:a", "5", "variable.mp3"]);
    converted(&[
        "-i",
        "2.mp4",
        "-map",
        "0",
        "-map",
        "1:v",
        "-frames:v",
        "1",
        "-c:v",
        "mjpeg",
        "-pix_fmt",
        "yuvj420p",
        "-disposition:v",
        "attached_pic",
        "cover.m4a",
    ]);
    std::fs::write(project.path("empty.mp3"), "").unwrap();
    let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
    for (song, code) in [
        ("short.wav", 0),
        ("variable.mp3", 0),
        ("cover.m4a", 0),
        ("empty.mp3", 65),
        ("3.mp4", 65),
        ("gone.mp3", 66),
    ] {
        let media = ["1.mp4", "2.mp4"];
        write(project.dir(), &plan("30", (160, 90), song, &media, &slots));
        let run = project.render_with(&["--overwrite"], &[]);
        assert_eq!(run.code, code, "{song}: {run:?}");
        if code == 0 {
            is_right(&project);
        }
    }
}

/// As many as a plan may have, and one more.
#[test]
fn a_plan_of_very_many_slots_is_read_and_one_of_too_many_is_refused() {
    let project = Project::with_three_clips();
    let write = |slots: u32| {
        let slots: Vec<_> = (0..slots)
            .map(|slot| SlotSpec::new(5, slot % 2, 0))
            .collect();
        let media = ["1.mp4", "2.mp4"];
        write(
            project.dir(),
            &plan("240", (160, 90), "song.wav", &media, &slots),
        );
        let plan = project.path("plan.json").into_os_string();
        program::run(["check".into(), plan])
    };
    let run = write(100_000).expect(0);
    assert!(run.stdout.len() + run.stderr.len() < 20_000);
    let _ = write(200_001).expect(65).says("slots");
}

/// Starts another render while this one works, and keeps how that ended.
const SECOND: &str = r#"cd "$AUTOCUT_DIR" || exit 1
"$AUTOCUT_SECOND" render plan.json -o second.mp4 --work-dir work 2> said; echo $? > code"#;

#[cfg(unix)]
#[test]
fn of_two_renders_in_one_work_directory_the_second_is_told_who_holds_it() {
    let project = project();
    let fake = Fake::default().when("ffmpeg", &["1.mp4", "-frames:v"], 1, &Act::Shell(SECOND));
    let mut environment = fake.environment(FAKE);
    environment.push(("AUTOCUT_DIR".into(), project.dir().into()));
    environment.push(("AUTOCUT_SECOND".into(), program::render_native().into()));
    let work = project.path("work").into_os_string().into_string().unwrap();
    project
        .render_with(&["--work-dir", &work], &environment)
        .expect(0);
    let read = |name: &str| std::fs::read_to_string(project.path(name)).unwrap();
    assert_eq!(read("code").trim(), "76", "{}", read("said"));
    assert!(read("said").contains("process "), "{}", read("said"));
    assert!(!project.path("second.mp4").exists());
    is_right(&project);
}
