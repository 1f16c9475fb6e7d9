//! The project in the browser's store, in files, and back.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::footage::Inspected;
use shared::editing::History;
use shared::plan::Plan;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::Studio;
use super::clips::ClipStage;
use super::files::{Dropped, fingerprint, size};
use super::song::SongStage;
use crate::document::{Document, compact};
use crate::page::store::{Claim, Store, StoreError};
use crate::project::relink::{Candidate, relink, worth_a_look};
use crate::project::{Project, Summary, from_plan};
use shared::media::MediaPath;

/// How long a change waits for the next before it is saved, in milliseconds.
const PATIENCE_MS: i32 = 800;

/// How the project is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// There is nothing to keep yet.
    Nothing,
    /// Changes will be saved in a moment.
    Soon,
    /// As it is.
    Saved,
    /// Not at all; why.
    Not(String),
}

/// The store, as the page sees it. A handle.
#[derive(Clone, Copy)]
pub struct Keeping {
    /// How the project is kept.
    pub kept: RwSignal<Kept>,
    /// Projects in the store, the last saved first.
    list: RwSignal<Vec<Summary>>,
    store: StoredValue<Option<Store>, LocalStorage>,
    claim: StoredValue<Option<Claim>, LocalStorage>,
    timer: StoredValue<Option<i32>>,
}

impl Keeping {
    pub(super) fn new() -> Self {
        Self {
            kept: RwSignal::new(Kept::Nothing),
            list: RwSignal::new(Vec::new()),
            store: StoredValue::new_local(None),
            claim: StoredValue::new_local(None),
            timer: StoredValue::new(None),
        }
    }

    /// Projects in the store, the last saved first.
    #[must_use]
    pub fn recent(self) -> Vec<Summary> {
        self.list.get()
    }

