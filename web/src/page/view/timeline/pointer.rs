//! Mouse, pen and fingers on the timeline.

use leptos::prelude::*;
use shared::plan::Plan;
use web_sys::{HtmlCanvasElement, PointerEvent};

use super::desk::{Desk, INSET, select};
use crate::gesture::{Drag, Hit, hit, loop_edge, looped, moved, rolled, slipped};
use crate::page::studio::Panel;
use crate::score::Score;
use crate::viewport::{Viewport, nearest, place};

/// A mouse that moved less was not dragged.
const STILL_PX: f64 = 4.0;
/// A finger that moved less was not dragged.
const STILL_TOUCH_PX: f64 = 9.0;
/// A cut is taken from so near by a mouse.
const REACH_PX: f64 = 6.0;
/// And by a finger, if its shot is selected.
const REACH_TOUCH_PX: f64 = 22.0;
/// A finger that rests so long lifts a shot, in milliseconds.
const LIFT_MS: f64 = 380.0;
/// Two presses within this are a double one, in milliseconds.
const DOUBLE_MS: f64 = 360.0;
/// A drag this near to an edge moves the view.
const EDGE_PX: f64 = 28.0;

/// What the pointers hold.
#[derive(Debug, Default)]
pub(super) struct Grip {
    /// Those that are down: id and place.
    pointers: Vec<(i32, f64, f64)>,
    mode: Mode,
    /// When something was pressed last, and what.
    last: Option<(f64, Hit)>,
}

/// What a pointer does.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Mode {
    /// Nothing.
    #[default]
    Idle,
    /// It was pressed and has not moved.
    Press {
        hit: Hit,
        x: f64,
        finger: bool,
        alt: bool,
        since: f64,
    },
    /// It drags the playhead.
    Scrub,
    /// It drags a loop from a frame.
    Loop(u64),
    /// It drags a cut.
    Roll(usize),
    /// It drags what a shot shows, from a pixel.
    Slip(usize, f64),
    /// It carries a shot.
    Carry(usize),
    /// It drags the film.
    Pan(f64),
    /// It drags the overview's window, held so far from its left edge.
    Window(f64),
    /// Two of them, so far apart around a pixel.
    Pinch(f64, f64),
}

/// What a press or a move is, in the timeline's own pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touch {
    pub(super) id: i32,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) finger: bool,
    pub(super) alt: bool,
    pub(super) shift: bool,
    pub(super) when: f64,
}

impl Touch {
    fn of(event: &PointerEvent) -> Self {
        Self {
            id: event.pointer_id(),
            x: f64::from(event.offset_x()) - INSET,
            y: f64::from(event.offset_y()),
            finger: event.pointer_type() == "touch",
            alt: event.alt_key(),
            shift: event.shift_key(),
            when: event.time_stamp(),
        }
    }
}

impl Desk {
    pub(super) fn pressed(self, event: &PointerEvent, canvas: &HtmlCanvasElement) {
        let at = Touch::of(event);
        // A pointer that cannot be held still tells of what it does over the canvas.
        let _ = canvas.set_pointer_capture(at.id);
        let mut count = 0;
        self.grip.update_value(|grip| {
            grip.pointers.retain(|(id, ..)| *id != at.id);
            grip.pointers.push((at.id, at.x, at.y));
            count = grip.pointers.len();
        });
        if count == 2 {
            self.forget_drag();
            self.begin_pinch();
            return;
        }
        let mode = match event.button() {
            1 => Mode::Pan(at.x),
            0 if count == 1 => self.begin(at),
            _ => return,
        };
        self.set_mode(mode);
        self.advance(at);
    }

    fn begin(self, at: Touch) -> Mode {
        let found = self.hit(at);
        let view = self.view();
        match found {
            Hit::Overview => {
                let length = place(view.frames());
                let span = view.span();
                let there = (at.x / view.width()).clamp(0.0, 1.0) * length;
                // Outside of the window, it is taken in its middle.
                let held = if span.contains(&there) {
                    there - span.start
                } else {
                    (span.end - span.start) / 2.0
                };
                Mode::Window(held)
            }
            Hit::Ruler | Hit::Music if at.shift && !at.finger => Mode::Loop(self.loop_edge(at.x)),
            Hit::Ruler => Mode::Scrub,
            Hit::Music if !at.finger => Mode::Scrub,
            hit => {
                if let (true, Hit::Shot(_)) = (at.finger, hit) {
                    self.lift_later(at);
                }
                Mode::Press {
                    hit,
                    x: at.x,
                    finger: at.finger,
                    alt: at.alt,
                    since: at.when,
                }
            }
        }
    }

