//! Nothing that exists is lost, and a film has its name only when it is complete.

use suite::fake::Fake;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(10, 0, 0), SlotSpec::new(10, 1, 0)];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &["1.mp4", "2.mp4"], &slots),
    );
    project
}

#[test]
fn what_exists_is_not_overwritten_unasked() {
    let project = project();
    std::fs::write(project.path("film.mp4"), "precious").unwrap();
    let fake = Fake::default();
    project
        .render_with(&[], &fake.environment(FAKE))
        .expect(73)
        .says("film.mp4");
    assert_eq!(
        std::fs::read(project.path("film.mp4")).unwrap(),
        b"precious"
    );
    // It is told before the work, not after.
    assert!(
        !fake
            .invocations("ffmpeg")
            .iter()
            .any(|args| args.contains("-frames:v"))
    );

    project.render_with(&["--overwrite"], &[]).expect(0);
    assert_eq!(project.codes().len(), 20);
}

#[test]
fn a_film_never_replaces_one_of_its_own_clips() {
    let project = project();
    let before = std::fs::read(project.path("1.mp4")).unwrap();
    let run = suite::program::run([
        "render".into(),
        project.path("plan.json").into_os_string(),
        "-o".into(),
        project.path("1.mp4").into_os_string(),
        "--overwrite".into(),
    ]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(std::fs::read(project.path("1.mp4")).unwrap(), before);
}

/// A link is replaced itself; what it leads to is somebody's clip.
#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_to_a_clip_leaves_the_clip_alone() {
    for target in ["1.mp4", "3.mp4", "nowhere.mp4"] {
        let project = project();
        let before = std::fs::read(project.path("1.mp4")).unwrap();
        let beside = std::fs::read(project.path("3.mp4")).unwrap();
        std::os::unix::fs::symlink(target, project.path("film.mp4")).unwrap();
        project.render().expect(73).says("film.mp4");
        let run = project.render_with(&["--overwrite"], &[]);
        assert_eq!(std::fs::read(project.path("1.mp4")).unwrap(), before);
        assert_eq!(std::fs::read(project.path("3.mp4")).unwrap(), beside);
        assert!(!project.path("nowhere.mp4").exists());
        if target == "1.mp4" {
            assert_ne!(run.code, 0, "{run:?}");
        } else {
            let _ = run.expect(0);
            assert!(!project.path("film.mp4").is_symlink());
            assert_eq!(project.codes().len(), 20);
        }
    }
}

#[test]
fn a_place_where_no_film_can_be_is_told_before_any_work() {
    let project = project();
    let fake = Fake::default();
    let run = suite::program::run_with(
        [
            "render".into(),
            project.path("plan.json").into_os_string(),
            "-o".into(),
            project.path("song.wav/film.mp4").into_os_string(),
        ],
        &fake.environment(FAKE),
    );
    run.expect(73).says("song.wav");
    assert!(
        !fake
            .invocations("ffmpeg")
            .iter()
            .any(|args| args.contains("-frames:v"))
    );
}

#[test]
fn a_finished_film_leaves_only_itself_and_its_report() {
    let project = project();
    let before = project.files();
    project.render().expect(0);
    let mut after = project.files();
    after.retain(|name| !before.contains(name));
    assert_eq!(after, ["film.mp4", "film.report.json"]);
}

#[test]
fn the_same_plan_gives_the_same_film() {
    let project = project();
    project.render().expect(0);
    let first = std::fs::read(project.path("film.mp4")).unwrap();
    project.render_with(&["--overwrite"], &[]).expect(0);
    assert!(std::fs::read(project.path("film.mp4")).unwrap() == first);
    // With other threads the encoder writes other bytes, for the same frames.
    let codes = project.codes();
    project
        .render_with(&["--overwrite", "--jobs", "1"], &[])
        .expect(0);
    assert!(project.codes() == codes);
}
