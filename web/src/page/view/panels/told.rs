//! A plan in numbers and sentences.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::insight;
use crate::page::studio::Studio;
use crate::wording::{self, sentence};

fn numbers(studio: Studio) -> Memo<Option<insight::Numbers>> {
    Memo::new(move |_| {
        studio
            .plan
            .with(|plan| plan.as_deref().map(insight::numbers))
    })
}

/// The plan in numbers.
#[component]
pub fn Numbers() -> impl IntoView {
    let studio: Studio = expect_context();
    let numbers = numbers(studio);
    let rows = move || {
        let numbers = numbers.get()?;
        let (shortest, mean, longest) = numbers.shot_us;
        let used = numbers.clips.iter().filter(|(uses, _)| *uses > 0).count();
        let unused = studio.clips.list.with(|list| {
            let there = list.iter().filter(|clip| !clip.is_removed()).count();
            there.saturating_sub(used)
        });
        let seconds = numbers.length_us;
        Some([
            (
                "Length",
                format!(
                    "{} · {}",
                    wording::instant(seconds),
                    wording::count(numbers.shots, "shot")
                ),
            ),
            (
                "A shot",
                format!(
                    "{} in the mean, {} to {}",
                    wording::seconds(mean),
                    wording::seconds(shortest),
                    wording::seconds(longest)
                ),
            ),
            (
                "On downbeats",
                format!("{} of {} cuts", numbers.on_downbeats, numbers.shots),
            ),
            (
                "Clips",
                if unused == 0 {
                    format!("all {used} used")
                } else {
                    format!("{used} used, {unused} not")
                },
            ),
            (
                "Locked",
                if numbers.locked == 0 {
                    "none".to_owned()
                } else {
                    wording::count(numbers.locked, "shot")
                },
            ),
        ])
    };
    view! {
        <dl class="facts small">
            {move || rows().into_iter().flatten().map(|(term, told)| view! {
                <div><dt class="quiet">{term}</dt><dd class="number">{told}</dd></div>
            }).collect_view()}
        </dl>
    }
}

/// How much of each clip is used.
#[component]
pub fn Usage() -> impl IntoView {
    let studio: Studio = expect_context();
    let numbers = numbers(studio);
    let rows = move || {
        let numbers = numbers
            .get()
            .map(|numbers| numbers.clips)
            .unwrap_or_default();
        let mut rows: Vec<_> = studio
            .clips
            .list
            .get()
            .into_iter()
            .filter(|clip| !clip.is_removed())
            .map(|clip| {
                let (uses, us) = numbers.get(clip.media).copied().unwrap_or_default();
                let (name, length) = clip.entry.with(|entry| {
                    let footage = entry
                        .footage
                        .as_ref()
                        .map(|footage| footage.end_us - footage.start_us);
                    let name = entry.media.path.name().to_owned();
                    (name, entry.media.duration_us.or(footage).unwrap_or(0))
                });
                let permille = us.saturating_mul(1000) / length.max(1);
                (
                    u32::try_from(permille).unwrap_or(1000).min(1000),
                    uses,
                    us,
                    name,
                )
            })
            .collect();
        rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.3.cmp(&other.3)));
        rows
    };
    let unused = move || {
        let names: Vec<_> = rows()
            .into_iter()
            .filter(|(_, uses, ..)| *uses == 0)
            .map(|(.., name)| name)
            .collect();
        (!names.is_empty()).then(|| format!("Not used: {}", names.join(", ")))
    };
    view! {
        <details>
            <summary class="small">"How much of each clip is used"</summary>
            <ul class="usage small">
                {move || rows().into_iter().filter(|(_, uses, ..)| *uses > 0).map(|(permille, uses, us, name)| view! {
                    <li>
                        <span class="clamp" title=name.clone()>{name.clone()}</span>
                        <span class="number quiet">
                            {format!("{} · {} · {}", wording::percent(permille), wording::seconds(us), wording::count(uses, "shot"))}
                        </span>
                        <span class="gauge" aria-hidden="true"><span style:width=format!("{}%", permille.div_ceil(10))></span></span>
                    </li>
                }).collect_view()}
                <li class="quiet">{unused}</li>
            </ul>
        </details>
    }
}

/// What the planner decided unasked, grouped by kind.
#[component]
pub fn Decisions() -> impl IntoView {
    let studio: Studio = expect_context();
    let groups = Memo::new(move |_| {
        let mut groups: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        studio.plan.with(|plan| {
            for one in plan.iter().flat_map(|plan| &plan.decisions) {
                let told = match &one.subject {
                    Some(subject) => format!("{subject}: {}", sentence(&one.detail)),
                    None => sentence(&one.detail),
                };
                groups
                    .entry(wording::decision(one.code))
                    .or_default()
                    .push(told);
            }
        });
        groups.into_iter().collect::<Vec<_>>()
    });
    view! {
        <section class="part">
            <h3>"Decided unasked"</h3>
            <Show
                when=move || groups.with(|groups| !groups.is_empty())
                fallback=|| view! { <p class="small quiet">"Nothing: the footage was enough for what was asked."</p> }
            >
                {move || groups.get().into_iter().map(|(kind, told)| view! {
                    <details>
                        <summary class="small">
                            {kind}" "<span class="tag number">{told.len()}</span>
                        </summary>
                        <ul class="told small">
                            {told.into_iter().map(|told| view! { <li>{told}</li> }).collect_view()}
                        </ul>
                    </details>
                }).collect_view()}
            </Show>
        </section>
    }
}
