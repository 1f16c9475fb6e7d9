//! Which reading of the song holds: one linear score over what is heard on, between and around its
//! beats.

use super::hop::{ONE, UNIT, at, nearest};
use super::hypothesis::{Hypothesis, Kind};
use super::onset::Onsets;
use super::tempo::Tempogram;

/// What a reading is judged by, each in 1/1024; [`FEATURES`] names them in order.
pub(crate) type Evidence = [i64; FEATURES.len()];

/// The features and the weight of each in 1/1024.
///
/// Few and round on purpose: what sounds on the beat must be there (middle and high register, and
/// the spectrum must change there more than half-way), quarter points should be quieter than halves,
/// a strong pulse and a constant grid are likely, and tempi lie around a centre that is quick,
/// because a quick reading loses strength on its beats.
pub(crate) const FEATURES: [(&str, i64); 9] = [
    ("middle register on the beat", 1024),
    ("high register on the beat", 1024),
    ("change on the beat over half-way", 2560),
    ("onsets half-way", 1024),
    ("onsets at the quarters", -1024),
    ("tempo", 3072),
    ("tempo squared", -2048),
    ("salience of the period", 2560),
    ("constant grid", 2560),
];

/// The tempo that music tends to, in hops a beat: 120 beats a minute.
const CENTRE: i64 = 50 * ONE;

/// Mean over positions of the largest strength within `reach` hops.
fn mean_near(strength: &[i32], positions: impl Iterator<Item = i64>, reach: i64) -> i64 {
    let (mut sum, mut count) = (0, 0);
    for position in positions {
        sum += i64::from(peak_near(strength, position, reach));
        count += 1;
    }
    sum / count.max(1)
}

/// The largest strength within `reach` hops of a position, at most four deviations.
fn peak_near(strength: &[i32], position: i64, reach: i64) -> i32 {
    let centre = nearest(position);
    let heard = (centre - reach..=centre + reach).map(|hop| at(strength, hop));
    heard.max().unwrap_or(0).min(4 * UNIT)
}

/// Of two neighbouring beats, the point `part`/`whole` of the way.
fn within(beats: &[i64], part: i64, whole: i64) -> impl Iterator<Item = i64> {
    beats
        .windows(2)
        .map(move |pair| pair[0] + (pair[1] - pair[0]) * part / whole)
}

/// The evidence for one reading.
pub(crate) fn evidence(onsets: &Onsets, tempogram: &Tempogram, reading: &Hypothesis) -> Evidence {
    let beats = &reading.beats;
    let on = |x: &[i32], reach| mean_near(x, beats.iter().copied(), reach);
    let half = |x: &[i32], reach| mean_near(x, within(beats, 1, 2), reach);
    let quarters = within(beats, 1, 4).chain(within(beats, 3, 4));
    let octaves = libm::log2(CENTRE as f64 / reading.period as f64);
    let tempo = libm::round(octaves * f64::from(UNIT)) as i64;
    let unit = i64::from(UNIT);
    [
        on(&onsets.mid, 2),
        on(&onsets.high, 2),
        on(&onsets.change, 4) - half(&onsets.change, 4),
        half(&onsets.all, 2),
        mean_near(&onsets.all, quarters, 2),
        tempo,
        tempo * tempo / unit,
        tempogram.relative(usize::try_from(nearest(reading.period)).unwrap_or(0)),
        i64::from(reading.kind == Kind::Constant) * unit,
    ]
}

/// The score of some evidence, in 1/1024.
pub(crate) fn score(evidence: &Evidence) -> i64 {
    let weighed = FEATURES.iter().zip(evidence);
    weighed
        .map(|((_, weight), value)| weight * value)
        .sum::<i64>()
        / i64::from(UNIT)
}

/// The reading that was chosen and how far it leads.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) reading: Hypothesis,
    /// Lead of the score over the best reading of another level or phase, in 1/1024.
    pub(crate) lead: i64,
}

/// The best reading; `None` if there is none. Of equal scores the simpler kind wins, then the
/// shorter period, then the earlier first beat.
pub(crate) fn choose(
    onsets: &Onsets,
    tempogram: &Tempogram,
    readings: Vec<Hypothesis>,
) -> Option<Choice> {
    let mut scored: Vec<(i64, Hypothesis)> = readings
        .into_iter()
        .map(|reading| (score(&evidence(onsets, tempogram, &reading)), reading))
        .collect();
    scored.sort_by_key(|(score, reading)| {
        let first = reading.beats.first().copied();
        (-score, reading.kind, reading.period, first)
    });
    let mut scored = scored.into_iter();
    let (best, reading) = scored.next()?;
    let rival = scored.find(|(_, other)| !agree(&reading.beats, &other.beats));
    let lead = rival.map_or(best.abs(), |(score, _)| best - score);
    Some(Choice { reading, lead })
}

/// Whether two readings mean the same beats: four in five of each lie within 70 ms of the other's.
fn agree(a: &[i64], b: &[i64]) -> bool {
    let found = |these: &[i64], those: &[i64]| {
        let near = |beat: &&i64| {
            let at = those.partition_point(|other| *other < **beat - 7 * ONE);
            those
                .get(at)
                .is_some_and(|other| *other <= **beat + 7 * ONE)
        };
        5 * these.iter().filter(near).count() >= 4 * these.len()
    };
    found(a, b) && found(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_agree_when_most_beats_are_the_same_and_none_are_extra() {
        let beats: Vec<i64> = (0..20).map(|beat| beat * 50 * ONE).collect();
        let near: Vec<i64> = beats.iter().map(|beat| beat + 6 * ONE).collect();
        let half: Vec<i64> = beats.iter().map(|beat| beat + 25 * ONE).collect();
        let slow: Vec<i64> = beats.iter().copied().step_by(2).collect();
        assert!(agree(&beats, &near));
        assert!(!agree(&beats, &half));
        assert!(!agree(&beats, &slow) && !agree(&slow, &beats));
    }
}
