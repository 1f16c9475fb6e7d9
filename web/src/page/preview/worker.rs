//! The worker that draws, as the page sees it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, JSON, Object, Reflect};
use shared::plan::Plan;
use wasm_bindgen::prelude::*;
use web_sys::{
    ErrorEvent, File, HtmlCanvasElement, MessageEvent, Worker, WorkerOptions, WorkerType,
};

use super::Seen;
use super::player::Players;
use crate::page::field::{holds, text, whole};
use crate::preview::clock::{Clock, frames};
use crate::preview::message::plan_message;

/// Where the build puts the worker, relative to the page.
const WORKER: &str = "./media/preview_worker.js";

/// What the worker tells.
pub(super) enum News {
    /// What is on the canvas.
    Shown(Seen),
    /// A clip that cannot be shown.
    Missing {
        /// Its place in the plan's media.
        media: usize,
        /// Why, for a person.
        reason: String,
    },
    /// It does not work at all.
    Broken(String),
}

/// The clips' files, by the plan's media.
pub(super) type Files = Rc<RefCell<Vec<Option<File>>>>;

/// A running worker; it ends with this.
pub(super) struct PreviewWorker {
    post: Rc<Post>,
    /// Files that the worker has.
    files: Files,
    _hears: Closure<dyn FnMut(MessageEvent)>,
    _breaks: Closure<dyn FnMut(ErrorEvent)>,
}

/// The way to the worker.
pub(super) struct Post {
    worker: Worker,
    ready: Cell<bool>,
    /// What was sent before it listened.
    early: RefCell<Vec<(Object, Array)>>,
}

impl PreviewWorker {
    /// Starts the worker and gives it the canvas, which can be done once for each canvas.
    pub(super) fn start(
        canvas: &HtmlCanvasElement,
        hear: impl FnMut(News) + 'static,
    ) -> Result<Self, JsValue> {
        if !Reflect::has(canvas, &"transferControlToOffscreen".into())? {
            return Err("this browser gives workers no canvas; a newer one does".into());
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options)?;
        let post = Rc::new(Post {
            worker: worker.clone(),
            ready: Cell::new(false),
            early: RefCell::default(),
        });
        let hear = Rc::new(RefCell::new(hear));
        let files = Files::default();
        let players = Players::new(Rc::clone(&post), Rc::clone(&files));
        let hears = Closure::<dyn FnMut(MessageEvent)>::new({
            let (post, hear, players) = (Rc::clone(&post), Rc::clone(&hear), players.clone());
            move |event: MessageEvent| {
                let message = event.data();
                match text(&message, "kind").unwrap_or_default().as_str() {
                    "ready" => post.begin(),
                    "player" => players.lead(&message),
                    "release" => players.release(&message),
                    _ => {
                        if let Some(news) = read(&message) {
                            (hear.borrow_mut())(news);
                        }
                    }
                }
            }
        });
        worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        let breaks = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            (hear.borrow_mut())(News::Broken(event.message()));
        });
        worker.set_onerror(Some(breaks.as_ref().unchecked_ref()));
        // From here on what fails ends the worker.
        let this = Self {
            post,
            files,
            _hears: hears,
            _breaks: breaks,
        };
        let surface = canvas.transfer_control_to_offscreen()?;
        let message = message("canvas");
        set(&message, "canvas", &surface);
        this.post.send(message, Array::of1(&surface));
        Ok(this)
    }

    /// Another size of the canvas, in its pixels.
    pub(super) fn resize(&self, width: u32, height: u32) {
        let message = message("size");
        set(&message, "width", &width.into());
        set(&message, "height", &height.into());
        self.post.send(message, Array::new());
    }

    /// The clips' files; only those that changed are sent.
    pub(super) fn set_files(&self, files: &[Option<File>]) {
        let before = self.files.replace(files.to_vec());
        let changed = Array::new();
        for media in 0..before.len().max(files.len()) {
            let file = files.get(media).cloned().flatten();
            if before.get(media).cloned().flatten() == file {
                continue;
            }
            let entry = Object::new();
            set(&entry, "media", &number(media));
            set(&entry, "file", &file.map_or(JsValue::NULL, Into::into));
            changed.push(&entry);
        }
        if changed.length() > 0 {
            let message = message("files");
            set(&message, "files", &changed);
            self.post.send(message, Array::new());
        }
    }

    /// What is shown.
    pub(super) fn set_plan(&self, plan: Option<&Plan>) {
        let message = message("plan");
        // Text that was written as JSON is read as such.
        let told = plan.and_then(|plan| JSON::parse(&plan_message(plan).to_string()).ok());
        set(&message, "plan", &told.unwrap_or(JsValue::NULL));
        self.post.send(message, Array::new());
    }

    /// Where the film is.
    pub(super) fn set_clock(&self, clock: &Clock) {
        let message = message("clock");
        let origin = web_sys::window()
            .and_then(|window| window.performance())
            .map_or(0.0, |clock| clock.time_origin());
        let looped = clock.looped.as_ref().map_or(JsValue::NULL, |part| {
            Array::of2(&frames(part.start).into(), &frames(part.end).into()).into()
        });
        set(&message, "playing", &clock.playing.into());
        set(&message, "frame_at", &clock.frame_at.into());
        set(&message, "at_ms", &(origin + clock.at_ms).into());
        set(&message, "speed", &clock.speed.into());
        set(&message, "loop", &looped);
        self.post.send(message, Array::new());
    }
}

impl Drop for PreviewWorker {
    fn drop(&mut self) {
        self.post.worker.set_onmessage(None);
        self.post.worker.set_onerror(None);
        self.post.worker.terminate();
    }
}

impl Post {
    /// Sends a message, now or once the worker listens.
    pub(super) fn send(&self, message: Object, given: Array) {
        if self.ready.get() {
            // What cannot be sent is not shown; there is nobody to tell.
            let _ = self.worker.post_message_with_transfer(&message, &given);
        } else {
            self.early.borrow_mut().push((message, given));
        }
    }

    fn begin(&self) {
        self.ready.set(true);
        for (message, given) in self.early.take() {
            self.send(message, given);
        }
    }
}

fn read(message: &JsValue) -> Option<News> {
    match text(message, "kind")?.as_str() {
        "shown" => Some(News::Shown(Seen {
            frame: whole(message, "frame")?,
            slot: usize::try_from(whole(message, "slot")?).ok(),
            exact: holds(message, "exact"),
            card: holds(message, "card"),
        })),
        "missing" => Some(News::Missing {
            media: usize::try_from(whole(message, "media")?).ok()?,
            reason: text(message, "reason").unwrap_or_default(),
        }),
        _ => None,
    }
}

/// A message of a kind.
pub(super) fn message(kind: &str) -> Object {
    let message = Object::new();
    set(&message, "kind", &kind.into());
    message
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    // An object of ours takes any field.
    let _ = Reflect::set(object, &name.into(), value);
}

fn number(index: usize) -> JsValue {
    frames(index as u64).into()
}
