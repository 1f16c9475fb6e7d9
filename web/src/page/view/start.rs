//! The page before there is anything.

use leptos::html::Input;
use leptos::prelude::*;

use super::glyph::Glyph;
use crate::facts;
use crate::page::studio::{Sheet, Studio, files};

/// What the page is for, and the ways in.
#[component]
pub fn Start() -> impl IntoView {
    let studio: Studio = expect_context();
    let recent = Memo::new(move |_| studio.keeping.recent());
    let has_recent = Memo::new(move |_| recent.with(|recent| !recent.is_empty()));
    view! {
        <div class="welcome">
            <div>
                <h1>"A song and a pile of clips become a film that cuts on the beat."</h1>
                <p class="lead">
                    "Drop them here. The page listens to the song, looks at every clip, and plans the cuts. \
                     You watch it in sync, change what you dislike, and take the plan home."
                </p>
                <ul class="promises">
                    <li>"Nothing is uploaded. Everything happens on this device."</li>
                    <li>"Nothing to install, and it works offline."</li>
                    <li>"Cuts are never late, and never a frame early."</li>
                </ul>
            </div>
            <div class="sheet ways">
                <Choosers/>
                <div class="or"><span>"or"</span></div>
                <div class="row wrap">
                    <button id="sample" on:click=move |_| studio.open_sample()>
                        {Glyph::Film.show()}"Try the sample project"
                    </button>
                    <Show when=move || has_recent.get()>
                        <button on:click=move |_| studio.sheet.set(Sheet::Projects)>
                            {Glyph::Folder.show()}"Open a project"
                        </button>
                    </Show>
                </div>
                <Show when=move || has_recent.get()>
                    <ul class="recent" aria-label="Recent projects">
                        <For each=move || recent.get() key=|one| one.id.clone() let(one)>
                            <li>
                                <button class="plain" on:click={
                                    let id = one.id.clone();
                                    move |_| studio.open_project(&id)
                                }>
                                    <span class="clamp">{one.name.clone()}</span>
                                    <span class="quiet small">{facts::of_project(one.clips, one.shots, one.length_ms)}</span>
                                </button>
                            </li>
                        </For>
                    </ul>
                </Show>
            </div>
        </div>
    }
}

/// Where files are chosen.
#[component]
pub fn Choosers() -> impl IntoView {
    let studio: Studio = expect_context();
    let folder = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(input) = folder.get() {
            // An attribute of a plain name can be set.
            let _ = input.set_attribute("webkitdirectory", "");
        }
    });
    view! {
        <label class="drop">
            {Glyph::Plus.show()}
            <strong>"Drop a song and clips here"</strong>
            <span class="quiet small">"or press to choose them: MP3, M4A, WAV, FLAC, Ogg; MP4, MOV, WebM, MKV"</span>
            <input
                id="files"
                class="unseen"
                type="file"
                multiple
                accept=files::KINDS
                on:click=move |_| studio.planner().wake()
                on:change=move |event| studio.take(files::chosen(&event))
            />
        </label>
        <label class="button folder">
            {Glyph::Folder.show()}"Choose a folder"
            <input
                id="folder"
                class="unseen"
                type="file"
                node_ref=folder
                on:click=move |_| studio.planner().wake()
                on:change=move |event| studio.take(files::chosen(&event))
            />
        </label>
    }
}
