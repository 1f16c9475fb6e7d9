//! The keyboard, and its sheet.

use leptos::ev;
use leptos::prelude::*;
use shared::editing::Operation;
use shared::plan::{Fit, Plan};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::timeline::{reveal, select};
use crate::gesture::{looped, slip_frames};
use crate::keys::{Chord, Command, Focus, Group, TABLE, command_for};
use crate::page::dialog::Dialog;
use crate::page::studio::{Panel, Sheet, Studio};
use crate::viewport::Viewport;

/// One press of a zoom key.
const ZOOM_STEP: f64 = 1.5;

/// Hears the keys of the whole page.
#[component]
pub fn Keys() -> impl IntoView {
    let studio: Studio = expect_context();
    let keyboard = Keyboard {
        studio,
        turn: StoredValue::new(None),
    };
    let heard = window_event_listener(ev::keydown, move |event| keyboard.pressed(&event));
    on_cleanup(move || heard.remove());
}

/// The keyboard. A handle.
#[derive(Clone, Copy)]
struct Keyboard {
    studio: Studio,
    /// Whose alternates were stepped through last, and which is next.
    turn: StoredValue<Option<(usize, usize)>>,
}

impl Keyboard {
    fn pressed(self, event: &ev::KeyboardEvent) {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        // With AltGr, keyboards of some countries write signs; it is no Ctrl and no Alt.
        let graph = event.get_modifier_state("AltGraph");
        let command = (event.ctrl_key() || event.meta_key()) && !graph;
        let alt = event.alt_key() && !graph;
        let mut buffer = String::new();
        let chord = Chord::pressed(&event.key(), (command, event.shift_key(), alt), &mut buffer);
        let Some(command) = command_for(&chord) else {
            return;
        };
        // A window over the page has the keyboard to itself, but for the key that closes its sheet.
        let sheet = self.studio.sheet.get_untracked();
        if sheet != Sheet::None && !(sheet == Sheet::Help && command == Command::Help) {
            return;
        }
        let focused = document().active_element();
        let focus = focused.as_ref().map_or(Focus::Page, |element| {
            let attribute = |name| element.get_attribute(name).unwrap_or_default();
            let editable = element
                .dyn_ref::<HtmlElement>()
                .is_some_and(HtmlElement::is_content_editable);
            Focus::of(
                &element.tag_name().to_ascii_lowercase(),
                &attribute("type").to_ascii_lowercase(),
                &attribute("role"),
                editable,
            )
        });
        if command == Command::Close && focus == Focus::Text {
            if let Some(field) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok())
            {
                // A field that does not let go of the focus keeps it.
                let _ = field.blur();
            }
            return;
        }
        if focus.keeps(&chord) || (untrack(|| self.studio.is_empty()) && !command.is_of_the_page())
        {
            return;
        }
        event.prevent_default();
        if event.repeat() && !command.repeats() {
            return;
        }
        self.run(command);
    }

    fn run(self, command: Command) {
        let studio = self.studio;
        let transport = studio.transport;
        let frame = transport.frame.get_untracked();
        match command {
            Command::PlayPause => transport.toggle(),
            Command::ShuttleBack => transport.shuttle(-1),
            Command::ShuttleForward => transport.shuttle(1),
            Command::FrameBack => go(studio, frame.saturating_sub(1)),
            Command::FrameForward => go(studio, frame + 1),
            Command::BeatBack => to_beat(studio, frame, false),
            Command::BeatForward => to_beat(studio, frame, true),
            Command::CutBack => to_cut(studio, false),
            Command::CutForward => to_cut(studio, true),
            Command::ToStart => go(studio, 0),
            Command::ToEnd => go(studio, u64::MAX),
            Command::LoopStart => loop_edge(studio, frame, true),
            Command::LoopEnd => loop_edge(studio, frame, false),
            Command::LoopOff => transport.looped.set(None),
            Command::Split => studio.split_at(frame),
            Command::Tap => tap(studio),
            Command::Metronome => transport.click.update(|on| *on = !*on),
            Command::Undo => studio.undo(),
            Command::Redo => studio.redo(),
            Command::ZoomIn => studio.viewing.zoom(ZOOM_STEP, frame),
            Command::ZoomOut => studio.viewing.zoom(1.0 / ZOOM_STEP, frame),
            Command::ZoomFit => studio.viewing.viewport.update(Viewport::fit),
            Command::PanelMedia => studio.panel.set(Panel::Media),
            Command::PanelShot => studio.panel.set(Panel::Shot),
            Command::PanelBeats => studio.panel.set(Panel::Beats),
            Command::PanelFilm => studio.panel.set(Panel::Film),
            Command::SaveProject => studio.save_project_file(),
            Command::Export => {
                if studio.plan.with_untracked(Option::is_some) {
                    studio.sheet.set(Sheet::Export);
                }
            }
            Command::Help => studio.sheet.update(|sheet| {
                *sheet = if *sheet == Sheet::Help {
                    Sheet::None
                } else {
                    Sheet::Help
                };
            }),
            Command::Close => close(studio),
            shot => self.change_shot(shot),
        }
    }

    /// What is done to the selected shot; without one, to the one under the playhead.
    fn change_shot(self, command: Command) {
        let studio = self.studio;
        let Some(plan) = studio.plan.get_untracked() else {
            return;
        };
        let frame = studio.transport.frame.get_untracked();
        let selected = studio.selected.get_untracked();
        let Some(slot) = selected.or_else(|| plan.slot_at(frame)) else {
            return;
        };
        let Some(shown) = plan.slots.get(slot) else {
            return;
        };
        if selected.is_none() {
            studio.selected.set(Some(slot));
        }
        let operation = match command {
            Command::Merge => Some(Operation::Merge { slot }),
            Command::Lock => Some(Operation::Lock {
                slot,
                locked: !shown.locked,
            }),
            Command::NextAlternate => self.alternate(&plan, slot, true),
            Command::PreviousAlternate => self.alternate(&plan, slot, false),
            Command::SlipBack => slip(&plan, slot, -1),
            Command::SlipForward => slip(&plan, slot, 1),
            Command::SlipBackTen => slip(&plan, slot, -10),
            Command::SlipForwardTen => slip(&plan, slot, 10),
            Command::CycleFit => {
                let next = match shown.fit.unwrap_or(plan.output.fit) {
                    Fit::Crop => Fit::Pad,
                    Fit::Pad => Fit::Blur,
                    Fit::Blur => Fit::Crop,
                };
                let fit = (next != plan.output.fit).then_some(next);
                Some(Operation::SetFit { slot, fit })
            }
            Command::MoveEarlier => neighbour(&plan, slot, false),
            Command::MoveLater => neighbour(&plan, slot, true),
            Command::Reroll => {
                studio.reroll(slot);
                None
            }
            Command::Ban => {
                studio.ban(slot);
                None
            }
            _ => None,
        };
        match operation {
            Some(operation) => studio.perform(&operation),
            None => self.explain(command, slot),
        }
    }

    /// Why nothing came of a command.
    fn explain(self, command: Command, slot: usize) {
        let number = slot + 1;
        let why = match command {
            Command::NextAlternate | Command::PreviousAlternate => {
                format!("Shot {number} has no alternates. R asks for another choice.")
            }
            Command::SlipBack | Command::SlipBackTen => {
                format!("Shot {number} begins where its clip begins.")
            }
            Command::SlipForward | Command::SlipForwardTen => {
                format!("Shot {number} ends where its clip ends.")
            }
            Command::MoveEarlier | Command::MoveLater => {
                format!("Shot {number} has no place to go in that direction.")
            }
            _ => return,
        };
        self.studio.notices.say(why);
    }

    /// Steps through the alternates, so that every one is seen before the first comes again.
    fn alternate(self, plan: &Plan, slot: usize, next: bool) -> Option<Operation> {
        let count = plan.slots.get(slot)?.alternates.len();
        if count == 0 {
            return None;
        }
        let turn = self.turn.get_value().filter(|(of, _)| *of == slot);
        let at = turn.map_or(0, |(_, at)| at % count);
        // The step before was made with the place before; making it again takes it back.
        let (alternate, at) = if next {
            (at, (at + 1) % count)
        } else {
            let before = (at + count - 1) % count;
            (before, before)
        };
        self.turn.set_value(Some((slot, at)));
        Some(Operation::Swap { slot, alternate })
    }
}

