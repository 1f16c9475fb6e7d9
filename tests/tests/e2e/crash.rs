//! Killed without a word at any moment, the same command makes the same film, and no ffmpeg is
//! left behind.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use suite::chance::number;
use suite::media::ffmpeg;
use suite::plans::{SlotSpec, plan, write_sealed};
use suite::program;
use suite::project::Project;

/// How often the program is killed, if it is not this often.
const KILLS_VARIABLE: &str = "AUTOCUT_KILLS";
const KILLS: u64 = 6;
const SLOTS: u32 = 24;

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots: Vec<_> = (0..SLOTS)
        .map(|slot| SlotSpec::new(6 + slot % 5, slot % 3, u64::from(slot) * 30_000))
        .collect();
    let media = ["1.mp4", "2.mp4", "3.mp4"];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &media, &slots),
    );
    project
}

/// A hash of every decoded frame.
fn frames(film: &Path) -> String {
    let output = Command::new(ffmpeg())
        .args(["-v", "error", "-i"])
        .arg(film)
        .args(["-f", "framemd5", "-"])
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The processes whose command names this folder.
fn at_work_in(folder: &Path) -> Vec<String> {
    let folder = folder.to_string_lossy().into_owned();
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .map(|command| String::from_utf8_lossy(&command).replace('\0', " "))
        .filter(|command| command.contains(&folder))
        .collect()
}

fn is(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|e| e == extension)
}

/// Records that are there.
fn done(project: &Project) -> usize {
    let files = project.files();
    let segments = files.iter().filter(|file| file.contains("/seg/"));
    segments.filter(|file| is(file, "json")).count()
}

#[cfg(target_os = "linux")]
#[test]
fn a_render_that_is_killed_at_any_moment_goes_on_where_it_was() {
    let undisturbed = project();
    // The first who asks for the program may wait for the compiler.
    let _ = program::render_native();
    let started = Instant::now();
    undisturbed.render().expect(0);
    let whole_ms = u64::try_from(started.elapsed().as_millis()).unwrap();
    let wanted = frames(&undisturbed.path("film.mp4"));

    let kills = std::env::var(KILLS_VARIABLE).ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let (mut cut_off, mut kept) = (0, 0);
    for round in 0..kills {
        let project = project();
        let (plan, film) = (project.path("plan.json"), project.path("film.mp4"));
        let mut child = program::command([plan.as_os_str(), "-o".as_ref(), film.as_os_str()])
            .args(["--quality", "draft", "--jobs", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(number(round, whole_ms)));
        child.kill().unwrap();
        let ended = child.wait().unwrap();

        // The children die with their parent, at once or as good as.
        let killed = Instant::now();
        while !at_work_in(project.dir()).is_empty() {
            let left = at_work_in(project.dir());
            assert!(
                killed.elapsed() < Duration::from_secs(5),
                "round {round}: {left:#?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        if ended.success() {
            assert_eq!(frames(&film), wanted, "round {round}");
            continue;
        }
        cut_off += 1;
        let there = done(&project);
        kept += there;
        // Under its name there is all of it or nothing.
        if film.exists() {
            assert_eq!(frames(&film), wanted, "round {round}");
            std::fs::remove_file(&film).unwrap();
        }
        project
            .render_with(&["--jobs", "2", "--overwrite"], &[])
            .expect(0);
        assert_eq!(frames(&film), wanted, "round {round}");
        // What had its record is not made again: made again is what was in flight, and what had
        // not begun.
        assert_eq!(project.report()["resumed"], there, "round {round}");
        let left: Vec<_> = project
            .files()
            .into_iter()
            .filter(|file| file.contains(".tmp-") || is(file, "part"))
            .collect();
        assert!(left.is_empty(), "round {round}: {left:?}");
    }
    eprintln!("{cut_off} of {kills} runs were cut off, with {kept} segments done");
    assert!(cut_off > 0, "every run was over before it was killed");
}
