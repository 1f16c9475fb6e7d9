//! The song's sections, each with its own pace.

use leptos::prelude::*;
use shared::music::Section;

use super::controls::Density;
use super::place::hear;
use crate::pacing::{own_density, set_density};
use crate::page::studio::Studio;
use crate::page::view::glyph::Glyph;
use crate::wording;

/// One row a section.
#[component]
pub fn Sections() -> impl IntoView {
    let studio: Studio = expect_context();
    let sections = Memo::new(move |_| {
        studio.grid.with(|grid| {
            grid.as_ref()
                .map(|grid| (grid.rate, grid.sections.clone()))
                .unwrap_or_default()
        })
    });
    view! {
        <section class="part">
            <h3>"Pace of each section"</h3>
            <Show
                when=move || sections.with(|(_, sections)| !sections.is_empty())
                fallback=|| view! { <p class="small quiet">"No sections were heard in this song."</p> }
            >
                <ul class="sections">
                    <For
                        each=move || {
                            let (rate, sections) = sections.get();
                            sections.into_iter().map(move |section| (rate, section)).collect::<Vec<_>>()
                        }
                        key=|(rate, section)| (*rate, section.start, section.end, section.label.as_str(), section.energy_permille)
                        let((rate, section))
                    >
                        <Row rate section/>
                    </For>
                </ul>
            </Show>
        </section>
    }
}

#[component]
fn Row(rate: u32, section: Section) -> impl IntoView {
    let studio: Studio = expect_context();
    let Section {
        start,
        end,
        label,
        energy_permille,
    } = section;
    let name = wording::section(label);
    let when = format!(
        "{} – {}",
        wording::clock(start, rate),
        wording::clock(end, rate)
    );
    let own = Memo::new(move |_| {
        studio
            .brief
            .with(|brief| own_density(&brief.settings, start, end))
    });
    let density = move || {
        own.get()
            .unwrap_or_else(|| studio.brief.with(|brief| brief.settings.density_permille))
    };
    let set = move |wished: Option<u16>| {
        let label = format!(
            "Pace of the {} at {}",
            name.to_lowercase(),
            wording::clock(start, rate)
        );
        studio.change_brief(&label, |brief| {
            set_density(&mut brief.settings, start, end, wished);
        });
    };
    let told = format!(
        "Cuts in the {} at {}",
        name.to_lowercase(),
        wording::clock(start, rate)
    );
    let loop_told = format!(
        "Hear the {} at {} again and again",
        name.to_lowercase(),
        wording::clock(start, rate)
    );
    let energy = format!("Energy {}", wording::percent(energy_permille.into()));
    view! {
        <li class="section-row">
            <div class="row apart">
                <span class="row">
                    <strong class="small">{name}</strong>
                    <span class="small quiet number">{when}</span>
                </span>
                <span class="row">
                    <Show when=move || own.get().is_some()>
                        <button class="plain small-button" on:click=move |_| set(None)>"As the film"</button>
                    </Show>
                    <button
                        class="plain icon"
                        title=loop_told.clone()
                        aria-label=loop_told.clone()
                        on:click=move |_| hear(studio, start, end)
                    >{Glyph::Loop.show()}</button>
                </span>
            </div>
            <div class="energy" title=energy.clone()>
                <span class="unseen">{energy.clone()}</span>
                <span class="level" style:width=format!("{}%", energy_permille / 10)></span>
            </div>
            <Density label=told density=Signal::derive(density)
                borrowed=Signal::derive(move || own.get().is_none()) choose=Callback::new(move |density| set(Some(density)))/>
        </li>
    }
}
