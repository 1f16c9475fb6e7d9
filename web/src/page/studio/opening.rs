//! What is dropped or chosen: which of it is what, and where it goes. Songs, clips, plans, projects,
//! analyses, files that a project waits for, and the sample.

use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::footage::Inspected;
use shared::media::{MediaPath, MediaReference};
use shared::plan::Plan;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::Studio;
use super::clips::{Clip, ClipStage};
use super::files::{Dropped, fingerprint, head, size};
use crate::page::decode::pause;
use crate::page::said::said;
use crate::page::store::Pieces;
use crate::project::relink::{Candidate, relink, worth_a_look};
use crate::project::sort;
use crate::project::{ClipEntry, Opened, Project, ProjectError, Reading, from_plan};
use crate::wording::sentence;

impl Studio {
    /// Takes whatever was dropped or chosen: song, clips, plans, projects, analyses.
    pub fn take(self, files: Vec<Dropped>) {
        if !files.is_empty() {
            spawn_local(async move { self.take_sorted(files).await });
        }
    }

    async fn take_sorted(self, files: Vec<Dropped>) {
        self.keeping.settle().await;
        let turn = self.keeping.turn();
        let mut heads = Vec::with_capacity(files.len());
        for dropped in &files {
            heads.push(head(&dropped.file).await);
        }
        let described: Vec<_> = files
            .iter()
            .zip(&heads)
            .map(|(dropped, head)| sort::Dropped {
                path: &dropped.path,
                bytes: size(&dropped.file),
                head,
            })
            .collect();
        let sorted = sort::sort(&described);
        let at = |at: &usize| files.get(*at).cloned();
        if self.keeping.turn() != turn {
            // Meant for the project that was shown when they were dropped.
            return;
        }
        self.tell_left_out(&files, &sorted.left_out);
        // A plan or a project first: it says what the other files are.
        let mut shown = turn;
        for dropped in sorted.projects.iter().filter_map(at) {
            if !self.open_project_file(&dropped.file, shown).await {
                return;
            }
            shown = self.keeping.turn();
        }
        for dropped in sorted.plans.iter().filter_map(at) {
            self.open_plan(&dropped.file).await;
        }
        let turn = self.keeping.turn();
        let clips: Vec<_> = sorted.clips.iter().filter_map(at).collect();
        let Some(clips) = self.relinked(clips, turn).await else {
            return;
        };
        self.take_songs(sorted.songs.iter().filter_map(at));
        self.add_clips(clips);
        for dropped in sorted.inspections.iter().filter_map(at) {
            self.take_inspection(&dropped.file, turn).await;
        }
    }

    fn tell_left_out(self, files: &[Dropped], left_out: &[(usize, String)]) {
        let named = |(at, why): &(usize, String)| Some((files.get(*at)?.file.name(), why.clone()));
        let left_out: Vec<_> = left_out.iter().filter_map(named).collect();
        match left_out.as_slice() {
            [] => {}
            [(name, why)] => self.notices.say(format!("Left out: {name} {why}.")),
            [(name, why), rest @ ..] => self
                .notices
                .say(format!("Left out: {name} {why}; and {} more.", rest.len())),
        }
    }

    fn take_songs(self, mut songs: impl Iterator<Item = Dropped>) {
        let Some(song) = songs.next() else { return };
        let others: Vec<_> = songs.map(|other| other.file.name()).collect();
        if !others.is_empty() {
            self.notices.say(format!(
                "{} is the song. Left out: {}; drop one of them alone to take it instead.",
                song.file.name(),
                others.join(", ")
            ));
        }
        self.open_song(song);
    }

    /// All of a file as text; that it cannot be read is told.
    async fn text_of(self, file: &File) -> Option<String> {
        let text = JsFuture::from(file.text()).await.ok();
        let text = text.and_then(|text| text.as_string());
        if text.is_none() {
            self.notices
                .warn(format!("{} cannot be read. Choose it again.", file.name()));
        }
        text
    }

    /// Shows a project file's project, unless another one than that of this `turn` is shown meanwhile:
    /// then it is false, since what was dropped with it is not meant for that.
    async fn open_project_file(self, file: &File, turn: u32) -> bool {
        let Some(text) = self.text_of(file).await else {
            return true;
        };
        let opened = in_pieces(&text).await;
        if self.keeping.turn() != turn {
            self.notices.warn(format!(
                "{} is not opened: another project was opened meanwhile. Drop it again.",
                file.name()
            ));
            return false;
        }
        match opened {
            Ok(opened) => {
                self.keep_now();
                for note in opened.notes {
                    self.notices.warn(sentence(&note));
                }
                self.show_project(Project {
                    id: String::new(),
                    ..opened.project
                });
                self.keep_soon();
            }
            Err(error) => self.refuse(file, &error),
        }
        true
    }

