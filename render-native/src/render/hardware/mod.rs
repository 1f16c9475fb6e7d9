//! Encoders in hardware: used where a real test encode shows that they work, with software behind
//! them.
//!
//! [`candidates`] says how each is asked, [`trial`] whether it can be trusted here, [`settle`] which
//! one a job uses, and [`blame`] what happens when it fails later on. A film has one encoder, since
//! all of its segments share one set of headers.

mod blame;
mod candidates;
mod settle;
mod trial;

pub use candidates::{Choice, Hardware};
pub(super) use settle::{Chosen, Trusted, settle};
pub(crate) use trial::examine;
