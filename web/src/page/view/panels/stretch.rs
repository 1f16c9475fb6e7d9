//! Which part of the song the film is over.

use leptos::prelude::*;

use super::controls::Segments;
use super::place::playhead;
use crate::page::studio::Studio;
use crate::wording;

/// Lengths that are offered, in seconds; the whole song if none.
const LENGTHS: [(Option<u64>, &str); 4] = [
    (None, "Whole song"),
    (Some(15), "15 s"),
    (Some(30), "30 s"),
    (Some(60), "60 s"),
];

/// Start and length of the film in the song.
#[component]
pub fn StretchOfSong() -> impl IntoView {
    let studio: Studio = expect_context();
    let start = Memo::new(move |_| studio.brief.with(|brief| brief.settings.start_us));
    let length = Memo::new(move |_| studio.brief.with(|brief| brief.settings.length_us));
    let song = Memo::new(move |_| {
        studio.grid.with(|grid| {
            let grid = grid.as_ref()?;
            Some(grid.duration.saturating_mul(1_000_000) / u64::from(grid.rate.max(1)))
        })
    });
    let set_start = move |us: u64| {
        let last = song
            .get_untracked()
            .unwrap_or(u64::MAX)
            .saturating_sub(1_000_000);
        studio.change_brief("Start in the song", |brief| {
            brief.settings.start_us = us.min(last);
        });
    };
    let set_length = move |us: Option<u64>| {
        studio.change_brief("Length of the film", |brief| brief.settings.length_us = us);
    };
    let chosen = move || {
        let length = length.get();
        LENGTHS
            .iter()
            .position(|(seconds, _)| seconds.map(|s| s * 1_000_000) == length)
    };
    let typed = move |event: web_sys::Event| {
        let read = wording::read_time(&event_target_value(&event));
        if read.is_none() {
            studio
                .notices
                .warn("A time is seconds, such as 42.5, or minutes and seconds, such as 1:05.");
        }
        read
    };
    let here = move |_| {
        let at = untrack(|| playhead(studio));
        let rate = studio
            .grid
            .with_untracked(|grid| grid.as_ref().map_or(1, |grid| grid.rate));
        if let Some(at) = at {
            set_start(at.saturating_mul(1_000_000) / u64::from(rate.max(1)));
        }
    };
    view! {
        <section class="part">
            <Segments
                name="Length"
                options=LENGTHS.iter().map(|(_, name)| (*name).to_owned()).collect()
                chosen=Signal::derive(chosen)
                choose=Callback::new(move |index| if let Some((seconds, _)) = LENGTHS.get::<usize>(index) {
                    set_length(seconds.map(|seconds| seconds * 1_000_000));
                })
            />
            <div class="field">
                <label for="own-length">"Own length"</label>
                <input id="own-length" type="text" class="short number" placeholder="whole song"
                    prop:value=move || length.get().map(wording::instant).unwrap_or_default()
                    on:change=move |event| {
                        if event_target_value(&event).trim().is_empty() {
                            set_length(None);
                        } else if let Some(us) = typed(event) {
                            set_length(Some(us.max(1_000_000)));
                        }
                    }
                />
            </div>
            <div class="field">
                <label for="start-at">"Starts at"</label>
                <div class="row">
                    <input id="start-at" type="text" class="short number"
                        prop:value=move || wording::instant(start.get())
                        on:change=move |event| if let Some(us) = typed(event) { set_start(us) }
                    />
                    <button title="Begin the film at the playhead" on:click=here>"Playhead"</button>
                    <Show when=move || { start.get() > 0 }>
                        <button on:click=move |_| set_start(0)>"Song start"</button>
                    </Show>
                </div>
            </div>
        </section>
    }
}
