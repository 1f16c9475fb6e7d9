//! Who works when: segments that fit the memory run at once, the dearest first.

pub mod estimate;
mod queue;

pub use queue::{Queue, Turn};
