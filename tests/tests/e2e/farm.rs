//! One film, many processes: the files in the work directory are the truth.

use std::path::Path;
use std::process::{Child, Stdio};

use suite::fake::{Act, Fake};
use suite::plans::SlotSpec;
use suite::program::{self, Run};
use suite::project::Project;

const FAKE: &str = env!("CARGO_BIN_EXE_fake_ffmpeg");
const ALWAYS: u32 = 1000;

fn write(project: &Project, first: u64) {
    project.plan_three_slots(&[
        SlotSpec::new(12, 0, first),
        SlotSpec::new(20, 1, 500_000),
        SlotSpec::new(15, 2, 1_000_000),
    ]);
}

fn project() -> Project {
    let project = Project::with_three_clips();
    write(&project, 0);
    project
}

/// A farm's machine, for which a project lies in some folder.
struct Machine<'a> {
    dir: &'a Path,
    fake: Fake,
}

impl<'a> Machine<'a> {
    fn at(dir: &'a Path) -> Self {
        let fake = Fake::default();
        Self { dir, fake }
    }

    fn args(&self, command: &str, more: &[&str]) -> Vec<std::ffi::OsString> {
        let mut args = vec![command.into(), self.dir.join("work").into_os_string()];
        args.extend(more.iter().map(Into::into));
        args
    }

    fn run(&self, command: &str, more: &[&str]) -> Run {
        program::run_with(self.args(command, more), &self.fake.environment(FAKE))
    }

    fn prepare(&self, more: &[&str]) -> Run {
        let plan = self.dir.join("plan.json").into_os_string();
        let mut args = vec!["prepare".into(), plan, "--work-dir".into()];
        args.push(self.dir.join("work").into_os_string());
        args.extend(["--quality".into(), "draft".into()]);
        args.extend(more.iter().map(Into::into));
        program::run_with(args, &self.fake.environment(FAKE))
    }

    fn assemble(&self, more: &[&str]) -> Run {
        let film = self.dir.join("film.mp4");
        let mut all = vec!["-o", film.to_str().unwrap()];
        all.extend(more);
        self.run("assemble", &all)
    }

    fn status(&self) -> serde_json::Value {
        self.run("status", &["--json"]).expect(0).json()
    }

    /// How many segments were encoded.
    fn encoded(&self) -> usize {
        let all = self.fake.invocations("ffmpeg");
        all.iter().filter(|args| args.contains("-frames:v")).count()
    }
}

fn ends(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|e| e == extension)
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// The film as one process makes it.
fn alone() -> Vec<u8> {
    let project = project();
    project.render().expect(0);
    bytes(&project.path("film.mp4"))
}

#[test]
fn many_processes_make_the_film_that_one_makes() {
    let project = project();
    let machine = Machine::at(project.dir());
    machine.prepare(&[]).expect(0);
    assert_eq!(machine.status()["missing"], serde_json::json!([0, 1, 2]));
    machine.assemble(&[]).expect(66).says("3 of 3").says("0-2");
    assert!(!project.path("film.mp4").exists());

    machine.run("segment", &["--index", "2"]).expect(0);
    machine
        .run("segment", &["--index", "0", "--count", "9"])
        .expect(0);
    assert_eq!(machine.encoded(), 3);
    // An engine asks again whenever it is not sure.
    machine
        .run("segment", &["--index", "1"])
        .expect(0)
        .says("already");
    assert_eq!(machine.encoded(), 3);
    let status = machine.status();
    assert_eq!(
        (&status["done"], &status["segments"]),
        (&3.into(), &3.into())
    );
    assert_eq!(
        (&status["loose"], &status["at_work"]),
        (&0.into(), &0.into())
    );

    machine.assemble(&[]).expect(0);
    assert!(bytes(&project.path("film.mp4")) == alone());
    let report = project.report();
    assert_eq!(
        (&report["resumed"], &report["degraded"]),
        (&3.into(), &0.into())
    );
    assert_eq!(project.verify().code, 0);
    // The work stays: another film may be made of it.
    machine.assemble(&["--overwrite"]).expect(0);
}

