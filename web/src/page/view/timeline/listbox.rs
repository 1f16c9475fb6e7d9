//! The shots as a list, for the keyboard and for those who hear the page.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use super::desk::{Desk, select};
use super::scene::{Sight, looks};
use crate::shotwords::{Told, told};
use crate::viewport::place;

/// Most shots in the document at once.
const MOST: usize = 160;
/// The list follows the view once it rests for so long.
const REST: Duration = Duration::from_millis(140);

/// The list, over the shots.
pub(super) fn shots(desk: Desk) -> impl IntoView {
    let studio = desk.studio;
    let looks = Memo::new(move |_| looks(studio));
    let count = Memo::new(move |_| {
        studio
            .plan
            .with(|plan| plan.as_ref().map_or(0, |plan| plan.slots.len()))
    });
    let listed = listed(desk);
    let keyed = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return;
        }
        let last = count.get_untracked().saturating_sub(1);
        let now = studio.selected.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => now.map_or(0, |now| (now + 1).min(last)),
            "ArrowLeft" | "ArrowUp" => now.map_or(0, |now| now.saturating_sub(1)),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        select(studio, to);
    };
    let words = move |index: usize| {
        studio.plan.with(|plan| {
            let plan = plan.as_ref()?;
            let slot = plan.slots.get(index)?;
            let told_of = looks.with(|looks| {
                looks.get(index).map(|look| Told {
                    name: look.name.clone(),
                    weak: look.weak,
                    unseen: look.sight == Sight::Unseen,
                    missing: look.sight == Sight::Missing,
                })
            });
            Some(told(
                index,
                slot,
                plan.output.rate,
                &told_of.unwrap_or_default(),
            ))
        })
    };
    let active = move || {
        let selected = studio.selected.get()?;
        listed.with(|listed| {
            listed
                .contains(&selected)
                .then(|| format!("shot-{selected}"))
        })
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            <ul
                class="shots"
                role="listbox"
                aria-label="Shots"
                aria-orientation="horizontal"
                tabindex="0"
                aria-activedescendant=active
                style:top=move || format!("{}px", desk.lanes().shots.start)
                style:height=move || {
                    let lane = desk.lanes().shots;
                    format!("{}px", lane.end - lane.start)
                }
                on:keydown=keyed
            >
                <For each=move || listed.get() key=|index| *index let(index)>
                    <li
                        role="option"
                        id=format!("shot-{index}")
                        aria-selected=move || (studio.selected.get() == Some(index)).to_string()
                        aria-posinset=(index + 1).to_string()
                        aria-setsize=move || count.get().to_string()
                    >{move || words(index)}</li>
                </For>
            </ul>
        </Show>
    }
}

/// The shots that are in the list: those in view, and the selected one.
fn listed(desk: Desk) -> RwSignal<Vec<usize>> {
    let studio = desk.studio;
    let listed = RwSignal::new(Vec::new());
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    let gather = move || {
        let view = studio.viewing.viewport.get_untracked();
        let selected = studio.selected.get_untracked();
        let mut shown: Vec<usize> = studio.plan.with_untracked(|plan| {
            let Some(plan) = plan else { return Vec::new() };
            let range = view.visible(
                &plan.slots,
                |slot| place(slot.record_start),
                |slot| place(slot.record_end()),
            );
            let selected = selected.filter(|slot| *slot < plan.slots.len());
            range.take(MOST).chain(selected).collect()
        });
        shown.sort_unstable();
        shown.dedup();
        if listed.with_untracked(|before| *before != shown) {
            listed.set(shown);
        }
    };
    Effect::new(move |_| {
        studio.viewing.viewport.track();
        studio.plan.track();
        studio.selected.track();
        let before = waiting.try_update_value(Option::take).flatten();
        if let Some(before) = before {
            before.clear();
        }
        waiting.set_value(set_timeout_with_handle(gather, REST).ok());
    });
    on_cleanup(move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    });
    listed
}
