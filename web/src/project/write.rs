//! From a project to JSON.

use std::sync::Arc;

use planner_wasm::edit::{Ban, EditSettings, Must, SongWindow};
use planner_wasm::footage::Footage;
use planner_wasm::music::corrections::Correction;
use serde::Serialize;
use shared::decision::Decision;
use shared::fingerprint::Fingerprint;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{Fit, Plan};
use shared::rate::Rate;

use super::model::{Brief, Depth, FORMAT, Project};
use super::steering::ClipWeight;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    id: &'a str,
    name: &'a str,
    saved_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    song: Option<Song<'a>>,
    clips: Vec<Clip<'a>>,
    brief: Wishes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a Plan>,
}

#[derive(Serialize)]
struct Song<'a> {
    media: &'a MediaReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    heard: Option<&'a BeatGrid>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    decisions: &'a [Decision],
}

#[derive(Serialize)]
struct Clip<'a> {
    media: &'a MediaReference,
    depth: Depth,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    footage_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    footage: Option<&'a Footage>,
}

#[derive(Serialize)]
struct Wishes<'a> {
    width: u32,
    height: u32,
    rate: Rate,
    fit: Fit,
    settings: &'a EditSettings,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    corrections: &'a [Correction],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    bans: &'a [Ban],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    musts: &'a [Must],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    windows: &'a [SongWindow],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    weights: &'a [ClipWeight],
}

impl<'a> From<&'a Brief> for Wishes<'a> {
    fn from(brief: &'a Brief) -> Self {
        Self {
            width: brief.width,
            height: brief.height,
            rate: brief.rate,
            fit: brief.fit,
            settings: &brief.settings,
            corrections: &brief.corrections,
            bans: &brief.bans,
            musts: &brief.musts,
            windows: &brief.windows,
            weights: &brief.weights,
        }
    }
}

/// A project of which the footage is kept apart, under keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The document; clips name their footage by key.
    pub document: String,
    /// The keys in it, in order, each once.
    pub keys: Vec<String>,
}

impl Project {
    /// The whole project as one document, which [`Project::from_json`] reads. Equal projects give
    /// equal bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.written(self.saved_ms, &[])
    }

    /// The document as it is saved at `saved_ms`, with the footage kept apart: `key` says under
    /// which key footage is kept; where it gives none, the footage stands in the document.
    #[must_use]
    pub fn to_json_apart(
        &self,
        saved_ms: u64,
        key: impl Fn(&Arc<Footage>) -> Option<String>,
    ) -> Apart {
        let keys = self.clips.iter();
        let keys: Vec<_> = keys
            .map(|clip| clip.footage.as_ref().and_then(&key))
            .collect();
        let document = self.written(saved_ms, &keys);
        let mut keys: Vec<_> = keys.into_iter().flatten().collect();
        keys.sort_unstable();
        keys.dedup();
        Apart { document, keys }
    }

    fn written(&self, saved_ms: u64, keys: &[Option<String>]) -> String {
        let document = Document {
            format: FORMAT,
            id: &self.id,
            name: &self.name,
            saved_ms,
            song: self.song.as_ref().map(|song| Song {
                media: &song.media,
                heard: song.is_heard().then_some(&song.heard),
                decisions: &song.decisions,
            }),
            clips: self
                .clips
                .iter()
                .zip(
                    keys.iter()
                        .map(Option::as_deref)
                        .chain(std::iter::repeat(None)),
                )
                .map(|(clip, key)| Clip {
                    media: &clip.media,
                    depth: clip.depth,
                    note: clip.note.as_deref(),
                    removed: clip.removed,
                    footage_key: key,
                    footage: clip.footage.as_deref().filter(|_| key.is_none()),
                })
                .collect(),
            brief: Wishes::from(&self.brief),
            plan: self.plan.as_ref(),
        };
        // Neither these types nor a write to memory can fail.
        serde_json::to_string(&document).unwrap_or_default()
    }
}

/// The key of footage that is kept apart: what it says, in 32 hexadecimal digits. Equal text has
/// the same key, so that projects share what they both know.
#[must_use]
pub fn footage_key(text: &str) -> String {
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    Fingerprint::of(bytes, [text.as_bytes()]).to_string()
}
