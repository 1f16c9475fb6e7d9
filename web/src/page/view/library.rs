//! Song and clips.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::html::Canvas;
use leptos::prelude::*;

use super::filmstrip;
use super::glyph::Glyph;
use super::paint::paint;
use super::panels::picture::bitmaps;
use super::wishes::Wishes;
use crate::page::studio::clips::{Clip, ClipStage};
use crate::page::studio::song::SongStage;
use crate::page::studio::{Studio, files};
use crate::project::Depth;
use crate::{facts, wording};

/// Clips that come into the list at a time; the others wait until the browser has had a turn.
const AT_A_TIME: usize = 25;

/// Song and clips.
#[component]
pub fn Library() -> impl IntoView {
    let studio: Studio = expect_context();
    let clips = Memo::new(move |_| {
        let all = studio.clips.list.get();
        all.into_iter()
            .filter(|clip| !clip.is_removed())
            .map(|clip| (clip.id, clip.media))
            .collect::<Vec<_>>()
    });
    let count = Memo::new(move |_| clips.with(Vec::len));
    // All at once would hold up the page where a project with many clips is opened.
    let next = RwSignal::new(());
    let shown = Memo::new(move |before: Option<&Vec<_>>| {
        next.track();
        let before: BTreeSet<_> = before.into_iter().flatten().copied().collect();
        let mut others = 0;
        let mut all = clips.get();
        all.retain(|clip| {
            before.contains(clip) || {
                others += 1;
                others <= AT_A_TIME
            }
        });
        all
    });
    Effect::new(move |_| {
        if shown.with(Vec::len) < count.get() {
            set_timeout(move || next.set(()), Duration::ZERO);
        }
    });
    let missing = Memo::new(move |_| {
        let clips = studio.clips.list.get();
        let gone =
            |clip: &&Clip| !clip.is_removed() && clip.stage.with(|s| *s == ClipStage::Missing);
        clips.iter().filter(gone).count() + usize::from(studio.song.is_missing())
    });
    let quick = Memo::new(move |_| {
        studio.clips.list.get().iter().any(|clip| {
            clip.stage.with(|stage| *stage == ClipStage::Ready)
                && clip
                    .entry
                    .with(|entry| !entry.removed && entry.depth == Depth::Quick)
        })
    });
    view! {
        <div class="stack">
            <h2 class="unseen">"Song and clips"</h2>
            <SongCard/>
            <div class="row apart">
                <h3>{move || wording::count(count.get(), "clip")}</h3>
                <Add/>
            </div>
            <Show when=move || { missing.get() > 0 }>
                <p class="hint small">
                    {move || match missing.get() {
                        1 => "1 file is not here any more. Drop it, or the folder that it is in, to go on with it.".to_owned(),
                        count => format!("{count} files are not here any more. Drop them, or the folder that they are in, to go on with them."),
                    }}
                </p>
            </Show>
            <Show when=move || studio.clips.busy.get() == 0 && !studio.clips.fresh().is_empty()>
                <div class="hint small row apart">
                    <span>"The plan does not know of all this footage yet."</span>
                    <button id="again" on:click=move |_| studio.plan_anew("Plan with new footage")>"Plan again"</button>
                </div>
            </Show>
            <Show when=move || studio.clips.busy.get() != 0>
                <div class="row apart small">
                    <span class="quiet">{move || format!("Looking at clips: {} to go", studio.clips.busy.get())}</span>
                    <button id="cancel-clips" class="plain" on:click=move |_| studio.give_up_clips()>"Cancel"</button>
                </div>
            </Show>
            <ul class="clips" id="clips">
                <For each=move || shown.get() key=|(id, _)| *id let((_, media))>
                    {studio.clips.get(media).map(|clip| view! { <ClipCard clip/> })}
                </For>
            </ul>
            <Show when=move || quick.get() && studio.clips.busy.get() == 0>
                <div class="stack tight">
                    <button id="closer" on:click=move |_| studio.look_closer()>"Look closer at every picture"</button>
                    <p class="quiet small">
                        "So far key frames were looked at. A closer look finds hits and shake; then plan again."
                    </p>
                </div>
            </Show>
        </div>
    }
}

