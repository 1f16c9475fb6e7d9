//! Beats, bars, sections and energy of a song.
//!
//! Sound is heard once, in order; the decision is made at the end, over the whole song:
//!
//! 1. `spectrum`, `filterbank` — 80 bands and 12 pitch classes, 100 times a second, kept in few bits
//!    by `levels`.
//! 2. `onset` — how much more sound each hop has than the one before, by register; integers from
//!    here on, and exact.
//! 3. `network` — what has been learnt of the sound of beats and downbeats; integers as well.
//! 4. `tempo` — periods at which onsets and beats repeat, and the families that they suggest.
//! 5. `hypothesis` — whole readings of the song: `grid` (one tempo) and `pointer` (a drifting one).
//! 6. `choice` — the reading that fits best, and how likely it is; `readings` — the others.
//! 7. `beatwise`, `bars`, `energy`, `sections` — what the cutter wants to know of each beat.
//! 8. `attack` — where exactly sounds begin around the beats.
//!
//! What a person knows better is put right by [`corrections`], on the finished grid.
//!
//! `analyser` hears, `deciding` does all from 2 on step by step, `outcome` puts the grid together,
//! `weighed` tells of every reading what the choice knows of it. `hop` holds the clock they share,
//! `timing` the places between its ticks.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "number crunching: sizes are those of a song (hops below 2^31, strengths below 2^15), \
              and indices run over the lengths of the tables they index"
)]

mod analyser;
mod attack;
mod bars;
mod beatwise;
mod choice;
pub mod corrections;
mod deciding;
mod energy;
mod filterbank;
mod grid;
mod hop;
mod hypothesis;
mod levels;
mod network;
mod onset;
mod outcome;
mod pointer;
mod readings;
mod sections;
mod spectrum;
#[cfg(test)]
mod stages;
mod tempo;
mod timing;
mod weighed;

pub use analyser::{MusicAnalyser, MusicError, analyse};
pub use deciding::Deciding;
pub use outcome::TRUSTED_PERMILLE;
pub use weighed::{WEIGHTS, Weighed, weighed};

/// Samples per second at which every song is analysed, and the rate of every music time that the
/// planner writes. Decoders resample to it.
pub const ANALYSIS_RATE: u32 = 44_100;
