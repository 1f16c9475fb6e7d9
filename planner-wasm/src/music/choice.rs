//! Which reading of the song holds: the one whose beats the network hears best, bars and tempo
//! considered.

use super::hop::{ONE, UNIT, at, nearest};
use super::hypothesis::{Hypothesis, Kind};
use super::network::{Heard, odds_near};
use super::onset::Onsets;
use super::tempo::Tempogram;

/// What a constant tempo is worth, in 1/1024 nats a second: most music keeps it, and a drifting
/// reading always finds a little more to agree with.
pub(super) const STEADY: i64 = 2304;
/// What bars that stand out are worth: 1/1024 of their contrast.
pub(super) const BARS: i64 = 768;
/// What the onsets' periodicity is worth: the network hears a song piece by piece, and this as a
/// whole. In 1/1024 nats a second for the strongest period.
pub(super) const PULSE: i64 = 3072;
/// What change of the sound at the quarters of the beat costs, in 1/1024 nats a second for a
/// standard deviation: a beat is divided in two before it is divided in four, so much change there
/// tells that the reading is too slow.
pub(super) const DIVIDED: i64 = 3584;
/// What beats heard half-way between the beats cost, in 1/1024 nats a second for a nat of their mean
/// log odds: a reading leaves no beat out.
pub(super) const LEFT_OUT: i64 = 640;
/// What the onsets' periodicity at a third of the beat costs, in 1/1024 nats a second for the strongest
/// period: where thirds repeat like beats they may be the beats, or the beat is three halves as long. No
/// more than that, since slow songs in triplets are right.
pub(super) const THIRDS: i64 = 512;
/// What a tempo an octave off the usual one costs, in 1/1024 nats a second.
pub(super) const UNUSUAL: i64 = 1792;
/// The usual tempo, in hops a beat: 120 beats a minute.
const USUAL: i64 = 50 * ONE;
/// Log odds beyond this say no more of one beat.
const MOST: i32 = 3 * UNIT;
/// Mean log odds on the beats, in 1/1024 nats, below which the network hears none of them.
const NO_BEAT: i64 = -2816;

/// A difference of scores, in 1/1024 nats a second, that makes one reading e times as likely as
/// another. Of songs with known beats, and of their beats, about as many were right as this says.
const NAT: f64 = 1536.0;
/// The weight of the best reading, as an integer.
const WHOLE: f64 = 1_048_576.0;

/// How well a reading fits, each in 1/1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// What the network says of the beats: log odds for each second of the song.
    pub(crate) beats: i64,
    /// How far downbeats stand out of the other beats: the difference of the mean log odds.
    pub(crate) bars: i64,
    /// How strongly onsets repeat with the period, relative to the song's strongest.
    pub(crate) pulse: i64,
    /// Change of the sound at the quarters of the beats, in standard deviations.
    pub(crate) divided: i64,
    /// What the network says half-way between the beats: mean log odds.
    pub(crate) halfway: i64,
    /// How strongly onsets repeat with a third of its period, relative to the song's strongest; 0
    /// where that is too short for a beat.
    pub(crate) thirds: i64,
    /// Octaves of tempo above the usual one, squared.
    pub(crate) unusual: i64,
    /// Whether the tempo is constant.
    pub(crate) steady: bool,
}

impl Evidence {
    /// The evidence for one reading.
    pub(crate) fn of(
        heard: &Heard,
        onsets: &Onsets,
        tempogram: &Tempogram,
        reading: &Hypothesis,
    ) -> Self {
        let beats: Vec<i64> = reading
            .beats
            .iter()
            .map(|beat| i64::from(odds_near(&heard.beat, *beat).clamp(-MOST, MOST)))
            .collect();
        let octaves = libm::log2(USUAL as f64 / reading.period as f64);
        Self {
            beats: beats.iter().sum::<i64>() * 100 / heard.beat.len().max(1) as i64,
            bars: bar_contrast(&heard.downbeat, &reading.beats),
            pulse: tempogram.relative_at(reading.period),
            divided: change_at_quarters(&onsets.change, &reading.beats),
            halfway: half_way(&heard.beat, &reading.beats),
            thirds: tempogram.relative_at(reading.period / 3),
            unusual: libm::round(octaves * octaves * f64::from(UNIT)) as i64,
            steady: reading.kind == Kind::Constant,
        }
    }