/// More files.
#[component]
fn Add() -> impl IntoView {
    let studio: Studio = expect_context();
    view! {
        <label class="button">
            {Glyph::Plus.show()}"Add"
            <input
                id="more"
                class="unseen"
                type="file"
                multiple
                accept=files::KINDS
                aria-label="Add song, clips, a plan or an analysis"
                on:change=move |event| studio.take(files::chosen(&event))
            />
        </label>
    }
}

/// The song.
#[component]
fn SongCard() -> impl IntoView {
    let studio: Studio = expect_context();
    let desk = studio.song;
    view! {
        <div class="card" id="song">
            {move || match desk.stage.get() {
                SongStage::Decoding { name } => view! {
                    <Busy title=format!("Decoding {name}") done=None cancel=move || studio.give_up_song()/>
                }.into_any(),
                SongStage::Listening { name } => view! {
                    <Busy title=format!("Listening to {name}") done=Some(desk.done) cancel=move || studio.give_up_song()/>
                }.into_any(),
                SongStage::Failed { name, message } => view! {
                    <div role="alert">
                        <h3 class="bad">{format!("No beats from “{name}”")}</h3>
                        <p class="small" id="failure">{message}</p>
                    </div>
                }.into_any(),
                SongStage::Idle => match desk.entry.get() {
                    Some(entry) => view! {
                        <div class="row">
                            <span class="badge">{Glyph::Note.show()}</span>
                            <div class="stack tight grow">
                                <strong class="clamp">{entry.media.path.name().to_owned()}</strong>
                                <span class="quiet small number">
                                    {move || studio.grid.with(|grid| grid.as_ref().map(|grid| {
                                        format!(
                                            "{} · {} · {}",
                                            wording::clock(grid.duration, grid.rate),
                                            wording::tempo(grid.tempo_millibpm),
                                            wording::confidence(grid.confidence_permille),
                                        )
                                    }))}
                                </span>
                            </div>
                            {desk.is_missing().then(|| view! { <span class="tag warn">"File not here"</span> })}
                        </div>
                    }.into_any(),
                    None => view! {
                        <div class="row">
                            <span class="badge">{Glyph::Note.show()}</span>
                            <div class="stack tight grow">
                                <p class="small quiet">"No song yet. Drop one, or add it below."</p>
                                <FromClip/>
                            </div>
                        </div>
                    }.into_any(),
                },
            }}
        </div>
    }
}

/// The sound of a clip as the song.
#[component]
fn FromClip() -> impl IntoView {
    let studio: Studio = expect_context();
    let names = Memo::new(move |_| {
        let clips = studio.clips.list.get();
        let here = clips
            .into_iter()
            .filter(|clip| !clip.is_removed() && clip.file.with(Option::is_some));
        here.map(|clip| {
            (
                clip.media,
                clip.entry.with(|entry| entry.media.path.name().to_owned()),
            )
        })
        .collect::<Vec<_>>()
    });
    let chosen = move |event| {
        let media = event_target_value(&event).parse().ok();
        let clip = media.and_then(|media| studio.clips.get(media));
        if let Some(clip) = clip
            && let Some(file) = clip.file.get_untracked()
        {
            let path = clip
                .entry
                .with_untracked(|entry| entry.media.path.as_text().to_owned());
            studio.open_song(files::Dropped { file, path });
        }
    };
    view! {
        <Show when=move || names.with(|names| !names.is_empty())>
            <select class="small" aria-label="Use the sound of a clip as the song" on:change=chosen>
                <option value="">"or use the sound of …"</option>
                {move || names.get().into_iter().map(|(media, name)| view! {
                    <option value=media.to_string()>{name}</option>
                }).collect_view()}
            </select>
        </Show>
    }
}

/// Work that goes on.
#[component]
fn Busy(title: String, done: Option<RwSignal<f64>>, cancel: impl Fn() + 'static) -> impl IntoView {
    view! {
        <div class="stack tight">
            <div class="row apart">
                <strong class="clamp small">{title}</strong>
                <button id="cancel" class="plain" on:click=move |_| cancel()>"Cancel"</button>
            </div>
            {match done {
                Some(done) => view! {
                    <progress aria-label="Progress" max="1" prop:value=move || done.get()></progress>
                }.into_any(),
                None => view! { <progress aria-label="Progress"></progress> }.into_any(),
            }}
        </div>
    }
}

