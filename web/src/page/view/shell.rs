//! The page as a whole: its bar, its places, what is dropped on it.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::DragEvent;

use super::export::ExportSheet;
use super::glyph::Glyph;
use super::keys::{HelpSheet, Keys};
use super::library::Library;
use super::paint::Redraws;
use super::panels::{Panels, is_wide};
use super::projects::ProjectsSheet;
use super::stage::Stage;
use super::start::Start;
use super::timeline::Timeline;
use crate::page::offline::Offline;
use crate::page::studio::notices::Tone;
use crate::page::studio::song::SongStage;
use crate::page::studio::{Sheet, Studio, files};
use crate::page::theme;
use crate::wording;

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let studio = Studio::open();
    provide_context(studio);
    let offline = Offline::register();
    provide_context(offline);
    provide_context(Redraws::follow());
    let over = RwSignal::new(false);
    // Elsewhere song and clips are one of the panels.
    let wide = is_wide();
    let dragged = move |event: DragEvent| {
        // Without this the browser would leave the page to play the file.
        event.prevent_default();
        let kind = event.type_();
        // Parts of the page that are dragged about carry no files.
        let files = event
            .data_transfer()
            .is_some_and(|data| data.types().includes(&"Files".into(), 0));
        over.set(files && kind == "dragover");
        if files {
            studio.planner().wake();
        }
        if kind == "drop"
            && files
            && let Some(data) = event.data_transfer()
        {
            spawn_local(async move { studio.take(files::dropped(data).await) });
        }
    };
    for handle in [
        window_event_listener(ev::dragover, dragged),
        window_event_listener(ev::dragleave, dragged),
        window_event_listener(ev::drop, dragged),
    ] {
        on_cleanup(move || handle.remove());
    }
    let empty = Memo::new(move |_| studio.is_empty());
    let stage = Memo::new(move |_| stage_name(studio));

    view! {
        <Keys/>
        <div class="page" data-stage=move || stage.get()>
            <a class="skip" href="#main">"Skip to the film"</a>
            <Bar/>
            <main id="main" tabindex="-1" class:studio=move || !empty.get() class:start=move || empty.get()>
                <Show when=move || !empty.get() fallback=|| view! { <Start/> }>
                    <h1 class="unseen">{move || studio.name.get()}</h1>
                    <Show when=move || wide.get()>
                        <aside class="library" aria-label="Song and clips"><Library/></aside>
                    </Show>
                    <section class="stage" aria-label="Preview"><Stage/></section>
                    <section class="timeline" aria-label="Timeline"><Timeline/></section>
                    <section class="side" aria-label="Details"><Panels/></section>
                </Show>
            </main>
            <Status/>
            <NoticeList/>
            <div class="dropzone" class:over=move || over.get() aria-hidden="true">
                <p>"Drop song, clips, a plan or a project"</p>
            </div>
            {move || match studio.sheet.get() {
                Sheet::None => ().into_any(),
                Sheet::Help => view! { <HelpSheet/> }.into_any(),
                Sheet::Export => view! { <ExportSheet/> }.into_any(),
                Sheet::Projects => view! { <ProjectsSheet/> }.into_any(),
            }}
        </div>
    }
}

/// The page's state in the document, for styles and tests.
fn stage_name(studio: Studio) -> &'static str {
    if studio.is_empty() {
        "idle"
    } else if studio.song.stage.with(SongStage::is_busy) || studio.clips.busy.get() > 0 {
        "working"
    } else if studio.planning.pending.with(Option::is_some) {
        "planning"
    } else if studio.plan.with(Option::is_some) {
        "planned"
    } else {
        "waiting"
    }
}

