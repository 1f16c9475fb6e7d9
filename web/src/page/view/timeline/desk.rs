//! What a person does with the timeline, between two changes of the plan.

use leptos::prelude::*;

use super::pointer::Grip;
use crate::gesture::{Drag, Lanes};
use crate::page::studio::Studio;
use crate::viewport::place;

/// Pixels left and right of the film, so that its first and last frame can be taken hold of.
pub(super) const INSET: f64 = 12.0;

/// The timeline's own state. A handle.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) studio: Studio,
    /// CSS pixels of the canvas.
    pub(super) size: RwSignal<(f64, f64)>,
    /// The slot under the pointer.
    pub(super) hovered: RwSignal<Option<usize>>,
    /// The cut under the pointer: before this slot.
    pub(super) cut: RwSignal<Option<usize>>,
    /// What is being dragged.
    pub(super) drag: RwSignal<Option<Drag>>,
    /// The pointer's shape.
    pub(super) cursor: RwSignal<&'static str>,
    pub(super) grip: StoredValue<Grip, LocalStorage>,
}

impl Desk {
    pub(super) fn new(studio: Studio) -> Self {
        Self {
            studio,
            size: RwSignal::new((0.0, 0.0)),
            hovered: RwSignal::new(None),
            cut: RwSignal::new(None),
            drag: RwSignal::new(None),
            cursor: RwSignal::new("default"),
            grip: StoredValue::new_local(Grip::default()),
        }
    }

    /// What lies where, for the canvas' height.
    pub(super) fn lanes(self) -> Lanes {
        Lanes::of(self.size.get().1)
    }

    /// The same, without following it.
    pub(super) fn lanes_now(self) -> Lanes {
        Lanes::of(self.size.get_untracked().1)
    }
}

/// Selects a shot, brings it into view, and shows its first picture unless the film plays.
pub fn select(studio: Studio, slot: usize) {
    let Some(part) = studio.plan.with_untracked(|plan| {
        let slot = plan.as_ref()?.slots.get(slot)?;
        Some(slot.record_start..slot.record_end())
    }) else {
        return;
    };
    if studio.selected.get_untracked() != Some(slot) {
        studio.selected.set(Some(slot));
    }
    reveal(studio, part.clone());
    if !studio.transport.playing.get_untracked() {
        studio.transport.seek(part.start);
    }
}

/// Brings a part of the film into view if it is not.
pub fn reveal(studio: Studio, part: std::ops::Range<u64>) {
    let view = studio.viewing.viewport;
    let span = view.with_untracked(crate::viewport::Viewport::span);
    if place(part.start) < span.start || place(part.end) > span.end {
        view.update(|view| view.reveal(part));
    }
}
