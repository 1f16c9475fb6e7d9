//! A hard limit on memory, set by a control group of the test's own: no process is killed for
//! memory if one segment fits at all, and the film is right; else the limit is named.
//!
//! These need root and a memory controller, and say so where they have neither.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use suite::film;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::program::{self, Run};
use suite::project::{Project, SIZE, stretch};

const MIB: u64 = 1 << 20;
const HD: (usize, usize) = (1280, 720);

/// A control group with a limit, gone with the test.
struct Group {
    dir: PathBuf,
    kills: &'static str,
    peak: &'static str,
}

impl Group {
    /// A group below this process's own (first version) or beside it (second version, in which a
    /// group with processes has none below). `None`, loudly, where that cannot be had.
    fn limited(name: &str, bytes: u64) -> Option<Self> {
        let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let first = own.lines().find_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            let root = Path::new("/sys/fs/cgroup/memory");
            let is_it = controllers.split(',').any(|c| c == "memory");
            is_it.then(|| root.join(path.trim_start_matches('/')))
        });
        let second = own.lines().find_map(|line| {
            let path = Path::new("/sys/fs/cgroup").join(line.strip_prefix("0::/")?);
            path.parent().map(Path::to_owned)
        });
        let name = format!("autocut-test-{}-{name}", std::process::id());
        let made = [
            (
                first,
                "memory.limit_in_bytes",
                "memory.oom_control",
                "memory.max_usage_in_bytes",
            ),
            (second, "memory.max", "memory.events", "memory.peak"),
        ]
        .into_iter()
        .find_map(|(above, limit, kills, peak)| {
            let dir = above?.join(&name);
            std::fs::create_dir(&dir).ok()?;
            let group = Self { dir, kills, peak };
            let limit = group.dir.join(limit);
            // Without the controller the directory has no such file, and making one fails.
            std::fs::write(limit, bytes.to_string())
                .ok()
                .map(|()| group)
        });
        if made.is_none() {
            suite::skipped("no memory control group can be made here (root? controller?)");
        } else if let Some(group) = &made {
            // Swap would hide what is measured; where it is not counted there is none to hide.
            for swap in ["memory.memsw.limit_in_bytes", "memory.swap.max"] {
                let path = group.dir.join(swap);
                let none = if swap.ends_with("max") { 0 } else { bytes };
                if path.exists() {
                    let _ = std::fs::write(path, none.to_string());
                }
            }
        }
        made
    }

    /// Processes killed because memory ran out.
    fn kills(&self) -> u64 {
        let text = std::fs::read_to_string(self.dir.join(self.kills)).unwrap();
        let mut lines = text.lines();
        let count = lines
            .find_map(|line| line.strip_prefix("oom_kill "))
            .unwrap();
        count.trim().parse().unwrap()
    }

    /// The most that the group held, pages of files included.
    fn peak(&self) -> u64 {
        let text = std::fs::read_to_string(self.dir.join(self.peak)).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    }

    /// Renders inside the group.
    fn render(&self, project: &Project, more: &[&str]) -> Run {
        let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
        let mut inside = Command::new("sh");
        inside
            .args(["-c", "echo $$ > \"$0\" && exec \"$@\""])
            .arg(self.dir.join("cgroup.procs"))
            .arg(program::render_native())
            .args(["render".as_ref(), plan.as_os_str()])
            .args(["-o".as_ref(), film.as_os_str()])
            .args(["--jobs", "2"])
            .args(more)
            .stdin(Stdio::null());
        let output = inside.output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let gone = (0..50).any(|_| {
            std::fs::remove_dir(&self.dir).is_ok() || {
                std::thread::sleep(Duration::from_millis(100));
                false
            }
        });
        // A group that is busy holds a process that was left behind.
        assert!(gone || std::thread::panicking(), "{}", self.dir.display());
    }
}

/// Six segments of 720p, each of which holds about 80 MiB while it is made, or 60 at least.
fn project() -> Project {
    let project = Project::with_three_clips();
    let slots: Vec<_> = (0..6).map(|n| SlotSpec::new(20, n % 3, 0)).collect();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    write_sealed(
        project.dir(),
        plan("30", (1280, 720), "song.wav", &media, &slots),
    );
    project
}