    /// Each, in the order of [`WEIGHTS`](super::weighed::WEIGHTS).
    pub(crate) fn terms(self) -> [i64; 8] {
        let steady = i64::from(self.steady) * i64::from(UNIT);
        let Self {
            beats,
            bars,
            pulse,
            divided,
            halfway,
            thirds,
            unusual,
            ..
        } = self;
        [
            beats, bars, pulse, divided, halfway, thirds, unusual, steady,
        ]
    }

    /// The sum, in 1/1024 nats a second.
    pub(crate) fn score(self) -> i64 {
        let weighed = BARS * self.bars + PULSE * self.pulse
            - DIVIDED * self.divided
            - LEFT_OUT * self.halfway
            - THIRDS * self.thirds
            - UNUSUAL * self.unusual;
        self.beats + weighed / i64::from(UNIT) + i64::from(self.steady) * STEADY
    }
}

/// Mean over the quarters of all beats of the largest change within four hops, at most four
/// deviations.
fn change_at_quarters(change: &[i32], beats: &[i64]) -> i64 {
    let (mut sum, mut count) = (0, 0);
    for pair in beats.windows(2) {
        for part in [1, 3] {
            let centre = nearest(pair[0] + (pair[1] - pair[0]) * part / 4);
            let heard = (centre - 4..=centre + 4).map(|hop| at(change, hop)).max();
            sum += i64::from(heard.unwrap_or(0).min(4 * UNIT));
            count += 1;
        }
    }
    sum / count.max(1)
}

/// Mean log odds of a beat half-way between the beats.
fn half_way(odds: &[i32], beats: &[i64]) -> i64 {
    let halves = beats.windows(2).map(|pair| {
        let odds = odds_near(odds, i64::midpoint(pair[0], pair[1]));
        i64::from(odds.clamp(-MOST, MOST))
    });
    halves.sum::<i64>() / (beats.len() as i64 - 1).max(1)
}

/// How far the likeliest downbeats stand out of the other beats: the difference of the mean log
/// odds, in 1/1024, of the best regular bars of three or four.
fn bar_contrast(odds: &[i32], beats: &[i64]) -> i64 {
    let odds: Vec<i64> = beats
        .iter()
        .map(|beat| i64::from(odds_near(odds, *beat).clamp(-MOST, MOST)))
        .collect();
    let whole: i64 = odds.iter().sum();
    let contrast = |meter: usize, first: usize| {
        let on: i64 = odds.iter().skip(first).step_by(meter).sum();
        let count = odds.len().saturating_sub(first).div_ceil(meter) as i64;
        let rest = odds.len() as i64 - count;
        on / count.max(1) - (whole - on) / rest.max(1)
    };
    let bars = [3, 4].into_iter();
    let bars = bars.flat_map(|meter| (0..meter).map(move |first| (meter, first)));
    bars.map(|(meter, first)| contrast(meter, first))
        .max()
        .unwrap_or(0)
}

/// Every reading that was weighed, those of the same beats counted once.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The likeliest.
    pub(crate) reading: Hypothesis,
    /// What speaks for it.
    pub(crate) evidence: Evidence,
    /// How likely it is, in thousandths.
    pub(crate) likelihood: u16,
    /// All others, likeliest first, with their likelihood in thousandths.
    pub(crate) rivals: Vec<(Hypothesis, u16)>,
}

