//! What a person changes.

use std::sync::Arc;

use leptos::prelude::*;
use planner_wasm::edit::Ban;
use planner_wasm::music::corrections::{self, Correction};
use shared::editing::{Operation, apply};
use shared::plan::{Cut, CutKind, Plan};

use super::Studio;
use super::planning::Wish;
use crate::document::Document;
use crate::project::Brief;
use crate::wording::sentence;

impl Studio {
    /// Makes one change to the plan; what stands in the way is said.
    pub fn perform(self, operation: &Operation) {
        let Some(plan) = self.plan.get_untracked() else {
            return;
        };
        match apply(&plan, operation) {
            // Nothing to undo.
            Ok(next) if next == *plan => {}
            Ok(plan) => {
                self.push(&operation.label(), |document| {
                    document.plan = Some(Arc::new(plan));
                });
                if let Operation::Move { to, .. } = operation {
                    self.selected.set(Some(*to));
                }
                // A plan that is being made was asked for before this change.
                if let Some(pending) = self.planning.pending.get_untracked() {
                    self.wish(&pending.label, pending.brief, pending.wish);
                }
            }
            Err(error) => self.notices.warn(sentence(&error.to_string())),
        }
    }

    /// Puts a changed document on top of what was.
    pub(super) fn push(self, label: &str, change: impl FnOnce(&mut Document)) {
        self.history.update(|history| {
            let mut document = history.current().clone();
            change(&mut document);
            history.push(label, document);
        });
        self.keep_soon();
    }

    /// Back by one change.
    pub fn undo(self) {
        self.give_up_plan();
        let mut undone = None;
        self.history.update(|history| undone = history.undo());
        if let Some(label) = undone {
            self.notices.pass(format!("Undone: {label}."));
            self.went_back();
        }
    }

    /// Forward by one change.
    pub fn redo(self) {
        self.give_up_plan();
        let mut redone = None;
        self.history.update(|history| redone = history.redo());
        if let Some(label) = redone {
            self.notices.pass(format!("Redone: {label}."));
            self.went_back();
        }
    }

    /// Another plan of the history is shown: what it names is there again, and if it is for another
    /// song, that is told.
    fn went_back(self) {
        self.take_back_clips();
        if self.is_of_other_song() {
            self.notices.ask(
                "This plan was made for another song than the one that is here now.",
                "Plan for this song",
                move || self.plan_when_ready(),
            );
        }
        self.keep_soon();
    }

    /// Changes what the plan is asked to be, and asks for it.
    pub fn change_brief(self, label: &str, change: impl FnOnce(&mut Brief)) {
        let mut brief = self.brief.get_untracked();
        change(&mut brief);
        if self.brief.with_untracked(|before| *before == brief) {
            return;
        }
        self.wish(label, brief, Wish::All);
    }

    /// Adds a correction of the beats; one that cannot be made is said.
    pub fn correct(self, label: &str, correction: Correction) {
        let Some(heard) = self.song.heard() else {
            return;
        };
        let mut wished = self.brief.with_untracked(|brief| brief.corrections.clone());
        wished.push(correction);
        match corrections::corrected(&heard, &wished) {
            Ok(_) => self.change_brief(label, |brief| brief.corrections = wished),
            Err(error) => self.notices.warn(sentence(&error.to_string())),
        }
    }

    /// Back to the beats as they were heard.
    pub fn forget_corrections(self) {
        self.change_brief("Beats as heard", |brief| {
            brief.corrections.clear();
            brief.settings.paces.clear();
        });
    }

    /// The footage that a slot shows is never shown again, there or elsewhere.
    pub fn ban(self, slot: usize) {
        let Some(plan) = self.plan.get_untracked() else {
            return;
        };
        let Some(shown) = plan.slots.get(slot) else {
            return;
        };
        if shown.locked {
            self.notices
                .warn("The shot is locked. Unlock it first, then ban what it shows.");
            return;
        }
        let from = shown.clip.source_start;
        let until = shown
            .clip
            .source_end(shown.record_duration, plan.output.rate)
            .unwrap_or(from);
        let ban = Ban {
            media: shown.clip.media,
            range_us: Some((from, until)),
        };
        let mut brief = self.brief.get_untracked();
        brief.bans.push(ban);
        self.wish(
            &format!("Ban shot {}", slot + 1),
            brief,
            Wish::Slots(vec![slot]),
        );
    }

    /// Another choice for a slot.
    pub fn reroll(self, slot: usize) {
        let locked = self.plan.with_untracked(|plan| {
            let slot = plan.as_ref().and_then(|plan| plan.slots.get(slot));
            slot.is_none_or(|slot| slot.locked)
        });
        if locked {
            self.notices
                .warn("The shot is locked. Unlock it first, then ask for another.");
            return;
        }
        let mut brief = self.brief.get_untracked();
        // Another seed, so that asking again gives another answer; 2^53 is the plan's limit.
        brief.settings.seed = (brief.settings.seed + 1) % (1 << 53);
        self.wish(
            &format!("Another choice for shot {}", slot + 1),
            brief,
            Wish::Slots(vec![slot]),
        );
    }

    /// Divides the slot under the playhead at the nearest beat inside it, else at the playhead.
    pub fn split_at(self, frame: u64) {
        let Some(plan) = self.plan.get_untracked() else {
            return;
        };
        let Some(slot) = plan.slot_at(frame) else {
            return;
        };
        let (at, cut) = nearest_beat(&plan, slot, frame).unwrap_or((frame, None));
        self.perform(&Operation::Split { slot, at, cut });
    }
}

/// The beat nearest to `frame` that lies inside a slot, at least two frames from its ends.
fn nearest_beat(plan: &Plan, slot: usize, frame: u64) -> Option<(u64, Option<Cut>)> {
    let slot = plan.slots.get(slot)?;
    let grid = plan.music.beat_grid.as_ref()?;
    grid.beats
        .iter()
        .filter(|beat| beat.at >= plan.music.source_start)
        .filter_map(|beat| Some((plan.frame_at(beat.at)?, beat)))
        .filter(|(at, _)| *at >= slot.record_start + 2 && at + 2 <= slot.record_end())
        .min_by_key(|(at, _)| at.abs_diff(frame))
        .map(|(at, beat)| {
            let on = if beat.position == 1 {
                CutKind::Downbeat
            } else {
                CutKind::Beat
            };
            (at, Some(Cut { at: beat.at, on }))
        })
}
