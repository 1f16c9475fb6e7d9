//! From JSON to a project.
//!
//! A project outlives the program that wrote it, so the reader takes what it can: keys that it does
//! not know are passed over, and a part that would break something is left out and told, so that
//! the rest is not lost.

use std::sync::Arc;

use planner_wasm::edit::{Ban, EditSettings};
use planner_wasm::footage::Footage;
use planner_wasm::music::corrections::Correction;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use shared::media::{MediaPath, MediaReference};
use shared::plan::{MAX_MEDIA, Plan};

use super::model::{Brief, ClipEntry, FORMAT, Project, SongEntry, nothing_heard};
use super::sound;

/// Projects above this many bytes are refused unread.
pub const MAX_PROJECT_BYTES: usize = 128 * 1024 * 1024;

/// Most characters of a name or a note that are kept.
const MOST_CHARACTERS: usize = 120;
/// Most corrections, and most bans, that are kept.
const MOST_WISHES: usize = 100_000;

/// A project that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The project.
    pub project: Project,
    /// What was left out and why, a sentence each.
    pub notes: Vec<String>,
    /// Clips whose footage is kept apart: position and key.
    pub apart: Vec<(usize, String)>,
}

/// Why a project was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// It is too large.
    #[error("the project is {bytes} bytes long; the most that is read is {MAX_PROJECT_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is not JSON, or not of the form of a project.
    #[error("the file is damaged, or no project: {0}; export the project again")]
    Syntax(#[from] serde_json::Error),
    /// It is JSON of some other kind.
    #[error("the file is no project: it does not say that it is \"{FORMAT}\"")]
    NotAProject,
    /// It was made for a newer page.
    #[error(
        "the project is \"{found}\" and this page reads up to \"{FORMAT}\"; reload the page to update it"
    )]
    Newer {
        /// What it says that it is.
        found: String,
    },
    /// It has more clips than a plan can name.
    #[error("the project has {clips} clips; the most that a film can have is {MAX_MEDIA}")]
    TooManyClips {
        /// How many.
        clips: usize,
    },
}

type Part<'a> = Option<&'a RawValue>;

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    format: Part<'a>,
    #[serde(borrow, default)]
    id: Part<'a>,
    #[serde(borrow, default)]
    name: Part<'a>,
    #[serde(borrow, default)]
    saved_ms: Part<'a>,
    #[serde(borrow, default)]
    song: Part<'a>,
    #[serde(borrow, default)]
    clips: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    brief: Part<'a>,
    #[serde(borrow, default)]
    plan: Part<'a>,
}

#[derive(Deserialize)]
struct Song<'a> {
    #[serde(borrow, default)]
    media: Part<'a>,
    #[serde(borrow, default)]
    heard: Part<'a>,
    #[serde(borrow, default)]
    decisions: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Clip<'a> {
    #[serde(borrow, default)]
    media: Part<'a>,
    #[serde(borrow, default)]
    footage: Part<'a>,
    #[serde(borrow, default)]
    footage_key: Part<'a>,
    #[serde(borrow, default)]
    depth: Part<'a>,
    #[serde(borrow, default)]
    note: Part<'a>,
    #[serde(borrow, default)]
    removed: Part<'a>,
}

#[derive(Deserialize)]
struct Wishes<'a> {
    #[serde(borrow, default)]
    width: Part<'a>,
    #[serde(borrow, default)]
    height: Part<'a>,
    #[serde(borrow, default)]
    rate: Part<'a>,
    #[serde(borrow, default)]
    fit: Part<'a>,
    #[serde(borrow, default)]
    settings: Part<'a>,
    #[serde(borrow, default)]
    corrections: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    bans: Vec<&'a RawValue>,
}

/// The part, if it is there and of its type.
fn typed<T: DeserializeOwned>(part: Part<'_>) -> Option<T> {
    serde_json::from_str(part?.get()).ok()
}

