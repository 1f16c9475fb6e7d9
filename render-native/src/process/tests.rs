#![cfg(unix)]

use std::time::Instant;

use super::*;
use crate::interrupt::Urgency;

fn shell(script: &str) -> Command {
    Command::new("/bin/sh").args(["-c", script])
}

fn output(script: &str) -> (Finished, String) {
    let (finished, out) =
        capture(&shell(script), Limits::QUESTION, &Interrupt::new(), 1 << 20).unwrap();
    (finished, String::from_utf8(out).unwrap())
}

fn limits(stall_ms: u64, deadline_ms: u64) -> Limits {
    Limits {
        stall: Duration::from_millis(stall_ms),
        deadline: Duration::from_millis(deadline_ms),
    }
}

/// Whether the process is gone, or soon is: a killed process closes its pipes before it ends.
fn is_gone(pid: &str) -> bool {
    let gone = || {
        std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
            .map_or(true, |stat| stat.contains(") Z "))
    };
    assert!(!pid.trim().is_empty());
    (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        gone()
    })
}

#[test]
fn output_and_status_come_back() {
    let (finished, out) = output("echo hello; echo oops >&2; exit 3");
    assert_eq!(out, "hello\n");
    assert_eq!(finished.status.code(), Some(3));
    assert_eq!(finished.messages.decisive(), Some("oops"));
    assert!(!finished.success());
}

#[test]
fn a_flood_on_standard_error_does_not_block_the_output() {
    let (finished, out) = output("head -c 3000000 /dev/zero | tr '\\0' 'e\\n' >&2; echo done");
    assert_eq!(out, "done\n");
    assert!(finished.success());
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = run(
        &Command::new("/nowhere/ffmpeg"),
        Limits::QUESTION,
        &Interrupt::new(),
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "cannot start /nowhere/ffmpeg");
}

#[test]
fn silence_ends_a_child_even_one_that_ignores_term() {
    let script = "trap '' TERM; echo $$; while :; do sleep 0.05; done";
    let mut pid = String::new();
    let error = run(
        &shell(script),
        limits(3_000, 60_000),
        &Interrupt::new(),
        &mut |chunk| {
            pid.push_str(&String::from_utf8_lossy(chunk));
            ControlFlow::Continue(())
        },
    )
    .unwrap_err();
    assert!(matches!(error, ProcessError::Stalled { .. }), "{error}");
    assert!(is_gone(&pid));
}

#[test]
fn a_child_that_talks_for_ever_meets_the_deadline() {
    let error = run(
        &shell("while :; do echo x; sleep 0.02; done"),
        limits(30_000, 2_000),
        &Interrupt::new(),
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap_err();
    assert!(matches!(error, ProcessError::Deadline { .. }), "{error}");
}

#[test]
fn time_spent_by_the_reader_is_not_silence_of_the_child() {
    let finished = run(
        &shell("echo a; sleep 0.05; echo b"),
        limits(2_000, 60_000),
        &Interrupt::new(),
        &mut |_| {
            std::thread::sleep(Duration::from_millis(3_500));
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    assert!(finished.success());
}

#[test]
fn an_urgent_interrupt_ends_the_child_and_a_patient_one_does_not() {
    let patient = Interrupt::new();
    patient.raise(Urgency::Finish);
    assert!(
        run(&shell("echo x"), Limits::QUESTION, &patient, &mut |_| {
            ControlFlow::Continue(())
        })
        .is_ok()
    );

    let urgent = Interrupt::new();
    let error = run(
        &shell("echo x; sleep 100"),
        Limits::QUESTION,
        &urgent,
        &mut |_| {
            urgent.raise(Urgency::Now);
            ControlFlow::Continue(())
        },
    )
    .unwrap_err();
    assert!(matches!(error, ProcessError::Interrupted));
}

#[test]
fn a_reader_that_has_enough_ends_the_child() {
    let started = Instant::now();
    let finished = run(
        &shell("yes"),
        Limits::QUESTION,
        &Interrupt::new(),
        &mut |_| ControlFlow::Break(()),
    )
    .unwrap();
    assert!(finished.stopped && !finished.success());
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_grandchild_that_keeps_the_pipe_open_does_not_hold_us() {
    for script in ["sleep 9999 & echo $!", "sleep 9999 >/dev/null & echo $!"] {
        let (finished, out) = output(script);
        assert!(finished.success());
        assert!(is_gone(&out));
    }
}

#[test]
fn a_panic_of_the_reader_kills_the_child() {
    let pid = std::sync::Mutex::new(String::new());
    let died = std::panic::catch_unwind(|| {
        run(
            &shell("echo $$; sleep 100"),
            Limits::QUESTION,
            &Interrupt::new(),
            &mut |chunk| {
                pid.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(chunk));
                std::panic::resume_unwind(Box::new(()))
            },
        )
    });
    assert!(died.is_err());
    assert!(is_gone(&pid.lock().unwrap()));
}

#[test]
fn the_environment_is_a_short_list() {
    let (_, out) = output("env");
    for line in out.lines() {
        let name = line.split('=').next().unwrap();
        assert!(
            !name.starts_with("CARGO") && !name.starts_with("FF"),
            "{line}"
        );
    }
    assert!(out.contains("LC_ALL=C"));
}

#[test]
#[cfg(target_os = "linux")]
fn the_peak_of_memory_is_seen() {
    let (finished, _) = output("x=$(head -c 40000000 /dev/zero | tr '\\0' x); sleep 3; echo ${#x}");
    assert!(finished.peak_rss.unwrap() > 30_000_000);
}

#[cfg(unix)]
#[test]
fn a_kill_from_outside_is_told_from_a_crash_and_a_failure() {
    let end = |script: &str| {
        let command = Command::new("sh").args(["-c", script]);
        let finished = run(&command, Limits::QUESTION, &Interrupt::new(), &mut |_| {
            ControlFlow::Continue(())
        });
        let finished = finished.unwrap();
        let end = finished.end();
        let killed = matches!(end, End::Killed { .. });
        assert_eq!(
            finished.unless_killed(&command).is_err(),
            killed,
            "{script}"
        );
        end
    };
    assert_eq!(end("exit 0"), End::Well);
    assert_eq!(end("exit 1"), End::Failed);
    assert_eq!(end("exit 255"), End::Killed { at_once: false });
    let by_itself = "echo '[vf] Task finished with error code: -1 (x)' >&2; exit 255";
    assert_eq!(end(by_itself), End::Failed);
    assert_eq!(end("kill -TERM $$"), End::Killed { at_once: false });
    assert_eq!(end("kill -KILL $$"), End::Killed { at_once: true });
    assert_eq!(end("kill -SEGV $$"), End::Crashed);
}

#[test]
fn fuzz_messages() {
    suite::fuzz::fuzz("messages", &[], |bytes| {
        let messages = Messages::read(bytes);
        // 32 lines of 500 bytes, each of which may have become a replacement character.
        assert!(messages.kept().map(str::len).sum::<usize>() <= 32 * 1500);
        assert!(messages.errors <= messages.lines);
        assert_eq!(messages.decisive().is_some(), messages.lines > 0);
        let _ = (messages.launch_failure(), messages.mention("x"));
    });
}
