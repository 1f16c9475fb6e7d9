//! The parts of an object, unread until they are asked for.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// The parts of an object by name. What is not of the type that is asked for is not there; of two
/// parts of one name the last counts.
pub(super) struct Parts<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Parts<'a> {
    /// The parts of a JSON object.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn of(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self)
    }

    /// A part, if it is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let part = self.0.get(name).copied();
        part.filter(|part| part.get() != "null")
    }

    /// The items of a list.
    pub(super) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        let list = self.get(name).map(|list| serde_json::from_str(list.get()));
        list.and_then(Result::ok).unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn whole(&self, name: &str) -> Option<u64> {
        self.value(name)?.as_u64()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value == Value::Bool(true))
    }

    fn value(&self, name: &str) -> Option<Value> {
        value(self.get(name)?)
    }
}

/// A part as a value; `None` if it is nested too deeply.
pub(super) fn value(part: &RawValue) -> Option<Value> {
    serde_json::from_str(part.get()).ok()
}
