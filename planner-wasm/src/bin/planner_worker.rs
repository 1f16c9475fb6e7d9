//! The planner in a browser's worker: carries messages between the page and the [`Desk`].
//!
//! See [`planner_wasm::worker::protocol`] for the messages. Between two steps the event loop
//! turns once, so that a cancel is heard.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Float32Array, Object, Reflect};
use planner_wasm::worker::desk::{Desk, Samples};
use planner_wasm::worker::protocol::Reply;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

/// A song's samples, left in JavaScript's memory.
struct Song(Float32Array);

impl Samples for Song {
    fn count(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self, start: usize, into: &mut [f32]) {
        // A typed array of one buffer holds fewer than 2^32 samples.
        let at = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        self.0
            .subarray(at(start), at(start + into.len()))
            .copy_to(into);
    }
}

fn main() {
    if let Err(error) = listen() {
        wasm_bindgen::throw_val(error);
    }
}

fn listen() -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let mouth = scope.clone();
    std::panic::set_hook(Box::new(move |panic| {
        // The page is told what broke; it starts another worker.
        let message = format!("the planner broke down: {panic}");
        let _ = say(&mouth, &Reply::Failed { id: None, message });
    }));

    let desk = Rc::new(RefCell::new(Desk::<Song>::default()));
    let turn = Rc::new(MessageChannel::new()?);

    let work = Closure::<dyn FnMut() -> Result<(), JsValue>>::new({
        let (scope, desk, turn) = (scope.clone(), Rc::clone(&desk), Rc::clone(&turn));
        move || {
            let Some(reply) = desk.borrow_mut().step() else {
                return Ok(());
            };
            say(&scope, &reply)?;
            turn.port2().post_message(&JsValue::NULL)
        }
    });
    turn.port1()
        .set_onmessage(Some(work.as_ref().unchecked_ref()));
    work.forget();

    let hear = Closure::<dyn FnMut(MessageEvent) -> Result<(), JsValue>>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            let message = event.data();
            let header = Reflect::get(&message, &"h".into())?;
            let header = header.as_string().unwrap_or_default();
            let samples = Reflect::get(&message, &"b".into())?;
            let samples = samples.dyn_into::<Float32Array>().ok().map(Song);
            if let Some(reply) = desk.borrow_mut().receive(&header, samples) {
                say(&scope, &reply)?;
            }
            turn.port2().post_message(&JsValue::NULL)
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();

    say(&scope, &Desk::<Song>::greeting())
}

fn say(scope: &DedicatedWorkerGlobalScope, reply: &Reply) -> Result<(), JsValue> {
    let header = serde_json::to_string(reply).map_err(|error| error.to_string())?;
    let message = Object::new();
    Reflect::set(&message, &"h".into(), &header.into())?;
    scope.post_message(&message)
}
