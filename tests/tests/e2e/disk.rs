//! Disks that fill up, and what is flushed before what: a file that has its name is whole, also
//! after the power has gone.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use suite::plans::{SlotSpec, plan, write_sealed};
use suite::program;
use suite::project::{Project, stretch};

fn project() -> Project {
    let project = Project::with_three_clips();
    let slots = [SlotSpec::new(30, 0, 0), SlotSpec::new(30, 1, 0)];
    write_sealed(
        project.dir(),
        plan("30", (160, 90), "song.wav", &["1.mp4", "2.mp4"], &slots),
    );
    project
}

/// Renders into a file system of `kilobytes`, makes it large, renders again. `$1` is the project,
/// the rest the program. Prints both exit codes and what was left in between.
const FULL: &str = r#"
disk="$1/disk" && shift && mkdir "$disk" || exit 99
mount -t tmpfs -o "size=${KILOBYTES}k" none "$disk" || exit 98
"$@" >&2; first=$?
left=$(cd "$disk" && find . ! -name film.part \( -name '.tmp-*' -o -name film.mp4 -o -name '*.part' \) | tr '\n' ' ')
mount -o remount,size=50m "$disk" || exit 97
"$@" >&2; second=$?
cp "$disk/film.mp4" "$disk/../film.mp4"
echo "$first $second $left"
"#;

#[test]
fn a_disk_that_really_is_full_costs_nothing_that_is_done() {
    let can_mount = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !can_mount {
        return suite::skipped("nothing can be mounted here");
    }
    for kilobytes in ["8", "24", "48", "96"] {
        let project = project();
        let film = project.path("disk/film.mp4");
        let output = Command::new("unshare")
            .args(["-rm", "sh", "-c", FULL, "sh"])
            .arg(project.dir())
            .arg(program::render_native())
            .arg(project.path("plan.json"))
            .args(["-o".as_ref(), film.as_os_str()])
            .env("KILOBYTES", kilobytes)
            .output()
            .unwrap();
        let (said, told) = (output.stdout, output.stderr);
        let said = String::from_utf8(said).unwrap();
        let told = String::from_utf8(told).unwrap();
        let mut words = said.split_whitespace();
        let codes = [words.next().unwrap(), words.next().unwrap()];
        assert_eq!(codes, ["73", "0"], "{kilobytes} kB: {told}");
        assert!(told.contains("space"), "{told}");
        assert_eq!(words.next(), None, "{kilobytes} kB: {said}");
        let wanted = stretch(1, 0, 30).chain(stretch(2, 0, 30));
        assert!(project.codes().into_iter().eq(wanted));
    }
}

/// What the program asked of the system, in order: a flush of a path, or a change of a name.
#[derive(Debug, PartialEq)]
enum Asked {
    Flush(String),
    Rename(String, String),
}

fn asked(trace: &str) -> Vec<Asked> {
    let of = |line: &str| {
        let (call, rest) = line.split_once('(')?;
        if call.ends_with("sync") {
            let path = rest.split_once('<')?.1.split_once('>')?.0;
            return Some(Asked::Flush(path.to_owned()));
        }
        let mut quoted = rest.split('"').skip(1).step_by(2);
        Some(Asked::Rename(
            quoted.next()?.to_owned(),
            quoted.next()?.to_owned(),
        ))
    };
    trace.lines().filter_map(of).collect()
}

#[test]
fn a_file_is_flushed_before_it_has_its_name_and_its_folder_after() {
    let traces = |program: &mut Command| program.output().is_ok_and(|o| o.status.success());
    if !traces(Command::new("strace").args(["-o", "/dev/null", "true"])) {
        return suite::skipped("strace does not work here");
    }
    let project = project();
    let (log, film) = (project.path("log"), project.path("film.mp4"));
    let calls = "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat";
    let done = Command::new("strace")
        .args(["-f", "-y", "-s", "4096", "-e", calls, "-o"])
        .arg(&log)
        .arg(program::render_native())
        .arg(project.path("plan.json"))
        .args(["-o".as_ref(), film.as_os_str()])
        .args(["--jobs", "1"])
        .output()
        .unwrap();
    assert!(done.status.success());
    let asked = asked(&std::fs::read_to_string(log).unwrap());
    let flush = |from: usize, to: usize, path: &Path| {
        let wanted = Asked::Flush(path.to_string_lossy().into_owned());
        asked.iter().take(to).skip(from).any(|a| *a == wanted)
    };
    let mut named = Vec::new();
    for (at, event) in asked.iter().enumerate() {
        let Asked::Rename(from, to) = event else {
            continue;
        };
        let to = Path::new(to);
        assert!(flush(0, at, Path::new(from)), "{from} is not flushed");
        // A record says that its segment is there: so the segment must be, before.
        let mut later = asked.iter().skip(at + 1);
        let next = later.position(|event| matches!(event, Asked::Rename(..)));
        let is_segment = to.parent().is_some_and(|dir| dir.ends_with("seg"));
        let until = next
            .filter(|_| is_segment)
            .map_or(asked.len(), |n| at + 1 + n);
        assert!(
            flush(at, until, to.parent().unwrap()),
            "the folder of {} is not flushed",
            to.display()
        );
        named.push(to.file_name().unwrap().to_string_lossy().into_owned());
    }
    for file in ["00000.json", "00001.json", "film.mp4"] {
        assert!(named.iter().any(|name| name == file), "{named:?}");
    }
}
