//! ffprobe's JSON as it comes: every field may be missing, of another type, or nonsense.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    pub(super) streams: Vec<Stream>,
    pub(super) format: Format,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Format {
    #[serde(rename = "format_name")]
    pub(super) name: Value,
    pub(super) start_time: Value,
    pub(super) duration: Value,
    pub(super) size: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stream {
    pub(super) index: Value,
    pub(super) codec_type: Value,
    pub(super) codec_name: Value,
    pub(super) codec_tag_string: Value,
    pub(super) profile: Value,
    pub(super) width: Value,
    pub(super) height: Value,
    pub(super) sample_aspect_ratio: Value,
    pub(super) pix_fmt: Value,
    pub(super) bits_per_raw_sample: Value,
    pub(super) color_range: Value,
    pub(super) color_space: Value,
    pub(super) color_transfer: Value,
    pub(super) color_primaries: Value,
    pub(super) field_order: Value,
    pub(super) r_frame_rate: Value,
    pub(super) avg_frame_rate: Value,
    pub(super) time_base: Value,
    pub(super) start_time: Value,
    pub(super) duration: Value,
    pub(super) nb_frames: Value,
    pub(super) has_b_frames: Value,
    pub(super) sample_rate: Value,
    pub(super) channels: Value,
    pub(super) disposition: Value,
    pub(super) tags: Value,
    pub(super) side_data_list: Vec<Value>,
}

/// A number written as a number or as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

/// A whole number within `u64`.
pub(super) fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Seconds as whole microseconds, within ±100 years; finer digits are cut off.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked just above"
)]
pub(crate) fn micros(value: &Value) -> Option<i64> {
    let micros = number(value)? * 1e6;
    (micros.abs() < 3.2e15).then(|| micros.round() as i64)
}

/// A text that says something.
pub(super) fn text(value: &Value) -> Option<&str> {
    value
        .as_str()
        .filter(|text| !text.is_empty() && !matches!(*text, "unknown" | "N/A" | "reserved"))
}

/// Two whole numbers joined by `separator`, neither of them 0.
pub(super) fn pair(value: &Value, separator: char) -> Option<(u32, u32)> {
    let (a, b) = value.as_str()?.split_once(separator)?;
    let (a, b) = (a.parse().ok()?, b.parse().ok()?);
    (a > 0 && b > 0).then_some((a, b))
}
