//! Whether someone speaks, without a learnt model.
//!
//! Speech comes in syllables, so its level swings widely; much of it is voiced, so that it repeats at
//! the pitch of the voice; and that pitch glides, where notes hold theirs and noise has none. All three
//! together are speech; singing by itself may pass for it, and speech under loud music or noise does
//! not.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are below a hundred; measures are quantised here, once"
)]

use super::model::TICK_US;
use super::sound::{HighPass, LowPass, STEPS_PER_DB};

/// From so much on, of 255, someone speaks.
pub(super) const SPEAKS: u8 = 128;

/// Length of a frame, in microseconds.
const FRAME_US: u64 = 20_000;
/// Of so many samples one is kept to find the pitch: 4000 a second.
const THINNED: usize = 4;
/// Thinned samples that are laid over each other, a multiple of four, and the least and the longest shift: 400 to 80 Hz.
const LAID: usize = 128;
const LAGS: std::ops::RangeInclusive<usize> = 10..=50;
/// Thinned samples that are kept: those laid over each other at the longest shift.
const KEPT: usize = LAID + 50;
/// Feedback of the one-pole filters of the pitch: a high-pass at 80 Hz, and twice a low-pass at 700 Hz.
const LOW: f32 = 0.969_5;
const HIGH: f32 = 0.759_7;
/// A shorter lag than the best is the pitch if it repeats so nearly as well.
const NEARLY: f32 = 0.9;

/// Frames on each side of a tick's middle that tell whether someone speaks in it: 0.74 s.
const AROUND: usize = 37;
/// Fewer frames tell nothing.
const FEWEST: usize = 25;
/// What is softer than this is not heard, in decibels above the floor.
const LEAST_DB: f32 = 40.0;
/// Levels below the loudest by more count as so much below, in decibels.
const DEEPEST_DB: f32 = 35.0;
/// Frames within so much of the loudest may be voiced, in decibels.
const NEAR_TOP_DB: f32 = 18.0;
/// From this likeness with itself on, of 255, a frame is voiced.
const VOICED: u8 = 153;
/// Relative change of pitch from frame to frame of a voice that glides.
const GLIDES: std::ops::Range<f32> = 0.004..0.08;
/// Swing of the level in decibels, share of frames that are voiced like the next, and share of these
/// that glide: from none to surely.
const SWING: (f32, f32) = (3.0, 7.0);
const VOICES: (f32, f32) = (0.04, 0.16);
const GLIDING: (f32, f32) = (0.35, 0.65);

/// What is kept of 20 ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Level between 300 and 3400 Hz, in half decibels above the floor.
    level: u8,
    /// Likeness with itself one period later, 0 to 255.
    voiced: u8,
    /// The period, in 256ths of a thinned sample.
    lag: u16,
}

impl Frame {
    fn decibels(self) -> f32 {
        f32::from(self.level) / STEPS_PER_DB
    }
}

/// The last thinned samples.
#[derive(Debug, Clone)]
pub(super) struct Voices {
    high: HighPass,
    low: [LowPass; 2],
    count: usize,
    kept: std::collections::VecDeque<f32>,
}

impl Default for Voices {
    fn default() -> Self {
        Self {
            high: HighPass::default(),
            low: [LowPass::default(); 2],
            count: 0,
            kept: std::iter::repeat_n(0.0, KEPT).collect(),
        }
    }
}

impl Voices {
    pub(super) fn push(&mut self, sample: f32) {
        let mut sample = self.high.next(sample, LOW);
        for low in &mut self.low {
            sample = low.next(sample, HIGH);
        }
        self.count += 1;
        if self.count == THINNED {
            self.count = 0;
            self.kept.pop_front();
            self.kept.push_back(sample);
        }
    }

    /// The frame that ends now, of this level.
    pub(super) fn frame(&mut self, level: u8) -> Frame {
        let (voiced, lag) = pitch(self.kept.make_contiguous()).unwrap_or((0.0, 0.0));
        Frame {
            level,
            voiced: (voiced * 255.0).clamp(0.0, 255.0) as u8,
            lag: (lag * 256.0).clamp(0.0, 65_535.0) as u16,
        }
    }
}

