//! Projects kept in the browser, so that nothing is lost when it closes or breaks.
//!
//! # What is kept
//!
//! An `IndexedDB` database with the [document](crate::project) of each project, what a list shows of
//! it, and the footage of its clips. Footage is large and seldom changes, so it lies apart under
//! the hash of its text, and is written once. Everything of a save is one transaction: after a
//! crash there is the old project or the new one, never half of one. Files of media are never
//! copied.
//!
//! # Two tabs
//!
//! One tab works on a project, and no other overwrites it.
//!
//! 1. A tab [claims](Store::claim) a project before it saves it. It holds a Web Lock of the
//!    project's name meanwhile, which the browser frees however the tab ends. While another tab has
//!    the lock, a claim fails with [`StoreError::Elsewhere`]; the project can still be
//!    [read](Store::load).
//! 2. With a claim goes a number, one greater than that of the claim before, which is never taken
//!    back. A save succeeds only while no claim has the next number; this is checked inside the
//!    save's own transaction. So a tab that slept through losing its claim cannot overwrite what
//!    was saved since: it gets [`StoreError::TakenOver`], and keeps what it has in memory.
//! 3. A tab that wants a project that another holds [asks](Store::take_over). The holder hears
//!    [`Event::Asked`], saves and drops its claim. If it does not within a few seconds, its lock is
//!    taken; it hears [`Event::Lost`] when it wakes.
//!
//! Where there are no Web Locks (pages that are neither `https` nor local), 1 always succeeds, so
//! that the last tab to open a project has it; the tab before hears [`Event::Lost`], and 2 holds
//! in any case.
//!
//! # Without
//!
//! A browser may have no database (private windows of some) or no room. Both are errors with a
//! sentence to show; the page goes on in memory, and a person can export.
//!
//! The database is spoken to by `web-sys` itself: what is needed of it is few calls, and a crate
//! that wraps all of it adds more than twice as much to the page.

mod claim;
mod database;
mod error;
mod footage;
mod locks;
mod projects;
mod rest;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::{Rc, Weak};

pub use claim::{Claim, Event};
pub use error::StoreError;
pub(in crate::page) use rest::Pieces;

use claim::Held;
use database::{Access, Database, Table};
use footage::Known;

/// Whoever hears what other tabs do.
type Listener = Rc<dyn Fn(Event)>;

/// The store. A handle: copies mean the same store.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

struct Inner {
    database: Database,
    channel: Option<web_sys::BroadcastChannel>,
    /// The claims of this tab by project.
    held: RefCell<BTreeMap<String, Weak<Held>>>,
    /// Footage that is known to be stored, by project.
    known: RefCell<BTreeMap<String, Known>>,
    /// The project that was claimed last, by whatever tab, before this page opened the store.
    last: Option<String>,
    hear: RefCell<Option<Listener>>,
}

impl Store {
    /// Opens the store.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the browser has none, or does not answer within seconds;
    /// [`StoreError::Newer`] if a newer page has changed it. The page goes on without.
    pub async fn open() -> Result<Self, StoreError> {
        let database = Database::open().await?;
        let transaction = database.transaction(&[Table::State], Access::Read)?;
        let last = transaction.get(Table::State, &LAST.into())?.await?;
        let store = Self(Rc::new(Inner {
            database,
            channel: web_sys::BroadcastChannel::new(claim::CHANNEL).ok(),
            held: RefCell::default(),
            known: RefCell::default(),
            last: last.as_string(),
            hear: RefCell::default(),
        }));
        store.listen_to_others();
        Ok(store)
    }

    /// Calls `hear` with what other tabs do that concerns this one. There is one listener.
    pub fn listen(&self, hear: impl Fn(Event) + 'static) {
        *self.0.hear.borrow_mut() = Some(Rc::new(hear));
    }

    fn tell(&self, event: Event) {
        // Not borrowed while it runs: it may listen anew.
        let hear = self.0.hear.borrow().clone();
        if let Some(hear) = hear {
            hear(event);
        }
    }

    /// Whether this project was the last one in work when the page opened the store: the one to
    /// go on with.
    #[must_use]
    pub fn was_open(&self, id: &str) -> bool {
        self.0.last.as_deref() == Some(id)
    }

    /// An id that no project has.
    #[must_use]
    pub fn new_id() -> String {
        let mut id = format!("{:x}", database::now_ms());
        for _ in 0..3 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number of 32 bits"
            )]
            let part = (js_sys::Math::random() * 4_294_967_296.0) as u32;
            // Writing into a string does not fail.
            let _ = write!(id, "-{part:x}");
        }
        id
    }
}

/// The key under which the last claimed project is noted.
const LAST: &str = "last";