/// To a frame, and there with the view.
fn go(studio: Studio, frame: u64) {
    let last = studio.transport.length.get_untracked().saturating_sub(1);
    let frame = frame.min(last);
    studio.transport.seek(frame);
    reveal(studio, frame..frame + 1);
}

fn to_beat(studio: Studio, frame: u64, forward: bool) {
    let found = studio.viewing.score.with_untracked(|score| {
        let score = score.as_ref()?;
        let beat = if forward {
            score.beat_after(frame)
        } else {
            score.beat_before(frame)
        };
        beat.map(|beat| beat.frame)
    });
    if let Some(frame) = found {
        go(studio, frame);
    }
}

/// To the cut before or the next, and selects the shot that begins there.
pub fn to_cut(studio: Studio, forward: bool) {
    let frame = studio.transport.frame.get_untracked();
    let found = studio.plan.with_untracked(|plan| {
        let slots = &plan.as_ref()?.slots;
        let index = if forward {
            slots.partition_point(|slot| slot.record_start <= frame)
        } else {
            slots
                .partition_point(|slot| slot.record_start < frame)
                .saturating_sub(1)
        };
        slots.get(index).map(|slot| (index, slot.record_start))
    });
    if let Some((index, start)) = found {
        select(studio, index);
        go(studio, start);
    }
}

