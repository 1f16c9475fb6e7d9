//! Clips on their way from files to footage.
//!
//! Every file is probed first, since that takes milliseconds; then each is looked at by its key
//! frames, which is enough for a plan; a closer look at every picture is made when a person asks
//! for it. Workers read one file each.

use std::collections::VecDeque;
use std::sync::Arc;

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use planner_wasm::footage::Footage;
use shared::fingerprint::Fingerprint;
use shared::media::{MediaPath, MediaReference, VideoStream};
use wasm_bindgen::prelude::*;
use web_sys::{File, ImageBitmap};

use super::Studio;
use super::clips_worker::{ClipsWorker, Question, count, text};
use super::files::{Dropped, size};
use crate::project::{ClipEntry, Depth};
use crate::unseen::unseen;

/// Small pictures of a clip, and their height in pixels.
const THUMBS: Question = Question::Thumbs {
    count: 8,
    height: 54,
};

/// What is done with a clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClipStage {
    /// It waits for its turn.
    Waiting,
    /// It is read; see [`Clip::done`].
    Looking,
    /// It can be used.
    Ready,
    /// This browser cannot show it; it can be used by what its container says, or by an analysis.
    Unseen,
    /// It cannot be used.
    Failed(String),
    /// Known from an earlier time; its file is not there.
    Missing,
}

/// A small picture of a clip.
#[derive(Debug, Clone)]
pub struct Thumb {
    /// When, in microseconds of the container's time.
    pub at_us: u64,
    /// The picture.
    pub bitmap: ImageBitmap,
}

/// A clip. A handle: copies mean the same clip.
#[derive(Clone, Copy)]
pub struct Clip {
    /// Its place in the project; what plans call it by.
    pub media: usize,
    /// What is known of it.
    pub entry: RwSignal<Arc<ClipEntry>>,
    /// What is done with it.
    pub stage: RwSignal<ClipStage>,
    /// How far that is, 0 to 1.
    pub done: RwSignal<f64>,
    /// Small pictures over its whole length.
    pub thumbs: RwSignal<Vec<Thumb>, LocalStorage>,
    /// Its file, if it is there.
    pub file: RwSignal<Option<File>, LocalStorage>,
}

/// The clips. A handle.
#[derive(Clone, Copy)]
pub struct Clips {
    /// All of them, also those that were taken out.
    pub list: RwSignal<Vec<Clip>>,
    /// How many tasks wait or run.
    pub busy: RwSignal<usize>,
    tasks: StoredValue<VecDeque<Task>, LocalStorage>,
    desks: StoredValue<Vec<Desk>, LocalStorage>,
    /// Whether footage came that the plan does not know of.
    pub fresh: RwSignal<bool>,
}

#[derive(Clone, Copy)]
struct Task {
    clip: Clip,
    question: Question,
}

#[derive(Clone)]
struct Desk {
    worker: ClipsWorker,
    /// The question and its clip, while there is one.
    at_work: Option<(u32, Task)>,
}

impl Clips {
    pub(super) fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            busy: RwSignal::new(0),
            tasks: StoredValue::new_local(VecDeque::new()),
            desks: StoredValue::new_local(Vec::new()),
            fresh: RwSignal::new(false),
        }
    }

    /// The workers' ways to the planner are broken; others are started when they are needed.
    pub(super) fn forget_workers(self) {
        self.desks.set_value(Vec::new());
        let tasks = self.tasks.with_value(VecDeque::len);
        self.busy.set(tasks);
    }

    /// The clip that a plan calls by this number.
    #[must_use]
    pub fn get(self, media: usize) -> Option<Clip> {
        self.list.with(|list| list.get(media).copied())
    }

    /// What is known of all of them, for planning and keeping.
    #[must_use]
    pub fn entries(self) -> Vec<ClipEntry> {
        self.list.with_untracked(|list| {
            list.iter()
                .map(|clip| clip.entry.with_untracked(|entry| (**entry).clone()))
                .collect()
        })
    }

    /// The files, by the numbers that plans use.
    #[must_use]
    pub fn files(self) -> Vec<Option<File>> {
        self.list
            .with(|list| list.iter().map(|clip| clip.file.get()).collect())
    }
}

