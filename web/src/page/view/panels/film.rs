//! The film as a whole: what the plan is asked to be, and what came of it.

use leptos::prelude::*;
use shared::plan::{FRAME_SIDE, Fit, MAX_EXACT, Style};
use shared::rate::Rate;

use super::asked::{Bans, Musts, Windows};
use super::controls::{Density, Segments};
use super::framing::FITS;
use super::stretch::StretchOfSong;
use super::told::{Decisions, Numbers, Usage};
use crate::page::studio::Studio;
use crate::page::view::glyph::Glyph;
use crate::project::presets::{Shape, rate_in_words, rates};
use crate::wording;

/// Lengths of the shorter side that are offered, in pixels.
const SIDES: [u32; 4] = [720, 1080, 1440, 2160];
/// How short and how long a side may be, in pixels.
const LEAST_SIDE: u32 = *FRAME_SIDE.start();
const MOST_SIDE: u32 = *FRAME_SIDE.end();

/// The whole film.
#[component]
pub fn FilmPanel() -> impl IntoView {
    let studio: Studio = expect_context();
    let planned = Memo::new(move |_| studio.plan.with(Option::is_some));
    let refused = move || studio.planning.refused.get();
    view! {
        <Show when=move || refused().is_some()>
            <section class="part"><p class="refused small" role="alert">{move || refused()}</p></section>
        </Show>
        <Styles/>
        <Frame/>
        <StretchOfSong/>
        <Chance/>
        <Show when=move || planned.get()>
            <section class="part"><h3>"The plan"</h3><Numbers/><Usage/></section>
            <Decisions/>
        </Show>
        <Musts/>
        <Windows/>
        <Bans/>
    }
}

/// Style and density.
#[component]
fn Styles() -> impl IntoView {
    let studio: Studio = expect_context();
    let style = Memo::new(move |_| studio.brief.with(|brief| brief.settings.style));
    let density = move || studio.brief.with(|brief| brief.settings.density_permille);
    let own = Memo::new(move |_| studio.brief.with(|brief| brief.settings.paces.len()));
    let choose = move |style: Style| {
        studio.change_brief("Style", |brief| brief.settings.style = style);
    };
    view! {
        <section class="part">
            <h2 class="unseen">"Film"</h2>
            <fieldset class="styles">
                <legend>"Style"</legend>
                {Style::NAMES.iter().map(|(id, one)| {
                    let (one, (name, meaning)) = (*one, wording::style(*one));
                    view! {
                        <label class="choice">
                            <input
                                type="radio"
                                name="style"
                                value=*id
                                prop:checked=move || style.get() == one
                                on:change=move |_| choose(one)
                            />
                            <span class="stack">
                                <strong>{name}</strong>
                                <span class="small quiet">{meaning}</span>
                            </span>
                        </label>
                    }
                }).collect_view()}
            </fieldset>
        </section>
        <section class="part">
            <h3>"Density"</h3>
            <Density
                label="Cuts in the whole film"
                density=Signal::derive(density)
                choose=Callback::new(move |density| {
                    studio.change_brief("Density", |brief| brief.settings.density_permille = density);
                })
            />
            <Show when=move || { own.get() > 0 }>
                <p class="small quiet">
                    {move || format!(
                        "{} {} a pace of its own, under Beats.",
                        wording::count(own.get(), "section"),
                        if own.get() == 1 { "has" } else { "have" },
                    )}
                </p>
            </Show>
        </section>
    }
}

