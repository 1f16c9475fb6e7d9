//! The beat tracker as a whole, on tracks made here sample by sample, so that the truth is exact.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    clippy::maybe_infinite_iter,
    clippy::unwrap_used,
    reason = "tests count samples and seconds of short made-up tracks"
)]

mod clicks;
mod tracks;
mod whole;
