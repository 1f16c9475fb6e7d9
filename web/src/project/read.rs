//! From JSON to a project.
//!
//! A project outlives the program that wrote it, so the reader takes what it can: keys that it does
//! not know are passed over, and a part that would break something is left out and told, so that
//! the rest is not lost.

use std::sync::Arc;

use planner_wasm::edit::EditSettings;
use planner_wasm::footage::Footage;
use planner_wasm::music::corrections::Correction;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use shared::media::{MediaPath, MediaReference};
use shared::plan::{Fit, MAX_EXACT, MAX_MEDIA, Plan};

use super::model::{Brief, ClipEntry, Depth, FORMAT, Project, SongEntry, nothing_heard};
use super::parts::{Parts, value};
use super::sound;
use super::steering::{MOST_WISHES, Reader};

/// Projects above this many bytes are refused unread.
pub const MAX_PROJECT_BYTES: usize = 128 * 1024 * 1024;

/// Most characters of a name or a note that are kept.
const MOST_CHARACTERS: usize = 120;

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

impl Project {
    /// Reads a project. A byte order mark at the front is skipped.
    ///
    /// # Errors
    /// [`ProjectError`] if it is too large, not JSON, of another kind, or newer. Parts that cannot
    /// be used are left out and told instead.
    pub fn from_json(json: &str) -> Result<Opened, ProjectError> {
        Ok(Reading::of(json)?.finish())
    }
}

/// A project that is being read, clip by clip, so that whoever must not be held up can rest between.
pub struct Reading<'a> {
    document: Parts<'a>,
    unread: std::vec::IntoIter<&'a RawValue>,
    song: Option<SongEntry>,
    clips: Vec<ClipEntry>,
    notes: Vec<String>,
    apart: Vec<(usize, String)>,
}

impl<'a> Reading<'a> {
    /// Begins to read; see [`Project::from_json`].
    ///
    /// # Errors
    /// All of [`ProjectError`]; what comes later does not fail.
    pub fn of(json: &'a str) -> Result<Self, ProjectError> {
        if json.len() > MAX_PROJECT_BYTES {
            return Err(ProjectError::TooLarge { bytes: json.len() });
        }
        let json = json.trim_start_matches('\u{feff}');
        let document = Parts::of(json)?;
        refuse_other(document.text("format"))?;
        let list = document.list("clips");
        if list.len() > MAX_MEDIA {
            return Err(ProjectError::TooManyClips { clips: list.len() });
        }
        let mut notes = Vec::new();
        let song = document.get("song").and_then(|raw| song(raw, &mut notes));
        Ok(Self {
            document,
            clips: Vec::with_capacity(list.len()),
            unread: list.into_iter(),
            song,
            notes,
            apart: Vec::new(),
        })
    }

    /// Reads the next clip; false if there is none.
    pub fn step(&mut self) -> bool {
        let Some(raw) = self.unread.next() else {
            return false;
        };
        let at = self.clips.len();
        let (clip, key) = clip(at, raw, &mut self.notes);
        self.apart.extend(key.map(|key| (at, key)));
        self.clips.push(clip);
        true
    }

