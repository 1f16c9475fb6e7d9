//! The planner behind a message desk, for a page that must stay responsive.
//!
//! * [`protocol`] — what the page and the worker say to each other.
//! * [`order`] — a request for a plan, as it travels.
//! * [`desk`] — takes requests, works in small steps, answers. Plain Rust: the browser's part is
//!   only to carry messages, and lies in `bin/planner_worker.rs`.

pub mod desk;
pub mod order;
pub mod protocol;