    /// How the project is kept, in words.
    #[must_use]
    pub fn told(self) -> String {
        match self.kept.get() {
            Kept::Nothing => String::new(),
            Kept::Soon => "Saving …".to_owned(),
            Kept::Saved => "Saved on this device".to_owned(),
            Kept::Not(why) => why,
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

    /// What a person should know of the plan before it is taken home.
    #[must_use]
    pub fn plan_notes(self) -> Vec<String> {
        let Some(plan) = self.plan.get() else {
            return Vec::new();
        };
        let mut notes = Vec::new();
        let used = |media: usize| {
            plan.slots
                .iter()
                .any(|slot| usize::try_from(slot.clip.media) == Ok(media))
        };
        let (mut unseen, mut missing) = (Vec::new(), Vec::new());
        for clip in self.clips.list.get() {
            if !used(clip.media) {
                continue;
            }
            let name = clip.entry.with(|entry| entry.media.path.name().to_owned());
            match clip.stage.get() {
                ClipStage::Unseen => unseen.push(name),
                ClipStage::Missing => missing.push(name),
                _ => {}
            }
        }
        if !unseen.is_empty() {
            notes.push(format!(
                "Chosen without being seen, since this browser cannot decode them: {}. They are \
                 rendered as usual.",
                unseen.join(", ")
            ));
        }
        if !missing.is_empty() {
            notes.push(format!(
                "Not here at the moment, but part of the plan: {}.",
                missing.join(", ")
            ));
        }
        notes
    }

    /// Saves the plan to a file.
    pub fn save_plan(self) {
        if let Some(plan) = self.plan.get_untracked() {
            let name = untrack(|| self.project().plan_file_name());
            self.save_text(&name, &compact(&plan).to_json());
        }
    }

    /// Saves the project to a file.
    pub fn save_project_file(self) {
        let project = untrack(|| self.project());
        self.save_text(&project.project_file_name(), &project.to_json());
    }

    fn save_text(self, name: &str, text: &str) {
        if let Err(error) = offer(name, text) {
            self.notices.warn(format!(
                "{name} cannot be saved: {}.",
                crate::page::planner::said(&error)
            ));
        }
    }

    /// Opens the store, and the project that was open last.
    pub(super) fn open_store(self) {
        spawn_local(async move {
            match Store::open().await {
                Ok(store) => {
                    self.keeping.store.set_value(Some(store.clone()));
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
                Err(error) => self.keeping.kept.set(Kept::Not(error.to_string())),
            }
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
            Err(error) => self.keeping.kept.set(Kept::Not(error.to_string())),
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
        if untrack(|| self.is_empty()) || matches!(keeping.kept.get_untracked(), Kept::Not(_)) {
            return;
        }
        keeping.kept.set(Kept::Soon);
        if let Some(timer) = keeping.timer.get_value() {
            window().clear_timeout_with_handle(timer);
        }
        let save = Closure::once_into_js(move || self.keep_now());
        let timer = window().set_timeout_with_callback_and_timeout_and_arguments_0(
            save.unchecked_ref(),
            PATIENCE_MS,
        );
        keeping.timer.set_value(timer.ok());
    }

    fn keep_now(self) {
        let keeping = self.keeping;
        if keeping.kept.get_untracked() != Kept::Soon {
            return;
        }
        let Some(store) = keeping.store.get_value() else {
            return;
        };
        let mut project = untrack(|| self.project());
        spawn_local(async move {
            if project.id.is_empty() {
                match self.claim_new(&store).await {
                    Ok(id) => project.id = id,
                    Err(error) => {
                        keeping.kept.set(Kept::Not(error.to_string()));
                        return;
                    }
                }
            }
            match store.save(&project).await {
                Ok(()) => {
                    if keeping.kept.get_untracked() == Kept::Soon {
                        keeping.kept.set(Kept::Saved);
                    }
                    self.refresh_list(&store).await;
                }
                Err(error) => self.not_kept(&error),
            }
        });
    }

    fn not_kept(self, error: &StoreError) {
        self.keeping.kept.set(Kept::Not("Not saved".to_owned()));
        self.notices.warn(format!(
            "{error} What you did is still here: save the project to a file (Export) before you close \
             the page."
        ));
    }

    async fn claim_new(self, store: &Store) -> Result<String, StoreError> {
        let id = Store::new_id();
        let claim = store.claim(&id).await?;
        self.keeping.claim.set_value(Some(claim));
        self.id.set(id.clone());
        Ok(id)
    }

    /// An empty project; the one before is saved.
    pub fn new_project(self) {
        self.keep_now();
        self.clear();
    }

    fn clear(self) {
        self.give_up_plan();
        self.give_up_song();
        self.give_up_clips();
        self.transport.pause();
        self.transport.set_song(None);
        self.keeping.claim.set_value(None);
        self.keeping.kept.set(Kept::Nothing);
        self.id.set(String::new());
        self.name.set("Untitled film".to_owned());
        self.selected.set(None);
        self.song.entry.set(None);
        self.song.sound.set(None);
        self.song.stage.set(SongStage::Idle);
        self.clips.list.set(Vec::new());
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
        let claim = match store.claim(id).await {
            Ok(claim) => claim,
            Err(error) => {
                self.notices.warn(error.to_string());
                return;
            }
        };
        match store.load(id).await {
            Ok(opened) => {
                for note in opened.notes {
                    self.notices.warn(note);
                }
                self.show_project(opened.project);
                self.keeping.claim.set_value(Some(claim));
                self.keeping.kept.set(Kept::Saved);
            }
            Err(error) => self.notices.warn(error.to_string()),
        }
    }

    /// Puts a project in the place of what is shown.
    fn show_project(self, project: Project) {
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
    }

    /// Removes a project from the store.
    pub fn remove_project(self, id: &str) {
        let id = id.to_owned();
        if untrack(|| self.id.get()) == id {
            self.keeping.kept.set(Kept::Nothing);
            self.clear();
        }
        if let Some(store) = self.keeping.store.get_value() {
            spawn_local(async move {
                if let Err(error) = store.remove(&id).await {
                    self.notices.warn(error.to_string());
                }
                self.refresh_list(&store).await;
            });
        }
    }

    /// Another project with the same in it.
    pub fn copy_project(self, id: &str) {
        let id = id.to_owned();
        if let Some(store) = self.keeping.store.get_value() {
            spawn_local(async move {
                let copied = async {
                    let mut project = store.load(&id).await?.project;
                    project.id = Store::new_id();
                    project.name = format!("{} (copy)", project.name);
                    store.save(&project).await
                };
                if let Err(error) = copied.await {
                    self.notices.warn(error.to_string());
                }
                self.refresh_list(&store).await;
            });
        }
    }

    /// Opens a plan or a project from a file.
    pub(super) async fn open_document(self, file: &File) {
        let Some(text) = super::files::whole_text(file).await else {
            self.notices
                .warn(format!("{} cannot be read. Choose it again.", file.name()));
            return;
        };
        match Project::from_json(&text) {
            Ok(opened) => {
                self.keep_now();
                for note in opened.notes {
                    self.notices.warn(note);
                }
                self.show_project(Project {
                    id: String::new(),
                    ..opened.project
                });
                self.keep_soon();
                return;
            }
            Err(error) if text.contains("autocut-project/") => {
                self.notices.warn(format!("{}: {error}.", file.name()));
                return;
            }
            Err(_) => {}
        }
        match Plan::from_json(&text) {
            Ok(plan) => {
                self.keep_now();
                let mut project = from_plan(plan);
                if project.name.is_empty() {
                    project.name = file.name();
                }
                self.show_project(project);
                self.keep_soon();
                self.notices
                    .say("The plan is open. Drop its song and clips to watch it.");
            }
            Err(error) => self.notices.warn(format!(
                "{} is not a plan that can be opened: {error}",
                file.name()
            )),
        }
    }

    /// Takes the analysis that `render-native inspect --json` wrote.
    pub(super) async fn take_inspection(self, file: &File) {
        let Some(text) = super::files::whole_text(file).await else {
            return;
        };
        let inspected = match Inspected::from_json(&text) {
            Ok(inspected) => inspected,
            Err(error) => {
                self.notices.warn(format!("{}: {error}.", file.name()));
                return;
            }
        };
        let mut known = 0_usize;
        let all = inspected.clips.len();
        for one in inspected.clips {
            let clip = self.clips.list.with_untracked(|list| {
                list.iter().copied().find(|clip| {
                    clip.entry.with_untracked(|entry| {
                        !entry.removed
                            && match (entry.media.fingerprint, one.media.fingerprint) {
                                (Some(own), Some(theirs)) => own == theirs,
                                _ => entry.media.path.name() == one.media.path.name(),
                            }
                    })
                })
            });
            if let Some(clip) = clip {
                clip.know(|entry| {
                    let path = entry.media.path.clone();
                    entry.media = shared::media::MediaReference { path, ..one.media };
                });
                self.know_footage(clip, one.footage);
                known += 1;
            }
        }
        self.notices.say(format!(
            "{}: {known} of {all} analysed clips are in this project.",
            file.name()
        ));
        self.plan_when_ready(false);
        self.keep_soon();
    }

    /// Files that this project waits for are taken; the others are given back.
    pub(super) async fn relinked(
        self,
        songs: Vec<Dropped>,
        clips: Vec<Dropped>,
    ) -> (Vec<Dropped>, Vec<Dropped>) {
        let waiting: Vec<_> = self.clips.list.with_untracked(|list| {
            let missing = |clip: &super::clips::Clip| {
                clip.stage
                    .with_untracked(|stage| *stage == ClipStage::Missing)
            };
            list.iter().copied().filter(missing).collect()
        });
        let clips = if waiting.is_empty() {
            clips
        } else {
            let media: Vec<_> = waiting
                .iter()
                .map(|clip| clip.entry.with_untracked(|entry| entry.media.clone()))
                .collect();
            let media: Vec<_> = media.iter().collect();
            let mut found = Self::candidates(&clips);
            self.look_at_content(&media, &mut found, &clips).await;
            let relinked = relink(&media, &found);
            for one in &relinked.matches {
                if let (Some(clip), Some(dropped)) = (waiting.get(one.wanted), clips.get(one.file))
                {
                    if one.changed() {
                        self.notices.warn(format!(
                            "{} is not the file that was planned with; it is looked at anew.",
                            dropped.file.name()
                        ));
                        clip.know(|entry| {
                            entry.footage = None;
                            entry.note = None;
                        });
                    }
                    self.refile(*clip, dropped);
                }
            }
            relinked
                .left_over
                .iter()
                .filter_map(|at| clips.get(*at).cloned())
                .collect()
        };
        (songs, clips)
    }

    fn candidates(files: &[Dropped]) -> Vec<Candidate> {
        files
            .iter()
            .map(|dropped| Candidate {
                path: MediaPath::from_bytes(dropped.path.as_bytes()),
                bytes: size(&dropped.file),
                fingerprint: None,
            })
            .collect()
    }

    async fn look_at_content(
        self,
        media: &[&shared::media::MediaReference],
        found: &mut [Candidate],
        files: &[Dropped],
    ) {
        let Some(planner) = self.planner() else {
            return;
        };
        for at in worth_a_look(media, found) {
            if let (Some(dropped), Some(candidate)) = (files.get(at), found.get_mut(at)) {
                candidate.fingerprint = fingerprint(&planner, &dropped.file).await.ok();
            }
        }
    }

    /// Opens the sample project: its files lie beside the page.
    pub fn open_sample(self) {
        spawn_local(async move {
            self.keep_now();
            self.clear();
            self.name.set("Sample".to_owned());
            match sample().await {
                Ok(files) => self.take(files),
                Err(error) => self.notices.warn(format!(
                    "The sample cannot be loaded: {}. Are you offline?",
                    crate::page::planner::said(&error)
                )),
            }
        });
    }
}

/// Offers a text as a file to be saved.
fn offer(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&text.into());
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The download has begun; its address is not needed for long.
    let revoke = Closure::once_into_js(move || {
        // An address that is gone already is no error.
        let _ = web_sys::Url::revoke_object_url(&url);
    });
    window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(revoke.unchecked_ref(), 60_000)?;
    Ok(())
}

/// The sample's files.
async fn sample() -> Result<Vec<Dropped>, JsValue> {
    let list = fetched("./sample/files.json").await?;
    let list = JsFuture::from(list.text()?)
        .await?
        .as_string()
        .unwrap_or_default();
    let names: Vec<String> =
        serde_json::from_str(&list).map_err(|error| JsValue::from(error.to_string()))?;
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        let answer = fetched(&format!("./sample/{name}")).await?;
        let blob = JsFuture::from(answer.blob()?).await?;
        let file = File::new_with_blob_sequence(&js_sys::Array::of1(&blob), &name)?;
        files.push(Dropped { file, path: name });
    }
    Ok(files)
}

async fn fetched(address: &str) -> Result<web_sys::Response, JsValue> {
    let answer: web_sys::Response = JsFuture::from(window().fetch_with_str(address))
        .await?
        .unchecked_into();
    if answer.ok() {
        Ok(answer)
    } else {
        Err(format!("{address} is not there").into())
    }
}
