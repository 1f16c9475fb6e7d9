//! The planner's worker, as the page sees it.

use std::rc::Rc;

use js_sys::{Array, Float32Array, Object, Reflect};
use planner_wasm::worker::protocol::{Reply, Request};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Where trunk puts the worker, relative to the page.
const WORKER: &str = "./planner_worker_loader.js";

/// A running worker. Dropping it ends the worker, whatever it does.
pub struct Planner {
    worker: Worker,
    _hears: Closure<dyn FnMut(MessageEvent)>,
    _breaks: Closure<dyn FnMut(ErrorEvent)>,
}

impl Planner {
    /// Starts a worker; `hear` gets every reply, and a [`Reply::Failed`] without a job if the
    /// worker breaks down.
    ///
    /// # Errors
    /// What the browser says if it cannot start one.
    pub fn start(hear: impl Fn(Reply) + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options)?;
        let hear = Rc::new(hear);

        let hears = Closure::<dyn FnMut(MessageEvent)>::new({
            let hear = Rc::clone(&hear);
            move |event: MessageEvent| hear(read(&event.data()))
        });
        worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));

        let breaks = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            hear(Reply::Failed {
                id: None,
                message: format!("the planner stopped: {}", event.message()),
            });
        });
        worker.set_onerror(Some(breaks.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _hears: hears,
            _breaks: breaks,
        })
    }

    /// Sends a request; the buffer of `samples` is given away.
    ///
    /// # Errors
    /// What the browser says if it cannot be sent.
    pub fn ask(&self, request: &Request, samples: Option<&Float32Array>) -> Result<(), JsValue> {
        let header = serde_json::to_string(request).map_err(|error| error.to_string())?;
        let message = Object::new();
        Reflect::set(&message, &"h".into(), &header.into())?;
        let given = Array::new();
        if let Some(samples) = samples {
            Reflect::set(&message, &"b".into(), samples)?;
            given.push(&samples.buffer());
        }
        self.worker.post_message_with_transfer(&message, &given)
    }
}

impl Drop for Planner {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
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
