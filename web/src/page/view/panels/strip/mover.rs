//! Moves the strip's window: by pointer, or by keys like a slider.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Canvas;
use leptos::prelude::*;
use shared::editing::Operation;

use super::super::shot::Selected;
use super::scale::Stretch;
use super::sight::Sight;

/// How far beside the window a press still takes hold of it, in pixels.
const REACH: f64 = 6.0;
/// How near to a mark the pointer tells of it, in pixels.
const NEAR: f64 = 4.0;

/// Moves the window. A handle.
#[derive(Clone, Copy)]
pub(super) struct Mover {
    selected: Selected,
    sight: Sight,
    canvas: NodeRef<Canvas>,
    /// How far the window is moved and not yet let go of, in microseconds.
    pub(super) by: RwSignal<i64>,
    /// Where the pointer took hold of it.
    grip: RwSignal<Option<f64>>,
    /// What is under the pointer.
    pub(super) hint: RwSignal<Option<String>>,
}

impl Mover {
    pub(super) fn new(selected: Selected, sight: Sight, canvas: NodeRef<Canvas>) -> Self {
        Self {
            selected,
            sight,
            canvas,
            by: RwSignal::new(0),
            grip: RwSignal::new(None),
            hint: RwSignal::new(None),
        }
    }

    /// Slips the shot by how far the window was moved.
    pub(super) fn let_go(self) {
        // A canvas that had the focus is told that it lost it while it is taken away.
        let Some(by_us) = self.by.try_get_untracked() else {
            return;
        };
        self.give_up();
        if by_us != 0 {
            let slot = self.selected.index();
            self.selected.0.perform(&Operation::Slip { slot, by_us });
        }
    }

    /// Leaves the window where it was.
    pub(super) fn give_up(self) {
        self.grip.set(None);
        self.by.set(0);
    }

    fn width(self) -> f64 {
        let canvas = self.canvas.get_untracked();
        canvas.map_or(1.0, |canvas| f64::from(canvas.client_width()))
    }

    pub(super) fn pressed(self, event: &PointerEvent) {
        let (stretch, canvas) = (
            self.sight.stretch.get_untracked(),
            self.canvas.get_untracked(),
        );
        let (Some(stretch), Some(canvas)) = (stretch, canvas) else {
            return;
        };
        if self.sight.locked.get_untracked() || event.button() != 0 {
            return;
        }
        // Without the capture the drag ends at the strip's edge.
        let _ = canvas.set_pointer_capture(event.pointer_id());
        let (x, width) = (f64::from(event.offset_x()), self.width());
        let (left, right) = (
            stretch.x(stretch.shown.0, width),
            stretch.x(stretch.shown.1, width),
        );
        let inside = x >= left - REACH && x <= right + REACH;
        // A press beside the window brings it there.
        let held = if inside {
            x
        } else {
            f64::midpoint(left, right)
        };
        self.grip.set(Some(held));
        self.drag(stretch, x - held);
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        let Some(stretch) = self.sight.stretch.get_untracked() else {
            return;
        };
        let x = f64::from(event.offset_x());
        if let Some(held) = self.grip.get_untracked() {
            self.drag(stretch, x - held);
            return;
        }
        let at = stretch
            .whole
            .0
            .saturating_add_signed(stretch.time(x, self.width()));
        let near = stretch.time(NEAR, self.width()).unsigned_abs();
        let told = self.sight.under(at, near);
        if self.hint.with_untracked(|hint| *hint != told) {
            self.hint.set(told);
        }
    }

    fn drag(self, stretch: Stretch, pixels: f64) {
        self.by
            .set(stretch.clamp(stretch.time(pixels, self.width())));
    }

    pub(super) fn keyed(self, event: &KeyboardEvent) {
        let Some(stretch) = self.sight.stretch.get_untracked() else {
            return;
        };
        let frame = stretch.frame_us.cast_signed();
        let step = if event.shift_key() { 10 * frame } else { frame };
        let now = self.by.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now - step,
            "ArrowRight" | "ArrowUp" => now + step,
            "PageDown" => now - 1_000_000,
            "PageUp" => now + 1_000_000,
            "Home" => i64::MIN / 2,
            "End" => i64::MAX / 2,
            "Escape" if now != 0 => 0,
            _ => return,
        };
        // The page's own keys move the playhead.
        event.prevent_default();
        event.stop_propagation();
        if !self.sight.locked.get_untracked() {
            self.by.set(stretch.clamp(to));
        }
    }
}
