//! Clips at a glance: of each its pictures, and below them over its time quality, motion, loudness,
//! shots, hits, what is suddenly loud, where someone speaks, what is rejected and why, and what a plan
//! shows of it.

use std::io::Write as _;

use embedded_graphics::geometry::Size;
use shared::plan::Plan;
use shared::rate::Rate;

use self::draw::{Layout, draw};
use self::legend::legend;
use self::strip::{LINE, PICTURE, PICTURES, Strip, WIDTH};
use super::survey::Clip;
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, ProcessError};

mod draw;
mod legend;
mod rows;
mod strip;

/// Most clips on a sheet; those after them are left off.
pub const MOST_CLIPS: usize = 200;

/// Why a sheet was not drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// ffmpeg cannot be started or is killed, or the user wants to stop.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The PNG could not be written.
    #[error("cannot write the sheet as a PNG")]
    Png(#[from] png::EncodingError),
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
    let legend = legend();
    let layouts: Vec<Layout> = clips
        .iter()
        .map(|clip| Layout::of(clip, &shown(clip, plan)))
        .collect();
    let height = legend.height() + layouts.iter().map(Layout::height).sum::<u32>();
    let mut sheet = Vec::new();
    let mut encoder = png::Encoder::new(&mut sheet, WIDTH, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer()?;
    rows.write_all(legend.bytes())
        .map_err(png::EncodingError::from)?;
    for (clip, layout) in clips.iter().zip(&layouts) {
        let strip = strip(tools, clip, layout, interrupt)?;
        rows.write_all(strip.bytes())
            .map_err(png::EncodingError::from)?;
    }
    rows.finish()?;
    writer.finish()?;
    Ok(sheet)
}

/// All that is drawn of one clip.
fn strip(
    tools: &Tools,
    clip: &Clip,
    layout: &Layout,
    interrupt: &Interrupt,
) -> Result<Strip, ProcessError> {
    let mut strip = Strip::new(layout.height());
    draw(&mut strip, clip, layout);
    let footage = &clip.footage;
    let length = footage.end_us - footage.start_us;
    for n in 0..PICTURES {
        let at_us = footage.start_us + length * u64::from(2 * n + 1) / u64::from(2 * PICTURES);
        if let Some(picture) = picture(tools, clip, at_us, interrupt)? {
            strip.picture((n * PICTURE.width, LINE), &picture);
        }
    }
    Ok(strip)
}

/// One small picture of a clip.
fn picture(
    tools: &Tools,
    clip: &Clip,
    at_us: u64,
    interrupt: &Interrupt,
) -> Result<Option<Vec<u8>>, ProcessError> {
    let Size { width, height } = PICTURE;
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
    let bytes = (3 * width * height) as usize;
    let (finished, picture) = process::capture(&command, Limits::JOB, interrupt, bytes)?;
    finished.unless_killed(&command)?;
    Ok(Some(picture).filter(|picture| picture.len() == bytes))
}

/// Whether a plan shows any clip of the sheet.
#[must_use]
pub fn shows_any(plan: &Plan, clips: &[Clip]) -> bool {
    let mut clips = clips.iter().take(MOST_CLIPS);
    clips.any(|clip| !shown(clip, Some(plan)).is_empty())
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
