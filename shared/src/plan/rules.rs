//! What must hold across a plan's fields.

use super::error::Problem;
use super::fields::{Path, Problems};
use super::model::{
    Clip, FRAME_SIDE, MAX_ALTERNATES, MAX_BEATS, MAX_EXACT, MAX_MEDIA, MAX_SLOTS, MAX_WHY, Plan,
    SCHEMA,
};
use crate::landmarks::MAX_LANDMARKS;
use crate::music::BeatGrid;
use crate::reading::{MAX_PARTS, MAX_READINGS, MOST_IN_A_BAR, ReadBeats};

impl Plan {
    /// The first problems of this plan, and how many there are in all; empty for a sound plan.
    ///
    /// [`Plan::from_json`] asks this of every plan it reads; whoever builds a plan asks it before
    /// writing.
    #[must_use]
    pub fn problems(&self) -> (Vec<Problem>, usize) {
        let mut problems = Problems::default();
        check(self, &mut problems);
        (problems.list, problems.total)
    }
}

pub(super) fn check(plan: &Plan, problems: &mut Problems) {
    let root = Path::Root;
    if plan.schema != SCHEMA {
        problems.note(
            &Path::Field(&root, "schema"),
            format_args!("must be \"{SCHEMA}\""),
        );
    }
    output(plan, &Path::Field(&root, "output"), problems);
    let music = Path::Field(&root, "music");
    if let Some(grid) = &plan.music.beat_grid {
        beat_grid(grid, &Path::Field(&music, "beat_grid"), problems);
        if plan.music.source_start > grid.duration {
            let path = Path::Field(&music, "source_start");
            problems.note(
                &path,
                format_args!("lies after the song's end at {}", grid.duration),
            );
        }
    }
    let media = Path::Field(&root, "media");
    if plan.media.len() > MAX_MEDIA {
        problems.note(&media, format_args!("has more than {MAX_MEDIA} items"));
    }
    slots(plan, &Path::Field(&root, "slots"), problems);
}

fn output(plan: &Plan, path: &Path<'_>, problems: &mut Problems) {
    let output = &plan.output;
    for (name, side) in [("width", output.width), ("height", output.height)] {
        if side % 2 != 0 || !FRAME_SIDE.contains(&side) {
            let path = Path::Field(path, name);
            let (least, most) = FRAME_SIDE.into_inner();
            problems.note(
                &path,
                format_args!("{side} is not an even number from {least} to {most}"),
            );
        }
    }
    let (num, den) = (u64::from(output.rate.num()), u64::from(output.rate.den()));
    if num < den || num > 240 * den {
        let rate = Path::Field(path, "rate");
        problems.note(
            &rate,
            format_args!("{} is not between 1 and 240", output.rate),
        );
    }
    // The container's time scale is a multiple of the numerator and has 31 bits.
    if num > 1_000_000 {
        let rate = Path::Field(path, "rate");
        problems.note(
            &rate,
            format_args!("{} has too large a numerator", output.rate),
        );
    }
}

fn beat_grid(grid: &BeatGrid, path: &Path<'_>, problems: &mut Problems) {
    let beats = Path::Field(path, "beats");
    if grid.rate == 0 {
        problems.note(&Path::Field(path, "rate"), "must not be 0");
    }
    if grid.beats.len() > MAX_BEATS {
        problems.note(&beats, format_args!("has more than {MAX_BEATS} items"));
    }
    let mut before = None;
    for (index, beat) in grid.beats.iter().enumerate() {
        let item = Path::Item(&beats, index);
        if before.is_some_and(|before| before >= beat.at) {
            problems.note(&Path::Field(&item, "at"), "is not after the beat before it");
        }
        if beat.at > grid.duration {
            let path = Path::Field(&item, "at");
            problems.note(
                &path,
                format_args!("lies after the song's end at {}", grid.duration),
            );
        }
        before = Some(beat.at);
    }
    let readings = Path::Field(path, "readings");
    if grid.readings.len() > MAX_READINGS {
        problems.note(
            &readings,
            format_args!("has more than {MAX_READINGS} items"),
        );
    }
    for (index, reading) in grid.readings.iter().enumerate() {
        let item = Path::Item(&readings, index);
        let told = Path::Field(&item, "beats");
        match reading.beats {
            ReadBeats::Divided {
                parts,
                every,
                first,
            } => {
                let sizes = 1..=MAX_PARTS;
                if !sizes.contains(&parts) || !sizes.contains(&every) || first >= every {
                    let why =
                        "its parts or every are not from 1 to 4, or its first is not below every";
                    problems.note(&Path::Field(&told, "divided"), why);
                }
            }
            ReadBeats::Even { first, last, count } => {
                let gaps = u64::from(count).saturating_sub(1);
                let room = last.saturating_sub(first);
                if gaps == 0 || room < gaps || last >= grid.duration {
                    let why = "its last is not inside the song, or its beats have no room up to it";
                    problems.note(&Path::Field(&told, "even"), why);
                }
            }
        }
        if reading.beats_per_bar == 1 || reading.beats_per_bar > MOST_IN_A_BAR {
            let path = Path::Field(&item, "beats_per_bar");
            problems.note(&path, "must be 0, or from 2 to 12");
        }
        if reading.downbeat >= reading.beats_per_bar.max(1) {
            problems.note(
                &Path::Field(&item, "downbeat"),
                "is not below beats_per_bar",
            );
        }
    }
    if grid.landmarks.len() > MAX_LANDMARKS {
        let path = Path::Field(path, "landmarks");
        problems.note(&path, format_args!("has more than {MAX_LANDMARKS} items"));
    }
    let sections = Path::Field(path, "sections");
    let mut end = 0;
    for (index, section) in grid.sections.iter().enumerate() {
        let item = Path::Item(&sections, index);
        if section.start < end {
            problems.note(
                &Path::Field(&item, "start"),
                "lies before the end of the section before",
            );
        }
        if section.end <= section.start {
            problems.note(&Path::Field(&item, "end"), "is not after its start");
        }
        end = section.end;
    }
}

