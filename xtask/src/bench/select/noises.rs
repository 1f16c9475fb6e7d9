//! What planted clips sound like: a hiss, notes or a voice, and in it what bangs at known samples.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "samples of clips of seconds"
)]

use std::f64::consts::TAU;

use crate::bench::edit::Random;

/// Samples a second.
pub(super) const HERTZ: u64 = 48_000;
/// No two bangs are closer, and none is closer to an end of the clip, in samples.
const APART: u64 = HERTZ * 9 / 20;
/// How much louder than what is around it a bang is, in decibels: from, and by up to so much more.
const LOUDER: (u64, u64) = (16, 12);

/// Mean amplitude of a voice.
const SPOKEN: f64 = 0.04;

/// What there is all through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// A room.
    Hiss,
    /// Someone speaks for a while, in a room.
    Speech,
    /// Notes, in a room.
    Notes,
    /// No sound at all, not even a track.
    None,
}

impl Scene {
    /// In turn.
    pub(super) fn of(number: usize) -> Self {
        [Self::Hiss, Self::Speech, Self::Notes, Self::None]
            .get(number % 4)
            .copied()
            .unwrap_or(Self::None)
    }
}

/// The sound of a clip, and the truth about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Noises {
    /// Mono, [`HERTZ`] a second, 16 bits each, little endian; empty without a track.
    pub(super) bytes: Vec<u8>,
    /// When something bangs, in µs.
    pub(super) bangs_us: Vec<u64>,
    /// When someone speaks, in µs.
    pub(super) speech_us: Vec<(u64, u64)>,
}

/// The sound of a clip of so many µs. Every other of the `hits_us` is heard, and as many other bangs lie
/// anywhere.
pub(super) fn noises(scene: Scene, length_us: u64, hits_us: &[u64], seed: u64) -> Noises {
    let mut noises = Noises::default();
    if scene == Scene::None {
        return noises;
    }
    let mut random = Random::new(seed);
    // The first numbers of near seeds are alike.
    for _ in 0..8 {
        random.below(2);
    }
    let count = length_us * HERTZ / 1_000_000;
    let mut samples: Vec<f64> = (0..count).map(|_| 0.003 * white(&mut random)).collect();
    let mut around = 0.003;
    match scene {
        Scene::Speech => {
            let lasts = count / 2;
            let from = random.below(count - lasts);
            let voice = voice(lasts, &mut random);
            mix(&mut samples, from, &voice);
            let us = |sample: u64| sample * 1_000_000 / HERTZ;
            noises.speech_us.push((us(from), us(from + lasts)));
            around = SPOKEN;
        }
        Scene::Notes => {
            mix(&mut samples, 0, &notes(count, &mut random));
            around = 0.06;
        }
        Scene::Hiss | Scene::None => {}
    }
    let heard = hits_us.iter().step_by(2);
    let mut bangs: Vec<u64> = heard.map(|us| us * HERTZ / 1_000_000).collect();
    let wanted = bangs.len() + 1 + usize::try_from(length_us / 4_000_000).unwrap_or(0);
    for _ in 0..200 {
        let at = APART + random.below(count.saturating_sub(2 * APART).max(1));
        if bangs.len() < wanted && bangs.iter().all(|other| other.abs_diff(at) >= APART) {
            bangs.push(at);
        }
    }
    bangs.sort_unstable();
    for at in &bangs {
        let louder = (LOUDER.0 + random.below(LOUDER.1)) as f64;
        let loud = around * 10_f64.powf(louder / 20.0);
        mix(&mut samples, *at, &bang(loud, &mut random));
    }
    noises.bangs_us = bangs.iter().map(|at| at * 1_000_000 / HERTZ).collect();
    noises.bytes = samples
        .iter()
        .flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes())
        .collect();
    noises
}

/// From -1 to 1.
fn white(random: &mut Random) -> f64 {
    random.below(20_001) as f64 / 10_000.0 - 1.0
}

fn mix(into: &mut [f64], from: u64, sound: &[f64]) {
    let into = into.iter_mut().skip(usize::try_from(from).unwrap_or(0));
    for (sample, more) in into.zip(sound) {
        *sample += more;
    }
}

