//! A pad to tap the tempo on while the song plays.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use planner_wasm::music::corrections::LEAST_TAPS;

use crate::page::studio::Studio;
use crate::wording;

/// The pad.
#[component]
pub fn TapPad() -> impl IntoView {
    let studio: Studio = expect_context();
    let taps = studio.taps;
    let count = Memo::new(move |_| taps.samples.with(Vec::len));
    let pressed = move |event: PointerEvent| {
        // On the way down, not on release: a tap is when the finger meets the pad.
        if event.button() == 0 {
            studio.tap();
        }
    };
    let clicked = move |event: MouseEvent| {
        // A click without a press comes from a screen reader.
        if event.detail() == 0 {
            studio.tap();
        }
    };
    let keyed = move |event: KeyboardEvent| {
        if event.key() == "Enter" || event.key() == " " {
            // Else the button would be clicked on release, and the page would pause.
            event.prevent_default();
            event.stop_propagation();
            if !event.repeat() {
                studio.tap();
            }
        }
    };
    let playing = studio.transport.playing;
    let told = move || match (count.get(), taps.tempo()) {
        (0, _) if playing.get() => "Tap on every beat".to_owned(),
        (0, _) => "Play the song, then tap on every beat".to_owned(),
        (count, Some(tempo)) => format!(
            "{} · {}",
            wording::tempo(tempo),
            wording::count(count, "tap")
        ),
        (count, None) => wording::count(count, "tap"),
    };
    view! {
        <section class="part">
            <h3>"Tap the tempo"</h3>
            <button
                id="tap"
                class="pad"
                on:pointerdown=pressed
                on:click=clicked
                on:keydown=keyed
            >
                <span class="number">{told}</span>
            </button>
            <div class="group">
                <button disabled=move || playing.get() on:click=move |_| studio.transport.play()>"Play"</button>
                <button id="take-taps" disabled=move || { count.get() < LEAST_TAPS } on:click=move |_| studio.take_taps()>"Use these taps"</button>
                <button disabled=move || { count.get() == 0 } on:click=move |_| taps.clear()>"Clear"</button>
            </div>
            <p class="small quiet">{format!("At least {LEAST_TAPS} taps. Between them beats follow the song.")}</p>
        </section>
    }
}
