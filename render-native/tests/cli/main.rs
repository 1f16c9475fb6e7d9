//! The program as people and scripts meet it: exit codes, streams, names.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a failed unwrap is a failed test"
)]

mod inputs;
mod looking_ahead;
mod results;
mod stops;
mod untouched;

use assert_cmd::Command;

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
