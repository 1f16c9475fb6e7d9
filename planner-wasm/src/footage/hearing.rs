//! Laws of the clip's own sound, on claps, voices, notes and noise made from numbers.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples of a few seconds"
)]

use std::f32::consts::TAU;

use proptest::prelude::*;

use super::model::{LoudEvent, Sound};
use super::sound::{SOUND_RATE, SoundAnalyser};

const RATE: f32 = SOUND_RATE as f32;
const SECOND: usize = SOUND_RATE as usize;

/// Noise from -1 to 1.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

fn hiss(seconds: usize, loud: f32) -> Vec<f32> {
    let mut noise = Noise(7);
    (0..seconds * SECOND).map(|_| loud * noise.next()).collect()
}

/// Adds a clap that begins at a sample.
fn clap(samples: &mut [f32], at: usize, loud: f32) {
    let mut noise = Noise(at as u32);
    for (n, sample) in samples.iter_mut().skip(at).take(SECOND / 4).enumerate() {
        *sample += loud * noise.next() * libm::expf(-(n as f32) / (0.02 * RATE));
    }
}

/// Syllables, some five a second: a buzz whose pitch glides, through two resonances, and pauses.
fn voice(seconds: usize, pitch: f32) -> Vec<f32> {
    let (mut phase, mut state) = (0.0_f32, [[0.0_f32; 2]; 2]);
    (0..seconds * SECOND)
        .map(|n| {
            let at = n as f32 / RATE;
            let syllable = at * 4.7;
            let (which, within) = (syllable as usize, syllable - libm::floorf(syllable));
            let glide = 1.0 + 0.18 * libm::sinf(TAU * (0.6 * at + 0.3 * within));
            phase += pitch * glide / RATE;
            phase -= libm::floorf(phase);
            // Every seventh is left out, and none is loud at its ends.
            let loud = if which % 7 == 6 {
                0.0
            } else {
                libm::sinf(TAU / 2.0 * within.min(0.7) / 0.7).max(0.0)
            };
            let formants = [[500.0, 1500.0], [350.0, 2100.0], [700.0, 1200.0]];
            let buzz = loud * (0.5 - phase);
            let mut out = 0.0;
            for (hertz, state) in formants[which % 3].iter().zip(&mut state) {
                let radius = libm::expf(-TAU / 2.0 * 90.0 / RATE);
                let next = buzz + 2.0 * radius * libm::cosf(TAU * hertz / RATE) * state[0]
                    - radius * radius * state[1];
                *state = [next, state[0]];
                out += next;
            }
            0.02 * out
        })
        .collect()
}

/// Notes that hold their pitch, two a second, and fade.
fn notes(seconds: usize) -> Vec<f32> {
    (0..seconds * SECOND)
        .map(|n| {
            let (note, within) = (n / (SECOND / 2), (n % (SECOND / 2)) as f32 / RATE);
            let hertz = [220.0, 261.6, 329.6, 196.0][note % 4];
            let tones = (1..6).map(|k| libm::sinf(TAU * hertz * k as f32 * within) / k as f32);
            0.2 * tones.sum::<f32>() * libm::expf(-5.0 * within)
        })
        .collect()
}

fn heard(samples: &[f32]) -> Sound {
    let mut analyser = SoundAnalyser::new(0);
    analyser.push(samples);
    analyser.finish(0, samples.len() as u64 * 1_000_000 / u64::from(SOUND_RATE))
}

fn times(sound: &Sound) -> Vec<u64> {
    sound.events.iter().map(|event| event.at_us).collect()
}

/// Share of ticks in which someone speaks, of 100.
fn spoken(sound: &Sound) -> usize {
    let spoken = sound.speech.iter().filter(|speech| **speech >= 128);
    100 * spoken.count() / sound.speech.len()
}

/// Claps at these samples on a hiss.
fn claps(at: &[usize]) -> Vec<f32> {
    let mut samples = hiss(6, 0.01);
    for at in at {
        clap(&mut samples, *at, 0.5);
    }
    samples
}

const CLAPS: [usize; 4] = [16_000, 30_017, 47_999, 80_001];

#[test]
fn claps_are_heard_to_a_few_milliseconds_and_nothing_else() {
    let sound = heard(&claps(&CLAPS));
    assert_eq!(sound.events.len(), CLAPS.len(), "{sound:?}");
    for (event, at) in sound.events.iter().zip(CLAPS) {
        let at_us = at as u64 * 125 / 2;
        assert!(event.at_us.abs_diff(at_us) <= 4_000, "{event:?} {at_us}");
        assert!(event.strength_permille > 700, "{event:?}");
    }
    assert_eq!(spoken(&sound), 0);
    let loudest = sound.loudness.iter().max();
    assert_eq!(loudest, sound.loudness.get(10));
}

