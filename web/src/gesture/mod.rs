//! What a pointer does to the timeline: what lies under it, and what a drag comes to.

mod drag;
mod lanes;

pub use drag::{Drag, loop_edge, looped, moved, rolled, slip_frames, slipped};
pub use lanes::{Hit, Lanes, hit};
