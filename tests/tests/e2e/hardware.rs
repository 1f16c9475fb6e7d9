//! An encoder in hardware is used only after a test encode that it passes, and software is behind
//! it. No such hardware is needed here: what fails fails really, and for one that works the stand-in
//! for ffmpeg puts software in its place.

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use suite::fake::{Act, Fake, says};
use suite::frame_code::Code;
use suite::plans::SlotSpec;
use suite::program::{self, Run};
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;
const NVENC: &str = "h264_nvenc";
/// What NVENC says when there is no room for one more session.
const NO_ROOM: &str = "OpenEncodeSessionEx failed: out of memory (10): (no details)";
/// What an ffmpeg says that was built with some encoders in hardware.
const ENCODERS: &str =
    " V....D libx264 x\n A....D aac x\n V....D h264_nvenc x\n V....D h264_vaapi x\n";

/// Clip 1, clip 2, clip 3, each as a whole its own file.
fn project() -> Project {
    Project::with_three_slots(SlotSpec::new(20, 1, 500_000))
}

/// The film frame by frame.
fn planned() -> Vec<Option<Code>> {
    stretch(1, 0, 12)
        .chain(stretch(2, 15, 20))
        .chain(stretch(3, 30, 15))
        .collect()
}

fn built_with() -> Fake {
    Fake::default().when("ffmpeg", &["-encoders"], ALWAYS, &Act::Answer(ENCODERS))
}

/// With this behind the rules so far, the encoder works wherever they do not say otherwise.
fn otherwise_works(fake: Fake) -> Fake {
    fake.when("ffmpeg", &[NVENC], ALWAYS, &Act::Encodes(""))
}

fn render(project: &Project, encoder: &str, more: &[&str], fake: &Fake) -> Run {
    let mut args = vec!["--encoder", encoder];
    args.extend(more);
    project.render_with(&args, &fake.environment(FAKE))
}

/// Why software was used.
#[track_caller]
fn replaced(report: &Value) -> String {
    let decisions = report["decisions"].as_array().unwrap();
    let told: Vec<_> = decisions
        .iter()
        .filter(|decision| decision["code"] == "encoder_replaced")
        .filter_map(|decision| decision["detail"].as_str())
        .collect();
    assert_eq!(told.len(), 1, "{report:#}");
    told.concat()
}

/// Invocations that made segments of this clip with, or without, the encoder in hardware.
fn made(fake: &Fake, clip: &str, in_hardware: bool) -> usize {
    let all = fake.invocations("ffmpeg");
    let made = all.iter().filter(|args| {
        says(args, "-frames:v") && says(args, clip) && says(args, NVENC) == in_hardware
    });
    made.count()
}

/// The film that software makes.
fn software() -> &'static [u8] {
    static FILM: OnceLock<Vec<u8>> = OnceLock::new();
    FILM.get_or_init(|| {
        let project = project();
        project.render().expect(0);
        std::fs::read(project.path("film.mp4")).unwrap()
    })
}

#[track_caller]
fn is_the_film_of_software(project: &Project) {
    assert_eq!(project.codes(), planned());
    assert_eq!(project.report().get("hardware"), None);
    let film = std::fs::read(project.path("film.mp4")).unwrap();
    assert!(film == software(), "software makes the same bits");
}

/// With the real ffmpeg on this very machine, whatever is in it.
#[test]
fn what_does_not_work_here_costs_nothing_but_a_decision() {
    for encoder in ["auto", "nvenc"] {
        let project = project();
        render(&project, encoder, &[], &Fake::default()).expect(0);
        assert_eq!(project.codes(), planned());
        let report = project.report();
        if report["hardware"].is_null() {
            let why = replaced(&report);
            assert!(why.contains(NVENC) || cfg!(target_os = "macos"), "{why}");
            is_the_film_of_software(&project);
        }
    }
}

