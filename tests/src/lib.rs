//! Fixtures of the tests that cross the crates.
//!
//! * [`project`] — a folder with a song and clips, for one test.
//! * [`program`] — the built `render-native`, run as a user runs it.
//! * [`media`] — clips and songs made on the spot.
//! * [`frame_code`] — pictures that carry their clip's and their own number.
//! * [`film`] — what a finished film shows, frame by frame.
//! * [`plans`] — plans written by hand.
//! * [`dev_data`] — a developer's media beside the checkout, or a line that says they are not.
//! * [`chance`] — chance that is the same every time.
//! * [`fake`] — an ffmpeg that fails where it is told to.
//! * [`fuzz`] — damaged and absurd input for whatever reads what others write.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "fixtures: one that fails is a failed test"
)]

pub mod chance;
pub mod dev_data;
pub mod fake;
pub mod film;
pub mod frame_code;
pub mod fuzz;
pub mod media;
pub mod plans;
pub mod program;
pub mod project;
mod skip;

pub use skip::skipped;
