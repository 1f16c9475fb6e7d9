//! A signal while nothing has begun yet.

use render_native::exit::ExitCode;

#[test]
#[cfg(unix)]
fn a_stop_while_the_tools_are_looked_at_is_a_stop() {
    for (signal, code) in [
        ("TERM", ExitCode::Terminated),
        ("INT", ExitCode::Interrupted),
    ] {
        let said = stopped_at_the_first(signal, code);
        // Nothing was begun, so nothing can be kept.
        assert!(said.contains("stopped") && !said.contains("kept"), "{said}");
    }
}

/// What `beats` says that waits for an ffmpeg that never answers, until one signal comes.
#[cfg(unix)]
fn stopped_at_the_first(signal: &str, code: ExitCode) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let [ffmpeg, asked] = ["ffmpeg", "asked"].map(|name| dir.path().join(name));
    let script = format!("#!/bin/sh\ntouch {}\nsleep 600\n", asked.display());
    std::fs::write(&ffmpeg, script).unwrap();
    std::fs::set_permissions(&ffmpeg, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("render-native"))
        .args(["beats", "song.wav", "-o", "song.beats"])
        .env("AUTOCUT_FFMPEG", &ffmpeg)
        .current_dir(dir.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !asked.exists() {
        assert!(child.try_wait().unwrap().is_none(), "ffmpeg was not asked");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let kill = format!("kill -{signal} {}", child.id());
    let killed = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(code.code())));
    String::from_utf8(output.stderr).unwrap()
}
