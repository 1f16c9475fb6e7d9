//! The page itself; for the browser alone.
//!
//! * [`session`] — what the page is doing, and the way from a file to beats.
//! * [`decode`] — a file to samples, by the browser's decoders.
//! * [`planner`] — the planner's worker.
//! * [`view`] — what is shown of it; [`chart`] draws waveform and beats.

pub mod chart;
pub mod decode;
pub mod planner;
pub mod session;
pub mod view;

/// Puts the page into the document.
pub fn open() {
    leptos::mount::mount_to_body(view::Page);
}
