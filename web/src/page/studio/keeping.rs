//! The project in the browser's store, in files, and back.

use std::sync::Arc;
use std::time::Duration;

use super::Studio;
use super::clips::ClipStage;
use super::song::SongStage;
use crate::document::Document;
use crate::page::store::{Claim, Event, Store, StoreError};
use crate::project::{Project, Summary};
use crate::wording::sentence;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::editing::History;

/// How long a change waits for the next before it is saved.
const PATIENCE: Duration = Duration::from_millis(800);

/// How the project is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// There is nothing to keep yet.
    Nothing,
    /// Changes will be saved in a moment.
    Soon,
    /// It is being saved as it is.
    Saving,
    /// As it is.
    Saved,
    /// Not at all; why.
    Not(String),
    /// Another tab works on it.
    Elsewhere,
}

/// The store, as the page sees it. A handle.
#[derive(Clone, Copy)]
pub struct Keeping {
    /// How the project is kept.
    pub kept: RwSignal<Kept>,
    /// Projects in the store, the last saved first.
    list: RwSignal<Vec<Summary>>,
    store: StoredValue<Option<Store>, LocalStorage>,
    /// Why there is no store, where there is none.
    without: StoredValue<Option<String>>,
    claim: StoredValue<Option<Claim>, LocalStorage>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Counts the projects that were shown; what comes of an earlier one is late.
    turn: StoredValue<u32>,
    /// Whether the store was asked for the last project.
    settled: StoredValue<bool>,
}

impl Keeping {
    pub(super) fn new() -> Self {
        Self {
            kept: RwSignal::new(Kept::Nothing),
            list: RwSignal::new(Vec::new()),
            store: StoredValue::new_local(None),
            without: StoredValue::new(None),
            claim: StoredValue::new_local(None),
            timer: StoredValue::new(None),
            turn: StoredValue::new(0),
            settled: StoredValue::new(false),
        }
    }

    /// Projects in the store, the last saved first.
    #[must_use]
    pub fn recent(self) -> Vec<Summary> {
        self.list.get()
    }

    /// Which project is shown: another number for each.
    #[must_use]
    pub(super) fn turn(self) -> u32 {
        self.turn.get_value()
    }

    /// Waits until the last project is shown, if there is one, so that what is dropped right after
    /// the page is there finds it.
    pub(super) async fn settle(self) {
        for _ in 0..60 {
            if self.settled.get_value() {
                return;
            }
            crate::page::decode::pause(50).await;
        }
    }

    /// How the project is kept, in words.
    #[must_use]
    pub fn told(self) -> String {
        match self.kept.get() {
            Kept::Nothing => String::new(),
            Kept::Soon | Kept::Saving => "Saving …".to_owned(),
            Kept::Saved => "Saved on this device".to_owned(),
            Kept::Not(why) => why,
            Kept::Elsewhere => "Open in another tab; not saved here".to_owned(),
        }
    }
}

impl Studio {
    /// The project as it stands.
    #[must_use]
    pub fn project(self) -> Project {
        let (brief, plan) = self.history.with(|history| {
            let document = history.current();
            (document.brief.clone(), document.plan.clone())
        });
        Project {
            id: self.id.get(),
            name: self.name.get(),
            saved_ms: 0,
            song: self.song.entry.get().map(|entry| (*entry).clone()),
            clips: self.clips.entries(),
            brief,
            plan: plan.map(|plan| (*plan).clone()),
        }
    }

    /// Gives the project another name.
    pub fn rename(self, name: &str) {
        let name = name.trim();
        if !name.is_empty() {
            self.name.set(name.chars().take(120).collect());
            self.keep_soon();
        }
    }

    /// Opens the store, and the project that was open last.
    pub(super) fn open_store(self) {
        spawn_local(async move {
            match Store::open().await {
                Ok(store) => {
                    self.keeping.store.set_value(Some(store.clone()));
                    store.listen(move |event| self.heed(event));
                    self.refresh_list(&store).await;
                    let last = self.keeping.list.get_untracked().into_iter().next();
                    // What was dropped meanwhile goes first.
                    if let Some(last) = last
                        && untrack(|| self.is_empty())
                        && store.was_open(&last.id)
                    {
                        self.load(&store, &last.id).await;
                    }
                }
                Err(error) => {
                    let why = sentence(&error.to_string());
                    self.keeping.without.set_value(Some(why.clone()));
                    self.keeping.kept.set(Kept::Not(why));
                }
            }
            self.keeping.settled.set_value(true);
        });
        let leave =
            leptos::prelude::window_event_listener(leptos::ev::pagehide, move |_| self.keep_now());
        on_cleanup(move || leave.remove());
        let hide =
            leptos::prelude::window_event_listener(leptos::ev::visibilitychange, move |_| {
                if document().hidden() {
                    self.keep_now();
                }
            });
        on_cleanup(move || hide.remove());
    }

