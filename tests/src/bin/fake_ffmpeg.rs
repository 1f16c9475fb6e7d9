//! Stands in for ffmpeg and ffprobe, as a script tells it: see `suite::fake`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's tool: what goes wrong in it shall be loud"
)]

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use serde_json::Value;

fn main() -> ExitCode {
    let script = std::env::var_os(suite::fake::SCRIPT_VARIABLE).unwrap();
    let script: Value = serde_json::from_slice(&std::fs::read(script).unwrap()).unwrap();
    let me = PathBuf::from(std::env::args_os().next().unwrap());
    let name = if me.file_stem().unwrap().to_string_lossy().contains("probe") {
        "ffprobe"
    } else {
        "ffmpeg"
    };
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let joined = args
        .iter()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
        .replace('\n', " ");
    let dir = Path::new(script["dir"].as_str().unwrap());
    // One write to a file opened for appending: lines of several processes do not mix.
    let mut log = File::options()
        .create(true)
        .append(true)
        .open(suite::fake::log(dir))
        .unwrap();
    log.write_all(format!("{name}\t{joined}\n").as_bytes())
        .unwrap();

    let real = PathBuf::from(script[name].as_str().unwrap());
    let rules = script["rules"].as_array().unwrap();
    for (index, rule) in rules.iter().enumerate() {
        if rule["program"] == name && matches(rule, &joined) && still_due(dir, index, rule) {
            return act(rule, &real, args);
        }
    }
    become_real(&real, &args)
}

fn matches(rule: &Value, joined: &str) -> bool {
    rule["words"]
        .as_array()
        .unwrap()
        .iter()
        .all(|word| suite::fake::says(joined, word.as_str().unwrap()))
}

/// Takes one of the rule's times. Several processes may ask at once; a file that only one can
/// create decides.
fn still_due(dir: &Path, index: usize, rule: &Value) -> bool {
    (0..rule["times"].as_u64().unwrap())
        .any(|time| File::create_new(dir.join(format!("rule-{index}-{time}"))).is_ok())
}

fn act(rule: &Value, real: &Path, mut args: Vec<OsString>) -> ExitCode {
    let number = rule["number"].as_i64().unwrap();
    let text = rule["text"].as_str().unwrap();
    match rule["act"].as_str().unwrap() {
        "exit" => {
            let _ = writeln!(std::io::stderr(), "[error] {text}");
            ExitCode::from(u8::try_from(number).unwrap())
        }
        "hang" => loop {
            std::thread::sleep(Duration::from_hours(1));
        },
        "segv" => {
            // The shell sends the signal: without unsafe code a process cannot fault by itself.
            // The first one only takes away the handler that Rust looks for stack overflows with.
            let _ = Command::new("sh")
                .args([
                    "-c",
                    "kill -SEGV $PPID; sleep 0.2; kill -SEGV $PPID; sleep 5",
                ])
                .status();
            ExitCode::FAILURE
        }
        "signal" => {
            let mut stdout = std::io::stdout();
            let _ = stdout.write_all(text.as_bytes());
            let _ = stdout.flush();
            let _ = Command::new("sh")
                .args(["-c", &format!("kill -{number} $PPID; sleep 5")])
                .status();
            ExitCode::FAILURE
        }
        "shell" => {
            let done = Command::new("sh").args(["-c", text]).status().unwrap();
            assert!(done.success(), "{text}");
            become_real(real, &args)
        }
        "noise" => {
            let mut stderr = std::io::stderr().lock();
            for line in 0..number {
                let _ = writeln!(
                    stderr,
                    "[noise @ 0x0] [warning] line {line} {}",
                    "x".repeat(200)
                );
            }
            become_real(real, &args)
        }
        "answer" => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        "short" => {
            let at = args.iter().position(|arg| arg == "-frames:v");
            let count = at.and_then(|at| args.get_mut(at + 1)).unwrap();
            let frames: i64 = count.to_str().unwrap().parse().unwrap();
            *count = (frames - number).max(0).to_string().into();
            become_real(real, &args)
        }
        "encodes" => {
            let mut args = in_software(args);
            let out = args.pop().unwrap();
            args.extend(text.split_whitespace().map(OsString::from));
            args.push(out);
            become_real(real, &args)
        }
        "garbage" => {
            let target = args.last().unwrap().to_string_lossy().into_owned();
            std::fs::write(target.trim_start_matches("file:"), [0x5A; 4096]).unwrap();
            ExitCode::SUCCESS
        }
        _ => ExitCode::FAILURE,
    }
}

/// The arguments with libx264 in an encoder's place, as fast as it can.
fn in_software(args: Vec<OsString>) -> Vec<OsString> {
    /// Options that only such encoders have, each with a value.
    const OTHERS: [&str; 9] = [
        "-preset",
        "-tune",
        "-rc",
        "-cq",
        "-b:v",
        "-global_quality",
        "-rc_mode",
        "-qp",
        "-quality",
    ];
    let mut args = args.into_iter();
    let mut software = Vec::new();
    while let Some(arg) = args.next() {
        if arg == "-c:v" {
            args.next();
            let options =
                "-c:v libx264 -preset ultrafast -crf 23 -threads 1 -x264-params stitchable=1";
            software.extend(options.split(' ').map(OsString::from));
        } else if OTHERS.iter().any(|other| arg == *other) {
            args.next();
        } else {
            software.push(arg);
        }
    }
    software
}

#[cfg(unix)]
fn become_real(real: &Path, args: &[OsString]) -> ExitCode {
    use std::os::unix::process::CommandExt as _;

    let error = Command::new(real).args(args).exec();
    let _ = writeln!(
        std::io::stderr(),
        "fake_ffmpeg: {}: {error}",
        real.display()
    );
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn become_real(real: &Path, args: &[OsString]) -> ExitCode {
    let status = Command::new(real).args(args).status().unwrap();
    ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}
