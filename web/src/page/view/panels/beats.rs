//! The beat lab: what was heard in the song, and what a person hears better.

use leptos::prelude::*;
use planner_wasm::music::corrections::{self, Correction};
use shared::music::{Beat, BeatGrid};

use super::closeup::Closeup;
use super::place::playhead;
use super::readings::Readings;
use super::sections::Sections;
use super::tapping::TapPad;
use crate::page::studio::Studio;
use crate::page::view::glyph::Glyph;
use crate::wording;

/// The meters that are offered.
const METERS: std::ops::RangeInclusive<u8> = 2..=7;

/// Beats less sure than this, in thousandths, are told.
const DOUBTED: u16 = 500;

/// The beat lab.
#[component]
pub fn BeatLab() -> impl IntoView {
    let studio: Studio = expect_context();
    let heard = Memo::new(move |_| studio.grid.with(Option::is_some));
    view! {
        <Show when=move || heard.get() fallback=|| view! {
            <section class="part hollow">
                <h2>"No song yet"</h2>
                <p class="quiet small">"Once there is a song, its beats are here: to hear them, to correct them, and to set the pace of each section."</p>
            </section>
        }>
            <Heard/>
            <Readings/>
            <Closeup/>
            <Level/>
            <TapPad/>
            <Sections/>
            <Corrections/>
            <Unasked/>
        </Show>
    }
}

/// Looks at the beats as they are now. Tracked.
fn with_grid<T: Default>(studio: Studio, look: impl FnOnce(&BeatGrid) -> T) -> T {
    studio
        .grid
        .with(|grid| grid.as_deref().map(look).unwrap_or_default())
}

/// Tempo, confidence, meter.
#[component]
fn Heard() -> impl IntoView {
    let studio: Studio = expect_context();
    let tempo = Memo::new(move |_| with_grid(studio, |grid| wording::tempo(grid.tempo_millibpm)));
    let sure = Memo::new(move |_| with_grid(studio, |grid| grid.confidence_permille));
    let facts = Memo::new(move |_| {
        with_grid(studio, |grid| {
            let bars = grid.downbeats().count();
            let doubted = |beat: &&Beat| beat.confidence_permille < DOUBTED;
            let doubtful = grid.beats.iter().filter(doubted).count();
            let doubtful = match doubtful {
                0 => String::new(),
                some => format!(" · {some} doubtful"),
            };
            format!(
                "{} · {} · {}{doubtful}",
                wording::metre(grid.beats_per_bar),
                wording::count(grid.beats.len(), "beat"),
                wording::count(bars, "bar"),
            )
        })
    });
    view! {
        <section class="part">
            <h2 class="unseen">"Beats"</h2>
            <p class="big number" id="tempo">{move || tempo.get()}</p>
            <p class="small number quiet">{move || facts.get()}</p>
            <div class="sure small">
                <span class="number">{move || format!("Confidence {}", wording::confidence(sure.get()))}</span>
                <meter min="0" max="1000" low="300" high="700" optimum="1000" aria-label="Confidence"
                    prop:value=move || f64::from(sure.get())
                ></meter>
            </div>
            <div class="group" role="group" aria-label="Hear and see the beats">
                <button
                    id="click"
                    aria-pressed=move || studio.transport.click.get().to_string()
                    title="A click on every beat while the song plays"
                    on:click=move |_| studio.transport.click.update(|on| *on = !*on)
                >{Glyph::Metronome.show()}"Click"</button>
                <button
                    id="flash"
                    aria-pressed=move || studio.transport.flash.get().to_string()
                    title="The picture's edge lights up on every beat"
                    on:click=move |_| studio.transport.flash.update(|on| *on = !*on)
                >"Flash"</button>
            </div>
        </section>
    }
}

