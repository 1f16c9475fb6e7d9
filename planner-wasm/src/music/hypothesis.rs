//! Whole readings of a song that compete: every family of periods as a constant grid and as a drifting
//! tempo, and any tempo that drifts, each on the beat and half a beat off.

use super::grid::constant_grid;
use super::hop::UNIT;
use super::onset::Onsets;
use super::pointer::variable_beats;
use super::tempo::{LONGEST, SHORTEST, Tempogram};

/// How a reading keeps time, simplest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// One period throughout.
    Constant,
    /// The tempo drifts.
    Variable,
}

/// One reading of the whole song.
#[derive(Debug, Clone)]
pub(crate) struct Hypothesis {
    pub(crate) kind: Kind,
    /// The beats, rising, in fixed-point hops.
    pub(crate) beats: Vec<i64>,
    /// Median period in fixed-point hops.
    pub(crate) period: i64,
}

impl Hypothesis {
    fn new(kind: Kind, beats: Vec<i64>) -> Option<Self> {
        let mut gaps: Vec<i64> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable();
        let period = *gaps.get(gaps.len() / 2)?;
        let rising = gaps.first().is_some_and(|gap| *gap > 0);
        rising.then_some(Self {
            kind,
            beats,
            period,
        })
    }

    /// The same half a beat later, with a beat before the first.
    fn shifted(&self) -> Option<Self> {
        let mut beats = Vec::new();
        let first = self.beats.first()? - self.period / 2;
        if first >= 0 {
            beats.push(first);
        }
        beats.extend(
            self.beats
                .windows(2)
                .map(|pair| i64::midpoint(pair[0], pair[1])),
        );
        beats.push(self.beats.last()? + self.period / 2);
        Self::new(self.kind, beats)
    }
}

/// Seeks every reading worth weighing, one trial at a time.
pub(crate) struct Search {
    /// What sounds like a beat, to the network and by its onset.
    both: Vec<i32>,
    trials: std::vec::IntoIter<Trial>,
}

/// One way to read the song.
enum Trial {
    /// A constant tempo near a period in hops.
    Constant(usize),
    /// A drifting one that begins near a period and stays between two, in hops.
    Variable(usize, (usize, usize)),
}

impl Search {
    pub(crate) fn new(onsets: &Onsets, odds: &[i32], tempogram: &Tempogram) -> Self {
        let pulse: Vec<i32> = odds
            .iter()
            .map(|odds| (odds + PULSE_FLOOR).clamp(0, 8 * UNIT))
            .collect();
        let both: Vec<i32> = pulse
            .iter()
            .zip(&onsets.all)
            .map(|(pulse, strength)| {
                (pulse * 3 / 8).min(3 * UNIT) / 2 + (*strength).clamp(0, 3 * UNIT) / 2
            })
            .collect();
        let mut families = tempogram.families();
        for period in Tempogram::of(&pulse).families() {
            if families.iter().all(|f| 20 * period.abs_diff(*f) > *f) {
                families.push(period);
            }
        }
        let constant = families.iter().map(|&period| Trial::Constant(period));
        let any = Trial::Variable(50, (SHORTEST, LONGEST));
        let variable = families.iter().map(|&period| {
            let span = (period * 85 / 100, period * 118 / 100);
            Trial::Variable(period, span)
        });
        let trials: Vec<Trial> = constant.chain([any]).chain(variable).collect();
        Self {
            both,
            trials: trials.into_iter(),
        }
    }

    /// How many trials are yet to be made.
    pub(crate) fn left(&self) -> usize {
        self.trials.len()
    }

    /// The readings of the next trial, none without two beats; `None` if no trial is left.
    pub(crate) fn next(&mut self, onsets: &Onsets, odds: &[i32]) -> Option<Vec<Hypothesis>> {
        let strength = &onsets.all;
        let reading = match self.trials.next()? {
            Trial::Constant(period) => {
                let grid = constant_grid(&self.both, period);
                Hypothesis::new(Kind::Constant, grid.beats(strength.len()))
            }
            Trial::Variable(period, span) => {
                Hypothesis::new(Kind::Variable, variable_beats(odds, strength, period, span))
            }
        };
        let shifted = reading.as_ref().and_then(Hypothesis::shifted);
        Some(reading.into_iter().chain(shifted).collect())
    }
}

/// Log odds, in 1/1024, below which the network hears nothing.
const PULSE_FLOOR: i32 = 4 * UNIT;
