//! Clips at a glance: of each its pictures, and below them over its time quality, motion, loudness,
//! shots, hits, what is suddenly loud, where someone speaks, what is rejected and why, and what a plan
//! shows of it.

use std::convert::Infallible;
use std::io::Write as _;

use embedded_graphics::image::{Image, ImageRaw};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_6X10;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};
use shared::plan::Plan;
use shared::rate::Rate;

use planner_wasm::footage::{AnchorKind, Defects, Footage, TICK_US};

use super::survey::Clip;
use crate::ffmpeg::input;
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, ProcessError};
use crate::shown::on_one_line;

/// Pictures of each clip.
const PICTURES: u32 = 8;
/// Size of a picture.
const PICTURE: Size = Size::new(128, 72);
/// Width of the sheet.
const WIDTH: u32 = PICTURES * PICTURE.width;
/// Width of a letter, and height of a line of text with the gap below it.
const LETTER: u32 = FONT_6X10.character_size.width;
const LINE: u32 = 14;
/// Height of the curves, and of the stripe of what a plan shows.
const CURVES: u32 = 64;
const CHOSEN: u32 = 16;
/// Height of all that is drawn of one clip.
const CLIP: u32 = LINE + PICTURE.height + CURVES + CHOSEN + LINE + 10;
/// Most clips on a sheet; those after them are left off.
pub const MOST_CLIPS: usize = 200;

const GROUND: Rgb888 = Rgb888::new(24, 24, 28);
const PAPER: Rgb888 = Rgb888::new(44, 46, 54);
const INK: Rgb888 = Rgb888::new(225, 225, 225);
const SEVERE: Rgb888 = Rgb888::new(110, 20, 60);
const REJECTED: Rgb888 = Rgb888::new(150, 50, 45);
const DEMOTED: Rgb888 = Rgb888::new(130, 105, 30);
const QUALITY: Rgb888 = Rgb888::new(110, 210, 120);
const MOTION: Rgb888 = Rgb888::new(100, 160, 250);
const SHOT: Rgb888 = Rgb888::new(240, 240, 240);
const IMPACT: Rgb888 = Rgb888::new(250, 220, 80);
const LOUDNESS: Rgb888 = Rgb888::new(150, 110, 170);
const LOUD: Rgb888 = Rgb888::new(240, 120, 240);
const SHOWN: Rgb888 = Rgb888::new(60, 190, 90);

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
    let height: u32 = clips.iter().map(|_| CLIP).sum();
    let mut sheet = Vec::new();
    let mut encoder = png::Encoder::new(&mut sheet, WIDTH, height.max(LINE));
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer()?;
    for clip in clips {
        let strip = strip(tools, clip, &shown(clip, plan), interrupt)?;
        rows.write_all(strip.bytes())
            .map_err(png::EncodingError::from)?;
    }
    if clips.is_empty() {
        let empty = Strip::new(LINE);
        rows.write_all(empty.bytes())
            .map_err(png::EncodingError::from)?;
    }
    rows.finish()?;
    writer.finish()?;
    Ok(sheet)
}

/// A part of the sheet, as wide as it, that is drawn on.
struct Strip {
    /// Rows of red, green and blue.
    pixels: Vec<[u8; 3]>,
    height: u32,
}

impl Strip {
    fn new(height: u32) -> Self {
        Self {
            pixels: vec![GROUND.to_be_bytes(); (WIDTH * height) as usize],
            height,
        }
    }

    fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    fn area(&mut self, (x, y): (u32, u32), (width, height): (u32, u32), colour: Rgb888) {
        let area = Rectangle::new(point(x, y), Size::new(width, height));
        let Ok(()) = self.fill_solid(&area, colour);
    }

    fn text(&mut self, (x, y): (u32, u32), text: &str, colour: Rgb888) {
        let style = MonoTextStyle::new(&FONT_6X10, colour);
        let Ok(_) = Text::with_baseline(text, point(x, y), style, Baseline::Top).draw(self);
    }

    /// A picture of [`PICTURE`]'s width, rows of RGB.
    fn picture(&mut self, (x, y): (u32, u32), rgb: &[u8]) {
        let picture = ImageRaw::<Rgb888>::new(rgb, PICTURE.width);
        let Ok(()) = Image::new(&picture, point(x, y)).draw(self);
    }
}

impl OriginDimensions for Strip {
    fn size(&self) -> Size {
        Size::new(WIDTH, self.height)
    }
}

impl DrawTarget for Strip {
    type Color = Rgb888;
    type Error = Infallible;

    /// Draws what of the pixels lies inside.
    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Rgb888>>,
    {
        for Pixel(at, colour) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y))
                && x < WIDTH
                && let Some(pixel) = self
                    .pixels
                    .get_mut(y as usize * WIDTH as usize + x as usize)
            {
                *pixel = colour.to_be_bytes();
            }
        }
        Ok(())
    }
}

fn point(x: u32, y: u32) -> Point {
    Point::new(x.cast_signed(), y.cast_signed())
}