    /// A finger that rests on a shot lifts it.
    fn lift_later(self, at: Touch) {
        let lift = move || {
            let mode = self.grip.try_with_value(|grip| grip.mode);
            if let Some(Mode::Press {
                hit: Hit::Shot(slot),
                since,
                ..
            }) = mode
                && (since - at.when).abs() < f64::EPSILON
            {
                self.set_mode(Mode::Carry(slot));
                self.advance(at);
            }
        };
        set_timeout(lift, std::time::Duration::from_secs_f64(LIFT_MS / 1000.0));
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        let at = Touch::of(event);
        let mut mode = Mode::Idle;
        let mut held = false;
        self.grip.update_value(|grip| {
            for pointer in &mut grip.pointers {
                if pointer.0 == at.id {
                    (pointer.1, pointer.2) = (at.x, at.y);
                    held = true;
                }
            }
            mode = grip.mode;
        });
        if let (
            true,
            Mode::Press {
                hit,
                x,
                finger,
                alt,
                ..
            },
        ) = (held, mode)
        {
            let still = if finger { STILL_TOUCH_PX } else { STILL_PX };
            if (at.x - x).abs() < still {
                return;
            }
            let next = match hit {
                Hit::Cut(slot) => Mode::Roll(slot),
                _ if finger => Mode::Pan(x),
                Hit::Shot(slot) if alt => Mode::Slip(slot, x),
                Hit::Shot(slot) => Mode::Carry(slot),
                Hit::Section(_) => Mode::Scrub,
                _ => Mode::Pan(x),
            };
            self.set_mode(next);
        }
        if held {
            self.advance(at);
        } else if !at.finger {
            self.hover(at);
        }
    }

    /// What a move comes to.
    fn advance(self, at: Touch) {
        let mode = self.grip.with_value(|grip| grip.mode);
        let viewport = self.studio.viewing.viewport;
        match mode {
            Mode::Idle | Mode::Press { .. } => {}
            Mode::Scrub => {
                self.edge_scroll(at.x);
                let frame = self.view().frame(at.x);
                self.drag.set(Some(Drag::Scrub { frame }));
                self.studio.transport.seek(frame);
            }
            Mode::Loop(from) => {
                self.edge_scroll(at.x);
                let to = self.loop_edge(at.x);
                self.drag.set(Some(Drag::Loop { from, to }));
            }
            Mode::Roll(slot) => {
                self.edge_scroll(at.x);
                self.with_film(|plan, score, view| {
                    let drag = rolled(plan, score, view, (slot, at.x), at.alt);
                    self.show_drag(
                        drag,
                        "One of the two shots is locked. Unlock it to move their cut.",
                    );
                });
            }
            Mode::Slip(slot, from) => self.with_film(|plan, _, view| {
                let drag = slipped(plan, view, slot, at.x - from);
                self.show_drag(drag, "The shot is locked. Unlock it to slip it.");
            }),
            Mode::Carry(slot) => {
                self.edge_scroll(at.x);
                self.with_film(|plan, _, view| {
                    let drag = moved(plan, view, slot, at.x);
                    self.show_drag(drag, "The shot is locked. Unlock it to move it.");
                });
            }
            Mode::Pan(from) => {
                viewport.update(|view| view.scroll(from - at.x));
                self.grip.update_value(|grip| grip.mode = Mode::Pan(at.x));
                self.cursor.set("grabbing");
            }
            Mode::Window(held) => {
                let view = self.view();
                let there = at.x / view.width() * place(view.frames());
                viewport.update(|view| view.go(there - held));
                self.cursor.set("grabbing");
            }
            Mode::Pinch(apart, middle) => self.pinch(apart, middle),
        }
    }

    /// Shows a drag; one that cannot be is given up, and why is said.
    fn show_drag(self, drag: Option<Drag>, why: &str) {
        if drag.is_none() {
            self.studio.notices.warn(why);
            self.give_up();
            return;
        }
        self.cursor.set(match drag {
            Some(Drag::Roll { .. } | Drag::Slip { .. }) => "ew-resize",
            _ => "grabbing",
        });
        self.drag.set(drag);
        self.studio.viewing.dragging.set(true);
    }

    fn begin_pinch(self) {
        self.grip.update_value(|grip| {
            if let [(_, one, _), (_, other, _)] = grip.pointers[..] {
                let apart = (one - other).abs().max(8.0);
                grip.mode = Mode::Pinch(apart, f64::midpoint(one, other));
            }
        });
    }

    fn pinch(self, apart: f64, middle: f64) {
        let pointers = self.grip.with_value(|grip| grip.pointers.clone());
        let [(_, one, _), (_, other, _)] = pointers[..] else {
            return;
        };
        let (now, there) = ((one - other).abs().max(8.0), f64::midpoint(one, other));
        self.studio.viewing.viewport.update(|view| {
            view.scroll(middle - there);
            view.zoom(now / apart, there);
        });
        self.set_mode(Mode::Pinch(now, there));
    }

