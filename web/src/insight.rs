//! What can be told of a shot from its footage and its place in the song, and of a plan as a whole.

use planner_wasm::footage::{AnchorKind, Defects, Footage, Windows};
use shared::music::BeatGrid;
use shared::plan::{Clip, Plan, Slot};

use crate::wording;

/// Nearer to a beat than this, in milliseconds, eye and ear take a movement for one with it.
const TOGETHER_MS: u64 = 50;

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It speaks for the shot.
    Good,
    /// It is how it is.
    Plain,
    /// It speaks against it.
    Bad,
}

/// Something that speaks for or against a shot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence, without a full stop.
    pub text: String,
}

/// Another place in the film that shows the same clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Position of its slot, counting from 0.
    pub slot: usize,
    /// First instant of the clip that it shows, in microseconds.
    pub start_us: u64,
    /// First instant that it does not need any more.
    pub end_us: u64,
}

/// The sample of the song that sounds when a slot begins, in samples of `grid`. That of its cut if
/// it has one.
#[must_use]
pub fn first_sample(plan: &Plan, slot: &Slot, grid: &BeatGrid) -> u64 {
    slot.cut
        .map_or_else(|| sample_at(plan, slot.record_start, grid), |cut| cut.at)
}

/// The sample of the song that sounds when a frame of the film begins.
#[must_use]
pub fn sample_at(plan: &Plan, frame: u64, grid: &BeatGrid) -> u64 {
    let us = wording::frames_us(frame, plan.output.rate);
    plan.music.source_start.saturating_add(samples(us, grid))
}

/// Microseconds of sound as samples, rounded down.
fn samples(us: u64, grid: &BeatGrid) -> u64 {
    let samples = u128::from(us) * u128::from(grid.rate) / 1_000_000;
    u64::try_from(samples).unwrap_or(u64::MAX)
}

/// The first source instant that a slot does not need any more.
#[must_use]
pub fn source_end(plan: &Plan, slot: &Slot) -> u64 {
    let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
    end.unwrap_or(slot.clip.source_start)
}

/// Every other slot that shows the clip that this one shows.
#[must_use]
pub fn other_uses(plan: &Plan, slot: usize) -> Vec<Use> {
    let media = plan.slots.get(slot).map(|slot| slot.clip.media);
    uses(plan, media)
        .into_iter()
        .filter(|other| other.slot != slot)
        .collect()
}

/// Every slot that shows a clip.
#[must_use]
pub fn uses(plan: &Plan, media: Option<u32>) -> Vec<Use> {
    (0..)
        .zip(&plan.slots)
        .filter(|(_, slot)| Some(slot.clip.media) == media)
        .map(|(index, slot)| Use {
            slot: index,
            start_us: slot.clip.source_start,
            end_us: source_end(plan, slot),
        })
        .collect()
}

/// What speaks for and against what a slot shows, as far as its footage tells.
#[must_use]
pub fn findings(
    footage: &Footage,
    plan: &Plan,
    slot: &Slot,
    grid: Option<&BeatGrid>,
) -> Vec<Finding> {
    let (from, until) = (slot.clip.source_start, source_end(plan, slot));
    let mut found = Vec::new();
    let mut say = |tone, text: String| found.push(Finding { tone, text });
    if until > footage.end_us {
        say(
            Tone::Bad,
            format!(
                "The clip ends {} too early",
                wording::seconds(until - footage.end_us)
            ),
        );
    }
    let inside = (from.max(footage.start_us), until.min(footage.end_us));
    let Some(window) = Windows::new(footage).over(inside.0, inside.1) else {
        return found;
    };
    let quality = u32::from(window.quality) * 1000 / 255;
    let (tone, word) = match quality {
        600.. => (Tone::Good, "Clear picture"),
        350..600 => (Tone::Plain, "Fair picture"),
        _ => (Tone::Bad, "Poor picture"),
    };
    say(
        tone,
        format!("{word}: quality {} of 100", (quality + 5) / 10),
    );
    let motion = match u32::from(window.motion) * 1000 / 255 {
        500.. => "Much moves",
        200..500 => "Something moves",
        _ => "Little moves",
    };
    say(Tone::Plain, motion.to_owned());
    match u32::from(window.shake) * 1000 / 255 {
        500.. => say(Tone::Bad, "The camera shakes".to_owned()),
        200..500 => say(Tone::Plain, "The camera is a little unsteady".to_owned()),
        _ => say(Tone::Good, "The camera is steady".to_owned()),
    }
    let wrong = footage
        .marked()
        .into_iter()
        .filter(|marked| marked.start_us < inside.1 && marked.end_us > inside.0)
        .flat_map(|marked| marked.defects.iter())
        .fold(Defects::default(), Defects::with);
    if !wrong.is_empty() {
        let share = if window.bad_permille > 0 {
            format!(
                " for {} of it",
                wording::percent(window.bad_permille.into())
            )
        } else {
            String::new()
        };
        say(
            Tone::Bad,
            format!("In it: {}{share}", wording::faults(wrong)),
        );
    }
    if window.shot.is_none() {
        say(Tone::Bad, "The clip itself is cut inside".to_owned());
    }
    if let Some(grid) = grid {
        let start = first_sample(plan, slot, grid);
        let off = hits(footage, &slot.clip, (from, until), start, grid);
        match off.iter().min() {
            Some(0..TOGETHER_MS) => say(Tone::Good, "A hit lands on a beat".to_owned()),
            Some(ms) => say(Tone::Plain, format!("A hit lands {ms} ms beside a beat")),
            None => {}
        }
    }
    found
}

