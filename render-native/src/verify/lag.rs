//! How late one recording of the same sound is against another.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "signal processing: sample counts are far below 2^52"
)]

use realfft::RealFftPlanner;

/// Windows quieter than this root mean square (-60 dB of full scale) are not measured: noise would
/// decide.
const SILENCE: f64 = 1e-3;

/// Places this much less alike than the best, and by as much again as noise may have cost, are as
/// good as the best: a repetition of the sound and no other sound. An estimate; the songs of the
/// tests, through AAC, are placed right with it.
const TIE: f64 = 0.0005;
/// How much of what noise takes from the likeness may tell two repetitions apart. Noise of as much
/// energy as is missing correlates with a window of this length by about the root of this.
const NOISE: f64 = 0.01;
/// Peaks with fewer samples between them are one: a ripple of a tenth of a millisecond.
const RIPPLE: usize = 5;

/// Where one recording sounds within another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// How alike they are at the best place, whatever their loudness: 1 is the same, 0 unrelated.
    pub(super) likeness: f64,
    /// Every place that is as good as the best one, in order; never empty. More than one where
    /// the sound repeats itself.
    pub(super) peaks: Vec<Peak>,
}

/// One place where a recording fits. All in samples of the longer recording, where the shorter one
/// begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// Where it fits best, with a fraction.
    pub(super) at: f64,
    /// The first sample where it fits as well.
    pub(super) first: usize,
    /// The last sample where it fits as well.
    pub(super) last: usize,
}

/// Finds `needle` in `haystack` by normalised cross-correlation, to a fraction of a sample by the
/// parabola through each peak and its neighbours. `planner` keeps its tables from call to call.
///
/// `None` if either is silent, or `haystack` is the shorter.
pub(super) fn locate(
    planner: &mut RealFftPlanner<f32>,
    needle: &[f32],
    haystack: &[f32],
) -> Option<Found> {
    let places = haystack.len().checked_sub(needle.len())? + 1;
    if needle.is_empty() || is_silent(needle) || is_silent(haystack) {
        return None;
    }
    let products = correlate(planner, needle, haystack)?;
    let needle_energy = energy(needle);
    let norms = window_energies(haystack, needle.len());
    // Dividing by the loudness of each place keeps a loud passage nearby from winning.
    let least = SILENCE * SILENCE * needle.len() as f64;
    let score: Vec<f64> = products
        .iter()
        .zip(&norms)
        .take(places)
        .map(|(product, norm)| f64::from(*product) / (needle_energy * norm.max(least)).sqrt())
        .collect();
    let likeness = score.iter().copied().max_by(f64::total_cmp)?;
    let lost = (1.0 - likeness * likeness).max(0.0);
    Some(Found {
        likeness,
        peaks: peaks(&score, likeness - TIE - NOISE * lost),
    })
}

/// The peaks of `score` that reach `level`.
fn peaks(score: &[f64], level: f64) -> Vec<Peak> {
    let mut peaks: Vec<Peak> = Vec::new();
    let mut best = f64::NEG_INFINITY;
    for (index, value) in score.iter().enumerate().filter(|(_, v)| **v >= level) {
        match peaks.last_mut() {
            Some(peak) if index - peak.last <= RIPPLE => {
                peak.last = index;
                if *value <= best {
                    continue;
                }
                peak.at = index as f64;
            }
            _ => peaks.push(Peak {
                at: index as f64,
                first: index,
                last: index,
            }),
        }
        best = *value;
    }
    for peak in &mut peaks {
        peak.at += vertex(score, peak.at as usize);
    }
    peaks
}

