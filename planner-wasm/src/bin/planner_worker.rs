//! The planner in a browser's worker: carries messages between the page, the ports that the page
//! hands over, and the [`Desk`].
//!
//! See [`planner_wasm::worker::protocol`] for the messages. Between two steps the event loop
//! turns once, so that a cancel is heard.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Float32Array, Object, Reflect, Uint8Array};
use planner_wasm::worker::bulk::{Bulk, Stored};
use planner_wasm::worker::desk::Desk;
use planner_wasm::worker::protocol::{Answer, PortId, Reply};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

/// Who asks where no port is named.
const PAGE: PortId = 0;

/// A song's samples, left in JavaScript's memory.
struct Song(Float32Array);

/// Pictures or a file's windows, left in JavaScript's memory.
struct Bytes(Uint8Array);

/// A typed array of one buffer holds fewer than 2^32 values.
fn at(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Stored<f32> for Song {
    fn count(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self, start: usize, into: &mut [f32]) {
        self.0
            .subarray(at(start), at(start + into.len()))
            .copy_to(into);
    }
}

impl Stored<u8> for Bytes {
    fn count(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self, start: usize, into: &mut [u8]) {
        self.0
            .subarray(at(start), at(start + into.len()))
            .copy_to(into);
    }
}

/// Everything that the worker holds on to.
struct Office {
    page: DedicatedWorkerGlobalScope,
    /// Port number n is the one at n - 1.
    ports: RefCell<Vec<MessagePort>>,
    desk: RefCell<Desk<Song, Bytes>>,
    /// Turns the event loop between two steps.
    turn: MessageChannel,
    /// A turn is on its way. With more than one at a time a cancel would wait for several steps.
    turning: Cell<bool>,
}

fn main() {
    if let Err(error) = listen() {
        wasm_bindgen::throw_val(error);
    }
}

fn listen() -> Result<(), JsValue> {
    let page: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let mouth = page.clone();
    std::panic::set_hook(Box::new(move |panic| {
        // The page is told what broke; it starts another worker.
        let message = format!("the planner broke down: {panic}");
        let broken = letter(&Reply::Failed { id: None, message });
        let _ = broken.and_then(|broken| mouth.post_message(&broken));
    }));
    let office = Rc::new(Office {
        page,
        ports: RefCell::default(),
        desk: RefCell::default(),
        turn: MessageChannel::new()?,
        turning: Cell::new(false),
    });

    let work = Closure::<dyn FnMut() -> Result<(), JsValue>>::new({
        let office = Rc::clone(&office);
        move || office.work()
    });
    let turn = office.turn.port1();
    turn.set_onmessage(Some(work.as_ref().unchecked_ref()));
    work.forget();

    let hear = office.ear(PAGE);
    let page = &office.page;
    page.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();

    office.say(&Answer {
        to: PAGE,
        reply: Reply::greeting(),
    })
}

impl Office {
    /// What hears the messages that come by a port.
    fn ear(
        self: &Rc<Self>,
        from: PortId,
    ) -> Closure<dyn FnMut(MessageEvent) -> Result<(), JsValue>> {
        let office = Rc::clone(self);
        Closure::new(move |event: MessageEvent| {
            let message = event.data();
            match Reflect::get(&message, &"port".into())?.dyn_into::<MessagePort>() {
                Ok(port) => office.open(port),
                Err(_) => office.hear(from, &message),
            }
        })
    }

    fn open(self: &Rc<Self>, port: MessagePort) -> Result<(), JsValue> {
        let mut ports = self.ports.borrow_mut();
        let number = PortId::try_from(ports.len() + 1).map_err(|error| error.to_string())?;
        let hear = self.ear(number);
        // Setting the handler also opens the port.
        port.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        hear.forget();
        ports.push(port);
        Ok(())
    }

    fn hear(&self, from: PortId, message: &JsValue) -> Result<(), JsValue> {
        let header = Reflect::get(message, &"h".into())?;
        let header = header.as_string().unwrap_or_default();
        let bulk = Reflect::get(message, &"b".into())?;
        let bulk = match bulk.dyn_into::<Float32Array>() {
            Ok(samples) => Some(Bulk::Samples(Song(samples))),
            Err(bulk) => bulk
                .dyn_into::<Uint8Array>()
                .ok()
                .map(|bytes| Bulk::Bytes(Bytes(bytes))),
        };
        let answer = self.desk.borrow_mut().receive(from, &header, bulk);
        if let Some(answer) = answer {
            self.say(&answer)?;
        }
        self.go_on()
    }

    fn work(&self) -> Result<(), JsValue> {
        self.turning.set(false);
        let Some(answer) = self.desk.borrow_mut().step() else {
            return Ok(());
        };
        self.say(&answer)?;
        self.go_on()
    }

    /// Has the next step made once the event loop has turned.
    fn go_on(&self) -> Result<(), JsValue> {
        if self.turning.replace(true) {
            return Ok(());
        }
        self.turn.port2().post_message(&JsValue::NULL)
    }

    fn say(&self, answer: &Answer) -> Result<(), JsValue> {
        let letter = letter(&answer.reply)?;
        let ports = self.ports.borrow();
        let port = usize::try_from(answer.to)
            .ok()
            .and_then(|number| ports.get(number.checked_sub(1)?));
        match port {
            Some(port) => port.post_message(&letter),
            None => self.page.post_message(&letter),
        }
    }
}

fn letter(reply: &Reply) -> Result<Object, JsValue> {
    let header = serde_json::to_string(reply).map_err(|error| error.to_string())?;
    let message = Object::new();
    Reflect::set(&message, &"h".into(), &header.into())?;
    Ok(message)
}