#[test]
fn what_one_process_began_others_finish_and_the_other_way_round() {
    let project = project();
    let machine = Machine::at(project.dir());
    machine.prepare(&[]).expect(0);
    machine.run("segment", &["--index", "1"]).expect(0);
    let work = project.path("work").into_os_string().into_string().unwrap();
    project.render_with(&["--work-dir", &work], &[]).expect(0);
    assert_eq!(project.report()["resumed"], 1);
    assert!(bytes(&project.path("film.mp4")) == alone());
    machine.assemble(&["--overwrite"]).expect(0);

    // An edit of one slot costs one segment; the plan that was there before costs nothing.
    write(&project, 100_000);
    machine.prepare(&[]).expect(0);
    assert_eq!(machine.status()["missing"], serde_json::json!([0]));
    machine
        .run("segment", &["--index", "0", "--count", "3"])
        .expect(0);
    assert_eq!(machine.encoded(), 2);
    machine.assemble(&["--overwrite"]).expect(0);
    assert!(bytes(&project.path("film.mp4")) != alone());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_job_moves_with_its_folder_and_finds_media_that_lie_elsewhere() {
    let project = project();
    Machine::at(project.dir()).prepare(&[]).expect(0);
    let far = tempfile::tempdir().unwrap();
    let there = far.path().join("there");
    copy(project.dir(), &there);
    drop(project);

    let machine = Machine::at(&there);
    machine.run("segment", &["--index", "0"]).expect(0);
    // The media move, the work stays.
    let media = far.path().join("media");
    std::fs::create_dir(&media).unwrap();
    for name in ["1.mp4", "2.mp4", "3.mp4", "song.wav"] {
        std::fs::rename(there.join(name), media.join(name)).unwrap();
    }
    machine
        .run("segment", &["--index", "1"])
        .expect(66)
        .says("2.mp4");
    let media = media.to_str().unwrap();
    machine
        .run("segment", &["--index", "1", "--root", media])
        .expect(0);
    machine
        .run("segment", &["--index", "2", "--media-dir", media])
        .expect(0);
    machine.assemble(&["--root", media]).expect(0);
    assert!(bytes(&there.join("film.mp4")) == alone());
}

fn both(machine: &Machine<'_>, args: &[&str]) -> [Child; 2] {
    // The script is written once: the first process may be reading it already.
    let environment = machine.fake.environment(FAKE);
    [(); 2].map(|()| {
        program::command(machine.args("segment", args))
            .envs(environment.clone())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    })
}

#[test]
fn two_processes_may_make_the_same_segment_at_once() {
    let project = project();
    let machine = Machine::at(project.dir());
    machine.prepare(&[]).expect(0);
    for round in 1..=4 {
        let racing = both(&machine, &["--index", "0", "--count", "3"]);
        for mut child in racing {
            assert_eq!(child.wait().unwrap().code(), Some(0));
        }
        let status = machine.status();
        assert_eq!(status["done"], 3, "{status}");
        assert_eq!(
            (&status["loose"], &status["at_work"]),
            (&0.into(), &0.into())
        );
        assert!(machine.encoded() >= 3 * round);
        let seg = project.path("work/seg");
        if round < 4 {
            std::fs::remove_dir_all(&seg).unwrap();
            std::fs::create_dir(&seg).unwrap();
        }
    }
    machine.assemble(&[]).expect(0);
    assert!(bytes(&project.path("film.mp4")) == alone());
}

#[test]
fn a_segment_that_was_cut_short_or_altered_is_noticed_and_made_again() {
    let project = project();
    let machine = Machine::at(project.dir());
    machine.prepare(&[]).expect(0);
    machine
        .run("segment", &["--index", "0", "--count", "3"])
        .expect(0);
    let files = project.files();
    let made = files.iter().filter(|file| file.starts_with("work/seg/"));
    let made: Vec<_> = made.filter(|file| ends(file, "mp4")).collect();
    let [first, second, third] = made[..] else {
        panic!("{files:?}");
    };
    let whole = bytes(&project.path(first));
    std::fs::write(project.path(first), &whole[..whole.len() - 1]).unwrap();
    let mut altered = bytes(&project.path(second));
    altered[100] ^= 1;
    std::fs::write(project.path(second), altered).unwrap();
    std::fs::remove_file(project.path(third)).unwrap();
    assert_eq!(machine.status()["damaged"], serde_json::json!([0, 1, 2]));
    machine.assemble(&[]).expect(66);
    machine
        .run("segment", &["--index", "0", "--count", "3"])
        .expect(0);
    assert_eq!(machine.encoded(), 6);
    machine.assemble(&[]).expect(0);
    assert!(bytes(&project.path("film.mp4")) == alone());
}

#[test]
fn a_stand_in_serves_the_film_it_was_made_for_and_no_other() {
    let project = project();
    let mut machine = Machine::at(project.dir());
    machine.fake = Fake::default().when("ffmpeg", &["2.mp4"], ALWAYS, &Act::Exit(1, "boom"));
    machine.prepare(&[]).expect(0);
    // To an engine that is a success: it would give the film up otherwise.
    machine
        .run("segment", &["--index", "0", "--count", "3"])
        .expect(0);
    assert_eq!(machine.status()["degraded"], serde_json::json!([1]));
    machine.assemble(&[]).expect(10);
    // It shows the picture before it, which is another one now.
    write(&project, 100_000);
    machine.prepare(&[]).expect(0);
    assert_eq!(machine.status()["missing"], serde_json::json!([0, 1]));
    // And once the clip is well, it is asked for again.
    machine.fake = Fake::default();
    machine
        .run("segment", &["--index", "0", "--count", "3"])
        .expect(0);
    machine.assemble(&["--overwrite"]).expect(0);
}

#[test]
fn what_cannot_be_is_told_by_its_code() {
    let project = project();
    let mut machine = Machine::at(project.dir());
    machine
        .run("segment", &["--index", "0"])
        .expect(66)
        .says("prepare");
    machine.run("status", &[]).expect(66);
    machine.run("gc", &[]).expect(66);
    machine.prepare(&[]).expect(0);
    machine
        .run("segment", &["--index", "3"])
        .expect(64)
        .says("0 to 2");
    machine.run("segment", &[]).expect(64);
    std::fs::write(project.path("2.mp4"), "another").unwrap();
    machine
        .run("segment", &["--index", "1"])
        .expect(66)
        .says("2.mp4");
    // Files that a segment does not need do not matter to it.
    machine.run("segment", &["--index", "0"]).expect(0);
    // Another ffmpeg makes other pictures.
    let answer = "ffmpeg version 6.1 Copyright (c)\nlibavcodec 60.3.100\n";
    machine.fake = Fake::default().when("ffmpeg", &["-version"], ALWAYS, &Act::Answer(answer));
    machine
        .run("segment", &["--index", "2"])
        .expect(69)
        .says("6.1");
    std::fs::write(project.path("work/plan.lock.json"), "{").unwrap();
    machine.run("segment", &["--index", "0"]).expect(66);
}

#[test]
fn gc_removes_what_the_dead_have_left_and_nothing_else() {
    let project = project();
    let machine = Machine::at(project.dir());
    machine.prepare(&[]).expect(0);
    machine
        .run("segment", &["--index", "0", "--count", "3"])
        .expect(0);
    let kept = project.files();
    let host: String = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(40)
        .collect();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let (dead, alive) = (child.id(), std::process::id());
    let leave = |name: &str| std::fs::write(project.path("work/seg").join(name), "half").unwrap();
    leave(&format!(".tmp-00001-{host}-{dead}-0123.mp4"));
    leave(&format!(".tmp-00002-{host}-{alive}-0123.mp4"));
    leave(".tmp-00002-elsewhere-7-0123.mp4");
    leave("00001.0123456789ab.mp4");
    leave("holiday.mp4");
    let status = machine.status();
    assert_eq!(
        (&status["at_work"], &status["loose"]),
        (&2.into(), &2.into())
    );
    machine.run("gc", &["--dry-run"]).expect(0).says("1 file");
    machine.run("gc", &[]).expect(0).says("1 file");
    assert_eq!(project.files().len(), kept.len() + 4);
    // Of another machine's, and of a segment that may get its record yet, only time tells; who
    // lives is still writing.
    machine.run("gc", &["--older-than", "0s"]).expect(0);
    let left: Vec<_> = project
        .files()
        .into_iter()
        .filter(|f| !kept.contains(f))
        .collect();
    let living = format!("work/seg/.tmp-00002-{host}-{alive}-0123.mp4");
    assert_eq!(left, [living.as_str(), "work/seg/holiday.mp4"]);
    machine.assemble(&[]).expect(0);
}

#[test]
fn a_holder_that_died_on_another_machine_keeps_nothing_for_more_than_a_day() {
    let project = project();
    let machine = Machine::at(project.dir());
    machine.prepare(&[]).expect(0);
    std::fs::write(project.path("work/lock"), "process 7 on elsewhere").unwrap();
    let replaced = project.path("work/seg/00001.0123456789ab.mp4");
    std::fs::write(&replaced, "whole").unwrap();
    let gc = || {
        machine.run("gc", &["--older-than", "0s"]).expect(0);
    };
    gc();
    assert!(replaced.exists());
    let file = std::fs::File::options()
        .write(true)
        .open(&replaced)
        .unwrap();
    let days = std::time::Duration::from_hours(48);
    file.set_modified(std::time::SystemTime::now() - days)
        .unwrap();
    gc();
    assert!(!replaced.exists());
}

#[cfg(unix)]
#[test]
fn a_second_render_in_one_work_directory_is_told_who_holds_it() {
    let project = project();
    let work = project.path("work").into_os_string().into_string().unwrap();
    let fake = Fake::default().when("ffmpeg", &["2.mp4"], 1, &Act::Hang);
    let (plan, film) = (project.path("plan.json"), project.path("first.mp4"));
    let mut first = program::command([plan.as_os_str(), "-o".as_ref(), film.as_os_str()])
        .args(["--quality", "draft", "--work-dir", &work])
        .envs(fake.environment(FAKE))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !fake
        .invocations("ffmpeg")
        .iter()
        .any(|a| a.contains("-frames:v"))
    {
        assert!(first.try_wait().unwrap().is_none(), "ended too early");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let by = format!("process {}", first.id());
    let args = ["--work-dir", work.as_str()];
    project.render_with(&args, &[]).expect(76).says(&by);
    let machine = Machine::at(project.dir());
    machine.assemble(&[]).expect(76).says(&by);
    machine.prepare(&[]).expect(76);
    assert!(
        machine.status()["held_by"]
            .as_str()
            .unwrap()
            .starts_with(&by)
    );
    // Segments may be made beside it.
    machine.run("segment", &["--index", "0"]).expect(0);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(machine.status()["held_by"].is_null());
    project.render_with(&args, &[]).expect(0);
}