/// A clap, a ball, a door or a click, whose loudest 4 ms have about this amplitude.
fn bang(loud: f64, random: &mut Random) -> Vec<f64> {
    let kind = random.below(4);
    let hertz = 100.0 + random.below(200) as f64;
    let fades = match kind {
        0 => 0.010 + random.below(20) as f64 / 1000.0,
        1 => 0.030,
        2 => 0.050 + random.below(60) as f64 / 1000.0,
        _ => 0.003,
    };
    let (mut low, mut soft) = (0.0, 0.0);
    let sound: Vec<f64> = (0..HERTZ / 2)
        .map(|n| {
            let at = n as f64 / HERTZ as f64;
            let noise = white(random);
            low += 0.06 * (noise - low);
            soft += 0.4 * (noise - soft);
            let fade = (-at / fades).exp();
            match kind {
                0 => (noise - low) * (fade + 0.1 * (-at / 0.12).exp()),
                1 => (TAU * hertz * at).sin() * fade + 0.5 * noise * (-at / 0.003).exp(),
                2 => 3.0 * low * fade + 0.4 * soft * (-at / 0.008).exp(),
                _ => noise * fade,
            }
        })
        .collect();
    let first: f64 = sound.iter().take(192).map(|sample| sample * sample).sum();
    let gain = loud / (first / 192.0).sqrt().max(1e-9);
    sound.iter().map(|sample| gain * sample).collect()
}

/// Syllables of a gliding voice, with pauses.
fn voice(count: u64, random: &mut Random) -> Vec<f64> {
    let pitch = 85.0 + random.below(150) as f64;
    let vowels: [[f64; 3]; 6] = [
        [730.0, 1090.0, 2440.0],
        [270.0, 2290.0, 3010.0],
        [300.0, 870.0, 2240.0],
        [530.0, 1840.0, 2480.0],
        [570.0, 840.0, 2410.0],
        [660.0, 1720.0, 2410.0],
    ];
    let mut sound = Vec::new();
    let (mut phase, mut state) = (0.0_f64, [[0.0_f64; 2]; 3]);
    while (sound.len() as u64) < count {
        let lasts = HERTZ * (120 + random.below(140)) / 1000;
        let pause = if random.below(6) == 0 {
            HERTZ * (150 + random.below(300)) / 1000
        } else {
            HERTZ * random.below(60) / 1000
        };
        let vowel = vowels
            .get(usize::try_from(random.below(6)).unwrap_or(0))
            .copied()
            .unwrap_or_default();
        let (from, to) = (
            0.85 + random.below(40) as f64 / 100.0,
            0.75 + random.below(40) as f64 / 100.0,
        );
        let hisses = random.below(3) == 0;
        for n in 0..lasts + pause {
            let within = (n as f64 / lasts as f64).min(1.0);
            phase = (phase + pitch * (from + (to - from) * within) / HERTZ as f64).fract();
            let loud = if n < lasts {
                (TAU / 2.0 * within).sin().max(0.0).sqrt()
            } else {
                0.0
            };
            let buzz = loud * (0.5 - phase) + 0.02 * loud * white(random);
            let mut out = 0.0;
            for (hertz, state) in vowel.iter().zip(&mut state) {
                let radius = (-TAU / 2.0 * 90.0 / HERTZ as f64).exp();
                let turn = (TAU * hertz / HERTZ as f64).cos();
                let next = buzz + 2.0 * radius * turn * state[0] - radius * radius * state[1];
                *state = [next, state[0]];
                out += next;
            }
            let hiss = if hisses && within < 0.25 {
                0.01 * white(random)
            } else {
                0.0
            };
            sound.push(0.004 * out + hiss);
        }
    }
    let squares: f64 = sound.iter().map(|sample| sample * sample).sum();
    let gain = SPOKEN / (squares / sound.len() as f64).sqrt().max(1e-9);
    sound.iter().map(|sample| gain * sample).collect()
}

/// Chords of a plucked instrument that hold their pitch.
fn notes(count: u64, random: &mut Random) -> Vec<f64> {
    let mut sound = vec![0.0; usize::try_from(count).unwrap_or(0)];
    let length = HERTZ * (250 + random.below(350)) / 1000;
    let mut at = 0;
    while at < count {
        for _ in 0..2 {
            let hertz = 110.0 * 2_f64.powf(random.below(28) as f64 / 12.0);
            let note: Vec<f64> = (0..2 * length)
                .map(|n| {
                    let time = n as f64 / HERTZ as f64;
                    let tones = (1..6).map(|k| {
                        let k = f64::from(k);
                        (TAU * hertz * k * time).sin() / k
                    });
                    0.06 * tones.sum::<f64>() * (-3.0 * time).exp()
                })
                .collect();
            mix(&mut sound, at, &note);
        }
        at += length;
    }
    sound
}
