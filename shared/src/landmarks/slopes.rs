//! From samples to slopes.

use super::STEP;

/// Slopes are counted in this part of the full scale.
const SCALE: f32 = 32_768.0;

/// Slopes of the sound, from samples in blocks of any size.
#[derive(Default)]
pub(super) struct Slopes {
    sum: f32,
    summed: u16,
    before: f32,
}

impl Slopes {
    /// Gives the slope of each step that `pcm` completes.
    pub(super) fn push(&mut self, pcm: &[f32], mut each: impl FnMut(i64)) {
        for sample in pcm {
            self.sum += if sample.is_finite() { *sample } else { 0.0 };
            self.summed += 1;
            if self.summed == STEP {
                let mean = self.sum / f32::from(STEP);
                let slope = (mean - self.before) * SCALE;
                each(whole(slope));
                self.before = mean;
                self.sum = 0.0;
                self.summed = 0;
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "far beyond any sound it is cut off"
)]
fn whole(slope: f32) -> i64 {
    slope.clamp(-1e6, 1e6) as i64
}