/// The sum of products, in four sums side by side: they need not wait for each other.
fn product(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 4];
    let pairs = one.as_chunks::<4>().0.iter().zip(other.as_chunks::<4>().0);
    for (one, other) in pairs {
        for (sum, (one, other)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += one * other;
        }
    }
    let [a, b, c, d] = sums;
    (a + b) + (c + d)
}

/// How alike the samples are to themselves one period later, up to 1, and the period; none if nothing
/// repeats.
fn pitch(samples: &[f32]) -> Option<(f32, f32)> {
    let first = samples.get(..LAID)?;
    let own = product(first, first);
    let mut alike = [0.0_f32; 51];
    for (lag, alike) in alike.iter_mut().enumerate().skip(*LAGS.start()) {
        let later = samples.get(lag..lag + LAID)?;
        let powers = own * product(later, later);
        *alike = if powers > 1e-18 {
            product(first, later) / libm::sqrtf(powers)
        } else {
            0.0
        };
    }
    let peak = |lag: &usize| {
        let around = alike.get(lag - 1..=lag + 1)?;
        let [before, at, after] = around else {
            return None;
        };
        (at >= before && at >= after).then_some([*before, *at, *after])
    };
    let inner = LAGS.start() + 1..=LAGS.end() - 1;
    let best = inner.clone().filter_map(|lag| peak(&lag));
    let best = best.map(|[_, at, _]| at).fold(0.0, f32::max);
    if best <= 0.05 {
        return None;
    }
    let mut inner = inner;
    let (lag, [before, at, after]) = inner.find_map(|lag| {
        let found = peak(&lag).filter(|[_, at, _]| *at >= NEARLY * best)?;
        Some((lag, found))
    })?;
    let bend = before - 2.0 * at + after;
    let beside = if bend < 0.0 {
        0.5 * (before - after) / bend
    } else {
        0.0
    };
    Some((at, lag as f32 + beside))
}

/// How surely someone speaks in each tick, 0 to 255, by the starts of the ticks. `from_us` is when the
/// first frame begins.
pub(super) fn speech(from_us: u64, frames: &[Frame], starts: impl Iterator<Item = u64>) -> Vec<u8> {
    starts
        .map(|start_us| {
            let Some(after_us) = start_us.saturating_add(TICK_US / 2).checked_sub(from_us) else {
                return 0;
            };
            let middle = usize::try_from(after_us / FRAME_US).unwrap_or(usize::MAX);
            if middle >= frames.len() {
                return 0;
            }
            let end = (middle + AROUND + 1).min(frames.len());
            let around = frames.get(middle.saturating_sub(AROUND)..end);
            (255.0 * spoken(around.unwrap_or_default()) + 0.5) as u8
        })
        .collect()
}

/// How surely someone speaks in these frames, 0 to 1.
fn spoken(frames: &[Frame]) -> f32 {
    if frames.len() < FEWEST {
        return 0.0;
    }
    let mut levels: Vec<u8> = frames.iter().map(|frame| frame.level).collect();
    levels.sort_unstable();
    // The third loudest: a click is not what is heard all the time.
    let top = levels.iter().rev().nth(2).copied().unwrap_or(0);
    let top = f32::from(top) / STEPS_PER_DB;
    if top < LEAST_DB {
        return 0.0;
    }
    let count = frames.len() as f32;
    let deep = |frame: &Frame| frame.decibels().max(top - DEEPEST_DB);
    let mean = frames.iter().map(deep).sum::<f32>() / count;
    let squares = frames.iter().map(|frame| {
        let off = deep(frame) - mean;
        off * off
    });
    let swing = libm::sqrtf(squares.sum::<f32>() / count);
    let voiced = |frame: &Frame| frame.voiced >= VOICED && frame.decibels() > top - NEAR_TOP_DB;
    let (mut pairs, mut glides) = (0.0_f32, 0.0_f32);
    for pair in frames.windows(2) {
        let [before, now] = pair else { continue };
        if voiced(before) && voiced(now) {
            let (before, now) = (f32::from(before.lag), f32::from(now.lag));
            pairs += 1.0;
            if GLIDES.contains(&((before - now).abs() / now.max(1.0))) {
                glides += 1.0;
            }
        }
    }
    let surely =
        |value: f32, (none, sure): (f32, f32)| ((value - none) / (sure - none)).clamp(0.0, 1.0);
    surely(swing, SWING) * surely(pairs / count, VOICES) * surely(glides / pairs.max(1.0), GLIDING)
}
