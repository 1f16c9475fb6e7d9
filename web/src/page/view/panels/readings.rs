//! What else the song might be read as.

use leptos::prelude::*;
use planner_wasm::music::corrections::Correction;
use shared::reading::{ReadBeats, Reading};

use super::beats::correct;
use crate::page::studio::Studio;
use crate::wording;

/// From this confidence on, in thousandths, a song is taken to be heard without doubt.
const SURE: u16 = 900;

/// What else the song might be, likeliest first: one of them is taken with one press.
#[component]
pub fn Readings() -> impl IntoView {
    let studio: Studio = expect_context();
    let others = Memo::new(move |_| {
        // What was heard changes with the song, which the grid follows.
        studio.grid.track();
        let heard = studio.song.heard()?;
        // Of a song that was heard without doubt nobody needs to see them at once.
        let doubted = heard.confidence_permille < SURE;
        Some((heard.rate, heard.readings, doubted))
    });
    let any = move || {
        others.with(|others| {
            others
                .as_ref()
                .is_some_and(|(_, readings, _)| !readings.is_empty())
        })
    };
    let doubted =
        move || others.with(|others| others.as_ref().is_some_and(|(.., doubted)| *doubted));
    let taken = Memo::new(move |_| studio.brief.with(|brief| taken(&brief.corrections)));
    view! {
        <Show when=any>
            <details class="part" prop:open=doubted>
                <summary><h3>"What else it may be"</h3></summary>
                <ul class="readings small" id="readings">
                    {move || {
                        let (rate, readings, _) = others.get().unwrap_or_default();
                        readings.into_iter().map(|reading| view! {
                            <li>
                                <button
                                    title="In the place of all corrections"
                                    aria-pressed=move || (taken.get() == Some(same(reading))).to_string()
                                    on:click=move |_| read_as(studio, reading)
                                >
                                    <span class="number">{wording::tempo(reading.tempo_millibpm)}</span>
                                    <span class="what">{reading.told(rate)}</span>
                                    <span class="number quiet">{wording::likelihood(reading.likelihood_permille)}</span>
                                </button>
                            </li>
                        }).collect_view()
                    }}
                </ul>
            </details>
        </Show>
    }
}

/// What makes a reading the same, however likely it was when it was taken.
const fn same(reading: Reading) -> (ReadBeats, u8, u8) {
    (reading.beats, reading.beats_per_bar, reading.downbeat)
}

/// The reading that is taken.
fn taken(corrections: &[Correction]) -> Option<(ReadBeats, u8, u8)> {
    match corrections.first() {
        Some(Correction::Reading { reading }) => Some(same(*reading)),
        _ => None,
    }
}

/// Takes another reading in the place of all corrections. One that is taken is given up, and what
/// was corrected since stays if it can.
fn read_as(studio: Studio, reading: Reading) {
    let wished = studio
        .brief
        .with_untracked(|brief| brief.corrections.clone());
    if taken(&wished) != Some(same(reading)) {
        correct(
            studio,
            "Another reading",
            vec![Correction::Reading { reading }],
        );
        return;
    }
    let since = wished.get(1..).unwrap_or_default().to_vec();
    correct(studio, "Beats as heard", since);
}
