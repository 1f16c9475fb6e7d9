//! What the page has to say: short sentences. Warnings stay until they are read,
//! unless there are too many.

use std::time::Duration;

use leptos::prelude::*;

/// Most notices at once; the oldest makes room.
const MOST: usize = 4;

/// How long a calm one is shown.
const SHOWN: Duration = Duration::from_secs(7);

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know for a moment, until the next of its kind.
    Passing,
    /// Good to know.
    Calm,
    /// Something did not work.
    Warning,
}

/// One sentence.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Never used twice.
    pub id: u32,
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// What can be done about it: the words on its button, and what that does.
    pub remedy: Option<(&'static str, Callback<()>)>,
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
        self.add(Tone::Calm, text.into(), None);
    }

    /// Something is good to know until the next such thing.
    pub fn pass(self, text: impl Into<String>) {
        self.add(Tone::Passing, text.into(), None);
    }

    /// Something did not work.
    pub fn warn(self, text: impl Into<String>) {
        self.add(Tone::Warning, text.into(), None);
    }

    /// Something did not work, and a press does something about it.
    pub fn ask(
        self,
        text: impl Into<String>,
        button: &'static str,
        remedy: impl Fn() + Send + Sync + 'static,
    ) {
        let remedy = Callback::new(move |()| remedy());
        self.add(Tone::Warning, text.into(), Some((button, remedy)));
    }

    /// A notice was read.
    pub fn dismiss(self, id: u32) {
        self.list.update(|list| list.retain(|one| one.id != id));
    }

    fn add(self, tone: Tone, text: String, remedy: Option<(&'static str, Callback<()>)>) {
        self.next.update_value(|next| *next = next.wrapping_add(1));
        let id = self.next.get_value();
        if tone != Tone::Warning {
            set_timeout(move || self.dismiss(id), SHOWN);
        }
        self.list.update(|list| {
            // Said twice is said once, last.
            list.retain(|one| {
                one.text != text && (tone != Tone::Passing || one.tone != Tone::Passing)
            });
            list.push(Notice {
                id,
                tone,
                text,
                remedy,
            });
            if list.len() > MOST {
                // Warnings go last, but never before what has just been said was seen.
                let calm = list
                    .iter()
                    .position(|one| one.tone != Tone::Warning && one.id != id);
                list.remove(calm.unwrap_or(0));
            }
        });
    }
}
