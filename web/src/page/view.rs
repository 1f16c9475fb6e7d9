//! What is shown.
#![expect(
    clippy::must_use_candidate,
    reason = "components are used by the view's macro, never called by hand"
)]

use std::ops::Range;
use std::sync::Arc;

use leptos::ev;
use leptos::html::{Canvas, Input};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList, PointerEvent};

use super::chart;
use super::session::{Heard, Session, Stage, Step};
use crate::wording;

/// Seconds of song in the close view.
const VIEW_SECONDS: u32 = 12;

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::start();
    let over = RwSignal::new(false);
    let dragged = move |event: DragEvent| {
        // Without this the browser would leave the page to play the file.
        event.prevent_default();
        over.set(event.type_() == "dragover");
        if event.type_() == "drop" {
            let files = event.data_transfer().and_then(|data| data.files());
            if let Some(file) = first(files) {
                session.open(file);
            }
        }
    };
    window_event_listener(ev::dragover, dragged);
    window_event_listener(ev::dragleave, dragged);
    window_event_listener(ev::drop, dragged);

    view! {
        <main data-stage=move || session.stage.with(stage_name)>
            <header>
                <h1>"AutoCut"</h1>
                <p class="quiet">"Finds the beats of a song. Nothing leaves this device."</p>
            </header>
            <div role="status" aria-live="polite" class="unseen">
                {move || session.stage.with(spoken)}
            </div>
            {move || match session.stage.get() {
                Stage::Starting => view! { <p class="quiet">"Starting …"</p> }.into_any(),
                Stage::Idle => view! { <Chooser session over/> }.into_any(),
                Stage::Working { name, step } => view! { <Work session name step/> }.into_any(),
                Stage::Heard(heard) => view! { <Beats session heard/> }.into_any(),
                Stage::Failed { name, message } => view! {
                    <section class="sheet" role="alert">
                        <h2 class="bad">
                            {match name {
                                Some(name) => format!("No beats from “{name}”"),
                                None => "Something went wrong".to_owned(),
                            }}
                        </h2>
                        <p id="failure">{message}</p>
                    </section>
                    <p></p>
                    <Chooser session over/>
                }.into_any(),
            }}
        </main>
    }
}

/// The stage's name in the document, for styles and tests.
const fn stage_name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Starting => "starting",
        Stage::Idle => "idle",
        Stage::Working { .. } => "working",
        Stage::Heard(_) => "heard",
        Stage::Failed { .. } => "failed",
    }
}

/// The stage for those who hear the page.
fn spoken(stage: &Stage) -> String {
    match stage {
        Stage::Starting | Stage::Idle | Stage::Failed { .. } => String::new(),
        Stage::Working { name, step } => format!("{} {name}", step_name(*step)),
        Stage::Heard(heard) => format!(
            "{} beats found in {}, {}",
            heard.grid.beats.len(),
            heard.name,
            wording::tempo(heard.grid.tempo_millibpm)
        ),
    }
}

const fn step_name(step: Step) -> &'static str {
    match step {
        Step::Decoding => "Decoding",
        Step::Listening => "Listening to",
    }
}

/// Where a song is dropped or chosen.
#[component]
fn Chooser(session: Session, over: RwSignal<bool>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        if let Some(file) = first(input.get().and_then(|input| input.files())) {
            session.open(file);
        }
    };
    view! {
        <label class="sheet drop" class:over=move || over.get()>
            <strong>"Drop a song here"</strong>
            <p class="quiet">"or press to choose one: MP3, M4A, WAV, FLAC, Ogg, Opus"</p>
            <input
                id="song"
                class="unseen"
                type="file"
                accept="audio/*,video/mp4,video/quicktime,.mp3,.m4a,.wav,.flac,.ogg,.opus"
                node_ref=input
                on:change=chosen
            />
        </label>
    }
}