impl Clip {
    /// Changes what is known of it.
    pub(super) fn know(self, change: impl FnOnce(&mut ClipEntry)) {
        self.entry.update(|entry| change(Arc::make_mut(entry)));
    }

    /// Whether it was taken out.
    #[must_use]
    pub fn is_removed(self) -> bool {
        self.entry.with(|entry| entry.removed)
    }
}

impl Studio {
    /// Takes clips.
    pub fn add_clips(self, files: Vec<Dropped>) {
        for dropped in files {
            let mut media = MediaReference::by_path(MediaPath::from_bytes(dropped.path.as_bytes()));
            media.bytes = Some(size(&dropped.file));
            let clip = self.new_clip(ClipEntry::new(media), ClipStage::Waiting);
            clip.file.set(Some(dropped.file));
            self.enqueue(clip, Question::Probe);
        }
        self.pump();
    }

    /// A clip at the end of the list.
    pub(super) fn new_clip(self, entry: ClipEntry, stage: ClipStage) -> Clip {
        let clip = Clip {
            media: self.clips.list.with_untracked(Vec::len),
            entry: RwSignal::new(Arc::new(entry)),
            stage: RwSignal::new(stage),
            done: RwSignal::new(0.0),
            thumbs: RwSignal::new_local(Vec::new()),
            file: RwSignal::new_local(None),
        };
        self.clips.list.update(|list| list.push(clip));
        clip
    }

    /// A known clip whose file is there again.
    pub(super) fn refile(self, clip: Clip, dropped: &Dropped) {
        clip.file.set(Some(dropped.file.clone()));
        let path = MediaPath::from_bytes(dropped.path.as_bytes());
        clip.know(|entry| entry.media.path = path);
        let known = clip.entry.with_untracked(|entry| entry.footage.is_some());
        if known {
            let seen = clip.entry.with_untracked(|entry| entry.note.is_none());
            clip.stage.set(if seen {
                ClipStage::Ready
            } else {
                ClipStage::Unseen
            });
            if seen {
                self.enqueue(clip, THUMBS);
            }
        } else {
            clip.stage.set(ClipStage::Waiting);
            self.enqueue(clip, Question::Probe);
        }
        self.pump();
    }

    /// Takes a clip out of the film.
    pub fn remove_clip(self, clip: Clip) {
        self.give_up_clip(clip);
        clip.know(|entry| entry.removed = true);
        clip.thumbs.set(Vec::new());
        clip.file.set(None);
        let used = self.plan.with_untracked(|plan| {
            plan.as_ref().is_some_and(|plan| {
                plan.slots
                    .iter()
                    .any(|slot| usize::try_from(slot.clip.media) == Ok(clip.media))
            })
        });
        if used {
            self.plan_anew("Take out a clip");
        }
    }

    /// Gives up what is done with a clip; what is known of it stays.
    pub fn give_up_clip(self, clip: Clip) {
        let clips = self.clips;
        clips
            .tasks
            .update_value(|tasks| tasks.retain(|task| task.clip.media != clip.media));
        clips.desks.update_value(|desks| {
            for desk in desks {
                if let Some((id, task)) = desk.at_work
                    && task.clip.media == clip.media
                {
                    desk.worker.cancel(id);
                    desk.at_work = None;
                }
            }
        });
        if clip
            .stage
            .with_untracked(|stage| matches!(stage, ClipStage::Waiting | ClipStage::Looking))
        {
            let known = clip.entry.with_untracked(|entry| entry.footage.is_some());
            clip.stage.set(if known {
                ClipStage::Ready
            } else {
                ClipStage::Failed(
                    "Cancelled. Take it out and add it again to look at it.".to_owned(),
                )
            });
        }
        self.pump();
    }

    /// Gives up all looking.
    pub fn give_up_clips(self) {
        for clip in self.clips.list.get_untracked() {
            let busy = clip
                .stage
                .with_untracked(|stage| matches!(stage, ClipStage::Waiting | ClipStage::Looking));
            if busy {
                self.give_up_clip(clip);
            }
        }
    }

