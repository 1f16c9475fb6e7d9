//! What a person hears better than the tracker, applied to a beat grid.
//!
//! A correction changes the finished grid and listens to nothing: the song's sound is gone by then.
//! `level` holds what changes how many beats there are, `bars` how they are counted, `reading` what
//! else the song was heard as, `taps` what a person tapped. Sections stay and move to the new downbeats.

mod bars;
mod level;
mod reading;
mod taps;

use serde::{Deserialize, Serialize};
use shared::music::BeatGrid;
use shared::plan::MAX_BEATS;
use shared::reading::{MOST_IN_A_BAR, Reading};

/// Under this name a corrected grid's `analysis` tells what was corrected.
pub const CORRECTIONS: &str = "corrections";
/// Confidence, in thousandths, of a grid that a person has corrected, at least: someone has
/// listened, so cuts follow it.
pub const CORRECTED_PERMILLE: u16 = 500;
/// Fewest taps that make a beat.
pub const LEAST_TAPS: usize = 4;
/// Fewest and most beats of a bar.
pub const METERS: std::ops::RangeInclusive<u8> = 2..=MOST_IN_A_BAR;
/// Fastest beat, in thousandths of a beat a minute.
const FASTEST_MILLIBPM: u32 = 480_000;

/// One correction of a beat grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Correction {
    /// The beat is twice as fast: a beat between every two. Bars keep their meter, so there are twice
    /// as many.
    Double,
    /// The beat is half as fast: every other beat goes, such that downbeats stay where that can be.
    /// Bars keep their meter, so there are half as many.
    Halve,
    /// All beats sound later, or earlier if below 0. Those that leave the song are dropped.
    Nudge {
        /// By how many samples.
        samples: i64,
    },
    /// A beat is the first of its bar; the others are counted from it in both directions.
    Downbeat {
        /// Which, counting from 0 in the grid as the corrections before left it.
        beat: usize,
    },
    /// Bars have this many beats.
    Meter {
        /// How many, of [`METERS`].
        beats_per_bar: u8,
    },
    /// Another reading of the song holds: its beats, counted as it counts them.
    Reading {
        /// Which; its tempo and likelihood say nothing here.
        reading: Reading,
    },
    /// A person tapped the beat.
    Tap {
        /// When, in samples of the song, in any order; at least [`LEAST_TAPS`].
        taps: Vec<u64>,
    },
}

/// Why a grid cannot be corrected so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// The grid has no beats.
    #[error("no beat was found in the song, so there is none to correct; tap the beat instead")]
    NoBeats,
    /// The grid's sample rate is 0, or its beats are not in order.
    #[error("the beats are not in order or have no sample rate; analyse the song again")]
    UnsoundGrid,
    /// No such beat.
    #[error("there is no beat {beat}: the song has {beats}, counted from 0")]
    NoSuchBeat {
        /// Which was named.
        beat: usize,
        /// How many there are.
        beats: usize,
    },
    /// No such meter.
    #[error("bars of {beats_per_bar} beats are not counted; choose from 2 to 12")]
    Meter {
        /// How many beats.
        beats_per_bar: u8,
    },
    /// No such reading.
    #[error("that reading is none of this song's; take one of those that were heard in it")]
    NoSuchReading,
    /// The beats would be too fast.
    #[error("the beat is too fast already; it would pass 480 beats a minute")]
    TooFast,
    /// Nothing would be left.
    #[error("no beat would be left in the song; nudge it by less than its length")]
    NothingLeft,
    /// Too few taps, or too close to each other.
    #[error("{taps} taps do not make a beat; tap at least {LEAST_TAPS} times in time")]
    TooFewTaps {
        /// How many can be used.
        taps: usize,
    },
    /// The taps have no tempo.
    #[error("the taps are too uneven to tell a tempo; tap again, once on every beat")]
    UnevenTaps,
}

/// `heard` with the corrections applied, in their order. None leaves it as it is.
///
/// Beats stay strictly in order and inside the song; [`Correction::Double`] and then
/// [`Correction::Halve`] give the same beats back. The grid notes the corrections in its `analysis`
/// under [`CORRECTIONS`], after those that it had before.
///
/// # Errors
/// [`CorrectionError`] of the first correction that cannot be applied.
pub fn corrected(
    heard: &BeatGrid,
    corrections: &[Correction],
) -> Result<BeatGrid, CorrectionError> {
    if corrections.is_empty() {
        return Ok(heard.clone());
    }
    let rises = heard.beats.windows(2).all(|pair| pair[0].at < pair[1].at);
    let inside = heard
        .beats
        .last()
        .is_none_or(|last| last.at <= heard.duration);
    if heard.rate == 0 || !rises || !inside {
        return Err(CorrectionError::UnsoundGrid);
    }
    let mut grid = heard.clone();
    let mut notes: Vec<String> = heard
        .analysis
        .get(CORRECTIONS)
        .cloned()
        .into_iter()
        .collect();
    for correction in corrections {
        notes.push(apply(&mut grid, correction)?);
    }
    grid.confidence_permille = grid.confidence_permille.max(CORRECTED_PERMILLE);
    // They are told by the beats that were heard.
    grid.readings.clear();
    grid.analysis
        .insert(CORRECTIONS.to_owned(), notes.join("; "));
    Ok(grid)
}

/// Applies one correction and says so.
fn apply(grid: &mut BeatGrid, correction: &Correction) -> Result<String, CorrectionError> {
    if grid.beats.is_empty() && !matches!(correction, Correction::Tap { .. }) {
        return Err(CorrectionError::NoBeats);
    }
    let note = match correction {
        Correction::Double => {
            *grid = level::doubled(grid).ok_or(CorrectionError::TooFast)?;
            "doubled".to_owned()
        }
        Correction::Halve => {
            *grid = level::halved(grid);
            "halved".to_owned()
        }
        Correction::Nudge { samples } => {
            level::nudge(grid, *samples);
            if grid.beats.is_empty() {
                return Err(CorrectionError::NothingLeft);
            }
            format!("nudged by {samples} samples")
        }
        Correction::Downbeat { beat } => {
            let at = grid.beats.get(*beat).map(|beat| beat.at);
            let at = at.ok_or(CorrectionError::NoSuchBeat {
                beat: *beat,
                beats: grid.beats.len(),
            })?;
            bars::count_from(grid, *beat);
            format!("downbeat at sample {at}")
        }
        Correction::Meter { beats_per_bar } => {
            if !METERS.contains(beats_per_bar) {
                return Err(CorrectionError::Meter {
                    beats_per_bar: *beats_per_bar,
                });
            }
            bars::recount(grid, *beats_per_bar);
            format!("{beats_per_bar} beats to the bar")
        }
        Correction::Reading { reading: other } => {
            *grid = reading::read_otherwise(grid, other)?;
            format!("read as {}", other.beats.told(grid.rate))
        }
        Correction::Tap { taps } => {
            let (tapped, follows) = taps::tapped(grid, taps)?;
            *grid = tapped;
            // Whoever tapped has heard them.
            for beat in &mut grid.beats {
                beat.confidence_permille = 1000;
            }
            format!("tapped {} times: {follows}", taps.len())
        }
    };
    bars::snap_sections(grid);
    Ok(note)
}

/// Whether a grid of `beats` beats at `millibpm` is one that can be worked with.
const fn is_playable(beats: usize, millibpm: u32) -> bool {
    beats <= MAX_BEATS && millibpm <= FASTEST_MILLIBPM
}

#[cfg(test)]
mod laws;