fn slots(plan: &Plan, path: &Path<'_>, problems: &mut Problems) {
    if plan.slots.is_empty() {
        problems.note(path, "is empty: a film needs at least one slot");
    }
    if plan.slots.len() > MAX_SLOTS {
        problems.note(path, format_args!("has more than {MAX_SLOTS} items"));
    }
    let mut expected = 0;
    for (index, slot) in plan.slots.iter().enumerate() {
        let item = Path::Item(path, index);
        if slot.record_duration == 0 {
            problems.note(
                &Path::Field(&item, "record_duration"),
                "must be at least 1 frame",
            );
        }
        if slot.record_start != expected {
            let found = slot.record_start;
            let gap = if found > expected {
                "leaves a gap"
            } else {
                "overlaps"
            };
            let after = if index == 0 {
                "a film begins"
            } else {
                "the slot before it ends"
            };
            problems.note(
                &Path::Field(&item, "record_start"),
                format_args!("{found} {gap}: {after} at frame {expected}"),
            );
        }
        expected = slot.record_end();
        if let Some(cut) = slot.cut
            && plan.frame_at(cut.at) != Some(slot.record_start)
        {
            let on_screen = plan.frame_at(cut.at);
            let start = slot.record_start;
            let cut_path = Path::Field(&item, "cut");
            problems.note(
                &Path::Field(&cut_path, "at"),
                match on_screen {
                    Some(frame) => format!(
                        "sample {} sounds during frame {frame}, but the slot begins at frame {start}",
                        cut.at
                    ),
                    None => format!("sample {} lies before the film begins", cut.at),
                },
            );
        }
        if let Some(focus) = slot.focus {
            let focus_path = Path::Field(&item, "focus");
            let sides = [
                ("x_permille", focus.x_permille),
                ("y_permille", focus.y_permille),
            ];
            for (name, value) in sides.into_iter().filter(|(_, value)| *value > 1000) {
                let path = Path::Field(&focus_path, name);
                problems.note(&path, format_args!("{value} is not between 0 and 1000"));
            }
        }
        clip(
            plan,
            &slot.clip,
            slot.record_duration,
            &Path::Field(&item, "clip"),
            problems,
        );
        let alternates = Path::Field(&item, "alternates");
        if slot.alternates.len() > MAX_ALTERNATES {
            let found = slot.alternates.len();
            problems.note(
                &alternates,
                format_args!("has {found} items; the most is {MAX_ALTERNATES}"),
            );
        }
        for (index, alternate) in slot.alternates.iter().enumerate() {
            let path = Path::Item(&alternates, index);
            clip(plan, alternate, slot.record_duration, &path, problems);
        }
    }
    if expected > MAX_EXACT {
        problems.note(
            path,
            format_args!("the film is longer than {MAX_EXACT} frames"),
        );
    }
    // A day of film: past it, someone wrote milliseconds for frames.
    let day = u64::from(plan.output.rate.num()) * 86_400 / u64::from(plan.output.rate.den());
    if expected > day {
        problems.note(
            path,
            format_args!("the film is longer than 24 hours ({expected} frames)"),
        );
    }
}

fn clip(plan: &Plan, clip: &Clip, frames: u32, path: &Path<'_>, problems: &mut Problems) {
    let count = plan.media.len();
    let Some(media) = usize::try_from(clip.media)
        .ok()
        .and_then(|i| plan.media.get(i))
    else {
        problems.note(
            &Path::Field(path, "media"),
            format_args!(
                "{} is no media: there are {count}, counted from 0",
                clip.media
            ),
        );
        return;
    };
    if let Some(score) = clip.score_permille.filter(|score| *score > 1000) {
        problems.note(
            &Path::Field(path, "score_permille"),
            format_args!("{score} is not between 0 and 1000"),
        );
    }
    let said = clip.why.as_deref().map_or(0, |why| why.chars().count());
    if said > MAX_WHY {
        problems.note(
            &Path::Field(path, "why"),
            format_args!("has {said} characters; the most is {MAX_WHY}"),
        );
    }
    if clip
        .source_end(frames, plan.output.rate)
        .is_none_or(|end| end > MAX_EXACT)
    {
        problems.note(
            &Path::Field(path, "source_start"),
            "the source range is out of range",
        );
    }
    if let Some(duration) = media.duration_us
        && clip.source_start > 0
        && clip.source_start >= duration
    {
        problems.note(
            &Path::Field(path, "source_start"),
            format_args!(
                "{} us lies after the end of {:?} at {duration} us",
                clip.source_start,
                media.path.name()
            ),
        );
    }
}
