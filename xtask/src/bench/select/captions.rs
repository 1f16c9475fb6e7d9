//! Text over the bases: subtitles, names and titles; and bases before screens of pure colour.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::bases::Base;
use super::piece::CUT_OUT;
use super::plant::us;
use crate::bench::edit::Random;
use crate::command::{command, run_quietly};

/// Frames of a clip, and the first with text.
const FRAMES: u64 = 96;
const FROM: u64 = 36;

/// How text looks: size, how it is drawn, and where, as ffmpeg's expressions.
const STYLES: [(u32, &str, &str, &str); 8] = [
    (
        13,
        "fontcolor=white:borderw=1:bordercolor=black",
        "(w-text_w)/2",
        "h-38",
    ),
    (15, "fontcolor=white", "(w-text_w)/2", "h-40"),
    (
        14,
        "fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=4",
        "(w-text_w)/2",
        "h-42",
    ),
    (
        14,
        "fontcolor=yellow:borderw=1:bordercolor=black",
        "(w-text_w)/2",
        "h-36",
    ),
    (18, "fontcolor=white:shadowx=1:shadowy=1", "30", "h-66"),
    (32, "fontcolor=white", "(w-text_w)/2", "(h-text_h)/2"),
    (
        24,
        "fontcolor=white:borderw=1:bordercolor=black@0.5",
        "(w-text_w)/2",
        "h/3",
    ),
    (
        20,
        "fontcolor=white:box=1:boxcolor=0x2050a0:boxborderw=6",
        "36",
        "h-70",
    ),
];

/// Fonts by their families' names.
const FONTS: [&str; 4] = ["Sans", "Serif", "Sans\\:bold", "Monospace"];

/// What is written, one line under the other.
const TEXTS: [&[&str]; 6] = [
    &["We took the early train", "to see the sea"],
    &["and then she said no"],
    &["ANNA PETERSEN", "Marine biologist"],
    &["Our summer in Norway"],
    &["You should have told me.", "I would have come with you."],
    &["Somewhere near Lisbon"],
];

/// Screens, as colours.
const SCREENS: [&str; 4] = ["0x00b140", "0x0047bb", "0x10d020", "0x1050d0"];

/// Two clips with text and one with a screen of each base; gives back the truth about them.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn plant(
    bases: &[Base],
    test: bool,
    clips: &Path,
    random: &mut Random,
) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    for (n, base) in bases.iter().enumerate() {
        let frames = base.frames.min(FRAMES);
        for turn in 0..2 {
            let mut pick = |count: usize| -> Result<usize> {
                Ok(usize::try_from(random.below(count as u64))?)
            };
            // Every style in turn; all else by chance.
            let (style, font, written) = (2 * n + turn, pick(FONTS.len())?, pick(TEXTS.len())?);
            let (Some((size, drawn, x, y)), Some(font), Some(lines)) = (
                STYLES.get(style % STYLES.len()),
                FONTS.get(font),
                TEXTS.get(written),
            ) else {
                continue;
            };
            let (width, height) = CUT_OUT;
            let mut filters = format!("crop={width}:{height}");
            for (nth, line) in (0_u32..).zip(*lines) {
                let y = format!("{y}+{}", nth * size * 5 / 4);
                let _ = write!(
                    filters,
                    ",drawtext=font='{font}':text='{line}':fontsize={size}:{drawn}:x={x}:y={y}:enable='gte(n,{FROM})'"
                );
            }
            let name = format!("captioned_{turn}_{}.mp4", base.name);
            make(&["-vf", &filters], base, frames, &clips.join(&name))?;
            let span = |kind: &str, start: u64, end: u64| {
                json!({
                    "kind": kind,
                    "start_us": us(start),
                    "end_us": us(end),
                    "base": base.name,
                    "base_start_us": us(start),
                })
            };
            let spans = [span("clean", 0, FROM), span("captioned", FROM, frames)];
            told.push(truth(&name, test, &json!(spans)));
        }
        let Some(colour) = SCREENS.get(n % SCREENS.len()) else {
            continue;
        };
        let (width, height) = CUT_OUT;
        let filters = format!(
            "crop={width}:{height},scale={}:{},pad={width}:{height}:(ow-iw)/2:oh-ih:color={colour}",
            width / 2,
            height * 3 / 5
        );
        let name = format!("screen_{}.mp4", base.name);
        make(&["-vf", &filters], base, frames, &clips.join(&name))?;
        let span = json!([{
            "kind": "screen",
            "start_us": 0,
            "end_us": us(frames),
            "base": base.name,
            "base_start_us": 0,
        }]);
        told.push(truth(&name, test, &span));
    }
    Ok(told)
}

fn make(filters: &[&str], base: &Base, frames: u64, into: &Path) -> Result<()> {
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-i"])
            .arg(&base.file)
            .args(filters)
            .args(["-frames:v", &frames.to_string()])
            .args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "20"])
            .arg(into),
    )
}

fn truth(name: &str, test: bool, spans: &Value) -> Value {
    json!({
        "file": name,
        "variant": null,
        "test": test,
        "spans": spans,
        "hits_us": [],
        "cuts_us": [],
        "fades_us": [],
    })
}
