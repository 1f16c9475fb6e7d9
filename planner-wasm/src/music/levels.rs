//! What is held of a song until its end: magnitudes as floats of 16 bits.
//!
//! How loud the whole song is is known only then, and logarithms are taken of magnitudes at the
//! reference loudness; so magnitudes are kept, not logarithms.

use std::collections::VecDeque;

use super::filterbank::{BANDS, Levels};

/// Bits of the fraction of a code; the five above it are the exponent.
const FRACTION: u32 = 11;
/// Bits of a 32-bit float's fraction that a code leaves out.
const LEFT_OUT: u32 = f32::MANTISSA_DIGITS - 1 - FRACTION;
/// The exponent of the smallest number told to 11 bits, as a 32-bit float has it: 2^-15.
const LEAST_EXPONENT: u32 = 127 - 15;
/// The smallest number told to 11 bits.
const LEAST: f32 = 1.0 / (1 << 15) as f32;
/// What numbers below that are counted in.
const STEP: f32 = LEAST / (1 << FRACTION) as f32;
/// Rows to a piece: 41 s.
const PIECE: usize = 1 << 12;

/// The code nearest to a magnitude from 0 to 65536: to 11 bits, or to 2^-26 where it is below 2^-15.
/// No sample is beyond 64, so no magnitude of a window of 2048 is beyond 65536; one that is counts
/// as the largest.
pub(crate) fn coded(magnitude: f32) -> u16 {
    let code = if magnitude < LEAST {
        libm::roundf(magnitude / STEP) as u32
    } else {
        let nearest = (magnitude.to_bits() + (1 << (LEFT_OUT - 1))) >> LEFT_OUT;
        nearest - ((LEAST_EXPONENT - 1) << FRACTION)
    };
    u16::try_from(code).unwrap_or(u16::MAX)
}

/// The magnitude that a code stands for.
pub(crate) fn decoded(code: u16) -> f32 {
    if code < 1 << FRACTION {
        f32::from(code) * STEP
    } else {
        let code = u32::from(code) + ((LEAST_EXPONENT - 1) << FRACTION);
        f32::from_bits(code << LEFT_OUT)
    }
}

/// Rows of codes, one for each band, in pieces that can be given back one by one.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pieces: VecDeque<Vec<u16>>,
    count: usize,
}

impl Rows {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Adds a row of magnitudes, one for each band.
    pub(crate) fn push(&mut self, magnitudes: impl Iterator<Item = f32>) {
        if self.count.is_multiple_of(PIECE) {
            self.pieces.push_back(Vec::with_capacity(PIECE * BANDS));
        }
        if let Some(piece) = self.pieces.back_mut() {
            piece.extend(magnitudes.map(coded));
        }
        self.count += 1;
    }

    /// Takes the first rows that are left, one after the other; `None` if none are.
    pub(crate) fn take(&mut self) -> Option<Vec<u16>> {
        self.pieces.pop_front()
    }

    /// How many pieces are left.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    #[cfg(test)]
    pub(crate) fn codes(&self) -> impl Iterator<Item = u16> {
        self.pieces.iter().flatten().copied()
    }
}

/// The level of every code at a gain.
pub(crate) struct Scale(Vec<u16>);

impl Scale {
    /// Levels `log10(1 + gain · magnitude)`, in units of which `unit` make a decade.
    pub(crate) fn new(gain: f32, unit: f32) -> Self {
        let level = |code| libm::roundf(libm::log10f(1.0 + gain * decoded(code)) * unit) as u16;
        Self((0..=u16::MAX).map(level).collect())
    }

    /// The levels of a row of codes.
    pub(crate) fn levels(&self, codes: &[u16]) -> Levels {
        let mut levels = [0; BANDS];
        for (level, code) in levels.iter_mut().zip(codes) {
            *level = i32::from(self.0[usize::from(*code)]);
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_code_stands_for_a_magnitude_of_its_own() {
        let told = (0..=u16::MAX).map(decoded);
        assert!(told.clone().zip(told.skip(1)).all(|(a, b)| a < b));
        assert!((0..=u16::MAX).all(|code| coded(decoded(code)) == code));
        assert_eq!(
            (decoded(0), coded(65_536.0), coded(1e9)),
            (0.0, u16::MAX, u16::MAX)
        );
    }

    proptest! {
        #[test]
        fn a_magnitude_is_kept_to_a_fraction_of_itself(magnitude in 0.0_f32..65_500.0) {
            for magnitude in [magnitude, magnitude / 65_536.0, magnitude / 1e9] {
                let off = (decoded(coded(magnitude)) - magnitude).abs();
                prop_assert!(off <= magnitude / 4096.0 + STEP / 2.0, "{} for {}", off, magnitude);
            }
        }
    }

    #[test]
    fn rows_come_back_in_order() {
        let mut rows = Rows::default();
        for row in 0..PIECE + 3 {
            rows.push((0..BANDS).map(|band| (row + band) as f32));
        }
        assert_eq!((rows.count(), rows.pieces()), (PIECE + 3, 2));
        let (first, second) = (rows.take().unwrap(), rows.take().unwrap());
        assert_eq!((first.len(), second.len()), (PIECE * BANDS, 3 * BANDS));
        assert_eq!(second[0], coded(PIECE as f32));
        assert!(rows.take().is_none());
    }
}
