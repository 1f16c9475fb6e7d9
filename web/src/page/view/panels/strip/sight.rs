//! What the strip shows.

use std::sync::Arc;

use leptos::prelude::*;
use planner_wasm::footage::{Footage, Marked};

use super::super::shot::Selected;
use super::scale::Stretch;
use super::words::{hits, under};
use crate::insight::{self, Use};
use crate::wording;

/// Footage, compared by identity: it is large and never changed in place.
#[derive(Clone)]
pub(super) struct Same(pub(super) Arc<Footage>);

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What the strip shows of the selected slot's clip. A handle.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    /// What is known of the clip.
    pub(super) footage: Memo<Option<Same>>,
    /// Where things lie.
    pub(super) stretch: Memo<Option<Stretch>>,
    /// What is left out, or used last.
    pub(super) marked: Memo<Vec<Marked>>,
    /// Where else the film shows the clip.
    pub(super) uses: Memo<Vec<Use>>,
    /// Whether nothing can be moved.
    pub(super) locked: Memo<bool>,
    /// Why there are no pictures.
    note: Memo<Option<String>>,
}

impl Sight {
    pub(super) fn of(selected: Selected) -> Self {
        let footage = Memo::new(move |_| {
            let entry = selected.clip()?.entry;
            entry.with(|entry| entry.footage.clone()).map(Same)
        });
        let stretch = Memo::new(move |_| {
            let seen = footage.with(|footage| {
                let seen = &footage.as_ref()?.0;
                Some((seen.start_us, seen.end_us))
            });
            selected.with(|plan, _, slot| {
                let shown = (slot.clip.source_start, insight::source_end(plan, slot));
                let media = usize::try_from(slot.clip.media).ok();
                let length = media.and_then(|media| plan.media.get(media)?.duration_us);
                let (from, until) = seen.unwrap_or((0, 0));
                let until = until.max(length.unwrap_or(0)).max(shown.1);
                Stretch {
                    whole: (from.min(shown.0), until),
                    shown,
                    frame_us: (shown.1 - shown.0) / u64::from(slot.record_duration.max(1)),
                }
            })
        });
        let marked = Memo::new(move |_| {
            footage.with(|footage| {
                let seen = footage.as_ref();
                seen.map(|seen| seen.0.marked()).unwrap_or_default()
            })
        });
        let uses = Memo::new(move |_| {
            selected
                .with(|plan, index, _| insight::other_uses(plan, index))
                .unwrap_or_default()
        });
        Self {
            footage,
            stretch,
            marked,
            uses,
            locked: Memo::new(move |_| selected.is_locked()),
            note: Memo::new(move |_| selected.clip()?.entry.with(|entry| entry.note.clone())),
        }
    }

    /// What there is within `near_us` of an instant of the clip, in words.
    pub(super) fn under(self, at_us: u64, near_us: u64) -> Option<String> {
        self.footage.with_untracked(|footage| {
            let footage = footage.as_ref().map(|seen| &*seen.0);
            let (marked, uses) = (self.marked.get_untracked(), self.uses.get_untracked());
            under(footage, &marked, &uses, at_us, near_us)
        })
    }

    /// The strip as a whole, in words. Tracked.
    pub(super) fn told(self) -> String {
        if self.locked.get() {
            return "Locked: unlock the shot to move it in its clip.".to_owned();
        }
        if let Some(note) = self.note.get() {
            return note;
        }
        let hits = self
            .footage
            .with(|footage| footage.as_ref().map_or(0, |seen| hits(&seen.0)));
        let uses = match self.uses.with(Vec::len) {
            0 => String::new(),
            uses => format!(", {} of the clip", wording::count(uses, "other use")),
        };
        let hits = wording::count(hits, "hit");
        format!("Drag the window or use the arrow keys. {hits}{uses}.")
    }
}
