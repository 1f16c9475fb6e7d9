//! `doctor`: is everything here that is needed, what is missing, how to get it.

use std::fmt::Write as _;

use serde::Serialize;

use super::dispatch::Context;
use super::failure::{Failure, with_causes};
use super::machine::Machine;
use super::terminal::{print, print_json};
use crate::exit::ExitCode;
use crate::ffmpeg::capabilities::Capabilities;
use crate::ffmpeg::locate::{LocateError, Tools, locate};
use crate::interrupt::Urgency;
use crate::render::{Hardware, examine};
use crate::shown::{self, on_one_line};

/// What the doctor found.
#[derive(Debug, Serialize)]
struct Findings {
    /// Whether films can be made.
    healthy: bool,
    program: &'static str,
    ffmpeg: Option<String>,
    ffprobe: Option<String>,
    ffmpeg_version: Option<String>,
    encoders: usize,
    filters: usize,
    /// Whether high dynamic range is converted properly.
    tone_mapping: bool,
    /// Encoders in hardware that this ffmpeg was built with. None is needed.
    hardware: Vec<Tried>,
    machine: Machine,
    /// What stands in the way, in words.
    problems: Vec<String>,
    /// What could be better, in words.
    advice: Vec<String>,
}

/// An encoder in hardware, and whether a test encode with it went well here.
#[derive(Debug, Serialize)]
struct Tried {
    encoder: Hardware,
    works: bool,
    /// Why it does not work, in words.
    reason: Option<String>,
}

/// Runs `doctor`.
pub(super) fn doctor(context: &Context) -> Result<ExitCode, Failure> {
    let located = locate(&context.interrupt);
    let findings = match &located {
        Ok(tools) => examined(tools, context),
        Err(error) => missing(error),
    };
    if context.interrupt.urgency() != Urgency::None {
        let stopped = "stopped while looking; nothing was found out";
        return Err(Failure::new(ExitCode::Interrupted, stopped));
    }
    if context.talk.json {
        print_json(&findings)?;
    } else {
        print(&told(&findings))?;
    }
    Ok(if findings.healthy {
        ExitCode::Complete
    } else {
        ExitCode::Ffmpeg
    })
}

fn examined(tools: &Tools, context: &Context) -> Findings {
    let mut findings = Findings {
        ffmpeg: Some(tools.ffmpeg.display().to_string()),
        ffprobe: Some(tools.ffprobe.display().to_string()),
        ffmpeg_version: Some(tools.version.to_string()),
        ..nothing()
    };
    match Capabilities::of(tools, &context.interrupt) {
        Ok(can) => {
            findings.encoders = can.encoders.len();
            findings.filters = can.filters.len();
            findings.tone_mapping = can.can_tone_map();
            let tried = examine(tools, &can, &context.interrupt).into_iter();
            findings.hardware = tried
                .map(|(encoder, result)| Tried {
                    encoder,
                    works: result.is_ok(),
                    reason: result.err(),
                })
                .collect();
            findings.problems = can.missing();
            for missing in &mut findings.problems {
                missing.insert_str(0, "this ffmpeg was built without ");
            }
            if !findings.problems.is_empty() {
                let hint = LocateError::Lacking {
                    path: tools.ffmpeg.clone(),
                    missing: Vec::new(),
                };
                findings.advice.push(hint.hint().to_owned());
            }
            if !can.can_tone_map() {
                findings.advice.push(
                    "high dynamic range clips will look pale: install an ffmpeg with zscale"
                        .to_owned(),
                );
            }
        }
        Err(error) => {
            findings.problems.push(with_causes(&error));
            findings.advice.push(error.hint().to_owned());
        }
    }
    findings.healthy = findings.problems.is_empty();
    findings
}

fn missing(error: &LocateError) -> Findings {
    let mut findings = nothing();
    findings.problems.push(with_causes(error));
    findings.advice.push(error.hint().to_owned());
    findings
}

fn nothing() -> Findings {
    Findings {
        healthy: false,
        program: concat!("render-native ", env!("CARGO_PKG_VERSION")),
        ffmpeg: None,
        ffprobe: None,
        ffmpeg_version: None,
        encoders: 0,
        filters: 0,
        tone_mapping: false,
        hardware: Vec::new(),
        machine: Machine::measured(),
        problems: Vec::new(),
        advice: Vec::new(),
    }
}

fn told(findings: &Findings) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<14}{value}");
    };
    row("program", findings.program);
    row("ffmpeg", findings.ffmpeg.as_deref().unwrap_or("missing"));
    row("ffprobe", findings.ffprobe.as_deref().unwrap_or("missing"));
    if let Some(version) = &findings.ffmpeg_version {
        row("version", version);
        let (encoders, filters) = (findings.encoders, findings.filters);
        row(
            "built with",
            &format!("{encoders} encoders, {filters} filters"),
        );
        let yes_or_no = if findings.tone_mapping { "yes" } else { "no" };
        row("HDR to SDR", yes_or_no);
    }
    for tried in &findings.hardware {
        let name = tried.encoder.name();
        let how = match &tried.reason {
            None => format!("{name} works (--encoder)"),
            Some(why) => format!("{name} does not work here: {why}"),
        };
        row("hardware", &on_one_line(&how));
    }
    let machine = &findings.machine;
    row("cores", &machine.cores.to_string());
    let memory = format!(
        "{} free of {}",
        shown::bytes(machine.memory_available),
        shown::bytes(machine.memory_total)
    );
    row("memory", &memory);
    if let Some(file) = &machine.memory_limit {
        row("limited by", file);
    }
    for problem in &findings.problems {
        row("problem", problem);
    }
    for advice in &findings.advice {
        row("to do", advice);
    }
    row(
        "verdict",
        if findings.healthy {
            "ready to make films"
        } else {
            "films cannot be made yet"
        },
    );
    text
}
