//! Where the bars begin: meter and phase for the whole song.

use super::beatwise::{Beatwise, distance, standardised};
use super::hop::UNIT;

/// Meters tried, and what each must beat the others by, in 1/1024: music in three is rarer.
const METERS: [(u8, i64); 2] = [(4, 0), (3, 820)];
/// A lead below this, in 1/1024, leaves the downbeat a guess.
const SURE: i64 = 512;

/// The bars of a song.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bars {
    /// Beats in a bar.
    pub(crate) meter: u8,
    /// Index of the first downbeat.
    pub(crate) first: usize,
    /// Whether the downbeat stands out.
    pub(crate) sure: bool,
}

impl Bars {
    /// Position in the bar of the beat with this index, 1 for the downbeat.
    pub(crate) fn position(self, index: usize) -> u8 {
        let meter = usize::from(self.meter);
        ((index + meter - self.first) % meter) as u8 + 1
    }
}

/// Meter and phase by which harmony changes and bass falls most on the first beat; `None` if there
/// are fewer than two bars.
pub(crate) fn bars(song: &Beatwise) -> Option<Bars> {
    let cue = cue(song);
    let mut scored: Vec<(i64, u8, usize)> = METERS
        .iter()
        .flat_map(|&(meter, handicap)| {
            let cue = &cue;
            (0..usize::from(meter)).filter_map(move |first| {
                Some((contrast(cue, meter, first)? - handicap, meter, first))
            })
        })
        .collect();
    // Ties: four before three, then the earliest phase.
    scored.sort_by_key(|&(score, meter, first)| (-score, u8::MAX - meter, first));
    let (&(best, meter, first), rivals) = scored.split_first()?;
    let rival = rivals.iter().find(|(_, other, _)| *other == meter);
    Some(Bars {
        meter,
        first,
        sure: rival.is_some_and(|(score, _, _)| best - score >= SURE),
    })
}

/// What speaks for a downbeat at each beat: change of sound, change of harmony, bass.
fn cue(song: &Beatwise) -> Vec<i64> {
    let changes = |rows: &[Vec<i64>]| -> Vec<i64> {
        let steps = rows.windows(2).map(|pair| distance(&pair[0], &pair[1]));
        std::iter::once(0).chain(steps).take(rows.len()).collect()
    };
    let sound = standardised(&changes(&song.bands));
    let harmony = standardised(&changes(&song.chroma));
    let bass = standardised(&song.bass);
    sound
        .iter()
        .zip(&harmony)
        .zip(&bass)
        .map(|((sound, harmony), bass)| (6 * sound + 10 * harmony + 7 * bass) / 10)
        .collect()
}

/// Mean of the cue on the downbeats less the mean elsewhere, times the root of their number.
fn contrast(cue: &[i64], meter: u8, first: usize) -> Option<i64> {
    let meter = usize::from(meter);
    let (mut on, mut downbeats) = (0, 0);
    for value in cue.iter().skip(first).step_by(meter) {
        on += value;
        downbeats += 1;
    }
    let others = cue.len() as i64 - downbeats;
    if downbeats < 2 || others == 0 {
        return None;
    }
    let off = cue.iter().sum::<i64>() - on;
    let root = (downbeats * i64::from(UNIT) * i64::from(UNIT)).isqrt();
    Some((on / downbeats - off / others) * root / i64::from(UNIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(bass: &[i64]) -> Beatwise {
        Beatwise {
            bands: vec![vec![1; 4]; bass.len()],
            chroma: vec![vec![1; 4]; bass.len()],
            bass: bass.to_vec(),
            energy: vec![0; bass.len()],
        }
    }

    #[test]
    fn bass_on_every_fourth_or_third_beat_makes_the_bar() {
        let four: Vec<i64> = (0..32)
            .map(|beat| if beat % 4 == 2 { 4096 } else { 0 })
            .collect();
        let three: Vec<i64> = (0..32)
            .map(|beat| if beat % 3 == 1 { 4096 } else { 0 })
            .collect();
        let found = bars(&song(&four)).unwrap();
        assert_eq!((found.meter, found.first, found.sure), (4, 2, true));
        assert_eq!([0, 1, 2, 3].map(|beat| found.position(beat)), [3, 4, 1, 2]);
        let found = bars(&song(&three)).unwrap();
        assert_eq!((found.meter, found.first, found.sure), (3, 1, true));
    }

    #[test]
    fn beats_all_alike_leave_the_downbeat_a_guess() {
        assert!(!bars(&song(&[7; 32])).unwrap().sure);
        assert_eq!(bars(&song(&[7; 3])), None);
    }
}
