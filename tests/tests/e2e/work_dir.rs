//! What stays in the work directory, and what is made again.

use std::fs::File;
use std::process::Stdio;

use suite::fake::{Act, Fake};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::program;
use suite::project::{Project, stretch};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;

fn write(project: &Project, middle: SlotSpec) {
    let slots = [
        SlotSpec::new(12, 0, 0),
        middle,
        SlotSpec::new(15, 2, 1_000_000),
    ];
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &media, &slots),
    );
}

fn project() -> Project {
    let project = Project::with_three_clips();
    write(&project, SlotSpec::new(20, 1, 500_000));
    project
}

#[test]
fn a_named_work_directory_stays_and_an_edit_of_one_slot_makes_one_segment() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let args = ["--work-dir", &work, "--overwrite"];
    project.render_with(&args, &[]).expect(0);
    assert!(project.path("work/seg").is_dir());

    write(&project, SlotSpec::new(20, 1, 600_000));
    let fake = Fake::default();
    project
        .render_with(&args, &fake.environment(FAKE))
        .expect(0);
    let report = project.report();
    assert_eq!(report["rendered"], 1, "{report}");
    assert_eq!(report["resumed"], 2);
    let encoded = fake.invocations("ffmpeg");
    let encoded = encoded.iter().filter(|args| args.contains("-frames:v"));
    assert_eq!(encoded.count(), 1);
    let shown = stretch(1, 0, 12).chain(stretch(2, 18, 20));
    assert!(project.codes() == shown.chain(stretch(3, 30, 15)).collect::<Vec<_>>());
}

#[test]
fn the_usual_work_directory_goes_with_success() {
    let project = project();
    project.render().expect(0);
    let files = project.files();
    assert!(!files.iter().any(|file| file.contains("work")), "{files:?}");
}

#[test]
fn a_stand_in_is_made_again_by_the_next_run() {
    let project = project();
    let fake = Fake::default()
        .when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Exit(1, "boom"))
        .when("ffmpeg", &["-f concat"], ALWAYS, &Act::Exit(1, "boom"));
    project.render_with(&[], &fake.environment(FAKE)).expect(75);
    project.render().expect(0);
    let report = project.report();
    assert_eq!(report["segments"][1]["rung"], "direct", "{report}");
    assert_eq!(report["resumed"], 2);
    assert_eq!(
        project.codes()[12..32],
        stretch(2, 15, 20).collect::<Vec<_>>()
    );
}

/// The film has its name last: whoever finds it may believe that everything went well.
#[cfg(target_os = "linux")]
#[test]
fn a_film_that_nobody_can_be_told_of_has_no_name_and_is_not_lost() {
    let project = project();
    let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
    let args = [plan.as_os_str(), "-o".as_ref(), film.as_os_str()];
    let code = program::command(args)
        .args(["--json", "--quality", "draft"])
        .stdout(File::options().write(true).open("/dev/full").unwrap())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .code();
    assert_eq!(code, Some(74));
    assert!(!film.exists());
    assert!(!project.path("film.report.json").exists());
    project.render().expect(0);
    assert_eq!(project.report()["resumed"], 3);
}
