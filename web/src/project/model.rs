//! The project's types.

use std::sync::Arc;

use planner_wasm::edit::{Ban, EditSettings, Must, SongWindow};
use planner_wasm::footage::Footage;
use planner_wasm::music::corrections::Correction;
use serde::Serialize;
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{Fit, Output, Plan};
use shared::rate::Rate;

use super::film::stem;
use super::presets;
use super::steering::ClipWeight;

/// Name and major version of the format.
pub const FORMAT: &str = "autocut-project/1";

/// A project: a song, clips, wishes, and the plan that came of them.
///
/// Cheap to clone, but for the plan: footage is shared.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// What the store knows it by: 1 to 64 of `a`–`z`, `0`–`9` and `-`. Empty until it is stored.
    pub id: String,
    /// What the person calls it, at most 120 characters, on one line.
    pub name: String,
    /// When it was saved, in milliseconds since 1970; 0 if never.
    pub saved_ms: u64,
    /// The song, once there is one.
    pub song: Option<SongEntry>,
    /// The clips in the order in which they came. One that is taken away keeps its place, since
    /// wishes and plans name clips by position.
    pub clips: Vec<ClipEntry>,
    /// What is asked for.
    pub brief: Brief,
    /// The film as it stands.
    pub plan: Option<Plan>,
}

/// The song of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct SongEntry {
    /// Its file. The path is as it was dropped.
    pub media: MediaReference,
    /// What was heard, before any correction; [`nothing_heard`] if nobody has listened yet.
    pub heard: BeatGrid,
    /// What the listening decided unasked.
    pub decisions: Vec<Decision>,
}

/// The beats of a song that nobody has listened to: none, in a song of no length.
#[must_use]
pub fn nothing_heard() -> BeatGrid {
    BeatGrid {
        // That of the music clock of plans without beats.
        rate: 48_000,
        duration: 0,
        tempo_millibpm: 0,
        confidence_permille: 0,
        beats_per_bar: 0,
        beats: Vec::new(),
        sections: Vec::new(),
        readings: Vec::new(),
        landmarks: Vec::new(),
        analysis: std::collections::BTreeMap::new(),
    }
}

impl SongEntry {
    /// Whether somebody has listened to it.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.heard.duration > 0
    }
}

/// One clip of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipEntry {
    /// Its file. The path is as it was dropped.
    pub media: MediaReference,
    /// What is known of its pictures; none if nobody has looked yet, or could not.
    pub footage: Option<Arc<Footage>>,
    /// How closely it was looked at. Says nothing without `footage`.
    pub depth: Depth,
    /// Why the browser cannot decode it, for people.
    pub note: Option<String>,
    /// Taken away by the person. It stays in the list, and is offered to no plan.
    pub removed: bool,
}

/// How closely a clip was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// At its key frames.
    #[default]
    Quick,
    /// At many pictures a second.
    Dense,
    /// By the program, whose analysis was dropped in.
    Inspected,
}

impl Depth {
    /// Every depth, by its name.
    pub const NAMES: &[(&str, Self)] = &[
        ("quick", Self::Quick),
        ("dense", Self::Dense),
        ("inspected", Self::Inspected),
    ];
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// Width of the film in pixels, even, 16 to 8192.
    pub width: u32,
    /// Height of the film in pixels, even, 16 to 8192.
    pub height: u32,
    /// Frame rate, 1 to 240.
    pub rate: Rate,
    /// How pictures of another shape are fitted.
    pub fit: Fit,
    /// How to cut.
    pub settings: EditSettings,
    /// Corrections of what was heard, in the order in which they are applied.
    pub corrections: Vec<Correction>,
    /// What is never shown.
    pub bans: Vec<Ban>,
    /// What must be shown.
    pub musts: Vec<Must>,
    /// What is shown only in parts of the song.
    pub windows: Vec<SongWindow>,
    /// How gladly clips are shown that are not as any other, in order of clips, one entry a clip.
    pub weights: Vec<ClipWeight>,
}

impl Default for Brief {
    /// 1920 by 1080 at 30 frames a second, and the planner's own settings.
    fn default() -> Self {
        let shape = presets::Shape::default();
        let (width, height) = shape.size();
        Self {
            width,
            height,
            rate: presets::usual_rate(),
            fit: Fit::default(),
            settings: EditSettings::default(),
            corrections: Vec::new(),
            bans: Vec::new(),
            musts: Vec::new(),
            windows: Vec::new(),
            weights: Vec::new(),
        }
    }
}

impl Brief {
    /// The film's picture, as the planner takes it.
    #[must_use]
    pub fn output(&self) -> Output {
        Output {
            width: self.width,
            height: self.height,
            rate: self.rate,
            fit: self.fit,
            extra: shared::plan::Extra::new(),
        }
    }
}

impl ClipEntry {
    /// A clip of which only the file is known.
    #[must_use]
    pub fn new(media: MediaReference) -> Self {
        Self {
            media,
            footage: None,
            depth: Depth::default(),
            note: None,
            removed: false,
        }
    }
}

impl Project {
    /// An empty project.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            saved_ms: 0,
            song: None,
            clips: Vec::new(),
            brief: Brief::default(),
            plan: None,
        }
    }
}

/// The project of a plan that somebody has: the media are known by reference, no file is there yet.
///
/// Clips stand in the order of the plan's media. What the plan says of how it was made (style,
/// seed, and settings of the planner) becomes the brief. The beats of the plan count as heard,
/// with no corrections, since those are in them already.
#[must_use]
pub fn from_plan(plan: Plan) -> Project {
    let made_by = plan.made_by.as_ref();
    let settings = made_by.map_or_else(EditSettings::default, EditSettings::of);
    Project {
        id: String::new(),
        name: stem(plan.music.media.path.name()).to_owned(),
        saved_ms: 0,
        song: Some(SongEntry {
            media: plan.music.media.clone(),
            heard: plan.music.beat_grid.clone().unwrap_or_else(nothing_heard),
            decisions: Vec::new(),
        }),
        clips: plan.media.iter().cloned().map(ClipEntry::new).collect(),
        brief: Brief {
            width: plan.output.width,
            height: plan.output.height,
            rate: plan.output.rate,
            fit: plan.output.fit,
            settings,
            ..Brief::default()
        },
        plan: Some(plan),
    }
}