#[track_caller]
fn is_right(project: &Project) {
    let shown = film::codes(&project.path("film.mp4"), HD, SIZE);
    let wanted: Vec<_> = [1, 2, 3, 1, 2, 3]
        .into_iter()
        .flat_map(|clip| stretch(clip, 0, 20))
        .collect();
    assert!(shown == wanted, "{shown:?}");
}

#[test]
fn with_room_enough_two_run_and_none_is_killed() {
    let Some(group) = Group::limited("room", 1024 * MIB) else {
        return;
    };
    let project = project();
    group.render(&project, &[]).expect(0);
    assert_eq!(group.kills(), 0);
    is_right(&project);
    let report = project.report();
    assert_eq!(report["jobs"], 2);
    let memory = &report["memory"];
    assert_eq!(memory["limit"], 1024 * MIB);
    assert!(memory["from"].as_str().unwrap().contains("autocut-test"));
    assert!(memory["peak"].as_u64().unwrap() > 20 * MIB, "{memory}");
    assert!(group.peak() < 1024 * MIB * 3 / 4);
}

#[test]
fn with_room_for_one_it_takes_turns_and_none_is_killed() {
    let Some(group) = Group::limited("one", 192 * MIB) else {
        return;
    };
    let project = project();
    group.render(&project, &[]).expect(0);
    assert_eq!(group.kills(), 0);
    is_right(&project);
    assert_eq!(project.report()["jobs"], 1);
}

/// What was learned says that segments need next to nothing, so two start where one fits.
#[test]
fn a_wrong_estimate_costs_time_and_not_the_film() {
    let Some(group) = Group::limited("wrong", 100 * MIB) else {
        return;
    };
    let project = project();
    let work = project.path("work");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join("autocut-work"), "").unwrap();
    let class = "h264 160x90 8 bit to 1280x720 veryfast, threads 1";
    let learned = serde_json::json!({
        "schema": "autocut-learn/1", "peaks": { class: [MIB, MIB, MIB, MIB] },
    });
    std::fs::write(work.join("learn.json"), learned.to_string()).unwrap();
    let dir = work.to_str().unwrap();
    let run = group.render(&project, &["--work-dir", dir, "--explain"]);
    let run = run.expect(0);
    is_right(&project);
    let memory = &project.report()["memory"];
    let number = |name: &str| memory[name].as_u64().unwrap();
    assert!(number("put_back") + number("out_of_memory") > 0, "{run:?}");
    assert!(number("lost_ms") > 0, "{memory}");
}

#[test]
fn without_room_for_one_the_limit_is_named() {
    let Some(group) = Group::limited("none", 40 * MIB) else {
        return;
    };
    let project = project();
    let file = group.dir.display().to_string();
    group
        .render(&project, &[])
        .expect(77)
        .says("of 40 MiB")
        .says(&file);
    assert!(group.kills() > 0);
    assert!(!project.path("film.mp4").exists());
    // What is missing is memory, and nothing else: with more of it the same command goes on.
    drop(group);
    if let Some(group) = Group::limited("more", 1024 * MIB) {
        group.render(&project, &[]).expect(0);
        is_right(&project);
    }
}

#[test]
fn a_limit_of_the_users_own_is_kept_and_told() {
    let project = project();
    let run = project.render_with(&["--memory", "160M", "--jobs", "2", "--explain"], &[]);
    let run = run
        .expect(0)
        .says("--memory")
        .says("thresholds: above 75 %");
    is_right(&project);
    assert!(run.stderr.contains("h264 160x90 8 bit, 6 slots"), "{run:?}");
}

#[test]
fn thresholds_out_of_order_are_refused() {
    let project = project();
    let wrong = ["--memory-conservative", "90", "--memory-emergency", "80"];
    project.render_with(&wrong, &[]).expect(78).says("90 %");
    assert!(!project.path(".film.mp4.work").exists());
}
