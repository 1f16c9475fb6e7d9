//! Which tab works on a project.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use super::database::{Access, Table, pair, pairs_of};
use super::locks::{self, Answer, Lock};
use super::rest::rest;
use super::{Inner, LAST, Store, StoreError};

/// Where tabs talk to each other: lists of what is said, the id, and the number of a claim.
pub(super) const CHANNEL: &str = "autocut-projects";
/// "Save it and let go of it."
const ASK: &str = "ask";
/// "I have it."
const HAVE: &str = "have";

/// How often a tab looks whether another let go of a project that it was asked for.
const LOOKS: usize = 30;
/// How often it looks unasked: the page that was here before it was loaded again, or a tab that was
/// just closed, may be about to let go.
const LOOKS_UNASKED: usize = 5;
/// How long it waits in between, in milliseconds.
const PAUSE_MS: i32 = 100;

/// This tab works on a project. Dropped, the project is free for others.
#[derive(Clone)]
pub struct Claim {
    _held: Rc<Held>,
}

pub(super) struct Held {
    /// One greater than that of the claim before. Exact, since nobody makes 2^53 claims.
    number: f64,
    lost: Cell<bool>,
    _lock: Option<Lock>,
}

/// What other tabs do that concerns this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another tab asks for a project that this one works on: save it, then drop the claim.
    Asked {
        /// The project.
        id: String,
    },
    /// Another tab has taken over a project that this one worked on. Nothing of it is saved here
    /// any more.
    Lost {
        /// The project.
        id: String,
    },
}

impl Store {
    /// Makes this tab the one that works on a project, and the project the one that was open last.
    /// A tab that works on it already gets the same claim again. The project need not exist yet.
    ///
    /// Load the project after claiming it, not before, or what another tab saved in between is
    /// overwritten.
    ///
    /// # Errors
    /// [`StoreError::Elsewhere`] if another tab works on it; or what the browser says.
    pub async fn claim(&self, id: &str) -> Result<Claim, StoreError> {
        match self.watched(id, LOOKS_UNASKED).await? {
            Some(claim) => Ok(claim),
            None => Err(StoreError::Elsewhere),
        }
    }

    /// As [`Self::claim`], but a tab that works on the project is asked to let go of it, and if it
    /// does not within three seconds, the project is taken.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn take_over(&self, id: &str) -> Result<Claim, StoreError> {
        self.say(ASK, id, 0.0);
        if let Some(claim) = self.watched(id, LOOKS).await? {
            return Ok(claim);
        }
        let claim = self.claimed(id, true).await?;
        self.note_last(id).await?;
        Ok(claim)
    }

    /// The claim as soon as no other tab has it; `None` if one has for all those looks.
    async fn watched(&self, id: &str, looks: usize) -> Result<Option<Claim>, StoreError> {
        for look in 0..looks {
            if look > 0 {
                rest(PAUSE_MS).await;
            }
            match self.claimed(id, false).await {
                Err(StoreError::Elsewhere) => {}
                Ok(claim) => {
                    self.note_last(id).await?;
                    return Ok(Some(claim));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    /// A claim that does not make the project the last one in work.
    pub(super) async fn claim_in_passing(&self, id: &str) -> Result<Claim, StoreError> {
        self.claimed(id, false).await
    }

    async fn claimed(&self, id: &str, steal: bool) -> Result<Claim, StoreError> {
        if let Some(held) = self.held(id) {
            return Ok(Claim { _held: held });
        }
        let lost = {
            let (inner, id) = (Rc::downgrade(&self.0), id.to_owned());
            move || {
                if let Some(inner) = inner.upgrade() {
                    Store(inner).lose(&id);
                }
            }
        };
        let lock = match locks::ask(&format!("{CHANNEL}/{id}"), steal, lost).await {
            Answer::Held(lock) => Some(lock),
            Answer::Elsewhere => return Err(StoreError::Elsewhere),
            Answer::None => None,
        };
        let number = self.next_number(id).await?;
        let held = Rc::new(Held {
            number,
            lost: Cell::new(false),
            _lock: lock,
        });
        // What was read before is not sure to be stored still.
        self.0.known.borrow_mut().remove(id);
        let weak = Rc::downgrade(&held);
        self.0.held.borrow_mut().insert(id.to_owned(), weak);
        self.say(HAVE, id, number);
        Ok(Claim { _held: held })
    }

    /// Enters the next claim of a project.
    async fn next_number(&self, id: &str) -> Result<f64, StoreError> {
        let transaction = self
            .0
            .database
            .transaction(&[Table::Claims], Access::Write)?;
        let keys = transaction
            .keys(Table::Claims, Some(&pairs_of(id)?))?
            .await?;
        let last: Option<Array> = keys.iter().last().and_then(|key| key.dyn_into().ok());
        let last = last.and_then(|key| key.get(1).as_f64()).unwrap_or(0.0);
        let number = last + 1.0;
        transaction.add(Table::Claims, &pair(id, &number.into()), &JsValue::TRUE)?;
        transaction.end(StoreError::Elsewhere).await?;
        Ok(number)
    }

    async fn note_last(&self, id: &str) -> Result<(), StoreError> {
        let transaction = self
            .0
            .database
            .transaction(&[Table::State], Access::Write)?;
        transaction.put(Table::State, &LAST.into(), &id.into())?;
        transaction.end(StoreError::Elsewhere).await
    }

    fn held(&self, id: &str) -> Option<Rc<Held>> {
        let held = self.0.held.borrow().get(id).and_then(Weak::upgrade);
        held.filter(|held| !held.lost.get())
    }

    /// The number of this tab's claim of a project, if it has one. A claim that was lost keeps its
    /// number while it is kept: a save with it is refused, as it should be.
    pub(super) fn number_of(&self, id: &str) -> Option<f64> {
        let held = self.0.held.borrow().get(id).and_then(Weak::upgrade);
        held.map(|held| held.number)
    }

    /// Notes that another tab has the project now.
    pub(super) fn lose(&self, id: &str) {
        if let Some(held) = self.held(id) {
            held.lost.set(true);
            self.tell(Event::Lost { id: id.to_owned() });
        }
    }

    fn say(&self, what: &str, id: &str, number: f64) {
        if let Some(channel) = &self.0.channel {
            let words = Array::of3(&what.into(), &id.into(), &number.into());
            // Who is not reached notices by the number of the claim.
            let _ = channel.post_message(&words);
        }
    }

    pub(super) fn listen_to_others(&self) {
        let Some(channel) = &self.0.channel else {
            return;
        };
        let inner = Rc::downgrade(&self.0);
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = inner.upgrade() {
                Store(inner).hear(&event.data());
            }
        });
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        // For as long as the page lives; the channel is closed with the store.
        hear.forget();
    }

    fn hear(&self, words: &JsValue) {
        let Some(words) = words.dyn_ref::<Array>() else {
            return;
        };
        let (Some(what), Some(id)) = (words.get(0).as_string(), words.get(1).as_string()) else {
            return;
        };
        let Some(held) = self.held(&id) else {
            return;
        };
        match what.as_str() {
            ASK => self.tell(Event::Asked { id }),
            HAVE if words
                .get(2)
                .as_f64()
                .is_some_and(|number| number > held.number) =>
            {
                self.lose(&id);
            }
            _ => {}
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}
