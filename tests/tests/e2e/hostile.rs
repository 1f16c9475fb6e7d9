//! Plans and files that want more than a film.

use std::fmt::Write as _;

use shared::media::MediaPath;
use shared::plan::Plan;
use suite::fake::Fake;
use suite::film;
use suite::frame_code::Code;
use suite::plans::{SlotSpec, plan, write, write_sealed};
use suite::project::{Project, SIZE};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

/// A plan whose second slot is `path`; the clip `3.mp4` is the secret that nothing may show.
fn project(path: &str) -> Project {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
    write(
        project.dir(),
        &plan("30", (160, 90), "song.wav", &["1.mp4", path], &slots),
    );
    project
}

#[test]
fn addresses_and_protocols_are_file_names_that_do_not_exist() {
    for path in [
        "http://127.0.0.1:9/clip.mp4",
        "concat:1.mp4|3.mp4",
        "subfile,,start,0,end,0,,:3.mp4",
        "file:3.mp4",
        "pipe:0",
        "data:video/mp4;base64,AAAA",
        "-i",
        "lavfi:testsrc",
    ] {
        let project = project(path);
        let run = project.render();
        assert!([65, 66].contains(&run.code), "{path}: {run:?}");
        let _ = run.says(path);
        assert!(!project.path("film.mp4").exists(), "{path}");
    }
}

#[test]
fn a_playlist_named_like_a_clip_opens_nothing() {
    let hls = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n3.mp4\n#EXT-X-ENDLIST\n";
    let concat = "ffconcat version 1.0\nfile 3.mp4\n";
    let dash = "<?xml version=\"1.0\"?><MPD><Period><AdaptationSet><Representation>\
        <BaseURL>3.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>";
    let sdp = "v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n";
    for playlist in [hls, concat, dash, sdp] {
        let project = project("list.mp4");
        std::fs::write(project.path("list.mp4"), playlist).unwrap();
        let run = project.render();
        assert_ne!(run.code, 0, "{run:?}");
        let film = project.path("film.mp4");
        if film.exists() {
            // A substitute is lawful; the secret is not.
            let shown = film::codes(&film, SIZE, SIZE);
            assert!(shown.iter().flatten().all(|code| code.clip != 3));
        }
    }
}

#[test]
fn names_that_mean_something_elsewhere_are_only_names() {
    for name in [
        "it's a (clip) & more.mp4",
        "100%d #1.mp4",
        "-y.mp4",
        "a:b,c;[d]=e.mp4",
        "日本語 кадр.mp4",
        "$(touch x) \"q\".mp4",
        "';[out]\":,%d\\.mp4",
        "=e=1'drawtext=textfile=song.wav.mp4",
    ] {
        let project = Project::with_three_clips();
        std::fs::rename(project.path("2.mp4"), project.path(name)).unwrap();
        let escaped = name.replace('%', "%25");
        let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
        write(
            project.dir(),
            &plan("30", (160, 90), "song.wav", &["1.mp4", &escaped], &slots),
        );
        project.render().expect(0);
        let codes = project.codes();
        assert!(
            codes
                .iter()
                .skip(10)
                .all(|c| c.is_some_and(|c| c.clip == 2)),
            "{name}"
        );
    }
}

