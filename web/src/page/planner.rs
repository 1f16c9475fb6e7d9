//! The planner's worker, as the page sees it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::page::said::said;
use crate::wording::sentence;
use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use planner_wasm::worker::protocol::{JobId, Reply, Request};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    ErrorEvent, MessageChannel, MessageEvent, MessagePort, Worker, WorkerOptions, WorkerType,
};

/// Where trunk puts the worker, relative to the page.
const WORKER: &str = "./planner_worker_loader.js";

/// What travels beside a request; its buffer is given away.
pub enum Bulk {
    /// Samples of a song.
    Samples(Float32Array),
    /// Bytes of a file.
    Bytes(Uint8Array),
}

/// Hears the replies to one request, the last of which is final.
type Ear = Box<dyn FnMut(Reply)>;

/// The planner. A handle: clones mean the same worker. It is started with the page and replaced when
/// it breaks down; whoever waits then hears [`Reply::Failed`].
#[derive(Clone)]
pub struct Planner(Rc<Inner>);

struct Inner {
    worker: RefCell<Option<Running>>,
    ears: RefCell<BTreeMap<JobId, Ear>>,
    /// Messages that came before the worker listened.
    early: RefCell<Vec<(Object, Array)>>,
    ready: Cell<bool>,
    next: Cell<JobId>,
    /// Told once the first worker listens.
    on_ready: Box<dyn Fn()>,
    /// Told when a worker broke down; the sentence is for a person.
    on_broken: Box<dyn Fn(String)>,
}

