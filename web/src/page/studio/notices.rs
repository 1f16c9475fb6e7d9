//! What the page has to say: short sentences that stay until they are read.

use leptos::prelude::*;

/// Most notices at once; the oldest makes room.
const MOST: usize = 4;

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Calm,
    /// Something did not work.
    Warning,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Never used twice.
    pub id: u32,
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// The sentences that are shown. A handle.
#[derive(Clone, Copy)]
pub struct Notices {
    /// Shown now, oldest first.
    pub list: RwSignal<Vec<Notice>>,
    next: StoredValue<u32>,
}

impl Default for Notices {
    fn default() -> Self {
        Self::new()
    }
}

impl Notices {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Something is good to know.
    pub fn say(self, text: impl Into<String>) {
        self.add(Tone::Calm, text.into());
    }

    /// Something did not work.
    pub fn warn(self, text: impl Into<String>) {
        self.add(Tone::Warning, text.into());
    }

    /// A notice was read.
    pub fn dismiss(self, id: u32) {
        self.list.update(|list| list.retain(|one| one.id != id));
    }

    fn add(self, tone: Tone, text: String) {
        self.next.update_value(|next| *next = next.wrapping_add(1));
        let id = self.next.get_value();
        self.list.update(|list| {
            // Said twice is said once, last.
            list.retain(|one| one.text != text);
            list.push(Notice { id, tone, text });
            let over = list.len().saturating_sub(MOST);
            list.drain(..over);
        });
    }
}
