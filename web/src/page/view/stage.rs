//! The preview and its buttons.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;

use super::glyph::Glyph;
use super::keys::to_cut;
use crate::page::preview::Preview;
use crate::page::studio::Studio;
use crate::page::studio::song::SongStage;
use crate::ruler::Timecode;

/// A beat is lit for so long.
const LIT: Duration = Duration::from_millis(90);

/// The preview in the film's shape, and the transport.
#[component]
pub fn Stage() -> impl IntoView {
    let studio: Studio = expect_context();
    let frame = NodeRef::<Div>::new();
    let small = RwSignal::new(false);
    let shape = Memo::new(move |_| {
        let plan = studio.plan.with(|plan| {
            let output = &plan.as_ref()?.output;
            Some((output.width, output.height))
        });
        plan.unwrap_or_else(|| studio.brief.with(|brief| (brief.width, brief.height)))
    });
    let ratio = move || {
        let (width, height) = shape.get();
        format!("{:.5}", f64::from(width) / f64::from(height.max(1)))
    };
    let files = Signal::derive_local(move || studio.clips.files());
    let planned = Memo::new(move |_| studio.plan.with(Option::is_some));
    let planning = Memo::new(move |_| studio.planning.pending.with(Option::is_some));
    view! {
        <div class="st" class:small=move || small.get() style=("--ratio", ratio)>
            <div class="st-room">
                <div class="st-screen" node_ref=frame>
                    <Show when=move || planned.get() fallback=move || view! { <Waiting studio/> }>
                        <Preview plan=studio.plan files transport=studio.transport/>
                    </Show>
                    <Show when=move || planning.get()>
                        <div class="st-note">
                            <span class="spinner" aria-hidden="true"></span>
                            <span>"Planning …"</span>
                            <button on:click=move |_| studio.give_up_plan()>"Cancel"</button>
                        </div>
                    </Show>
                    <Show when=move || studio.transport.held_back.get() && !planning.get()>
                        <div class="st-note" role="status">
                            <span>"The browser holds the sound back"</span>
                            <button on:click=move |_| hear(studio)>"Hear the song"</button>
                        </div>
                    </Show>
                </div>
            </div>
            <Transport studio frame small/>
        </div>
    }
}

/// Asks for the sound again, which browsers let sound from a press on.
fn hear(studio: Studio) {
    studio.transport.pause();
    studio.transport.play();
}

/// What stands where the film will be.
#[component]
fn Waiting(studio: Studio) -> impl IntoView {
    let words = Memo::new(move |_| waiting(studio));
    view! {
        <div class="st-waiting">
            {Glyph::Film.show()}
            <p>{move || words.get().0}</p>
            <p class="small">{move || words.get().1}</p>
        </div>
    }
}

/// Why there is no film yet, and what to do.
fn waiting(studio: Studio) -> (String, String) {
    let of = |what: &str, then: &str| (what.to_owned(), then.to_owned());
    if let Some(why) = studio.planning.refused.get() {
        let mut letters = why.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        return (
            "There is no plan yet".to_owned(),
            format!("{}{}.", first.unwrap_or_default(), letters.as_str()),
        );
    }
    if studio.planning.pending.with(Option::is_some) {
        return of("", "");
    }
    match studio.song.stage.get() {
        SongStage::Decoding { name } => return (format!("Decoding {name}"), String::new()),
        SongStage::Listening { name } => {
            let done = (studio.song.done.get() * 100.0).round();
            return (format!("Listening to {name}"), format!("{done} %"));
        }
        SongStage::Failed { name, message } => return (name, message),
        SongStage::Idle => {}
    }
    let song = studio.song.entry.with(|entry| {
        let entry = entry.as_ref()?;
        Some(entry.media.path.name().to_owned())
    });
    let busy = studio.clips.busy.get() > 0;
    let any = studio.clips.list.with(|list| !list.is_empty());
    match song {
        None => of(
            "The film begins with a song",
            "Add one: the clips follow its beat.",
        ),
        Some(_) if busy => of("Looking at clips", "The plan follows once all are seen."),
        Some(name) if any => (name, "No clip can be used yet.".to_owned()),
        Some(name) => (
            name,
            "Play it, or add clips: the film is planned over it.".to_owned(),
        ),
    }
}