    /// Looks at every picture of every clip that was only looked at by key frames.
    pub fn look_closer(self) {
        for clip in self.clips.list.get_untracked() {
            let quick = clip.entry.with_untracked(|entry| {
                !entry.removed && entry.footage.is_some() && entry.depth == Depth::Quick
            });
            let ready = clip
                .stage
                .with_untracked(|stage| *stage == ClipStage::Ready);
            if quick && ready && clip.file.with_untracked(Option::is_some) {
                clip.stage.set(ClipStage::Waiting);
                self.enqueue(clip, Question::Dense);
            }
        }
        self.pump();
    }

    /// An analysis from elsewhere takes the place of looking.
    pub(super) fn know_footage(self, clip: Clip, footage: Footage) {
        self.give_up_clip(clip);
        let here = clip.file.with_untracked(Option::is_some);
        clip.know(|entry| {
            entry.footage = Some(Arc::new(footage));
            entry.depth = Depth::Inspected;
        });
        let seen = clip.entry.with_untracked(|entry| entry.note.is_none());
        clip.stage.set(match (here, seen) {
            (false, _) => ClipStage::Missing,
            (true, true) => ClipStage::Ready,
            (true, false) => ClipStage::Unseen,
        });
        self.note_fresh();
    }

    /// Footage came; a plan that is there already does not know of it.
    fn note_fresh(self) {
        if self.plan.with_untracked(Option::is_some) {
            self.clips.fresh.set(true);
        }
        self.keep_soon();
    }