/// How far the work is.
#[component]
fn Work(session: Session, name: String, step: Step) -> impl IntoView {
    let title = move || {
        // The last of the work is done in one piece, with nothing to count.
        let heard_all = step == Step::Listening && session.done.get() >= 1.0;
        let doing = if heard_all {
            "Finding the beats of"
        } else {
            step_name(step)
        };
        format!("{doing} “{name}” …")
    };
    view! {
        <section class="sheet">
            <div class="row">
                <h2>{title}</h2>
                <button id="cancel" on:click=move |_| session.cancel()>"Cancel"</button>
            </div>
            <p></p>
            {match step {
                Step::Decoding => view! { <progress aria-label="Progress"></progress> }.into_any(),
                Step::Listening => view! {
                    <progress aria-label="Progress" max="1" prop:value=move || session.done.get()>
                    </progress>
                }.into_any(),
            }}
        </section>
    }
}

/// A song and its beats.
#[component]
fn Beats(session: Session, heard: Arc<Heard>) -> impl IntoView {
    let grid = &heard.grid;
    let rate = grid.rate;
    let duration = usize::try_from(grid.duration).unwrap_or(usize::MAX);
    let facts = [
        ("tempo", "Tempo", wording::tempo(grid.tempo_millibpm)),
        (
            "confidence",
            "Confidence",
            wording::confidence(grid.confidence_permille),
        ),
        ("metre", "Bar", wording::metre(grid.beats_per_bar)),
        ("count", "Beats found", grid.beats.len().to_string()),
        ("length", "Length", wording::clock(grid.duration, rate)),
    ];
    let notes: Vec<_> = heard
        .decisions
        .iter()
        .map(|decision| view! { <li>{decision.detail.clone()}</li> })
        .collect();
    let notes = (!notes.is_empty()).then(|| view! { <ul class="notes">{notes}</ul> });
    let text = grid.to_text();

    let span = duration.min((VIEW_SECONDS * rate) as usize);
    let last = duration - span;
    let start = RwSignal::new(0_usize);
    let (overview, detail) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    let redrawn = chart::redraws();
    Effect::new({
        let heard = Arc::clone(&heard);
        move |_| {
            redrawn.track();
            let view = start.get()..start.get() + span;
            if let Some(canvas) = overview.get() {
                chart::overview(&canvas, &heard, &view);
            }
            if let Some(canvas) = detail.get() {
                chart::detail(&canvas, &heard, &view);
            }
        }
    });
    let pointed = move |event: PointerEvent| {
        if event.buttons() == 1
            && let Some(canvas) = overview.get_untracked()
        {
            let place = f64::from(event.offset_x()) / f64::from(canvas.client_width().max(1));
            start.set(window_around(place, duration, span).start);
        }
    };
    let slid = move |event| {
        start.set(event_target_value(&event).parse().unwrap_or(0).min(last));
    };

    view! {
        <section class="sheet">
            <div class="row">
                <h2>{heard.name.clone()}</h2>
                <button id="another" on:click=move |_| session.clear()>"Another song"</button>
            </div>
            <dl class="facts">
                {facts.map(|(id, name, value)| view! {
                    <div><dt>{name}</dt><dd id=id>{value}</dd></div>
                })}
            </dl>
            <canvas
                class="overview"
                node_ref=overview
                role="img"
                aria-label="The whole song with its sections"
                on:pointerdown=pointed
                on:pointermove=pointed
            ></canvas>
            <input
                type="range"
                aria-label="Place in the song"
                min="0"
                max=last.to_string()
                step=(rate / 4).to_string()
                disabled=last == 0
                prop:value=move || start.get().to_string()
                aria-valuetext=move || wording::clock(start.get() as u64, rate)
                on:input=slid
            />
            <canvas
                class="detail"
                node_ref=detail
                role="img"
                aria-label="Waveform with beats; the first beat of a bar is taller"
            ></canvas>
            {notes}
            <details>
                <summary>"All beats as text"</summary>
                <p class="quiet">"Seconds, and the place in the bar (1 is the first beat)."</p>
                <pre id="beats" tabindex="0">{text}</pre>
            </details>
        </section>
    }
}

/// The `span` samples around a place of the song (0 to 1) that lie within it.
fn window_around(place: f64, duration: usize, span: usize) -> Range<usize> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a pointer's place; floats saturate"
    )]
    let middle = (place.clamp(0.0, 1.0) * duration as f64) as usize;
    let start = middle.saturating_sub(span / 2).min(duration - span);
    start..start + span
}

fn first(files: Option<FileList>) -> Option<File> {
    files
        .and_then(|files| files.get(0))
        .map(JsCast::unchecked_into)
}
