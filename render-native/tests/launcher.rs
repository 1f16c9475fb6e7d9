//! The launcher through the real binary: a child that dies with its parent.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "in tests a failed unwrap is a failed test"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A shell that launches `sleep` and waits for it, and the sleeper's process id.
fn launched(parent: &str) -> (Child, String) {
    let script = format!("\"$0\" __launch {parent} sleep 100 & echo $!; wait");
    let mut shell = Command::new("/bin/sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_render-native")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    output.read_line(&mut pid).unwrap();
    (shell, pid.trim().to_owned())
}

/// Waits until `holds` is true, for ten seconds at most.
fn soon(holds: impl Fn() -> bool) -> bool {
    (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        holds()
    })
}

fn read(pid: &str, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
}

fn is_gone(pid: &str) -> bool {
    let stat = read(pid, "stat");
    stat.is_empty() || stat.contains(") Z ")
}

#[test]
fn a_child_becomes_the_program_is_the_first_to_go_and_dies_with_its_parent() {
    let (mut shell, pid) = launched("$$");
    assert!(soon(|| read(&pid, "comm") == "sleep\n"));
    assert_eq!(read(&pid, "oom_score_adj"), "500\n");
    // KILL gives the shell no chance to tidy up.
    shell.kill().unwrap();
    shell.wait().unwrap();
    assert!(soon(|| is_gone(&pid)));
}

#[test]
fn a_child_whose_parent_is_gone_already_does_not_start() {
    let (mut shell, pid) = launched("1");
    assert!(soon(|| is_gone(&pid)));
    assert!(shell.wait().unwrap().success());
}

#[test]
fn a_program_that_cannot_be_started_is_told_as_such() {
    let output = Command::new("/bin/sh")
        .args(["-c", "exec \"$0\" __launch $PPID /nowhere/ffmpeg"])
        .arg(env!("CARGO_BIN_EXE_render-native"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(69));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("launcher: cannot start /nowhere/ffmpeg: "),
        "{said}"
    );
}