#[test]
fn one_that_works_makes_every_segment() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let more = ["--work-dir", work.as_str()];
    let fake = otherwise_works(built_with());
    render(&project, "nvenc", &more, &fake)
        .expect(0)
        .says("by h264_nvenc");
    assert_eq!(project.codes(), planned());
    project.verify().expect(0);
    let report = project.report();
    assert_eq!(report["hardware"], NVENC);
    assert_eq!(report["decisions"], Value::Array(Vec::new()));
    for clip in ["1.mp4", "2.mp4", "3.mp4"] {
        assert_eq!((made(&fake, clip, true), made(&fake, clip, false)), (1, 0));
    }

    // The same again takes over what is done; with other headers, or in software, it is another film.
    let again = ["--work-dir", work.as_str(), "--overwrite"];
    render(&project, "nvenc", &again, &fake).expect(0);
    assert_eq!(project.report()["resumed"], 3);
    let update = built_with().when("ffmpeg", &[NVENC], ALWAYS, &Act::Encodes("-level:v 5.1"));
    render(&project, "nvenc", &again, &update).expect(0);
    assert_eq!(project.report()["resumed"], 0);
    assert_eq!(project.codes(), planned());
    render(&project, "software", &again, &fake).expect(0);
    assert_eq!(project.report()["resumed"], 0);
    is_the_film_of_software(&project);
}

#[test]
fn of_several_the_first_that_works_is_used() {
    let project = project();
    let fake = built_with()
        .when("ffmpeg", &[NVENC], ALWAYS, &Act::Exit(1, "no such device"))
        .when("ffmpeg", &["h264_vaapi"], ALWAYS, &Act::Exit(1, "no card"));
    render(&project, "auto", &[], &fake).expect(0);
    let why = replaced(&project.report());
    for said in [
        "h264_nvenc: no such device",
        "h264_qsv: ",
        "h264_vaapi: no card",
    ] {
        assert!(why.contains(said), "{why}");
    }
    is_the_film_of_software(&project);

    let fake = otherwise_works(built_with());
    render(&project, "auto", &["--overwrite"], &fake).expect(0);
    assert_eq!(project.report()["hardware"], NVENC);
}

#[test]
fn a_test_encode_that_is_not_right_is_refused() {
    // The two films of a test encode are told by their pictures.
    let (first, second) = ("testsrc2=", "testsrc=");
    for (film, act, said) in [
        (first, Act::Exit(1, "no such device"), "no such device"),
        (second, Act::Segv, "signal"),
        (first, Act::Garbage, "0 frames instead of 12"),
        (
            first,
            Act::Encodes("-frames:v 11"),
            "11 frames instead of 12",
        ),
        (second, Act::Encodes("-frames:v 8"), "8 frames instead of 7"),
        (
            first,
            Act::Encodes("-pix_fmt yuv444p -profile:v high444"),
            "another format",
        ),
        (
            second,
            Act::Encodes("-level:v 5.1"),
            "headers follow the picture",
        ),
        (first, Act::Encodes("-crf 51"), "not what was drawn"),
        (
            second,
            Act::Encodes("-bsf:v noise=amount=20"),
            "cannot decode",
        ),
    ] {
        let project = project();
        let fake = otherwise_works(built_with().when("ffmpeg", &[NVENC, film], ALWAYS, &act));
        render(&project, "nvenc", &[], &fake).expect(0);
        let why = replaced(&project.report());
        assert!(why.contains(said), "{act:?}: {why}");
        is_the_film_of_software(&project);
        assert_eq!(made(&fake, "1.mp4", true), 0, "{act:?}");
    }
}

