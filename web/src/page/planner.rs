//! The planner's worker, as the page sees it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use crate::page::field::text;
use crate::page::said::said;
use crate::wording::sentence;
use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use planner_wasm::footage::Footage;
use planner_wasm::worker::protocol::{FootageId, JobId, Reply, Request};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    ErrorEvent, MessageChannel, MessageEvent, MessagePort, Worker, WorkerOptions, WorkerType,
};

/// Where trunk puts the worker, relative to the page.
const WORKER: &str = "./planner_worker_loader.js";

/// After so many breakdowns without an answer between them, no other worker is started.
const MOST_BREAKDOWNS: u8 = 2;

/// What travels beside a request; its buffer is given away.
pub enum Bulk {
    /// Samples of a song.
    Samples(Float32Array),
    /// Bytes of a file.
    Bytes(Uint8Array),
}

/// Hears the replies to one request, the last of which is final.
type Ear = Box<dyn FnMut(Reply)>;

/// The planner. A handle: clones mean the same worker. The worker is a good part of the page's bytes,
/// so it is fetched when there is something to do. One that breaks down is replaced when there is
/// something to do again, but not for ever; whoever waits hears [`Reply::Failed`].
#[derive(Clone, Default)]
pub struct Planner(Rc<Inner>);

#[derive(Default)]
struct Inner {
    worker: RefCell<Option<Running>>,
    ears: RefCell<BTreeMap<JobId, Ear>>,
    /// Messages that came before the worker listened.
    early: RefCell<Vec<(Object, Array)>>,
    listens: Cell<bool>,
    /// Breakdowns since the last answer.
    breakdowns: Cell<u8>,
    next: Cell<JobId>,
    /// The footage that the worker keeps.
    kept: RefCell<BTreeMap<FootageId, Weak<Footage>>>,
    on_broken: OnceCell<Box<dyn Fn(String)>>,
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
    /// Who is told when a worker broke down; the sentence is for a person. The first who asks is.
    pub fn on_broken(&self, told: impl Fn(String) + 'static) {
        let _ = self.0.on_broken.set(Box::new(told));
    }

    fn tell_broken(&self, message: String) {
        if let Some(told) = self.0.on_broken.get() {
            told(message);
        }
    }

    /// Fetches the worker, if it is not there: something to do will come in a moment.
    pub fn wake(&self) {
        // What does not work is told to whoever asks for something.
        let _ = self.awake();
    }

    fn awake(&self) -> Result<(), JsValue> {
        if self.0.breakdowns.get() >= MOST_BREAKDOWNS {
            return Err("the planner is not there; load the page again".into());
        }
        if self.0.worker.borrow().is_none() {
            self.spawn()?;
        }
        Ok(())
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
                // A worker that could not be fetched has no message.
                let message = match text(&event, "message") {
                    Some(why) if !why.is_empty() => format!("the planner stopped: {why}"),
                    _ => "the planner could not be fetched".to_owned(),
                };
                Self(inner).broke(&message);
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

    /// Whether the worker keeps this very footage.
    #[must_use]
    pub fn keeps(&self, footage: &Arc<Footage>) -> bool {
        self.name_of(footage).is_some()
    }

    fn name_of(&self, footage: &Arc<Footage>) -> Option<FootageId> {
        let kept = self.0.kept.borrow();
        let mut kept = kept.iter();
        let same = kept.find(|(_, kept)| std::ptr::eq(kept.as_ptr(), Arc::as_ptr(footage)));
        same.map(|(id, _)| *id)
    }

    /// The name of footage for orders; the worker is told what it is, unless it keeps it already, and
    /// keeps it for as long as anybody here does.
    #[must_use]
    pub fn keep(&self, footage: &Arc<Footage>) -> FootageId {
        if let Some(id) = self.name_of(footage) {
            return id;
        }
        let id = self.0.next.get().wrapping_add(1);
        self.0.next.set(id);
        let mut kept = self.0.kept.borrow_mut();
        let gone: Vec<_> = kept
            .iter()
            .filter(|(_, footage)| footage.strong_count() == 0)
            .map(|(id, _)| *id)
            .collect();
        for footage in gone {
            kept.remove(&footage);
            let _ = self.send(&Request::Forget { footage }, None);
        }
        let known = Footage::clone(footage);
        // Where it cannot be told, the order that names it is refused or cannot be sent either.
        if self
            .send(&Request::Keep { footage: id, known }, None)
            .is_ok()
        {
            kept.insert(id, Arc::downgrade(footage));
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
        self.awake()?;
        match &*self.0.worker.borrow() {
            Some(running) if self.0.listens.get() => {
                running.worker.post_message_with_transfer(&message, &given)
            }
            _ => {
                self.0.early.borrow_mut().push((message, given));
                Ok(())
            }
        }
    }

    fn hear(&self, reply: Reply) {
        match &reply {
            Reply::Ready { .. } if reply != Reply::greeting() => {
                // The worker's address is the same in every build; another one's cannot be trusted.
                self.0.breakdowns.set(MOST_BREAKDOWNS);
                self.broke("the page was updated meanwhile");
            }
            Reply::Ready { .. } => {
                self.0.listens.set(true);
                for (message, given) in self.0.early.take() {
                    if let Err(error) = self.post(message, given) {
                        // Who waits for what was not sent would wait for ever.
                        return self
                            .broke(&format!("the planner was not reached: {}", said(&error)));
                    }
                }
            }
            Reply::Failed { id: None, message } => self.broke(message),
            _ => {
                if let Some(id) = job(&reply) {
                    if !matches!(reply, Reply::Progress { .. }) {
                        self.0.breakdowns.set(0);
                    }
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
    /// failed, and it goes.
    fn broke(&self, message: &str) {
        let ears = self.0.ears.take();
        let listened = self.0.listens.replace(false);
        let early = self.0.early.take();
        self.0.kept.take();
        let worker = self.0.worker.take();
        // This call comes from the worker's own closure, so it goes a little later.
        spawn_local(async move { drop(worker) });
        let breakdowns = self.0.breakdowns.get();
        let was_asked = listened || !ears.is_empty() || !early.is_empty();
        if !was_asked && breakdowns < MOST_BREAKDOWNS {
            // It was only woken; whoever asks for something tries again.
            return;
        }
        let breakdowns = breakdowns.saturating_add(1);
        self.0.breakdowns.set(breakdowns);
        for (id, mut ear) in ears {
            ear(Reply::Failed {
                id: Some(id),
                message: message.to_owned(),
            });
        }
        let then = if breakdowns < MOST_BREAKDOWNS {
            "What it was asked for has to be asked for again."
        } else {
            "Load the page again."
        };
        self.tell_broken(format!("{} {then}", sentence(message)));
    }
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
