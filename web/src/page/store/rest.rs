//! Letting the browser do something else.

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

/// Comes back after `ms` milliseconds, or a little later.
pub(super) async fn rest(ms: i32) {
    let pause = Promise::new(&mut |resolve, _| {
        let timer = web_sys::window().and_then(|window| {
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms)
                .ok()
        });
        if timer.is_none() {
            // Without a clock there is no pause.
            let _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
        }
    });
    // It is never rejected.
    let _ = JsFuture::from(pause).await;
}

/// Long work in pieces that do not keep the page from answering.
pub(in crate::page) struct Pieces {
    since: f64,
}

/// How long a piece may take, in milliseconds.
const PIECE_MS: f64 = 12.0;

impl Pieces {
    pub(in crate::page) fn new() -> Self {
        Self {
            since: js_sys::Date::now(),
        }
    }

    /// Rests if the piece has taken long enough. A page that is about to go does not rest: it
    /// might not come back.
    pub(in crate::page) async fn pause(&mut self) {
        let hidden = web_sys::window()
            .and_then(|window| window.document())
            .is_none_or(|document| document.hidden());
        if !hidden && js_sys::Date::now() - self.since > PIECE_MS {
            rest(0).await;
            self.since = js_sys::Date::now();
        }
    }
}
