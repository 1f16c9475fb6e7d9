//! What the program prints as a result: help, schema, completions; and what if it cannot.

use std::path::Path;

use render_native::exit::ExitCode;

use crate::code_of;

#[test]
fn help_and_version_are_results_and_wrong_usage_is_64() {
    for args in [&["--help"][..], &["--version"], &["render", "--help"]] {
        let (code, stdout, _) = code_of(args);
        assert_eq!(code, ExitCode::Complete.code(), "{args:?}");
        assert!(!stdout.is_empty());
    }
    let too_large = (1_u64 << 53).to_string();
    let wrong: [&[&str]; 10] = [
        &["plan", "--music", "s.mp3", "c", "--seed", &too_large],
        &["render", "p.json", "-o", "film.avi"],
        &["auto", "--music", "s.mp3", "c", "-o", "film"],
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
