//! The stand-in for ffmpeg does what its script says, or the tests that use it prove nothing.

use std::process::{Command, Output};

use suite::fake::{Act, Fake};
use suite::film;
use suite::project::{Project, SIZE};

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

/// Copies 20 frames of `1.mp4` to `copy.mp4` through the stand-in.
fn copy(project: &Project, fake: &Fake) -> Output {
    let environment = fake.environment(FAKE);
    let (_, ffmpeg) = environment.first().unwrap();
    Command::new(ffmpeg)
        .args(["-v", "error", "-y", "-i"])
        .arg(project.path("1.mp4"))
        .args(["-frames:v", "20", "-crf", "16"])
        .arg(project.path("copy.mp4"))
        .envs(environment.iter().cloned())
        .output()
        .unwrap()
}

fn frames(project: &Project) -> usize {
    film::frames(&project.path("copy.mp4"), SIZE).len()
}

#[test]
fn without_a_rule_it_is_the_real_one() {
    let (project, fake) = (Project::with_three_clips(), Fake::default());
    assert!(copy(&project, &fake).status.success());
    assert_eq!(frames(&project), 20);
    assert_eq!(fake.invocations("ffmpeg").len(), 1);
    assert!(fake.invocations("ffprobe").is_empty());
}

#[test]
fn a_rule_hits_as_often_as_it_says_and_only_what_it_names() {
    let project = Project::with_three_clips();
    let fake = Fake::default()
        .when("ffmpeg", &["2.mp4"], 9, &Act::Exit(3, "other"))
        .when("ffprobe", &["1.mp4"], 9, &Act::Exit(3, "other"))
        .when("ffmpeg", &["1.mp4", "-frames:v"], 2, &Act::Exit(7, "boom"));
    for code in [7, 7, 0] {
        let output = copy(&project, &fake);
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).contains("boom"),
            code == 7
        );
    }
}

#[test]
fn too_few_frames_garbage_and_noise_end_well() {
    let project = Project::with_three_clips();
    let with = |act| {
        copy(
            &project,
            &Fake::default().when("ffmpeg", &["1.mp4"], 1, &act),
        )
    };
    assert!(with(Act::Short(3)).status.success());
    assert_eq!(frames(&project), 17);
    let noisy = with(Act::Noise(5000));
    assert!(noisy.status.success() && noisy.stderr.len() > 1_000_000);
    assert_eq!(frames(&project), 20);
    assert!(with(Act::Garbage).status.success());
    assert_eq!(
        std::fs::read(project.path("copy.mp4")).unwrap(),
        [0x5A; 4096]
    );
    assert_eq!(with(Act::Answer("hello")).stdout, b"hello");
}

#[cfg(unix)]
#[test]
fn a_fault_is_a_real_one() {
    use std::os::unix::process::ExitStatusExt as _;

    let project = Project::with_three_clips();
    let fake = Fake::default().when("ffmpeg", &["1.mp4"], 1, &Act::Segv);
    assert_eq!(copy(&project, &fake).status.signal(), Some(11));
}
