//! The selected shot: what it shows, why, and what else it could show.

use std::sync::Arc;

use leptos::prelude::*;
use shared::editing::Operation;
use shared::plan::{Plan, Slot};

use super::alternates::Alternates;
use super::framing::Framing;
use super::picture::Picture;
use super::strip::Strip;
use super::substitute::Substitute;
use super::told::Numbers;
use crate::insight::{self, Finding, Tone};
use crate::page::studio::Studio;
use crate::page::studio::clips::Clip;
use crate::page::view::glyph::Glyph;
use crate::project::Depth;
use crate::{wishes, wording};

/// Nobody hears a shorter part of a second than this.
const NEAR: u32 = 50;

/// The selected slot of the plan that is shown. A handle.
#[derive(Clone, Copy)]
pub struct Selected(pub(super) Studio);

impl Selected {
    /// Looks at the slot, if one is selected. Tracked.
    pub(super) fn with<T>(self, look: impl FnOnce(&Plan, usize, &Slot) -> T) -> Option<T> {
        let index = self.0.selected.get()?;
        self.0.plan.with(|plan| {
            let plan: &Arc<Plan> = plan.as_ref()?;
            Some(look(plan, index, plan.slots.get(index)?))
        })
    }

    /// The clip that it shows. Tracked.
    pub(super) fn clip(self) -> Option<Clip> {
        let media = self.with(|_, _, slot| slot.clip.media)?;
        self.0.clips.get(usize::try_from(media).ok()?)
    }

    /// Its position, for what is done to it; 0 if none is selected.
    pub(super) fn index(self) -> usize {
        self.0.selected.get_untracked().unwrap_or(0)
    }

    /// Whether it is locked. Tracked.
    pub(super) fn is_locked(self) -> bool {
        self.with(|_, _, slot| slot.locked).unwrap_or(false)
    }
}

/// The selected shot.
#[component]
pub fn ShotPanel() -> impl IntoView {
    let studio: Studio = expect_context();
    let selected = Selected(studio);
    let any = Memo::new(move |_| selected.with(|_, _, _| ()).is_some());
    view! {
        <Show when=move || any.get() fallback=|| view! { <Nothing/> }>
            <Head selected/>
            <Strip selected/>
            <Actions selected/>
            <Alternates selected/>
            <Reasons selected/>
            <Substitute selected/>
            <Framing selected/>
        </Show>
    }
}

/// What is shown while nothing is selected.
#[component]
fn Nothing() -> impl IntoView {
    let studio: Studio = expect_context();
    let planned = Memo::new(move |_| studio.plan.with(Option::is_some));
    let first = move |_| {
        studio.selected.set(Some(0));
    };
    view! {
        <section class="part hollow">
            <h2>"No shot selected"</h2>
            <Show
                when=move || planned.get()
                fallback=|| view! {
                    <p class="quiet small">"Once there is a film, choose a shot in the timeline to see what it shows and why, and to change it."</p>
                }
            >
                <p class="quiet small">"Choose a shot in the timeline to see what it shows and why, and to change it."</p>
                <button on:click=first>"Select the first shot"</button>
            </Show>
        </section>
        <Show when=move || planned.get()>
            <section class="part"><h3>"The film"</h3><Numbers/></section>
        </Show>
    }
}

/// Number, name, picture and place.
#[component]
fn Head(selected: Selected) -> impl IntoView {
    let studio = selected.0;
    let number = Memo::new(move |_| {
        selected.with(|plan, index, _| format!("Shot {} of {}", index + 1, plan.slots.len()))
    });
    let name = Memo::new(move |_| {
        selected.with(|plan, _, slot| {
            let media = usize::try_from(slot.clip.media).ok();
            let media = media.and_then(|media| plan.media.get(media));
            media.map_or_else(String::new, |media| media.path.name().to_owned())
        })
    });
    let of = move || selected.with(|_, _, slot| (slot.clip.media, slot.clip.source_start));
    let place = Memo::new(move |_| {
        studio.grid.with(|grid| {
            let grid = grid.as_ref()?;
            selected.with(|plan, _, slot| {
                let at = insight::first_sample(plan, slot, grid);
                // The film may open an instant before the first beat.
                let near = u64::from(grid.rate / NEAR);
                let section = grid
                    .sections
                    .iter()
                    .find(|section| (section.start..section.end).contains(&at));
                let parts = [
                    wording::bar_and_beat(grid, at + near),
                    section.map(|section| wording::section(section.label).to_owned()),
                ];
                let parts: Vec<_> = parts.into_iter().flatten().collect();
                (wording::clock(at, grid.rate), parts.join(" · "))
            })
        })
    });
    let cut = Memo::new(move |_| {
        selected.with(|_, _, slot| {
            slot.cut
                .map_or("off the beat", |cut| wording::cut_on(cut.on))
        })
    });
    let length = Memo::new(move |_| {
        selected.with(|plan, _, slot| {
            let us = wording::frames_us(slot.record_duration.into(), plan.output.rate);
            let beats = studio.grid.with(|grid| {
                let grid = grid.as_ref()?;
                let from = insight::first_sample(plan, slot, grid);
                let until = plan.slots.get(selected.0.selected.get()? + 1).map_or_else(
                    || insight::sample_at(plan, slot.record_end(), grid),
                    |next| insight::first_sample(plan, next, grid),
                );
                wording::beats_between(grid, from, until)
            });
            let frames = wording::count(slot.record_duration.try_into().unwrap_or(0), "frame");
            let beats = beats.map_or_else(String::new, |beats| format!(" · {beats}"));
            format!("{}{beats} · {frames}", wording::seconds(us))
        })
    });
    let score = Memo::new(move |_| selected.with(|_, _, slot| wording::score(&slot.clip)));
    view! {
        <section class="part head">
            <Picture of=Signal::derive(of)/>
            <div class="stack tight">
                <span class="row apart">
                    <span class="quiet small number">{move || number.get()}</span>
                    <Show when=move || selected.is_locked()>
                        <span class="tag">{Glyph::Lock.show()}"Locked"</span>
                    </Show>
                </span>
                <h2 class="clamp" title=move || name.get()>{move || name.get()}</h2>
                <p class="small number">{move || length.get()}</p>
                <p class="small number quiet">
                    {move || place.get().map(|(clock, place)| format!("{clock} · {place}"))}
                </p>
                <p class="small quiet">
                    {move || cut.get().map(|cut| format!("Cut {cut}"))}
                    <span class="number">{move || score.get().map(|score| format!(" · {score}"))}</span>
                </p>
            </div>
        </section>
    }
}

