//! The film's picture: a canvas that a worker draws on while the music plays.
//!
//! The worker is JavaScript, since the library that reads containers is; see
//! `web/media/preview_worker.js` for its messages. It is started with the first plan.
//!
//! The canvas tells what is on it: `data-frame`, `data-slot`, `data-exact`.
//!
//! * [`player`] — clips that the worker cannot decode, by the browser's own player.

mod player;
mod worker;

use std::sync::Arc;

use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use shared::plan::Plan;
use web_sys::File;

use self::worker::{News, PreviewWorker};
use super::resizes::Resizes;
use super::transport::Transport;
use crate::page::said::said;
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
    let surface = Surface::new();
    let film = Memo::new(move |_| plan.with(|plan| shape(plan.as_deref())));
    surface.start(plan);
    surface.fit(film);
    surface.follow(plan, files, transport);

    let seen = surface.seen;
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
                node_ref=surface.canvas
                role="img"
                aria-label=label
                data-frame=move || seen.get().frame.to_string()
                data-slot=move || seen.get().slot.map(|slot| slot.to_string())
                data-exact=move || seen.get().exact.to_string()
            ></canvas>
            <p class="unseen" role="status">{move || surface.missing.get()}</p>
            {move || surface.broken.get().map(|why| view! {
                <p class="quiet small" role="alert">
                    {format!("The preview cannot be shown: {why}. The film can be planned and rendered without it.")}
                </p>
            })}
        </div>
    }
}

/// The canvas and its worker. A handle.
#[derive(Clone, Copy)]
struct Surface {
    canvas: NodeRef<Canvas>,
    worker: StoredValue<Option<PreviewWorker>, LocalStorage>,
    /// What the worker says is on the canvas.
    seen: RwSignal<Seen>,
    /// Which clip is not shown, and why.
    missing: RwSignal<Option<String>>,
    /// Why nothing is shown at all.
    broken: RwSignal<Option<String>>,
    /// Changes once the worker is there, so that it is told everything.
    started: RwSignal<bool>,
}

impl Surface {
    fn new() -> Self {
        let surface = Self {
            canvas: NodeRef::new(),
            worker: StoredValue::new_local(None),
            seen: RwSignal::new(Seen::default()),
            missing: RwSignal::new(None),
            broken: RwSignal::new(None),
            started: RwSignal::new(false),
        };
        on_cleanup(move || {
            surface.worker.try_update_value(Option::take);
        });
        surface
    }

    fn tell(self, tell: impl FnOnce(&PreviewWorker)) {
        self.worker.with_value(|worker| worker.as_ref().map(tell));
    }

    /// Starts the worker with the first plan.
    fn start(self, plan: Signal<Option<Arc<Plan>>>) {
        Effect::new(move |_| {
            let there = plan.with(Option::is_some);
            let canvas = self.canvas.get();
            let Some(canvas) = canvas.filter(|_| there && !self.started.get_untracked()) else {
                return;
            };
            let hear = move |news| self.hear(news, plan);
            match PreviewWorker::start(&canvas, hear) {
                Ok(running) => {
                    self.worker.set_value(Some(running));
                    self.started.set(true);
                }
                Err(error) => self.broken.set(Some(said(&error))),
            }
        });
    }

    fn hear(self, news: News, plan: Signal<Option<Arc<Plan>>>) {
        match news {
            News::Shown(now) => {
                if !now.card && self.missing.with_untracked(Option::is_some) {
                    self.missing.set(None);
                }
                self.seen.set(now);
            }
            News::Missing { media, reason } => {
                let name = plan.with_untracked(|plan| name_of(plan.as_deref(), media));
                self.missing.set(Some(format!("{name}: {reason}")));
            }
            News::Broken(why) => self.broken.set(Some(why)),
        }
    }

    /// Gives the canvas as many pixels as the screen shows of it.
    fn fit(self, film: Memo<(u32, u32)>) {
        let resized = resizes(self.canvas);
        Effect::new(move |_| {
            resized.track();
            let film = film.get();
            let Some(canvas) = self.canvas.get().filter(|_| self.started.get()) else {
                return;
            };
            let room = (canvas.client_width().into(), canvas.client_height().into());
            let density = window().device_pixel_ratio();
            let (width, height) = canvas_size(film, room, density);
            self.tell(|worker| worker.resize(width, height));
        });
    }

    /// Tells the worker what it needs whenever that changes.
    fn follow(
        self,
        plan: Signal<Option<Arc<Plan>>>,
        files: Signal<Vec<Option<File>>, LocalStorage>,
        transport: Transport,
    ) {
        Effect::new(move |_| {
            if self.started.get() {
                files.with(|files| self.tell(|worker| worker.set_files(files)));
            }
        });
        Effect::new(move |_| {
            if self.started.get() {
                plan.with(|plan| self.tell(|worker| worker.set_plan(plan.as_deref())));
            }
        });
        Effect::new(move |_| {
            if self.started.get() {
                let clock = transport.clock.get();
                self.tell(|worker| worker.set_clock(&clock));
            }
        });
    }
}

/// Width and height of a plan's film.
fn shape(plan: Option<&Plan>) -> (u32, u32) {
    plan.map_or((16, 9), |plan| (plan.output.width, plan.output.height))
}

/// What is on the canvas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    /// The film frame.
    frame: u64,
    /// Its slot; none before anything is shown.
    slot: Option<usize>,
    /// Whether nothing better will come for the frame.
    exact: bool,
    /// Whether it is a card that says why there is no picture.
    card: bool,
}

fn name_of(plan: Option<&Plan>, media: usize) -> String {
    plan.and_then(|plan| plan.media.get(media))
        .map_or_else(|| "A clip".to_owned(), |media| media.path.name().to_owned())
}

/// Fires when the canvas has another size on the screen.
fn resizes(canvas: NodeRef<Canvas>) -> Trigger {
    let trigger = Trigger::new();
    let watched = StoredValue::new_local(None);
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            watched.set_value(Resizes::of(&canvas, move || trigger.notify()));
        }
    });
    // Another density comes with another size in CSS pixels of the window, or with a new screen.
    let moved = window_event_listener(ev::resize, move |_| trigger.notify());
    on_cleanup(move || moved.remove());
    trigger
}