#[test]
fn one_that_fails_at_a_segment_is_left_and_the_film_goes_on_in_software() {
    for (act, said) in [
        (Act::Exit(1, "device lost"), "did not: device lost;"),
        (Act::Encodes("-level:v 5.1"), "other headers"),
        (Act::Encodes("-frames:v 19"), "19 frames instead of 20"),
    ] {
        let project = project();
        let work = project.path("work").into_os_string().into_string().unwrap();
        let fake = built_with().when("ffmpeg", &[NVENC, "2.mp4"], ALWAYS, &act);
        let fake = otherwise_works(fake);
        render(&project, "nvenc", &["--work-dir", &work], &fake).expect(0);
        let why = replaced(&project.report());
        assert!(why.contains(said) && why.contains("slot 2"), "{why}");
        is_the_film_of_software(&project);
        // What told who was to blame is a segment of the film, and of this run.
        assert_eq!(made(&fake, "2.mp4", false), 1, "{act:?}");
        let report = project.report();
        assert_eq!(
            (&report["rendered"], &report["resumed"]),
            (&3.into(), &0.into())
        );
        // Not the peak: segments as short as these may fall between two looks at memory.
        assert!(
            report["memory"]["normal_ms"].as_u64().unwrap() > 0,
            "{report}"
        );

        // A later run does not walk into it again.
        let well = otherwise_works(built_with());
        let more = ["--work-dir", &work, "--overwrite"];
        render(&project, "nvenc", &more, &well).expect(0);
        let report = project.report();
        assert_eq!(report["resumed"], 3);
        assert_eq!(replaced(&report), why);
        assert!(
            !well
                .invocations("ffmpeg")
                .iter()
                .any(|args| says(args, NVENC))
        );
    }
}

#[test]
fn one_that_fails_once_has_another_try() {
    let project = project();
    let stumble = Act::Exit(1, "Input/output error");
    let fake = built_with().when("ffmpeg", &[NVENC, "2.mp4"], 1, &stumble);
    let fake = otherwise_works(fake);
    render(&project, "nvenc", &[], &fake).expect(0);
    let report = project.report();
    assert_eq!(report["hardware"], NVENC, "{report}");
    assert_eq!(project.codes(), planned());
    project.verify().expect(0);
}

#[test]
fn one_that_has_no_memory_beside_others_is_not_condemned_for_it() {
    let project = project();
    let full = Act::Exit(1, NO_ROOM);
    let fake = built_with()
        .when("ffmpeg", &[NVENC, "2.mp4"], 1, &Act::Exit(1, "boom"))
        .when("ffmpeg", &[NVENC, "2.mp4"], 1, &full);
    let fake = otherwise_works(fake);
    render(&project, "nvenc", &["--jobs", "2"], &fake).expect(0);
    let report = project.report();
    assert_eq!(report["hardware"], NVENC, "{report}");
    assert_eq!(made(&fake, "2.mp4", true), 3);
    assert_eq!(project.codes(), planned());
    let here = ["1.mp4", "2.mp4", "3.mp4", "film.mp4", "film.report.json"];
    assert_eq!(
        project.files(),
        [&here[..], &["plan.json", "song.wav"]].concat()
    );
}

#[test]
fn what_ends_the_render_in_between_leaves_no_file_of_the_test_in_software() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let full = Act::Exit(1, "av_interleaved_write_frame(): No space left on device");
    let fake = built_with()
        .when("ffmpeg", &[NVENC, "2.mp4"], 1, &Act::Exit(1, "boom"))
        .when("ffmpeg", &[NVENC, "2.mp4"], 1, &full);
    let fake = otherwise_works(fake);
    render(&project, "nvenc", &["--work-dir", &work], &fake).expect(73);
    assert_eq!(made(&fake, "2.mp4", false), 1);
    let files = project.files();
    assert!(
        !files.iter().any(|file| file.contains("/.tmp-")),
        "{files:?}"
    );
}

#[test]
fn one_without_room_for_its_session_costs_no_segment_of_software() {
    let project = project();
    let full = Act::Exit(1, NO_ROOM);
    let fake = built_with().when("ffmpeg", &[NVENC, "2.mp4"], ALWAYS, &full);
    let fake = otherwise_works(fake);
    render(&project, "nvenc", &[], &fake).expect(0);
    assert_eq!(project.codes(), planned());
    assert_eq!(project.report().get("hardware"), None);
    assert_eq!(made(&fake, "2.mp4", false), 1);
}

#[test]
fn a_clip_that_fails_in_software_too_goes_down_the_ladder_alone() {
    let project = project();
    let fake = built_with().when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Exit(1, "boom"));
    let fake = otherwise_works(fake);
    render(&project, "nvenc", &[], &fake).expect(10);
    let report = project.report();
    assert_eq!(report["hardware"], NVENC);
    assert_eq!(report["segments"][1]["rung"], "hold");
    let codes = project.codes();
    assert_eq!(codes.len(), 47);
    for (number, (shown, wanted)) in codes.iter().zip(planned()).enumerate() {
        if !(12..32).contains(&number) {
            assert_eq!(*shown, wanted, "frame {number}");
        }
    }
    for clip in ["1.mp4", "3.mp4"] {
        assert_eq!(made(&fake, clip, false), 0, "{clip}");
    }
}

