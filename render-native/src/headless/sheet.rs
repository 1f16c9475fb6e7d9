//! Clips at a glance: of each its pictures, and below them over its time quality, motion, shots, what
//! is rejected and why, and what a plan shows of it.

use std::io::{self, Write as _};

use shared::plan::Plan;
use shared::rate::Rate;

use planner_wasm::footage::{AnchorKind, Defects, Footage, TICK_US};

use super::canvas::{Canvas, Colour, LETTER, LINE};
use super::survey::Clip;
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, ProcessError};

/// Pictures of each clip.
const PICTURES: usize = 8;
/// Size of a picture.
const PICTURE: (usize, usize) = (128, 72);
/// Width of the sheet.
const WIDTH: usize = PICTURES * PICTURE.0;
/// Height of the curves, and of the stripe of what a plan shows.
const CURVES: usize = 64;
const CHOSEN: usize = 16;
/// Height of all that is drawn of one clip.
const CLIP: usize = LINE + PICTURE.1 + CURVES + CHOSEN + LINE + 10;
/// Most clips on a sheet; those after them are left off.
pub const MOST_CLIPS: usize = 200;
/// A picture larger than this is none, in bytes.
const LARGEST: usize = 256 << 20;

const GROUND: Colour = [24, 24, 28];
const PAPER: Colour = [44, 46, 54];
const INK: Colour = [225, 225, 225];
const SEVERE: Colour = [110, 20, 60];
const REJECTED: Colour = [150, 50, 45];
const DEMOTED: Colour = [130, 105, 30];
const QUALITY: Colour = [110, 210, 120];
const MOTION: Colour = [100, 160, 250];
const SHOT: Colour = [240, 240, 240];
const IMPACT: Colour = [250, 220, 80];
const SHOWN: Colour = [60, 190, 90];

/// Why a sheet was not drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// ffmpeg cannot be started or is killed, or the user wants to stop.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The pixels cannot be put where ffmpeg reads them.
    #[error("cannot write a temporary file")]
    Scratch {
        /// Why.
        source: io::Error,
    },
    /// ffmpeg made no picture of the pixels, or none that is whole.
    #[error("ffmpeg made no picture of the sheet{said}")]
    NoPicture {
        /// What it said, behind a colon; empty if nothing.
        said: String,
    },
}

/// What a plan shows of a clip: number of the shot, counting from 1, and from where to where.
type Shown = (usize, u64, u64);

/// The sheet of the first [`MOST_CLIPS`] clips as a PNG. `plan` tells what is chosen of them.
///
/// # Errors
/// [`SheetError`]. A picture of a clip that cannot be decoded is left blank.
pub fn sheet(
    tools: &Tools,
    clips: &[Clip],
    plan: Option<&Plan>,
    interrupt: &Interrupt,
) -> Result<Vec<u8>, SheetError> {
    let clips = clips.get(..MOST_CLIPS.min(clips.len())).unwrap_or(clips);
    let mut canvas = Canvas::new(WIDTH, (CLIP * clips.len()).max(LINE), GROUND);
    for (number, clip) in clips.iter().enumerate() {
        let top = number * CLIP;
        draw(&mut canvas, top, clip, &shown(clip, plan));
        for n in 0..PICTURES {
            let footage = &clip.footage;
            let length = footage.end_us - footage.start_us;
            let at_us = footage.start_us + length * (2 * n as u64 + 1) / (2 * PICTURES as u64);
            if let Some(picture) = picture(tools, clip, at_us, interrupt)? {
                canvas.picture((n * PICTURE.0, top + LINE), PICTURE.0, &picture);
            }
        }
    }
    png(tools, &canvas, interrupt)
}

/// One small picture of a clip.
fn picture(
    tools: &Tools,
    clip: &Clip,
    at_us: u64,
    interrupt: &Interrupt,
) -> Result<Option<Vec<u8>>, ProcessError> {
    let (width, height) = PICTURE;
    let seconds = format!("{}.{:06}", at_us / 1_000_000, at_us % 1_000_000);
    let command = Command::new(&tools.ffmpeg)
        .args(["-hide_banner", "-nostdin", "-v", "level+error"])
        .args(input::global())
        .args(["-threads", "1", "-ss", &seconds])
        .args(input::of(&clip.path))
        .args([
            "-map",
            &format!("0:{}", clip.video.index),
            "-an",
            "-sn",
            "-dn",
        ])
        .args([
            "-vf",
            &format!("scale={width}:{height}:flags=area,format=rgb24"),
        ])
        .args([
            "-frames:v",
            "1",
            "-c:v",
            "rawvideo",
            "-f",
            "rawvideo",
            "pipe:1",
        ]);
    let bytes = 3 * width * height;
    let (finished, picture) = process::capture(&command, Limits::JOB, interrupt, bytes)?;
    finished.unless_killed(&command)?;
    Ok(Some(picture).filter(|picture| picture.len() == bytes))
}

