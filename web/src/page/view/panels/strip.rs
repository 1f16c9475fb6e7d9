//! The whole clip as a strip, with a window over the part that is shown. Moving the window slips the
//! shot.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Canvas;
use leptos::prelude::*;
use planner_wasm::footage::{AnchorKind, Footage};
use shared::editing::Operation;
use std::sync::Arc;

use super::paint::{Sheet, number, paint};
use super::picture::bitmaps;
use super::shot::Selected;
use crate::insight::{self, Span, Use};
use crate::wording;

/// Height of the marks under the strip, in pixels.
const MARKS: f64 = 7.0;

/// Where things lie in the clip, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// First and last instant of the clip.
    whole: (u64, u64),
    /// What the shot shows.
    shown: (u64, u64),
    /// Length of one frame of the film.
    frame_us: u64,
}

impl Stretch {
    /// The nearest possible offset from where the window is.
    fn clamp(self, by_us: i64) -> i64 {
        let (from, until) = self.shown;
        let latest = self.whole.1.saturating_sub(until - from).max(from);
        let least = self.whole.0.min(from);
        from.saturating_add_signed(by_us)
            .clamp(least, latest)
            .cast_signed()
            - from.cast_signed()
    }

    fn moved(self, by_us: i64) -> (u64, u64) {
        let (from, until) = self.shown;
        (
            from.saturating_add_signed(by_us),
            until.saturating_add_signed(by_us),
        )
    }

    /// Where an instant lies on a strip of this width.
    fn x(self, at_us: u64, width: f64) -> f64 {
        let length = number(self.whole.1.saturating_sub(self.whole.0)).max(1.0);
        number(at_us.saturating_sub(self.whole.0)) / length * width
    }

    /// How much time lies under so many pixels.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "microseconds of a clip; floats saturate"
    )]
    fn time(self, pixels: f64, width: f64) -> i64 {
        (pixels / width.max(1.0) * number(self.whole.1.saturating_sub(self.whole.0))) as i64
    }
}

/// The strip.
#[component]
pub(super) fn Strip(selected: Selected) -> impl IntoView {
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

fn hits(footage: &Footage) -> usize {
    let hit = |anchor: &&planner_wasm::footage::Anchor| anchor.kind == AnchorKind::Impact;
    footage.anchors.iter().filter(hit).count()
}

fn reason(span: &Span) -> String {
    let faults = wording::faults(span.defects);
    if span.rejected {
        format!("left out: {faults}")
    } else {
        format!("used last: {faults}")
    }
}

/// What there is at an instant of the clip, in words.
fn under(
    footage: Option<&Footage>,
    spans: &[Span],
    uses: &[Use],
    at_us: u64,
    near_us: u64,
) -> Option<String> {
    let hit = footage.and_then(|footage| {
        let shown = |anchor: &&planner_wasm::footage::Anchor| anchor.kind != AnchorKind::Plateau;
        let nearest = footage
            .anchors
            .iter()
            .filter(shown)
            .min_by_key(|anchor| anchor.at_us.abs_diff(at_us));
        nearest.filter(|anchor| anchor.at_us.abs_diff(at_us) <= near_us)
    });
    let hit = hit.map(|anchor| {
        format!(
            "{}: {}",
            wording::instant(anchor.at_us),
            wording::anchor(anchor.kind)
        )
    });
    let span = spans
        .iter()
        .find(|span| (span.start_us..span.end_us).contains(&at_us));
    let span = span.map(|span| {
        format!(
            "{} {}",
            wording::range(span.start_us, span.end_us),
            reason(span)
        )
    });
    let other = uses
        .iter()
        .find(|other| (other.start_us..other.end_us).contains(&at_us));
    let other = other.map(|other| format!("shown in shot {}", other.slot + 1));
    let parts: Vec<_> = [hit, span, other].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn draw(
    sheet: &Sheet,
    stretch: Stretch,
    by: i64,
    pictures: &[(u64, web_sys::ImageBitmap)],
    footage: Option<&Footage>,
    spans: &[Span],
    uses: &[Use],
) {
    let height = sheet.height - MARKS;
    let x = |at_us: u64| stretch.x(at_us, sheet.width);
    sheet.shade("--energy", 1.0);
    sheet.bar(0.0, 0.0, sheet.width, height);
    let tile = pictures
        .first()
        .map_or(height * 16.0 / 9.0, |(_, picture)| {
            height * f64::from(picture.width()) / f64::from(picture.height()).max(1.0)
        });
    let tile = tile.max(24.0);
    let mut left = 0.0;
    while left < sheet.width && !pictures.is_empty() {
        let middle = stretch
            .whole
            .0
            .saturating_add_signed(stretch.time(left + tile / 2.0, sheet.width));
        let nearest = pictures
            .iter()
            .min_by_key(|(at_us, _)| at_us.abs_diff(middle));
        if let Some((_, picture)) = nearest {
            sheet.cover(picture, left, 0.0, tile.min(sheet.width - left), height);
        }
        left += tile;
    }
    for span in spans {
        let (from, until) = (x(span.start_us), x(span.end_us));
        let width = (until - from).max(1.5);
        sheet.shade("--sheet", 0.45);
        sheet.bar(from, 0.0, width, height);
        sheet.shade(if span.rejected { "--bad" } else { "--warn" }, 0.9);
        sheet.hatch(from, width);
    }
    let (from, until) = stretch.moved(by);
    let (from, until) = (x(from), x(until).max(x(from) + 4.0));
    sheet.shade("--sheet", 0.55);
    sheet.bar(0.0, 0.0, from, height);
    sheet.bar(until, 0.0, sheet.width - until, height);
    // The marks have a row of their own, under whatever the pictures are.
    sheet.shade("--sheet", 1.0);
    sheet.bar(0.0, height, sheet.width, MARKS);
    sheet.shade("--edge-strong", 0.6);
    for other in uses {
        sheet.bar(
            x(other.start_us),
            height + 3.0,
            (x(other.end_us) - x(other.start_us)).max(2.0),
            3.0,
        );
    }
    for anchor in footage.iter().flat_map(|footage| &footage.anchors) {
        let (property, alpha) = match anchor.kind {
            AnchorKind::Impact => ("--downbeat", 1.0),
            AnchorKind::MotionOnset => ("--ink", 0.75),
            AnchorKind::Plateau => continue,
        };
        sheet.shade(property, alpha);
        let at = x(anchor.at_us);
        sheet.pen.begin_path();
        sheet.pen.move_to(at, height - 5.0);
        sheet.pen.line_to(at + 3.5, height + 2.0);
        sheet.pen.line_to(at - 3.5, height + 2.0);
        sheet.pen.close_path();
        sheet.pen.fill();
    }
    sheet.shade("--selected", 1.0);
    sheet.pen.set_line_width(2.0);
    sheet
        .pen
        .stroke_rect(from + 1.0, 1.0, (until - from - 2.0).max(2.0), height - 2.0);
}