/// The bar at the top.
#[component]
fn Bar() -> impl IntoView {
    let studio: Studio = expect_context();
    let undo = Memo::new(move |_| {
        studio
            .history
            .with(|history| history.can_undo().map(str::to_owned))
    });
    let redo = Memo::new(move |_| {
        studio
            .history
            .with(|history| history.can_redo().map(str::to_owned))
    });
    let none = Memo::new(move |_| studio.plan.with(Option::is_none));
    view! {
        <header class="bar">
            <span class="mark">
                <svg viewBox="0 0 32 24" aria-hidden="true">
                    <path d="M2 9v6M7 5v14M12 8v8M22 3v18M17 10v4M27 7v10"></path>
                </svg>
                <span>"AutoCut"</span>
            </span>
            <Show when=move || !studio.is_empty()>
                <input
                    id="name"
                    class="title"
                    type="text"
                    aria-label="Name of the project"
                    maxlength="120"
                    spellcheck="false"
                    prop:value=move || studio.name.get()
                    on:change=move |event| studio.rename(&event_target_value(&event))
                />
                <span class="kept small quiet clamp" aria-live="off">{move || studio.keeping.told()}</span>
            </Show>
            <span class="gap"></span>
            <Show when=move || !studio.is_empty()>
                <button
                    id="undo"
                    class="plain icon"
                    aria-label=move || undo.get().map_or("Undo".to_owned(), |label| format!("Undo: {label}"))
                    title=move || undo.get().map_or("Undo (Ctrl Z)".to_owned(), |label| format!("Undo: {label} (Ctrl Z)"))
                    disabled=move || undo.get().is_none()
                    on:click=move |_| studio.undo()
                >{Glyph::Undo.show()}</button>
                <button
                    id="redo"
                    class="plain icon"
                    aria-label=move || redo.get().map_or("Redo".to_owned(), |label| format!("Redo: {label}"))
                    title=move || redo.get().map_or("Redo (Ctrl Shift Z)".to_owned(), |label| format!("Redo: {label} (Ctrl Shift Z)"))
                    disabled=move || redo.get().is_none()
                    on:click=move |_| studio.redo()
                >{Glyph::Redo.show()}</button>
            </Show>
            <button
                id="projects"
                class="plain icon"
                aria-label="Projects"
                title="Projects"
                on:click=move |_| studio.sheet.set(Sheet::Projects)
            >{Glyph::Folder.show()}</button>
            <button class="plain icon" aria-label="Light or dark" title="Light or dark" on:click=move |_| theme::turn()>
                {Glyph::Theme.show()}
            </button>
            <button
                id="help"
                class="plain icon"
                aria-label="Keys and help"
                title="Keys and help (?)"
                on:click=move |_| studio.sheet.set(Sheet::Help)
            >{Glyph::Help.show()}</button>
            <Show when=move || !studio.is_empty()>
                <button
                    id="export"
                    class="main"
                    aria-label="Export"
                    disabled=move || none.get()
                    on:click=move |_| studio.sheet.set(Sheet::Export)
                >{Glyph::Download.show()}<span>"Export"</span></button>
            </Show>
        </header>
    }
}

/// What goes on, for those who hear the page.
#[component]
fn Status() -> impl IntoView {
    let studio: Studio = expect_context();
    let said = Memo::new(move |_| {
        let song = studio.song.stage.with(|stage| match stage {
            SongStage::Decoding { name } => Some(format!("Decoding {name}")),
            SongStage::Listening { name } => Some(format!("Listening to {name}")),
            SongStage::Failed { name, message } => Some(format!("{name}: {message}")),
            SongStage::Idle => None,
        });
        song.or_else(|| (studio.clips.busy.get() > 0).then(|| "Looking at clips".to_owned()))
            .or_else(|| {
                let pending = studio.planning.pending.with(Option::is_some);
                pending.then(|| "Planning".to_owned())
            })
            .or_else(|| {
                studio.plan.with(|plan| {
                    plan.as_ref().map(|plan| {
                        format!(
                            "A film of {} is planned",
                            wording::count(plan.slots.len(), "shot")
                        )
                    })
                })
            })
            .unwrap_or_default()
    });
    view! { <div role="status" aria-live="polite" class="unseen">{move || said.get()}</div> }
}

/// What the page has to say.
#[component]
fn NoticeList() -> impl IntoView {
    let studio: Studio = expect_context();
    let offline: Offline = expect_context();
    view! {
        <div class="notices" role="log" aria-live="polite" aria-label="Notices">
            <Show when=move || offline.update_waiting.get()>
                <div class="notice">
                    <p>"A newer version of the page is here."</p>
                    <button on:click=move |_| offline.update()>"Reload to update"</button>
                </div>
            </Show>
            <For each=move || studio.notices.list.get() key=|notice| notice.id let(notice)>
                <div class="notice" class:warning={notice.tone == Tone::Warning}>
                    {(notice.tone == Tone::Warning).then(|| Glyph::Warning.show())}
                    <p>{notice.text.clone()}</p>
                    {notice.remedy.map(|(words, remedy)| view! {
                        <button on:click=move |_| {
                            studio.notices.dismiss(notice.id);
                            remedy.run(());
                        }>{words}</button>
                    })}
                    <button
                        class="plain icon"
                        aria-label="Dismiss"
                        on:click=move |_| studio.notices.dismiss(notice.id)
                    >{Glyph::Cross.show()}</button>
                </div>
            </For>
        </div>
    }
}
