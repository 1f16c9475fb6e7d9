//! Plans and files that want more than a film.

use std::fmt::Write as _;

use suite::film;
use suite::plans::{SlotSpec, plan, write, write_sealed};
use suite::project::{Project, SIZE};

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
    for playlist in [hls, concat] {
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
