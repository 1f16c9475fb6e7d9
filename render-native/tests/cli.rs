//! The program as people and scripts meet it: exit codes, streams, names.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a failed unwrap is a failed test"
)]

use std::path::Path;

use assert_cmd::Command;
use render_native::exit::ExitCode;

fn program() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("render-native"));
    command.env("NO_COLOR", "1").env_remove("AUTOCUT_FFMPEG");
    command
}

fn code_of(args: &[&str]) -> (u8, String, String) {
    let output = program().args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap();
    (
        u8::try_from(code).unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn help_and_version_are_results_and_wrong_usage_is_64() {
    for args in [&["--help"][..], &["--version"], &["render", "--help"]] {
        let (code, stdout, _) = code_of(args);
        assert_eq!(code, ExitCode::Complete.code(), "{args:?}");
        assert!(!stdout.is_empty());
    }
    let wrong: [&[&str]; 7] = [
        &[],
        &["nonsense"],
        &["auto"],
        &["plan", "--music", "s.mp3"],
        &["plan", "--music", "s.mp3", "c", "--size", "1x1"],
        &["beats", "a.wav", "--jobs", "0"],
        &["render", "p.json"],
    ];
    for args in wrong {
        let (code, stdout, stderr) = code_of(args);
        assert_eq!(code, ExitCode::Usage.code(), "{args:?}: {stderr}");
        assert!(stdout.is_empty() && !stderr.is_empty());
    }
}

#[test]
fn the_long_help_lists_every_exit_code() {
    let (_, help, _) = code_of(&["--help"]);
    for code in ExitCode::ALL {
        assert!(
            help.contains(&format!("{:>3}  {}", code.code(), code.meaning())),
            "{code:?} is not in the help"
        );
    }
}

#[test]
fn the_schema_is_the_one_that_is_checked_in() {
    let (code, stdout, _) = code_of(&["schema"]);
    let checked_in =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schema/plan.schema.json");
    assert_eq!(code, 0);
    assert_eq!(stdout, std::fs::read_to_string(checked_in).unwrap());
}

#[test]
fn completions_know_the_commands() {
    let (code, stdout, _) = code_of(&["completions", "bash"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("inspect") && stdout.contains("--media-dir"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_output_is_74_and_a_closed_one_is_no_panic() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = std::process::Command::new(assert_cmd::cargo::cargo_bin!("render-native"))
        .arg("schema")
        .stdout(full)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(
        status.code(),
        Some(i32::from(ExitCode::OutputStream.code()))
    );

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("render-native"))
        .arg("schema")
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn an_input_that_is_missing_is_66_and_named() {
    for args in [
        &["check", "no-such-plan.json"][..],
        &["no-such-plan.json", "-o", "film.mp4"],
        &["beats", "no-such-song.mp3"],
        &["inspect", "no-such-folder"],
        &["verify", "no-such-film.mp4", "no-such-plan.json"],
    ] {
        let (code, _, stderr) = code_of(args);
        assert_eq!(code, ExitCode::Input.code(), "{args:?}: {stderr}");
        assert!(stderr.contains("no-such"), "{stderr}");
    }
}

#[test]
fn a_bad_plan_is_65_with_every_problem_and_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.json");
    let json =
        r#"{"schema":"autocut-plan/1","output":{"width":3,"height":1080,"rate":"30"},"slotz":[]}"#;
    std::fs::write(&path, json).unwrap();
    let name = path.to_str().unwrap();
    for args in [&["check", name][..], &[name, "-o", "film.mp4"]] {
        let (code, stdout, stderr) = code_of(args);
        assert_eq!(code, ExitCode::BadData.code(), "{stderr}");
        assert!(stdout.is_empty());
        for part in ["$.output.width", "slotz", "hint:"] {
            assert!(stderr.contains(part), "{part} is not in: {stderr}");
        }
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let there = dir.path().join("there");
    std::fs::write(&there, "mine").unwrap();
    let name = there.to_str().unwrap();
    for args in [
        &["plan", "--music", "s.mp3", "clips", "-o", name][..],
        &["auto", "--music", "s.mp3", "clips", "-o", name],
        &["beats", "s.mp3", "-o", name],
    ] {
        let (code, _, stderr) = code_of(args);
        assert_eq!(code, ExitCode::CannotCreate.code(), "{args:?}: {stderr}");
        assert!(stderr.contains("--overwrite"), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
}

#[test]
#[cfg(unix)]
fn a_stop_while_the_tools_are_looked_at_is_a_stop() {
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
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !asked.exists() {
        assert!(child.try_wait().unwrap().is_none(), "ffmpeg was not asked");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let kill = format!("kill -TERM {}", child.id());
    let killed = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(killed.unwrap().success());
    let code = child.wait().unwrap().code().unwrap();
    assert_eq!(code, i32::from(ExitCode::Terminated.code()));
}

#[test]
fn an_input_is_never_the_output_even_when_overwriting() {
    let dir = tempfile::tempdir().unwrap();
    let [song, clip] = ["song.wav", "clip.mp4"].map(|name| dir.path().join(name));
    for path in [&song, &clip] {
        std::fs::write(path, "mine").unwrap();
    }
    let [song, clip] = [&song, &clip].map(|path| path.to_str().unwrap());
    for (command, output) in [("auto", clip), ("auto", song), ("plan", song)] {
        let args = [command, "--music", song, clip, "-o", output, "--overwrite"];
        let (code, _, stderr) = code_of(&args);
        assert_eq!(code, ExitCode::Usage.code(), "{stderr}");
        assert!(stderr.contains("is one of the inputs"), "{stderr}");
        assert_eq!(std::fs::read_to_string(output).unwrap(), "mine");
    }
}

#[test]
fn a_machine_without_ffmpeg_is_69_with_a_way_out() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["doctor"][..], &["inspect", "."], &["beats", "x.mp3"]] {
        let output = program()
            .args(args)
            .env("AUTOCUT_FFMPEG", "/no/such/ffmpeg")
            .current_dir(dir.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(output.status.code(), Some(69), "{args:?}: {said}");
        assert!(said.contains("/no/such/ffmpeg"), "{said}");
    }
}

#[test]
fn a_folder_without_clips_is_told_file_by_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("notes\u{1b}[2J.txt"), "hello").unwrap();
    let (code, stdout, stderr) = code_of(&["inspect", dir.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("skipped"), "{stdout}");
    assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'));
}
