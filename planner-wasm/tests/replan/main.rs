//! Laws of the re-plan: what stays, what changes, and that every film is whole.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

#[path = "../asked/mod.rs"]
mod asked;
mod asking;
mod changes;
mod checks;
mod division;
mod offered;
#[path = "../plans/mod.rs"]
mod plans;
#[path = "../requests/mod.rs"]
mod requests;
mod rerolls;
#[path = "../synthetic/mod.rs"]
mod synthetic;
mod whole;
