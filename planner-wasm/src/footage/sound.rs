//! A clip's own sound in, block by block; how loud each tick is, what bangs and where someone speaks
//! out.

use super::analyser::LONGEST_CLIP_US;
use super::loud::{self, Levels};
use super::model::{Sound, TICK_US};
use super::speech::{Frame, Voices, speech};

/// Samples per second of a clip's sound as it is heard here, mono: claps and speech have nearly all of
/// their power below half of it.
pub const SOUND_RATE: u32 = 16_000;

/// Samples of a hop, of which the level is kept: 4 ms.
const HOP: usize = 64;
/// Length of a hop, in microseconds.
pub(super) const HOP_US: u64 = 4_000;
/// Hops of a frame of the speech measure: 20 ms.
const FRAME_HOPS: usize = 5;
/// Longest sound that is kept, in hops.
const LONGEST: usize = (LONGEST_CLIP_US / HOP_US) as usize;
/// What lies below is not heard, in decibels of full scale.
const FLOOR_DB: f32 = -100.0;
/// Steps of a kept level per decibel.
pub(super) const STEPS_PER_DB: f32 = 2.0;
/// Largest sample that is believed, so that sums stay finite: lossy decoders give a little over 1.
const LARGEST: f32 = 8.0;

/// Feedback of one-pole filters: `1 / (1 + 2 pi f / 16000)` of a high-pass and
/// `exp(-2 pi f / 16000)` of a low-pass at `f` Hz.
mod pole {
    /// High-pass at 200 Hz: wind and handling are louder below than all that matters.
    pub(super) const RUMBLE: f32 = 0.927_2;
    /// High-pass at 300 Hz and low-pass at 3400 Hz: speech as a telephone passes it.
    pub(super) const BAND_LOW: f32 = 0.894_6;
    pub(super) const BAND_HIGH: f32 = 0.263_1;
}

/// A one-pole high-pass.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HighPass {
    before: f32,
    out: f32,
}

impl HighPass {
    pub(super) fn next(&mut self, sample: f32, pole: f32) -> f32 {
        self.out = settled(pole * (self.out + sample - self.before));
        self.before = sample;
        self.out
    }
}

/// A one-pole low-pass.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LowPass {
    out: f32,
}

impl LowPass {
    pub(super) fn next(&mut self, sample: f32, pole: f32) -> f32 {
        self.out = settled(sample + pole * (self.out - sample));
        self.out
    }
}

/// What fades away becomes 0 before it becomes a number that processors are slow with.
fn settled(value: f32) -> f32 {
    if value.abs() < 1e-20 { 0.0 } else { value }
}

/// Hears a clip while its sound streams past; keeps some 450 bytes of each second, never the sound
/// itself. How it is cut into blocks makes no difference.
///
/// What is no number counts as silence. Sound may begin after the pictures or before, end earlier or
/// later, or be missing: what lies outside of them is left out, and ticks without sound are silent.
///
/// ```
/// # use planner_wasm::footage::{SOUND_RATE, SoundAnalyser};
/// let mut analyser = SoundAnalyser::new(0);
/// analyser.push(&[0.0; 3 * SOUND_RATE as usize / 2]);
/// analyser.push(&[0.5; 64]); // a crack, a second and a half after the clip's start
/// analyser.push(&[0.0; SOUND_RATE as usize]);
/// let sound = analyser.finish(0, 2_500_000);
/// assert_eq!(sound.loudness.len(), 25);
/// assert_eq!(sound.events.first().map(|event| event.at_us), Some(1_500_000));
/// ```
#[derive(Debug, Clone)]
pub struct SoundAnalyser {
    from_us: u64,
    rumble: HighPass,
    band: (HighPass, LowPass),
    voices: Voices,
    /// Sums of squares of the hop and of the frame that are not whole.
    hop: (f32, usize),
    frame: (f32, usize),
    /// Levels of the hops, in half decibels above the floor.
    levels: Vec<u8>,
    frames: Vec<Frame>,
}

impl SoundAnalyser {
    /// An analyser of sound that begins at `from_us` of the clip's clock, in microseconds, and goes on
    /// without a gap.
    #[must_use]
    pub fn new(from_us: u64) -> Self {
        Self {
            from_us,
            rumble: HighPass::default(),
            band: (HighPass::default(), LowPass::default()),
            voices: Voices::default(),
            hop: (0.0, 0),
            frame: (0.0, 0),
            levels: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Hears the next samples: mono, [`SOUND_RATE`] a second, full scale from -1 to 1. What comes after
    /// 48 hours is not heard.
    pub fn push(&mut self, samples: &[f32]) {
        for sample in samples {
            if self.levels.len() >= LONGEST {
                return;
            }
            let sample = if sample.is_finite() {
                sample.clamp(-LARGEST, LARGEST)
            } else {
                0.0
            };
            let (low, high) = &mut self.band;
            let band = high.next(low.next(sample, pole::BAND_LOW), pole::BAND_HIGH);
            let clear = self.rumble.next(sample, pole::RUMBLE);
            self.voices.push(sample);
            self.hop.0 += clear * clear;
            self.frame.0 += band * band;
            self.hop.1 += 1;
            if self.hop.1 == HOP {
                self.levels.push(level(self.hop.0, HOP));
                self.hop = (0.0, 0);
                self.frame.1 += 1;
            }
            if self.frame.1 == FRAME_HOPS {
                let level = level(self.frame.0, FRAME_HOPS * HOP);
                self.frames.push(self.voices.frame(level));
                self.frame = (0.0, 0);
            }
        }
    }

    /// What was heard of footage from `start_us` to `end_us` of the clip's clock, in microseconds. An
    /// end before the start is taken for it.
    #[must_use]
    pub fn finish(self, start_us: u64, end_us: u64) -> Sound {
        let end_us = end_us.clamp(start_us, start_us.saturating_add(LONGEST_CLIP_US));
        let ticks = usize::try_from((end_us - start_us).div_ceil(TICK_US)).unwrap_or(0);
        let starts = (0..ticks as u64).map(|tick| start_us.saturating_add(tick * TICK_US));
        let levels = Levels {
            from_us: self.from_us,
            levels: &self.levels,
        };
        let speech = speech(self.from_us, &self.frames, starts.clone());
        let mut events = loud::events(&levels, &|at_us| {
            let tick = at_us.checked_sub(start_us).map(|us| us / TICK_US);
            let tick = tick.and_then(|tick| usize::try_from(tick).ok());
            tick.and_then(|tick| speech.get(tick)).copied().unwrap_or(0)
        });
        events.retain(|event| (start_us..end_us).contains(&event.at_us));
        Sound {
            loudness: starts.map(|at_us| levels.loudness(at_us)).collect(),
            speech,
            events,
        }
    }
}

/// A level in half decibels above the floor, from a sum of squares.
fn level(squares: f32, count: usize) -> u8 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts are a few hundred; levels are quantised here, once"
    )]
    let level = {
        let decibels = 10.0 * libm::log10f(squares / count as f32 + 1e-12);
        ((decibels - FLOOR_DB) * STEPS_PER_DB + 0.5).clamp(0.0, 200.0) as u8
    };
    level
}
