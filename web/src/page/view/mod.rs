//! What is shown.
//!
//! * [`shell`] — the page as a whole: its bar, its places, what is dropped on it.
//! * [`start`] — the page before there is anything.
//! * [`library`] — song and clips; [`wishes`] — what is asked of a clip.
//! * `filmstrip` — a clip over its length; `paint` — canvases.
//! * [`stage`] — the preview and its buttons.
//! * [`timeline`] — the shots over the music.
//! * [`panels`] — the selected shot, the beat lab, the film.
//! * [`keys`] — the keyboard, and its sheet.
//! * [`export`], [`projects`] — windows over the page.
//! * [`glyph`] — icons.
#![expect(
    clippy::must_use_candidate,
    reason = "components are used by the view's macro, never called by hand"
)]

pub mod export;
mod filmstrip;
pub mod glyph;
pub mod keys;
pub mod library;
mod paint;
pub mod panels;
pub mod projects;
pub mod shell;
pub mod stage;
pub mod start;
pub mod timeline;
pub mod wishes;
