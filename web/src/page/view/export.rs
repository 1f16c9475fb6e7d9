//! The plan as a file, and how to render it.

use leptos::prelude::*;

use super::glyph::Glyph;
use crate::page::dialog::Dialog;
use crate::page::studio::{Sheet, Studio};
use crate::wording;

/// Plan, project, and the one command that renders.
#[component]
pub fn ExportSheet() -> impl IntoView {
    let studio: Studio = expect_context();
    let copied = RwSignal::new(false);
    let command = Memo::new(move |_| studio.project().render_command());
    let summary = Memo::new(move |_| {
        studio.plan.with(|plan| {
            plan.as_ref().map(|plan| {
                format!(
                    "{}, {} × {}, {} frames a second, {} frames",
                    wording::count(plan.slots.len(), "shot"),
                    plan.output.width,
                    plan.output.height,
                    plan.output.rate,
                    plan.record_duration()
                )
            })
        })
    });
    let unseen = Memo::new(move |_| studio.plan_notes());
    let copy = move |_| {
        // Without the permission the text can still be selected.
        let _ = window()
            .navigator()
            .clipboard()
            .write_text(&command.get_untracked());
        copied.set(true);
    };
    view! {
        <Dialog title="Export" close=move || studio.sheet.set(Sheet::None)>
            <div class="stack">
                <p class="quiet">{move || summary.get()}</p>
                <section class="stack tight">
                    <h3>"1. Save the plan beside your clips"</h3>
                    <div class="row wrap">
                        <button id="save-plan" class="main" on:click=move |_| studio.save_plan()>
                            {Glyph::Download.show()}"Save plan.json"
                        </button>
                        <span class="quiet small">"A small text file. Song and clips stay where they are."</span>
                    </div>
                </section>
                <section class="stack tight">
                    <h3>"2. Render it, in that folder"</h3>
                    <div class="command">
                        <code id="command">{move || command.get()}</code>
                        <button on:click=copy>{move || if copied.get() { "Copied" } else { "Copy" }}</button>
                    </div>
                    <p class="quiet small">
                        "render-native finds the files by name and content in the folder and below it, and refuses \
                         to guess. It makes exactly the film that you see here, in full size."
                    </p>
                </section>
                <For each=move || unseen.get() key=Clone::clone let(note)>
                    <p class="hint small">{note}</p>
                </For>
                <section class="stack tight">
                    <h3>"Go on elsewhere"</h3>
                    <div class="row wrap">
                        <button id="save-project" on:click=move |_| studio.save_project_file()>"Save the project"</button>
                        <span class="quiet small">
                            "With everything that was found out about song and clips. Drop it on this page to go on."
                        </span>
                    </div>
                </section>
            </div>
        </Dialog>
    }
}
