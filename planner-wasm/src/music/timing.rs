//! Positions between hops: where exactly an onset peaks.

use super::hop::{ONE, at};

/// The peak of the parabola through the strength at `hop` and its neighbours, in fixed-point hops;
/// never more than half a hop from `hop`.
///
/// Source: Smith, *Spectral Audio Signal Processing*, "Quadratic Interpolation of Spectral Peaks".
pub(crate) fn parabola(strength: &[i32], hop: i64) -> i64 {
    let (left, here, right) = (
        i64::from(at(strength, hop - 1)),
        i64::from(at(strength, hop)),
        i64::from(at(strength, hop + 1)),
    );
    let curve = 2 * here - left - right;
    if curve <= 0 {
        return hop * ONE;
    }
    let offset = (right - left) * ONE / (2 * curve);
    hop * ONE + offset.clamp(-ONE / 2, ONE / 2)
}
