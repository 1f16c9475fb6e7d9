//! A pointer over the timeline that holds nothing, and its wheel.

use leptos::prelude::*;
use web_sys::WheelEvent;

use super::desk::{Desk, INSET};
use super::pointer::Touch;
use crate::gesture::Hit;

impl Desk {
    pub(super) fn left(self) {
        self.note_hover(None, None, "default");
    }

    pub(super) fn hover(self, at: Touch) {
        if at.finger {
            return;
        }
        match self.hit(at) {
            Hit::Cut(slot) => self.note_hover(None, Some(slot), "ew-resize"),
            Hit::Shot(slot) => {
                let shape = if at.alt { "ew-resize" } else { "pointer" };
                self.note_hover(Some(slot), None, shape);
            }
            Hit::Section(_) => self.note_hover(None, None, "pointer"),
            Hit::Overview => self.note_hover(None, None, "grab"),
            Hit::Ruler | Hit::Music => self.note_hover(None, None, "text"),
            Hit::Nothing => self.note_hover(None, None, "default"),
        }
    }

    fn note_hover(self, shot: Option<usize>, cut: Option<usize>, shape: &'static str) {
        if self.hovered.get_untracked() != shot {
            self.hovered.set(shot);
        }
        if self.cut.get_untracked() != cut {
            self.cut.set(cut);
        }
        if self.cursor.get_untracked() != shape {
            self.cursor.set(shape);
        }
    }

    pub(super) fn wheeled(self, event: &WheelEvent) {
        // Lines and pages, where a browser counts in them.
        let unit = match event.delta_mode() {
            0 => 1.0,
            1 => 16.0,
            _ => self.view().width(),
        };
        let (across, down) = (event.delta_x() * unit, event.delta_y() * unit);
        let viewport = self.studio.viewing.viewport;
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let x = f64::from(event.offset_x()) - INSET;
            viewport.update(|view| view.zoom((-down * 0.006).clamp(-0.7, 0.7).exp(), x));
            return;
        }
        // With everything in view the wheel is the page's.
        if self.view().is_fitted() {
            return;
        }
        event.prevent_default();
        let by = if across.abs() > down.abs() {
            across
        } else {
            down
        };
        viewport.update(|view| view.scroll(by));
    }
}
