//! The analysis clock: hops of 441 samples, and positions between them in fixed point.

/// Samples from one analysis step to the next; at 44100 Hz exactly 100 hops a second.
pub(crate) const HOP: usize = 441;

/// One hop in the fixed point of every position and period between hops.
pub(crate) const ONE: i64 = 1 << 16;

/// Fixed-point scale of normalised onset strengths and of scores: 1.0 is 1024.
pub(crate) const UNIT: i32 = 1024;

/// How late the onset strength of music peaks after a sound begins, in samples: 5 ms, less where
/// silence came before. What remains of it is measured song by song, in `attack`.
pub(crate) const LATENCY: i64 = 220;

/// The sample that a position in fixed-point hops stands for, rounded down.
pub(crate) const fn sample_of(position: i64) -> i64 {
    (position * HOP as i64).div_euclid(ONE)
}

/// Where positions in fixed-point hops lie in the song.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// Samples from a position to what is meant by it.
    pub(crate) offset: i64,
    /// Samples of the song.
    pub(crate) duration: u64,
}

impl Clock {
    /// The sample that is meant by a position; `None` outside the song.
    pub(crate) fn sample(self, position: i64) -> Option<u64> {
        let sample = u64::try_from(sample_of(position) + self.offset).ok()?;
        (sample < self.duration).then_some(sample)
    }
}

/// The hop nearest to a fixed-point position; halfway goes to the later one.
pub(crate) const fn nearest(position: i64) -> i64 {
    (position + ONE / 2).div_euclid(ONE)
}

/// The strength at a whole hop, 0 outside the song.
pub(crate) fn at(strength: &[i32], hop: i64) -> i32 {
    usize::try_from(hop)
        .ok()
        .and_then(|hop| strength.get(hop))
        .copied()
        .unwrap_or(0)
}

/// The strength at a fixed-point position, between hops by a straight line, 0 outside the song.
pub(crate) fn between(strength: &[i32], position: i64) -> i64 {
    let (hop, part) = (position.div_euclid(ONE), position.rem_euclid(ONE));
    let (here, next) = (at(strength, hop), at(strength, hop + 1));
    (i64::from(here) * (ONE - part) + i64::from(next) * part).div_euclid(ONE)
}
