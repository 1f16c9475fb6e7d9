//! A disk that fills up or cannot be written to: nothing is lost, nothing partial stays, and once
//! there is room the same command goes on.

use std::path::{Path, PathBuf};
use std::process::Command;

use suite::fake::{Act, Fake};
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::project::Project;
use suite::skipped;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots: Vec<_> = (0..9)
        .map(|slot| SlotSpec::new(40, slot % 3, 100_000))
        .collect();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &media, &slots),
    );
    project
}

/// A folder with a file system of its own, which goes with it.
struct Mounted(PathBuf);

impl Mounted {
    /// `None`, loudly, where this process may not mount.
    fn new(at: PathBuf, args: &[&str]) -> Option<Self> {
        std::fs::create_dir(&at).unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(args).arg(&at).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(at));
        }
        skipped("only who may mount a file system can fill one up");
        None
    }

    fn again(&self, options: &str) {
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-o", options]).arg(&self.0).status().unwrap();
        assert!(mounted.success(), "{options}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_costs_nothing_that_was_done() {
    let project = project();
    let at = project.path("small");
    // Room for a few segments.
    let Some(disk) = Mounted::new(at, &["-t", "tmpfs", "-o", "size=160k", "none"]) else {
        return;
    };
    let work = disk.0.join("work");
    let args = ["--work-dir", text(&work), "--jobs", "1"];
    let run = project.render_with(&args, &[]).expect(73).says("no space");
    assert!(run.stderr.contains("hint"), "{run:?}");
    assert!(!project.path("film.mp4").exists());
    assert!(!project.path("film.report.json").exists());
    let half = project.files();
    let half = half.iter().filter(|file| file.contains(".tmp-"));
    assert_eq!(half.count(), 0, "{:?}", project.files());

    disk.again("remount,size=64m");
    project.render_with(&args, &[]).expect(0);
    let report = project.report();
    assert!(report["resumed"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["degraded"], 0);
    assert_eq!(project.codes().len(), 360);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_when_the_film_is_joined_keeps_the_segments() {
    let project = project();
    let at = project.path("small");
    let Some(disk) = Mounted::new(at, &["-t", "tmpfs", "-o", "size=64k", "none"]) else {
        return;
    };
    let work = project.path("work");
    let (plan, film) = (project.path("plan.json"), disk.0.join("film.mp4"));
    let render = || {
        suite::program::run([
            "render",
            text(&plan),
            "-o",
            text(&film),
            "--quality",
            "draft",
            "--work-dir",
            text(&work),
        ])
    };
    render().expect(73).says("no space");
    let left: Vec<_> = std::fs::read_dir(&disk.0).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    disk.again("remount,size=64m");
    render().expect(0);
    let report = std::fs::read_to_string(disk.0.join("film.report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["resumed"], 9, "{report}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_told_before_any_work() {
    let project = project();
    let at = project.path("fixed");
    let Some(disk) = Mounted::new(at, &["-t", "tmpfs", "none"]) else {
        return;
    };
    disk.again("remount,ro");
    let fake = Fake::default();
    let work = disk.0.join("work");
    let args = ["--work-dir", text(&work)];
    let environment = fake.environment(FAKE);
    project
        .render_with(&args, &environment)
        .expect(73)
        .says("fixed");
    let (plan, film) = (project.path("plan.json"), disk.0.join("film.mp4"));
    let film = ["render", text(&plan), "-o", text(&film)];
    suite::program::run_with(film, &environment)
        .expect(73)
        .says("fixed");
    let encoded = fake.invocations("ffmpeg");
    assert!(!encoded.iter().any(|args| args.contains("-frames:v")));
}

/// The signal of a file that would grow beyond a limit.
const XFSZ: i32 = 25;

/// By whatever words ffmpeg says it, or none: a limit on the length of files, as some systems
/// have, ends it by a signal.
#[test]
fn a_file_that_may_not_grow_is_no_fault_of_a_clip() {
    let project = project();
    let act = Act::Signal(XFSZ, "");
    let fake = Fake::default().when("ffmpeg", &["2.mp4", "-frames:v"], 1, &act);
    project.render_with(&[], &fake.environment(FAKE)).expect(73);
    assert!(!project.path("film.mp4").exists());
    project.render().expect(0);
}