    /// Reads all that is left.
    #[must_use]
    pub fn finish(mut self) -> Opened {
        while self.step() {}
        let Self {
            document,
            song,
            clips,
            mut notes,
            apart,
            ..
        } = self;
        let brief = document
            .get("brief")
            .map_or_else(Brief::default, |raw| brief(raw, clips.len(), &mut notes));
        let plan = document.get("plan").and_then(|raw| plan(raw, &mut notes));
        let id = document.text("id").unwrap_or_default();
        let name = document.text("name").unwrap_or_default();
        let saved_ms = document.whole("saved_ms").unwrap_or(0);
        let project = Project {
            id: if is_id(&id) { id } else { String::new() },
            name: line(&name),
            saved_ms: if saved_ms <= MAX_EXACT { saved_ms } else { 0 },
            song,
            clips,
            brief,
            plan,
        };
        Opened {
            project,
            notes,
            apart,
        }
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
    let mut value: Value = serde_json::from_str(json).ok()?;
    value.as_object_mut()?.insert("path".to_owned(), "-".into());
    sound::media(value)
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
    let read = media_of(raw);
    let Some((media, song)) = read else {
        notes.push("The song of this project cannot be read; drop it again.".to_owned());
        return None;
    };
    let heard = song
        .get("heard")
        .map(|raw| value(raw).and_then(sound::beat_grid));
    if let Some(None) = heard {
        notes.push(format!(
            "What was heard in {} cannot be read; the song is analysed again.",
            media.path.name()
        ));
    }
    Some(SongEntry {
        media,
        heard: heard.flatten().unwrap_or_else(nothing_heard),
        decisions: sound::decisions(&song.list("decisions")),
    })
}

/// The media reference of a song or clip, and its other parts.
fn media_of(raw: &RawValue) -> Option<(MediaReference, Parts<'_>)> {
    let parts = Parts::of(raw.get()).ok()?;
    Some((sound::media(value(parts.get("media")?)?)?, parts))
}

/// A clip, and the key of its footage. One that cannot be read keeps its place, since others are
/// known by theirs.
fn clip(at: usize, raw: &RawValue, notes: &mut Vec<String>) -> (ClipEntry, Option<String>) {
    let read = media_of(raw);
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
    let footage = clip.get("footage").map(|raw| footage_from_json(raw.get()));
    if let Some(None) = footage {
        notes.push(format!(
            "What is known of {} cannot be read; the clip is looked at again.",
            media.path.name()
        ));
    }
    let footage = footage.flatten();
    let key = clip
        .text("footage_key")
        .filter(|key| footage.is_none() && is_key(key));
    let depth = clip.text("depth").unwrap_or_default();
    let depth = Depth::NAMES.iter().find(|(name, _)| *name == depth);
    let entry = ClipEntry {
        media,
        footage,
        depth: depth.map_or_else(Depth::default, |(_, depth)| *depth),
        note: clip.text("note").map(|note| line(&note)),
        removed: clip.flag("removed"),
    };
    (entry, key)
}

fn brief(raw: &RawValue, clips: usize, notes: &mut Vec<String>) -> Brief {
    let usual = Brief::default();
    let Ok(wishes) = Parts::of(raw.get()) else {
        notes.push("The settings of this project cannot be read; the usual ones hold.".to_owned());
        return usual;
    };
    let side = |name| u32::try_from(wishes.whole(name)?).ok();
    let rate = wishes.text("rate").and_then(|rate| rate.parse().ok());
    let fit = wishes.text("fit").unwrap_or_default();
    let fit = Fit::NAMES.iter().find(|(name, _)| *name == fit);
    let settings = wishes.get("settings").map(|raw| settings(raw, notes));
    let corrections = corrections(&wishes.list("corrections"), notes);
    let mut asked = Reader { clips, notes };
    let mut brief = Brief {
        width: side("width").unwrap_or(usual.width),
        height: side("height").unwrap_or(usual.height),
        rate: rate.unwrap_or(usual.rate),
        fit: fit.map_or_else(Fit::default, |(_, fit)| *fit),
        settings: settings.unwrap_or_default(),
        corrections,
        bans: asked.bans(&wishes.list("bans")),
        musts: asked.musts(&wishes.list("musts")),
        windows: asked.windows(&wishes.list("windows")),
        weights: asked.weights(&wishes.list("weights")),
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
    let read = |text: &str| serde_json::from_str::<EditSettings>(text).ok();
    if let Some(settings) = read(raw.get()) {
        return settings;
    }
    notes.push("Some of how to cut is not known here; the usual settings hold there.".to_owned());
    let Some(Value::Object(mut entries)) = value(raw) else {
        return EditSettings::default();
    };
    entries.retain(|name, value| {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        read(&Value::Object(alone).to_string()).is_some()
    });
    read(&Value::Object(entries).to_string()).unwrap_or_default()
}

/// The corrections up to the first that is not known here: those after it speak of the beats that
/// it leaves.
fn corrections(raw: &[&RawValue], notes: &mut Vec<String>) -> Vec<Correction> {
    let known = raw.iter().take(MOST_WISHES);
    let known = known.map_while(|raw| sound::correction(&value(raw)?));
    let known: Vec<_> = known.collect();
    if known.len() < raw.len() {
        notes.push(format!(
            "{} corrections of the beats are not known here and left out.",
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
