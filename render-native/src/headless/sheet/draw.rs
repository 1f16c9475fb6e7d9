//! All that is drawn of a clip but its pictures.

use embedded_graphics::pixelcolor::Rgb888;
use planner_wasm::footage::{AnchorKind, Defect, Defects, Footage, TICK_US};

use super::Shown;
use super::rows::{Bar, cut, rows, step, wrapped};
use super::strip::{
    COLUMNS, CURVES, DEMOTED, GROUND, IMPACT, INK, LETTER, LINE, LOUD, LOUDNESS, MOTION, PAPER,
    PICTURE, QUALITY, REJECTED, SEVERE, SHOT, SHOWN, Strip, WIDTH,
};
use crate::headless::survey::Clip;
use crate::shown::{count, on_one_line};

/// Height of a row of what a plan shows.
const ROW: u32 = 13;
/// Most such rows, and most lines about what is rejected or used last.
const MOST_ROWS: usize = 12;
const MOST_LINES: usize = 4;
/// Least columns from one time on the axis to the next.
const APART: u32 = 64;

/// Where what a plan shows begins: below name, pictures, curves and axis.
const BELOW_THE_AXIS: u32 = LINE + PICTURE.height + CURVES + LINE;

/// What is drawn of a clip whose height depends on the clip.
pub(super) struct Layout {
    bars: Vec<Bar>,
    lines: Vec<String>,
}

impl Layout {
    pub(super) fn of(clip: &Clip, shown: &[Shown]) -> Self {
        let footage = &clip.footage;
        let ranges: Vec<_> = shown
            .iter()
            .map(|(number, start, end)| (*number, place(footage, *start), place(footage, *end)))
            .collect();
        let (bars, left_out) = rows(&ranges, MOST_ROWS);
        let mut lines = Vec::new();
        if !left_out.is_empty() {
            let numbers: Vec<_> = left_out.iter().map(usize::to_string).collect();
            let many = count(left_out.len(), "more shot");
            let said = format!("and {many} of the plan: ");
            let numbers = wrapped(&numbers, ", ", COLUMNS - said.len(), 1).concat();
            lines.push(said + &numbers);
        }
        lines.extend(wrapped(&reasons(footage), " / ", COLUMNS, MOST_LINES));
        Self { bars, lines }
    }

    /// Height of all that is drawn of the clip.
    pub(super) fn height(&self) -> u32 {
        let lines = self.lines.iter().fold(0, |sum, _| sum + LINE);
        BELOW_THE_AXIS + self.rows() * ROW + 4 + lines + 10
    }

    fn rows(&self) -> u32 {
        let rows = self.bars.iter().map(|bar| bar.row + 1).max();
        u32::try_from(rows.unwrap_or(0)).unwrap_or(0)
    }
}

/// Everything but the pictures.
pub(super) fn draw(strip: &mut Strip, clip: &Clip, layout: &Layout) {
    let footage = &clip.footage;
    strip.text((2, 2), &head(clip), INK);
    let curves = LINE + PICTURE.height;
    draw_curves(strip, footage, curves);
    draw_sound(strip, footage, curves);
    let x = |at_us: u64| place(footage, at_us);
    for shot in footage.shots.iter().skip(1) {
        strip.area((x(shot.start_us), curves - 4), (1, CURVES + 4), SHOT);
    }
    for anchor in &footage.anchors {
        if anchor.kind == AnchorKind::Impact {
            let height = 2 + u32::from(anchor.strength_permille) / 100;
            strip.area((x(anchor.at_us), curves), (2, height), IMPACT);
        }
    }
    draw_axis(strip, footage, curves + CURVES);
    let mut y = BELOW_THE_AXIS;
    for bar in &layout.bars {
        let top = u32::try_from(bar.row).map_or(y, |row| y + row * ROW);
        strip.area((bar.start, top), (bar.end - bar.start, ROW - 2), SHOWN);
        let colour = if bar.holds_its_number() { GROUND } else { INK };
        strip.text((bar.label, top + 1), &bar.number.to_string(), colour);
    }
    y += layout.rows() * ROW + 4;
    for line in &layout.lines {
        strip.text((2, y), line, INK);
        y += LINE;
    }
}

/// Name and measures, of the name as much as there is room for.
fn head(clip: &Clip) -> String {
    let footage = &clip.footage;
    let name = clip.path.file_name().unwrap_or_default().to_string_lossy();
    let measures = format!(
        "  {} s  {}x{}  {}",
        tenths(footage.end_us - footage.start_us),
        clip.video.width,
        clip.video.height,
        count(footage.shots.len(), "shot")
    );
    cut(&on_one_line(&name), COLUMNS - measures.len()) + &measures
}

/// Quality and motion, on ground that tells what is rejected or used last.
fn draw_curves(strip: &mut Strip, footage: &Footage, curves: u32) {
    let x = |at_us: u64| place(footage, at_us);
    strip.area((0, curves), (WIDTH, CURVES), PAPER);
    for (n, tick) in (0_u64..).zip(&footage.ticks) {
        let start = x(footage.start_us + n * TICK_US);
        let wide = x(footage.start_us + (n + 1) * TICK_US).max(start + 1) - start;
        if let Some(colour) = ground(tick.defects) {
            strip.area((start, curves), (wide, CURVES), colour);
        }
        for (value, colour) in [(tick.quality, QUALITY), (tick.motion, MOTION)] {
            let height = u32::from(value) * (CURVES - 2) / 255;
            strip.area((start, curves + CURVES - 2 - height), (wide, 2), colour);
        }
    }
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

/// Seconds of the container's time, from a row on down.
fn draw_axis(strip: &mut Strip, footage: &Footage, top: u32) {
    let step = step(footage.end_us - footage.start_us, APART);
    let mut next = footage.start_us.div_ceil(step).checked_mul(step);
    while let Some(at_us) = next.filter(|at_us| *at_us <= footage.end_us) {
        let x = place(footage, at_us).min(WIDTH - 1);
        strip.area((x, top), (1, 5), INK);
        let label = if step < 1_000_000 {
            format!("{} s", tenths(at_us))
        } else {
            format!("{} s", at_us / 1_000_000)
        };
        let wide = label.chars().fold(0, |sum, _| sum + LETTER);
        if x + 3 + wide <= WIDTH {
            strip.text((x + 3, top + 2), &label, INK);
        }
        next = at_us.checked_add(step);
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
    } else if defects.iter().any(Defect::is_severe) {
        Some(SEVERE)
    } else {
        Some(REJECTED)
    }
}

/// What is rejected or used last, and why.
fn reasons(footage: &Footage) -> Vec<String> {
    let marked = footage.marked().into_iter();
    let told = marked.map(|marked| {
        let words: Vec<&str> = marked.defects.iter().map(Defect::word).collect();
        let (from, until) = (tenths(marked.start_us), tenths(marked.end_us));
        format!("{from}-{until} {}", words.join(", "))
    });
    told.collect()
}

fn tenths(us: u64) -> String {
    format!("{}.{}", us / 1_000_000, us / 100_000 % 10)
}
