//! The page itself; for the browser alone.
//!
//! * [`studio`] — what the page knows and does.
//! * [`decode`] — a file to samples, by the browser's decoders.
//! * [`dialog`] — a window over the page.
//! * [`planner`] — the planner's worker.
//! * [`view`] — what is shown of it.

pub mod decode;
pub mod dialog;
pub mod planner;
pub mod studio;
pub mod view;

/// Puts the page into the document.
pub fn open() {
    leptos::mount::mount_to_body(view::shell::Page);
}
