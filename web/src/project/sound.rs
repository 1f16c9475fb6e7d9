//! What must hold of the parts that come from outside, whoever wrote them.
//!
//! The reader of plans is strict, and there is no second one: media references, beats and sizes
//! are put into a plan of one slot, and what comes back out of its JSON is sound. Before that, keys
//! that a newer program may have added are taken away.

use planner_wasm::footage::{Footage, TICK_US};
use serde_json::Value;
use serde_json::value::RawValue;
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{Output, Plan};

/// Most decisions that are kept of a song.
const MOST_DECISIONS: usize = 1000;

/// A media reference, if it names a file.
pub(super) fn media(raw: &RawValue) -> Option<MediaReference> {
    let read = serde_json::from_str(raw.get()).ok().or_else(|| {
        let mut value: Value = serde_json::from_str(raw.get()).ok()?;
        if let Some(video) = value.get_mut("video") {
            keep(video, &["width", "height", "rate", "codec"]);
        }
        serde_json::from_value(value).ok()
    });
    let mut read: MediaReference = read?;
    read.extra.retain(|key, _| key.starts_with("x_"));
    let mut plan = smallest()?;
    plan.media = vec![read];
    checked(&plan)?.media.pop()
}

/// What was heard in a song.
pub(super) fn beat_grid(raw: &RawValue) -> Option<BeatGrid> {
    let read = serde_json::from_str(raw.get()).ok().or_else(|| {
        let mut value: Value = serde_json::from_str(raw.get()).ok()?;
        let known = [
            "rate",
            "duration",
            "tempo_millibpm",
            "confidence_permille",
            "beats_per_bar",
            "beats",
            "sections",
            "analysis",
        ];
        keep(&mut value, &known);
        for (list, known) in [
            ("beats", &["at", "position", "energy_permille"][..]),
            ("sections", &["start", "end", "label", "energy_permille"]),
        ] {
            let items = value.get_mut(list).and_then(Value::as_array_mut);
            items
                .into_iter()
                .flatten()
                .for_each(|item| keep(item, known));
        }
        serde_json::from_value(value).ok()
    });
    let mut plan = smallest()?;
    plan.music.beat_grid = Some(read?);
    checked(&plan)?.music.beat_grid
}

/// The decisions that are known here; those of a newer program are left out.
pub(super) fn decisions(raw: &[&RawValue]) -> Vec<Decision> {
    let one = |raw: &&RawValue| {
        let mut value: Value = serde_json::from_str(raw.get()).ok()?;
        keep(&mut value, &["code", "subject", "detail"]);
        serde_json::from_value(value).ok()
    };
    raw.iter().take(MOST_DECISIONS).filter_map(one).collect()
}

/// Whether a film may have this size and rate.
pub(super) fn is_output(output: &Output) -> bool {
    smallest().is_some_and(|mut plan| {
        plan.output = output.clone();
        checked(&plan).is_some()
    })
}

/// Whether footage hangs together: takes and anchors in order and inside, as many measures as its
/// length has ticks.
pub(super) fn is_footage(footage: &Footage) -> bool {
    let Footage {
        start_us, end_us, ..
    } = *footage;
    let ticks = end_us.saturating_sub(start_us).div_ceil(TICK_US);
    let mut at = start_us;
    let in_order = footage.shots.iter().all(|shot| {
        let follows = shot.start_us >= at && shot.end_us >= shot.start_us && shot.end_us <= end_us;
        at = shot.end_us;
        follows
    });
    start_us <= end_us
        && end_us < 1 << 53
        && in_order
        && u64::try_from(footage.ticks.len()) == Ok(ticks)
        && footage.anchors.is_sorted_by_key(|anchor| anchor.at_us)
        && footage
            .anchors
            .iter()
            .all(|anchor| (start_us..=end_us).contains(&anchor.at_us))
}

/// Takes every key away but these.
fn keep(value: &mut Value, known: &[&str]) {
    if let Value::Object(entries) = value {
        entries.retain(|key, _| known.contains(&key.as_str()));
    }
}

fn checked(plan: &Plan) -> Option<Plan> {
    Plan::from_json(&plan.to_json()).ok()
}

/// A plan of one frame of one clip.
fn smallest() -> Option<Plan> {
    let text = r#"{
        "schema": "autocut-plan/1",
        "output": { "width": 16, "height": 16, "rate": "30" },
        "music": { "media": { "path": "-" } },
        "media": [{ "path": "-" }],
        "slots": [
            { "record_start": 0, "record_duration": 1, "clip": { "media": 0, "source_start": 0 } }
        ]
    }"#;
    Plan::from_json(text).ok()
}
