//! From JSON to a plan's beat grid.

use super::fields::{Fields, Path, Problems};
use super::model::{MAX_BEATS, MAX_EXACT};
use super::node::Node;
use super::read::{MAX_ITEMS, texts};
use crate::landmarks::{Landmark, MAX_LANDMARKS};
use crate::music::{Beat, BeatGrid, Section, SectionLabel};
use crate::reading::{MAX_PARTS, MAX_READINGS, ReadBeats, Reading};

/// What was heard in the song, at `path`; `None` if a problem was noted that leaves no grid.
pub(super) fn beat_grid(
    node: &Node<'_>,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<BeatGrid> {
    let known = [
        "rate",
        "duration",
        "tempo_millibpm",
        "confidence_permille",
        "beats_per_bar",
        "beats",
        "sections",
        "readings",
        "landmarks",
        "analysis",
    ];
    let fields = Fields::of(node, path, &known, problems)?;
    let rate = fields.need_whole("rate", 1000..=768_000, problems);
    let duration = fields.need_whole("duration", 0..=MAX_EXACT, problems);
    let tempo = fields.need_whole("tempo_millibpm", 0..=2_000_000, problems);
    let confidence = fields.need_whole("confidence_permille", 0..=1000, problems);
    let per_bar = fields.need_whole("beats_per_bar", 0..=64, problems);
    fields.need("beats", problems);
    let beats = fields.list("beats", MAX_BEATS, problems, beat);
    fields.need("sections", problems);
    let sections = fields.list("sections", MAX_ITEMS, problems, section);
    let readings = fields.list("readings", MAX_READINGS, problems, reading);
    let landmarks = fields.list("landmarks", MAX_LANDMARKS, problems, landmark);
    let analysis = texts(&fields, "analysis", path, problems);
    Some(BeatGrid {
        rate: u32::try_from(rate?).ok()?,
        duration: duration?,
        tempo_millibpm: u32::try_from(tempo?).ok()?,
        confidence_permille: u16::try_from(confidence?).ok()?,
        beats_per_bar: u8::try_from(per_bar?).ok()?,
        beats,
        sections,
        readings,
        landmarks,
        analysis,
    })
}

fn landmark(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Landmark> {
    let fields = Fields::of(node, path, &["at", "bits"], problems)?;
    let at = fields.need_whole("at", 0..=MAX_EXACT, problems);
    fields.need("bits", problems);
    Some(Landmark {
        at: at?,
        bits: fields.parsed("bits", problems)?,
    })
}

fn beat(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Beat> {
    let known = ["at", "position", "energy_permille", "confidence_permille"];
    let fields = Fields::of(node, path, &known, problems)?;
    let at = fields.need_whole("at", 0..=MAX_EXACT, problems);
    let position = fields.need_whole("position", 0..=64, problems);
    let energy = fields.need_whole("energy_permille", 0..=1000, problems);
    let confidence = fields.whole("confidence_permille", 0..=1000, problems);
    Some(Beat {
        at: at?,
        position: u8::try_from(position?).ok()?,
        energy_permille: u16::try_from(energy?).ok()?,
        confidence_permille: u16::try_from(confidence.unwrap_or(1000)).ok()?,
    })
}

fn reading(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Reading> {
    let known = [
        "beats",
        "tempo_millibpm",
        "beats_per_bar",
        "downbeat",
        "likelihood_permille",
    ];
    let fields = Fields::of(node, path, &known, problems)?;
    let beats = fields.need("beats", problems);
    let beats = beats.and_then(|node| read_beats(node, &Path::Field(path, "beats"), problems));
    let tempo = fields.need_whole("tempo_millibpm", 0..=2_000_000, problems);
    let per_bar = fields.need_whole("beats_per_bar", 0..=64, problems);
    let downbeat = fields.need_whole("downbeat", 0..=63, problems);
    let likelihood = fields.need_whole("likelihood_permille", 0..=1000, problems);
    Some(Reading {
        beats: beats?,
        tempo_millibpm: u32::try_from(tempo?).ok()?,
        beats_per_bar: u8::try_from(per_bar?).ok()?,
        downbeat: u8::try_from(downbeat?).ok()?,
        likelihood_permille: u16::try_from(likelihood?).ok()?,
    })
}

fn read_beats(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<ReadBeats> {
    let fields = Fields::of(node, path, &["divided", "even"], problems)?;
    match (fields.get("divided"), fields.get("even")) {
        (Some(divided), None) => {
            let path = Path::Field(path, "divided");
            let fields = Fields::of(divided, &path, &["parts", "every", "first"], problems)?;
            let sizes = 1..=u64::from(MAX_PARTS);
            let parts = fields.need_whole("parts", sizes.clone(), problems);
            let every = fields.need_whole("every", sizes, problems);
            let first = fields.need_whole("first", 0..=u64::from(MAX_PARTS) - 1, problems);
            Some(ReadBeats::Divided {
                parts: u8::try_from(parts?).ok()?,
                every: u8::try_from(every?).ok()?,
                first: u8::try_from(first?).ok()?,
            })
        }
        (None, Some(even)) => {
            let path = Path::Field(path, "even");
            let fields = Fields::of(even, &path, &["first", "last", "count"], problems)?;
            let first = fields.need_whole("first", 0..=MAX_EXACT, problems);
            let last = fields.need_whole("last", 0..=MAX_EXACT, problems);
            let count = fields.need_whole("count", 2..=MAX_BEATS as u64, problems);
            Some(ReadBeats::Even {
                first: first?,
                last: last?,
                count: u32::try_from(count?).ok()?,
            })
        }
        (Some(_), Some(_)) => {
            problems.note(
                path,
                "has both divided and even; only one of them tells the beats",
            );
            None
        }
        (None, None) => {
            problems.note(path, "is missing divided, or even in its place");
            None
        }
    }
}

fn section(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Section> {
    let fields = Fields::of(
        node,
        path,
        &["start", "end", "label", "energy_permille"],
        problems,
    )?;
    let start = fields.need_whole("start", 0..=MAX_EXACT, problems);
    let end = fields.need_whole("end", 0..=MAX_EXACT, problems);
    fields.need("label", problems);
    let label = fields.one_of(
        "label",
        &SectionLabel::ALL.map(|l| (l.as_str(), l)),
        problems,
    );
    let energy = fields.need_whole("energy_permille", 0..=1000, problems);
    Some(Section {
        start: start?,
        end: end?,
        label: label?,
        energy_permille: u16::try_from(energy?).ok()?,
    })
}
