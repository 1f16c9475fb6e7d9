//! Any clip in place of the one that is shown.

use leptos::ev;
use leptos::prelude::*;
use shared::editing::Operation;
use shared::plan::Clip as Shown;

use super::picture::Picture;
use super::shot::Selected;
use crate::insight;
use crate::page::studio::clips::Clip;
use crate::replace::{Choice, best_window};
use crate::wording;

/// A list of all clips, each with the best window that the film does not show yet.
#[component]
pub fn Substitute(
    /// The slot.
    selected: Selected,
) -> impl IntoView {
    let studio = selected.0;
    let open = RwSignal::new(false);
    let wanted = RwSignal::new(String::new());
    let offered = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        let wanted = wanted.get().to_lowercase();
        let all = studio.clips.list.get();
        let fits = |clip: &&Clip| {
            clip.entry.with(|entry| {
                !entry.removed
                    && entry.footage.is_some()
                    && entry.media.path.name().to_lowercase().contains(&wanted)
            })
        };
        all.iter()
            .filter(fits)
            .map(|clip| (clip.id, clip.media))
            .collect()
    });
    let count = Memo::new(move |_| studio.clips.list.with(Vec::len));
    let toggled = move |event: web_sys::Event| {
        open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    };
    view! {
        <section class="part">
            <details class="substitute" on:toggle=toggled>
                <summary><h3>"Replace with …"</h3></summary>
                <Show when=move || open.get()>
                    <Show when=move || { count.get() > 12 }>
                        <input
                            type="text"
                            placeholder="Find by name"
                            aria-label="Find clips by name"
                            prop:value=move || wanted.get()
                            on:input=move |event| wanted.set(event_target_value(&event))
                        />
                    </Show>
                    <ul class="offers" tabindex="0" aria-label="Clips">
                        <For each=move || offered.get() key=|(id, _)| *id let((_, media))>
                            {studio.clips.get(media).map(|clip| view! { <Offer selected clip/> })}
                        </For>
                    </ul>
                </Show>
            </details>
        </section>
    }
}

/// One clip and its window.
#[component]
fn Offer(selected: Selected, clip: Clip) -> impl IntoView {
    let studio = selected.0;
    let media = u32::try_from(clip.media).unwrap_or(u32::MAX);
    let choice = Memo::new(move |_| {
        let footage = clip.entry.with(|entry| entry.footage.clone())?;
        selected.with(|plan, _, slot| {
            let need = Shown::new(media, 0).source_end(slot.record_duration, plan.output.rate)?;
            let used = insight::uses(plan, Some(media));
            let used: Vec<_> = used.iter().map(|one| (one.start_us, one.end_us)).collect();
            best_window(&footage, need, &used)
        })?
    });
    let name = clip
        .entry
        .with_untracked(|entry| entry.media.path.name().to_owned());
    let told = move || match choice.get() {
        None => "no footage".to_owned(),
        Some(Choice {
            start_us,
            unused,
            sound,
        }) => {
            let from = wording::instant(start_us);
            match (sound, unused) {
                (true, true) => format!("from {from}, not shown yet"),
                (true, false) => format!("from {from}, shown elsewhere"),
                (false, _) => format!("from {from}, hardly enough"),
            }
        }
    };
    let replace = move |_: ev::MouseEvent| {
        if let Some(choice) = choice.get_untracked() {
            let clip = Shown::new(media, choice.start_us);
            studio.perform(&Operation::Replace {
                slot: selected.index(),
                clip,
            });
        }
    };
    let of = move || Some((media, choice.get().map_or(0, |choice| choice.start_us)));
    view! {
        <li>
            <button
                class="offer plain"
                disabled=move || choice.get().is_none() || selected.is_locked()
                on:click=replace
            >
                <Picture of=Signal::derive(of)/>
                <span class="stack tight">
                    <span class="clamp">{name}</span>
                    <span class="small quiet number">{told}</span>
                </span>
            </button>
        </li>
    }
}
