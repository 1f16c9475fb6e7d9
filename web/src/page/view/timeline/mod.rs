//! The shots over the music.
//!
//! * `desk` — what a person does with it; `pointer`, `hover` — by mouse, pen and fingers.
//! * `listbox` — by the keyboard and by ear.
//! * `scene` — what is drawn; `draw`, `pen` — drawing it; `painter` — when.
//! * `tools` — zoom, and taps of a tempo.

mod desk;
mod draw;
mod hover;
mod listbox;
mod painter;
mod pen;
mod pointer;
mod scene;
mod tools;

use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;

use self::desk::{Desk, INSET};
pub use self::desk::{reveal, select};
use self::listbox::shots;
use self::painter::Easel;
use self::tools::tools;
use crate::page::resizes::Resizes;
use crate::page::studio::Studio;
use crate::page::theme;
use crate::viewport::{Viewport, place};

/// The timeline.
#[component]
pub fn Timeline() -> impl IntoView {
    let studio: Studio = expect_context();
    let desk = Desk::new(studio);
    let easel = Easel::new();
    let (area, canvas) = (NodeRef::<Div>::new(), NodeRef::<Canvas>::new());
    let viewport = studio.viewing.viewport;

    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            easel.put(&canvas);
            easel.follow(desk);
        }
    });
    measure(desk, area);
    theme::on_change(move || easel.recolour());
    Effect::new(move |_| {
        let width = desk.size.get().0 - 2.0 * INSET;
        if width > 0.0 {
            viewport.update(|view| view.resize(width));
        }
    });
    let frames = Memo::new(move |_| {
        studio
            .viewing
            .score
            .with(|score| score.as_ref().map_or(0, |score| score.frames))
    });
    Effect::new(move |_| {
        let frames = frames.get();
        viewport.update(|view| view.relength(frames));
    });
    follow_playhead(studio);
    Effect::new(move |_| {
        studio.viewing.cancel.track();
        desk.give_up();
    });

    let press = move |event: ev::PointerEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            desk.pressed(&event, &canvas);
        }
    };
    let none = move || studio.viewing.score.with(Option::is_none);
    view! {
        <div class="tl">
            {tools(desk)}
            <div class="tl-area" node_ref=area>
                <canvas
                    node_ref=canvas
                    aria-hidden="true"
                    style:cursor=move || desk.cursor.get()
                    on:pointerdown=press
                    on:pointermove=move |event| desk.moved(&event)
                    on:pointerup=move |event| desk.released(&event)
                    on:pointercancel=move |event| desk.cancelled(&event)
                    on:pointerleave=move |_| desk.left()
                    on:wheel=move |event| desk.wheeled(&event)
                    on:contextmenu=move |event: ev::MouseEvent| event.prevent_default()
                ></canvas>
                {shots(desk)}
                <Playhead desk/>
                <Show when=none>
                    <p class="tl-empty quiet">"The timeline begins with a song."</p>
                </Show>
            </div>
        </div>
    }
}

/// The playhead over the canvas, so that playing draws nothing anew.
#[component]
fn Playhead(desk: Desk) -> impl IntoView {
    let studio = desk.studio;
    let known = move || studio.viewing.score.with(Option::is_some);
    let x = move || {
        let at = place(studio.transport.frame.get());
        studio.viewing.viewport.with(|view| view.x(at))
    };
    let hidden = move || {
        let width = studio.viewing.viewport.with(Viewport::width);
        !known() || !(-1.0..=width + 1.0).contains(&x())
    };
    let small = move || {
        let at = place(studio.transport.frame.get());
        let view = studio.viewing.viewport.get();
        at / place(view.frames()) * view.width()
    };
    let moved = |x: f64| format!("translateX({:.1}px)", x + INSET);
    view! {
        <div
            class="tl-playhead"
            aria-hidden="true"
            class:hidden=hidden
            style:height=move || format!("{}px", desk.lanes().shots.end)
            style:transform=move || moved(x())
        ></div>
        <div
            class="tl-playhead small"
            aria-hidden="true"
            class:hidden=move || !known()
            style:top=move || format!("{}px", desk.lanes().overview.start)
            style:height=move || {
                let lane = desk.lanes().overview;
                format!("{}px", lane.end - lane.start)
            }
            style:transform=move || moved(small())
        ></div>
    }
}

/// Turns the page when what plays leaves the view.
fn follow_playhead(studio: Studio) {
    Effect::new(move |before: Option<u64>| {
        let now = studio.transport.frame.get();
        if let Some(before) = before
            && before != now
            && studio.transport.playing.get_untracked()
        {
            let mut view = studio.viewing.viewport.get_untracked();
            if view.follow(before, now) {
                studio.viewing.viewport.set(view);
            }
        }
        now
    });
}

/// Keeps the canvas' size.
fn measure(desk: Desk, area: NodeRef<Div>) {
    let kept = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(area) = area.get() else { return };
        let watched = area.clone();
        let measure = move || {
            let size = (
                f64::from(watched.client_width()),
                f64::from(watched.client_height()),
            );
            if desk
                .size
                .try_get_untracked()
                .is_some_and(|before| before != size)
            {
                desk.size.set(size);
            }
        };
        kept.set_value(Resizes::of(&area, measure));
    });
}
