//! What is set in several panels: one of a few, more or less.

use leptos::prelude::*;

use crate::pacing::{NOTCHES, density_at, notch_of};
use crate::wording;

/// One of a few, side by side: radio buttons that look like one.
#[component]
pub fn Segments(
    /// What is chosen, in words; also makes the group's name in the document.
    name: &'static str,
    /// The choices in words.
    options: Vec<String>,
    /// Which is chosen, counting from 0.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Whether nothing can be chosen now.
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// Told the choice.
    choose: Callback<usize>,
) -> impl IntoView {
    let group = name.to_lowercase().replace(' ', "-");
    view! {
        <fieldset disabled=move || disabled.get()>
            <legend>{name}</legend>
            <div class="segment-row">
                {(0..).zip(options).map(|(index, option)| view! {
                    <label>
                        <input
                            type="radio"
                            class="unseen"
                            name=group.clone()
                            prop:checked=move || chosen.get() == Some(index)
                            on:change=move |_| choose.run(index)
                        />
                        <span>{option}</span>
                    </label>
                }).collect_view()}
            </div>
        </fieldset>
    }
}

/// More or fewer cuts, by octaves. What it is set to is told while it moves, and taken when it is let
/// go, so that the history has one step.
#[component]
pub fn Density(
    /// Its name for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// The density in thousandths.
    #[prop(into)]
    density: Signal<u16>,
    /// Whether that is the whole film's, and only shown here until it is changed.
    #[prop(into, optional)]
    borrowed: Signal<bool>,
    /// Told the new density.
    choose: Callback<u16>,
) -> impl IntoView {
    let moving = RwSignal::new(None::<i32>);
    let told = move || match moving.get() {
        Some(notch) => wording::density(density_at(notch)),
        None if borrowed.get() => "as the film".to_owned(),
        None => wording::density(density.get()),
    };
    let notch = move |event: &web_sys::Event| event_target_value(event).parse().unwrap_or(0);
    view! {
        <span class="density">
            <input
                type="range"
                min=-NOTCHES
                max=NOTCHES
                step="1"
                aria-label=move || label.get()
                aria-valuetext=told
                prop:value=move || notch_of(density.get()).to_string()
                on:input=move |event| moving.set(Some(notch(&event)))
                on:change=move |event| {
                    let notch = notch(&event);
                    moving.set(None);
                    choose.run(density_at(notch));
                }
            />
            <span class="ends small quiet" aria-hidden="true">
                <span>"fewer"</span><span class="number told-now">{told}</span><span>"more cuts"</span>
            </span>
        </span>
    }
}
