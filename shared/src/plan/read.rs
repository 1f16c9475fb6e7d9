//! From JSON to a plan. Reading goes on after a problem, so that all are told at once.

use std::collections::BTreeMap;

use super::error::PlanError;
use super::fields::{Fields, Path, Problems, text};
use super::model::{
    Clip, Cut, CutKind, FRAME_SIDE, Fit, Focus, MAX_ALTERNATES, MAX_EXACT, MAX_MEDIA,
    MAX_PLAN_BYTES, MAX_SLOTS, MadeBy, MusicTrack, Output, Plan, SCHEMA, Slot, Style,
};
use super::node::Node;
use super::read_grid::beat_grid;
use crate::decision::{Decision, DecisionCode};
use crate::media::{MediaPath, MediaReference, VideoStream};

/// Most entries in lists that have no limit of their own.
pub(super) const MAX_ITEMS: usize = 100_000;

impl Plan {
    /// Reads and checks a plan. A byte order mark at the front is skipped.
    ///
    /// # Errors
    /// [`PlanError`]: too large, not JSON, newer, or a list of all problems with their JSON paths.
    pub fn from_json(json: &str) -> Result<Self, PlanError> {
        let bytes = u64::try_from(json.len()).unwrap_or(u64::MAX);
        if bytes > MAX_PLAN_BYTES {
            return Err(PlanError::TooLarge {
                bytes,
                limit: MAX_PLAN_BYTES,
            });
        }
        let node: Node<'_> = serde_json::from_str(json.trim_start_matches('\u{feff}'))?;
        refuse_newer(&node)?;
        let mut problems = Problems::default();
        let read = plan(&node, &mut problems);
        drop(node);
        match read {
            // The rules speak of a plan whose parts are all there: indices would mislead otherwise.
            Some(plan) if problems.total == 0 => {
                super::rules::check(&plan, &mut problems);
                if problems.total == 0 {
                    Ok(plan)
                } else {
                    Err(invalid(problems))
                }
            }
            _ => Err(invalid(problems)),
        }
    }
}

fn invalid(problems: Problems) -> PlanError {
    PlanError::Invalid {
        problems: problems.list,
        total: problems.total,
    }
}

/// A plan of a newer major version is refused in one sentence, not in a hundred.
fn refuse_newer(node: &Node<'_>) -> Result<(), PlanError> {
    let Node::Object(entries) = node else {
        return Ok(());
    };
    let schema = entries
        .iter()
        .find(|(key, _)| key == "schema")
        .map(|(_, node)| node);
    if let Some(Node::Text(found)) = schema
        && let Some(version) = found.strip_prefix("autocut-plan/")
        && version.parse::<u64>().is_ok_and(|version| version > 1)
    {
        return Err(PlanError::Newer {
            found: found.clone().into_owned(),
            known: SCHEMA,
        });
    }
    Ok(())
}

fn plan(node: &Node<'_>, problems: &mut Problems) -> Option<Plan> {
    let known = [
        "schema",
        "made_by",
        "output",
        "music",
        "media",
        "slots",
        "decisions",
    ];
    let root = Path::Root;
    let fields = Fields::of(node, &root, &known, problems)?;
    if let Some(schema) = fields.need("schema", problems)
        && !matches!(schema, Node::Text(text) if text == SCHEMA)
    {
        problems.note(
            &Path::Field(&root, "schema"),
            format_args!("must be \"{SCHEMA}\""),
        );
    }
    let at = |name: &'static str| Path::Field(&Path::Root, name);
    let made_by = fields
        .get("made_by")
        .and_then(|node| made_by(node, &at("made_by"), problems));
    let output = fields.need("output", problems);
    let output = output.and_then(|node| self::output(node, &at("output"), problems));
    let music = fields.need("music", problems);
    let music = music.and_then(|node| self::music(node, &at("music"), problems));
    fields.need("media", problems);
    let media = fields.list("media", MAX_MEDIA, problems, media);
    fields.need("slots", problems);
    let slots = fields.list("slots", MAX_SLOTS, problems, slot);
    let decisions = fields.list("decisions", MAX_ITEMS, problems, decision);
    Some(Plan {
        schema: SCHEMA.to_owned(),
        made_by,
        output: output?,
        music: music?,
        media,
        slots,
        decisions,
        extra: fields.extra(),
    })
}

