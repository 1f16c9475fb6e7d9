//! Beats, bars, sections and energy of a song.

/// Samples per second at which every song is analysed, and the rate of every music time that the
/// planner writes. Decoders resample to it.
pub const ANALYSIS_RATE: u32 = 44_100;
