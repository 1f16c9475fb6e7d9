//! What a person changes.

use std::sync::Arc;

use leptos::prelude::*;
use planner_wasm::edit::Ban;
use planner_wasm::music::corrections::{self, Correction};
use shared::editing::{Operation, apply};

use super::Studio;
use super::planning::Wish;
use crate::document::Document;
use crate::insight::source_end;
use crate::project::Brief;
use crate::wishes;
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
                self.wish_again(operation);
            }
            Err(error) => self.notices.warn(sentence(&error.to_string())),
        }
    }

    /// A plan that is being made was asked for before this change: it is asked for again.
    fn wish_again(self, operation: &Operation) {
        let Some(pending) = self.planning.pending.get_untracked() else {
            return;
        };
        let shifts = matches!(
            operation,
            Operation::Split { .. } | Operation::Merge { .. } | Operation::Move { .. }
        );
        if shifts && matches!(pending.wish, Wish::Slots { .. }) {
            // Its shots have other numbers now.
            self.give_up_plan();
            self.notices.warn(format!(
                "Given up, since the shots have changed: {}.",
                pending.label
            ));
        } else {
            self.wish(&pending.label, pending.brief, pending.wish);
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
        let ban = Ban {
            media: shown.clip.media,
            range_us: Some((shown.clip.source_start, source_end(&plan, shown))),
        };
        let mut brief = self.brief.get_untracked();
        brief.bans.push(ban);
        let wish = Wish::Slots {
            slots: vec![slot],
            seed: self.planning.next_seed(),
        };
        self.wish(&format!("Ban shot {}", slot + 1), brief, wish);
    }

    /// What a slot shows must be shown, in every plan to come; or need not any more, if just that is
    /// asked for already. The film shows it now, and stays as it is.
    pub fn toggle_must(self, slot: usize) {
        let must = self
            .plan
            .with_untracked(|plan| wishes::shown_by(plan.as_ref()?, slot));
        let Some(must) = must else {
            return;
        };
        let mut brief = self.brief.get_untracked();
        wishes::toggle_must(&mut brief, must);
        let label = if brief.musts.contains(&must) {
            format!("Must be shown: shot {}", slot + 1)
        } else {
            format!("Need not be shown: shot {}", slot + 1)
        };
        match self.planning.pending.get_untracked() {
            Some(pending) => self.wish(&label, brief, pending.wish),
            None => self.push(&label, |document| document.brief = brief),
        }
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
        let wish = Wish::Slots {
            slots: vec![slot],
            seed: self.planning.next_seed(),
        };
        let label = format!("Another choice for shot {}", slot + 1);
        self.wish(&label, self.brief.get_untracked(), wish);
    }

    /// Divides the slot under the playhead at the nearest beat inside it, else at the playhead.
    pub fn split_at(self, frame: u64) {
        let Some(plan) = self.plan.get_untracked() else {
            return;
        };
        let Some((index, slot)) = plan
            .slot_at(frame)
            .and_then(|index| Some((index, plan.slots.get(index)?)))
        else {
            return;
        };
        // Two frames are the least that can be seen of either half.
        let (first, last) = (slot.record_start + 2, slot.record_end().saturating_sub(2));
        let beat = self.viewing.score.with_untracked(|score| {
            let score = score.as_ref()?;
            let beats = score.beats_within(first, last).iter();
            let nearest = beats
                .map(|beat| beat.frame)
                .min_by_key(|at| at.abs_diff(frame))?;
            Some((nearest, score.cut_at(nearest)))
        });
        let (at, cut) = beat.unwrap_or((frame, None));
        self.perform(&Operation::Split {
            slot: index,
            at,
            cut,
        });
    }
}