/// The row of buttons.
#[component]
fn Transport(studio: Studio, frame: NodeRef<Div>, small: RwSignal<bool>) -> impl IntoView {
    let transport = studio.transport;
    let playing = move || transport.playing.get();
    let looped = Memo::new(move |_| transport.looped.with(Option::is_some));
    let empty = Memo::new(move |_| transport.length.get() == 0);
    let turn_loop = move |_| {
        let now = transport.looped.get_untracked();
        transport.looped.set(if now.is_some() {
            None
        } else {
            part_at_hand(studio)
        });
    };
    view! {
        <div class="st-transport" role="group" aria-label="Playing">
            <div class="group">
                <button
                    class="plain icon"
                    aria-label="To the start"
                    title="To the start (Home)"
                    disabled=move || empty.get()
                    on:click=move |_| transport.seek(0)
                >{Glyph::ToStart.show()}</button>
                <button
                    class="plain icon"
                    aria-label="Cut before"
                    title="Cut before (↑)"
                    disabled=move || empty.get()
                    on:click=move |_| to_cut(studio, false)
                >{Glyph::Before.show()}</button>
                <button
                    id="play"
                    class="main icon"
                    aria-label=move || if playing() { "Pause" } else { "Play" }
                    title="Play or pause (Space)"
                    disabled=move || empty.get()
                    on:click=move |_| transport.toggle()
                >{move || if playing() { Glyph::Pause.show() } else { Glyph::Play.show() }}</button>
                <button
                    class="plain icon"
                    aria-label="Next cut"
                    title="Next cut (↓)"
                    disabled=move || empty.get()
                    on:click=move |_| to_cut(studio, true)
                >{Glyph::Next.show()}</button>
                <button
                    class="plain icon"
                    aria-label="Loop"
                    aria-pressed=move || looped.get().to_string()
                    title="Loop the selected shot, else the section ([ ] \\)"
                    disabled=move || empty.get()
                    on:click=turn_loop
                >{Glyph::Loop.show()}</button>
            </div>
            <Clock studio/>
            <div class="group st-right">
                <Show when=move || transport.flash.get()><Flash studio/></Show>
                <button
                    class="plain icon"
                    aria-label="Click on the beats"
                    aria-pressed=move || transport.click.get().to_string()
                    title="Click on the beats (C)"
                    disabled=move || empty.get()
                    on:click=move |_| transport.click.update(|on| *on = !*on)
                >{Glyph::Metronome.show()}</button>
                <Volume studio/>
                <button
                    class="plain icon"
                    aria-label="Small preview"
                    aria-pressed=move || small.get().to_string()
                    title="Small preview, for slow machines"
                    on:click=move |_| small.update(|small| *small = !*small)
                >{Glyph::Film.show()}</button>
                <button
                    class="plain icon"
                    aria-label="Full screen"
                    title="Full screen"
                    on:click=move |_| widen(frame)
                >{Glyph::Wide.show()}</button>
            </div>
        </div>
    }
}

/// Where the film is, and how long it is.
#[component]
fn Clock(studio: Studio) -> impl IntoView {
    let transport = studio.transport;
    let rate = transport.rate;
    let now = move || Timecode::of(transport.frame.get(), rate.get()).exact();
    let all = move || Timecode::of(transport.length.get(), rate.get()).exact();
    view! {
        <p class="st-clock number" role="timer" aria-live="off">
            <span>{now}</span>
            <span class="quiet small">{move || format!(" / {}", all())}</span>
        </p>
    }
}

/// A dot that lights up on beats.
#[component]
fn Flash(studio: Studio) -> impl IntoView {
    // What is lit: nothing, a beat, the first of a bar.
    let lit = RwSignal::new(0_u8);
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    let forget = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move |before: Option<u32>| {
        let beat = studio.transport.beat_flash.get();
        if before.is_some_and(|before| before != beat.count) {
            forget();
            lit.set(if beat.downbeat { 2 } else { 1 });
            waiting.set_value(set_timeout_with_handle(move || lit.set(0), LIT).ok());
        }
        beat.count
    });
    on_cleanup(forget);
    view! {
        <span
            class="st-flash"
            aria-hidden="true"
            class:lit=move || { lit.get() > 0 }
            class:strong=move || { lit.get() == 2 }
        ></span>
    }
}

/// How loud.
#[component]
fn Volume(studio: Studio) -> impl IntoView {
    let volume = studio.transport.volume;
    // What it was before it was silenced.
    let before = StoredValue::new(1.0_f64);
    let silent = Memo::new(move |_| volume.get() <= 0.0);
    let turn = move |_| {
        let now = volume.get_untracked();
        if now > 0.0 {
            before.set_value(now);
            volume.set(0.0);
        } else {
            volume.set(before.get_value());
        }
    };
    let percent = move || (volume.get() * 100.0).round();
    let set = move |event| {
        if let Ok(percent) = event_target_value(&event).parse::<f64>() {
            volume.set((percent / 100.0).clamp(0.0, 1.0));
        }
    };
    view! {
        <div class="st-volume row">
            <button
                class="plain icon"
                aria-label="Silence"
                aria-pressed=move || silent.get().to_string()
                title="Silence"
                on:click=turn
            >{move || if silent.get() { Glyph::Silent.show() } else { Glyph::Speaker.show() }}</button>
            <input
                type="range"
                min="0"
                max="100"
                aria-label="Volume"
                prop:value=percent
                on:input=set
            />
        </div>
    }
}

/// What a loop is made of: the selected shot, else the section at the playhead, else the film.
fn part_at_hand(studio: Studio) -> Option<std::ops::Range<u64>> {
    let selected = studio.selected.get_untracked();
    let shot = studio.plan.with_untracked(|plan| {
        let slot = plan.as_ref()?.slots.get(selected?)?;
        Some(slot.record_start..slot.record_end())
    });
    let frame = studio.transport.frame.get_untracked();
    let section = studio.viewing.score.with_untracked(|score| {
        let band = score.as_ref()?.section_at(frame)?;
        Some(band.frames.0..band.frames.1)
    });
    let length = studio.transport.length.get_untracked();
    shot.or(section).or((length > 0).then_some(0..length))
}

/// Fills the screen with the preview, or gives it back.
fn widen(frame: NodeRef<Div>) {
    let document = document();
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(frame) = frame.get_untracked() {
        // Where a browser does not allow it, the preview stays where it is.
        let _ = frame.request_fullscreen();
    }
}