/// The best reading; `None` if there is none. Of equal scores the simpler kind wins, then the
/// shorter period, then the earlier first beat.
///
/// The scores of all readings of other beats make it more or less likely: each weighs as the
/// exponential of its score in [`NAT`].
pub(crate) fn choose(
    heard: &Heard,
    onsets: &Onsets,
    tempogram: &Tempogram,
    readings: Vec<Hypothesis>,
) -> Option<Choice> {
    let mut judged: Vec<(Evidence, Hypothesis)> = readings
        .into_iter()
        .map(|reading| {
            let evidence = Evidence::of(heard, onsets, tempogram, &reading);
            (evidence, reading)
        })
        .collect();
    judged.sort_by_key(|(evidence, reading)| {
        let first = reading.beats.first().copied();
        (-evidence.score(), reading.kind, reading.period, first)
    });
    let mut apart: Vec<(Evidence, Hypothesis)> = Vec::new();
    for (evidence, reading) in judged {
        if apart
            .iter()
            .all(|(_, better)| !agree(&better.beats, &reading.beats))
        {
            apart.push((evidence, reading));
        }
    }
    let best = apart.first()?.0.score();
    let weights: Vec<i64> = apart
        .iter()
        .map(|(evidence, _)| {
            let less = (evidence.score() - best) as f64 / NAT;
            libm::round(libm::exp(less) * WHOLE) as i64
        })
        .collect();
    let sum = weights.iter().sum::<i64>().max(1);
    let mut likely = apart
        .into_iter()
        .zip(weights)
        .map(|((evidence, reading), weight)| (evidence, reading, (weight * 1000 / sum) as u16));
    let (evidence, reading, likelihood) = likely.next()?;
    Some(Choice {
        reading,
        evidence,
        likelihood,
        rivals: likely
            .map(|(_, reading, likelihood)| (reading, likelihood))
            .collect(),
    })
}

impl Choice {
    /// Whether anything that sounds like a beat was heard on the beats.
    pub(crate) fn is_heard(&self) -> bool {
        let each = self.evidence.beats * self.reading.period / (100 * ONE);
        each >= NO_BEAT
    }

    /// For each of the reading's beats, and as many as were added to its ends, how likely it is
    /// that a beat is there: the sum over all readings that have one within 70 ms, in thousandths.
    pub(crate) fn support(&self, beats: &[i64]) -> Vec<u16> {
        let mut support = vec![self.likelihood; beats.len()];
        for (rival, likelihood) in &self.rivals {
            for (support, near) in support.iter_mut().zip(near(beats, &rival.beats)) {
                *support += u16::from(near) * likelihood;
            }
        }
        support
    }
}

/// Whether two readings mean the same beats: four in five of each lie within 70 ms of the other's.
pub(super) fn agree(a: &[i64], b: &[i64]) -> bool {
    let found = |beats: &[i64], others: &[i64]| {
        5 * near(beats, others).filter(|near| *near).count() >= 4 * beats.len()
    };
    found(a, b) && found(b, a)
}

/// Whether each of these beats lies within 70 ms of one of the others.
fn near<'a>(beats: &'a [i64], others: &'a [i64]) -> impl Iterator<Item = bool> + 'a {
    let mut at = 0;
    beats.iter().map(move |beat| {
        while others.get(at).is_some_and(|other| *other < beat - 7 * ONE) {
            at += 1;
        }
        others.get(at).is_some_and(|other| *other <= beat + 7 * ONE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beat_is_as_likely_as_the_readings_that_have_it() {
        let reading = |beats: &[i64]| Hypothesis {
            kind: Kind::Constant,
            beats: beats.iter().map(|beat| beat * ONE).collect(),
            period: 100 * ONE,
        };
        let evidence = Evidence {
            beats: 0,
            bars: 0,
            pulse: 0,
            divided: 0,
            halfway: 0,
            thirds: 0,
            unusual: 0,
            steady: true,
        };
        let choice = Choice {
            reading: reading(&[0, 100, 200, 300]),
            evidence,
            likelihood: 600,
            rivals: vec![(reading(&[7, 192, 207]), 300), (reading(&[208, 300]), 90)],
        };
        let beats = [0, 100, 200, 300].map(|beat| beat * ONE);
        assert_eq!(choice.support(&beats), [900, 600, 900, 690]);
    }

    #[test]
    fn what_is_heard_half_way_is_what_a_reading_leaves_out() {
        let odds: Vec<i32> = (0..1000)
            .map(|hop| if hop % 25 == 0 { 9 * UNIT } else { -UNIT })
            .collect();
        let beats =
            |every: usize| -> Vec<i64> { (0..1000).step_by(every).map(|hop| hop * ONE).collect() };
        assert_eq!(half_way(&odds, &beats(50)), i64::from(MOST));
        assert_eq!(half_way(&odds, &beats(25)), i64::from(-UNIT));
        assert_eq!(half_way(&odds, &[]), 0);
    }

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
