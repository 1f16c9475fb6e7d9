//! What is kept of each picture while a clip streams past.

use super::model::{Look, TICK_US};
use super::statistics::Statistics;

/// The change from one picture to the next; of the first picture, no change at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Time of the later picture, in microseconds.
    pub(super) at_us: u64,
    /// The camera's shift of the picture to the right and down, in pixels; none if in doubt.
    pub(super) shift: Option<[f32; 2]>,
    /// What moves besides: mean luma difference above noise, 0 to 255.
    pub(super) local: f32,
    /// Distance of the block colours from the picture before, 0 to 40.
    pub(super) change: f32,
    /// The same from the pictures two, three and four earlier.
    pub(super) change_over: [f32; 3],
    /// Mean luma difference per pixel that the camera's shift leaves, noise included, 0 to 255.
    pub(super) residue: f32,
    /// Share of the picture that is all but the same, 0 to 1.
    pub(super) unchanged: f32,
    /// Mean luma of the later picture, 0 to 255.
    pub(super) luma: f32,
    /// Luma of its darkest block.
    pub(super) darkest: u8,
    /// Luma of its brightest block.
    pub(super) brightest: u8,
}

/// A picture of which all was measured.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Its time, in microseconds.
    pub(super) at_us: u64,
    /// Its measures.
    pub(super) statistics: Statistics,
    /// Its look.
    pub(super) look: Look,
}

/// All that was kept of a clip. `steps` and `samples` ascend in time and start together.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    pub(super) steps: Vec<Step>,
    pub(super) samples: Vec<Sample>,
    /// Middles of what may be dissolves, ascending, and how far both scenes are apart.
    pub(super) dissolves: Vec<(u64, f32)>,
}

/// Steps that last longer say nothing of how the camera moved in between.
pub(super) const LONGEST_STEP_US: u64 = 350_000;

impl Step {
    /// How often a movement at this step's pace fits into a tick, for measures that grow with
    /// time. A step that is too long counts as [`LONGEST_STEP_US`]: such a difference no longer grows.
    pub(super) fn per_tick(&self, since_us: u64) -> f32 {
        seconds(TICK_US) / seconds((self.at_us - since_us).clamp(4_000, LONGEST_STEP_US))
    }
}

/// A pixel of the camera's shift counts as this much difference in luma.
pub(super) const PIXEL: f32 = 1.5;

/// Length of a shift, in pixels.
pub(super) fn length([x, y]: [f32; 2]) -> f32 {
    libm::sqrtf(x * x + y * y)
}

/// How fast a picture moves, the camera included, as a mean luma difference: both come over the same time.
pub(super) fn speed(local: f32, shift: [f32; 2]) -> f32 {
    local + PIXEL * length(shift)
}

/// Seconds of a short time, for ratios of floats.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio of times far below 2^24 ms"
)]
pub(super) fn seconds(us: u64) -> f32 {
    us as f32 / 1e6
}

/// Mean of a measure over each tick, weighted by how long it holds there; 0 where it does not.
///
/// * `spans` — start, end and value, in microseconds from the start of the first tick.
/// * `ticks` — how many there are.
pub(super) fn per_tick(spans: impl IntoIterator<Item = (u64, u64, f32)>, ticks: usize) -> Vec<f32> {
    let mut sums = vec![(0.0_f32, 0.0_f32); ticks];
    for (from, until, value) in spans {
        let first = usize::try_from(from / TICK_US)
            .unwrap_or(usize::MAX)
            .min(ticks);
        let (mut from, mut tick_end) = (from, (from / TICK_US + 1) * TICK_US);
        for (sum, weight) in sums.iter_mut().skip(first) {
            if from >= until {
                break;
            }
            let inside = seconds(until.min(tick_end) - from);
            *sum += value * inside;
            *weight += inside;
            (from, tick_end) = (tick_end, tick_end + TICK_US);
        }
    }
    let mean = |(sum, weight)| if weight > 0.0 { sum / weight } else { 0.0 };
    sums.into_iter().map(mean).collect()
}
