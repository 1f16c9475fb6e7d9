//! Clips on their way from files to footage.
//!
//! Every file is probed first, since that takes milliseconds; then each is looked at by its key
//! frames, which is enough for a plan; a closer look at every picture is made when a person asks
//! for it. Workers read one file each.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use leptos::prelude::*;
use planner_wasm::footage::Footage;
use shared::media::{MediaPath, MediaReference};
use web_sys::{File, ImageBitmap};

use super::Studio;
use super::clips_worker::{ClipsWorker, Question};
use super::files::{Dropped, size};
use crate::project::{ClipEntry, Depth};

/// Small pictures of a clip, and their height in pixels.
pub(super) const THUMBS: Question = Question::Thumbs {
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
    /// Never used twice, also for clips of other projects.
    pub id: u32,
    /// Its place in the project; what plans call it by.
    pub media: usize,
    /// What is known of it.
    pub entry: RwSignal<Arc<ClipEntry>>,
    /// What is done with it.
    pub stage: RwSignal<ClipStage>,
    /// How far that is, 0 to 1.
    pub done: RwSignal<f64>,
    /// Whether footage came that the plan does not know of.
    pub fresh: RwSignal<bool>,
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
    pub(super) tasks: StoredValue<VecDeque<Task>, LocalStorage>,
    pub(super) desks: StoredValue<Vec<Desk>, LocalStorage>,
    next: StoredValue<u32>,
    next_desk: StoredValue<u32>,
}

/// A question that waits for a worker.
#[derive(Clone, Copy)]
pub(super) struct Task {
    pub(super) clip: Clip,
    pub(super) question: Question,
}

/// A worker and what it does.
#[derive(Clone)]
pub(super) struct Desk {
    /// Never used twice: others come and go while it works.
    pub(super) id: u32,
    pub(super) worker: ClipsWorker,
    /// The question and its clip, while there is one.
    pub(super) at_work: Option<(u32, Task)>,
}

