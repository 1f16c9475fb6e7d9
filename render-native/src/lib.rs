//! Plans films on the beat of a song and renders them.
//!
//! Two sides meet only in the plan file: `headless` decodes music and footage and asks the
//! planner; `render` turns a plan into a film, one short-lived ffmpeg process per segment.
//! Neither imports the other. `farm` lets many processes, on many machines, share the second. `ffmpeg`, `process`, `media`, [`progress`] and [`interrupt`]
//! serve both; [`verify`] measures what came out.

pub mod cli;
mod durable;
pub mod exit;
pub mod farm;
pub mod ffmpeg;
pub mod headless;
pub mod interrupt;
pub mod launcher;
pub mod media;
pub mod place;
pub mod process;
pub mod progress;
pub mod render;
pub mod shown;
pub mod verify;