struct Running {
    worker: Worker,
    _hears: Closure<dyn FnMut(MessageEvent)>,
    _breaks: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Planner {
    /// Starts the worker.
    ///
    /// # Errors
    /// What the browser says if it cannot start one.
    pub fn start(
        on_ready: impl Fn() + 'static,
        on_broken: impl Fn(String) + 'static,
    ) -> Result<Self, JsValue> {
        let planner = Self(Rc::new(Inner {
            worker: RefCell::new(None),
            ears: RefCell::default(),
            early: RefCell::default(),
            ready: Cell::new(false),
            next: Cell::new(0),
            on_ready: Box::new(on_ready),
            on_broken: Box::new(on_broken),
        }));
        planner.spawn()?;
        Ok(planner)
    }

    fn spawn(&self) -> Result<(), JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options)?;
        let (inner, other) = (Rc::downgrade(&self.0), Rc::downgrade(&self.0));
        let hears = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = inner.upgrade() {
                Self(inner).hear(read(&event.data()));
            }
        });
        worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        let breaks = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            if let Some(inner) = other.upgrade() {
                Self(inner).hear(Reply::Failed {
                    id: None,
                    message: format!("the planner stopped: {}", event.message()),
                });
            }
        });
        worker.set_onerror(Some(breaks.as_ref().unchecked_ref()));
        *self.0.worker.borrow_mut() = Some(Running {
            worker,
            _hears: hears,
            _breaks: breaks,
        });
        Ok(())
    }

    /// Sends a request that is made with the number of its job; `hear` gets every reply to it.
    pub fn ask(
        &self,
        request: impl FnOnce(JobId) -> Request,
        bulk: Option<Bulk>,
        hear: impl FnMut(Reply) + 'static,
    ) -> JobId {
        let id = self.0.next.get().wrapping_add(1);
        self.0.next.set(id);
        self.0.ears.borrow_mut().insert(id, Box::new(hear));
        if let Err(error) = self.send(&request(id), bulk) {
            self.tell(id, |id| Reply::Failed {
                id: Some(id),
                message: said(&error),
            });
        }
        id
    }

    /// Gives up a job; nothing more is heard of it.
    pub fn cancel(&self, id: JobId) {
        if self.0.ears.borrow_mut().remove(&id).is_some() {
            // A worker that cannot be told is one that broke down, and the job with it.
            let _ = self.send(&Request::Cancel { id }, None);
        }
    }

    /// Another way to the planner, for a worker that sends it requests of its own.
    ///
    /// # Errors
    /// What the browser says.
    pub fn port(&self) -> Result<MessagePort, JsValue> {
        let channel = MessageChannel::new()?;
        let message = Object::new();
        Reflect::set(&message, &"port".into(), &channel.port1())?;
        self.post(message, Array::of1(&channel.port1()))?;
        Ok(channel.port2())
    }

    fn send(&self, request: &Request, bulk: Option<Bulk>) -> Result<(), JsValue> {
        let header = serde_json::to_string(request).map_err(|error| error.to_string())?;
        let message = Object::new();
        Reflect::set(&message, &"h".into(), &header.into())?;
        let given = Array::new();
        if let Some(bulk) = bulk {
            let (array, buffer): (JsValue, JsValue) = match bulk {
                Bulk::Samples(samples) => (samples.clone().into(), samples.buffer().into()),
                Bulk::Bytes(bytes) => (bytes.clone().into(), bytes.buffer().into()),
            };
            Reflect::set(&message, &"b".into(), &array)?;
            given.push(&buffer);
        }
        self.post(message, given)
    }

    fn post(&self, message: Object, given: Array) -> Result<(), JsValue> {
        if !self.0.ready.get() {
            self.0.early.borrow_mut().push((message, given));
            return Ok(());
        }
        match &*self.0.worker.borrow() {
            Some(running) => running.worker.post_message_with_transfer(&message, &given),
            None => Err("the planner is not there; load the page again".into()),
        }
    }

    fn hear(&self, reply: Reply) {
        match &reply {
            Reply::Ready { .. } => {
                self.0.ready.set(true);
                for (message, given) in self.0.early.take() {
                    if let Err(error) = self.post(message, given) {
                        (self.0.on_broken)(gone(&error));
                    }
                }
                (self.0.on_ready)();
            }
            Reply::Failed { id: None, message } => self.broke(message),
            _ => {
                if let Some(id) = job(&reply) {
                    self.tell(id, |_| reply);
                }
            }
        }
    }

    /// Hands a reply to who waits for it; nobody does where the job was given up.
    fn tell(&self, id: JobId, reply: impl FnOnce(JobId) -> Reply) {
        let Some(mut ear) = self.0.ears.borrow_mut().remove(&id) else {
            return;
        };
        let reply = reply(id);
        let more = matches!(reply, Reply::Progress { .. });
        ear(reply);
        if more {
            self.0.ears.borrow_mut().insert(id, ear);
        }
    }

    /// Whatever state the worker is in, it is not to be trusted: everybody hears that their job
    /// failed, and another worker begins. One that never listened would fail again.
    fn broke(&self, message: &str) {
        let ears = self.0.ears.take();
        let again = self.0.ready.replace(false);
        self.0.early.take();
        for (id, mut ear) in ears {
            ear(Reply::Failed {
                id: Some(id),
                message: message.to_owned(),
            });
        }
        let then = if again {
            "It was started again; what it worked on has to be asked for again."
        } else {
            "Load the page again."
        };
        (self.0.on_broken)(format!("{} {then}", sentence(message)));
        // This call comes from the worker's own closure, so it is replaced a little later.
        let planner = self.clone();
        spawn_local(async move {
            planner.0.worker.take();
            if again && let Err(error) = planner.spawn() {
                (planner.0.on_broken)(gone(&error));
            }
        });
    }
}

/// The planner is not there; what the browser says of it.
fn gone(error: &JsValue) -> String {
    let said = sentence(&said(error));
    format!("The planner cannot be reached. {said} Load the page again.")
}

/// The job that a reply is about.
fn job(reply: &Reply) -> Option<JobId> {
    match reply {
        Reply::Progress { id, .. }
        | Reply::Beats { id, .. }
        | Reply::Planned { id, .. }
        | Reply::Footage { id, .. }
        | Reply::Fingerprint { id, .. }
        | Reply::Cancelled { id } => Some(*id),
        Reply::Failed { id, .. } => *id,
        _ => None,
    }
}

fn read(message: &JsValue) -> Reply {
    let header = Reflect::get(message, &"h".into())
        .ok()
        .and_then(|header| header.as_string())
        .unwrap_or_default();
    serde_json::from_str(&header).unwrap_or_else(|error| Reply::Failed {
        id: None,
        message: format!("the page does not understand the planner: {error}"),
    })
}
