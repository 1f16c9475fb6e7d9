//! Whole readings of a song that compete: every family as a constant grid and as a drifting tempo,
//! each on the beat and half a beat off.

use super::grid::constant_grid;
use super::onset::Onsets;
use super::pointer::variable_beats;
use super::tempo::Tempogram;

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

/// Every reading worth weighing, none without two beats.
pub(crate) fn hypotheses(onsets: &Onsets, tempogram: &Tempogram) -> Vec<Hypothesis> {
    let strength = &onsets.all;
    tempogram
        .families()
        .into_iter()
        .flat_map(|period| {
            let grid = constant_grid(strength, period);
            let constant = Hypothesis::new(Kind::Constant, grid.beats(strength.len()));
            let variable = Hypothesis::new(Kind::Variable, variable_beats(strength, period));
            [constant, variable]
        })
        .flatten()
        .flat_map(|reading| {
            let shifted = reading.shifted();
            [Some(reading), shifted]
        })
        .flatten()
        .collect()
}
