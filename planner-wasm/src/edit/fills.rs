//! Where cuts may fall between beats: in fills.
//!
//! A drummer's fill is the bar that leads into the next phrase or section. Cuts half a beat apart are one
//! there; anywhere else they are a stutter.

use shared::music::BeatGrid;

/// Bars in a phrase.
const PHRASE_BARS: usize = 4;
/// Beats in a bar where it isn't known.
const BAR_BEATS: u8 = 4;

/// Beats in most of a song's bars; four if that isn't known.
pub(super) const fn bar_beats(grid: &BeatGrid) -> u8 {
    match grid.beats_per_bar {
        0 => BAR_BEATS,
        beats => beats,
    }
}

/// For each beat of the grid whether it lies in a fill: in the last bar of every four that follow the start of
/// a section or the first downbeat, or in the bar before one.
pub(super) fn fills(grid: &BeatGrid) -> Vec<bool> {
    let bar = usize::from(bar_beats(grid));
    let beats = &grid.beats;
    let nearest = |at: u64| {
        let next = beats.partition_point(|beat| beat.at < at);
        let around = next.saturating_sub(1)..=next;
        around
            .filter_map(|index| Some((beats.get(index)?.at.abs_diff(at), index)))
            .min()
            .map(|(_, index)| index)
    };
    let first = beats.iter().position(|beat| beat.position == 1);
    let mut starts = vec![first.unwrap_or(0)];
    starts.extend(
        grid.sections
            .iter()
            .filter_map(|section| nearest(section.start)),
    );
    starts.sort_unstable();
    starts.dedup();
    (0..beats.len())
        .map(|beat| {
            let next = starts.partition_point(|start| *start <= beat);
            let leads_on = starts.get(next).is_some_and(|start| start - beat <= bar);
            let since = next.checked_sub(1).and_then(|last| starts.get(last));
            let ends_phrase = since.is_some_and(|start| {
                let phrase = PHRASE_BARS * bar;
                (beat - start) % phrase >= phrase - bar
            });
            leads_on || ends_phrase
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shared::music::{Beat, Section, SectionLabel};

    use super::*;

    /// Beats 100 samples apart, sections from the beats named.
    fn filled(beats: u64, beats_per_bar: u8, sections: &[u64]) -> Vec<usize> {
        let beat = |n: u64| Beat {
            at: n * 100,
            position: u8::try_from(n % 4).unwrap() + 1,
            energy_permille: 500,
            confidence_permille: 1000,
        };
        let section = |start: &u64| Section {
            start: start * 100 + 30,
            end: beats * 100,
            label: SectionLabel::Verse,
            energy_permille: 500,
        };
        let grid = BeatGrid {
            rate: 1000,
            duration: beats * 100,
            beats_per_bar,
            beats: (0..beats).map(beat).collect(),
            sections: sections.iter().map(section).collect(),
            tempo_millibpm: 60_000,
            confidence_permille: 1000,
            readings: Vec::new(),
            landmarks: Vec::new(),
            analysis: BTreeMap::default(),
        };
        let fills = fills(&grid).into_iter().enumerate();
        fills
            .filter_map(|(beat, fill)| fill.then_some(beat))
            .collect()
    }

    #[test]
    fn a_fill_is_the_bar_before_a_section_and_every_fourth_after_its_start() {
        assert_eq!(filled(20, 4, &[]), [12, 13, 14, 15]);
        // Bars of which the number of beats is not known have four.
        assert_eq!(filled(20, 0, &[]), [12, 13, 14, 15]);
        assert_eq!(filled(13, 3, &[]), [9, 10, 11]);
        // The second begins on beat 7: its fourth bar ends at 23.
        assert_eq!(filled(24, 4, &[0, 7]), [3, 4, 5, 6, 19, 20, 21, 22]);
        assert_eq!(filled(0, 4, &[]), [0; 0]);
    }
}