#[test]
fn broken_plans_list_every_problem_and_render_nothing() {
    let project = Project::with_three_clips();
    let good = plan(
        "30",
        (160, 90),
        "song.wav",
        &["1.mp4"],
        &[SlotSpec::new(10, 0, 0)],
    );
    let path = write_sealed(project.dir(), good);
    let text = std::fs::read_to_string(&path).unwrap();
    for (from, to, said) in [
        ("\"rate\": \"30\"", "\"rate\": \"0\"", "rate"),
        ("\"width\": 160", "\"width\": 161", "width"),
        ("\"width\": 160", "\"width\": 160, \"widht\": 1", "widht"),
        ("\"width\": 160", "\"width\": 160, \"width\": 160", "width"),
        ("autocut-plan/1", "autocut-plan/99", "update"),
        (
            "\"record_start\": 0",
            "\"record_start\": 1e308",
            "record_start",
        ),
        ("\"record_start\": 0", "\"record_start\": 5", "record_start"),
        ("\"media\": 0", "\"media\": 7", "media"),
    ] {
        assert!(text.contains(from), "{from} is not in {text}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        project.render().expect(65).says(said);
        assert!(!project.path("film.mp4").exists());
    }
}

#[test]
fn a_plan_that_is_too_large_is_refused_unread() {
    let project = Project::with_song();
    let file = std::fs::File::create(project.path("plan.json")).unwrap();
    file.set_len(1 << 30).unwrap();
    project.render().expect(65).says("plan.json");
}

#[test]
fn deep_nesting_is_refused() {
    let project = Project::with_song();
    let mut text = String::from("{\"schema\":\"autocut-plan/1\",\"x_deep\":");
    for _ in 0..100_000 {
        let _ = write!(text, "[");
    }
    std::fs::write(project.path("plan.json"), text).unwrap();
    project.render().expect(65);
}

/// The planner's side reads the files too.
#[test]
fn a_playlist_among_the_clips_or_as_the_song_is_no_medium() {
    let project = Project::with_three_clips();
    let hls = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n3.mp4\n#EXT-X-ENDLIST\n";
    std::fs::create_dir(project.path("clips")).unwrap();
    std::fs::rename(project.path("1.mp4"), project.path("clips/1.mp4")).unwrap();
    std::fs::write(project.path("clips/list.mp4"), hls).unwrap();
    std::fs::write(project.path("list.mp3"), hls).unwrap();
    let path = |name| project.path(name).into_os_string();
    let planned = |song| {
        let args = ["plan".into(), "--music".into(), path(song), path("clips")];
        suite::program::run(args.into_iter().chain(["-o".into(), path("plan.json")]))
    };
    planned("list.mp3").expect(65).says("list.mp3");
    planned("song.wav").expect(0).says("list.mp4");
    let plan = std::fs::read_to_string(project.path("plan.json")).unwrap();
    let plan = Plan::from_json(&plan).unwrap();
    assert_eq!(plan.media.len(), 1, "{:?}", plan.media);
}

/// A plan may name a file anywhere; what is no medium is not shown, nor told of.
#[test]
fn what_lies_elsewhere_or_is_no_file_is_no_clip() {
    for path in [
        "../../../../../../../../etc/passwd",
        "/etc/passwd",
        "/dev/zero",
        "/dev/stdin",
        "/proc/self/mem",
        ".",
        "C:\\clip.mp4",
        "\\\\host\\share\\clip.mp4",
    ] {
        let project = project(path);
        let run = project.render();
        assert!([10, 65, 66].contains(&run.code), "{path}: {run:?}");
        assert!(!run.stderr.contains("root:") && !run.stdout.contains("root:"));
        if run.code == 10 {
            let slot = &project.report()["segments"][1];
            assert!(["hold", "slate"].contains(&slot["rung"].as_str().unwrap()));
        } else {
            assert!(!project.path("film.mp4").exists(), "{path}");
        }
    }
}

/// Opening a pipe that nobody writes to would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_and_a_circle_of_links_are_no_clips() {
    let project = project("pipe.mp4");
    let pipe = project.path("pipe.mp4");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    project.render().expect(66).says("pipe.mp4");

    let project = self::project("round.mp4");
    std::os::unix::fs::symlink("round.mp4", project.path("round.mp4")).unwrap();
    project.render().expect(66).says("round.mp4");
}

