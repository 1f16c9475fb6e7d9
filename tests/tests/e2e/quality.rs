//! A film for a wished time or size: samples are encoded first, and one setting is used for all.

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use suite::fake::{Act, Fake};
use suite::media::ffmpeg;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::program;
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;

/// Eight slots of footage that costs bits: a quiet clip and a noisy one in turn.
fn project() -> Project {
    static CLIPS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let project = Project::with_song();
    let clips = [("quiet.mp4", 5), ("noisy.mp4", 40)];
    let made = CLIPS.get_or_init(|| {
        clips.map(|(name, noise)| {
            make(&project, name, noise);
            std::fs::read(project.path(name)).unwrap()
        })
    });
    for ((name, _), clip) in clips.iter().zip(made) {
        std::fs::write(project.path(name), clip).unwrap();
    }
    let slots: Vec<_> = (0..8_u32)
        .map(|at| SlotSpec::new(18 + 2 * at, at % 2, u64::from(at) * 500_000))
        .collect();
    let plan = plan(
        "30",
        (320, 180),
        "song.wav",
        &["quiet.mp4", "noisy.mp4"],
        &slots,
    );
    write_sealed(project.dir(), plan);
    project
}

/// Five seconds of a test picture under so much noise.
fn make(project: &Project, name: &str, noise: u8) {
    let source = format!("testsrc2=size=320x180:rate=30:duration=5,noise=alls={noise}:allf=t");
    let made = Command::new(ffmpeg())
        .args(["-v", "error", "-f", "lavfi", "-i", &source])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "14"])
        .args(["-pix_fmt", "yuv420p"])
        .arg(project.path(name))
        .status()
        .unwrap();
    assert!(made.success());
}

/// Renders `plan.json` to `film.mp4` with these arguments.
fn render(project: &Project, args: &[&str], fake: &Fake) -> program::Run {
    let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
    let mut all = vec!["render".into(), plan.into_os_string()];
    all.extend(["-o".into(), film.into_os_string()]);
    all.extend(args.iter().map(std::ffi::OsString::from));
    program::run_with(all, &fake.environment(FAKE))
}

fn codes(report: &Value) -> Vec<&str> {
    let decisions = report["decisions"].as_array().unwrap();
    decisions
        .iter()
        .map(|decision| decision["code"].as_str().unwrap())
        .collect()
}

fn length(project: &Project, name: &str) -> u64 {
    std::fs::metadata(project.path(name)).unwrap().len()
}

/// Segments and samples that ffmpeg was asked to encode.
fn encoded(fake: &Fake) -> usize {
    let all = fake.invocations("ffmpeg");
    all.iter().filter(|args| args.contains("-frames:v")).count()
}

#[test]
fn a_film_keeps_within_the_size_that_was_wished_for_and_uses_it() {
    let project = project();
    render(&project, &[], &Fake::default()).expect(0);
    let standard = length(&project, "film.mp4");
    for percent in [50, 80] {
        let most = standard * percent / 100;
        let wish = most.to_string();
        let run = render(
            &project,
            &["--max-size", &wish, "--overwrite"],
            &Fake::default(),
        );
        run.expect(0).says("wished for at most");
        let report = project.report();
        let bytes = length(&project, "film.mp4");
        assert!(bytes <= most, "{bytes} of {most}: {report:#}");
        assert!(bytes > most * 6 / 10, "{bytes} of {most}: {report:#}");
        assert_eq!(report["wished"]["bytes"], bytes);
        assert_eq!(report["wished"]["max_bytes"], most);
        assert_eq!(report["encoder"]["preset"], "medium");
        assert_eq!(codes(&report), ["quality_settled"]);
    }
}

#[test]
fn a_size_that_no_setting_gives_is_said_and_the_film_is_made_all_the_same() {
    let project = project();
    render(&project, &["--max-size", "20kB"], &Fake::default())
        .expect(0)
        .says("too small to be sure of")
        .says("20.0 kB were wished for");
    let report = project.report();
    assert_eq!(report["encoder"]["crf"], 34);
    assert_eq!(
        codes(&report),
        ["quality_settled", "wish_missed", "wish_missed"]
    );
}

#[test]
fn a_time_that_is_too_short_gives_the_fastest_and_a_long_one_the_best() {
    let project = project();
    let slow = Fake::default().when("ffmpeg", &["-frames:v"], ALWAYS, &Act::Shell("sleep 0.3"));
    render(&project, &["--deadline", "1s"], &slow).expect(0);
    let report = project.report();
    assert_eq!(report["encoder"]["preset"], "ultrafast", "{report:#}");
    assert_eq!(
        codes(&report),
        ["quality_settled", "wish_missed", "wish_missed"]
    );

    // However short the time, a size is kept by measurement.
    let both = ["--deadline", "1s", "--max-size", "1MB", "--overwrite"];
    render(&project, &both, &slow).expect(0);
    assert_eq!(project.report()["encoder"]["preset"], "ultrafast");
    assert!(
        length(&project, "film.mp4") <= 1_000_000,
        "{:#}",
        project.report()["wished"]
    );

    let args = ["--deadline", "1h", "--quality", "auto", "--overwrite"];
    render(&project, &args, &Fake::default()).expect(0);
    let report = project.report();
    assert_eq!(report["encoder"]["preset"], "medium", "{report:#}");
    assert_eq!(report["encoder"]["crf"], 17);
    assert_eq!(codes(&report), ["quality_settled"]);
    project.verify().expect(0);
}

