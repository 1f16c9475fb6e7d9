//! Songs whose beats, bars and sections are exact.

use shared::music::{Beat, BeatGrid, Section, SectionLabel};

/// Sections and their energies, in parts of the song.
const PARTS: [(SectionLabel, u16); 7] = [
    (SectionLabel::Intro, 250),
    (SectionLabel::Verse, 450),
    (SectionLabel::Build, 650),
    (SectionLabel::Drop, 950),
    (SectionLabel::Break, 200),
    (SectionLabel::Drop, 900),
    (SectionLabel::Outro, 150),
];

/// A song of `seconds` at `bpm`, four beats a bar, a beat every so many samples exactly.
pub(crate) fn song(seconds: u64, bpm: u64) -> BeatGrid {
    let rate = 44_100;
    let duration = seconds * rate;
    let period = rate * 60 / bpm;
    let bars = duration / (4 * period);
    let share = (bars / PARTS.len() as u64).max(1);
    let part = |bar: u64| PARTS.get((bar / share) as usize).or(PARTS.last()).copied();
    let beats: Vec<Beat> = (0..duration.div_ceil(period))
        .map(|n| {
            let energy = part(n / 4).map_or(500, |(_, energy)| energy);
            Beat {
                at: n * period,
                position: (n % 4 + 1) as u8,
                // The first beat of a bar is a little louder.
                energy_permille: energy + if n % 4 == 0 { 40 } else { 0 },
                confidence_permille: 1000,
            }
        })
        .collect();
    let starts: Vec<u64> = (0..PARTS.len() as u64)
        .map(|n| n * share * 4 * period)
        .filter(|start| *start < duration)
        .collect();
    let sections = starts
        .iter()
        .zip(PARTS)
        .enumerate()
        .map(|(n, (start, (label, energy)))| Section {
            start: *start,
            end: starts.get(n + 1).copied().unwrap_or(duration),
            label,
            energy_permille: energy,
        })
        .collect();
    BeatGrid {
        rate: rate as u32,
        duration,
        tempo_millibpm: (bpm * 1000) as u32,
        confidence_permille: 950,
        beats_per_bar: 4,
        beats,
        sections,
        readings: Vec::new(),
        landmarks: Vec::new(),
        analysis: std::collections::BTreeMap::new(),
    }
}