fn made_by(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<MadeBy> {
    let fields = Fields::of(
        node,
        path,
        &["planner", "seed", "style", "settings"],
        problems,
    )?;
    fields.need("planner", problems);
    fields.need("style", problems);
    let style = fields.one_of("style", Style::NAMES, problems);
    Some(MadeBy {
        planner: fields.text("planner", problems)?.to_owned(),
        seed: fields.need_whole("seed", 0..=MAX_EXACT, problems)?,
        style: style?,
        settings: texts(&fields, "settings", path, problems),
    })
}

fn output(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Output> {
    let fields = Fields::of(node, path, &["width", "height", "rate", "fit"], problems)?;
    let sides = || u64::from(*FRAME_SIDE.start())..=u64::from(*FRAME_SIDE.end());
    let width = fields.need_whole("width", sides(), problems);
    let height = fields.need_whole("height", sides(), problems);
    fields.need("rate", problems);
    let rate = fields.parsed("rate", problems);
    let fit = fields.one_of("fit", Fit::NAMES, problems);
    Some(Output {
        width: u32::try_from(width?).ok()?,
        height: u32::try_from(height?).ok()?,
        rate: rate?,
        fit: fit.unwrap_or_default(),
        extra: fields.extra(),
    })
}

fn music(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<MusicTrack> {
    let fields = Fields::of(
        node,
        path,
        &["media", "source_start", "beat_grid"],
        problems,
    )?;
    let media = fields.need("media", problems);
    let media = media.and_then(|node| self::media(node, &Path::Field(path, "media"), problems));
    let source_start = fields.whole("source_start", 0..=MAX_EXACT, problems);
    let grid = fields.get("beat_grid");
    let grid = grid.and_then(|node| beat_grid(node, &Path::Field(path, "beat_grid"), problems));
    Some(MusicTrack {
        media: media?,
        source_start: source_start.unwrap_or(0),
        beat_grid: grid,
        extra: fields.extra(),
    })
}

fn media(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<MediaReference> {
    let known = ["path", "bytes", "duration_us", "fingerprint", "video"];
    let fields = Fields::of(node, path, &known, problems)?;
    fields.need("path", problems);
    let found = fields.text("path", problems);
    let place = found.and_then(MediaPath::from_text);
    if let (Some(found), None) = (found, &place) {
        let why = "names no file: it is empty, has a zero byte, or a % that begins no escape \
                   (write % itself as %25)";
        problems.note(&Path::Field(path, "path"), format_args!("{found:?} {why}"));
    }
    let bytes = fields.whole("bytes", 0..=MAX_EXACT, problems);
    let duration_us = fields.whole("duration_us", 0..=MAX_EXACT, problems);
    let fingerprint = fields.parsed("fingerprint", problems);
    let video = fields.get("video");
    let video = video.and_then(|node| self::video(node, &Path::Field(path, "video"), problems));
    Some(MediaReference {
        path: place?,
        bytes,
        duration_us,
        fingerprint,
        video,
        extra: fields.extra(),
    })
}

fn video(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<VideoStream> {
    let fields = Fields::of(node, path, &["width", "height", "rate", "codec"], problems)?;
    let width = fields.need_whole("width", 1..=1_000_000, problems);
    let height = fields.need_whole("height", 1..=1_000_000, problems);
    fields.need("codec", problems);
    let codec = fields.text("codec", problems);
    let rate = fields.parsed("rate", problems);
    Some(VideoStream {
        width: u32::try_from(width?).ok()?,
        height: u32::try_from(height?).ok()?,
        rate,
        codec: codec?.to_owned(),
    })
}

fn slot(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Slot> {
    let known = [
        "record_start",
        "record_duration",
        "cut",
        "clip",
        "alternates",
        "fit",
        "focus",
        "locked",
    ];
    let fields = Fields::of(node, path, &known, problems)?;
    let start = fields.need_whole("record_start", 0..=MAX_EXACT, problems);
    let duration = fields.need_whole("record_duration", 1..=u64::from(u32::MAX), problems);
    let cut = fields.get("cut");
    let cut = cut.and_then(|node| self::cut(node, &Path::Field(path, "cut"), problems));
    let clip = fields.need("clip", problems);
    let clip = clip.and_then(|node| self::clip(node, &Path::Field(path, "clip"), problems));
    let alternates = fields.list("alternates", MAX_ALTERNATES, problems, self::clip);
    let fit = fields.one_of("fit", Fit::NAMES, problems);
    let focus = fields.get("focus");
    let focus = focus.and_then(|node| self::focus(node, &Path::Field(path, "focus"), problems));
    let locked = fields.flag("locked", problems);
    Some(Slot {
        record_start: start?,
        record_duration: u32::try_from(duration?).ok()?,
        cut,
        clip: clip?,
        alternates,
        fit,
        focus,
        locked,
        extra: fields.extra(),
    })
}

fn focus(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Focus> {
    let fields = Fields::of(node, path, &["x_permille", "y_permille"], problems)?;
    let x = fields.need_whole("x_permille", 0..=1000, problems);
    let y = fields.need_whole("y_permille", 0..=1000, problems);
    Some(Focus {
        x_permille: u16::try_from(x?).ok()?,
        y_permille: u16::try_from(y?).ok()?,
    })
}

fn cut(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Cut> {
    let fields = Fields::of(node, path, &["at", "on"], problems)?;
    let at = fields.need_whole("at", 0..=MAX_EXACT, problems);
    fields.need("on", problems);
    let on = fields.one_of("on", CutKind::NAMES, problems);
    Some(Cut { at: at?, on: on? })
}

fn clip(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Clip> {
    let known = ["media", "source_start", "speed", "score_permille", "why"];
    let fields = Fields::of(node, path, &known, problems)?;
    let media = fields.need_whole("media", 0..=u64::from(u32::MAX), problems);
    let source_start = fields.need_whole("source_start", 0..=MAX_EXACT, problems);
    let speed = fields.parsed("speed", problems);
    let score = fields.whole("score_permille", 0..=1000, problems);
    Some(Clip {
        media: u32::try_from(media?).ok()?,
        source_start: source_start?,
        speed: speed.unwrap_or_default(),
        score_permille: score.and_then(|score| u16::try_from(score).ok()),
        why: fields.text("why", problems).map(str::to_owned),
        extra: fields.extra(),
    })
}

fn decision(node: &Node<'_>, path: &Path<'_>, problems: &mut Problems) -> Option<Decision> {
    let fields = Fields::of(node, path, &["code", "subject", "detail"], problems)?;
    fields.need("code", problems);
    fields.need("detail", problems);
    let codes: Vec<_> = DecisionCode::ALL
        .iter()
        .map(|code| (code.as_str(), *code))
        .collect();
    let code = fields.one_of("code", &codes, problems);
    let subject = fields.text("subject", problems).map(str::to_owned);
    Some(Decision {
        code: code?,
        subject,
        detail: fields.text("detail", problems)?.to_owned(),
    })
}

/// An object of texts, such as settings by name.
pub(super) fn texts(
    fields: &Fields<'_, '_>,
    name: &str,
    parent: &Path<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let path = Path::Field(parent, name);
    match fields.get(name) {
        None => BTreeMap::new(),
        Some(node @ Node::Object(entries)) => {
            let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_ref()).collect();
            Fields::of(node, &path, &keys, problems);
            let one = |(key, node): &(_, Node<'_>)| {
                let key: &std::borrow::Cow<'_, str> = key;
                let value = text(node, &Path::Field(&path, key), problems)?;
                Some((key.clone().into_owned(), value.to_owned()))
            };
            entries.iter().filter_map(one).collect()
        }
        Some(node) => {
            problems.note(
                &path,
                format_args!("expected an object, found {}", node.kind()),
            );
            BTreeMap::new()
        }
    }
}
