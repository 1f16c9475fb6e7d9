//! The beats as another reading of the song has them.

use shared::music::{Beat, BeatGrid};
use shared::reading::{MAX_PARTS, ReadBeats, Reading};

use super::bars::count_from;
use super::{CorrectionError, METERS, is_playable};

/// The beats of another reading, all of them sure, since a person chose them.
pub(super) fn read_otherwise(
    grid: &BeatGrid,
    reading: &Reading,
) -> Result<BeatGrid, CorrectionError> {
    let Reading {
        beats_per_bar,
        downbeat,
        ..
    } = *reading;
    if beats_per_bar > 0 && !METERS.contains(&beats_per_bar) {
        return Err(CorrectionError::Meter { beats_per_bar });
    }
    let (tempo_millibpm, mut beats) = match reading.beats {
        ReadBeats::Divided {
            parts,
            every,
            first,
        } => divided(grid, parts, every, first)?,
        ReadBeats::Even { first, last, count } => even(grid, first, last, count)?,
    };
    beats.dedup_by_key(|beat| beat.at);
    if beats.is_empty() {
        return Err(CorrectionError::NothingLeft);
    }
    if !is_playable(beats.len(), tempo_millibpm) {
        return Err(CorrectionError::TooFast);
    }
    let mut read = BeatGrid {
        tempo_millibpm,
        beats_per_bar,
        beats,
        ..grid.clone()
    };
    if beats_per_bar > 0 {
        count_from(&mut read, usize::from(downbeat));
    }
    Ok(read)
}

/// Tempo and beats of a division of the grid's beats.
fn divided(
    grid: &BeatGrid,
    parts: u8,
    every: u8,
    first: u8,
) -> Result<(u32, Vec<Beat>), CorrectionError> {
    let sizes = 1..=MAX_PARTS;
    if !sizes.contains(&parts) || !sizes.contains(&every) || first >= every {
        return Err(CorrectionError::NoSuchReading);
    }
    let tempo = u64::from(grid.tempo_millibpm) * u64::from(parts) / u64::from(every);
    let nexts = grid.beats.iter().skip(1).map(Some).chain([None]);
    let divided = grid.beats.iter().zip(nexts).flat_map(|(beat, next)| {
        // The last beat has nothing after it to be divided.
        let (length, parts) = next.map_or((0, 1), |next| (next.at - beat.at, parts));
        // Below 2^64, since the next beat is.
        let part = move |part: u64| {
            beat.at + (u128::from(length) * u128::from(part) / u128::from(parts)) as u64
        };
        (0..u64::from(parts)).map(move |n| beat_like(beat, part(n)))
    });
    let taken = divided.skip(usize::from(first)).step_by(usize::from(every));
    Ok((u32::try_from(tempo).unwrap_or(u32::MAX), taken.collect()))
}

/// Tempo and beats of an even grid.
fn even(
    grid: &BeatGrid,
    first: u64,
    last: u64,
    count: u32,
) -> Result<(u32, Vec<Beat>), CorrectionError> {
    let gaps = u64::from(count.saturating_sub(1));
    let sound = gaps > 0 && gaps <= last.saturating_sub(first) && last < grid.duration;
    if !sound || !is_playable(count as usize, 0) || grid.beats.is_empty() {
        return Err(CorrectionError::NoSuchReading);
    }
    let length = u128::from(last - first);
    // Below 2^64, since the last is.
    let at = |n: u64| first + (length * u128::from(n) / u128::from(gaps)) as u64;
    let tempo = 60_000 * u128::from(grid.rate) * u128::from(gaps) / length;
    let beats = (0..=gaps).filter_map(|n| Some(beat_like(grid.nearest(at(n))?, at(n))));
    Ok((u32::try_from(tempo).unwrap_or(u32::MAX), beats.collect()))
}

/// A sure beat where the song is as loud and busy as at another.
const fn beat_like(other: &Beat, at: u64) -> Beat {
    Beat {
        at,
        position: 0,
        energy_permille: other.energy_permille,
        confidence_permille: 1000,
    }
}
