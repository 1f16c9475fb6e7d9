//! Who works when: segments that fit the memory run at once, the dearest first.

pub mod estimate;
pub mod learned;
mod queue;
mod shape;

pub use queue::{Queue, Running, Turn};
pub use shape::{Means, Shape, shape, usual};