/// The canvas as ffmpeg writes a PNG of it; the pixels go through a file.
fn png(tools: &Tools, canvas: &Canvas, interrupt: &Interrupt) -> Result<Vec<u8>, SheetError> {
    let scratch = |source| SheetError::Scratch { source };
    let mut pixels = tempfile::NamedTempFile::new().map_err(scratch)?;
    pixels.write_all(&canvas.bytes).map_err(scratch)?;
    let command = Command::new(&tools.ffmpeg)
        .args(["-hide_banner", "-nostdin", "-v", "level+error"])
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24"])
        .args(["-s", &format!("{}x{}", canvas.width, canvas.height), "-i"])
        .args([input::url(pixels.path())])
        .args([
            "-frames:v",
            "1",
            "-c:v",
            "png",
            "-f",
            "image2pipe",
            "pipe:1",
        ]);
    let (finished, png) = process::capture(&command, Limits::JOB, interrupt, LARGEST)?;
    let finished = finished.unless_killed(&command)?;
    // One as long as what is kept may go on beyond it.
    if !finished.success() || png.is_empty() || png.len() >= LARGEST {
        let said = finished.messages.decisive();
        return Err(SheetError::NoPicture {
            said: said.map_or_else(String::new, |line| format!(": {line}")),
        });
    }
    Ok(png)
}

/// What a plan shows of a clip, known by its content or else by its name.
fn shown(clip: &Clip, plan: Option<&Plan>) -> Vec<Shown> {
    let Some(plan) = plan else { return Vec::new() };
    let name = clip.path.file_name().unwrap_or_default().to_string_lossy();
    let is_own = |media: u32| {
        let media = usize::try_from(media).ok().and_then(|n| plan.media.get(n));
        media.is_some_and(|media| match media.fingerprint {
            Some(fingerprint) => fingerprint == clip.fingerprint,
            None => media.path.as_text().rsplit(['/', '\\']).next() == Some(&name),
        })
    };
    let rate: Rate = plan.output.rate;
    let slots = plan.slots.iter().enumerate();
    slots
        .filter(|(_, slot)| is_own(slot.clip.media))
        .filter_map(|(number, slot)| {
            let end = slot.clip.source_end(slot.record_duration, rate)?;
            Some((number + 1, slot.clip.source_start, end))
        })
        .collect()
}

/// Everything but the pictures.
fn draw(canvas: &mut Canvas, top: usize, clip: &Clip, shown: &[Shown]) {
    let footage = &clip.footage;
    let x = |at_us: u64| place(footage, at_us);
    let name = clip.path.file_name().unwrap_or_default().to_string_lossy();
    let head = format!(
        "{name}  {} s  {}x{}  {} shots",
        tenths(footage.end_us - footage.start_us),
        clip.video.width,
        clip.video.height,
        footage.shots.len()
    );
    canvas.text((2, top + 2), &head, INK);
    let curves = top + LINE + PICTURE.1;
    canvas.area((0, curves), (WIDTH, CURVES), PAPER);
    for (n, tick) in footage.ticks.iter().enumerate() {
        let start = x(footage.start_us + n as u64 * TICK_US);
        let wide = x(footage.start_us + (n as u64 + 1) * TICK_US).max(start + 1) - start;
        if let Some(colour) = ground(tick.defects) {
            canvas.area((start, curves), (wide, CURVES), colour);
        }
        for (value, colour) in [(tick.quality, QUALITY), (tick.motion, MOTION)] {
            let height = usize::from(value) * (CURVES - 2) / 255;
            canvas.area((start, curves + CURVES - 2 - height), (wide, 2), colour);
        }
    }
    for shot in footage.shots.iter().skip(1) {
        canvas.area((x(shot.start_us), curves - 4), (1, CURVES + 4), SHOT);
    }
    for anchor in &footage.anchors {
        if anchor.kind == AnchorKind::Impact {
            let height = 2 + usize::from(anchor.strength_permille) / 100;
            canvas.area((x(anchor.at_us), curves), (2, height), IMPACT);
        }
    }
    let stripe = curves + CURVES;
    for (number, start_us, end_us) in shown {
        let (start, end) = (x(*start_us), x(*end_us));
        canvas.area(
            (start, stripe + 2),
            (end.max(start + 2) - start - 1, CHOSEN - 4),
            SHOWN,
        );
        canvas.text((start + 1, stripe + 3), &number.to_string(), GROUND);
    }
    canvas.text((2, stripe + CHOSEN), &reasons(footage), INK);
}

/// Where an instant lies on the sheet.
fn place(footage: &Footage, at_us: u64) -> usize {
    let length = (footage.end_us - footage.start_us).max(1);
    let at = at_us.clamp(footage.start_us, footage.end_us) - footage.start_us;
    usize::try_from(u128::from(at) * WIDTH as u128 / u128::from(length)).unwrap_or(0)
}

fn ground(defects: Defects) -> Option<Colour> {
    if defects.is_empty() {
        None
    } else if !defects.reject() {
        Some(DEMOTED)
    } else if defects.iter().any(planner_wasm::footage::Defect::is_severe) {
        Some(SEVERE)
    } else {
        Some(REJECTED)
    }
}

/// What is rejected or used last, and why, as far as a line goes.
fn reasons(footage: &Footage) -> String {
    let spans = footage.marked().into_iter().map(|marked| {
        let words: Vec<&str> = marked
            .defects
            .iter()
            .map(planner_wasm::footage::Defect::word)
            .collect();
        let (from, until) = (tenths(marked.start_us), tenths(marked.end_us));
        format!("{from}-{until} {}", words.join(", "))
    });
    let all = spans.collect::<Vec<_>>().join(" / ");
    all.chars().take(WIDTH / LETTER - 1).collect()
}

fn tenths(us: u64) -> String {
    format!("{}.{}", us / 1_000_000, us / 100_000 % 10)
}
