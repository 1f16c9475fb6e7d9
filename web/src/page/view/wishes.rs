//! What is asked of one clip, on its card.

use leptos::ev::Event;
use leptos::html::Details;
use leptos::prelude::*;

use crate::page::studio::Studio;
use crate::page::studio::clips::{Clip, ClipStage};
use crate::{wishes, wording};

/// What is asked of a clip in a few words, and behind it what may be asked. Of a clip that cannot be
/// used nothing is.
#[component]
pub fn Wishes(
    /// The clip.
    clip: Clip,
) -> impl IntoView {
    let studio: Studio = expect_context();
    let name = Memo::new(move |_| clip.entry.with(|entry| entry.media.path.name().to_owned()));
    let told = Memo::new(move |_| {
        let grid = studio.grid.get();
        studio
            .brief
            .with(|brief| wishes::told(brief, clip.media, grid.as_deref()))
    });
    let usable = Memo::new(move |_| {
        clip.stage
            .with(|stage| !matches!(stage, ClipStage::Failed(_)))
    });
    // Most cards stay closed; what is behind them is made when it is asked for.
    let open = RwSignal::new(false);
    let details = NodeRef::<Details>::new();
    let turned = move |_| open.set(details.get_untracked().is_some_and(|one| one.open()));
    view! {
        <Show when=move || usable.get()>
            <details class="wishes small" node_ref=details on:toggle=turned>
                <summary class:quiet=move || told.with(Option::is_none)>
                    <span class="unseen">{move || format!("Wishes for {}", name.get())}</span>
                    {move || told.get().map(|_| view! { <span class="unseen">": "</span> })}
                    <span aria-hidden=move || told.with(Option::is_none).then_some("true")>
                        {move || told.get().unwrap_or_else(|| "Wishes".to_owned())}
                    </span>
                </summary>
                <Show when=move || open.get()>
                    <div class="stack tight">
                        <Gladly clip name/>
                        <Where clip name/>
                        <MustBeShown clip name/>
                    </div>
                </Show>
            </details>
        </Show>
    }
}

/// How gladly it is shown.
#[component]
fn Gladly(clip: Clip, name: Memo<String>) -> impl IntoView {
    let studio: Studio = expect_context();
    let weight = Memo::new(move |_| studio.brief.with(|brief| wishes::weight(brief, clip.media)));
    let odd = move || wishes::WEIGHTS.iter().all(|(one, _)| *one != weight.get());
    let choose = move |event: Event| {
        if let Ok(weight) = event_target_value(&event).parse() {
            let label = format!("How gladly {} is shown", name.get_untracked());
            studio.change_brief(&label, |brief| {
                wishes::set_weight(brief, clip.media, weight);
            });
        }
    };
    view! {
        <label class="field">
            <span class="label">"How gladly"</span>
            <select
                name="gladly"
                aria-label=move || format!("How gladly {} is shown", name.get())
                prop:value=move || weight.get().to_string()
                on:change=choose
            >
                {wishes::WEIGHTS.map(|(one, called)| view! {
                    <option value=one.to_string() selected=move || weight.get() == one>{called}</option>
                }).collect_view()}
                <Show when=odd>
                    <option value=move || weight.get().to_string() selected=true>{move || wishes::gladly(weight.get())}</option>
                </Show>
            </select>
        </label>
    }
}

/// Where in the song it is shown.
#[component]
fn Where(clip: Clip, name: Memo<String>) -> impl IntoView {
    let studio: Studio = expect_context();
    let sections = Memo::new(move |_| {
        let grid = studio.grid.get();
        let sections = grid.iter().flat_map(|grid| {
            grid.sections.iter().map(|section| {
                let from = wording::clock(section.start, grid.rate);
                let until = wording::clock(section.end, grid.rate);
                let told = format!("{}, {from} – {until}", wording::section(section.label));
                ((section.start, section.end), told)
            })
        });
        sections.collect::<Vec<_>>()
    });
    let parts = Memo::new(move |_| {
        studio
            .brief
            .with(|brief| wishes::parts(brief, clip.media).collect::<Vec<_>>())
    });
    let is = move |part: (u64, u64)| parts.with(|parts| *parts == [part]);
    // Asked for elsewhere, or of a song that was heard in another way.
    let odd = move || {
        let known = sections.with(|sections| sections.iter().any(|(part, _)| is(*part)));
        (!known)
            .then(|| parts.get())
            .filter(|parts| !parts.is_empty())
    };
    let told = move |parts: Vec<(u64, u64)>| match parts.as_slice() {
        [(start, end)] => studio
            .grid
            .with(|grid| wishes::part_of_song(grid.as_deref(), *start, *end)),
        parts => wording::count(parts.len(), "part"),
    };
    let choose = move |event: Event| {
        let chosen = event_target_value(&event);
        let part = sections.with_untracked(|sections| {
            let mut sections = sections.iter().map(|(part, _)| *part);
            sections.find(|part| value(*part) == chosen)
        });
        if part.is_some() || chosen.is_empty() {
            let label = format!("Where in the song {} is shown", name.get_untracked());
            studio.change_brief(&label, |brief| wishes::set_part(brief, clip.media, part));
        }
    };
    view! {
        <label class="field">
            <span class="label">"Where"</span>
            <select
                name="where"
                aria-label=move || format!("Where in the song {} is shown", name.get())
                on:change=choose
            >
                <option value="" prop:selected=move || parts.with(Vec::is_empty)>"Anywhere in the song"</option>
                {move || sections.get().into_iter().map(|(part, told)| view! {
                    <option value=value(part) prop:selected=move || is(part)>{told}</option>
                }).collect_view()}
                {move || odd().map(|parts| view! { <option value="odd" prop:selected=true>{told(parts)}</option> })}
            </select>
        </label>
    }
}

/// A part of the song, as a choice is called in the document.
fn value((start, end): (u64, u64)) -> String {
    format!("{start}-{end}")
}

/// Whether any of it must be shown.
#[component]
fn MustBeShown(clip: Clip, name: Memo<String>) -> impl IntoView {
    let studio: Studio = expect_context();
    let must = Memo::new(move |_| {
        studio
            .brief
            .with(|brief| wishes::must_be_shown(brief, clip.media))
    });
    let choose = move |event: Event| {
        let asked = event_target_checked(&event);
        let word = if asked { "Must" } else { "Need not" };
        let label = format!("{word} be shown: {}", name.get_untracked());
        studio.change_brief(&label, |brief| {
            wishes::set_must_be_shown(brief, clip.media, asked);
        });
    };
    view! {
        <label class="row check">
            <input
                type="checkbox"
                name="must"
                aria-label=move || format!("Must be shown: {}", name.get())
                prop:checked=move || must.get()
                on:change=choose
            />
            "Must be shown"
        </label>
    }
}