/// How many beats, where they are, where bars begin.
#[component]
fn Level() -> impl IntoView {
    let studio: Studio = expect_context();
    let none = Memo::new(move |_| with_grid(studio, |grid| grid.beats.is_empty()));
    let meter = Memo::new(move |_| with_grid(studio, |grid| grid.beats_per_bar));
    let choose = move |event| {
        if let Ok(beats_per_bar) = event_target_value(&event).parse() {
            studio.correct("Change meter", Correction::Meter { beats_per_bar });
        }
    };
    view! {
        <section class="part">
            <h3>"Correct the beats"</h3>
            <fieldset class="bare" disabled=move || none.get()>
                <legend class="unseen">"Correct the beats"</legend>
                <div class="field">
                    <span class="label">"How many"</span>
                    <div class="group">
                        <button id="halve" title="Half as many beats" on:click=move |_| studio.correct("Half as many beats", Correction::Halve)>
                            <span aria-hidden="true">"÷ 2"</span><span class="unseen">"Half as many beats"</span>
                        </button>
                        <button id="double" title="Twice as many beats" on:click=move |_| studio.correct("Twice as many beats", Correction::Double)>
                            <span aria-hidden="true">"× 2"</span><span class="unseen">"Twice as many beats"</span>
                        </button>
                    </div>
                </div>
                <div class="field">
                    <span class="label">"Where, in ms"</span>
                    <div class="group nudges">
                        {[-10_i64, -1, 1, 10].map(|ms| {
                            let told = format!(
                                "All beats {} ms {}", ms.abs(), if ms < 0 { "earlier" } else { "later" }
                            );
                            view! {
                                <button class="number" title=told.clone() on:click=move |_| nudge(studio, ms)>
                                    <span aria-hidden="true">{if ms < 0 { format!("−{}", -ms) } else { format!("+{ms}") }}</span>
                                    <span class="unseen">{told.clone()}</span>
                                </button>
                            }
                        }).collect_view()}
                    </div>
                </div>
                <div class="field">
                    <span class="label">"Bars begin"</span>
                    <div class="group nudges">
                        <button title="One beat earlier" on:click=move |_| shift(studio, -1)>
                            "Earlier"
                        </button>
                        <button title="On the beat at the playhead" on:click=move |_| begin_here(studio)>"Here"</button>
                        <button title="One beat later" on:click=move |_| shift(studio, 1)>
                            "Later"
                        </button>
                    </div>
                </div>
                <div class="field">
                    <label for="meter">"Beats in a bar"</label>
                    <select id="meter" class="short" on:change=choose prop:value=move || meter.get().to_string()>
                        {METERS.map(|beats| view! {
                            <option value=beats.to_string() selected=move || meter.get() == beats>{beats.to_string()}</option>
                        }).collect_view()}
                        <Show when=move || !METERS.contains(&meter.get())>
                            <option value=move || meter.get().to_string() selected=true>
                                {move || if meter.get() == 0 { "unknown".to_owned() } else { meter.get().to_string() }}
                            </option>
                        </Show>
                    </select>
                </div>
            </fieldset>
        </section>
    }
}

/// Moves all beats. Nudges that follow each other are one correction.
fn nudge(studio: Studio, ms: i64) {
    let mut wished = studio
        .brief
        .with_untracked(|brief| brief.corrections.clone());
    let rate = studio
        .grid
        .with_untracked(|grid| grid.as_ref().map_or(0, |grid| grid.rate));
    let by = ms * i64::from(rate) / 1000;
    match wished.last_mut() {
        Some(Correction::Nudge { samples }) => *samples += by,
        _ => wished.push(Correction::Nudge { samples: by }),
    }
    if let Some(Correction::Nudge { samples: 0 }) = wished.last() {
        wished.pop();
    }
    correct(studio, "Nudge beats", wished);
}

/// Begins a bar on a beat. Of those that follow each other the last counts alone.
fn begin_on(studio: Studio, label: &str, beat: usize) {
    let mut wished = studio
        .brief
        .with_untracked(|brief| brief.corrections.clone());
    if let Some(Correction::Downbeat { .. }) = wished.last() {
        wished.pop();
    }
    wished.push(Correction::Downbeat { beat });
    correct(studio, label, wished);
}

