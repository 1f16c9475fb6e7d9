//! The whole clip as a strip, with a window over the part that is shown. Moving the window slips the
//! shot.

mod draw;
mod mover;
mod scale;
mod sight;
mod words;

use leptos::html::Canvas;
use leptos::prelude::*;
use planner_wasm::footage::Marked;

use self::draw::draw;
use self::mover::Mover;
use self::scale::Stretch;
use self::sight::Sight;
use self::words::reason;
use super::picture::bitmaps;
use super::shot::Selected;
use crate::page::view::paint::paint;
use crate::wording;

/// The strip.
#[component]
pub fn Strip(
    /// The slot.
    selected: Selected,
) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let sight = Sight::of(selected);
    let mover = Mover::new(selected, sight, canvas);
    paint(canvas, move || {
        let pictures = bitmaps(selected.clip());
        let (stretch, by) = (sight.stretch.get(), mover.by.get());
        let (footage, marked, uses) = (sight.footage.get(), sight.marked.get(), sight.uses.get());
        Box::new(move |sheet| {
            if let Some(stretch) = stretch {
                let footage = footage.as_ref().map(|seen| &*seen.0);
                draw(sheet, stretch, by, &pictures, footage, &marked, &uses);
            }
        })
    });
    let told = move || {
        sight.stretch.get().map(|stretch| {
            let (from, until) = stretch.moved(mover.by.get());
            wording::range(from, until)
        })
    };
    let milliseconds = move |pick: fn(Stretch, i64) -> u64| {
        let stretch = sight.stretch.get();
        stretch
            .map_or(0, |stretch| pick(stretch, mover.by.get()) / 1000)
            .to_string()
    };
    view! {
        <section class="part">
            <div class="row apart small">
                <h3 id="strip-name">"In the clip"</h3>
                <span class="number">{told}</span>
            </div>
            <canvas
                node_ref=canvas
                class="clip-strip"
                class:locked=move || sight.locked.get()
                role="slider"
                tabindex="0"
                aria-labelledby="strip-name"
                aria-describedby="strip-hint"
                aria-disabled=move || sight.locked.get().to_string()
                aria-valuemin=move || milliseconds(|stretch, _| stretch.whole.0)
                aria-valuemax=move || milliseconds(|stretch, _| stretch.moved(stretch.clamp(i64::MAX / 2)).0)
                aria-valuenow=move || milliseconds(|stretch, by| stretch.moved(by).0)
                aria-valuetext=told
                on:pointerdown=move |event| mover.pressed(&event)
                on:pointermove=move |event| mover.moved(&event)
                on:pointerup=move |_| mover.let_go()
                on:pointercancel=move |_| mover.give_up()
                on:pointerleave=move |_| mover.hint.set(None)
                on:keydown=move |event| mover.keyed(&event)
                on:keyup=move |_| mover.let_go()
                on:blur=move |_| mover.let_go()
            ></canvas>
            <p class="small quiet hint-line" id="strip-hint">
                {move || mover.hint.get().unwrap_or_else(|| sight.told())}
            </p>
            <LeftOut marked=sight.marked/>
        </section>
    }
}

/// What is left out of the clip, with reasons.
#[component]
fn LeftOut(marked: Memo<Vec<Marked>>) -> impl IntoView {
    let count = Memo::new(move |_| marked.with(Vec::len));
    view! {
        <Show when=move || { count.get() > 0 }>
            <details>
                <summary class="small">{move || format!("{} left out or used last", wording::count(count.get(), "part"))}</summary>
                <ul class="small number">
                    {move || marked.get().into_iter().map(|one| view! {
                        <li>{wording::range(one.start_us, one.end_us)}" "<span class="quiet">{reason(&one)}</span></li>
                    }).collect_view()}
                </ul>
            </details>
        </Show>
    }
}
