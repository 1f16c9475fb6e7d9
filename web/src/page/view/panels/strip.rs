//! The whole clip as a strip, with a window over the part that is shown. Moving the window slips the
//! shot.

mod draw;
mod scale;
mod words;

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Canvas;
use leptos::prelude::*;
use planner_wasm::footage::Footage;
use shared::editing::Operation;

use self::draw::draw;
use self::scale::Stretch;
use self::words::{hits, reason, under};
use super::paint::paint;
use super::picture::bitmaps;
use super::shot::Selected;
use crate::insight::{self, Span};
use crate::wording;

/// The strip.
#[component]
pub fn Strip(selected: Selected) -> impl IntoView {
    let studio = selected.0;
    let canvas = NodeRef::<Canvas>::new();
    let footage = Memo::new(move |_| {
        selected
            .clip()?
            .entry
            .with(|entry| entry.footage.clone())
            .map(Same)
    });
    let stretch = Memo::new(move |_| {
        let seen = footage.with(|footage| {
            footage
                .as_ref()
                .map(|seen| (seen.0.start_us, seen.0.end_us))
        });
        selected.with(|plan, _, slot| {
            let shown = (slot.clip.source_start, insight::source_end(plan, slot));
            let media = usize::try_from(slot.clip.media).ok();
            let length = media.and_then(|media| plan.media.get(media)?.duration_us);
            let (from, until) = seen.unwrap_or((0, 0));
            Stretch {
                whole: (
                    from.min(shown.0),
                    until.max(length.unwrap_or(0)).max(shown.1),
                ),
                shown,
                frame_us: (shown.1 - shown.0) / u64::from(slot.record_duration.max(1)),
            }
        })
    });
    let spans = Memo::new(move |_| {
        footage.with(|footage| {
            footage
                .as_ref()
                .map(|seen| insight::spans(&seen.0))
                .unwrap_or_default()
        })
    });
    let uses = Memo::new(move |_| {
        selected
            .with(|plan, index, _| insight::other_uses(plan, index))
            .unwrap_or_default()
    });
    let locked = Memo::new(move |_| selected.is_locked());
    // How far the window is moved and not yet let go of.
    let by = RwSignal::new(0_i64);
    let grip = RwSignal::new(None::<f64>);
    let hint = RwSignal::new(None::<String>);

    let commit = move || {
        grip.set(None);
        let by_us = by.get_untracked();
        by.set(0);
        if by_us != 0 {
            studio.perform(&Operation::Slip {
                slot: selected.index(),
                by_us,
            });
        }
    };
    let width = move || {
        canvas
            .get_untracked()
            .map_or(1.0, |canvas| f64::from(canvas.client_width()))
    };
    let pressed = move |event: PointerEvent| {
        let (Some(stretch), Some(canvas)) = (stretch.get_untracked(), canvas.get_untracked())
        else {
            return;
        };
        if locked.get_untracked() || event.button() != 0 {
            return;
        }
        // Without the capture the drag ends at the strip's edge.
        let _ = canvas.set_pointer_capture(event.pointer_id());
        let x = f64::from(event.offset_x());
        let (left, right) = (
            stretch.x(stretch.shown.0, width()),
            stretch.x(stretch.shown.1, width()),
        );
        let middle = f64::midpoint(left, right);
        // A press beside the window brings it there.
        let held = if x >= left - 6.0 && x <= right + 6.0 {
            x
        } else {
            middle
        };
        grip.set(Some(held));
        by.set(stretch.clamp(stretch.time(x - held, width())));
    };
    let moved = move |event: PointerEvent| {
        let Some(stretch) = stretch.get_untracked() else {
            return;
        };
        let x = f64::from(event.offset_x());
        match grip.get_untracked() {
            Some(held) => by.set(stretch.clamp(stretch.time(x - held, width()))),
            None => {
                let at = stretch
                    .whole
                    .0
                    .saturating_add_signed(stretch.time(x, width()));
                let near = stretch.time(4.0, width()).unsigned_abs();
                hint.set(untrack(|| {
                    footage.with(|footage| {
                        under(
                            footage.as_ref().map(|seen| &*seen.0),
                            &spans.get(),
                            &uses.get(),
                            at,
                            near,
                        )
                    })
                }));
            }
        }
    };
    let keyed = move |event: KeyboardEvent| {
        let Some(stretch) = stretch.get_untracked() else {
            return;
        };
        let frame = stretch.frame_us.cast_signed();
        let step = if event.shift_key() { 10 * frame } else { frame };
        let now = by.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now - step,
            "ArrowRight" | "ArrowUp" => now + step,
            "PageDown" => now - 1_000_000,
            "PageUp" => now + 1_000_000,
            "Home" => i64::MIN / 2,
            "End" => i64::MAX / 2,
            "Escape" if now != 0 => 0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if !locked.get_untracked() {
            by.set(stretch.clamp(to));
        }
    };
    paint(canvas, move || {
        let pictures = bitmaps(selected.clip());
        let (stretch, by) = (stretch.get(), by.get());
        let (footage, spans, uses) = (footage.get(), spans.get(), uses.get());
        Box::new(move |sheet| {
            if let Some(stretch) = stretch {
                draw(
                    sheet,
                    stretch,
                    by,
                    &pictures,
                    footage.as_ref().map(|seen| &*seen.0),
                    &spans,
                    &uses,
                );
            }
        })
    });
    let told = move || {
        stretch.get().map(|stretch| {
            let (from, until) = stretch.moved(by.get());
            wording::range(from, until)
        })
    };
    let value = move |pick: fn(Stretch) -> u64| {
        stretch
            .get()
            .map_or(0, |stretch| pick(stretch) / 1000)
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
                class:locked=move || locked.get()
                role="slider"
                tabindex="0"
                aria-labelledby="strip-name"
                aria-describedby="strip-hint"
                aria-disabled=move || locked.get().to_string()
                aria-valuemin=move || value(|stretch| stretch.whole.0)
                aria-valuemax=move || value(|stretch| {
                    stretch.whole.1.saturating_sub(stretch.shown.1 - stretch.shown.0).max(stretch.shown.0)
                })
                aria-valuenow=move || (stretch.get().map_or(0, |stretch| stretch.moved(by.get()).0) / 1000).to_string()
                aria-valuetext=told
                on:pointerdown=pressed
                on:pointermove=moved
                on:pointerup=move |_| commit()
                on:pointercancel=move |_| { grip.set(None); by.set(0); }
                on:pointerleave=move |_| hint.set(None)
                on:keydown=keyed
                on:keyup=move |_| commit()
                on:blur=move |_| commit()
            ></canvas>
            <p class="small quiet hint-line" id="strip-hint">
                {move || hint.get().unwrap_or_else(|| {
                    if locked.get() {
                        "Locked: unlock the shot to move it in its clip.".to_owned()
                    } else {
                        let uses = uses.with(Vec::len);
                        let hits = footage.with(|footage| footage.as_ref().map_or(0, |seen| hits(&seen.0)));
                        let mut told = format!("Drag the window or use the arrow keys. {}", wording::count(hits, "hit"));
                        if uses > 0 {
                            told.push_str(&format!(", {} of the clip", wording::count(uses, "other use")));
                        }
                        told.push('.');
                        told
                    }
                })}
            </p>
            <LeftOut spans/>
        </section>
    }
}

/// What is left out of the clip, with reasons.
#[component]
fn LeftOut(spans: Memo<Vec<Span>>) -> impl IntoView {
    let count = Memo::new(move |_| spans.with(Vec::len));
    view! {
        <Show when=move || { count.get() > 0 }>
            <details class="more">
                <summary class="small">{move || format!("{} left out or used last", wording::count(count.get(), "part"))}</summary>
                <ul class="small number">
                    {move || spans.get().into_iter().map(|span| view! {
                        <li>{wording::range(span.start_us, span.end_us)}" "<span class="quiet">{reason(&span)}</span></li>
                    }).collect_view()}
                </ul>
            </details>
        </Show>
    }
}

/// Footage, compared by identity: it is large and never changed in place.
#[derive(Clone)]
struct Same(Arc<Footage>);

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
