//! The clips' workers: who asks which file what, and what becomes of the answers.

use std::collections::VecDeque;
use std::sync::Arc;

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::footage::Footage;
use shared::fingerprint::Fingerprint;
use shared::media::MediaReference;
use wasm_bindgen::prelude::*;
use web_sys::File;

use super::Studio;
use super::clips::{Clip, ClipStage, Desk, Task, Thumb};
use super::clips_worker::{ClipsWorker, Question};
use super::files::fingerprint;
use crate::page::decode::pause;
use crate::page::field::{get, holds, text, whole};
use crate::page::said::said;
use crate::project::{Depth, probed};
use crate::unseen::unseen;

/// Workers that have nothing to do are kept for so many milliseconds.
const REST_MS: i32 = 2_000;

impl Studio {
    /// Footage came; a plan that is there already does not know of it.
    pub(super) fn note_fresh(self, clip: Clip) {
        if self.plan.with_untracked(Option::is_some) {
            clip.fresh.set(true);
        }
        self.teach();
        self.keep_soon();
    }

    pub(super) fn enqueue(self, clip: Clip, question: Question) {
        let task = Task { clip, question };
        self.clips.tasks.update_value(|tasks| {
            // What takes no time goes before what does.
            let place = if question == Question::Probe {
                tasks
                    .iter()
                    .position(|task| task.question != Question::Probe)
            } else {
                None
            };
            tasks.insert(place.unwrap_or(tasks.len()), task);
        });
    }

    /// Gives every idle worker a task.
    pub(super) fn pump(self) {
        let clips = self.clips;
        clips.desks.update_value(|desks| {
            // A worker that stopped would never answer.
            desks.retain(|desk| desk.at_work.is_some() || !desk.worker.is_broken());
        });
        let waiting = clips.tasks.with_value(VecDeque::len);
        if waiting > 0 && clips.desks.with_value(Vec::is_empty) {
            self.start_workers();
        }
        let idle: Vec<_> = clips.desks.with_value(|desks| {
            let idle = desks.iter().filter(|desk| desk.at_work.is_none());
            idle.map(|desk| (desk.id, desk.worker.clone())).collect()
        });
        for (desk, worker) in idle {
            let Some((task, file)) = self.next_task() else {
                break;
            };
            self.begin(desk, &worker, task, &file);
        }
        let working = clips
            .desks
            .with_value(|desks| desks.iter().filter(|desk| desk.at_work.is_some()).count());
        let busy = working + clips.tasks.with_value(VecDeque::len);
        if busy == 0 && clips.busy.get_untracked() > 0 {
            clips.busy.set(0);
            self.plan_when_ready();
            self.rest();
        } else if busy != clips.busy.get_untracked() {
            clips.busy.set(busy);
        }
    }

    /// Lets idle workers go after a while: they hold tens of megabytes, and others start quickly.
    fn rest(self) {
        spawn_local(async move {
            pause(REST_MS).await;
            let mut idle = Vec::new();
            self.clips.desks.update_value(|desks| {
                if desks.iter().all(|desk| desk.at_work.is_none()) {
                    idle = std::mem::take(desks);
                }
            });
            drop(idle);
        });
    }

    fn start_workers(self) {
        let planner = self.planner();
        let cores =
            web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
        // Decoders have threads of their own; more workers than this only wait for each other.
        let wanted = if cores >= 8.0 {
            3
        } else if cores >= 4.0 {
            2
        } else {
            1
        };
        let desks: Result<Vec<Desk>, JsValue> = (0..wanted)
            .map(|_| {
                Ok(Desk {
                    id: self.clips.next_desk(),
                    worker: ClipsWorker::start(&planner.port()?)?,
                    at_work: None,
                })
            })
            .collect();
        match desks {
            Ok(desks) => self.clips.desks.set_value(desks),
            Err(error) => self.notices.warn(format!(
                "Clips cannot be looked at: {}. Load the page again.",
                said(&error)
            )),
        }
    }

    /// The next question whose file is there. A clip that turned out to be another one has none.
    fn next_task(self) -> Option<(Task, File)> {
        let mut next = None;
        self.clips.tasks.update_value(|tasks| {
            while next.is_none()
                && let Some(task) = tasks.pop_front()
            {
                next = task.clip.file.get_untracked().map(|file| (task, file));
            }
        });
        next
    }

    fn begin(self, desk: u32, worker: &ClipsWorker, task: Task, file: &File) {
        let clips = self.clips;
        let clip = task.clip;
        if !matches!(task.question, Question::Thumbs { .. }) {
            clip.done.set(0.0);
            clip.stage.set(ClipStage::Looking);
        }
        let asked = file.clone();
        let id = worker.ask(task.question, file, move |kind, message| {
            if kind == "progress" {
                let (done, total) = (whole(message, "done_us"), whole(message, "total_us"));
                clip.done.set(share(done.unwrap_or(0), total.unwrap_or(0)));
                return;
            }
            if kind == "probed" {
                self.recognise(desk, task, asked.clone(), message.clone());
                return;
            }
            clips.set_at_work(desk, None);
            self.answer(task, kind, message);
            self.pump();
        });
        clips.set_at_work(desk, Some((id, task)));
    }

