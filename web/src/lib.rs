//! The planner page.
//!
//! A person drops a song; the browser decodes it, the planner's worker listens, the page shows
//! the beats over the waveform. Nothing leaves the device.
//!
//! * [`waveform`] — a song's outline for drawing at any zoom.
//! * [`wording`] — times, tempo and beats as text.
//! * `page` — the page itself; exists for the browser alone.

#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod waveform;
pub mod wording;