#[test]
fn a_voice_is_speech_and_notes_hiss_and_hum_are_not() {
    for pitch in [95.0, 140.0, 210.0] {
        let share = spoken(&heard(&voice(8, pitch)));
        assert!(share >= 80, "{share} % at {pitch} Hz");
        let mut in_hiss = voice(8, pitch);
        for (sample, hiss) in in_hiss.iter_mut().zip(hiss(8, 0.01)) {
            *sample += hiss;
        }
        let share = spoken(&heard(&in_hiss));
        assert!(share >= 70, "{share} % at {pitch} Hz in noise");
    }
    // Wind, and a tone above all voices.
    for (hertz, loud) in [(25.0, 0.3), (7_500.0, 0.1)] {
        let beside = |n: usize| loud * libm::sinf(TAU * hertz * n as f32 / RATE);
        let samples: Vec<f32> = voice(8, 140.0)
            .iter()
            .enumerate()
            .map(|(n, s)| s + beside(n))
            .collect();
        let share = spoken(&heard(&samples));
        assert!(share >= 70, "{share} % beside {hertz} Hz");
    }
    let hum = (0..8 * SECOND).map(|n| 0.3 * libm::sinf(TAU * 100.0 * n as f32 / RATE));
    for sound in [notes(8), hiss(8, 0.3), hum.collect()] {
        assert_eq!(spoken(&heard(&sound)), 0);
    }
}

#[test]
fn speech_is_full_of_onsets_and_none_is_an_event() {
    for pitch in [95.0, 140.0, 210.0] {
        assert_eq!(times(&heard(&voice(8, pitch))), [0; 0]);
    }
    let mut samples = voice(8, 140.0);
    clap(&mut samples, 40_000, 1.5);
    assert_eq!(times(&heard(&samples)), [2_500_000]);
    // A few words where it is quiet otherwise.
    let words = [hiss(10, 0.002), voice(3, 140.0), hiss(10, 0.002)].concat();
    assert_eq!(times(&heard(&words)), [0; 0]);
}

#[test]
fn what_is_no_sound_has_neither_events_nor_speech() {
    let silent = |sound: &Sound| sound.events.is_empty() && sound.speech.iter().all(|s| *s == 0);
    for samples in [
        vec![],
        vec![0.9],
        vec![0.0; 3 * SECOND],
        vec![0.7; 3 * SECOND],
        vec![-1e30; 3 * SECOND],
        vec![f32::NAN; 3 * SECOND],
        vec![f32::INFINITY; 3 * SECOND],
        vec![f32::MIN_POSITIVE; 3 * SECOND],
        hiss(3, 1e6),
        hiss(3, 1e-6),
    ] {
        let sound = heard(&samples);
        let head: Vec<&f32> = samples.iter().take(2).collect();
        assert!(silent(&sound), "{head:?}: {sound:?}");
    }
}

#[test]
fn what_is_no_number_or_much_too_loud_does_not_deafen() {
    for broken in [[f32::NAN; 2], [f32::INFINITY; 2], [f32::MAX, f32::MIN]] {
        let mut samples = broken.repeat(SECOND / 2);
        samples.extend(claps(&CLAPS));
        let later: Vec<u64> = times(&heard(&samples))
            .into_iter()
            .filter(|at_us| *at_us > 1_100_000)
            .collect();
        let whole = times(&heard(&claps(&CLAPS)));
        let whole: Vec<u64> = whole.iter().map(|at_us| at_us + 1_000_000).collect();
        assert_eq!(later, whole, "after {broken:?}");
    }
}

#[test]
fn sound_that_does_not_lie_under_its_pictures_is_left_out() {
    let hear = |from_us, start_us, end_us| {
        let mut analyser = SoundAnalyser::new(from_us);
        analyser.push(&claps(&CLAPS));
        analyser.finish(start_us, end_us)
    };
    // Pictures of 2 s in the middle, with the second clap and the third.
    let inside = hear(0, 1_500_000, 3_450_000);
    assert_eq!((inside.loudness.len(), inside.speech.len()), (20, 20));
    assert_eq!(times(&inside), [1_876_000, 2_996_000]);
    assert!(inside.loudness.iter().all(|loud| *loud > 0));
    // Sound that comes late and ends early.
    let late = hear(10_000_000, 0, 20_000_000);
    assert_eq!(late.loudness.iter().filter(|loud| **loud > 0).count(), 60);
    assert_eq!(times(&late)[0], 11_000_000);
    // None of it, and no pictures.
    for (start_us, end_us) in [(60_000_000, 61_000_000), (5, 5), (9, 3)] {
        let none = hear(0, start_us, end_us);
        assert!(none.events.is_empty() && none.loudness.iter().all(|loud| *loud == 0));
    }
    assert_eq!(hear(u64::MAX / 2, 0, 1_000_000).loudness, [0; 10]);
}

