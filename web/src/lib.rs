//! The planner page.
//!
//! A person drops a song and clips; the browser decodes them, the planner's worker listens, looks and
//! plans; the page shows the film in sync with the music, and what is disliked is changed. Nothing
//! leaves the device.
//!
//! * [`document`] — what undo goes through: the brief and the plan that came of it.
//! * [`insight`] — what can be told of a shot, and of a plan in numbers.
//! * [`pacing`] — how dense cuts are, by slider and by section.
//! * [`gesture`] — what a pointer does to the shots.
//! * [`keys`] — what the keys do.
//! * [`facts`] — clips and projects in a few words.
//! * [`preview`] — what is on screen when, and what sounds when.
//! * [`project`] — everything that a person has brought and decided, as one document.
//! * [`ruler`] — times along the film.
//! * [`replace`] — which window of a clip to show in place of another.
//! * [`score`] — the song on the film's axis.
//! * [`shotwords`] — a shot in words.
//! * [`tapping`] — a tempo from taps.
//! * [`speed`] — speeds as people write them.
//! * [`unseen`] — what stands for clips that the browser cannot decode.
//! * [`viewport`] — the stretch of the film that is in view.
//! * [`waveform`] — a song's outline for drawing at any zoom.
//! * [`wishes`] — what is asked of single clips.
//! * [`wording`] — times, tempo and beats as text.
//! * `page` — the page itself; exists for the browser alone.

pub mod document;
pub mod facts;
pub mod gesture;
pub mod insight;
pub mod keys;
pub mod pacing;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod preview;
pub mod project;
pub mod replace;
pub mod ruler;
pub mod score;
pub mod shotwords;
pub mod speed;
pub mod tapping;
pub mod unseen;
pub mod viewport;
pub mod waveform;
pub mod wishes;
pub mod wording;