    /// Takes what a container says, once it is known which file it is. Until then its desk stays
    /// taken, so that the clip counts as busy. Whoever gives the clip up, closes the project or puts
    /// other workers in their place frees the desk, and then nobody waits for this any more.
    fn recognise(self, desk: u32, task: Task, file: File, message: JsValue) {
        let Some(asked) = self.question_at(desk) else {
            return;
        };
        spawn_local(async move {
            let print = fingerprint(&self.planner(), &file).await;
            if self.question_at(desk) != Some(asked) {
                return;
            }
            self.clips.set_at_work(desk, None);
            match print {
                Ok(print) => self.probed(task.clip, &message, print),
                Err(reason) => self.failed(task, reason),
            }
            self.pump();
        });
    }

    /// The number of the question that a desk works on. Its worker never uses one twice.
    fn question_at(self, desk: u32) -> Option<u32> {
        self.clips.desks.with_value(|desks| {
            let desk = desks.iter().find(|one| one.id == desk)?;
            desk.at_work.map(|(question, _)| question)
        })
    }

    /// Takes the last answer to a question, but for what a container says.
    fn answer(self, task: Task, kind: &str, message: &JsValue) {
        let clip = task.clip;
        match kind {
            "footage" => {
                let footage = text(message, "footage")
                    .and_then(|text| serde_json::from_str::<Footage>(&text).ok());
                match footage.filter(|footage| !footage.ticks.is_empty()) {
                    Some(footage) => {
                        clip.know(|entry| {
                            entry.footage = Some(Arc::new(footage));
                            entry.depth = if task.question == Question::Dense {
                                Depth::Dense
                            } else {
                                Depth::Quick
                            };
                        });
                        clip.stage.set(ClipStage::Ready);
                        // Not the entry's note, which means that nobody has seen the clip.
                        if let Some(odd) = text(message, "note") {
                            self.notices.say(format!("{}: {odd}", name(clip)));
                        }
                        self.note_fresh(clip);
                    }
                    None => self.failed(task, "No picture could be taken from it.".to_owned()),
                }
            }
            "thumbs" => {
                let bitmaps = Array::from(&get(message, "bitmaps"));
                let thumbs = bitmaps.iter().filter_map(|thumb| {
                    Some(Thumb {
                        at_us: whole(&thumb, "at_us")?,
                        bitmap: get(&thumb, "bitmap").dyn_into().ok()?,
                    })
                });
                clip.thumbs.set(thumbs.collect());
            }
            "failed" => {
                let reason = text(message, "reason").unwrap_or_default();
                self.failed(task, reason);
            }
            _ => {}
        }
    }

    fn failed(self, task: Task, reason: String) {
        let clip = task.clip;
        match task.question {
            // A clip without small pictures is still a clip.
            Question::Thumbs { .. } => {}
            // What the quick look found is still good.
            Question::Dense => {
                clip.stage.set(ClipStage::Ready);
                self.notices.warn(format!(
                    "{} could not be looked at more closely: {reason}",
                    name(clip)
                ));
            }
            Question::Quick => self.blind(clip, reason),
            Question::Probe => clip.stage.set(ClipStage::Failed(reason)),
        }
    }

    fn probed(self, clip: Clip, message: &JsValue, print: Fingerprint) {
        let media = js_sys::JSON::stringify(&get(message, "media"))
            .ok()
            .and_then(|text| text.as_string())
            .and_then(|text| probed(&text));
        let Some(mut found) = media else {
            clip.stage.set(ClipStage::Failed(
                "What its container says makes no sense.".to_owned(),
            ));
            return;
        };
        found.fingerprint = Some(print);
        let twin = self.clips.list.with_untracked(|list| {
            list.iter().copied().find(|other| {
                other.id != clip.id
                    && other
                        .entry
                        .with_untracked(|entry| entry.media.fingerprint == found.fingerprint)
            })
        });
        if let Some(twin) = twin {
            let file = clip.file.get_untracked();
            clip.know(|entry| entry.removed = true);
            clip.file.set(None);
            if twin.entry.with_untracked(|entry| entry.removed) {
                twin.file.set(file);
                self.take_back_clip(twin);
                self.note_fresh(twin);
                return;
            }
            self.notices.say(format!(
                "{} is the same file as {}; it is in the film once.",
                name(clip),
                name(twin),
            ));
            return;
        }
        clip.know(|entry| {
            let path = entry.media.path.clone();
            entry.media = MediaReference { path, ..found };
        });
        if holds(message, "decodable") {
            clip.stage.set(ClipStage::Waiting);
            self.enqueue(clip, super::clips::THUMBS);
            self.enqueue(clip, Question::Quick);
        } else {
            let reason = text(message, "reason");
            self.blind(
                clip,
                reason.unwrap_or_else(|| "This browser cannot show it.".to_owned()),
            );
        }
    }

    /// A clip that cannot be shown takes part by what its container says.
    fn blind(self, clip: Clip, reason: String) {
        let footage = clip.entry.with_untracked(|entry| unseen(&entry.media));
        match footage {
            Some(footage) => {
                clip.know(|entry| {
                    if entry.footage.is_none() {
                        entry.footage = Some(Arc::new(footage));
                    }
                    entry.note = Some(reason);
                });
                clip.stage.set(ClipStage::Unseen);
                self.note_fresh(clip);
            }
            None => clip.stage.set(ClipStage::Failed(reason)),
        }
    }
}

/// A clip's name, for sentences.
fn name(clip: Clip) -> String {
    clip.entry
        .with_untracked(|entry| entry.media.path.name().to_owned())
}

/// `done` of `total`, 0 to 1.
#[expect(
    clippy::cast_precision_loss,
    reason = "a bar on the screen needs no 53 bits"
)]
fn share(done: u64, total: u64) -> f64 {
    (done as f64 / total.max(1) as f64).clamp(0.0, 1.0)
}
