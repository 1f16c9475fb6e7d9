//! What the browser says of an error.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// The name by which the browser tells the kind of an error; empty if it has none.
#[must_use]
pub fn name_of(error: &JsValue) -> String {
    text(error, "name")
}

/// The sentence of an error, for people.
#[must_use]
pub fn said(error: &JsValue) -> String {
    let message = text(error, "message");
    if !message.is_empty() {
        return message;
    }
    match (error.as_string(), name_of(error)) {
        (Some(text), _) => text,
        (None, name) if !name.is_empty() => name,
        _ => "no reason given".to_owned(),
    }
}

fn text(error: &JsValue, field: &str) -> String {
    Reflect::get(error, &field.into())
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}
