//! A window over the page.

use leptos::ev;
use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::view::glyph::Glyph;

/// A modal window: the browser keeps the focus inside, and gives it back when it closes.
#[component]
pub fn Dialog(
    /// What it is called.
    #[prop(into)]
    title: String,
    /// Told when it is to close: by its button, by Escape, by a press beside it.
    close: impl Fn() + Copy + 'static,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<DialogElement>::new();
    // The browser gives the focus back when a dialog is closed, not when it leaves the document.
    let opener = StoredValue::new_local(document().active_element());
    on_cleanup(move || {
        let opener = opener.try_get_value().flatten();
        if let Some(opener) = opener.and_then(|one| one.dyn_into::<HtmlElement>().ok()) {
            // Once the dialog is gone, since nothing outside it takes the focus before.
            request_animation_frame(move || {
                // An element that is gone does not take it, and it stays with the page.
                let _ = opener.focus();
            });
        }
    });
    Effect::new(move |_| {
        if let Some(dialog) = element.get()
            && !dialog.open()
        {
            // Only a dialog that is open already, or not in the document, refuses.
            let _ = dialog.show_modal();
        }
    });
    let beside = move |event: ev::MouseEvent| {
        let dialog = element.get();
        if event.target().is_some()
            && event.target() == dialog.map(|dialog| (*dialog).clone().into())
        {
            close();
        }
    };
    view! {
        <dialog
            class="window sheet"
            node_ref=element
            aria-labelledby="window-title"
            on:cancel=move |event: ev::Event| { event.prevent_default(); close(); }
            on:click=beside
        >
            <div class="inside">
                <div class="row apart">
                    <h2 id="window-title">{title}</h2>
                    <button class="plain icon" aria-label="Close" on:click=move |_| close()>{Glyph::Cross.show()}</button>
                </div>
                {children()}
            </div>
        </dialog>
    }
}
