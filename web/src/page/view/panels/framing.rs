//! How the picture is fitted, which part a crop keeps, how fast the clip runs.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Canvas;
use leptos::prelude::*;
use shared::editing::Operation;
use shared::plan::{Fit, Focus, Speed};

use super::controls::Segments;
use super::picture::nearest;
use super::shot::Selected;
use crate::page::view::paint::{number, paint};
use crate::speed::{PRESETS, read};
use crate::wording;

/// The ways to fit, after "as the film".
pub(super) const FITS: [Fit; 3] = [Fit::Crop, Fit::Pad, Fit::Blur];

/// Fit, focus and speed.
#[component]
pub fn Framing(
    /// The slot.
    selected: Selected,
) -> impl IntoView {
    let studio = selected.0;
    let locked = Memo::new(move |_| selected.is_locked());
    let fit = Memo::new(move |_| {
        selected.with(|_, _, slot| match slot.fit {
            None => 0,
            Some(fit) => FITS.iter().position(|one| *one == fit).unwrap_or(0) + 1,
        })
    });
    let cropped = Memo::new(move |_| {
        selected
            .with(|plan, _, slot| slot.fit.unwrap_or(plan.output.fit) == Fit::Crop)
            .unwrap_or(false)
    });
    let speed = Memo::new(move |_| selected.with(|_, _, slot| slot.clip.speed));
    let preset = move || {
        let speed = speed.get()?;
        presets().position(|preset| preset == speed)
    };
    let set_speed = move |speed: Speed| {
        studio.perform(&Operation::SetSpeed {
            slot: selected.index(),
            speed,
        });
    };
    let options = std::iter::once("As the film".to_owned())
        .chain(FITS.map(|fit| wording::fit(fit).to_owned()));
    view! {
        <section class="part">
            <Segments
                name="Fit"
                options=options.collect()
                chosen=Signal::derive(move || fit.get())
                disabled=Signal::derive(move || locked.get())
                choose=Callback::new(move |index: usize| {
                    let fit = index.checked_sub(1).and_then(|index| FITS.get(index)).copied();
                    studio.perform(&Operation::SetFit { slot: selected.index(), fit });
                })
            />
            <Show when=move || cropped.get()>
                <FocusPad selected/>
            </Show>
            <Segments
                name="Speed"
                options=PRESETS.iter().map(|(_, name)| (*name).to_owned()).collect()
                chosen=Signal::derive(preset)
                disabled=Signal::derive(move || locked.get())
                choose=Callback::new(move |index| if let Some(speed) = presets().nth(index) { set_speed(speed) })
            />
            <label class="field">
                <span>"Own speed"</span>
                <input
                    type="text"
                    inputmode="decimal"
                    class="short number"
                    aria-describedby="speed-help"
                    disabled=move || locked.get()
                    prop:value=move || speed.get().map(|speed| speed.to_string()).unwrap_or_default()
                    on:change=move |event| match read(&event_target_value(&event)) {
                        Some(speed) => set_speed(speed),
                        None => studio.notices.warn(
                            "A speed is a number from 1/8 to 8, such as 2/3, 0.75 or 150 %.",
                        ),
                    }
                />
            </label>
            <p class="small quiet" id="speed-help">"Such as 2/3, 0.75 or 150 %. Below 1 is slow motion."</p>
        </section>
    }
}

fn presets() -> impl Iterator<Item = Speed> {
    PRESETS
        .iter()
        .filter_map(|((num, den), _)| Speed::new(*num, *den))
}

/// How a crop cuts: sizes of source and film, and what of the source is kept, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Crop {
    /// Width by height of the source.
    aspect: f64,
    /// Share of the width that is kept.
    width: f64,
    /// Share of the height that is kept.
    height: f64,
}

impl Crop {
    fn of(source: (u32, u32), film: (u32, u32)) -> Self {
        let ratio =
            |(width, height): (u32, u32)| f64::from(width.max(1)) / f64::from(height.max(1));
        let (aspect, wanted) = (ratio(source), ratio(film));
        Self {
            aspect,
            width: (wanted / aspect).min(1.0),
            height: (aspect / wanted).min(1.0),
        }
    }

    /// Whether something stands over at the sides, at top and bottom.
    fn over(self) -> (bool, bool) {
        (self.width < 0.999, self.height < 0.999)
    }
}