impl Clips {
    pub(super) fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            busy: RwSignal::new(0),
            tasks: StoredValue::new_local(VecDeque::new()),
            desks: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
            next_desk: StoredValue::new(0),
        }
    }

    /// The workers' ways to the planner are broken; others are started when they are needed, and
    /// what was under way begins anew.
    pub(super) fn forget_workers(self) {
        let mut desks = Vec::new();
        self.desks.update_value(|kept| desks = std::mem::take(kept));
        self.tasks.update_value(|tasks| {
            for (_, task) in desks.into_iter().filter_map(|desk| desk.at_work) {
                tasks.push_front(task);
            }
        });
        self.busy.set(self.tasks.with_value(VecDeque::len));
    }

    /// All clips are forgotten, with everything that was to be asked of them.
    pub(super) fn forget(self) {
        self.tasks.set_value(VecDeque::new());
        self.desks.update_value(|desks| {
            for desk in desks {
                if let Some((id, _)) = desk.at_work.take() {
                    desk.worker.cancel(id);
                }
            }
        });
        self.busy.set(0);
        for clip in self.list.get_untracked() {
            // What takes memory; the rest is small.
            clip.thumbs.set(Vec::new());
            clip.file.set(None);
        }
        self.list.set(Vec::new());
    }

    /// A number for a worker's desk.
    pub(super) fn next_desk(self) -> u32 {
        self.next_desk
            .update_value(|next| *next = next.wrapping_add(1));
        self.next_desk.get_value()
    }

    /// What a desk does, or that it does nothing. A desk that is gone does nothing.
    pub(super) fn set_at_work(self, desk: u32, at_work: Option<(u32, Task)>) {
        self.desks.update_value(|desks| {
            if let Some(desk) = desks.iter_mut().find(|one| one.id == desk) {
                desk.at_work = at_work;
            }
        });
    }

    /// Nothing more is asked of a clip; what is known of it stays.
    fn stop(self, clip: Clip) {
        self.tasks
            .update_value(|tasks| tasks.retain(|task| task.clip.id != clip.id));
        self.desks.update_value(|desks| {
            for desk in desks {
                if let Some((id, task)) = desk.at_work
                    && task.clip.id == clip.id
                {
                    desk.worker.cancel(id);
                    desk.at_work = None;
                }
            }
        });
        if clip.is_busy() {
            let known = clip.entry.with_untracked(|entry| entry.footage.is_some());
            clip.stage.set(if known {
                ClipStage::Ready
            } else {
                ClipStage::Failed(
                    "Cancelled. Take it out and add it again to look at it.".to_owned(),
                )
            });
        }
    }

    /// The clip that a plan calls by this number.
    #[must_use]
    pub fn get(self, media: usize) -> Option<Clip> {
        self.list.with(|list| list.get(media).copied())
    }

    /// The clips of which footage came that the plan does not know of.
    #[must_use]
    pub fn fresh(self) -> BTreeSet<usize> {
        self.list.with(|list| {
            let fresh = list
                .iter()
                .filter(|clip| clip.fresh.get() && !clip.is_removed());
            fresh.map(|clip| clip.media).collect()
        })
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

    /// Whether it waits or is looked at.
    fn is_busy(self) -> bool {
        self.stage
            .with_untracked(|stage| matches!(stage, ClipStage::Waiting | ClipStage::Looking))
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
        self.clips
            .next
            .update_value(|next| *next = next.wrapping_add(1));
        let clip = Clip {
            id: self.clips.next.get_value(),
            media: self.clips.list.with_untracked(Vec::len),
            entry: RwSignal::new(Arc::new(entry)),
            stage: RwSignal::new(stage),
            done: RwSignal::new(0.0),
            fresh: RwSignal::new(false),
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

    /// Takes a clip out of the film. It keeps its place and its file, for undo.
    pub fn remove_clip(self, clip: Clip) {
        self.give_up_clip(clip);
        clip.know(|entry| entry.removed = true);
        let named = self.plan.with_untracked(|plan| {
            plan.as_ref().is_some_and(|plan| {
                plan.slots.iter().any(|slot| {
                    std::iter::once(&slot.clip)
                        .chain(&slot.alternates)
                        .any(|shown| usize::try_from(shown.media) == Ok(clip.media))
                })
            })
        });
        if named {
            self.plan_anew("Take out a clip");
        } else {
            self.keep_soon();
        }
    }

    /// Clips that were taken out, and that the plan shows all the same after an undo, are there
    /// again.
    pub(super) fn take_back_clips(self) {
        let Some(plan) = self.plan.get_untracked() else {
            return;
        };
        for clip in self.clips.list.get_untracked() {
            let shown = plan
                .slots
                .iter()
                .any(|slot| usize::try_from(slot.clip.media) == Ok(clip.media));
            if shown && clip.entry.with_untracked(|entry| entry.removed) {
                self.take_back_clip(clip);
            }
        }
    }

    /// A clip that was taken out is there again.
    pub(super) fn take_back_clip(self, clip: Clip) {
        clip.know(|entry| entry.removed = false);
        if clip.file.with_untracked(Option::is_none) {
            clip.stage.set(ClipStage::Missing);
        } else if clip.entry.with_untracked(|entry| entry.footage.is_none()) {
            clip.stage.set(ClipStage::Waiting);
            self.enqueue(clip, Question::Quick);
            self.pump();
        }
    }

    /// Gives up what is done with a clip; what is known of it stays.
    pub fn give_up_clip(self, clip: Clip) {
        self.clips.stop(clip);
        self.pump();
    }

    /// Gives up all looking.
    pub fn give_up_clips(self) {
        for clip in self.clips.list.get_untracked() {
            if clip.is_busy() {
                self.clips.stop(clip);
            }
        }
        self.pump();
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
        self.note_fresh(clip);
    }
}
