//! The panels beside the preview: the selected shot, the beat lab, the film; where room is short
//! also song and clips.
//!
//! * [`shot`] — what a shot shows and why; `strip`, `alternates`, `framing`, `substitute` are its parts.
//! * [`beats`] — the beats and their corrections; `readings`, `closeup`, `tapping`,
//!   `sections` are its parts.
//! * [`film`] — what the plan is asked to be; `stretch`, `told`, `asked` are its parts.
//! * `picture` — small pictures; `controls` — what is set; `place` — the playhead.

pub mod alternates;
pub mod asked;
pub mod beats;
pub mod closeup;
pub mod controls;
pub mod film;
pub mod framing;
pub mod picture;
mod place;
pub mod readings;
pub mod sections;
pub mod shot;
pub mod stretch;
pub mod strip;
pub mod substitute;
pub mod tapping;
pub mod told;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::HtmlElement;

use self::beats::BeatLab;
use self::film::FilmPanel;
use self::shot::ShotPanel;
use super::library::Library;
use crate::page::studio::{Panel, Studio};

/// Room for three columns.
const WIDE: &str = "(min-width: 1000px)";

/// Every panel with its name.
const PANELS: [(Panel, &str); 4] = [
    (Panel::Media, "Media"),
    (Panel::Shot, "Shot"),
    (Panel::Beats, "Beats"),
    (Panel::Film, "Film"),
];

/// What a panel's tab is called in the document.
fn tab(panel: Panel) -> String {
    format!("tab-{}", panel.name())
}

/// Whether there is room for three columns; follows the window.
#[must_use]
pub fn is_wide() -> Signal<bool> {
    let query = window().match_media(WIDE).ok().flatten();
    let wide = RwSignal::new(query.as_ref().is_none_or(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let asked = query.clone();
        let changed = Closure::<dyn FnMut()>::new(move || wide.set(asked.matches()));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        let kept = StoredValue::new_local((query, changed));
        on_cleanup(move || kept.with_value(|(query, _)| query.set_onchange(None)));
    }
    wide.into()
}

/// The panels, one of them in front.
#[component]
pub fn Panels() -> impl IntoView {
    let studio: Studio = expect_context();
    let wide = is_wide();
    let front = Memo::new(move |_| match studio.panel.get() {
        // Song and clips have a place of their own there.
        Panel::Media if wide.get() => Panel::Shot,
        panel => panel,
    });
    let offered = Memo::new(move |_| PANELS.get(usize::from(wide.get())..).unwrap_or_default());
    let turn = move |event: KeyboardEvent| {
        let offered = offered.get_untracked();
        let count = offered.len();
        let now = offered
            .iter()
            .position(|(panel, _)| *panel == front.get_untracked());
        let now = now.unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowLeft" => now + count - 1,
            "ArrowRight" => now + 1,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        // The page's own keys move the playhead.
        event.prevent_default();
        event.stop_propagation();
        if let Some((panel, _)) = offered.get(to % count.max(1)) {
            studio.panel.set(*panel);
            focus(&tab(*panel));
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Details" on:keydown=turn>
            {move || offered.get().iter().map(|(panel, name)| {
                let panel = *panel;
                let chosen = move || front.get() == panel;
                view! {
                    <button
                        role="tab"
                        id=tab(panel)
                        aria-controls="panel"
                        aria-selected=move || chosen().to_string()
                        tabindex=move || if chosen() { "0" } else { "-1" }
                        on:click=move |_| studio.panel.set(panel)
                    >{*name}</button>
                }
            }).collect_view()}
        </div>
        <div
            class="panel"
            id="panel"
            role="tabpanel"
            tabindex="0"
            aria-labelledby=move || tab(front.get())
        >
            {move || match front.get() {
                Panel::Media => view! { <Library/> }.into_any(),
                Panel::Shot => view! { <ShotPanel/> }.into_any(),
                Panel::Beats => view! { <BeatLab/> }.into_any(),
                Panel::Film => view! { <FilmPanel/> }.into_any(),
            }}
        </div>
    }
}

/// Moves the keyboard's focus to an element, if it is there.
fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take it leaves it where it is.
        let _ = element.focus();
    }
}
