//! How the beats are counted.

use shared::music::{BeatGrid, Section};

/// Beats to either side within which a section's start moves to a downbeat.
const SNAP: usize = 2;
/// Beats to the bar where nothing is known.
const USUAL_METER: u8 = 4;
/// What a section that begins on a beat says for a downbeat there, next to a downbeat heard there.
const SECTION_VOTES: usize = 2;

/// Makes the beat with this index a downbeat and counts on from it in both directions.
pub(super) fn count_from(grid: &mut BeatGrid, first: usize) {
    if grid.beats_per_bar == 0 {
        grid.beats_per_bar = USUAL_METER;
    }
    let meter = usize::from(grid.beats_per_bar);
    for (index, beat) in grid.beats.iter_mut().enumerate() {
        let place = (index % meter + meter - first % meter) % meter;
        beat.position = place as u8 + 1;
    }
}

/// Counts bars of `meter` beats, such that most downbeats and starts of sections fall on the first
/// beat; of equals, so that the first downbeat stays one, and then the earliest.
pub(super) fn recount(grid: &mut BeatGrid, meter: u8) {
    let bar = usize::from(meter.max(1));
    let mut votes = vec![0; bar];
    for (index, beat) in grid.beats.iter().enumerate() {
        if beat.position == 1 {
            votes[index % bar] += 1;
        }
    }
    for section in &grid.sections {
        if let Ok(beat) = grid.beats.binary_search_by_key(&section.start, |b| b.at) {
            votes[beat % bar] += SECTION_VOTES;
        }
    }
    let heard = grid.beats.iter().position(|beat| beat.position == 1);
    let heard = heard.map(|index| index % bar);
    let first = (0..bar).max_by_key(|phase| {
        let earliest = std::cmp::Reverse(*phase);
        (votes[*phase], heard == Some(*phase), earliest)
    });
    grid.beats_per_bar = meter;
    count_from(grid, first.unwrap_or(0));
}

/// Moves the sections' inner edges to the nearest downbeat, if one is near, else to the nearest
/// beat. A section that has no length left goes.
pub(super) fn snap_sections(grid: &mut BeatGrid) {
    let Some(first) = grid.beats.first().map(|beat| beat.at) else {
        return;
    };
    let snapped = |at: u64| {
        if at <= first || at >= grid.duration {
            return at;
        }
        let after = grid.beats.partition_point(|beat| beat.at < at);
        let nearest = [after.checked_sub(1), Some(after)]
            .into_iter()
            .flatten()
            .filter(|index| *index < grid.beats.len())
            .min_by_key(|index| (grid.beats[*index].at.abs_diff(at), *index));
        let Some(nearest) = nearest else { return at };
        let near = (0..=SNAP).flat_map(|step| [nearest.checked_sub(step), Some(nearest + step)]);
        let downbeat = near
            .flatten()
            .filter_map(|index| grid.beats.get(index))
            .find(|beat| beat.position == 1);
        downbeat.map_or(grid.beats[nearest].at, |beat| beat.at)
    };
    let moved: Vec<Section> = grid
        .sections
        .iter()
        .map(|section| Section {
            start: snapped(section.start),
            end: snapped(section.end),
            ..*section
        })
        .collect();
    let mut end = 0;
    grid.sections = moved
        .into_iter()
        .filter_map(|section| {
            let start = section.start.max(end);
            end = end.max(section.end);
            (start < section.end).then_some(Section { start, ..section })
        })
        .collect();
}
