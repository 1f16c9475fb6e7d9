//! Footage that is stored already, so that it is written once.

use std::sync::Arc;

use planner_wasm::footage::Footage;

use crate::project::{Project, footage_key};

use super::rest::Pieces;

/// Footage with the key that it is stored under.
#[derive(Clone, Default)]
pub(super) struct Known {
    stored: Vec<(Arc<Footage>, String)>,
}

/// Footage that a save brings along.
pub(super) struct Fresh {
    pub(super) key: String,
    pub(super) text: String,
}

impl Known {
    pub(super) fn note(&mut self, footage: Arc<Footage>, key: String) {
        self.stored.push((footage, key));
    }

    /// The key of stored footage. Footage never changes, so the same place in memory is the same.
    pub(super) fn key(&self, footage: &Arc<Footage>) -> Option<&str> {
        let found = self
            .stored
            .iter()
            .find(|(stored, _)| Arc::ptr_eq(stored, footage));
        found.map(|(_, key)| key.as_str())
    }
}

/// What is to be written of a project's footage, and what is known once it is. `before` is what is
/// known to be stored.
pub(super) async fn gather(project: &Project, before: Known) -> (Known, Vec<Fresh>) {
    let mut pieces = Pieces::new();
    let (mut after, mut fresh) = (Known::default(), Vec::new());
    let mut before = before.stored;
    before.sort_by_key(|(footage, _)| Arc::as_ptr(footage));
    for clip in &project.clips {
        let Some(footage) = &clip.footage else {
            continue;
        };
        let place =
            before.binary_search_by_key(&Arc::as_ptr(footage), |(footage, _)| Arc::as_ptr(footage));
        let key = if let Some((_, key)) = place.ok().and_then(|at| before.get(at)) {
            key.clone()
        } else {
            pieces.pause().await;
            // Numbers and lists of numbers can always be written.
            let text = serde_json::to_string(footage.as_ref()).unwrap_or_default();
            let key = footage_key(&text);
            fresh.push(Fresh {
                key: key.clone(),
                text,
            });
            key
        };
        after.note(Arc::clone(footage), key);
    }
    (after, fresh)
}