    async fn open_plan(self, file: &File) {
        let Some(text) = self.text_of(file).await else {
            return;
        };
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
            Err(error) => self.refuse(file, &error),
        }
    }

    /// A file cannot be opened; why.
    fn refuse(self, file: &File, why: &dyn std::fmt::Display) {
        let why = sentence(&format!("cannot open {}: {why}", file.name()));
        self.notices.warn(why);
    }

    /// Takes the analysis that `render-native inspect --json` wrote, unless another project was
    /// shown since `turn`.
    async fn take_inspection(self, file: &File, turn: u32) {
        let Some(text) = self.text_of(file).await else {
            return;
        };
        let inspected = match Inspected::from_json(&text) {
            Ok(inspected) => inspected,
            Err(error) => return self.refuse(file, &error),
        };
        if self.keeping.turn() != turn {
            return;
        }
        let mut known = 0_usize;
        let all = inspected.clips.len();
        for one in inspected.clips {
            if let Some(clip) = self.clip_of(&one.media) {
                clip.know(|entry| {
                    let path = entry.media.path.clone();
                    entry.media = MediaReference { path, ..one.media };
                });
                self.know_footage(clip, one.footage);
                known += 1;
            }
        }
        let skipped = match inspected.skipped {
            0 => String::new(),
            skipped => format!(" {skipped} files could not be analysed there either."),
        };
        self.notices.say(format!(
            "{}: {known} of {all} analysed clips are in this project.{skipped}",
            file.name()
        ));
        self.plan_when_ready();
        self.keep_soon();
    }

    /// The clip that a reference means: by content, where both are known, else by name.
    fn clip_of(self, media: &MediaReference) -> Option<Clip> {
        let same = |entry: &ClipEntry| {
            !entry.removed
                && match (entry.media.fingerprint, media.fingerprint) {
                    (Some(own), Some(theirs)) => own == theirs,
                    _ => entry.media.path.name() == media.path.name(),
                }
        };
        self.clips.list.with_untracked(|list| {
            let mut clips = list.iter().copied();
            clips.find(|clip| clip.entry.with_untracked(|entry| same(entry)))
        })
    }

    /// Files that this project waits for are taken; the others are given back. `None` if another
    /// project was shown since `turn`.
    async fn relinked(self, clips: Vec<Dropped>, turn: u32) -> Option<Vec<Dropped>> {
        let waiting: Vec<_> = self.clips.list.with_untracked(|list| {
            let missing = |clip: &Clip| {
                clip.stage
                    .with_untracked(|stage| *stage == ClipStage::Missing)
            };
            list.iter().copied().filter(missing).collect()
        });
        if waiting.is_empty() {
            return Some(clips);
        }
        let media: Vec<_> = waiting
            .iter()
            .map(|clip| clip.entry.with_untracked(|entry| entry.media.clone()))
            .collect();
        let media: Vec<_> = media.iter().collect();
        let mut found = Self::candidates(&clips);
        self.look_at_content(&media, &mut found, &clips).await;
        if self.keeping.turn() != turn {
            return None;
        }
        let relinked = relink(&media, &found);
        for one in &relinked.matches {
            if let (Some(clip), Some(dropped)) = (waiting.get(one.wanted), clips.get(one.file)) {
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
        let left_over = relinked.left_over.iter();
        Some(left_over.filter_map(|at| clips.get(*at).cloned()).collect())
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
        media: &[&MediaReference],
        found: &mut [Candidate],
        files: &[Dropped],
    ) {
        let planner = self.planner();
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
            let turn = self.keeping.turn();
            match sample().await {
                // Somebody went on to another project meanwhile.
                Ok(_) if self.keeping.turn() != turn => {}
                Ok(files) => self.take(files),
                Err(error) => self.notices.warn(format!(
                    "The sample cannot be loaded: {}. Are you offline?",
                    said(&error)
                )),
            }
        });
    }
}

/// Reads a project; the page goes on meanwhile, and has had a turn of its own at the end.
async fn in_pieces(text: &str) -> Result<Opened, ProjectError> {
    let mut reading = Reading::of(text)?;
    let mut pieces = Pieces::new();
    while reading.step() {
        pieces.pause().await;
    }
    let opened = reading.finish();
    pause(0).await;
    Ok(opened)
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
