//! What a segment costs in memory and time, before it is rendered.
//!
//! The memory model was fitted to measurements of ffmpeg 5.1 (HEVC, 1080p and 4K, x264); what was
//! measured is 0.80 to 1.05 of what it says.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::learned::Learned;
use crate::ffmpeg::probe::Video;
use crate::render::encoder::Preset;
use crate::render::hardware::Hardware;

const MIB: f64 = 1024.0 * 1024.0;
/// What the model is multiplied with while nothing is known better.
const UNLEARNED: f64 = 1.25;
/// What an observed peak is multiplied with.
const LEARNED: f64 = 1.15;
/// So many segments of a class make their peak trustworthy.
const ENOUGH: usize = 4;

/// What costs the same: sources that look alike to the decoder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    codec: String,
    width: u32,
    height: u32,
    bits: u8,
    tone_mapped: bool,
}

impl Class {
    /// The class of a source.
    #[must_use]
    pub fn of(video: &Video) -> Self {
        Self {
            codec: video.codec.clone(),
            width: video.width,
            height: video.height,
            bits: video.bits,
            tone_mapped: video.colour.hdr().is_some(),
        }
    }

    /// A source of which only this is known; 10 bit where that is likely.
    #[must_use]
    pub fn sized(width: u32, height: u32, codec: &str) -> Self {
        Self {
            codec: codec.to_owned(),
            width,
            height,
            bits: if codec == "h264" { 8 } else { 10 },
            tone_mapped: false,
        }
    }

    /// A source of which nothing is known: 4K, 10 bit.
    #[must_use]
    pub fn unknown() -> Self {
        Self::sized(3840, 2160, "hevc")
    }

    fn mega_pixels(&self) -> f64 {
        f64::from(self.width) * f64::from(self.height) / 1e6
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            codec,
            width,
            height,
            bits,
            tone_mapped,
        } = self;
        write!(f, "{codec} {width}x{height} {bits} bit")?;
        if *tone_mapped {
            f.write_str(", tone-mapped")?;
        }
        Ok(())
    }
}

/// How much memory a segment may take for the same result.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Footprint {
    /// As the preset asks for.
    #[default]
    Usual,
    /// One thread in every part, and an encoder that does not look ahead: it holds fewer pictures,
    /// and takes more bits. The film's headers stay the same.
    Smallest,
}

/// The film's side of the costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How hard the encoder tries.
    pub preset: Preset,
    /// The encoder in hardware that does the work, if one does.
    pub hardware: Option<Hardware>,
    /// Threads of decoder and encoder, each.
    pub threads: usize,
}

/// Estimates, and learns from what was observed.
#[derive(Debug)]
pub struct Estimator {
    target: Target,
    learned: Mutex<Learned>,
}

/// Where an estimate comes from, and how large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes that a segment is expected to need at most.
    pub bytes: u64,
    /// The model's own figure, before anything is added for safety.
    pub model: u64,
    /// Segments of the class that were measured, and the peak that 95 of 100 did not pass.
    pub learned: Option<(usize, u64)>,
}

impl Estimator {
    /// Knows what was learned before.
    #[must_use]
    pub fn new(target: Target, learned: Learned) -> Self {
        Self {
            target,
            learned: Mutex::new(learned),
        }
    }

    /// The estimate for a class, and where it comes from.
    #[must_use]
    pub fn estimate(&self, class: &Class, footprint: Footprint) -> Estimate {
        let plain = model(class, self.target, footprint);
        let model = plain * UNLEARNED;
        let learned = self.lock().of(&self.name(class, footprint));
        let expected = match learned {
            Some((count, peak)) => {
                let peak = bytes_to_f64(peak) * LEARNED;
                if count >= ENOUGH {
                    peak
                } else {
                    peak.max(model)
                }
            }
            None => model,
        };
        Estimate {
            bytes: f64_to_bytes(expected),
            model: f64_to_bytes(plain),
            learned,
        }
    }

    /// Bytes that a segment of this class is expected to need at most.
    #[must_use]
    pub fn memory(&self, class: &Class, footprint: Footprint) -> u64 {
        self.estimate(class, footprint).bytes
    }

    /// Takes in the peak of a segment.
    pub fn learn(&self, class: &Class, footprint: Footprint, peak: u64) {
        let name = self.name(class, footprint);
        self.lock().add(&name, peak);
    }