/// How far each hit in a stretch is from its nearest beat, in milliseconds.
fn hits(
    footage: &Footage,
    clip: &Clip,
    shown: (u64, u64),
    start: u64,
    grid: &BeatGrid,
) -> Vec<u64> {
    let (num, den) = clip.speed.terms();
    footage
        .anchors
        .iter()
        .filter(|anchor| anchor.kind == AnchorKind::Impact)
        .filter(|anchor| (shown.0..shown.1).contains(&anchor.at_us))
        .filter_map(|anchor| {
            let film_us =
                (anchor.at_us - shown.0).saturating_mul(den.into()) / u64::from(num.max(1));
            let at = start.saturating_add(samples(film_us, grid));
            let off = grid.nearest(at)?.at.abs_diff(at);
            Some(off.saturating_mul(1000) / u64::from(grid.rate.max(1)))
        })
        .collect()
}

/// A plan in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// How many shots.
    pub shots: usize,
    /// Length of the film in microseconds.
    pub length_us: u64,
    /// Shortest, mean and longest shot, in microseconds.
    pub shot_us: (u64, u64, u64),
    /// How many shots are locked.
    pub locked: usize,
    /// How many cuts lie on a downbeat or a section.
    pub on_downbeats: usize,
    /// Of each clip in the plan's list: how many shots show it, and how much of it in microseconds,
    /// what is shown twice counted once.
    pub clips: Vec<(usize, u64)>,
}

/// The numbers of a plan.
#[must_use]
pub fn numbers(plan: &Plan) -> Numbers {
    use shared::plan::CutKind;
    let frames = |frames: u64| wording::frames_us(frames, plan.output.rate);
    let lengths = || {
        plan.slots
            .iter()
            .map(|slot| u64::from(slot.record_duration))
    };
    let shots = plan.slots.len();
    let length_us = frames(plan.record_duration());
    let downbeat = |slot: &&Slot| {
        let on = slot.cut.map(|cut| cut.on);
        matches!(
            on,
            Some(CutKind::Section | CutKind::Downbeat | CutKind::Opening)
        )
    };
    let mut shown: Vec<Vec<(u64, u64)>> = vec![Vec::new(); plan.media.len()];
    for slot in &plan.slots {
        let of = usize::try_from(slot.clip.media).ok();
        if let Some(shown) = of.and_then(|of| shown.get_mut(of)) {
            shown.push((slot.clip.source_start, source_end(plan, slot)));
        }
    }
    Numbers {
        shots,
        length_us,
        shot_us: (
            frames(lengths().min().unwrap_or(0)),
            length_us / u64::try_from(shots.max(1)).unwrap_or(1),
            frames(lengths().max().unwrap_or(0)),
        ),
        locked: plan.slots.iter().filter(|slot| slot.locked).count(),
        on_downbeats: plan.slots.iter().filter(downbeat).count(),
        clips: shown
            .into_iter()
            .map(|ranges| (ranges.len(), covered(ranges)))
            .collect(),
    }
}

/// Length of what ranges cover, what lies in several counted once.
fn covered(mut ranges: Vec<(u64, u64)>) -> u64 {
    ranges.sort_unstable();
    let mut until = 0;
    ranges.into_iter().fold(0, |sum, (from, end)| {
        let new = end.saturating_sub(from.max(until));
        until = until.max(end);
        sum + new
    })
}

#[cfg(test)]
mod tests;