#[test]
fn a_run_that_goes_on_keeps_what_was_settled_and_what_was_made() {
    let project = project();
    let no_join = Fake::default().when(
        "ffmpeg",
        &["-f concat"],
        ALWAYS,
        &Act::Exit(1, "no join today"),
    );
    let wish = ["--max-size", "500kB"];
    render(&project, &wish, &no_join).expect(75);
    assert!(encoded(&no_join) > 8, "samples and segments");
    let lock = std::fs::read(project.path(".film.mp4.work/plan.lock.json")).unwrap();
    let lock: Value = serde_json::from_slice(&lock).unwrap();
    let settled = lock["encode"]["settled"].clone();
    assert_eq!(settled["max_bytes"], 500_000);
    assert_eq!(lock["encode"]["crf"], settled["crf"]);

    let again = Fake::default();
    render(&project, &wish, &again).expect(0);
    let report = project.report();
    assert_eq!(report["resumed"], 8, "{report:#}");
    assert_eq!(encoded(&again), 0);
    for field in ["preset", "crf", "samples", "expected_bytes"] {
        assert_eq!(report["wished"][field], settled[field], "{field}");
    }
}

#[test]
fn another_wish_is_settled_anew() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let args = |size| ["--max-size", size, "--work-dir", &work, "--overwrite"];
    render(&project, &args("1MB"), &Fake::default()).expect(0);
    let first = project.report();
    render(&project, &args("200kB"), &Fake::default()).expect(0);
    let second = project.report();
    assert_eq!(second["rendered"], 8);
    let crf = |report: &Value| report["encoder"]["crf"].as_u64().unwrap();
    assert!(crf(&second) > crf(&first), "{first:#}\n{second:#}");
}

#[test]
fn samples_that_cannot_be_encoded_are_left_out() {
    let project = project();
    let bad = Fake::default().when("ffmpeg", &["noisy.mp4"], ALWAYS, &Act::Exit(1, "boom"));
    render(&project, &["--max-size", "500kB"], &bad).expect(10);
    let wished = &project.report()["wished"];
    assert!(wished["samples"].as_u64().unwrap() >= 3, "{wished:#}");

    let project = self::project();
    let words = ["-frames:v", "-preset medium"];
    let none = Fake::default().when("ffmpeg", &words, ALWAYS, &Act::Exit(1, "boom"));
    render(&project, &["--max-size", "500kB"], &none)
        .expect(0)
        .says("no sample could be encoded");
    let report = project.report();
    assert_eq!(report["encoder"]["preset"], "veryfast");
    assert_eq!(report["encoder"]["crf"], 20);
}

#[test]
fn a_prepared_job_carries_what_was_settled_to_all_who_work_on_it() {
    let project = project();
    let path = |name: &str| project.path(name).into_os_string().into_string().unwrap();
    let (plan, work, film) = (path("plan.json"), path("work"), path("film.mp4"));
    let prepare = ["prepare", &plan, "--work-dir", &work, "--max-size", "400kB"];
    program::run(prepare).expect(0);
    program::run(["segment", &work, "--index", "0", "--count", "8"]).expect(0);
    program::run(["assemble", &work, "-o", &film])
        .expect(0)
        .says("wished for at most 400.0 kB");
    assert!(
        length(&project, "film.mp4") <= 400_000,
        "{:#}",
        project.report()["wished"]
    );
    let report = project.report();
    assert_eq!(codes(&report), ["quality_settled"]);
    assert_eq!(report["wished"]["took_ms"], Value::Null);
}

#[cfg(unix)]
#[test]
fn who_stops_while_samples_are_encoded_finds_nothing_half_done() {
    let project = project();
    let fake = Fake::default().when("ffmpeg", &["-frames:v"], ALWAYS, &Act::Shell("sleep 1"));
    let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
    let child = program::command([plan.as_os_str(), "-o".as_ref(), film.as_os_str()])
        .args(["--max-size", "400kB"])
        .envs(fake.environment(FAKE))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while encoded(&fake) == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let stop = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(stop.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(encoded(&fake) <= 2, "{said}");
    let left = project.files();
    assert!(!left.iter().any(|file| file.contains(".tmp-")), "{left:?}");
}
