//! The page without a network: its service worker, as the page sees it.
//!
//! The worker (`service_worker.js`) keeps every file of one build and answers from there. A newer
//! build is fetched beside it and waits until all tabs of the page are closed, or a person asks
//! for it; so the files of two builds never mix in one tab.
//!
//! Pages that come by `https` register it. On this machine, where pages are developed and tested,
//! it is registered only if the address asks for it by `?sw`.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState,
};

/// Where the worker lies. Its folder is what it answers for.
const WORKER: &str = "./service_worker.js";
/// What the waiting worker understands as "go on".
const TAKE_OVER: &str = "take over";

/// How the page stands without a network. A handle: copies mean the same.
#[derive(Debug, Clone, Copy)]
pub struct Offline {
    /// A newer build is there, or another tab has begun to use it: [`Self::update`] shows it.
    pub update_waiting: RwSignal<bool>,
    /// The newer build, while it waits.
    waiting: StoredValue<Option<ServiceWorker>, LocalStorage>,
    /// A person has asked for it in this tab.
    asked: StoredValue<bool>,
    /// Every file of a build is kept.
    ready: StoredValue<bool>,
}

impl Offline {
    /// Registers the worker where that is wanted. A page without it works as long as there is a
    /// network.
    #[must_use]
    pub fn register() -> Self {
        let offline = Self {
            update_waiting: RwSignal::new(false),
            waiting: StoredValue::new_local(None),
            asked: StoredValue::new(false),
            ready: StoredValue::new(false),
        };
        if let Some(container) = container() {
            spawn_local(async move {
                // A browser that refuses leaves the page as it is: online.
                let _ = offline.registered(&container).await;
            });
        }
        offline
    }

    /// Shows the newer build: the page is loaded again. Save first.
    pub fn update(self) {
        self.asked.set_value(true);
        let asked = self.waiting.with_value(|waiting| {
            let waiting = waiting.as_ref()?;
            // One that is past waiting has taken over already.
            let waits = waiting.state() == ServiceWorkerState::Installed;
            waits.then(|| waiting.post_message(&TAKE_OVER.into()).is_ok())
        });
        if asked != Some(true) {
            reload();
        }
    }

    async fn registered(self, container: &ServiceWorkerContainer) -> Result<(), JsValue> {
        let controlled = container.controller().is_some();
        let changes = Closure::<dyn FnMut()>::new(move || {
            // The first worker that takes a page without one is no update.
            if self.asked.get_value() {
                reload();
            } else if controlled {
                self.update_waiting.set(true);
            }
        });
        container.set_oncontrollerchange(Some(changes.as_ref().unchecked_ref()));
        // For as long as the page lives.
        changes.forget();

        let registration: ServiceWorkerRegistration = JsFuture::from(container.register(WORKER))
            .await?
            .unchecked_into();
        if registration.active().is_some() {
            self.ready.set_value(true);
        }
        if let Some(waiting) = registration.waiting() {
            self.wait(waiting, controlled);
        }
        if let Some(installing) = registration.installing() {
            self.follow(&installing);
        }
        let finds = Closure::<dyn FnMut()>::new({
            let registration = registration.clone();
            move || {
                if let Some(installing) = registration.installing() {
                    self.follow(&installing);
                }
            }
        });
        registration.set_onupdatefound(Some(finds.as_ref().unchecked_ref()));
        finds.forget();
        Ok(())
    }

    /// Follows a build that is being fetched.
    fn follow(self, worker: &ServiceWorker) {
        let changes = Closure::<dyn FnMut()>::new({
            let worker = worker.clone();
            move || match worker.state() {
                ServiceWorkerState::Installed => {
                    let first = !self.ready.get_value();
                    self.wait(worker.clone(), !first);
                }
                ServiceWorkerState::Activated => self.ready.set_value(true),
                _ => {}
            }
        });
        worker.set_onstatechange(Some(changes.as_ref().unchecked_ref()));
        changes.forget();
    }

    fn wait(self, worker: ServiceWorker, newer: bool) {
        self.waiting.set_value(Some(worker));
        if newer {
            self.update_waiting.set(true);
        }
    }
}

/// The browser's service workers, if this page wants one.
fn container() -> Option<ServiceWorkerContainer> {
    let window = web_sys::window()?;
    let location = window.location();
    let local = ["localhost", "127.0.0.1", "[::1]"].contains(&location.hostname().ok()?.as_str());
    let asks = location.search().is_ok_and(|query| {
        let mut words = query.trim_start_matches('?').split('&');
        words.any(|word| word == "sw" || word == "sw=1")
    });
    let wanted = if local {
        asks
    } else {
        location
            .protocol()
            .is_ok_and(|protocol| protocol == "https:")
    };
    // Missing where the page is not to be trusted with one.
    let workers = Reflect::get(&window.navigator(), &"serviceWorker".into()).ok()?;
    (wanted && workers.is_object()).then(|| workers.unchecked_into())
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // A browser that does not reload leaves the page as it is.
        let _ = window.location().reload();
    }
}
