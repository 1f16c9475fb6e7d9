//! The worker that reads clips, as the page sees it.
//!
//! It is JavaScript, since the library that reads containers is; see `web/media/clips_worker.js` for
//! its messages. It works on one file at a time and sends the pictures that it decodes to the
//! planner's worker, past the page.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::page::field::{object, text, whole};
use crate::page::said::said;
use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, File, MessageEvent, MessagePort, Worker, WorkerOptions, WorkerType};

/// Where the build puts the worker, relative to the page.
const WORKER: &str = "./media/clips_worker.js";

/// What a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What the container says.
    Probe,
    /// Footage from key frames: seconds for a minute.
    Quick,
    /// Footage from every picture.
    Dense,
    /// Small pictures over the whole length.
    Thumbs {
        /// How many.
        count: u32,
        /// How high, in pixels.
        height: u32,
    },
}

/// Hears the answers to one question as they come: `kind` and the message.
type Ear = Box<dyn FnMut(&str, &JsValue)>;

/// A running worker. A handle.
#[derive(Clone)]
pub struct ClipsWorker(Rc<Inner>);

struct Inner {
    worker: Worker,
    ears: RefCell<BTreeMap<u32, Ear>>,
    ready: Cell<bool>,
    early: RefCell<Vec<(Object, Array)>>,
    next: Cell<u32>,
    broken: Cell<bool>,
    closures: RefCell<Option<Closures>>,
}

struct Closures {
    _hears: Closure<dyn FnMut(MessageEvent)>,
    _breaks: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl ClipsWorker {
    /// Starts a worker that sends pictures to the planner through `port`.
    ///
    /// # Errors
    /// What the browser says if it cannot start one.
    pub fn start(port: &MessagePort) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options)?;
        let inner = Rc::new(Inner {
            worker,
            ears: RefCell::default(),
            ready: Cell::new(false),
            early: RefCell::default(),
            next: Cell::new(0),
            broken: Cell::new(false),
            closures: RefCell::new(None),
        });
        let (listening, broken) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        let ear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = listening.upgrade() {
                Self(inner).hear(&event.data());
            }
        });
        let breaks = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            if let Some(inner) = broken.upgrade() {
                Self(inner).broke(&event.message());
            }
        });
        inner
            .worker
            .set_onmessage(Some(ear.as_ref().unchecked_ref()));
        inner
            .worker
            .set_onerror(Some(breaks.as_ref().unchecked_ref()));
        *inner.closures.borrow_mut() = Some(Closures {
            _hears: ear,
            _breaks: breaks,
        });
        let this = Self(inner);
        let message = object(&[("kind", &"port".into()), ("port", port)])?;
        this.post(message, Array::of1(port))?;
        Ok(this)
    }

    /// Asks a file something; `hear` gets every answer, the last of which is not `progress`.
    pub fn ask(
        &self,
        question: Question,
        file: &File,
        mut hear: impl FnMut(&str, &JsValue) + 'static,
    ) -> u32 {
        let id = self.0.next.get().wrapping_add(1);
        self.0.next.set(id);
        let sent =
            Self::message(question, id, file).and_then(|message| self.post(message, Array::new()));
        if let Err(error) = sent {
            let reason = said(&error);
            // Told a little later: who asks does not know the question's number yet.
            spawn_local(async move {
                if let Ok(message) = object(&[("reason", &reason.into())]) {
                    hear("failed", &message);
                }
            });
            return id;
        }
        self.0.ears.borrow_mut().insert(id, Box::new(hear));
        id
    }

    /// Whether it stopped, and answers nothing any more.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.0.broken.get()
    }

    /// Gives up a question; nothing more is heard of it.
    pub fn cancel(&self, id: u32) {
        if self.0.ears.borrow_mut().remove(&id).is_some()
            && let Ok(message) = object(&[("kind", &"cancel".into()), ("id", &id.into())])
        {
            // A worker that cannot be told is gone, and the question with it.
            let _ = self.post(message, Array::new());
        }
    }

    fn message(question: Question, id: u32, file: &File) -> Result<Object, JsValue> {
        let id = JsValue::from(id);
        match question {
            Question::Probe => object(&[("kind", &"probe".into()), ("id", &id), ("file", file)]),
            Question::Quick | Question::Dense => {
                let depth = if question == Question::Quick {
                    "quick"
                } else {
                    "dense"
                };
                object(&[
                    ("kind", &"look".into()),
                    ("id", &id),
                    ("file", file),
                    ("depth", &depth.into()),
                ])
            }
            Question::Thumbs { count, height } => object(&[
                ("kind", &"thumbs".into()),
                ("id", &id),
                ("file", file),
                ("count", &count.into()),
                ("height", &height.into()),
            ]),
        }
    }

    fn post(&self, message: Object, given: Array) -> Result<(), JsValue> {
        if self.0.ready.get() {
            return self.0.worker.post_message_with_transfer(&message, &given);
        }
        self.0.early.borrow_mut().push((message, given));
        Ok(())
    }

    fn hear(&self, message: &JsValue) {
        let kind = text(message, "kind").unwrap_or_default();
        if kind == "ready" {
            self.0.ready.set(true);
            for (message, given) in self.0.early.take() {
                if let Err(error) = self.post(message, given) {
                    self.broke(&said(&error));
                }
            }
            return;
        }
        let Some(id) = whole(message, "id").and_then(|id| u32::try_from(id).ok()) else {
            return;
        };
        let Some(mut ear) = self.0.ears.borrow_mut().remove(&id) else {
            return;
        };
        ear(&kind, message);
        if kind == "progress" {
            self.0.ears.borrow_mut().insert(id, ear);
        }
    }

    fn broke(&self, reason: &str) {
        self.0.broken.set(true);
        let reason = format!("the part of the page that reads clips stopped: {reason}");
        let Ok(message) = object(&[("reason", &reason.into())]) else {
            return;
        };
        for (_, mut ear) in self.0.ears.take() {
            ear("failed", &message);
        }
    }
}
