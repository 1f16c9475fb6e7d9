//! What was planted, beside what was measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use planner_wasm::edit::SourceClip;
use planner_wasm::footage::{Footage, Inspected, Shot, TICK_US};
use serde::Deserialize;

/// The planted clips, in the order of the truth.
#[derive(Debug, Deserialize)]
struct Told {
    clips: Vec<ToldClip>,
}

#[derive(Debug, Deserialize)]
struct ToldClip {
    file: String,
    variant: Option<u64>,
    test: bool,
    #[serde(default)]
    copy: Option<String>,
    #[serde(default)]
    edit: bool,
    spans: Vec<Span>,
    hits_us: Vec<u64>,
    cuts_us: Vec<u64>,
    fades_us: Vec<(u64, u64)>,
    #[serde(default)]
    dissolves_us: Vec<(u64, u64)>,
    #[serde(default)]
    bangs_us: Vec<u64>,
    #[serde(default)]
    speech_us: Vec<(u64, u64)>,
}

/// A stretch of a clip in which one thing was planted.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Span {
    pub(crate) kind: String,
    pub(crate) start_us: u64,
    pub(crate) end_us: u64,
    /// What it was taken from, and from where.
    pub(crate) base: String,
    pub(crate) base_start_us: u64,
}

/// From so much on what is seen is surely unwanted.
pub(crate) const UNWANTED: u8 = 100;

/// Faults that must not be seen.
const SEVERE: [&str; 8] = [
    "black", "covered", "over", "under", "blur2", "blur3", "shake2", "shake3",
];

impl Span {
    pub(crate) fn is_severe(&self) -> bool {
        SEVERE.contains(&self.kind.as_str())
    }

    /// How much of it lies in a stretch.
    pub(crate) fn inside(&self, start_us: u64, end_us: u64) -> u64 {
        self.end_us
            .min(end_us)
            .saturating_sub(self.start_us.max(start_us))
    }
}

/// A clip with its truth.
#[derive(Debug, Clone)]
pub(crate) struct Clip {
    pub(crate) file: String,
    /// Which set of clips for films it belongs to. A copy belongs to all of them; without both it
    /// shows every kind, for the measures.
    pub(crate) variant: Option<u64>,
    pub(crate) test: bool,
    /// It shows what another shows, made so.
    pub(crate) copy: Option<String>,
    /// It is an edit of many scenes, made for its boundaries.
    pub(crate) edit: bool,
    pub(crate) spans: Vec<Span>,
    pub(crate) hits_us: Vec<u64>,
    pub(crate) cuts_us: Vec<u64>,
    pub(crate) fades_us: Vec<(u64, u64)>,
    pub(crate) dissolves_us: Vec<(u64, u64)>,
    /// When its own sound bangs, and when someone speaks in it.
    pub(crate) bangs_us: Vec<u64>,
    pub(crate) speech_us: Vec<(u64, u64)>,
    pub(crate) source: SourceClip,
}

impl Clip {
    /// Whether it shows every kind.
    pub(crate) fn is_catalogue(&self) -> bool {
        self.variant.is_none() && self.copy.is_none() && !self.edit
    }

    pub(crate) fn footage(&self) -> &Footage {
        &self.source.footage
    }
}

/// The stretches of a clip that the measures find nothing wrong with and no cut is in, in µs.
pub(crate) fn sound(clip: &Clip) -> Vec<(u64, u64)> {
    let footage = clip.footage();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for (n, tick) in footage.ticks.iter().enumerate() {
        let start = footage.start_us + n as u64 * TICK_US;
        if tick.defects.reject() || tick.unwanted >= UNWANTED {
            continue;
        }
        let cut = |shot: &Shot| (start..start + TICK_US).contains(&shot.start_us);
        let cut = footage.shots.iter().any(cut);
        match runs.last_mut() {
            Some(last) if last.1 == start && !cut => last.1 = start + TICK_US,
            _ => runs.push((start, start + TICK_US)),
        }
    }
    runs
}

/// Reads `truth.json` and `clips.json` of a folder.
pub(crate) fn read(folder: &Path) -> Result<Vec<Clip>, String> {
    let text = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let told: Told =
        serde_json::from_str(&text("truth.json")?).map_err(|error| error.to_string())?;
    let measured = Inspected::from_json(&text("clips.json")?).map_err(|error| error.to_string())?;
    let mut by_name: BTreeMap<String, SourceClip> = measured
        .clips
        .into_iter()
        .map(|clip| {
            let name = clip.media.path.as_text().to_owned();
            let source = SourceClip::new(clip.media, clip.footage);
            (name, source)
        })
        .collect();
    told.clips
        .into_iter()
        .map(|clip| {
            let source = by_name
                .remove(&clip.file)
                .ok_or_else(|| format!("{} was not measured", clip.file))?;
            Ok(Clip {
                variant: clip.variant,
                file: clip.file,
                test: clip.test,
                copy: clip.copy,
                edit: clip.edit,
                spans: clip.spans,
                hits_us: clip.hits_us,
                cuts_us: clip.cuts_us,
                fades_us: clip.fades_us,
                dissolves_us: clip.dissolves_us,
                bangs_us: clip.bangs_us,
                speech_us: clip.speech_us,
                source,
            })
        })
        .collect()
}