/// A small picture with the part that a crop keeps; the part is dragged, or moved by the arrow keys.
/// A crop cuts at the sides or at top and bottom, never at both, so it is a slider.
#[component]
fn FocusPad(selected: Selected) -> impl IntoView {
    let studio = selected.0;
    let canvas = NodeRef::<Canvas>::new();
    let crop = Memo::new(move |_| {
        selected.with(|plan, _, slot| {
            let media = plan.media.get(usize::try_from(slot.clip.media).ok()?)?;
            let video = media.video.as_ref()?;
            Some(Crop::of(
                (video.width, video.height),
                (plan.output.width, plan.output.height),
            ))
        })?
    });
    let over = Memo::new(move |_| crop.get().is_some_and(|crop| crop.over() != (false, false)));
    let kept = Memo::new(move |_| {
        selected
            .with(|_, _, slot| slot.focus.unwrap_or(Focus::CENTRE))
            .unwrap_or(Focus::CENTRE)
    });
    let moving = RwSignal::new(None::<Focus>);
    let focus = move || moving.get().unwrap_or_else(|| kept.get());
    let sideways = move || crop.get().is_none_or(|crop| crop.over().0);
    let along = move || {
        if sideways() {
            focus().x_permille
        } else {
            focus().y_permille
        }
    };
    let locked = Memo::new(move |_| selected.is_locked());
    let set = move |permille: i64| {
        let mut to = untrack(focus);
        let permille = u16::try_from(permille.clamp(0, 1000)).unwrap_or(500);
        if untrack(sideways) {
            to.x_permille = permille;
        } else {
            to.y_permille = permille;
        }
        moving.set(Some(to));
    };
    let commit = move || {
        // A canvas that had the focus is told that it lost it while it is taken away.
        let Some(Some(focus)) = moving.try_get_untracked() else {
            return;
        };
        moving.set(None);
        if focus != kept.get_untracked() {
            let slot = selected.index();
            studio.perform(&Operation::SetFocus {
                slot,
                focus: Some(focus),
            });
        }
    };
    let dragging = RwSignal::new(false);
    let drag = move |event: &PointerEvent| {
        let (Some(canvas), Some(crop)) = (canvas.get_untracked(), crop.get_untracked()) else {
            return;
        };
        let (x, width) = (
            f64::from(event.offset_x()),
            f64::from(canvas.client_width()),
        );
        let (y, height) = (
            f64::from(event.offset_y()),
            f64::from(canvas.client_height()),
        );
        // The middle of the kept part goes under the pointer.
        let share = |at: f64, all: f64, kept: f64| {
            (at / all.max(1.0) - kept / 2.0) / (1.0 - kept).max(0.001)
        };
        let share = if untrack(sideways) {
            share(x, width, crop.width)
        } else {
            share(y, height, crop.height)
        };
        set(rounded(share * 1000.0));
    };
    let pressed = move |event: PointerEvent| {
        if locked.get_untracked() || event.button() != 0 {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            // Without the capture the drag ends at the picture's edge.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        dragging.set(true);
        drag(&event);
    };
    let keyed = move |event: KeyboardEvent| {
        let now = i64::from(untrack(along));
        let step = if event.shift_key() { 100 } else { 20 };
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowUp" => now - step,
            "ArrowRight" | "ArrowDown" => now + step,
            "Home" => 0,
            "End" => 1000,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if !locked.get_untracked() {
            set(to);
        }
    };
    paint(canvas, move || {
        let picture = selected
            .with(|_, _, slot| slot.clip.source_start)
            .and_then(|at_us| {
                let clip = selected.clip()?;
                clip.thumbs
                    .with(|thumbs| nearest(thumbs, at_us).map(|thumb| thumb.bitmap.clone()))
            });
        let (crop, focus) = (crop.get(), focus());
        Box::new(move |sheet| {
            let Some(crop) = crop else { return };
            if let Some(picture) = &picture {
                sheet.cover(picture, 0.0, 0.0, sheet.width, sheet.height);
            }
            let (width, height) = (sheet.width * crop.width, sheet.height * crop.height);
            let left = (sheet.width - width) * number(focus.x_permille.into()) / 1000.0;
            let top = (sheet.height - height) * number(focus.y_permille.into()) / 1000.0;
            sheet.shade("--sheet", 0.7);
            sheet.bar(0.0, 0.0, sheet.width, top);
            sheet.bar(0.0, top + height, sheet.width, sheet.height - top - height);
            sheet.bar(0.0, top, left, height);
            sheet.bar(left + width, top, sheet.width - left - width, height);
            sheet.shade("--selected", 1.0);
            sheet.pen.set_line_width(2.0);
            sheet
                .pen
                .stroke_rect(left + 1.0, top + 1.0, width - 2.0, height - 2.0);
        })
    });
    let told = move || {
        let permille = along();
        let (low, high) = if sideways() {
            ("left", "right")
        } else {
            ("top", "bottom")
        };
        match permille {
            0 => format!("at the {low}"),
            500 => "in the middle".to_owned(),
            1000 => format!("at the {high}"),
            _ => format!("{} from the {low}", wording::percent(permille.into())),
        }
    };
    view! {
        <Show
            when=move || over.get()
            fallback=|| view! { <p class="small quiet">"The clip has the film's shape: nothing is cut off."</p> }
        >
            <div class="focus-row">
                <canvas
                    node_ref=canvas
                    class="focus-pad"
                    class:locked=move || locked.get()
                    role="slider"
                    tabindex="0"
                    aria-label="Part that is kept"
                    aria-orientation=move || if sideways() { "horizontal" } else { "vertical" }
                    aria-disabled=move || locked.get().to_string()
                    aria-valuemin="0"
                    aria-valuemax="1000"
                    aria-valuenow=move || along().to_string()
                    aria-valuetext=told
                    style:aspect-ratio=move || crop.get().map_or(1.0, |crop| crop.aspect.clamp(0.3, 3.0)).to_string()
                    on:pointerdown=pressed
                    on:pointermove=move |event| if dragging.get_untracked() { drag(&event) }
                    on:pointerup=move |_| { dragging.set(false); commit() }
                    on:pointercancel=move |_| { dragging.set(false); moving.set(None) }
                    on:keydown=keyed
                    on:keyup=move |_| commit()
                    on:blur=move |_| commit()
                ></canvas>
                <div class="stack tight small">
                    <span class="quiet">"Part that is kept"</span>
                    <span class="number">{told}</span>
                    <button
                        disabled=move || locked.get() || kept.get() == Focus::CENTRE
                        on:click=move |_| studio.perform(&Operation::SetFocus { slot: selected.index(), focus: None })
                    >"To the middle"</button>
                </div>
            </div>
        </Show>
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "thousandths; floats saturate"
)]
fn rounded(value: f64) -> i64 {
    value.round() as i64
}
