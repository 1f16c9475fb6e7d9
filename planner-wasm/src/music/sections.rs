//! The parts of the song: where its sound changes for good, and what each part is like.

use shared::music::{Section, SectionLabel};

use super::bars::Bars;
use super::beatwise::Beatwise;
use super::hop::UNIT;

/// Beats to either side that are compared, the larger first.
const SPANS: [usize; 2] = [32, 16];
/// Beats that must lie to either side of a boundary.
const SHORTEST: usize = 16;
/// Novelty below this, in squared deviations in 1/1024 of a dimension, is no new section: two
/// stretches of 16 beats of pure chance differ by an eighth.
const LEAST: i64 = 400;
/// Beats to either side within which a boundary moves to a downbeat.
const SNAP: usize = 2;
/// Mean energy from which the loudest parts count as drops, in thousandths of a rank.
const DROP: u16 = 600;
/// Mean energy by which neighbours must differ to count as louder or quieter.
const STEP: u16 = 100;

/// A section by beats: first beat and the beat after its last.
type Span = (usize, usize);

/// The sections, from the song's first sample to its last; empty if there are no beats.
///
/// `at` are the samples of the beats, `energy` their ranks, `duration` the samples of the song.
pub(crate) fn sections(
    song: &Beatwise,
    bars: Option<&Bars>,
    at: &[u64],
    energy: &[u16],
    duration: u64,
) -> Vec<Section> {
    if at.is_empty() {
        return Vec::new();
    }
    let boundaries = boundaries(&novelty(&song.colours()), bars);
    let edges: Vec<usize> = std::iter::once(0)
        .chain(boundaries)
        .chain([at.len()])
        .collect();
    let spans: Vec<Span> = edges.windows(2).map(|edge| (edge[0], edge[1])).collect();
    let means: Vec<u16> = spans
        .iter()
        .map(|&(from, to)| mean(&energy[from..to]))
        .collect();
    let sample = |beat: usize| match beat {
        0 => 0,
        _ => at.get(beat).copied().unwrap_or(duration),
    };
    spans
        .iter()
        .enumerate()
        .map(|(index, &(from, to))| Section {
            start: sample(from),
            end: sample(to),
            label: label(index, &means, &energy[from..to]),
            energy_permille: means[index],
        })
        .collect()
}

fn mean(ranks: &[u16]) -> u16 {
    let sum: u64 = ranks.iter().map(|rank| u64::from(*rank)).sum();
    (sum / (ranks.len() as u64).max(1)) as u16
}

/// How different the sound after each beat is from that before it: mean squared difference of the
/// means of both sides, in 1/1024.
///
/// It is Foote's checkerboard on a matrix of squared distances, which reduces to the distance
/// between the two means. Source: Foote, *Automatic Audio Segmentation Using a Measure of Audio
/// Novelty* (ICME 2000).
fn novelty(colours: &[Vec<i64>]) -> Vec<i64> {
    let width = colours.first().map_or(0, Vec::len);
    let mut sums = vec![vec![0_i64; width]];
    let mut running = vec![0_i64; width];
    for row in colours {
        for (sum, value) in running.iter_mut().zip(row) {
            *sum += value;
        }
        sums.push(running.clone());
    }
    let mean = |from: usize, to: usize, column: usize| {
        (sums[to][column] - sums[from][column]) / (to - from) as i64
    };
    (0..colours.len())
        .map(|beat| {
            if beat < SHORTEST || beat + SHORTEST > colours.len() {
                return 0;
            }
            let compared = |span: usize| -> i64 {
                let span = span.min(beat).min(colours.len() - beat);
                let square = |column: usize| {
                    let step = mean(beat, beat + span, column) - mean(beat - span, beat, column);
                    step * step / i64::from(UNIT)
                };
                (0..width).map(square).sum::<i64>() / width.max(1) as i64
            };
            SPANS.iter().map(|span| compared(*span)).sum::<i64>() / SPANS.len() as i64
        })
        .collect()
}

