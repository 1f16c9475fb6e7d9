//! Fields of the browser's objects and of messages. One that is missing, or of another kind, is none.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// A field, whatever it is; undefined if it is missing.
#[must_use]
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// A text.
#[must_use]
pub fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A number.
#[must_use]
pub fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// A number that is not negative, rounded down: an index, a count, a time.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative; floats saturate"
)]
pub fn whole(object: &JsValue, name: &str) -> Option<u64> {
    let value = number(object, name).filter(|value| *value >= 0.0)?;
    Some(value as u64)
}

/// Whether a field holds: JavaScript's own judgement.
#[must_use]
pub fn holds(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/// An object of these fields.
///
/// # Errors
/// What the browser says; a plain object takes any field.
pub fn object(fields: &[(&str, &JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}