/// Written down once; other machines and WebAssembly give the same.
#[test]
fn the_golden_clip_sounds_as_it_did() {
    let mut samples = voice(5, 120.0);
    for (sample, hiss) in samples.iter_mut().zip(hiss(5, 0.004)) {
        *sample += hiss;
    }
    samples.extend(hiss(3, 0.004));
    clap(&mut samples, 6 * SECOND + 123, 1.5);
    let sound = heard(&samples);
    let every = |of: &[u8]| -> Vec<u8> { of.iter().copied().step_by(8).collect() };
    let event = LoudEvent {
        at_us: 6_004_000,
        strength_permille: 583,
    };
    let loudness = vec![166, 163, 157, 156, 167, 167, 151, 93, 94, 93];
    let speech = vec![255, 255, 255, 255, 255, 255, 255, 28, 0, 0];
    let golden = (vec![event], loudness, speech);
    let found = (
        sound.events.clone(),
        every(&sound.loudness),
        every(&sound.speech),
    );
    assert_eq!(found, golden);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn blocks_make_no_difference(sizes in prop::collection::vec(1_usize..9000, 1..8)) {
        let mut samples = claps(&CLAPS);
        samples.extend(voice(2, 130.0));
        let mut analyser = SoundAnalyser::new(40_000);
        let (mut rest, mut sizes) = (samples.as_slice(), sizes.iter().cycle());
        while !rest.is_empty() {
            let size = sizes.next().unwrap();
            let (block, others) = rest.split_at(rest.len().min(*size));
            analyser.push(block);
            rest = others;
        }
        let mut whole = SoundAnalyser::new(40_000);
        whole.push(&samples);
        prop_assert_eq!(analyser.finish(0, 8_000_000), whole.finish(0, 8_000_000));
    }

    #[test]
    fn a_later_start_is_a_later_sound(ticks in 0_u64..100_000) {
        let shift_us = ticks * 100_000;
        let samples = [claps(&CLAPS), voice(3, 130.0)].concat();
        let hear = |from_us| {
            let mut analyser = SoundAnalyser::new(from_us);
            analyser.push(&samples);
            analyser.finish(from_us, from_us + 9_000_000)
        };
        let (first, mut later) = (hear(0), hear(shift_us));
        for event in &mut later.events {
            event.at_us -= shift_us;
        }
        prop_assert!(spoken(&first) > 10);
        prop_assert_eq!(later, first);
    }

    #[test]
    fn gain_changes_how_loud_it_is_and_nothing_else(gain in 0.2_f32..1.0, pitch in 90.0_f32..250.0) {
        let mut spoken = voice(5, pitch);
        for (sample, hiss) in spoken.iter_mut().zip(hiss(5, 0.01)) {
            *sample += hiss;
        }
        let times_gain = |samples: &[f32]| -> Vec<f32> {
            samples.iter().map(|sample| gain * sample).collect()
        };
        let samples = claps(&CLAPS);
        let (first, other) = (heard(&samples), heard(&times_gain(&samples)));
        prop_assert_eq!(times(&other), times(&first));
        for (one, other) in first.events.iter().zip(&other.events) {
            prop_assert!(one.strength_permille.abs_diff(other.strength_permille) <= 34);
        }
        let (first, other) = (heard(&spoken), heard(&times_gain(&spoken)));
        // What is kept of levels is rounded, so that a tick at the limit may tip over.
        let unlike = first.speech.iter().zip(&other.speech).filter(|(one, other)| one.abs_diff(**other) > 40);
        prop_assert!(unlike.count() <= 3);
        let decibels = 20.0 * libm::log10f(gain);
        let moved = first.loudness.iter().zip(&other.loudness).filter(|(one, other)| {
            let by = (f32::from(**other) - f32::from(**one)) / 2.0;
            **one > 40 && (by - decibels).abs() > 1.01
        });
        prop_assert_eq!(moved.count(), 0);
    }

    #[test]
    fn no_bytes_break_it(bits in prop::collection::vec(any::<u32>(), 0..3000), from_us in any::<u64>(), span in any::<(u64, u16)>()) {
        let samples: Vec<f32> = bits.iter().map(|bits| f32::from_bits(*bits)).collect();
        let mut analyser = SoundAnalyser::new(from_us);
        analyser.push(&samples);
        let (start_us, lasts) = span;
        let start_us = start_us / 2;
        let sound = analyser.finish(start_us, start_us + u64::from(lasts) * 1000);
        prop_assert_eq!(sound.loudness.len(), sound.speech.len());
        prop_assert!(sound.events.iter().all(|event| event.strength_permille <= 1000));
    }
}
