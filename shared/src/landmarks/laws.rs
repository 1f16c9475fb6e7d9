//! What landmarks keep to, whatever the song.

use proptest::prelude::*;

use super::bits::{Bits, Row};
use super::*;

/// Hits of noise over a low tone, and a little silence before.
fn song(seed: u32, seconds: usize) -> Vec<f32> {
    let mut state = seed | 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f32::from(u16::try_from(state >> 16).unwrap()) / 32_768.0 - 1.0
    };
    (0..seconds * LANDMARK_RATE as usize)
        .map(|n| {
            let since = u16::try_from(n % 11_025).unwrap();
            let decay = 1.0 - f32::from(since) / 11_025.0;
            let tone = if n / 50 % 2 == 0 { 0.1 } else { -0.1 };
            noise() * 0.5 * decay * decay + tone
        })
        .collect()
}

fn landmarks(song: &[f32], block: usize) -> Vec<Landmark> {
    let mut reader = LandmarkReader::default();
    for block in song.chunks(block) {
        reader.push(block);
    }
    reader.finish()
}

fn aligned(landmarks: &[Landmark], song: &[f32]) -> Option<Alignment> {
    let mut aligner = Aligner::new(landmarks);
    for block in song.chunks(4096) {
        if !aligner.push(block) {
            break;
        }
    }
    aligner.finish()
}

/// The song `later` samples later, or without its first samples.
fn shifted(song: &[f32], later: i64) -> Vec<f32> {
    let samples = usize::try_from(later.unsigned_abs()).unwrap();
    if later < 0 {
        song[samples..].to_vec()
    } else {
        [vec![0.0; samples], song.to_vec()].concat()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_shift_is_found_to_the_sample(seed in any::<u32>(), later in -22_000..22_000_i64) {
        let song = song(seed, 12);
        let found = aligned(&landmarks(&song, 4096), &shifted(&song, later)).unwrap();
        prop_assert_eq!(found.later, later);
    }

    #[test]
    fn loudness_and_a_little_noise_do_not_matter(seed in any::<u32>(), gain in 0.05..4.0_f32) {
        let here = song(seed, 8);
        let other = song(!seed, 8);
        let changed: Vec<f32> = here.iter().zip(&other).map(|(one, other)| gain * (one + 0.02 * other)).collect();
        let found = aligned(&landmarks(&here, 4096), &shifted(&changed, 1103)).unwrap();
        prop_assert_eq!(found.later, 1103);
    }

    #[test]
    fn a_loop_is_laid_over_the_nearest_repeat(seed in any::<u32>(), later in -4000..4000_i64) {
        let bar = &song(seed, 1)[..11_025];
        let looped: Vec<f32> = bar.iter().copied().cycle().take(300_000).collect();
        let hiss = song(!seed, 8);
        let noisy: Vec<f32> = looped.iter().zip(&hiss).map(|(one, hiss)| one + 0.01 * hiss).collect();
        let found = aligned(&landmarks(&looped, 4096), &shifted(&noisy, later)).unwrap();
        prop_assert_eq!(found.later, later);
    }

    #[test]
    fn another_song_is_not_found(seed in any::<u32>()) {
        prop_assert_eq!(aligned(&landmarks(&song(seed, 8), 4096), &song(!seed, 8)), None);
    }

    #[test]
    fn landmarks_do_not_depend_on_blocks(seed in any::<u32>(), block in 1..9000_usize) {
        let song = song(seed, 3);
        prop_assert_eq!(landmarks(&song, block), landmarks(&song, 4096));
    }

    #[test]
    fn rows_are_read_anywhere_and_text_and_back_is_the_same(rises in prop::collection::vec(any::<bool>(), usize::from(STEPS)..900), first in 0..400_usize) {
        let mut row = Row::default();
        for rises in &rises {
            row.push(*rises);
        }
        let Some(bits) = row.at(first) else {
            prop_assert!(first + usize::from(STEPS) > rises.len());
            return Ok(());
        };
        prop_assert_eq!(bits, Bits::of(rises[first..].iter().copied()));
        prop_assert_eq!(bits.to_string().parse(), Ok(bits));
        let mut others = rises.clone();
        others[first] ^= true;
        prop_assert_eq!(bits.same(Bits::of(others[first..].iter().copied())), u32::from(STEPS) - 1);
    }
}

#[test]
fn landmarks_are_few_in_order_and_spread_over_the_song() {
    let song = song(7, 90);
    let found = landmarks(&song, 4096);
    assert_eq!(found.len(), MAX_LANDMARKS);
    assert!(found.windows(2).all(|pair| pair[0].at < pair[1].at));
    assert!(found[0].at < song.len() as u64 / 2);
    assert!(found[7].at > song.len() as u64 / 2);
}

#[test]
fn what_is_silent_short_or_odd_has_none() {
    assert_eq!(landmarks(&vec![0.0; 100_000], 4096), []);
    assert_eq!(landmarks(&vec![f32::NAN; 100_000], 4096), []);
    assert_eq!(landmarks(&[1.0, -1.0], 4096), []);
    assert_eq!(landmarks(&[], 4096), []);
    assert_eq!(aligned(&[], &song(1, 2)), None);
    assert_eq!(aligned(&landmarks(&song(1, 4), 4096), &[]), None);
}

#[test]
fn a_tone_that_repeats_itself_is_not_shifted() {
    let tone: Vec<f32> = (0..400_000)
        .map(|n| if n / 50 % 2 == 0 { 0.5 } else { -0.5 })
        .collect();
    let found = aligned(&landmarks(&tone, 4096), &tone).unwrap();
    assert_eq!(found.later, 0);
}
