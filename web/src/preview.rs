//! What the preview tells its worker, and what sounds when; pure, so that it is tested without a
//! browser.
//!
//! * [`clock`] — the film's time by the browser's clocks.
//! * [`sounding`] — the song's time while it sounds, and the beats that are due.
//! * [`message`] — plans as the preview's worker reads them; the size of its canvas.
//!
//! Which pictures the worker prepares, and where it draws them, is its own affair: see
//! `web/media/preview/timeline.js` and `geometry.js`.

pub mod clock;
pub mod message;
pub mod sounding;