/// What is done to the shot as a whole.
#[component]
fn Actions(selected: Selected) -> impl IntoView {
    let studio = selected.0;
    let locked = Memo::new(move |_| selected.is_locked());
    let last = Memo::new(move |_| selected.with(|plan, index, _| index + 1 >= plan.slots.len()));
    let must = Memo::new(move |_| {
        let shown = selected.with(|plan, index, _| wishes::shown_by(plan, index));
        shown
            .flatten()
            .is_some_and(|must| studio.brief.with(|brief| brief.musts.contains(&must)))
    });
    let lock = move |_| {
        let locked = !locked.get_untracked();
        studio.perform(&Operation::Lock {
            slot: selected.index(),
            locked,
        });
    };
    // At the playhead if it is inside, else in the middle.
    let split = move |_| {
        let at = untrack(|| {
            let frame = studio.transport.frame.get_untracked();
            selected.with(|_, _, slot| {
                let inside = frame > slot.record_start && frame < slot.record_end();
                let middle = slot.record_start + u64::from(slot.record_duration / 2);
                if inside { frame } else { middle }
            })
        });
        if let Some(at) = at {
            studio.split_at(at);
        }
    };
    view! {
        <section class="part">
            <div class="actions" role="group" aria-label="Change the shot">
                <button
                    id="another"
                    disabled=move || locked.get()
                    title="Another choice of the planner"
                    on:click=move |_| studio.reroll(selected.index())
                >{Glyph::Dice.show()}"Another"</button>
                <button id="lock" aria-pressed=move || locked.get().to_string() on:click=lock
                    title="A new plan keeps a locked shot as it is"
                >
                    {move || if locked.get() { Glyph::Lock.show() } else { Glyph::Unlock.show() }}
                    "Lock"
                </button>
                <button
                    id="ban"
                    disabled=move || locked.get()
                    title="Never show this stretch of the clip again"
                    on:click=move |_| studio.ban(selected.index())
                >{Glyph::Ban.show()}"Ban"</button>
                <button
                    id="must"
                    aria-pressed=move || must.get().to_string()
                    title="Every new plan shows this stretch of the clip"
                    on:click=move |_| studio.toggle_must(selected.index())
                >{Glyph::Eye.show()}"Must be shown"</button>
                <button
                    id="split"
                    disabled=move || locked.get()
                    title="Make two shots of it: at the playhead if that is inside, else in the middle, on the nearest beat"
                    on:click=split
                >{Glyph::Split.show()}"Split"</button>
                <button
                    id="merge"
                    disabled=move || locked.get() || last.get().unwrap_or(true)
                    title="Make one shot of this and the next"
                    on:click=move |_| studio.perform(&Operation::Merge { slot: selected.index() })
                >{Glyph::Merge.show()}"Merge"</button>
            </div>
        </section>
    }
}

/// What speaks for and against the shot.
#[component]
fn Reasons(selected: Selected) -> impl IntoView {
    let studio = selected.0;
    let found = Memo::new(move |_| {
        let entry = selected.clip()?.entry.get();
        if entry.note.is_some() && entry.depth != Depth::Inspected {
            // What stands for its footage is made up, and says nothing.
            let told = "This browser cannot show the clip, so that nobody has looked at it yet";
            return Some(vec![Finding {
                tone: Tone::Plain,
                text: told.to_owned(),
            }]);
        }
        let footage = entry.footage.clone()?;
        let grid = studio.grid.get();
        selected.with(|plan, _, slot| insight::findings(&footage, plan, slot, grid.as_deref()))
    });
    let marks = |tone| match tone {
        Tone::Good => ("good", "+", "Good: "),
        Tone::Bad => ("poor", "!", "Against it: "),
        Tone::Plain => ("plain", "·", ""),
    };
    view! {
        <section class="part">
            <h3>"Why this"</h3>
            <ul class="reasons small">
                {move || match found.get() {
                    None => view! { <li class="quiet">"Nobody has looked at this clip yet."</li> }.into_any(),
                    Some(found) => found.into_iter().map(|Finding { tone, text }| {
                        let (class, mark, word) = marks(tone);
                        view! {
                            <li class=class>
                                <span class="mark" aria-hidden="true">{mark}</span>
                                <span><span class="unseen">{word}</span>{text}</span>
                            </li>
                        }
                    }).collect_view().into_any(),
                }}
            </ul>
        </section>
    }
}