    pub(super) fn released(self, event: &PointerEvent) {
        let at = Touch::of(event);
        let mut mode = Mode::Idle;
        self.grip.update_value(|grip| {
            grip.pointers.retain(|(id, ..)| *id != at.id);
            mode = std::mem::take(&mut grip.mode);
            // The finger that stays goes on with dragging the film.
            if let (Mode::Pinch(..), [(_, x, _)]) = (mode, &grip.pointers[..]) {
                grip.mode = Mode::Pan(*x);
            }
        });
        let drag = self.drag.get_untracked();
        self.forget_drag();
        match mode {
            Mode::Press { hit, .. } => self.clicked(at, hit),
            Mode::Loop(_) => {
                if let Some(Drag::Loop { from, to }) = drag {
                    let frames = self.view().frames();
                    let part = (from != to).then(|| looped(from, to, frames));
                    self.studio.transport.looped.set(part);
                }
            }
            Mode::Roll(_) | Mode::Slip(..) | Mode::Carry(_) => {
                let plan = self.studio.plan.get_untracked();
                let operation = plan.and_then(|plan| drag?.operation(&plan));
                if let Some(operation) = operation {
                    self.studio.perform(&operation);
                }
            }
            _ => {}
        }
        self.hover(at);
    }

    fn clicked(self, at: Touch, hit: Hit) {
        let studio = self.studio;
        let twice = self.grip.with_value(|grip| {
            let last = grip.last;
            last.is_some_and(|(when, what)| what == hit && at.when - when < DOUBLE_MS)
        });
        self.grip
            .update_value(|grip| grip.last = (!twice).then_some((at.when, hit)));
        match hit {
            Hit::Shot(slot) | Hit::Cut(slot) => {
                select(studio, slot);
                if twice {
                    studio.panel.set(Panel::Shot);
                }
            }
            Hit::Section(index) => {
                let part = studio.viewing.score.with_untracked(|score| {
                    let band = score.as_ref()?.sections.get(index)?;
                    Some(band.frames.0..band.frames.1)
                });
                let Some(part) = part else { return };
                if twice {
                    studio.transport.looped.set(Some(part.clone()));
                }
                studio.transport.seek(part.start);
            }
            Hit::Ruler | Hit::Music => studio.transport.seek(self.view().frame(at.x)),
            Hit::Overview | Hit::Nothing => {}
        }
    }

    /// Gives up a drag; nothing comes of it.
    pub(super) fn give_up(self) {
        self.set_mode(Mode::Idle);
        self.forget_drag();
    }

    fn forget_drag(self) {
        if self.drag.with_untracked(Option::is_some) {
            self.drag.set(None);
        }
        if self.studio.viewing.dragging.get_untracked() {
            self.studio.viewing.dragging.set(false);
        }
    }

    pub(super) fn cancelled(self, event: &PointerEvent) {
        let id = event.pointer_id();
        self.grip
            .update_value(|grip| grip.pointers.retain(|(other, ..)| *other != id));
        self.give_up();
    }

    pub(super) fn hit(self, at: Touch) -> Hit {
        let studio = self.studio;
        let Some(score) = studio.viewing.score.get_untracked() else {
            return Hit::Nothing;
        };
        let plan = studio.plan.get_untracked();
        let (reach, only) = if at.finger {
            // Without a selection no cut is meant: a finger is wide.
            let selected = studio.selected.get_untracked();
            (REACH_TOUCH_PX, Some(selected.unwrap_or(usize::MAX - 1)))
        } else {
            (REACH_PX, None)
        };
        hit(
            &self.lanes_now(),
            &self.view(),
            (plan.as_deref(), &score),
            (at.x, at.y),
            reach,
            only,
        )
    }

    fn loop_edge(self, x: f64) -> u64 {
        let view = self.view();
        let Some(score) = self.studio.viewing.score.get_untracked() else {
            return nearest(view.at(x));
        };
        let plan = self.studio.plan.get_untracked();
        let slots = plan.as_ref().map_or(&[][..], |plan| &plan.slots);
        loop_edge(&view, slots, &score, x)
    }

    /// A drag near an edge moves the view.
    fn edge_scroll(self, x: f64) {
        let view = self.view();
        let over = if x < EDGE_PX {
            x - EDGE_PX
        } else if x > view.width() - EDGE_PX {
            x - (view.width() - EDGE_PX)
        } else {
            return;
        };
        if !view.is_fitted() {
            let by = over.clamp(-60.0, 60.0) * 0.35;
            self.studio.viewing.viewport.update(|view| view.scroll(by));
        }
    }

    fn with_film(self, act: impl FnOnce(&Plan, &Score, &Viewport)) {
        let plan = self.studio.plan.get_untracked();
        let score = self.studio.viewing.score.get_untracked();
        if let (Some(plan), Some(score)) = (plan, score) {
            act(&plan, &score, &self.view());
        }
    }

    pub(super) fn view(self) -> Viewport {
        self.studio.viewing.viewport.get_untracked()
    }

    fn set_mode(self, mode: Mode) {
        // The timeline may be gone when a finger has rested long enough.
        let _ = self.grip.try_update_value(|grip| grip.mode = mode);
    }
}
