//! Asking the planner for a plan.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use planner_wasm::edit::Scope;
use planner_wasm::worker::order::PlanOrder;
use planner_wasm::worker::protocol::{JobId, Reply, Request};
use shared::plan::Plan;

use super::Studio;
use crate::document::request;
use crate::page::decode::pause;
use crate::project::Brief;
use crate::wording::sentence;

/// How much of the plan is to be new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Everything that is not locked.
    All,
    /// These slots alone.
    Slots {
        /// Positions in the plan.
        slots: Vec<usize>,
        /// Chooses among what they could show.
        seed: u64,
    },
    /// Everything, locked or not, as if there had been no plan.
    Fresh,
}

impl Wish {
    /// This wish and an earlier one that is not met yet.
    fn and(self, earlier: Self) -> Self {
        match (self, earlier) {
            (Self::Fresh, _) | (_, Self::Fresh) => Self::Fresh,
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Slots { mut slots, seed }, Self::Slots { slots: earlier, .. }) => {
                slots.extend(earlier);
                slots.sort_unstable();
                slots.dedup();
                Self::Slots { slots, seed }
            }
        }
    }
}

/// A change that the planner works on.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// What it is called in the history.
    pub label: String,
    /// What the plan is asked to be.
    pub brief: Brief,
    /// How much of it is to be new.
    pub wish: Wish,
    /// The clips of which it knows more than the plan that there is.
    fresh: BTreeSet<usize>,
}

/// What the planner is asked. A handle.
#[derive(Clone, Copy)]
pub struct Planning {
    /// The change that it works on.
    pub pending: RwSignal<Option<Pending>>,
    /// Why there is no plan, if the last one could not be made.
    pub refused: RwSignal<Option<String>>,
    job: StoredValue<Option<JobId>>,
    seed: StoredValue<u64>,
}

impl Planning {
    pub(super) fn new() -> Self {
        Self {
            pending: RwSignal::new(None),
            refused: RwSignal::new(None),
            job: StoredValue::new(None),
            seed: StoredValue::new(0),
        }
    }

    /// Another seed each time, so that asking again gives another answer.
    pub(super) fn next_seed(self) -> u64 {
        self.seed.update_value(|seed| *seed += 1);
        self.seed.get_value()
    }
}

impl Studio {
    /// Song or clips are there: makes the first plan once both are, or another one for other music.
    pub(super) fn plan_when_ready(self) {
        if self.grid.with_untracked(Option::is_none)
            || self.clips.busy.get_untracked() > 0
            || !self.has_footage()
        {
            self.keep_soon();
            return;
        }
        if self.plan.with_untracked(Option::is_none) {
            self.wish("First plan", self.brief.get_untracked(), Wish::Fresh);
        } else if self.is_of_other_song() {
            self.wish("Another song", self.brief.get_untracked(), Wish::Fresh);
        } else {
            self.keep_soon();
        }
    }

    /// Whether the plan was made for another song than the one that is here.
    #[must_use]
    pub fn is_of_other_song(self) -> bool {
        let planned = self
            .plan
            .with_untracked(|plan| Some(plan.as_ref()?.music.media.fingerprint));
        let here = self
            .song
            .entry
            .with_untracked(|entry| Some(entry.as_ref()?.media.fingerprint));
        match (planned.flatten(), here.flatten()) {
            (Some(planned), Some(here)) => planned != here,
            _ => false,
        }
    }

    /// Whether some clip can be used.
    #[must_use]
    pub fn has_footage(self) -> bool {
        self.clips.list.with_untracked(|list| {
            list.iter().any(|clip| {
                clip.entry
                    .with_untracked(|entry| !entry.removed && entry.footage.is_some())
            })
        })
    }

    /// A plan with the same brief, for clips that came or went.
    pub fn plan_anew(self, label: &str) {
        self.wish(label, self.brief.get_untracked(), Wish::All);
    }