    fn enqueue(self, clip: Clip, question: Question) {
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
    fn pump(self) {
        let clips = self.clips;
        let waiting = clips.tasks.with_value(VecDeque::len);
        if waiting > 0 && clips.desks.with_value(Vec::is_empty) {
            self.start_workers();
        }
        let desks = clips.desks.with_value(Vec::len);
        for at in 0..desks {
            let idle = clips
                .desks
                .with_value(|desks| desks.get(at).is_some_and(|desk| desk.at_work.is_none()));
            if !idle {
                continue;
            }
            let mut task = None;
            clips.tasks.update_value(|tasks| task = tasks.pop_front());
            let Some(task) = task else { break };
            self.begin(at, task);
        }
        let working = clips
            .desks
            .with_value(|desks| desks.iter().filter(|desk| desk.at_work.is_some()).count());
        let busy = working + clips.tasks.with_value(VecDeque::len);
        if busy == 0 && clips.busy.get_untracked() > 0 {
            clips.busy.set(0);
            self.plan_when_ready(false);
        } else if busy != clips.busy.get_untracked() {
            clips.busy.set(busy);
        }
    }

    fn start_workers(self) {
        let Some(planner) = self.planner() else {
            return;
        };
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
                    worker: ClipsWorker::start(&planner.port()?)?,
                    at_work: None,
                })
            })
            .collect();
        match desks {
            Ok(desks) => self.clips.desks.set_value(desks),
            Err(error) => self.notices.warn(format!(
                "Clips cannot be looked at: {}. Load the page again.",
                super::super::planner::said(&error)
            )),
        }
    }

    fn begin(self, at: usize, task: Task) {
        let clips = self.clips;
        let clip = task.clip;
        let Some(file) = clip.file.get_untracked() else {
            return;
        };
        if !matches!(task.question, Question::Thumbs { .. }) {
            clip.done.set(0.0);
            clip.stage.set(ClipStage::Looking);
        }
        let worker = clips
            .desks
            .with_value(|desks| desks.get(at).map(|desk| desk.worker.clone()));
        let Some(worker) = worker else { return };
        let id = worker.ask(task.question, &file, move |kind, message| {
            if kind == "progress" {
                let (done, total) = (count(message, "done_us"), count(message, "total_us"));
                clip.done.set(share(done.unwrap_or(0), total.unwrap_or(0)));
                return;
            }
            clips.desks.update_value(|desks| {
                if let Some(desk) = desks.get_mut(at) {
                    desk.at_work = None;
                }
            });
            self.answer(task, kind, message);
            self.pump();
        });
        clips.desks.update_value(|desks| {
            if let Some(desk) = desks.get_mut(at) {
                desk.at_work = Some((id, task));
            }
        });
    }

    /// Takes the last answer to a question.
    fn answer(self, task: Task, kind: &str, message: &JsValue) {
        let clip = task.clip;
        match kind {
            "probed" => self.probed(clip, message),
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
                        self.note_fresh();
                    }
                    None => clip.stage.set(ClipStage::Failed(
                        "No picture could be taken from it.".to_owned(),
                    )),
                }
            }
            "thumbs" => {
                let bitmaps = Reflect::get(message, &"bitmaps".into()).unwrap_or_default();
                let bitmaps = Array::from(&bitmaps);
                let thumbs = bitmaps.iter().filter_map(|thumb| {
                    Some(Thumb {
                        at_us: count(&thumb, "at_us")?,
                        bitmap: Reflect::get(&thumb, &"bitmap".into())
                            .ok()?
                            .dyn_into()
                            .ok()?,
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
                    clip.entry
                        .with_untracked(|entry| entry.media.path.name().to_owned())
                ));
            }
            Question::Quick => self.blind(clip, reason),
            Question::Probe => clip.stage.set(ClipStage::Failed(reason)),
        }
    }

    fn probed(self, clip: Clip, message: &JsValue) {
        let media = Reflect::get(message, &"media".into()).unwrap_or_default();
        let media = js_sys::JSON::stringify(&media)
            .ok()
            .and_then(|text| text.as_string())
            .and_then(|text| probed(&text));
        let Some(found) = media else {
            clip.stage.set(ClipStage::Failed(
                "What its container says makes no sense.".to_owned(),
            ));
            return;
        };
        let twin = self.clips.list.with_untracked(|list| {
            list.iter().copied().find(|other| {
                other.media != clip.media
                    && other.entry.with_untracked(|entry| {
                        !entry.removed
                            && entry.media.fingerprint.is_some()
                            && entry.media.fingerprint == found.fingerprint
                    })
            })
        });
        if let Some(twin) = twin {
            self.notices.say(format!(
                "{} is the same file as {}; it is in the film once.",
                clip.entry
                    .with_untracked(|entry| entry.media.path.name().to_owned()),
                twin.entry
                    .with_untracked(|entry| entry.media.path.name().to_owned()),
            ));
            clip.know(|entry| entry.removed = true);
            clip.file.set(None);
            return;
        }
        clip.know(|entry| {
            let path = entry.media.path.clone();
            entry.media = MediaReference { path, ..found };
        });
        let decodable = Reflect::get(message, &"decodable".into()).is_ok_and(|yes| yes.is_truthy());
        if decodable {
            clip.stage.set(ClipStage::Waiting);
            self.enqueue(clip, THUMBS);
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
                self.note_fresh();
            }
            None => clip.stage.set(ClipStage::Failed(reason)),
        }
    }
}

/// What the worker says of a file, without its path.
fn probed(text: &str) -> Option<MediaReference> {
    #[derive(serde::Deserialize)]
    struct Probed {
        bytes: Option<u64>,
        duration_us: Option<u64>,
        fingerprint: Option<Fingerprint>,
        video: Option<VideoStream>,
    }
    let probed: Probed = serde_json::from_str(text).ok()?;
    let mut media = MediaReference::by_path(MediaPath::from_bytes(b"?"));
    media.bytes = probed.bytes;
    media.duration_us = probed.duration_us;
    media.fingerprint = probed.fingerprint;
    media.video = probed.video;
    Some(media)
}

/// `done` of `total`, 0 to 1.
#[expect(
    clippy::cast_precision_loss,
    reason = "a bar on the screen needs no 53 bits"
)]
fn share(done: u64, total: u64) -> f64 {
    (done as f64 / total.max(1) as f64).clamp(0.0, 1.0)
}
