//! The sound around the playhead with the beats on it, near enough to see whether they sit on what
//! sounds.

use std::sync::Arc;

use leptos::ev::PointerEvent;
use leptos::html::Canvas;
use leptos::prelude::*;
use shared::music::BeatGrid;

use super::controls::Segments;
use super::place::{frame_of, playhead};
use crate::page::studio::Studio;
use crate::page::view::paint::{Sheet, number, paint, pixels};
use crate::waveform::Waveform;
use crate::wording;

/// How much is in view, in milliseconds.
const SPANS: [(u64, &str); 3] = [(500, "½ s"), (2_000, "2 s"), (6_000, "6 s")];
/// Pixels for the beats' numbers.
const ROW: f64 = 18.0;

/// The close-up. It is dragged along the song.
#[component]
pub fn Closeup() -> impl IntoView {
    let studio: Studio = expect_context();
    let canvas = NodeRef::<Canvas>::new();
    let span = RwSignal::new(1_usize);
    let length = move || SPANS.get(span.get()).map_or(2_000, |(ms, _)| *ms);
    let drag = RwSignal::new(None::<(f64, u64)>);
    let at = Memo::new(move |_| playhead(studio).unwrap_or(0));
    paint(canvas, move || {
        let wave = studio
            .song
            .sound
            .with(|sound| sound.as_ref().map(|sound| Arc::clone(&sound.waveform)));
        let (beats, at, length) = (studio.grid.get(), at.get(), length());
        Box::new(move |sheet| {
            if let Some(grid) = beats {
                draw(sheet, &grid, wave.as_deref(), at, length);
            }
        })
    });
    let pressed = move |event: PointerEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            // Without the capture the drag ends at the edge.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        drag.set(Some((f64::from(event.offset_x()), at.get_untracked())));
    };
    let moved = move |event: PointerEvent| {
        let (Some((held, from)), Some(canvas)) = (drag.get_untracked(), canvas.get_untracked())
        else {
            return;
        };
        let rate = studio
            .grid
            .with_untracked(|grid| grid.as_ref().map_or(0, |grid| grid.rate));
        let per_pixel = number(untrack(length)) / 1000.0 * f64::from(rate)
            / f64::from(canvas.client_width().max(1));
        let to = number(from) + (held - f64::from(event.offset_x())) * per_pixel;
        studio
            .transport
            .seek(frame_of(studio, u64::from(pixels(to.max(0.0)))));
    };
    let told = move || {
        studio.grid.with(|grid| {
            let grid = grid.as_ref()?;
            let at = at.get();
            let nearest = grid.nearest(at)?;
            let ms = nearest.at.abs_diff(at) * 1000 / u64::from(grid.rate.max(1));
            let place =
                wording::bar_and_beat(grid, nearest.at).unwrap_or_else(|| "a beat".to_owned());
            Some(match (ms, nearest.at > at) {
                (0, _) => format!("On {place}"),
                (ms, true) => format!("{ms} ms before {place}"),
                (ms, false) => format!("{ms} ms after {place}"),
            })
        })
    };
    let shown = Memo::new(move |_| studio.song.sound.with(Option::is_some));
    view! {
        <section class="part">
            <div class="row apart small">
                <h3>"At the playhead"</h3>
                <span class="number quiet">{told}</span>
            </div>
            <canvas
                class="closeup"
                node_ref=canvas
                role="img"
                aria-label="Sound around the playhead with its beats"
                on:pointerdown=pressed
                on:pointermove=moved
                on:pointerup=move |_| drag.set(None)
                on:pointercancel=move |_| drag.set(None)
            ></canvas>
            <Show when=move || !shown.get()>
                <p class="small quiet">"The song's file is not here, so only its beats can be shown."</p>
            </Show>
            <Segments
                name="In view"
                options=SPANS.iter().map(|(_, name)| (*name).to_owned()).collect()
                chosen=Signal::derive(move || Some(span.get()))
                choose=Callback::new(move |index| span.set(index))
            />
        </section>
    }
}

fn draw(sheet: &Sheet, grid: &BeatGrid, wave: Option<&Waveform>, at: u64, ms: u64) {
    let half = ms * u64::from(grid.rate) / 2_000;
    let x = |sample: u64| {
        sheet.width / 2.0 + (number(sample) - number(at)) / number(half.max(1)) * sheet.width / 2.0
    };
    sheet.shade("--raised", 1.0);
    sheet.bar(0.0, 0.0, sheet.width, sheet.height);
    if let Some(wave) = wave {
        outline(sheet, wave, at, half);
    }
    let from = grid.beats.partition_point(|beat| beat.at + half < at);
    let beats = grid.beats.get(from..).unwrap_or_default();
    for beat in beats.iter().take_while(|beat| beat.at <= at + half) {
        let first = beat.position == 1;
        let at = x(beat.at);
        // The less sure a beat is, the fainter.
        let sure = f64::from(beat.confidence_permille) / 1000.0;
        let colour = if first { "--downbeat" } else { "--beat" };
        sheet.shade(colour, 0.3 + 0.7 * sure);
        let width = if first { 2.0 } else { 1.0 };
        sheet.bar(at - width / 2.0, ROW, width, sheet.height - ROW);
        // A number that the edge would cut through says nothing.
        if beat.position > 0 && (8.0..sheet.width - 8.0).contains(&at) {
            sheet.shade(if first { "--downbeat" } else { "--quiet" }, 1.0);
            sheet.word(&beat.position.to_string(), at, 13.0);
        }
    }
    sheet.shade("--playhead", 1.0);
    sheet.bar(sheet.width / 2.0 - 0.75, 0.0, 1.5, sheet.height);
    sheet.pen.begin_path();
    sheet.pen.move_to(sheet.width / 2.0 - 5.0, sheet.height);
    sheet.pen.line_to(sheet.width / 2.0 + 5.0, sheet.height);
    sheet.pen.line_to(sheet.width / 2.0, sheet.height - 6.0);
    sheet.pen.close_path();
    sheet.pen.fill();
}

/// The waveform, as loud as the song's loudest sample.
fn outline(sheet: &Sheet, wave: &Waveform, at: u64, half: u64) {
    let place = |sample: u64| usize::try_from(sample).unwrap_or(usize::MAX);
    // Before the song's beginning there is nothing: the picture starts further to the right.
    let early = half.saturating_sub(at);
    let left = sheet.width * number(early) / number((2 * half).max(1));
    let view = place(at.saturating_sub(half))..place(at + half);
    let columns = wave.columns(&view, pixels(sheet.width - left) as usize);
    let gain = 1.0 / f64::from(wave.loudest()).max(1e-3);
    let middle = f64::midpoint(ROW, sheet.height);
    let room = (sheet.height - ROW) / 2.0 - 2.0;
    sheet.shade("--wave", 1.0);
    for (column, peak) in (0_u32..).zip(columns) {
        let Some(peak) = peak else { continue };
        let top = middle - f64::from(peak.high) * gain * room;
        let bottom = middle - f64::from(peak.low) * gain * room;
        sheet.bar(left + f64::from(column), top, 1.0, (bottom - top).max(1.0));
    }
}
