//! What a slot could show instead, by the planner's choice.

use leptos::prelude::*;
use shared::editing::Operation;
use shared::plan::Clip;

use super::picture::Picture;
use super::shot::Selected;
use crate::wording;

/// A row of the slot's alternates; one click swaps.
#[component]
pub fn Alternates(
    /// The slot.
    selected: Selected,
) -> impl IntoView {
    let studio = selected.0;
    let count = Memo::new(move |_| {
        selected
            .with(|_, _, slot| slot.alternates.len())
            .unwrap_or(0)
    });
    let locked = Memo::new(move |_| selected.is_locked());
    view! {
        <section class="part">
            <h3>"Alternates"</h3>
            <Show
                when=move || { count.get() > 0 }
                fallback=|| view! { <p class="small quiet">"The planner has no other choice ready. Ask for another, or choose a clip below."</p> }
            >
                <ul class="alternates">
                    <For each=move || 0..count.get() key=|index| *index let(index)>
                        <Alternate selected index locked on_swap=Callback::new(move |()| {
                            studio.perform(&Operation::Swap { slot: selected.index(), alternate: index });
                        })/>
                    </For>
                </ul>
            </Show>
        </section>
    }
}

#[component]
fn Alternate(
    selected: Selected,
    index: usize,
    locked: Memo<bool>,
    on_swap: Callback<()>,
) -> impl IntoView {
    let clip = Memo::new(move |_| {
        selected
            .with(|_, _, slot| slot.alternates.get(index).cloned())
            .flatten()
    });
    let of = move || clip.with(|clip| clip.as_ref().map(|clip| (clip.media, clip.source_start)));
    let name = Memo::new(move |_| {
        let media = clip.with(|clip| clip.as_ref().map(|clip| clip.media))?;
        selected.with(|plan, _, _| {
            let media = plan.media.get(usize::try_from(media).ok()?)?;
            Some(media.path.name().to_owned())
        })?
    });
    let score = move || {
        clip.with(|clip| clip.as_ref().map(wording::score))
            .unwrap_or_default()
    };
    let short = move || {
        let score = |clip: &Clip| clip.score_permille.map(|score| (score + 5) / 10);
        clip.with(|clip| clip.as_ref().and_then(score))
            .map(|score| score.to_string())
    };
    let told = move || {
        let at = clip.with(|clip| clip.as_ref().map_or(0, |clip| clip.source_start));
        format!("Show it from {} instead, {}", wording::instant(at), score())
    };
    view! {
        <li>
            <button
                class="tile"
                disabled=move || locked.get()
                title=told
                on:click=move |_| on_swap.run(())
            >
                <Picture of=Signal::derive(of)/>
                <span class="clamp small">{move || name.get()}</span>
                <span class="score number small" aria-hidden="true">{short}</span>
                <span class="unseen">{told}</span>
            </button>
        </li>
    }
}
