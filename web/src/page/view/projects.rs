//! Other projects.

use leptos::prelude::*;

use super::glyph::Glyph;
use crate::facts;
use crate::page::dialog::Dialog;
use crate::page::studio::{Sheet, Studio};

/// The projects that this browser keeps.
#[component]
pub fn ProjectsSheet() -> impl IntoView {
    let studio: Studio = expect_context();
    studio.look_for_projects();
    let list = Memo::new(move |_| studio.keeping.recent());
    view! {
        <Dialog title="Projects" close=move || studio.sheet.set(Sheet::None)>
            <div class="stack">
                <div class="row wrap">
                    <button id="new-project" class="main" on:click=move |_| {
                        studio.new_project();
                        studio.sheet.set(Sheet::None);
                    }>{Glyph::Plus.show()}"New project"</button>
                    <button on:click=move |_| {
                        studio.open_sample();
                        studio.sheet.set(Sheet::None);
                    }>"Sample project"</button>
                    <span class="quiet small">"Kept in this browser, on this device."</span>
                </div>
                <Show
                    when=move || list.with(|list| !list.is_empty())
                    fallback=|| view! { <p class="quiet">"None is kept yet."</p> }
                >
                    <ul class="projects">
                        <For each=move || list.get() key=|one| (one.id.clone(), one.saved_ms, one.name.clone()) let(one)>
                            <li class="row" class:now={ let id = one.id.clone(); move || studio.id.with(|now| *now == id) }>
                                <button class="plain grow" on:click={
                                    let id = one.id.clone();
                                    move |_| {
                                        studio.open_project(&id);
                                        studio.sheet.set(Sheet::None);
                                    }
                                }>
                                    <span class="stack tight">
                                        <strong class="clamp">{one.name.clone()}</strong>
                                        <span class="quiet small number">
                                            {facts::of_project(one.clips, one.shots, one.length_ms)}
                                        </span>
                                    </span>
                                </button>
                                <button class="plain" on:click={
                                    let (id, name) = (one.id.clone(), one.name.clone());
                                    move |_| studio.copy_project(&id, &name)
                                }>"Duplicate"</button>
                                <button
                                    class="plain icon"
                                    aria-label=format!("Remove {}", one.name)
                                    title="Remove from this browser"
                                    on:click={
                                        let id = one.id.clone();
                                        move |_| studio.remove_project(&id)
                                    }
                                >{Glyph::Cross.show()}</button>
                            </li>
                        </For>
                    </ul>
                </Show>
            </div>
        </Dialog>
    }
}