    /// Asks for a plan; an earlier wish that is not yet met becomes part of this one.
    pub(super) fn wish(self, label: &str, brief: Brief, wish: Wish) {
        let planning = self.planning;
        self.stop_job();
        let (label, wish) = match planning.pending.get_untracked() {
            Some(earlier) => {
                let told = earlier.label.split("; ").any(|one| one == label);
                let label = if told {
                    earlier.label
                } else {
                    format!("{}; {label}", earlier.label)
                };
                (label, wish.and(earlier.wish))
            }
            None => (label.to_owned(), wish),
        };
        let label = label.as_str();
        let song = self.song.entry.get_untracked();
        let song = song.filter(|entry| entry.is_heard());
        let Some(song) = song else {
            // Without music there is nothing to plan, but what is wished is kept.
            planning.pending.set(None);
            self.push(label, |document| document.brief = brief);
            return;
        };
        let clips = self.clips.entries();
        if !self.has_footage() {
            planning.pending.set(None);
            self.push(label, |document| document.brief = brief);
            return;
        }
        let fresh = untrack(|| self.clips.fresh());
        let order = self.history.with_untracked(|history| {
            request(&brief, &history.current().brief, &song, &clips, &fresh)
        });
        let footage: Vec<_> = clips
            .iter()
            .map(|clip| {
                let footage = clip.footage.as_ref().filter(|_| !clip.removed);
                footage.map(|footage| self.planner().keep(footage))
            })
            .collect();
        let order = Box::new(PlanOrder::new(order, &footage));
        let previous = self.plan.get_untracked().filter(|_| wish != Wish::Fresh);
        let scope = match &wish {
            Wish::Slots { slots, seed } => Scope::Slots {
                slots: slots.clone(),
                seed: *seed,
            },
            Wish::All | Wish::Fresh => Scope::All,
        };
        let make = |id| match previous {
            Some(previous) => Request::Replan {
                id,
                order,
                plan: previous.to_json(),
                scope,
            },
            None => Request::Plan { id, order },
        };
        planning.pending.set(Some(Pending {
            label: label.to_owned(),
            brief,
            wish,
            fresh,
        }));
        let job = self
            .planner()
            .ask(make, None, move |reply| self.planned(reply));
        planning.job.set_value(Some(job));
    }

    /// Tells the planner what is known of the clips, one after the other, before it is asked for a plan:
    /// all of it at once would hold up the page.
    pub(super) fn teach(self) {
        spawn_local(async move {
            for clip in untrack(|| self.clips.entries()) {
                let footage = clip.footage.filter(|_| !clip.removed);
                if let Some(footage) = footage.filter(|footage| !self.planner().keeps(footage)) {
                    let _ = self.planner().keep(&footage);
                    pause(0).await;
                }
            }
        });
    }

    fn planned(self, reply: Reply) {
        let planning = self.planning;
        match reply {
            Reply::Planned { plan, .. } => {
                planning.job.set_value(None);
                let Some(pending) = planning.pending.get_untracked() else {
                    return;
                };
                match Plan::from_json(&plan) {
                    Ok(plan) => {
                        planning.refused.set(None);
                        if !matches!(pending.wish, Wish::Slots { .. }) {
                            for media in &pending.fresh {
                                if let Some(clip) = self.clips.get(*media) {
                                    clip.fresh.set(false);
                                }
                            }
                        }
                        self.push(&pending.label, |document| {
                            document.brief = pending.brief;
                            document.plan = Some(Arc::new(plan));
                        });
                    }
                    Err(error) => planning.refused.set(Some(error.to_string())),
                }
                planning.pending.set(None);
            }
            Reply::Failed { message, .. } => {
                planning.job.set_value(None);
                planning.pending.set(None);
                if self.plan.with_untracked(Option::is_some) {
                    let why = sentence(&message);
                    self.notices
                        .warn(format!("The plan stays as it was. {why}"));
                } else {
                    planning.refused.set(Some(message));
                }
            }
            _ => {}
        }
    }

    /// Gives up the plan that is being made.
    pub fn give_up_plan(self) {
        self.stop_job();
        self.planning.pending.set(None);
    }

    fn stop_job(self) {
        let mut job = None;
        self.planning.job.update_value(|kept| job = kept.take());
        if let Some(job) = job {
            self.planner().cancel(job);
        }
    }
}
