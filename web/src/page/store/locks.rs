//! Web Locks, which `web-sys` does not have yet in its stable part.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A lock that this tab holds. Freed when dropped.
pub(super) struct Lock {
    free: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Settling a promise twice, or after its lock was taken, does nothing.
        let _ = self.free.call0(&JsValue::UNDEFINED);
    }
}

/// What came of asking for a lock.
pub(super) enum Answer {
    /// This tab has it.
    Held(Lock),
    /// Another has it.
    Elsewhere,
    /// This browser has no locks for this page.
    None,
}

/// Asks for a lock, without waiting for another tab; with `steal` that tab loses it. `lost` is
/// called if this tab loses it later.
pub(super) async fn ask(name: &str, steal: bool, lost: impl FnOnce() + 'static) -> Answer {
    match request(name, steal) {
        Some(Ok(asked)) => asked.answer(lost).await,
        Some(Err(_)) | None => Answer::None,
    }
}

struct Asked {
    /// Whether the lock is held; settled once that is known.
    known: Promise,
    /// Settled when the lock is free again, rejected when it was taken or cannot be had.
    ended: Promise,
    free: Function,
}

impl Asked {
    async fn answer(self, lost: impl FnOnce() + 'static) -> Answer {
        let ended = JsFuture::from(self.ended.clone());
        // If the request itself fails, the lock's callback is never called.
        let first = Promise::race(&js_sys::Array::of2(&self.known, &self.ended));
        match JsFuture::from(first).await {
            Ok(held) if held.is_truthy() => {
                spawn_local(async move {
                    if ended.await.is_err() {
                        lost();
                    }
                });
                Answer::Held(Lock { free: self.free })
            }
            Ok(_) => Answer::Elsewhere,
            Err(_) => Answer::None,
        }
    }
}

fn request(name: &str, steal: bool) -> Option<Result<Asked, JsValue>> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into())
        .ok()?
        .dyn_into()
        .ok()?;
    Some(begun(&locks, &request, name, steal))
}

fn begun(locks: &JsValue, request: &Function, name: &str, steal: bool) -> Result<Asked, JsValue> {
    let (held, free) = open_promise();
    let (known, tell) = open_promise();
    let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let got = !lock.is_null();
        // Nobody is left to be told if this fails.
        let _ = tell.call1(&JsValue::UNDEFINED, &got.into());
        if got { held.into() } else { JsValue::UNDEFINED }
    });
    let options = Object::new();
    let option = if steal { "steal" } else { "ifAvailable" };
    Reflect::set(&options, &option.into(), &JsValue::TRUE)?;
    let ended = request.call3(locks, &name.into(), &options, &callback)?;
    Ok(Asked {
        known,
        ended: ended.dyn_into()?,
        free,
    })
}

/// A promise, and the function that settles it.
fn open_promise() -> (Promise, Function) {
    let settle = Rc::new(RefCell::new(Function::default()));
    let promise = Promise::new(&mut |resolve, _| *settle.borrow_mut() = resolve);
    let settle = settle.take();
    (promise, settle)
}