/// Puts other corrections in the place of those that were made, if they can be.
pub(super) fn correct(studio: Studio, label: &str, wished: Vec<Correction>) {
    let Some(heard) = studio.song.heard() else {
        return;
    };
    match corrections::corrected(&heard, &wished) {
        Ok(_) => studio.change_brief(label, |brief| brief.corrections = wished),
        Err(error) => studio
            .notices
            .warn(format!("The beats stay as they are: {error}.")),
    }
}

/// Begins bars one beat earlier or later.
fn shift(studio: Studio, by: isize) {
    let beat = studio.grid.with_untracked(|grid| {
        let grid = grid.as_ref()?;
        let first = grid
            .beats
            .iter()
            .position(|beat| beat.position == 1)
            .unwrap_or(0);
        let bar = usize::from(grid.beats_per_bar.max(1));
        // A whole bar further on, so that there is always one earlier.
        let beat = (first + bar).checked_add_signed(by)? % bar;
        (beat < grid.beats.len()).then_some(beat)
    });
    if let Some(beat) = beat {
        let label = if by < 0 {
            "Bars one beat earlier"
        } else {
            "Bars one beat later"
        };
        begin_on(studio, label, beat);
    }
}

/// Begins a bar on the last beat that has sounded, or sounds within the frame at the playhead.
fn begin_here(studio: Studio) {
    let beat = untrack(|| {
        let at = playhead(studio)?;
        studio.grid.with(|grid| {
            let grid = grid.as_ref()?;
            // A frame begins up to its own length before the beat that is cut on.
            let frame = u64::from(grid.rate) / 24;
            grid.beats
                .partition_point(|beat| beat.at <= at + frame)
                .checked_sub(1)
        })
    });
    match beat {
        Some(beat) => begin_on(studio, "Bars begin here", beat),
        None => studio
            .notices
            .say("Move the playhead to a beat that bars are to begin on."),
    }
}

/// What was corrected so far.
#[component]
fn Corrections() -> impl IntoView {
    let studio: Studio = expect_context();
    let made = Memo::new(move |_| studio.brief.with(|brief| brief.corrections.clone()));
    let any = Memo::new(move |_| made.with(|made| !made.is_empty()));
    let own = Memo::new(move |_| studio.brief.with(|brief| !brief.settings.paces.is_empty()));
    view! {
        <section class="part">
            <h3>"Corrections"</h3>
            <Show when=move || any.get() fallback=|| view! {
                <p class="small quiet">"None: the beats are as they were heard."</p>
            }>
                <ol class="corrections small number">
                    {move || {
                        let rate = with_grid(studio, |grid| grid.rate);
                        made.get().iter().map(|one| view! { <li>{wording::correction(one, rate)}</li> }).collect_view()
                    }}
                </ol>
            </Show>
            <Show when=move || any.get() || own.get()>
                <div class="group">
                    <button
                        id="take-back"
                        disabled=move || !any.get()
                        on:click=move |_| studio.change_brief("Take back a correction", |brief| { brief.corrections.pop(); })
                    >{Glyph::Undo.show()}"Take back the last"</button>
                    <button
                        id="as-heard"
                        title="Without corrections, every section at the film's pace"
                        on:click=move |_| studio.forget_corrections()
                    >"All as heard"</button>
                </div>
            </Show>
        </section>
    }
}

/// What was decided about the song that nobody asked for.
#[component]
fn Unasked() -> impl IntoView {
    let studio: Studio = expect_context();
    let decisions = Memo::new(move |_| {
        studio.song.entry.with(|entry| {
            entry
                .as_ref()
                .map(|entry| entry.decisions.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <Show when=move || decisions.with(|decisions| !decisions.is_empty())>
            <section class="part">
                <h3>"Decided unasked"</h3>
                <ul class="told small">
                    {move || decisions.get().into_iter().map(|one| view! {
                        <li><strong>{wording::decision(one.code)}</strong>". "{wording::sentence(&one.detail)}</li>
                    }).collect_view()}
                </ul>
            </section>
        </Show>
    }
}
