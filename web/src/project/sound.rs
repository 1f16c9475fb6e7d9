//! What must hold of the parts that come from outside, whoever wrote them.
//!
//! The reader of plans is strict, and there is no second one: media references, beats and sizes
//! are put into a plan of one slot, and what comes back out of its JSON is sound. Before that, keys
//! that a newer program may have added are taken away.

use planner_wasm::footage::{Footage, TICK_US};
use planner_wasm::music::corrections::Correction;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::decision::Decision;
use shared::media::MediaReference;
use shared::music::BeatGrid;
use shared::plan::{MAX_EXACT, Output, Plan, SCHEMA};
use shared::reading::{MAX_READINGS, Reading};

use super::parts::value;

/// Most decisions that are kept of a song.
const MOST_DECISIONS: usize = 1000;

/// A media reference, if it names a file.
pub(super) fn media(mut value: Value) -> Option<MediaReference> {
    if let Value::Object(entries) = &mut value {
        let known = ["path", "bytes", "duration_us", "fingerprint", "video"];
        entries.retain(|key, _| known.contains(&key.as_str()) || key.starts_with("x_"));
    }
    if let Some(video) = value.get_mut("video") {
        keep(video, &["width", "height", "rate", "codec"]);
    }
    let mut plan = with("", "media", vec![value].into())?;
    plan.media.pop()
}

/// What was heard in a song.
pub(super) fn beat_grid(mut value: Value) -> Option<BeatGrid> {
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
    keep(&mut value, &known);
    for (list, known) in [
        (
            "beats",
            &["at", "position", "energy_permille", "confidence_permille"][..],
        ),
        (
            "readings",
            &[
                "beats",
                "tempo_millibpm",
                "beats_per_bar",
                "downbeat",
                "likelihood_permille",
            ],
        ),
        ("sections", &["start", "end", "label", "energy_permille"]),
        ("landmarks", &["at", "bits"]),
    ] {
        let items = value.get_mut(list).and_then(Value::as_array_mut);
        items
            .into_iter()
            .flatten()
            .for_each(|item| keep(item, known));
    }
    if let Some(Value::Array(readings)) = value.get_mut("readings") {
        // One that a newer program knows and this one does not is no loss to the others.
        readings.retain_mut(is_reading);
        readings.truncate(MAX_READINGS);
    }
    with("/music", "beat_grid", value)?.music.beat_grid
}

/// Whether a reading is known here. What its beats say beyond that is taken away.
fn is_reading(value: &mut Value) -> bool {
    if let Some(beats) = value.get_mut("beats") {
        keep(beats, &["divided", "even"]);
        for (kind, known) in [
            ("divided", ["parts", "every", "first"]),
            ("even", ["first", "last", "count"]),
        ] {
            if let Some(told) = beats.get_mut(kind) {
                keep(told, &known);
            }
        }
    }
    serde_json::from_value::<Reading>(value.clone()).is_ok()
}

/// The decisions that are known here; those of a newer program are left out.
pub(super) fn decisions(raw: &[&RawValue]) -> Vec<Decision> {
    let one = |raw: &&RawValue| {
        let mut value = value(raw)?;
        keep(&mut value, &["code", "subject", "detail"]);
        let mut plan = with("", "decisions", vec![value].into())?;
        plan.decisions.pop()
    };
    raw.iter().take(MOST_DECISIONS).filter_map(one).collect()
}

/// A correction of the beats; `None` if it is not known here, or says more than is known.
pub(super) fn correction(value: &Value) -> Option<Correction> {
    let entries = value.as_object()?;
    let alone = entries.len() == 1;
    let said = |name: &str| entries.get(name).filter(|_| entries.len() == 2);
    let correction = match entries.get("kind")?.as_str()? {
        "double" if alone => Correction::Double,
        "halve" if alone => Correction::Halve,
        "nudge" => Correction::Nudge {
            samples: said("samples")?.as_i64()?,
        },
        "downbeat" => Correction::Downbeat {
            beat: usize::try_from(said("beat")?.as_u64()?).ok()?,
        },
        "meter" => Correction::Meter {
            beats_per_bar: u8::try_from(said("beats_per_bar")?.as_u64()?).ok()?,
        },
        "reading" => Correction::Reading {
            reading: serde_json::from_value(said("reading")?.clone()).ok()?,
        },
        "tap" => {
            let taps = said("taps")?.as_array()?.iter();
            Correction::Tap {
                taps: taps.map(Value::as_u64).collect::<Option<_>>()?,
            }
        }
        _ => return None,
    };
    Some(correction)
}

/// Whether a film may have this size and rate.
pub(super) fn is_output(output: &Output) -> bool {
    let value = json!({
        "width": output.width,
        "height": output.height,
        "rate": output.rate.to_string(),
    });
    with("", "output", value).is_some()
}

/// Whether footage hangs together: takes and anchors in order and inside, as many measures as its
/// length has ticks, and of sound too.
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
        && end_us <= MAX_EXACT
        && in_order
        && u64::try_from(footage.ticks.len()) == Ok(ticks)
        && footage.anchors.is_sorted_by_key(|anchor| anchor.at_us)
        && footage
            .anchors
            .iter()
            .all(|anchor| (start_us..=end_us).contains(&anchor.at_us))
        && footage.sound.as_ref().is_none_or(|sound| {
            let events = &sound.events;
            sound.loudness.len() == footage.ticks.len()
                && sound.speech.len() == footage.ticks.len()
                && events.is_sorted_by_key(|event| event.at_us)
                && events.iter().all(|event| {
                    (start_us..=end_us).contains(&event.at_us) && event.strength_permille <= 1000
                })
        })
}

/// Takes every key away but these.
fn keep(value: &mut Value, known: &[&str]) {
    if let Value::Object(entries) = value {
        entries.retain(|key, _| known.contains(&key.as_str()));
    }
}

/// A plan of one frame of one clip, in which `key` of the object at `place` is `value`; `None` if
/// there is no such plan.
fn with(place: &str, key: &str, value: Value) -> Option<Plan> {
    let media = json!({ "path": "-" });
    let clip = json!({ "media": 0, "source_start": 0 });
    let mut plan = json!({
        "schema": SCHEMA,
        "output": { "width": 16, "height": 16, "rate": "30" },
        "music": { "media": media },
        "media": [media],
        "slots": [{ "record_start": 0, "record_duration": 1, "clip": clip }],
    });
    let object = plan.pointer_mut(place)?.as_object_mut()?;
    object.insert(key.to_owned(), value);
    Plan::from_json(&plan.to_string()).ok()
}
