//! The page itself; for the browser alone.
//!
//! * [`studio`] — what the page knows and does.
//! * [`decode`] — a file to samples, by the browser's decoders.
//! * [`dialog`] — a window over the page.
//! * [`offline`] — the page without a network.
//! * [`planner`] — the planner's worker.
//! * [`store`] — projects kept in the browser.
//! * [`view`] — what is shown of it.

pub mod decode;
pub mod dialog;
pub mod offline;
pub mod planner;
pub mod store;
pub mod studio;
pub mod view;

/// Puts the page into the document.
pub fn open() {
    leptos::mount::mount_to_body(view::shell::Page);
}
