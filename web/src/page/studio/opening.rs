//! Plans, projects and analyses that are dropped, files that a project waits for, and the sample.

use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::footage::Inspected;
use shared::media::MediaPath;
use shared::plan::Plan;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::Studio;
use super::clips::ClipStage;
use super::files::{Dropped, fingerprint, size};
use crate::page::said::said;
use crate::project::relink::{Candidate, relink, worth_a_look};
use crate::project::{Project, from_plan};

impl Studio {
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
        self.plan_when_ready();
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
