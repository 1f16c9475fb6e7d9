//! What the browser says of an error.

use wasm_bindgen::prelude::*;

use super::field::text;

/// The name by which the browser tells the kind of an error; empty if it has none.
#[must_use]
pub fn name_of(error: &JsValue) -> String {
    text(error, "name").unwrap_or_default()
}

/// The sentence of an error, for people.
#[must_use]
pub fn said(error: &JsValue) -> String {
    if let Some(message) = text(error, "message").filter(|message| !message.is_empty()) {
        return message;
    }
    match (error.as_string(), name_of(error)) {
        (Some(text), _) => text,
        (None, name) if !name.is_empty() => name,
        _ => "no reason given".to_owned(),
    }
}
