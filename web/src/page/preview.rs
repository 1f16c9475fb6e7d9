//! The film's picture: a canvas that a worker draws on while the music plays.
//!
//! The worker is JavaScript, since the library that reads containers is; see
//! `web/media/preview_worker.js` for its messages. It is started with the first plan.
//!
//! The canvas tells what is on it: `data-frame`, `data-slot`, `data-exact`. An event `measure` on it
//! is answered by an event `measured` whose detail is the worker's counts as JSON.
//!
//! * [`player`] — clips that the worker cannot decode, by the browser's own player.

mod player;
mod worker;

use std::sync::Arc;

use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use shared::plan::Plan;
use wasm_bindgen::prelude::*;
use web_sys::{CustomEvent, CustomEventInit, File, HtmlCanvasElement, ResizeObserver};

use self::worker::{News, PreviewWorker};
use super::transport::Transport;
use crate::preview::message::canvas_size;

/// The film's picture, as large as its parent lets it be. `files` are by the plan's media.
#[component]
#[expect(
    clippy::must_use_candidate,
    reason = "components are used by the view's macro, never called by hand"
)]
pub fn Preview(
    /// What is shown.
    #[prop(into)]
    plan: Signal<Option<Arc<Plan>>>,
    /// The clips' files, by the plan's media; `None` where one is not there.
    #[prop(into)]
    files: Signal<Vec<Option<File>>, LocalStorage>,
    /// What plays.
    transport: Transport,
) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let worker = StoredValue::new_local(None::<PreviewWorker>);
    let seen = RwSignal::new(Seen::default());
    let missing = RwSignal::new(None::<String>);
    let broken = RwSignal::new(None::<String>);
    // Changes once the worker is there, so that it is told everything.
    let started = RwSignal::new(false);

    Effect::new(move |_| {
        let there = plan.with(Option::is_some);
        let Some(canvas) = canvas.get().filter(|_| there && !started.get_untracked()) else {
            return;
        };
        let hear = {
            let canvas = canvas.clone();
            move |news| match news {
                News::Shown(now) => {
                    if seen.get_untracked().slot != now.slot {
                        missing.set(None);
                    }
                    seen.set(now);
                }
                News::Missing { media, reason } => {
                    let name = plan.with_untracked(|plan| name_of(plan.as_deref(), media));
                    missing.set(Some(format!("{name}: {reason}")));
                }
                News::Measured(counts) => answer(&canvas, &counts),
                News::Broken(why) => broken.set(Some(why)),
            }
        };
        match PreviewWorker::start(&canvas, hear) {
            Ok(running) => {
                worker.set_value(Some(running));
                started.set(true);
            }
            Err(error) => broken.set(Some(super::planner::said(&error))),
        }
    });
    let tell = move |tell: &dyn Fn(&PreviewWorker)| {
        worker.with_value(|worker| worker.as_ref().map(tell));
    };

    // How many pixels the film's picture has here.
    let film = Memo::new(move |_| {
        plan.with(|plan| {
            let output = plan
                .as_ref()
                .map(|plan| (plan.output.width, plan.output.height));
            output.unwrap_or((16, 9))
        })
    });
    let resized = resizes(canvas);
    Effect::new(move |_| {
        resized.track();
        if !started.get() {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            let room = (
                f64::from(canvas.client_width()),
                f64::from(canvas.client_height()),
            );
            let density = window().device_pixel_ratio();
            let (width, height) = canvas_size(film.get(), room, density);
            tell(&|worker| worker.resize(width, height));
        }
    });
    Effect::new(move |_| {
        if started.get() {
            files.with(|files| tell(&|worker| worker.set_files(files)));
        }
    });
    Effect::new(move |_| {
        if started.get() {
            plan.with(|plan| tell(&|worker| worker.set_plan(plan.as_deref())));
        }
    });
    Effect::new(move |_| {
        if started.get() {
            transport
                .clock
                .with(|clock| tell(&|worker| worker.set_clock(clock)));
        }
    });
    let measure = move |event: CustomEvent| {
        let clear = event.detail().as_string().as_deref() == Some("clear");
        tell(&|worker| worker.measure(clear));
    };
    on_cleanup(move || {
        worker.try_update_value(Option::take);
    });

    let label = move || {
        let count = plan.with(|plan| plan.as_ref().map_or(0, |plan| plan.slots.len()));
        match seen.get().slot {
            Some(slot) if slot < count => format!("The film, shot {} of {count}", slot + 1),
            _ => "The film".to_owned(),
        }
    };
    view! {
        <div class="film">
            <canvas
                id="preview"
                class="preview"
                node_ref=canvas
                role="img"
                aria-label=label
                style:aspect-ratio=move || {
                    let (width, height) = film.get();
                    format!("{width} / {height}")
                }
                data-frame=move || seen.get().frame.to_string()
                data-slot=move || seen.get().slot.map(|slot| slot.to_string())
                data-exact=move || seen.get().exact.to_string()
                on:measure=measure
            ></canvas>
            <p class="unseen" role="status">{move || missing.get()}</p>
            {move || broken.get().map(|why| view! {
                <p class="quiet small" role="alert">
                    {format!("The preview cannot be shown: {why}. The film can be planned and rendered without it.")}
                </p>
            })}
        </div>
    }
}

/// What is on the canvas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    /// The film frame.
    frame: u64,
    /// Its slot; none before anything is shown.
    slot: Option<usize>,
    /// Whether the picture is the frame's own, and not one that stands in for it.
    exact: bool,
}

fn name_of(plan: Option<&Plan>, media: usize) -> String {
    plan.and_then(|plan| plan.media.get(media))
        .map_or_else(|| "A clip".to_owned(), |media| media.path.name().to_owned())
}

/// Sends what was measured to whoever asked.
fn answer(canvas: &HtmlCanvasElement, counts: &str) {
    let detail = CustomEventInit::new();
    detail.set_detail(&counts.into());
    if let Ok(event) = CustomEvent::new_with_event_init_dict("measured", &detail) {
        let _ = canvas.dispatch_event(&event);
    }
}

/// Fires when the canvas has another size on the screen.
fn resizes(canvas: NodeRef<Canvas>) -> Trigger {
    let trigger = Trigger::new();
    let watched = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else {
            return;
        };
        let changed = Closure::<dyn FnMut()>::new(move || trigger.notify());
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            watched.set_value(Some((observer, changed)));
        }
    });
    // Another density comes with another size in CSS pixels of the window, or with a new screen.
    let moved = window_event_listener(ev::resize, move |_| trigger.notify());
    on_cleanup(move || {
        moved.remove();
        watched.try_update_value(|watched| {
            if let Some((observer, _)) = watched.take() {
                let observer: ResizeObserver = observer;
                observer.disconnect();
            }
        });
    });
    trigger
}