    async fn refresh_list(self, store: &Store) {
        match store.list().await {
            Ok(list) => self.keeping.list.set(list),
            Err(error) => {
                let why = sentence(&error.to_string());
                self.keeping.kept.set(Kept::Not(why));
            }
        }
    }

    /// Looks into the store for projects that other tabs saved.
    pub fn look_for_projects(self) {
        if let Some(store) = self.keeping.store.get_value() {
            spawn_local(async move { self.refresh_list(&store).await });
        }
    }

    /// Something changed: it is saved in a moment.
    pub(super) fn keep_soon(self) {
        let keeping = self.keeping;
        if untrack(|| self.is_empty()) || keeping.kept.get_untracked() == Kept::Elsewhere {
            return;
        }
        keeping.kept.set(Kept::Soon);
        if let Some(timer) = keeping.timer.get_value() {
            timer.clear();
        }
        let timer = set_timeout_with_handle(move || self.keep_now(), PATIENCE);
        keeping.timer.set_value(timer.ok());
    }

    pub(super) fn keep_now(self) {
        let keeping = self.keeping;
        if keeping.kept.get_untracked() != Kept::Soon {
            return;
        }
        let Some(store) = keeping.store.get_value() else {
            if let Some(why) = keeping.without.get_value() {
                keeping.kept.set(Kept::Not(why));
            }
            return;
        };
        // A name before anything waits, so that two saves of a new project are of the same one.
        let new = untrack(|| self.id.get()).is_empty();
        if new {
            self.id.set(Store::new_id());
        }
        let project = untrack(|| self.project());
        keeping.kept.set(Kept::Saving);
        let turn = keeping.turn.get_value();
        // Held for as long as it is saved, also when another project is shown by then.
        let held = keeping.claim.get_value();
        spawn_local(async move {
            let saved = async {
                let claim = if new {
                    Some(store.claim(&project.id).await?)
                } else {
                    held
                };
                if new && keeping.turn.get_value() == turn {
                    keeping.claim.set_value(claim.clone());
                }
                store.save(&project).await
            };
            let saved = saved.await;
            let current = keeping.turn.get_value() == turn;
            match saved {
                Ok(()) => {
                    // What changed meanwhile is not saved yet.
                    if current && keeping.kept.get_untracked() == Kept::Saving {
                        keeping.kept.set(Kept::Saved);
                    }
                    self.refresh_list(&store).await;
                }
                Err(StoreError::TakenOver | StoreError::Elsewhere) if current => {
                    self.lost(&project.id);
                }
                Err(error) => self.not_kept(&error, current),
            }
        });
    }

    fn not_kept(self, error: &StoreError, current: bool) {
        if current {
            self.keeping.kept.set(Kept::Not("Not saved".to_owned()));
        }
        let error = sentence(&error.to_string());
        self.notices.warn(format!(
            "{error} What you did is still here: save the project to a file (Export) before you close \
             the page."
        ));
    }

    /// What other tabs do with the projects of this one.
    fn heed(self, event: Event) {
        match event {
            Event::Asked { id } if untrack(|| self.id.get()) == id => {
                let Some(store) = self.keeping.store.get_value() else {
                    return;
                };
                let project = untrack(|| self.project());
                spawn_local(async move {
                    // If it cannot be saved, the other tab gets what was saved before, and this one
                    // keeps what it has in memory.
                    let saved = store.save(&project).await;
                    let shown = untrack(|| self.id.get()) == project.id;
                    if let Err(error) = saved {
                        self.not_kept(&error, shown);
                    }
                    if shown {
                        self.lost(&project.id);
                    }
                });
            }
            Event::Lost { id } if untrack(|| self.id.get()) == id => self.lost(&id),
            Event::Asked { .. } | Event::Lost { .. } => {}
        }
    }

    /// Another tab works on the project that is shown here.
    fn lost(self, id: &str) {
        self.keeping.claim.set_value(None);
        if self.keeping.kept.get_untracked() == Kept::Elsewhere {
            return;
        }
        self.keeping.kept.set(Kept::Elsewhere);
        self.offer_take_over(
            "This project is open in another tab now, and what you do here is not saved.",
            id,
        );
    }