#[test]
fn a_machine_of_a_farm_without_it_says_so_and_others_make_the_film() {
    let project = project();
    let path = |name: &str| project.path(name).into_os_string();
    let run = |args: &[OsString], fake: &Fake| {
        program::run_with(args.iter().cloned(), &fake.environment(FAKE))
    };
    let options = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
    let works = otherwise_works(built_with());
    let mut prepare = vec!["prepare".into(), path("plan.json")];
    prepare.extend(["--work-dir".into(), path("work")]);
    prepare.extend(options("--quality draft --encoder nvenc"));
    run(&prepare, &works).expect(0);

    let mut segments = vec!["segment".into(), path("work")];
    segments.extend(options("--index 0 --count 3"));
    let without = Act::Answer(" V....D libx264 x\n A....D aac x\n");
    let other = Fake::default().when("ffmpeg", &["-encoders"], ALWAYS, &without);
    run(&segments, &other)
        .expect(69)
        .says("built without it")
        .says("--encoder software");
    let broken = built_with().when("ffmpeg", &[NVENC], ALWAYS, &Act::Exit(1, "no such device"));
    run(&segments, &broken)
        .expect(69)
        .says("no such device")
        .says("--encoder software");

    // One whose encoder fails, and that is late, takes nothing away from another.
    let gate = project.path("gate");
    let wait = Act::Shell("while [ ! -e \"$AUTOCUT_GATE\" ]; do sleep 0.05; done");
    let late = built_with()
        .when("ffmpeg", &[NVENC], ALWAYS, &Act::Exit(1, "no such device"))
        .when("ffmpeg", &["1.mp4", "-frames:v"], ALWAYS, &wait);
    let mut first = vec!["segment".into(), path("work")];
    first.extend(options("--index 0"));
    let mut late_one = program::command(&first)
        .envs(late.environment(FAKE))
        .env("AUTOCUT_GATE", &gate)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while made(&late, "1.mp4", false) == 0 {
        assert!(began.elapsed() < Duration::from_mins(2), "never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    run(&segments, &works).expect(0);
    std::fs::write(&gate, b"").unwrap();
    assert_eq!(late_one.wait().unwrap().code(), Some(69));
    let mut assemble = vec!["assemble".into(), path("work")];
    assemble.extend(["-o".into(), path("film.mp4")]);
    // Whoever joins needs no such encoder.
    run(&assemble, &other).expect(0);
    assert_eq!(project.codes(), planned());
    assert_eq!(project.report()["hardware"], NVENC);
}

#[test]
fn what_is_settled_by_measuring_is_the_encoder_in_software() {
    let project = project();
    for wish in [
        ["--deadline", "10m"],
        ["--max-size", "10MB"],
        ["--quality", "auto"],
    ] {
        let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
        let mut args: Vec<OsString> = vec!["render".into(), plan.into()];
        args.extend(["-o".into(), film.into(), "--encoder".into(), "auto".into()]);
        args.extend(wish.map(OsString::from));
        program::run(args)
            .expect(64)
            .says(&format!("--encoder auto and {}", wish[0]));
    }
}

#[test]
fn the_doctor_tries_each_and_is_content_without_any() {
    let fake = built_with().when("ffmpeg", &["h264_vaapi"], ALWAYS, &Act::Exit(1, "no card"));
    let fake = otherwise_works(fake);
    let run = program::run_with(["doctor", "--json"], &fake.environment(FAKE));
    let found = run.expect(0).json();
    assert_eq!(
        found["hardware"],
        serde_json::json!([
            {"encoder": NVENC, "works": true, "reason": null},
            {"encoder": "h264_vaapi", "works": false, "reason": "no card"},
        ])
    );
    // And with the real one, whatever it has.
    program::run(["doctor"]).expect(0);
}
