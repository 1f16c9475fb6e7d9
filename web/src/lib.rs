//! The planner page.
//!
//! A person drops a song and clips; the browser decodes them, the planner's worker listens, looks and
//! plans; the page shows the film in sync with the music, and what is disliked is changed. Nothing
//! leaves the device.
//!
//! * [`document`] — what undo goes through: the brief and the plan that came of it.
//! * [`project`] — everything that a person has brought and decided, as one document.
//! * [`ruler`] — times along the film.
//! * [`unseen`] — what stands for clips that the browser cannot decode.
//! * [`viewport`] — the stretch of the film that is in view.
//! * [`waveform`] — a song's outline for drawing at any zoom.
//! * [`wording`] — times, tempo and beats as text.
//! * `page` — the page itself; exists for the browser alone.

pub mod document;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod project;
pub mod ruler;
pub mod unseen;
pub mod viewport;
pub mod waveform;
pub mod wording;