/// Shape, size, rate, fit.
#[component]
fn Frame() -> impl IntoView {
    let studio: Studio = expect_context();
    let size = Memo::new(move |_| studio.brief.with(|brief| (brief.width, brief.height)));
    let rate = Memo::new(move |_| studio.brief.with(|brief| brief.rate));
    let fit = Memo::new(move |_| studio.brief.with(|brief| brief.fit));
    let shape = Memo::new(move |_| {
        let (width, height) = size.get();
        Shape::of(width, height)
    });
    let side = Memo::new(move |_| {
        let (width, height) = size.get();
        width.min(height)
    });
    let set_size = move |label: &str, width: u32, height: u32| {
        studio.change_brief(label, |brief| {
            (brief.width, brief.height) = (even_side(width), even_side(height));
        });
    };
    let choose_shape = move |shape: Shape| {
        let (width, height) = scaled(shape.size(), side.get_untracked());
        set_size("Shape", width, height);
    };
    let choose_side = move |event| {
        if let Ok(side) = event_target_value(&event).parse() {
            let (width, height) = scaled(size.get_untracked(), side);
            set_size("Size", width, height);
        }
    };
    let own = move |event, wide: bool| {
        let (width, height) = size.get_untracked();
        match event_target_value(&event).parse() {
            Ok(length) if wide => set_size("Width", length, height),
            Ok(length) => set_size("Height", width, length),
            Err(_) => studio.notices.warn(format!(
                "A side is a whole number of pixels, from {LEAST_SIDE} to {MOST_SIDE}."
            )),
        }
    };
    let choose_rate = move |event| {
        if let Ok(rate) = event_target_value(&event).parse::<Rate>() {
            studio.change_brief("Frame rate", |brief| brief.rate = rate);
        }
    };
    let odd = move || !rates().any(|one| one == rate.get());
    view! {
        <section class="part">
            <fieldset>
                <legend>"Shape"</legend>
                <div class="shape-row">
                    {Shape::ALL.map(|one| view! {
                        <label class="shape">
                            <input
                                type="radio"
                                class="unseen"
                                name="shape"
                                prop:checked=move || shape.get() == Some(one)
                                on:change=move |_| choose_shape(one)
                            />
                            <span class="frame-box" aria-hidden="true"><span class=format!("frame {}", shape_class(one))></span></span>
                            <span class="small number">{one.name()}</span>
                        </label>
                    }).collect_view()}
                </div>
            </fieldset>
            <div class="field">
                <label for="side">"Size"</label>
                <select id="side" on:change=choose_side prop:value=move || side.get().to_string()>
                    {SIDES.map(|one| view! {
                        <option value=one.to_string() selected=move || side.get() == one>
                            {move || {
                                let (width, height) = scaled(size.get(), one);
                                format!("{width} × {height}")
                            }}
                        </option>
                    }).collect_view()}
                    <Show when=move || !SIDES.contains(&side.get())>
                        <option value=move || side.get().to_string() selected=true>
                            {move || format!("{} × {}", size.get().0, size.get().1)}
                        </option>
                    </Show>
                </select>
            </div>
            <div class="field">
                <span class="label" id="own-size">"Own size"</span>
                <div class="row" role="group" aria-labelledby="own-size">
                    <input type="number" class="short number" min=LEAST_SIDE max=MOST_SIDE step="2" aria-label="Width in pixels"
                        prop:value=move || size.get().0.to_string() on:change=move |event| own(event, true)/>
                    <span aria-hidden="true">"×"</span>
                    <input type="number" class="short number" min=LEAST_SIDE max=MOST_SIDE step="2" aria-label="Height in pixels"
                        prop:value=move || size.get().1.to_string() on:change=move |event| own(event, false)/>
                </div>
            </div>
            <div class="field">
                <label for="rate">"Frame rate"</label>
                <select id="rate" on:change=choose_rate prop:value=move || rate.get().to_string()>
                    {rates().map(|one| view! {
                        <option value=one.to_string() selected=move || rate.get() == one>
                            {format!("{} frames a second", rate_in_words(one))}
                        </option>
                    }).collect_view()}
                    <Show when=odd>
                        <option value=move || rate.get().to_string() selected=true>{move || rate_in_words(rate.get())}</option>
                    </Show>
                </select>
            </div>
            <Segments
                name="Clips of another shape"
                options=FITS.map(|fit| wording::fit(fit).to_owned()).to_vec()
                chosen=Signal::derive(move || FITS.iter().position(|one| *one == fit.get()))
                choose=Callback::new(move |index: usize| if let Some(fit) = FITS.get(index) {
                    studio.change_brief("Fit", |brief| brief.fit = *fit);
                })
            />
            <p class="small quiet">{move || match fit.get() {
                Fit::Crop => "The frame is filled; what stands over is cut off.",
                Fit::Pad => "The whole picture is shown; the rest is black.",
                Fit::Blur => "The whole picture is shown over a blurred, larger copy.",
            }}</p>
        </section>
    }
}

/// The seed, and planning again.
#[component]
fn Chance() -> impl IntoView {
    let studio: Studio = expect_context();
    let seed = Memo::new(move |_| studio.brief.with(|brief| brief.settings.seed));
    let busy = Memo::new(move |_| studio.planning.pending.with(Option::is_some));
    let shuffle = move |_| {
        // Small numbers are easier to tell each other.
        let drawn = js_sys::Math::random() * 10_000.0;
        let seed = u64::from(crate::page::view::paint::pixels(drawn));
        studio.change_brief("Shuffle", |brief| brief.settings.seed = seed);
    };
    let typed = move |event| match event_target_value(&event).trim().parse::<u64>() {
        Ok(seed) if seed <= MAX_EXACT => {
            studio.change_brief("Seed", |brief| brief.settings.seed = seed);
        }
        _ => studio
            .notices
            .warn(format!("A seed is a whole number from 0 to {MAX_EXACT}.")),
    };
    view! {
        <section class="part">
            <div class="field">
                <label for="seed">"Seed"</label>
                <div class="row">
                    <input id="seed" type="text" inputmode="numeric" class="short number"
                        prop:value=move || seed.get().to_string() on:change=typed/>
                    <button id="shuffle" title="Another seed: other choices of like worth" on:click=shuffle>
                        {Glyph::Dice.show()}"Shuffle"
                    </button>
                </div>
            </div>
            <p class="small quiet">"Same song, clips, settings and seed: the same film. Locked shots stay."</p>
            <div class="group">
                <Show
                    when=move || busy.get()
                    fallback=move || view! {
                        <button id="plan-again" on:click=move |_| studio.plan_anew("Plan again")>"Plan again"</button>
                    }
                >
                    <button id="stop-planning" on:click=move |_| studio.give_up_plan()>"Stop planning"</button>
                </Show>
            </div>
        </section>
    }
}

/// A size of the same shape whose shorter side is `side`, in even pixels.
fn scaled((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let shorter = u64::from(width.min(height).max(1));
    let scale = |length: u32| {
        let length = (u64::from(length) * u64::from(side) + shorter / 2) / shorter;
        u32::try_from(length).map_or(MOST_SIDE, even_side)
    };
    (scale(width), scale(height))
}

/// The nearest side that a film may have, in pixels.
fn even_side(length: u32) -> u32 {
    length.clamp(LEAST_SIDE, MOST_SIDE) & !1
}

const fn shape_class(shape: Shape) -> &'static str {
    match shape {
        Shape::Wide => "wide",
        Shape::Tall => "tall",
        Shape::Square => "square",
        Shape::Portrait => "portrait",
    }
}
