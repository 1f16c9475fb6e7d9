//! Light and dark.
//!
//! `boot.js` shows the scheme that was chosen last, or the system's, before anything else is there,
//! and follows the system where nobody has chosen. Canvases hear of a change by the event
//! `themechange`, since they read their colours once.

use leptos::prelude::*;

/// Where the choice is kept; `boot.js` reads it.
const CHOICE: &str = "autocut-theme";
/// Told on the window when the scheme is another one.
const CHANGED: &str = "themechange";

/// From light to dark and back. A choice that differs from the system's is kept; where both are one
/// again, the page follows the system as before.
pub fn turn() {
    let Some(root) = document().document_element() else {
        return;
    };
    let dark = root
        .get_attribute("data-theme")
        .is_some_and(|theme| theme == "dark");
    let theme = if dark { "light" } else { "dark" };
    // An attribute of a plain name can be set.
    let _ = root.set_attribute("data-theme", theme);
    let system = window().match_media("(prefers-color-scheme: dark)");
    let system = system.ok().flatten().is_some_and(|query| query.matches());
    if let Some(store) = window().local_storage().ok().flatten() {
        // Without a store the choice lasts as long as the page.
        let _ = if dark == system {
            store.set_item(CHOICE, theme)
        } else {
            store.remove_item(CHOICE)
        };
    }
    if let Ok(event) = web_sys::Event::new(CHANGED) {
        let _ = window().dispatch_event(&event);
    }
}

/// Hears of every change until the owner is gone.
pub fn on_change(changed: impl Fn() + 'static) {
    let listener = window_event_listener_untyped(CHANGED, move |_| changed());
    on_cleanup(move || listener.remove());
}
