//! Running other programs: shown before they run, named when they fail, never fed from a terminal.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// A command in the workspace's folder, with no standard input.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(workspace::root())
        .stdin(Stdio::null())
        .env("PATH", workspace::path_with_tools());
    command
}

/// A cargo command: the same cargo that runs this tool.
pub(crate) fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo told us of this crate is not for other crates: some build scripts look at it and
    // would be run anew, with all that depends on them.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|start| text.starts_with(start))
        {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Shows and runs a command.
///
/// # Errors
/// If it cannot start or does not end in success; the message holds the command as typed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    eprintln!("$ {shown}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a command that is only worth a line when it fails; then its error output is shown.
///
/// # Errors
/// If it cannot start or does not end in success.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// What a command prints on standard output.
///
/// # Errors
/// If it cannot start or does not end in success; the message holds its last error lines.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    output_both(command).map(|(stdout, _)| stdout)
}

/// What a command prints on standard output and as errors.
///
/// # Errors
/// If it cannot start or does not end in success; the message holds its last error lines.
pub(crate) fn output_both(command: &mut Command) -> Result<(Vec<u8>, Vec<u8>)> {
    let shown = shown(command);
    let done = command
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let mut tail: Vec<&str> = said.lines().rev().take(12).collect();
        tail.reverse();
        bail!("`{shown}` failed ({})\n{}", done.status, tail.join("\n"));
    }
    Ok((done.stdout, done.stderr))
}

/// Shows and runs a command, passes its standard output on and hands every line of it to `see`.
/// Tells whether it ended in success.
///
/// # Errors
/// If it cannot start.
pub(crate) fn run_watched(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool> {
    let shown = shown(command);
    eprintln!("$ {shown}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let stdout = child.stdout.take().context("standard output is piped")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        see(&line);
    }
    Ok(child.wait()?.success())
}

/// Whether a command starts and ends in success. Nothing is shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether a program can be started from the search path.
pub(crate) fn exists(program: &str) -> bool {
    let path = workspace::path_with_tools();
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}

/// The command as a person would type it in the workspace's folder.
pub(crate) fn shown(command: &Command) -> String {
    let mut words: Vec<String> = Vec::new();
    for (key, value) in command.get_envs() {
        if let Some(value) = value.filter(|_| key != "PATH") {
            words.push(format!("{}={}", key.display(), quoted(value)));
        }
    }
    let program = command.get_program();
    // cargo names itself by its full path to the tools that it starts.
    let name = Path::new(program).file_name().unwrap_or(program);
    words.push(if name == "cargo" {
        "cargo".to_owned()
    } else {
        quoted(program)
    });
    words.extend(command.get_args().map(quoted));
    words.join(" ")
}

fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