fn loop_edge(studio: Studio, frame: u64, start: bool) {
    let transport = studio.transport;
    let length = transport.length.get_untracked();
    let now = transport.looped.get_untracked();
    let part = if start {
        let end = now.map(|part| part.end).filter(|end| *end > frame);
        frame..end.unwrap_or(length)
    } else {
        let start = now.map(|part| part.start).filter(|start| *start < frame);
        start.unwrap_or(0)..frame
    };
    transport
        .looped
        .set(Some(looped(part.start, part.end, length)));
}

fn tap(studio: Studio) {
    if studio.grid.with_untracked(Option::is_none) {
        return;
    }
    if !studio.transport.playing.get_untracked() {
        studio
            .notices
            .say("Play the song, then tap T along with its beat.");
        return;
    }
    studio.tap();
}

fn slip(plan: &Plan, slot: usize, frames: i32) -> Option<Operation> {
    let by_us = slip_frames(plan, slot, frames);
    (by_us != 0).then_some(Operation::Slip { slot, by_us })
}

/// A move to the next place that is not locked.
fn neighbour(plan: &Plan, from: usize, later: bool) -> Option<Operation> {
    let open = |at: &usize| plan.slots.get(*at).is_some_and(|slot| !slot.locked);
    let to = if later {
        (from + 1..plan.slots.len()).find(open)
    } else {
        (0..from).rev().find(open)
    };
    to.map(|to| Operation::Move { from, to })
}

fn close(studio: Studio) {
    if studio.viewing.dragging.get_untracked() {
        studio.viewing.cancel.notify();
    } else if studio.selected.get_untracked().is_some() {
        studio.selected.set(None);
    }
}

/// What is done with the mouse, as the sheet tells it.
const BY_MOUSE: [(&str, &str); 8] = [
    ("Wheel", "Scroll; with Ctrl: zoom"),
    ("Drag the ruler", "Move the playhead; with Shift: a loop"),
    ("Double press a section", "Loop it"),
    ("Press a shot", "Select it"),
    ("Drag a shot", "Move it to another place"),
    ("Alt drag a shot", "Slip what it shows"),
    ("Drag a cut", "Move it, drawn to beats; with Alt: by frames"),
    (
        "Two fingers",
        "Zoom and scroll; a finger that rests lifts a shot",
    ),
];

/// The keys, in groups.
#[component]
pub fn HelpSheet() -> impl IntoView {
    let studio: Studio = expect_context();
    let mac = window()
        .navigator()
        .user_agent()
        .is_ok_and(|agent| agent.contains("Mac"));
    let groups = Group::ALL.map(|group| {
        let rows = TABLE
            .iter()
            .filter(|binding| binding.group == group)
            .map(|binding| {
                // Two ways at most: the sheet is read, not searched.
                let chords =
                    binding
                        .chords
                        .iter()
                        .take(if shows_both(binding.command) { 2 } else { 1 });
                let keys = chords
                    .enumerate()
                    .map(|(at, chord)| {
                        let caps = chord
                            .caps(mac)
                            .into_iter()
                            .map(|cap| view! { <kbd>{cap}</kbd> });
                        let or = (at > 0).then(|| view! { <span class="quiet">"or"</span> });
                        view! { {or} {caps.collect_view()} }
                    })
                    .collect_view();
                view! { <div><dt>{keys}</dt><dd>{binding.words}</dd></div> }
            })
            .collect_view();
        view! { <section><h3>{group.words()}</h3><dl>{rows}</dl></section> }
    });
    let mouse = BY_MOUSE
        .map(|(what, does)| view! { <div><dt>{what}</dt><dd>{does}</dd></div> })
        .collect_view();
    view! {
        <Dialog title="Keys" close=move || studio.sheet.set(Sheet::None)>
            <div class="keysheet">
                {groups.collect_view()}
                <section class="mouse"><h3>"On the timeline"</h3><dl>{mouse}</dl></section>
            </div>
        </Dialog>
    }
}

const fn shows_both(command: Command) -> bool {
    matches!(command, Command::PlayPause | Command::Redo)
}
