//! The row over the timeline: what there is, taps of a tempo, zoom.

use leptos::prelude::*;
use planner_wasm::music::corrections::LEAST_TAPS;

use super::desk::Desk;
use crate::page::studio::Studio;
use crate::page::view::glyph::Glyph;
use crate::ruler::Timecode;
use crate::viewport::Viewport;
use crate::wording;

/// One press of a zoom button.
const STEP: f64 = 1.6;

/// The row.
pub(super) fn tools(desk: Desk) -> impl IntoView {
    let studio = desk.studio;
    let viewport = studio.viewing.viewport;
    let told = Memo::new(move |_| told(studio));
    let fitted = Memo::new(move |_| viewport.with(Viewport::is_fitted));
    let closest = Memo::new(move |_| viewport.with(Viewport::is_closest));
    let zoom = move |factor: f64| {
        let playhead = studio.transport.frame.get_untracked();
        studio.viewing.zoom(factor, playhead);
    };
    view! {
        <div class="tl-tools row apart">
            <p class="small quiet number clamp">{move || told.get()}</p>
            <div class="row">
                <TapBox studio/>
                <div class="group" role="group" aria-label="Zoom">
                    <button
                        class="plain icon"
                        aria-label="Zoom out"
                        title="Zoom out (−)"
                        disabled=move || fitted.get()
                        on:click=move |_| zoom(1.0 / STEP)
                    >{Glyph::Minus.show()}</button>
                    <button
                        class="plain"
                        title="The whole film in view (0)"
                        disabled=move || fitted.get()
                        on:click=move |_| viewport.update(Viewport::fit)
                    >"Fit"</button>
                    <button
                        class="plain icon"
                        aria-label="Zoom in"
                        title="Zoom in (+)"
                        disabled=move || closest.get()
                        on:click=move |_| zoom(STEP)
                    >{Glyph::Plus.show()}</button>
                </div>
            </div>
        </div>
    }
}

/// What the timeline shows, in a line.
fn told(studio: Studio) -> String {
    let mut words = Vec::new();
    if let Some(plan) = studio.plan.get() {
        words.push(wording::count(plan.slots.len(), "shot"));
    }
    studio.viewing.score.with(|score| {
        if let Some(score) = score {
            words.push(Timecode::of(score.frames, score.rate).clock());
        }
    });
    studio.grid.with(|grid| {
        if let Some(grid) = grid.as_ref().filter(|grid| grid.tempo_millibpm > 0) {
            words.push(wording::tempo(grid.tempo_millibpm));
        }
    });
    words.join(" · ")
}

/// The tempo that is being tapped.
#[component]
fn TapBox(studio: Studio) -> impl IntoView {
    let taps = studio.taps;
    let count = Memo::new(move |_| taps.samples.with(Vec::len));
    let words = move || {
        let more = LEAST_TAPS.saturating_sub(count.get());
        taps.tempo().map_or_else(
            || format!("Tap on: {more} more"),
            |tempo| format!("Tapped {}", wording::tempo(tempo)),
        )
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="tl-taps row" role="group" aria-label="Tapped tempo">
                <span class="small number" aria-live="polite">{words}</span>
                <Show when=move || taps.tempo().is_some()>
                    <button class="main" on:click=move |_| studio.take_taps()>"Use"</button>
                </Show>
                <button
                    class="plain icon"
                    aria-label="Forget the taps"
                    on:click=move |_| taps.clear()
                >{Glyph::Cross.show()}</button>
            </div>
        </Show>
    }
}
