//! The fine clock: where sounds begin, 700 times a second.
//!
//! Onset strength is sharp in pitch and therefore blunt in time: its window spans 46 ms, and how
//! early a sound shows in it depends on what sounded before. Where exactly the beats lie is heard
//! here, from the rise of energy alone, averaged over all beats of the song.

use super::hop::{HOP, LATENCY, ONE, UNIT};
use super::levels::{coded, decoded};

/// Samples to a step of the fine clock: a seventh of a hop.
const STEP: usize = HOP / 7;
/// Steps before and after a point whose energies are compared: 6 ms each.
const SPAN: usize = 4;
/// Steps to either side of where the beats are thought to be: 30 ms.
const REACH: i64 = 21;
/// A rise by more than this many octaves of energy counts no more: one hit must not decide.
const MOST: f32 = 4.0;
/// Energy this far below the song's mean is silence: 40 dB.
const FLOOR: f64 = 1e-4;
/// How late the averaged rise peaks after a sound begins, in samples; negative, since it begins to
/// show as soon as the sound is among the steps that follow. Measured on clicks at known samples,
/// as tests/music/whole.rs does again.
const RISE_LATENCY: i64 = -100;

/// Energy of the song's treble, step by step.
#[derive(Debug, Default)]
pub(crate) struct AttackReader {
    /// Its square root, coded as `levels` does: 11 bits of it are enough for a rise of energy.
    heard: Vec<u16>,
    whole: f64,
    sum: f32,
    count: usize,
    last: f32,
}

impl AttackReader {
    /// Takes the next samples, all finite.
    pub(crate) fn push(&mut self, pcm: &[f32]) {
        for sample in pcm {
            // The difference of neighbours lifts the treble, where attacks are sharp.
            let rise = sample - self.last;
            self.last = *sample;
            self.sum += rise * rise;
            self.count += 1;
            if self.count == STEP {
                self.heard.push(coded(self.sum.sqrt()));
                self.whole += f64::from(self.sum);
                self.sum = 0.0;
                self.count = 0;
            }
        }
    }

    /// The whole song.
    pub(crate) fn finish(self) -> Attacks {
        let mean = self.whole / self.heard.len().max(1) as f64;
        Attacks {
            heard: self.heard,
            floor: (mean * FLOOR) as f32 * SPAN as f32,
        }
    }
}

/// Where sounds begin in one song.
#[derive(Debug)]
pub(crate) struct Attacks {
    heard: Vec<u16>,
    /// Energy of the steps of a span that is silent.
    floor: f32,
}

impl Attacks {
    /// How much energy rises at the beginning of a step, in 1/1024 octave, never falling.
    fn rise(&self, step: i64) -> i64 {
        let sum = |from: Option<usize>| {
            let from = from.filter(|from| *from < self.heard.len())?;
            let to = (from + SPAN).min(self.heard.len());
            let energy = |code: &u16| decoded(*code) * decoded(*code);
            Some(self.heard[from..to].iter().map(energy).sum::<f32>() + self.floor)
        };
        let step = usize::try_from(step).ok();
        let before = sum(step.and_then(|step| step.checked_sub(SPAN)));
        let (Some(before), Some(after)) = (before, sum(step)) else {
            return 0;
        };
        let octaves = libm::log2f(after / before);
        // Silence over silence is no number, and no rise.
        if octaves > 0.0 {
            libm::roundf(octaves.min(MOST) * UNIT as f32) as i64
        } else {
            0
        }
    }

    /// Samples by which sounds begin after the given beats, negative if before, as heard over all of
    /// them; the known latency of the onset strength if nothing stands out. Beats are in
    /// fixed-point hops.
    pub(crate) fn offset(&self, beats: &[i64]) -> i64 {
        let profile = self.profile(beats);
        let mean = profile.iter().sum::<i64>() / profile.len() as i64;
        let near = |index: usize| {
            let off = index as i64 - REACH;
            // Of two peaks alike the one nearer to the expected place holds.
            profile[index] * (2 * REACH * REACH - off * off)
        };
        let inner = 1..profile.len() - 1;
        let Some(peak) = inner.max_by_key(|&index| (near(index), std::cmp::Reverse(index))) else {
            return -LATENCY;
        };
        if profile[peak] * 2 <= mean * 3 {
            return -LATENCY;
        }
        let (left, here, right) = (profile[peak - 1], profile[peak], profile[peak + 1]);
        let curve = (2 * here - left - right).max(1);
        let part = ((right - left) * STEP as i64 / (2 * curve)).clamp(-31, 31);
        (peak as i64 - REACH) * STEP as i64 + part - LATENCY - RISE_LATENCY
    }

    /// Mean rise around the beats, `REACH` steps to either side of where sounds are expected to
    /// begin, smoothed over three steps, in 1/256 octave.
    fn profile(&self, beats: &[i64]) -> Vec<i64> {
        let count = beats.len().max(1) as i64;
        let mut sums = vec![0; 2 * REACH as usize + 1];
        for beat in beats {
            let sample = beat * HOP as i64 / ONE - LATENCY;
            let step = (sample + STEP as i64 / 2).div_euclid(STEP as i64);
            let rises = (-REACH - 1..=REACH + 1).map(|off| self.rise(step + off));
            let rises: Vec<i64> = rises.collect();
            for (sum, near) in sums.iter_mut().zip(rises.windows(3)) {
                *sum += near[0] + 2 * near[1] + near[2];
            }
        }
        sums.into_iter().map(|sum| sum / count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_where_sounds_begin() {
        let mut pcm = vec![0.0_f32; 441_000];
        for at in (10_000..440_000).step_by(22_050) {
            pcm[at] = 1.0;
        }
        for late in [-600_i64, 0, 500] {
            let mut reader = AttackReader::default();
            reader.push(&pcm);
            let beats: Vec<i64> = (0..19)
                .map(|beat| (10_000 + 22_050 * beat + late) * ONE / HOP as i64)
                .collect();
            let offset = reader.finish().offset(&beats);
            assert!((offset + late).abs() < 70, "{offset} for {late}");
        }
    }

    #[test]
    fn without_attacks_the_known_latency_holds() {
        let mut reader = AttackReader::default();
        reader.push(&vec![0.0; 44_100]);
        assert_eq!(reader.finish().offset(&[ONE * 20, ONE * 70]), -LATENCY);
        assert_eq!(AttackReader::default().finish().offset(&[]), -LATENCY);
    }
}
