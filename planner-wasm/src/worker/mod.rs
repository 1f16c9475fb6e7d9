//! The planner behind a message desk, for a page that must stay responsive.
//!
//! * [`protocol`] — what the page and the worker say to each other.
//! * [`order`] — a request for a plan, as it travels.
//! * [`bulk`] — the data beside a message, left where it is.
//! * [`desk`] — takes requests, works in small steps, answers. Plain Rust: the browser's part is
//!   only to carry messages, and lies in `bin/planner_worker.rs`.

pub mod bulk;
mod clips;
pub mod desk;
#[cfg(test)]
mod laws;
pub mod order;
pub mod protocol;

pub use clips::PICTURE_BYTES;
