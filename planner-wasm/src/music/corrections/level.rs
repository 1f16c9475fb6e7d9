//! How many beats there are, and where.

use shared::music::{Beat, BeatGrid};

use super::bars::recount;
use super::is_playable;

/// A beat half-way between every two. `None` if that would be too fast.
pub(super) fn doubled(grid: &BeatGrid) -> Option<BeatGrid> {
    let tempo = grid.tempo_millibpm.saturating_mul(2);
    let count = (2 * grid.beats.len()).saturating_sub(1);
    let narrow = grid
        .beats
        .windows(2)
        .any(|pair| pair[1].at - pair[0].at < 2);
    if narrow || !is_playable(count, tempo) {
        return None;
    }
    let meter = u16::from(grid.beats_per_bar);
    let mut beats = Vec::with_capacity(count);
    for (index, beat) in grid.beats.iter().enumerate() {
        // A bar of m beats becomes two of m: half-beats are counted 1..m and again 1..m.
        let place = |later: u16| match (beat.position, meter) {
            (0, _) | (_, 0) => 0,
            (position, meter) => ((2 * (u16::from(position) - 1) + later) % meter + 1) as u8,
        };
        beats.push(Beat {
            position: place(0),
            ..*beat
        });
        if let Some(next) = grid.beats.get(index + 1) {
            beats.push(Beat {
                at: u64::midpoint(beat.at, next.at),
                position: place(1),
                energy_permille: beat.energy_permille,
                confidence_permille: beat.confidence_permille.min(next.confidence_permille),
            });
        }
    }
    Some(BeatGrid {
        tempo_millibpm: tempo,
        beats,
        ..grid.clone()
    })
}

/// Every other beat: those among which most downbeats are, from the first one if that is even.
pub(super) fn halved(grid: &BeatGrid) -> BeatGrid {
    halved_from(grid, usize::from(downbeats_are_odd(grid)))
}

/// Every other beat from `first` on.
pub(super) fn halved_from(grid: &BeatGrid, first: usize) -> BeatGrid {
    let mut half = BeatGrid {
        tempo_millibpm: grid.tempo_millibpm / 2,
        beats: grid.beats.iter().skip(first).step_by(2).copied().collect(),
        ..grid.clone()
    };
    if half.beats.is_empty() {
        half.beats.clone_from(&grid.beats);
    }
    if grid.beats_per_bar > 0 {
        recount(&mut half, grid.beats_per_bar);
    }
    half
}

/// Bars of an odd meter begin on odd and even beats in turn: there a lead of one says nothing.
fn downbeats_are_odd(grid: &BeatGrid) -> bool {
    let count = |parity: usize| {
        let of = grid.beats.iter().skip(parity).step_by(2);
        of.filter(|beat| beat.position == 1).count()
    };
    count(1) > count(0) + usize::from(grid.beats_per_bar % 2)
}

/// The beat half-way between every two instead of the two.
pub(super) fn between(grid: &BeatGrid) -> BeatGrid {
    let beats = grid.beats.windows(2).map(|pair| Beat {
        at: u64::midpoint(pair[0].at, pair[1].at),
        ..pair[0]
    });
    BeatGrid {
        beats: beats.collect(),
        ..grid.clone()
    }
}

/// All beats by `samples`, as far as they stay in the song.
pub(super) fn nudge(grid: &mut BeatGrid, samples: i64) {
    let duration = grid.duration;
    let moved = |beat: Beat| {
        let at = beat.at.checked_add_signed(samples)?;
        (at < duration).then_some(Beat { at, ..beat })
    };
    grid.beats = grid.beats.iter().copied().filter_map(moved).collect();
}
