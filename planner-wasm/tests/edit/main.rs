//! The edit as a whole, over made-up songs and footage.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "../asked/mod.rs"]
mod asked;
mod asking;
mod extremes;
mod heard;
mod laws;
#[path = "../plans/mod.rs"]
mod plans;
#[path = "../requests/mod.rs"]
mod requests;
mod rhythm;
mod small;
#[path = "../synthetic/mod.rs"]
mod synthetic;
mod unwanted;