    /// Everything that was learned.
    #[must_use]
    pub fn learned(&self) -> Learned {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that memory depends on, in words.
    fn name(&self, class: &Class, footprint: Footprint) -> String {
        let Target {
            width,
            height,
            preset,
            hardware,
            threads,
        } = self.target;
        let preset = hardware.map_or(preset.name(), Hardware::name);
        let how = match footprint {
            Footprint::Usual => format!("threads {threads}"),
            Footprint::Smallest => "smallest".to_owned(),
        };
        format!("{class} to {width}x{height} {preset}, {how}")
    }

    /// Processor seconds that a segment of so many frames takes, roughly.
    #[must_use]
    pub fn cpu_seconds(&self, class: &Class, frames: u32) -> f64 {
        /// Decoding a million pixels, with a third of what is decoded thrown away.
        const DECODE: f64 = 0.016;
        /// Start and probing of a process.
        const START: f64 = 0.15;
        let encode = match self.target.preset {
            // Pictures are handed over; nobody here measured what that takes.
            _ if self.target.hardware.is_some() => 0.003,
            Preset::Ultrafast => 0.006,
            Preset::Superfast => 0.012,
            Preset::Veryfast => 0.021,
            Preset::Faster => 0.027,
            Preset::Fast => 0.034,
            Preset::Medium => 0.037,
        };
        let film = f64::from(self.target.width) * f64::from(self.target.height) / 1e6;
        let mapping = if class.tone_mapped { 0.025 } else { 0.0 };
        START + f64::from(frames) * (class.mega_pixels() * DECODE + film * encode + mapping)
    }
}

/// Peak memory of one ffmpeg in bytes, by the fitted model.
fn model(class: &Class, target: Target, footprint: Footprint) -> f64 {
    let depth = if class.bits > 8 { 2.0 } else { 1.0 };
    let source = class.mega_pixels() * 1e6 * 1.5 * depth / MIB;
    let film = f64::from(target.width) * f64::from(target.height) * 1.5 / MIB;
    let smallest = footprint == Footprint::Smallest;
    let threads = if smallest { 1 } else { target.threads.max(1) };
    let more_threads = f64::from(u32::try_from(threads).unwrap_or(u32::MAX)) - 1.0;
    // Outside the codecs that were measured the decoder's part is doubled.
    let known = matches!(class.codec.as_str(), "h264" | "hevc");
    let decode = 10.0 * source + more_threads * (10.0 + 1.1 * source);
    let decode = if known { decode } else { 2.0 * decode };
    let encode = match target.preset {
        Preset::Ultrafast => 11.0,
        // Without looking ahead the presets hold the same.
        _ if smallest => 34.0,
        Preset::Superfast => 35.0,
        Preset::Veryfast => 49.0,
        Preset::Faster => 71.0,
        Preset::Fast => 93.0,
        Preset::Medium => 106.0,
    };
    let mapping = if class.tone_mapped { 75.0 } else { 0.0 };
    // What a driver holds outside its device was not measured here; a few segments will tell.
    let driver = if target.hardware.is_some() {
        250.0
    } else {
        0.0
    };
    (60.0 + driver + decode + film * (encode + 7.0 * more_threads) + mapping) * MIB
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest integer in range, which is what an estimate needs"
)]
fn f64_to_bytes(value: f64) -> u64 {
    value as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate does not need the last of 53 bits"
)]
fn bytes_to_f64(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL_HD: Target = Target {
        width: 1920,
        height: 1080,
        preset: Preset::Veryfast,
        hardware: None,
        threads: 1,
    };

    fn estimator() -> Estimator {
        Estimator::new(FULL_HD, Learned::default())
    }

    #[test]
    fn the_model_meets_what_was_measured() {
        use Footprint::{Smallest, Usual};
        // Source, bits, effort, footprint, measured MiB.
        for (width, height, bits, preset, footprint, measured) in [
            (3840, 2160, 10, Preset::Veryfast, Usual, 396.0),
            (3840, 2160, 10, Preset::Medium, Usual, 574.0),
            (3840, 2160, 10, Preset::Ultrafast, Usual, 278.0),
            (1920, 1080, 8, Preset::Veryfast, Usual, 246.0),
            (1920, 1080, 8, Preset::Medium, Usual, 425.0),
            (1920, 1080, 8, Preset::Ultrafast, Usual, 116.0),
            (1440, 1080, 8, Preset::Superfast, Usual, 185.0),
            (1440, 1080, 8, Preset::Faster, Usual, 292.0),
            (1440, 1080, 8, Preset::Fast, Usual, 356.0),
            (1920, 1080, 8, Preset::Veryfast, Smallest, 186.0),
            (1920, 1080, 8, Preset::Medium, Smallest, 187.0),
        ] {
            let class = Class {
                bits,
                ..Class::sized(width, height, "hevc")
            };
            let target = Target { preset, ..FULL_HD };
            let modelled = model(&class, target, footprint) / MIB;
            let ratio = measured / modelled;
            assert!(
                (0.79..=1.06).contains(&ratio),
                "{class} {preset:?} {footprint:?}: {ratio}"
            );
        }
    }

    #[test]
    fn the_smallest_footprint_of_every_preset_is_the_same_or_less() {
        let class = Class::sized(1920, 1080, "hevc");
        let of = |preset, footprint| model(&class, Target { preset, ..FULL_HD }, footprint) / MIB;
        let saved = [Preset::Ultrafast, Preset::Veryfast, Preset::Medium]
            .map(|preset| of(preset, Footprint::Usual) - of(preset, Footprint::Smallest));
        // Measured: 0, 45 and 237 MiB.
        assert!(saved[0].abs() < 1.0, "{saved:?}");
        assert!((40.0..50.0).contains(&saved[1]), "{saved:?}");
        assert!((200.0..250.0).contains(&saved[2]), "{saved:?}");
    }

    #[test]
    fn a_peak_above_the_estimate_raises_it_at_once_and_lower_ones_only_when_they_are_many() {
        let estimator = estimator();
        let class = Class::unknown();
        let usual = Footprint::Usual;
        let first = estimator.memory(&class, usual);
        estimator.learn(&class, usual, first / 10);
        assert_eq!(estimator.memory(&class, usual), first);
        for _ in 0..ENOUGH {
            estimator.learn(&class, usual, first / 10);
        }
        assert!(estimator.memory(&class, usual) < first);
        estimator.learn(&class, usual, first * 2);
        assert!(estimator.memory(&class, usual) > first * 2);
    }

    #[test]
    fn what_is_learned_of_one_way_says_nothing_of_another() {
        let first = estimator();
        let class = Class::unknown();
        for _ in 0..ENOUGH {
            first.learn(&class, Footprint::Smallest, 1 << 30);
        }
        let before = estimator().memory(&class, Footprint::Usual);
        assert_eq!(first.memory(&class, Footprint::Usual), before);
        // Another target, of which the same file tells.
        let target = Target {
            threads: 2,
            ..FULL_HD
        };
        let second = Estimator::new(target, first.learned());
        assert!(second.memory(&class, Footprint::Usual) > before);
        assert!(second.memory(&class, Footprint::Smallest) > 1 << 30);
    }
}