impl Project {
    /// Reads a project. A byte order mark at the front is skipped.
    ///
    /// # Errors
    /// [`ProjectError`] if it is too large, not JSON, of another kind, or newer. Parts that cannot
    /// be used are left out and told instead.
    pub fn from_json(json: &str) -> Result<Opened, ProjectError> {
        if json.len() > MAX_PROJECT_BYTES {
            return Err(ProjectError::TooLarge { bytes: json.len() });
        }
        let json = json.trim_start_matches('\u{feff}');
        let document: Document<'_> = serde_json::from_str(json)?;
        refuse_other(typed(document.format))?;
        if document.clips.len() > MAX_MEDIA {
            return Err(ProjectError::TooManyClips {
                clips: document.clips.len(),
            });
        }
        let mut notes = Vec::new();
        let mut apart = Vec::new();
        let song = document.song.and_then(|raw| song(raw, &mut notes));
        let mut clips = Vec::with_capacity(document.clips.len());
        for (at, raw) in document.clips.iter().enumerate() {
            let (clip, key) = clip(at, raw, &mut notes);
            apart.extend(key.map(|key| (at, key)));
            clips.push(clip);
        }
        let brief = document
            .brief
            .map_or_else(Brief::default, |raw| brief(raw, clips.len(), &mut notes));
        let plan = document.plan.and_then(|raw| plan(raw, &mut notes));
        let id: String = typed(document.id).unwrap_or_default();
        let name: String = typed(document.name).unwrap_or_default();
        let saved_ms: u64 = typed(document.saved_ms).unwrap_or(0);
        let project = Self {
            id: if is_id(&id) { id } else { String::new() },
            name: line(&name),
            saved_ms: if saved_ms < 1 << 53 { saved_ms } else { 0 },
            song,
            clips,
            brief,
            plan,
        };
        Ok(Opened {
            project,
            notes,
            apart,
        })
    }
}

/// The footage of a clip that was kept apart; `None` if it cannot be used, so that the clip must
/// be looked at again.
#[must_use]
pub fn footage_from_json(json: &str) -> Option<Arc<Footage>> {
    let footage: Footage = serde_json::from_str(json).ok()?;
    sound::is_footage(&footage).then(|| Arc::new(footage))
}

/// What the container of a clip says: a media reference as it stands in a plan, but without a path;
/// the path of the result is `-`. `None` if it cannot be so.
#[must_use]
pub fn probed(json: &str) -> Option<MediaReference> {
    let mut value: serde_json::Value = serde_json::from_str(json).ok()?;
    value.as_object_mut()?.insert("path".to_owned(), "-".into());
    let raw = serde_json::value::to_raw_value(&value).ok()?;
    sound::media(&raw)
}

fn refuse_other(format: Option<String>) -> Result<(), ProjectError> {
    let found = format.ok_or(ProjectError::NotAProject)?;
    if found == FORMAT {
        return Ok(());
    }
    let version = found.strip_prefix("autocut-project/");
    match version.and_then(|version| version.parse::<u64>().ok()) {
        Some(version) if version > 1 => Err(ProjectError::Newer { found }),
        _ => Err(ProjectError::NotAProject),
    }
}

fn song(raw: &RawValue, notes: &mut Vec<String>) -> Option<SongEntry> {
    let read = serde_json::from_str::<Song<'_>>(raw.get()).ok();
    let read = read.and_then(|song| Some((sound::media(song.media?)?, song)));
    let Some((media, song)) = read else {
        notes.push("The song of this project cannot be read; drop it again.".to_owned());
        return None;
    };
    let heard = song.heard.and_then(sound::beat_grid);
    if song.heard.is_some() && heard.is_none() {
        notes.push(format!(
            "What was heard in {} cannot be read; the song is analysed again.",
            media.path.name()
        ));
    }
    Some(SongEntry {
        media,
        heard: heard.unwrap_or_else(nothing_heard),
        decisions: sound::decisions(&song.decisions),
    })
}

/// A clip, and the key of its footage. One that cannot be read keeps its place, since others are
/// known by theirs.
fn clip(at: usize, raw: &RawValue, notes: &mut Vec<String>) -> (ClipEntry, Option<String>) {
    let read = serde_json::from_str::<Clip<'_>>(raw.get()).ok();
    let read = read.and_then(|clip| Some((sound::media(clip.media?)?, clip)));
    let Some((media, clip)) = read else {
        let name = format!("unreadable clip {}", at + 1);
        notes.push(format!(
            "Clip {} of this project cannot be read and is taken away; drop it again.",
            at + 1
        ));
        let media = MediaReference::by_path(MediaPath::from_bytes(name.as_bytes()));
        let entry = ClipEntry {
            removed: true,
            ..ClipEntry::new(media)
        };
        return (entry, None);
    };
    let footage = clip.footage.and_then(|raw| footage_from_json(raw.get()));
    if clip.footage.is_some() && footage.is_none() {
        notes.push(format!(
            "What is known of {} cannot be read; the clip is looked at again.",
            media.path.name()
        ));
    }
    let key = typed(clip.footage_key).filter(|key: &String| footage.is_none() && is_key(key));
    let entry = ClipEntry {
        media,
        footage,
        depth: typed(clip.depth).unwrap_or_default(),
        note: typed::<String>(clip.note).map(|note| line(&note)),
        removed: typed(clip.removed).unwrap_or(false),
    };
    (entry, key)
}

