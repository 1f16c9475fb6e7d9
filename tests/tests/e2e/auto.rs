//! From a song and a folder to a film, in one go and in two; the same every time.

use std::ffi::OsString;
use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Stdio};
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use suite::fake::{Act, Fake};
use suite::media::{ClipSpec, click_song};
use suite::program::{self, Run};
use suite::project::Project;

#[cfg(unix)]
const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

/// A song of 12 seconds, six clips of 4 seconds at several rates, and a file that is no clip.
fn pile() -> Project {
    let project = Project::default();
    let _ = click_song(&project.path("song.wav"), 12.0, 120.0);
    std::fs::create_dir(project.path("clips")).unwrap();
    for (id, rate) in (1..).zip(["30", "25", "24", "30000/1001", "60", "30"]) {
        let frames = if rate == "60" { 240 } else { 110 };
        let _ = ClipSpec::h264(id, rate, frames).make(&project.path(&format!("clips/{id}.mp4")));
    }
    std::fs::write(project.path("clips/notes.mp4"), "these are notes").unwrap();
    project
}

fn make(project: &Project, command: &str, output: &str, more: &[&str]) -> Run {
    program::run(arguments(project, command, output, more))
}

fn arguments(project: &Project, command: &str, output: &str, more: &[&str]) -> Vec<OsString> {
    let (song, clips, output) = (
        project.path("song.wav"),
        project.path("clips"),
        project.path(output),
    );
    let mut args = vec![command.into(), "--music".into(), song.into_os_string()];
    args.extend([clips.into_os_string(), "-o".into(), output.into_os_string()]);
    args.extend([
        "--size".into(),
        "160x90".into(),
        "--fps".into(),
        "30".into(),
    ]);
    args.extend(more.iter().map(Into::into));
    args
}

/// Stopped or killed while it finds out what quality meets the wish, which may take a while.
#[cfg(unix)]
#[test]
fn who_stops_while_samples_are_encoded_goes_on_with_the_same_command() {
    for signal in ["-INT", "-KILL"] {
        let project = pile();
        let fake = Fake::default().when("ffmpeg", &["-frames:v"], 1000, &Act::Shell("sleep 1"));
        let args = arguments(&project, "auto", "film.mp4", &["--max-size", "900kB"]);
        let mut child = program::command(&args)
            .envs(fake.environment(FAKE))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let samples = || fake.invocations("ffmpeg").into_iter();
        while !samples().any(|args| args.contains("-frames:v")) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let id = child.id().to_string();
        let kill = Command::new("kill").args([signal, &id]).status();
        assert!(kill.unwrap().success());
        let _ = child.wait().unwrap();
        assert!(!project.path("film.mp4").exists());
        program::run(args).expect(0);
        std::fs::rename(project.path("film.plan.json"), project.path("plan.json")).unwrap();
        project.verify().expect(0);
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_pile_becomes_a_film_that_keeps_its_plan() {
    let project = pile();
    make(&project, "auto", "film.mp4", &["--quality", "draft"])
        .expect(0)
        .says("notes.mp4");
    assert!(project.path("film.report.json").exists());
    std::fs::rename(project.path("film.plan.json"), project.path("plan.json")).unwrap();
    project.verify().expect(0);

    // 12 seconds, to the frame; every frame is one of the clips'.
    let codes = project.codes();
    assert_eq!(codes.len(), 360);
    assert!(codes.iter().all(Option::is_some));
    let cuts = codes
        .windows(2)
        .filter(|pair| pair[0].map(|c| c.clip) != pair[1].map(|c| c.clip))
        .count();
    assert!(cuts >= 5, "{cuts} cuts");
}

#[test]
fn the_same_pile_gives_the_same_plan() {
    let project = pile();
    for (name, more) in [
        ("a.json", &[][..]),
        ("b.json", &[]),
        ("c.json", &["--jobs", "1"]),
        ("d.json", &["--jobs", "4"]),
        ("e.json", &["--seed", "7"]),
    ] {
        make(&project, "plan", name, more).expect(0);
    }
    let plan = |name: &str| read(&project.path(name));
    for same in ["b.json", "c.json", "d.json"] {
        assert!(plan(same) == plan("a.json"), "{same}");
    }
    assert_ne!(plan("e.json"), plan("a.json"));
}

#[test]
fn the_order_of_the_clips_does_not_matter() {
    let project = pile();
    let plan_of = |order: [&str; 3], output: &str| {
        let mut args = vec!["plan".to_owned(), "--music".to_owned()];
        args.push(project.path("song.wav").to_string_lossy().into_owned());
        args.extend(order.map(|n| {
            project
                .path(&format!("clips/{n}"))
                .to_string_lossy()
                .into_owned()
        }));
        args.extend(["--size".to_owned(), "160x90".to_owned(), "-o".to_owned()]);
        args.push(project.path(output).to_string_lossy().into_owned());
        program::run(args).expect(0);
        read(&project.path(output))
    };
    assert_eq!(
        plan_of(["1.mp4", "2.mp4", "5.mp4"], "a.json"),
        plan_of(["5.mp4", "1.mp4", "2.mp4"], "b.json")
    );
}

#[test]
fn planning_and_rendering_apart_is_the_same_as_auto() {
    let project = pile();
    make(&project, "auto", "auto.mp4", &["--quality", "draft"]).expect(0);
    make(&project, "plan", "plan.json", &[]).expect(0);
    project.render().expect(0);
    assert_eq!(
        read(&project.path("auto.plan.json")),
        read(&project.path("plan.json"))
    );
    assert!(
        std::fs::read(project.path("auto.mp4")).unwrap()
            == std::fs::read(project.path("film.mp4")).unwrap()
    );
}

#[test]
fn a_folder_without_any_clip_is_told() {
    let project = Project::with_song();
    std::fs::create_dir(project.path("clips")).unwrap();
    std::fs::write(project.path("clips/notes.mp4"), "these are notes").unwrap();
    let run = make(&project, "auto", "film.mp4", &[]);
    assert!([65, 66].contains(&run.code), "{run:?}");
    assert!(!project.path("film.mp4").exists() && !project.path("film.plan.json").exists());
}