/// How far from `at` the parabola through it and its neighbours is highest, half a sample at most.
fn vertex(score: &[f64], at: usize) -> f64 {
    let neighbour = |at: Option<usize>| at.and_then(|at| score.get(at)).copied();
    match (
        neighbour(at.checked_sub(1)),
        neighbour(Some(at)),
        neighbour(at.checked_add(1)),
    ) {
        (Some(before), Some(here), Some(after)) => {
            let curvature = before - 2.0 * here + after;
            if curvature < 0.0 {
                (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
            } else {
                0.0
            }
        }
        _ => 0.0,
    }
}

/// Whether a recording is too quiet to be measured.
pub(super) fn is_silent(samples: &[f32]) -> bool {
    samples.is_empty() || energy(samples) < SILENCE * SILENCE * samples.len() as f64
}

/// Whether a recording is clearly not silent: 6 dB above what is. Between the two a lossy codec
/// may put it on either side.
pub(super) fn is_clearly_heard(samples: &[f32]) -> bool {
    !samples.is_empty() && energy(samples) >= 4.0 * SILENCE * SILENCE * samples.len() as f64
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum()
}

/// Energy of every stretch of `length` samples.
fn window_energies(samples: &[f32], length: usize) -> Vec<f64> {
    let square = |s: &f32| f64::from(*s) * f64::from(*s);
    let mut sum: f64 = samples.iter().take(length).map(square).sum();
    let mut energies = vec![sum];
    for (gone, come) in samples.iter().zip(samples.iter().skip(length)) {
        sum += square(come) - square(gone);
        energies.push(sum.max(0.0));
    }
    energies
}

/// `sum over n of needle[n] * haystack[n + k]`, for every `k` from 0 on.
fn correlate(
    planner: &mut RealFftPlanner<f32>,
    needle: &[f32],
    haystack: &[f32],
) -> Option<Vec<f32>> {
    // Round the circle, only places past the last whole one would meet the beginning again.
    let size = haystack.len().next_power_of_two();
    let (forward, inverse) = (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    );
    let spectrum = |samples: &[f32]| {
        let mut padded = samples.to_vec();
        padded.resize(size, 0.0);
        let mut bins = forward.make_output_vec();
        forward
            .process(&mut padded, &mut bins)
            .ok()
            .map(|()| (bins, padded))
    };
    let (short, mut scratch) = spectrum(needle)?;
    let (mut product, _) = spectrum(haystack)?;
    for (bin, other) in product.iter_mut().zip(&short) {
        *bin = *bin * other.conj() / size as f32;
    }
    // The ends of a real signal's spectrum are real; rounding may leave a trace that the inverse
    // transform would refuse.
    for bin in [0, size / 2] {
        if let Some(bin) = product.get_mut(bin) {
            bin.im = 0.0;
        }
    }
    inverse.process(&mut product, &mut scratch).ok()?;
    Some(scratch)
}

/// Whole samples and fraction of `ticks` ticks of `from` per second, in samples of `to` per
/// second.
pub(super) fn resampled_position(ticks: u64, from: u32, to: u32) -> (u64, f64) {
    let product = u128::from(ticks) * u128::from(to);
    let (from, whole) = (u128::from(from.max(1)), product / u128::from(from.max(1)));
    (
        u64::try_from(whole).unwrap_or(u64::MAX),
        (product % from) as f64 / from as f64,
    )
}

/// `seconds` of samples at `rate`, at least one.
pub(super) fn samples_in(seconds: f64, rate: u32) -> usize {
    (seconds * f64::from(rate)).round().max(1.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn locate(needle: &[f32], haystack: &[f32]) -> Option<Found> {
        super::locate(&mut RealFftPlanner::new(), needle, haystack)
    }

    /// The one place where it fits, and how well.
    fn only(needle: &[f32], haystack: &[f32]) -> (f64, f64) {
        let found = locate(needle, haystack).unwrap();
        assert_eq!(found.peaks.len(), 1, "{found:?}");
        (found.peaks[0].at, found.likeness)
    }

    /// Noise that is the same for the same seed.
    fn noise(seed: u64, length: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_stretch_is_found_where_it_was_taken_from(
            seed in 1..1000_u64, at in 0..3000_usize, gain in 0.05_f32..4.0
        ) {
            let song = noise(seed, 8000);
            let taken: Vec<f32> = song[at..at + 4000].iter().map(|s| s * gain).collect();
            let (found, likeness) = only(&taken, &song);
            // The parabola through symmetric neighbours of a noise peak stays within a tenth.
            prop_assert!((found - at as f64).abs() < 0.1, "{} at {}", found, at);
            prop_assert!(likeness > 0.999);
        }
    }

    #[test]
    fn half_a_sample_is_seen() {
        // Slow sound, so that the peak is a parabola indeed: a sum of two tones, sampled at two
        // phases half a sample apart.
        let tone = |n: f64| ((n * 0.021).sin() + (n * 0.033 + 1.0).sin()) as f32 * 0.3;
        let song: Vec<f32> = (0..6000).map(|n| tone(f64::from(n))).collect();
        let film: Vec<f32> = (0..4000).map(|n| tone(f64::from(n) + 700.5)).collect();
        let (found, _) = only(&film, &song);
        assert!((found - 700.5).abs() < 0.05, "{found}");
    }

    #[test]
    fn unrelated_sound_is_not_alike() {
        let found = locate(&noise(1, 4000), &noise(2, 8000)).unwrap();
        assert!(found.likeness < 0.2, "{found:?}");
    }

    #[test]
    fn a_louder_passage_nearby_does_not_win() {
        let mut song = noise(3, 8000);
        song[5000..].iter_mut().for_each(|s| *s *= 50.0);
        let taken = song[900..3900].to_vec();
        assert!((only(&taken, &song).0 - 900.0).abs() < 0.1);
    }

    #[test]
    fn a_repeated_stretch_fits_wherever_it_is_repeated() {
        let song: Vec<f32> = noise(4, 1000).into_iter().cycle().take(8000).collect();
        let found = locate(&song[1300..5300], &song).unwrap();
        let at: Vec<f64> = found.peaks.iter().map(|peak| peak.at.round()).collect();
        assert_eq!(at, [300.0, 1300.0, 2300.0, 3300.0]);
    }

    #[test]
    fn a_repetition_that_differs_by_a_little_is_told_apart() {
        let bar = noise(4, 1000);
        // A hundredth of the energy is of another kind in each bar.
        let song: Vec<f32> = bar
            .iter()
            .cycle()
            .zip(noise(9, 8000))
            .map(|(same, own)| same + own * 0.1)
            .collect();
        assert!((only(&song[1300..5300], &song).0 - 1300.0).abs() < 0.1);
    }

    #[test]
    fn what_does_not_change_fits_everywhere() {
        let found = locate(&[0.2; 2000], &[0.2; 4000]).unwrap();
        assert_eq!(found.peaks.len(), 1);
        assert_eq!((found.peaks[0].first, found.peaks[0].last), (0, 2000));
    }

    #[test]
    fn silence_cannot_be_located() {
        assert_eq!(locate(&[0.0; 100], &noise(1, 200)), None);
        assert_eq!(locate(&noise(1, 100), &[0.0; 200]), None);
        assert_eq!(locate(&noise(1, 200), &noise(1, 100)), None);
    }

    #[test]
    fn a_position_keeps_its_fraction() {
        assert_eq!(resampled_position(44_100, 44_100, 48_000), (48_000, 0.0));
        let (whole, fraction) = resampled_position(1, 44_100, 48_000);
        assert!(whole == 1 && (fraction - 3_900.0 / 44_100.0).abs() < 1e-12);
    }
}