    fn offer_take_over(self, text: &str, id: &str) {
        let id = id.to_owned();
        self.notices.ask(text, "Work on it here", move || {
            let id = id.clone();
            if let Some(store) = self.keeping.store.get_value() {
                spawn_local(async move {
                    let turn = self.keeping.turn();
                    match store.take_over(&id).await {
                        Ok(claim) => self.load_claimed(&store, &id, claim, turn).await,
                        Err(error) => self.notices.warn(sentence(&error.to_string())),
                    }
                });
            }
        });
    }

    /// An empty project; the one before is saved.
    pub fn new_project(self) {
        self.keep_now();
        self.clear();
    }

    pub(super) fn clear(self) {
        self.keeping
            .turn
            .update_value(|turn| *turn = turn.wrapping_add(1));
        self.clips.forget();
        self.give_up_song();
        self.give_up_plan();
        self.transport.pause();
        self.transport.set_loop(None);
        self.transport.seek(0);
        self.transport.set_song(None);
        self.taps.clear();
        self.song.done.set(0.0);
        self.keeping.claim.set_value(None);
        self.keeping.kept.set(Kept::Nothing);
        self.id.set(String::new());
        self.name.set("Untitled film".to_owned());
        self.selected.set(None);
        self.song.entry.set(None);
        self.song.sound.set(None);
        self.song.stage.set(SongStage::Idle);
        self.planning.refused.set(None);
        self.history.set(History::new(Document::default()));
    }

    /// Opens a project of the store; the one before is saved.
    pub fn open_project(self, id: &str) {
        self.keep_now();
        let id = id.to_owned();
        if let Some(store) = self.keeping.store.get_value() {
            spawn_local(async move { self.load(&store, &id).await });
        }
    }

    async fn load(self, store: &Store, id: &str) {
        let turn = self.keeping.turn();
        match store.claim(id).await {
            Ok(claim) => self.load_claimed(store, id, claim, turn).await,
            Err(StoreError::Elsewhere) => {
                self.offer_take_over("The project is open in another tab.", id);
            }
            Err(error) => self.notices.warn(sentence(&error.to_string())),
        }
    }

    /// Shows a project of the store, unless another was shown since `turn`.
    async fn load_claimed(self, store: &Store, id: &str, claim: Claim, turn: u32) {
        let loaded = store.load(id).await;
        if self.keeping.turn() != turn {
            return;
        }
        match loaded {
            Ok(opened) => {
                // What was changed while it was on its way.
                self.keep_now();
                for note in opened.notes {
                    self.notices.warn(note);
                }
                self.show_project(opened.project);
                self.keeping.claim.set_value(Some(claim));
                self.keeping.kept.set(Kept::Saved);
            }
            Err(error) => self.notices.warn(sentence(&error.to_string())),
        }
    }

    /// Puts a project in the place of what is shown.
    pub(super) fn show_project(self, project: Project) {
        self.clear();
        self.id.set(project.id);
        if !project.name.is_empty() {
            self.name.set(project.name);
        }
        self.song.entry.set(project.song.map(Arc::new));
        for entry in project.clips {
            let stage = if entry.removed {
                ClipStage::Ready
            } else {
                ClipStage::Missing
            };
            self.new_clip(entry, stage);
        }
        self.history.set(History::new(Document {
            brief: project.brief,
            plan: project.plan.map(Arc::new),
        }));
        self.teach();
    }

    /// Removes a project from the store.
    pub fn remove_project(self, id: &str) {
        let id = id.to_owned();
        // Held until it is removed: the browser frees a claim a little later than it is dropped.
        let mut held = None;
        if untrack(|| self.id.get()) == id {
            held = self.keeping.claim.get_value();
            self.clear();
        }
        if let Some(store) = self.keeping.store.get_value() {
            spawn_local(async move {
                if let Err(error) = store.remove(&id).await {
                    self.notices.warn(sentence(&error.to_string()));
                }
                drop(held);
                self.refresh_list(&store).await;
            });
        }
    }

    /// Another project with the same in it.
    pub fn copy_project(self, id: &str, name: &str) {
        let id = id.to_owned();
        let name = format!("{name} (copy)");
        let Some(store) = self.keeping.store.get_value() else {
            return;
        };
        let shown =
            untrack(|| self.id.get()) == id && self.keeping.kept.get_untracked() == Kept::Soon;
        let now = shown.then(|| untrack(|| self.project()));
        spawn_local(async move {
            let copied = async {
                // What was changed in the last moment is copied too.
                if let Some(project) = now {
                    store.save(&project).await?;
                }
                store.duplicate(&id, &name).await
            };
            if let Err(error) = copied.await {
                self.notices.warn(sentence(&error.to_string()));
            }
            self.refresh_list(&store).await;
        });
    }
}
