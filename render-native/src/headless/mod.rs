//! The planner without a page: ffmpeg decodes, `planner_wasm` thinks, a plan comes out.
//!
//! Only here is the planner named. Nothing here knows of rendering.
//!
//! * [`walk`] — which files there are.
//! * [`frames`] — a clip, as the footage analyser sees it.
//! * [`hearing`] — the same clip's own sound.
//! * [`survey`] — many clips at once, within bounded memory.
//! * [`inspect`] — what a survey found, for people and scripts.
//! * [`sheet`] — the same as a picture, for people who look rather than read.
//! * [`song`] — a song, listened to.
//! * [`asked`] — what is asked of single clips, by name.
//! * [`plan`] — all of it together.
//! * [`mod@reference`] — how a plan names a file.

pub mod asked;
pub mod frames;
pub mod hearing;
pub mod inspect;
mod matroska;
pub mod plan;
pub mod reference;
pub mod sheet;
pub mod song;
pub mod survey;
pub mod walk;