/// Peaks of the novelty, largest first until none is left that stands out, moved to downbeats.
fn boundaries(novelty: &[i64], bars: Option<&Bars>) -> Vec<usize> {
    let count = novelty.len().max(1) as i64;
    let mean = novelty.iter().sum::<i64>() / count;
    let least = LEAST.max(mean);
    let mut peaks: Vec<usize> = (0..novelty.len())
        .filter(|&beat| {
            let from = beat.saturating_sub(SHORTEST);
            let to = (beat + SHORTEST + 1).min(novelty.len());
            let first = novelty[from..beat]
                .iter()
                .all(|other| *other < novelty[beat]);
            let most = novelty[beat..to]
                .iter()
                .all(|other| *other <= novelty[beat]);
            novelty[beat] > least && first && most
        })
        .map(|beat| snapped(beat, bars, novelty.len()))
        .collect();
    peaks.sort_unstable();
    peaks.dedup_by(|later, earlier| *later - *earlier < SHORTEST);
    peaks
}

/// The downbeat nearest to `beat`, the earlier of two, if one is near.
fn snapped(beat: usize, bars: Option<&Bars>, beats: usize) -> usize {
    let Some(bars) = bars else { return beat };
    let near = (0..=SNAP).flat_map(|step| [beat.checked_sub(step), Some(beat + step)]);
    near.flatten()
        .find(|&beat| beat > 0 && beat < beats && bars.position(beat) == 1)
        .unwrap_or(beat)
}

/// What a section is like, by its energy, its neighbours' and its place.
fn label(index: usize, means: &[u16], beats: &[u16]) -> SectionLabel {
    let here = means[index];
    let before = index.checked_sub(1).map(|i| means[i]);
    let after = means.get(index + 1).copied();
    let quieter = |other: Option<u16>| other.is_some_and(|other| here + STEP <= other);
    let most = means.iter().copied().max().unwrap_or(0);
    let half = beats.len() / 2;
    let rises = mean(&beats[half..]) >= mean(&beats[..half]) + STEP;
    match (before, after) {
        (None, Some(_)) if quieter(after) => SectionLabel::Intro,
        (Some(_), None) if quieter(before) => SectionLabel::Outro,
        _ if rises && quieter(after) => SectionLabel::Build,
        _ if here >= DROP && here + STEP >= most => SectionLabel::Drop,
        _ if quieter(before) && quieter(after) => SectionLabel::Break,
        _ => SectionLabel::Verse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 96 beats in three parts that differ in sound and loudness.
    fn song() -> (Beatwise, Vec<i64>) {
        let level = |beat: usize| [100_i64, 900, 300][beat / 32];
        let energy: Vec<i64> = (0..96).map(|b| level(b) * 1000 + b as i64 % 7).collect();
        let song = Beatwise {
            sound: (0..96).map(|b| vec![level(b) * 3, 5, level(b)]).collect(),
            downbeat: vec![0; 96],
            energy: energy.clone(),
        };
        (song, energy)
    }

    #[test]
    fn boundaries_fall_where_the_sound_changes_and_labels_follow_energy() {
        let (song, energy) = song();
        let at: Vec<u64> = (0..96).map(|beat| 100 + beat * 22_050).collect();
        let bars = Bars {
            meter: 4,
            positions: (0..96).map(|beat| beat % 4 + 1).collect(),
            sure: true,
        };
        let ranks = super::super::energy::ranks(&energy);
        let found = sections(&song, Some(&bars), &at, &ranks, 96 * 22_050);
        let edges: Vec<(u64, u64)> = found.iter().map(|s| (s.start, s.end)).collect();
        assert_eq!(
            edges,
            [(0, at[32]), (at[32], at[64]), (at[64], 96 * 22_050)]
        );
        let labels: Vec<_> = found.iter().map(|s| s.label).collect();
        assert_eq!(
            labels,
            [SectionLabel::Intro, SectionLabel::Drop, SectionLabel::Outro]
        );
    }

    #[test]
    fn a_song_that_never_changes_is_one_section() {
        let (mut song, _) = song();
        song.sound = vec![vec![5; 3]; 96];
        let at: Vec<u64> = (0..96).map(|beat| beat * 22_050).collect();
        assert_eq!(sections(&song, None, &at, &[500; 96], 3_000_000).len(), 1);
    }

    #[test]
    fn no_beats_no_sections() {
        assert!(sections(&Beatwise::default(), None, &[], &[], 44_100).is_empty());
    }
}