/// One clip.
#[component]
fn ClipCard(clip: Clip) -> impl IntoView {
    let studio: Studio = expect_context();
    let name = Memo::new(move |_| clip.entry.with(|entry| entry.media.path.name().to_owned()));
    let facts = Memo::new(move |_| clip.entry.with(|entry| facts::of_clip(&entry.media)));
    let uses = Memo::new(move |_| {
        studio.plan.with(|plan| {
            plan.as_ref().map_or(0, |plan| {
                let own = |media: u32| usize::try_from(media) == Ok(clip.media);
                plan.slots
                    .iter()
                    .filter(|slot| own(slot.clip.media))
                    .count()
            })
        })
    });
    let reasons = Memo::new(move |_| {
        clip.entry.with(|entry| {
            entry
                .footage
                .as_ref()
                .map(|footage| facts::rejected(footage))
                .unwrap_or_default()
        })
    });
    view! {
        <li class="clip card" data-state=move || clip.stage.with(state_name)>
            <Strip clip/>
            <div class="row">
                <div class="stack tight grow">
                    <span class="clamp small" title=move || name.get()><strong>{move || name.get()}</strong></span>
                    <span class="quiet small number clamp">{move || facts.get()}</span>
                </div>
                <Show when=move || { uses.get() > 0 }>
                    <span class="tag" title="Shots of the film that show it">{move || format!("× {}", uses.get())}</span>
                </Show>
                <button
                    class="plain icon"
                    aria-label=move || format!("Take out {}", name.get())
                    title="Take out of the film"
                    on:click=move |_| studio.remove_clip(clip)
                >{Glyph::Cross.show()}</button>
            </div>
            {move || match clip.stage.get() {
                ClipStage::Looking => view! {
                    <progress aria-label=format!("Looking at {}", name.get()) max="1" prop:value=move || clip.done.get()></progress>
                }.into_any(),
                ClipStage::Waiting => view! { <p class="quiet small">"Waits for its turn"</p> }.into_any(),
                ClipStage::Failed(reason) => view! { <p class="bad small">{reason}</p> }.into_any(),
                ClipStage::Missing => view! { <p class="hint small">"The file is not here. Drop it to go on with it."</p> }.into_any(),
                ClipStage::Unseen => view! {
                    <p class="hint small">
                        {clip.entry.with(|entry| entry.note.clone())}
                        {clip.entry.with(|entry| entry.depth != Depth::Inspected).then_some(
                            " It takes part unseen, and is rendered as usual."
                        )}
                    </p>
                }.into_any(),
                ClipStage::Ready => {
                    let reasons = reasons.get();
                    (!reasons.is_empty()).then(|| view! { <p class="quiet small">{reasons}</p> }).into_any()
                }
            }}
            <Wishes clip/>
        </li>
    }
}

const fn state_name(stage: &ClipStage) -> &'static str {
    match stage {
        ClipStage::Waiting => "waiting",
        ClipStage::Looking => "looking",
        ClipStage::Ready => "ready",
        ClipStage::Unseen => "unseen",
        ClipStage::Failed(_) => "failed",
        ClipStage::Missing => "missing",
    }
}

/// A clip's pictures over its length, with what is left out and what is worth a beat.
#[component]
fn Strip(clip: Clip) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    paint(canvas, move || {
        let pictures = bitmaps(Some(clip));
        let footage = clip.entry.with(|entry| entry.footage.clone());
        let length = clip.entry.with(|entry| entry.media.duration_us);
        Box::new(move |sheet| {
            let whole = footage.as_ref().map_or((0, length.unwrap_or(0)), |seen| {
                (seen.start_us, seen.end_us)
            });
            let marked = footage.as_ref().map(|seen| seen.marked());
            let marked = marked.unwrap_or_default();
            filmstrip::draw(sheet, whole, &pictures, footage.as_deref(), &marked);
        })
    });
    let told = Memo::new(move |_| {
        clip.entry.with(|entry| {
            entry.footage.as_ref().map_or_else(
                || "Not looked at yet".to_owned(),
                |footage| facts::of_footage(footage),
            )
        })
    });
    view! { <canvas class="strip" node_ref=canvas role="img" aria-label=move || told.get() title=move || told.get()></canvas> }
}
