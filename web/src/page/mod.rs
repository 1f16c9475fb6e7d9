//! The page itself; for the browser alone.
//!
//! * [`said`] — what the browser says of an error; [`field`] — fields of its objects.
//! * [`studio`] — what the page knows and does.
//! * [`decode`] — a file to samples, by the browser's decoders.
//! * [`dialog`] — a window over the page.
//! * [`offline`] — the page without a network.
//! * [`planner`] — the planner's worker.
//! * [`preview`] — the film's picture; [`transport`] — playing.
//! * [`resizes`] — when an element has another size.
//! * [`store`] — projects kept in the browser.
//! * [`theme`] — light and dark.
//! * [`view`] — what is shown of it.

pub mod decode;
pub mod dialog;
pub mod field;
pub mod offline;
pub mod planner;
pub mod preview;
pub mod resizes;
pub mod said;
pub mod store;
pub mod studio;
pub mod theme;
pub mod transport;
pub mod view;

/// Puts the page into the document.
pub fn open() {
    leptos::mount::mount_to_body(view::shell::Page);
}