#[cfg(unix)]
#[test]
fn names_with_a_line_break_or_without_any_encoding_are_only_names() {
    use std::os::unix::ffi::OsStrExt as _;

    for name in [&b"two\nlines.mp4"[..], b"latin-\xE9.mp4", b"\x1B[2J.mp4"] {
        let project = Project::with_three_clips();
        let file = project.dir().join(std::ffi::OsStr::from_bytes(name));
        std::fs::rename(project.path("2.mp4"), file).unwrap();
        let written = MediaPath::from_bytes(name);
        let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
        let media = ["1.mp4", written.as_text()];
        write(
            project.dir(),
            &plan("30", (160, 90), "song.wav", &media, &slots),
        );
        let run = project.render().expect(0);
        assert!(!run.stderr.contains('\x1B') && !run.stdout.contains('\x1B'));
        let codes = project.codes();
        let of_two = |code: &Option<Code>| code.is_some_and(|c| c.clip == 2);
        assert!(codes.len() == 20 && codes[10..].iter().all(of_two));
    }
}

/// 250 million pixels in a file of kilobytes: 750 MB for whoever decodes it.
#[test]
fn a_picture_of_huge_dimensions_is_refused_before_it_is_decoded() {
    let project = project("huge.png");
    let made = std::process::Command::new(suite::media::ffmpeg())
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "color=s=16000x16000:r=1",
        ])
        .args(["-frames:v", "1", "-pix_fmt", "monob"])
        .arg(project.path("huge.png"))
        .status();
    assert!(made.unwrap().success());
    let run = project.render().says("huge.png");
    assert!([10, 65, 66].contains(&run.code), "{run:?}");
    if run.code == 10 {
        let slot = &project.report()["segments"][1];
        assert!(["hold", "slate"].contains(&slot["rung"].as_str().unwrap()));
    }
}

#[test]
fn a_name_of_a_picture_is_no_pattern() {
    let project = project("100%25d.png");
    let made = std::process::Command::new(suite::media::ffmpeg())
        .args(["-v", "error", "-i"])
        .arg(project.path("2.mp4"))
        .args(["-frames:v", "1", "-update", "1"])
        .arg(project.path("still.png"))
        .status();
    assert!(made.unwrap().success());
    std::fs::rename(project.path("still.png"), project.path("100%d.png")).unwrap();
    // What the pattern would find.
    std::fs::copy(project.path("3.mp4"), project.path("1001.png")).unwrap();
    project.render().expect(0);
    let still = Some(Code { clip: 2, frame: 0 });
    assert!(project.codes()[10..].iter().all(|code| *code == still));
}

/// Planning, rendering and measuring, every program that opens a file is told what it may open
/// and how much it may take.
#[test]
fn whatever_opens_a_file_opens_it_as_a_file_as_media_and_within_limits() {
    let project = Project::with_three_clips();
    let fake = Fake::default();
    let environment = fake.environment(FAKE);
    let path = |name: &str| project.path(name).into_os_string();
    let planned = suite::program::run_with(
        [
            "plan".into(),
            "--music".into(),
            path("song.wav"),
            path("1.mp4"),
            path("2.mp4"),
            "-o".into(),
            path("plan.json"),
        ],
        &environment,
    );
    let _ = planned.expect(0);
    project.render_with(&[], &environment).expect(0);
    let verified = suite::program::run_with(
        ["verify".into(), path("film.mp4"), path("plan.json")],
        &environment,
    );
    let _ = verified.expect(0);
    for program in ["ffmpeg", "ffprobe"] {
        let mut seen = 0;
        for invocation in fake.invocations(program) {
            let inputs = invocation.matches("-i file:").count();
            assert_eq!(inputs, invocation.matches("-i ").count(), "{invocation}");
            for option in ["-protocol_whitelist file ", "-format_whitelist "] {
                assert_eq!(invocation.matches(option).count(), inputs, "{invocation}");
            }
            let list = usize::from(invocation.contains("-f concat"));
            let bounded = invocation.matches("-max_pixels ").count();
            assert_eq!(bounded + list, inputs, "{invocation}");
            assert!(inputs == 0 || invocation.contains("-max_alloc "));
            seen += inputs;
        }
        assert!(seen >= 3, "{program}: {seen}");
    }
}
