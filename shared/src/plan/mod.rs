//! The plan: everything a renderer needs to make the film, and how it came to be.
//!
//! A plan is versioned JSON. [`Plan::from_json`] is the only door in: it refuses what is too
//! large, malformed, newer, unknown, duplicated or out of range, and lists every problem with its
//! JSON path. [`Plan::to_json`] is the only door out.

mod error;
mod fields;
mod model;
mod node;
mod read;
mod read_grid;
mod rules;
mod silence;
mod write;

#[cfg(feature = "schema")]
pub mod schema;

pub use error::{PlanError, Problem};
pub use model::{
    Clip, Cut, CutKind, Extra, FRAME_SIDE, Fit, Focus, MAX_ALTERNATES, MAX_BEATS, MAX_EXACT,
    MAX_MEDIA, MAX_PLAN_BYTES, MAX_SLOTS, MAX_WHY, MadeBy, MusicTrack, Output, Plan, SCHEMA, Slot,
    Speed, SpeedError, Style,
};