fn brief(raw: &RawValue, clips: usize, notes: &mut Vec<String>) -> Brief {
    let usual = Brief::default();
    let Ok(wishes) = serde_json::from_str::<Wishes<'_>>(raw.get()) else {
        notes.push("The settings of this project cannot be read; the usual ones hold.".to_owned());
        return usual;
    };
    let settings = wishes.settings.map(|raw| settings(raw, notes));
    let mut brief = Brief {
        width: typed(wishes.width).unwrap_or(usual.width),
        height: typed(wishes.height).unwrap_or(usual.height),
        rate: typed(wishes.rate).unwrap_or(usual.rate),
        fit: typed(wishes.fit).unwrap_or_default(),
        settings: settings.unwrap_or_default(),
        corrections: corrections(&wishes.corrections, notes),
        bans: bans(&wishes.bans, clips, notes),
    };
    if !sound::is_output(&brief.output()) {
        notes.push(format!(
            "No film can have {} by {} pixels at {} frames a second; the usual ones hold.",
            brief.width, brief.height, brief.rate
        ));
        (brief.width, brief.height, brief.rate) = (usual.width, usual.height, usual.rate);
    }
    brief
}

/// How to cut. A setting that is not known here keeps its usual value, and the others hold.
fn settings(raw: &RawValue, notes: &mut Vec<String>) -> EditSettings {
    use serde_json::{Map, Value};
    if let Some(settings) = typed(Some(raw)) {
        return settings;
    }
    let entries: Map<String, Value> = typed(Some(raw)).unwrap_or_default();
    let alone = |name: &String, value: &Value| {
        let one = Map::from_iter([(name.clone(), value.clone())]);
        serde_json::from_value::<EditSettings>(one.into()).is_ok()
    };
    let known = entries.iter().filter(|(name, value)| alone(name, value));
    let known: Map<_, _> = known
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    notes.push("Some of how to cut is not known here; the usual settings hold there.".to_owned());
    serde_json::from_value(known.into()).unwrap_or_default()
}

/// The corrections up to the first that is not known here: those after it speak of the beats that
/// it leaves.
fn corrections(raw: &[&RawValue], notes: &mut Vec<String>) -> Vec<Correction> {
    let known = raw
        .iter()
        .take(MOST_WISHES)
        .map_while(|raw| typed(Some(*raw)));
    let known: Vec<_> = known.collect();
    if known.len() < raw.len() {
        notes.push(format!(
            "{} corrections of the beats are not known here and left out.",
            raw.len() - known.len()
        ));
    }
    known
}

fn bans(raw: &[&RawValue], clips: usize, notes: &mut Vec<String>) -> Vec<Ban> {
    let holds = |ban: &Ban| {
        let exists = usize::try_from(ban.media).is_ok_and(|media| media < clips);
        exists && ban.range_us.is_none_or(|(from, to)| from < to)
    };
    let known = raw
        .iter()
        .take(MOST_WISHES)
        .filter_map(|raw| typed(Some(*raw)));
    let known: Vec<_> = known.filter(holds).collect();
    if known.len() < raw.len() {
        notes.push(format!(
            "{} bans are of no clip of this project and left out.",
            raw.len() - known.len()
        ));
    }
    known
}

fn plan(raw: &RawValue, notes: &mut Vec<String>) -> Option<Plan> {
    match Plan::from_json(raw.get()) {
        Ok(plan) => Some(plan),
        Err(error) => {
            let error = error.to_string();
            let why = error.lines().next().unwrap_or_default();
            notes.push(format!(
                "The film of this project cannot be used and is left out ({why}); plan it again."
            ));
            None
        }
    }
}

/// Text on one line, not too long.
fn line(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let clean: String = clean.take(MOST_CHARACTERS).collect();
    clean.trim().to_owned()
}

fn is_id(id: &str) -> bool {
    let known = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    (1..=64).contains(&id.len()) && id.bytes().all(known)
}

fn is_key(key: &str) -> bool {
    key.len() == 32 && key.bytes().all(|c| c.is_ascii_hexdigit())
}