/// All that is drawn of one clip.
fn strip(
    tools: &Tools,
    clip: &Clip,
    shown: &[Shown],
    interrupt: &Interrupt,
) -> Result<Strip, ProcessError> {
    let mut strip = Strip::new(CLIP);
    draw(&mut strip, clip, shown);
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
fn draw(strip: &mut Strip, clip: &Clip, shown: &[Shown]) {
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
    strip.text((2, 2), &on_one_line(&head), INK);
    let curves = LINE + PICTURE.height;
    strip.area((0, curves), (WIDTH, CURVES), PAPER);
    for (n, tick) in footage.ticks.iter().enumerate() {
        let start = x(footage.start_us + n as u64 * TICK_US);
        let wide = x(footage.start_us + (n as u64 + 1) * TICK_US).max(start + 1) - start;
        if let Some(colour) = ground(tick.defects) {
            strip.area((start, curves), (wide, CURVES), colour);
        }
        for (value, colour) in [(tick.quality, QUALITY), (tick.motion, MOTION)] {
            let height = u32::from(value) * (CURVES - 2) / 255;
            strip.area((start, curves + CURVES - 2 - height), (wide, 2), colour);
        }
    }
    draw_sound(strip, footage, curves);
    for shot in footage.shots.iter().skip(1) {
        strip.area((x(shot.start_us), curves - 4), (1, CURVES + 4), SHOT);
    }
    for anchor in &footage.anchors {
        if anchor.kind == AnchorKind::Impact {
            let height = 2 + u32::from(anchor.strength_permille) / 100;
            strip.area((x(anchor.at_us), curves), (2, height), IMPACT);
        }
    }
    let stripe = curves + CURVES;
    for (number, start_us, end_us) in shown {
        let (start, end) = (x(*start_us), x(*end_us));
        strip.area(
            (start, stripe + 2),
            (end.max(start + 2) - start - 1, CHOSEN - 4),
            SHOWN,
        );
        strip.text((start + 1, stripe + 3), &number.to_string(), GROUND);
    }
    strip.text((2, stripe + CHOSEN), &reasons(footage), INK);
}

/// How loud it is, where someone speaks and what is suddenly loud, among the curves that begin at a row.
fn draw_sound(strip: &mut Strip, footage: &Footage, curves: u32) {
    let Some(sound) = &footage.sound else { return };
    let x = |at_us: u64| place(footage, at_us);
    for (n, loudness) in (0_u64..).zip(&sound.loudness) {
        let start = x(footage.start_us + n * TICK_US);
        let wide = x(footage.start_us + (n + 1) * TICK_US).max(start + 1) - start;
        let height = u32::from(*loudness) * (CURVES - 2) / 200;
        strip.area((start, curves + CURVES - 1 - height), (wide, 1), LOUDNESS);
    }
    for (start_us, end_us) in footage.spoken() {
        let (start, end) = (x(start_us), x(end_us));
        let stripe = (end.max(start + 1) - start, 2);
        strip.area((start, curves + CURVES - 2), stripe, LOUD);
    }
    for event in &sound.events {
        let height = 2 + u32::from(event.strength_permille) / 100;
        let top = curves + CURVES - 2 - height;
        strip.area((x(event.at_us), top), (2, height), LOUD);
    }
}

/// Where an instant lies on the sheet.
fn place(footage: &Footage, at_us: u64) -> u32 {
    let length = (footage.end_us - footage.start_us).max(1);
    let at = at_us.clamp(footage.start_us, footage.end_us) - footage.start_us;
    u32::try_from(u128::from(at) * u128::from(WIDTH) / u128::from(length)).unwrap_or(0)
}

fn ground(defects: Defects) -> Option<Rgb888> {
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
    all.chars().take((WIDTH / LETTER) as usize - 1).collect()
}

fn tenths(us: u64) -> String {
    format!("{}.{}", us / 1_000_000, us / 100_000 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut strip = Strip::new(6);
        strip.text((WIDTH - 5, 0), "wide text\nof two lines", INK);
        strip.area((WIDTH - 2, 4), (50, 50), SHOWN);
        strip.picture((WIDTH - 1, 5), &[7; 128 * 3 * 3]);
        let size = strip.bytes().len();
        assert_eq!(size, (WIDTH * 6 * 3) as usize);
        assert_eq!(strip.bytes()[size - 6..], [60, 190, 90, 7, 7, 7]);
        assert_eq!(strip.pixels[5 * WIDTH as usize], GROUND.to_be_bytes());
    }

    #[test]
    fn letters_beyond_ascii_are_shown() {
        let drawn = |text: &str| {
            let mut strip = Strip::new(LINE);
            strip.text((2, 2), text, INK);
            strip.pixels
        };
        for (n, text) in ["Größe", "Große", "Grosse", "Gr\u{4e00}ße"]
            .iter()
            .enumerate()
        {
            for other in ["Größe", "Große", "Grosse", "Gr\u{4e00}ße"]
                .iter()
                .skip(n + 1)
            {
                assert_ne!(drawn(text), drawn(other), "{text} {other}");
            }
        }
    }
}
