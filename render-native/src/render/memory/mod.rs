//! How much memory may be used: what the machine has free, what every control group on the way up
//! allows, and what the user allows; and what is done when it gets short.
//!
//! Every one of these is a [`Bound`]. Two [`Thresholds`], in percent, apply to each: below the
//! first segments start, above it nothing new does, above the second work is put back.

mod bound;
pub mod cgroup;
mod machine;
mod mode;

pub use bound::{Bound, Gauge, Reading};
pub use machine::available;
pub use mode::{Change, Governor, Mode, Thresholds, WrongThresholds};
