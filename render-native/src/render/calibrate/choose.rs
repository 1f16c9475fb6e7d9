//! From what samples cost to what the encoder is asked for. Arithmetic only: nothing is measured
//! here.
//!
//! The samples of the *base* (one encoder setting, many slots) tell of the film: bytes and time per
//! frame, and how much that differs from slot to slot. Samples of the same slots with other
//! settings tell by what factor those differ from the base. Drawn with a chance by their length,
//! slots give the film's mean without bias (Cochran, *Sampling Techniques*, §9A); the margin is the
//! upper bound that 95 of 100 such draws keep.

use std::collections::BTreeMap;

use crate::render::encoder::{Encoder, Preset};
use crate::render::settings::Wish;

/// The best and the worst rate factor that is chosen: below, nobody sees a difference; above,
/// everybody does.
pub(super) const CRF: std::ops::RangeInclusive<u8> = 17..=34;
/// Of the wished size, the part that is aimed at, the margin for the spread aside.
const SIZE_AIM: f64 = 0.97;
/// Of the wished time, the part that is aimed at, the margin for the spread aside: processes beside
/// each other are slower than one alone, and the last one ends alone.
const TIME_AIM: f64 = 0.88;
/// Joining and measuring the film, in microseconds: at the least, and for each frame.
const JOIN_US: (f64, f64) = (500_000.0, 300.0);
/// Standard errors that 95 of 100 draws stay below.
const SURE: f64 = 1.65;
/// The margin of so few samples that their spread says nothing, and the largest margin.
const FEW: (usize, f64) = (3, 0.35);

/// One stretch of the film, encoded to see what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Its slot.
    pub(super) slot: usize,
    /// With what.
    pub(super) encoder: Encoder,
    /// Its frames, at least 1.
    pub(super) frames: u32,
    /// The size of its file.
    pub(super) bytes: u64,
    /// Wall time.
    pub(super) wall_us: u64,
    /// Processor time; 0 if the system does not tell.
    pub(super) cpu_us: u64,
}

/// What is known of the film without a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Film {
    /// Its frames.
    pub(super) frames: u64,
    /// Bytes that no setting of the encoder changes: sound and container.
    pub(super) other_bytes: u64,
    /// Cores.
    pub(super) cores: usize,
    /// Processes at once, with every preset that memory allows.
    pub(super) jobs: BTreeMap<Preset, usize>,
}

/// A choice, and what is to be expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pick {
    /// The choice.
    pub(super) encoder: Encoder,
    /// The making of the whole film, in microseconds, without a margin.
    pub(super) film_us: u64,
    /// The film's size in bytes, without a margin.
    pub(super) bytes: u64,
    /// Whether the wished time can be met, with the margin.
    pub(super) in_time: bool,
    /// Whether the wished size can be met, with the margin.
    pub(super) in_size: bool,
}

/// The slowest preset that is done in time, and with it the lowest rate factor whose film is small
/// enough: the nearest to it if there is none. `left_us` is what is left of the wished time.
/// `None` without samples.
///
/// With `sure`, only presets count that were measured, or are faster than all that were.
pub(super) fn choose(
    film: &Film,
    samples: &[Sample],
    wish: Wish,
    left_us: Option<u64>,
    sure: bool,
) -> Option<Pick> {
    let table = Table::of(film, samples)?;
    let allowed = || film.jobs.keys().copied();
    let known = |preset: &Preset| {
        !sure || table.is_measured(*preset) || samples.iter().all(|s| s.encoder.preset > *preset)
    };
    let in_time = |preset: &Preset| {
        left_us.is_none_or(|left| table.film_us(*preset) * table.time_margin <= float(left))
    };
    let slowest = allowed().rev().filter(known).find(in_time);
    let preset = slowest.or(allowed().next())?;
    let other = film.other_bytes;
    let (crf, in_size) = match wish.max_bytes {
        None => (preset.usual_crf(), true),
        Some(most) => {
            let most = float(most) * SIZE_AIM - float(other);
            let fits = |crf: &u8| table.bytes(preset, *crf) * table.size_margin <= most;
            let lowest = CRF.into_iter().find(fits);
            (lowest.unwrap_or(*CRF.end()), lowest.is_some())
        }
    };
    Some(Pick {
        encoder: Encoder { preset, crf },
        film_us: whole(table.film_us(preset)),
        bytes: whole(table.bytes(preset, crf)).saturating_add(other),
        in_time: slowest.is_some(),
        in_size,
    })
}

/// Whether a choice was measured, or one so near that another sample would tell nothing new.
pub(super) fn is_measured(samples: &[Sample], pick: Encoder, wish: Wish) -> bool {
    samples.iter().any(|sample| {
        let near = sample.encoder.crf.abs_diff(pick.crf) <= 1;
        sample.encoder.preset == pick.preset && (near || wish.max_bytes.is_none())
    })
}

/// What the samples say.
struct Table<'a> {
    film: &'a Film,
    samples: &'a [Sample],
    /// The setting with the most samples.
    base: Encoder,
    /// What the film's time is multiplied with, to be sure.
    time_margin: f64,
    /// What the film's size is multiplied with, to be sure.
    size_margin: f64,
}

type Value = fn(&Sample) -> f64;

const BYTES: Value = |sample| float(sample.bytes);
const WALL: Value = |sample| float(sample.wall_us);
const CPU: Value = |sample| float(sample.cpu_us);
const FRAMES: Value = |sample| f64::from(sample.frames);

impl<'a> Table<'a> {
    fn of(film: &'a Film, samples: &'a [Sample]) -> Option<Self> {
        let mut counts = BTreeMap::<Encoder, usize>::new();
        for sample in samples {
            *counts.entry(sample.encoder).or_default() += 1;
        }
        let (base, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        let mut table = Self {
            film,
            samples,
            base,
            time_margin: 1.0,
            size_margin: 1.0,
        };
        table.time_margin = (1.0 + table.spread(WALL)) / TIME_AIM;
        table.size_margin = 1.0 + table.spread(BYTES);
        Some(table)
    }

    fn base(&self) -> impl Iterator<Item = &Sample> {
        let base = self.base;
        self.samples.iter().filter(move |s| s.encoder == base)
    }

    /// The base's mean of a value, for each frame.
    fn per_frame(&self, value: Value) -> f64 {
        self.base().map(value).sum::<f64>() / self.base().map(FRAMES).sum::<f64>().max(1.0)
    }

    /// By how much the film may pass what the base says of it, as a part of that.
    fn spread(&self, value: Value) -> f64 {
        let count = self.base().count();
        let frames: f64 = self.base().map(FRAMES).sum();
        let unseen = 1.0 - (frames / float(self.film.frames).max(1.0)).min(1.0);
        let (few, most) = FEW;
        if count < few {
            return most * unseen.sqrt();
        }
        let mean = self.per_frame(value);
        let count = float(count as u64);
        let squares: f64 = self
            .base()
            .map(|sample| (value(sample) - mean * FRAMES(sample)).powi(2))
            .sum();
        let error = (squares / (count - 1.0) / count).sqrt() / (frames / count);
        if mean <= 0.0 {
            return 0.0;
        }
        (SURE * error / mean).min(most) * unseen.sqrt()
    }

    /// What a value of the base is multiplied with for other settings: from the slots that were
    /// sampled with both.
    fn factor(&self, value: Value, which: impl Fn(Encoder) -> bool) -> f64 {
        let (mut other, mut base) = (0.0, 0.0);
        for sample in self.samples.iter().filter(|s| which(s.encoder)) {
            if let Some(same) = self.base().find(|same| same.slot == sample.slot) {
                other += value(sample);
                base += value(same);
            }
        }
        if base > 0.0 && other > 0.0 {
            other / base
        } else {
            1.0
        }
    }

    fn is_measured(&self, preset: Preset) -> bool {
        self.samples.iter().any(|s| s.encoder.preset == preset)
    }

    /// The preset itself, or the nearest that was measured.
    fn nearest(&self, preset: Preset) -> Preset {
        let rank = |p: Preset| p as u8;
        let presets = self.samples.iter().map(|s| s.encoder.preset);
        presets
            .min_by_key(|other| (rank(*other).abs_diff(rank(preset)), rank(*other)))
            .unwrap_or(preset)
    }

    /// Time for the whole film, in microseconds.
    fn film_us(&self, preset: Preset) -> f64 {
        let near = self.nearest(preset);
        let guess = cost(preset) / cost(near);
        let of = |value| self.per_frame(value) * self.factor(value, |e| e.preset == near) * guess;
        let (wall, cpu) = (of(WALL), of(CPU));
        let cores = self.film.cores.max(1);
        let jobs = self.film.jobs.get(&preset).copied().unwrap_or(1);
        // One process may keep more than one core busy.
        let workers = float(jobs.clamp(1, cores) as u64);
        let frame = (wall / workers).max(cpu / float(cores as u64));
        let (least, each) = JOIN_US;
        least + float(self.film.frames) * (frame + each)
    }

    /// Bytes of the film's pictures.
    fn bytes(&self, preset: Preset, crf: u8) -> f64 {
        let near = self.nearest(preset);
        let film = self.per_frame(BYTES) * float(self.film.frames) * size(preset) / size(near);
        let mut points = self.points(near);
        // The lowest rate factor comes first, and has the most bytes whatever the samples say.
        for at in (1..points.len()).rev() {
            if let Some([(_, lower), (_, higher)]) = points.get_mut(at - 1..=at) {
                *lower = lower.max(*higher);
            }
        }
        let crf = f64::from(crf);
        let after = points.iter().position(|(at, _)| *at >= crf);
        let before = after.unwrap_or(points.len()).checked_sub(1);
        let at = |index: Option<usize>| index.and_then(|index| points.get(index)).copied();
        film * match (at(before), at(after)) {
            (Some((c0, b0)), Some((c1, b1))) => {
                let part = (crf - c0) / (c1 - c0);
                b0 * (b1 / b0).powf(part)
            }
            // A step down costs more, and a step up saves less, than they mostly do.
            (None, Some((c1, b1))) => b1 * ((c1 - crf) / 5.0).exp2(),
            (Some((c0, b0)), None) => b0 * ((c0 - crf) / 7.0).exp2(),
            (None, None) => 1.0,
        }
    }

    /// The factors of all rate factors at which a preset was measured, the lowest first.
    fn points(&self, preset: Preset) -> Vec<(f64, f64)> {
        let of_preset = self.samples.iter().map(|s| s.encoder);
        let mut measured: Vec<_> = of_preset.filter(|e| e.preset == preset).collect();
        measured.sort_unstable();
        measured.dedup();
        let point = |e: Encoder| (f64::from(e.crf), self.factor(BYTES, |other| other == e));
        measured.into_iter().map(point).collect()
    }
}

/// What a preset costs beside the others, decoding included. Only tells what to measure next: it
/// flatters the slow ones a little, so that they are tried.
const fn cost(preset: Preset) -> f64 {
    match preset {
        Preset::Ultrafast => 0.55,
        Preset::Superfast => 0.75,
        Preset::Veryfast => 1.0,
        Preset::Faster => 1.25,
        Preset::Fast => 1.45,
        Preset::Medium => 1.6,
    }
}

/// How large a preset's files are beside the others, at the same rate factor. Only tells what to
/// measure next.
const fn size(preset: Preset) -> f64 {
    match preset {
        Preset::Ultrafast | Preset::Superfast => 1.8,
        Preset::Veryfast => 0.95,
        Preset::Faster | Preset::Fast | Preset::Medium => 1.0,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate does not need the last of 53 bits"
)]
pub(super) const fn float(value: u64) -> f64 {
    value as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest whole number in range, which is what an estimate needs"
)]
const fn whole(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn film(frames: u64) -> Film {
        Film {
            frames,
            other_bytes: 100_000,
            cores: 2,
            jobs: Preset::ALL.map(|preset| (preset, 2)).into(),
        }
    }

    const fn encoder(preset: Preset, crf: u8) -> Encoder {
        Encoder { preset, crf }
    }

    fn sample(slot: usize, encoder: Encoder, bytes: u64, ms: u64) -> Sample {
        Sample {
            slot,
            encoder,
            frames: 30,
            bytes,
            wall_us: ms * 1000,
            cpu_us: ms * 1000,
        }
    }

    const fn wish(deadline_ms: Option<u64>, max_bytes: Option<u64>) -> Wish {
        Wish {
            deadline_ms,
            max_bytes,
        }
    }

    const BASE: Encoder = encoder(Preset::Veryfast, 20);

    #[test]
    fn without_a_size_the_rate_factor_is_the_presets_own() {
        let samples = [0, 1, 2, 3].map(|slot| sample(slot, BASE, 100_000, 300));
        let chosen = |left_ms: u64| {
            let wish = wish(Some(left_ms), None);
            choose(&film(1200), &samples, wish, Some(left_ms * 1000), false).unwrap()
        };
        // 1200 frames at 5 ms on each of two cores, as measured; twice the margin is plenty.
        let pick = chosen(1_000_000);
        assert_eq!(pick.encoder, Preset::Medium.usual());
        assert!(pick.in_time);
        assert_eq!(chosen(9_000).encoder, Preset::Veryfast.usual());
        let pick = chosen(1);
        assert_eq!(pick.encoder, Preset::Ultrafast.usual());
        assert!(!pick.in_time);
    }

    #[test]
    fn what_was_not_measured_is_not_chosen_for_sure() {
        let samples = [0, 1, 2, 3].map(|slot| sample(slot, BASE, 100_000, 300));
        let wish = wish(Some(1_000_000), None);
        let pick = choose(&film(1200), &samples, wish, Some(1_000_000_000), true);
        assert_eq!(pick.unwrap().encoder.preset, Preset::Veryfast);
    }

    #[test]
    fn the_measured_slope_counts_and_not_the_usual_one() {
        // Eight steps save nine tenths here.
        let other = encoder(Preset::Medium, 28);
        let base = encoder(Preset::Medium, 20);
        let mut samples: Vec<_> = (0..4).map(|slot| sample(slot, base, 80_000, 1)).collect();
        samples.push(sample(0, other, 8_000, 1));
        let film = film(120);
        let bytes = |crf| {
            Table::of(&film, &samples)
                .unwrap()
                .bytes(Preset::Medium, crf)
        };
        assert!((bytes(20) - 320_000.0).abs() < 1.0);
        assert!((bytes(28) - 32_000.0).abs() < 1.0);
        assert!((bytes(24) - 101_193.0).abs() < 1.0, "{}", bytes(24));
        // All of the film was measured, so nothing is uncertain: 97 % of the wish.
        let most = whole(132_001.0 / SIZE_AIM) + 1;
        let pick = choose(&film, &samples, wish(None, Some(most)), None, true).unwrap();
        assert_eq!((pick.encoder, pick.in_size), (other, true));
        let pick = choose(&film, &samples, wish(None, Some(most - 10)), None, true).unwrap();
        assert_eq!(pick.encoder.crf, 29);
    }

    #[test]
    fn slots_that_differ_widen_the_margin_and_a_film_that_was_seen_whole_has_none() {
        let samples = [10_000, 50_000, 10_000, 50_000];
        let mut slots = 0..;
        let samples = samples.map(|bytes| sample(slots.next().unwrap(), BASE, bytes, 1));
        let margin = |frames| Table::of(&film(frames), &samples).unwrap().size_margin;
        assert!((margin(120) - 1.0).abs() < 1e-9);
        assert!(margin(1_000_000) > 1.3);
        let same = [0, 1, 2, 3].map(|slot| sample(slot, BASE, 10_000, 1));
        let film = film(1_000_000);
        assert!((Table::of(&film, &same).unwrap().size_margin - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_preset_that_memory_does_not_allow_is_not_chosen() {
        let samples = [0, 1, 2].map(|slot| sample(slot, BASE, 1000, 1));
        let mut film = film(900);
        film.jobs.retain(|preset, _| *preset <= Preset::Veryfast);
        let size = wish(None, Some(1 << 30));
        let pick = choose(&film, &samples, size, None, false).unwrap();
        assert_eq!(pick.encoder, encoder(Preset::Veryfast, 17));
    }

    #[test]
    fn a_size_that_cannot_be_met_gives_the_smallest() {
        let samples = [0, 1, 2].map(|slot| sample(slot, BASE, 1_000_000, 1));
        let pick = choose(&film(900), &samples, wish(None, Some(1000)), None, false).unwrap();
        assert_eq!((pick.encoder.crf, pick.in_size), (34, false));
    }

    fn any_sample() -> impl Strategy<Value = Sample> {
        let preset = proptest::sample::select(Preset::ALL.to_vec());
        let encoder = (preset, 10..=40_u8).prop_map(|(preset, crf)| Encoder { preset, crf });
        let costs = (
            1..100_u32,
            0..1_000_000_u64,
            0..5_000_000_u64,
            0..5_000_000_u64,
        );
        (0..6_usize, encoder, costs).prop_map(
            |(slot, encoder, (frames, bytes, wall_us, cpu_us))| Sample {
                slot,
                encoder,
                frames,
                bytes,
                wall_us,
                cpu_us,
            },
        )
    }

    proptest! {
        #[test]
        fn more_time_never_gives_a_faster_preset_and_more_room_never_a_higher_rate_factor(
            samples in proptest::collection::vec(any_sample(), 1..20),
            frames in 1..100_000_u64,
            (short, more) in (0..500_000_000_u64, 0..500_000_000_u64),
            (small, larger) in (0..200_000_000_u64, 0..200_000_000_u64),
            sure: bool,
        ) {
            let film = film(frames);
            let pick = |left, bytes| {
                let wish = wish(Some(left / 1000), Some(bytes));
                choose(&film, &samples, wish, Some(left), sure).unwrap()
            };
            let first = pick(short, small);
            prop_assert!(pick(short + more, small).encoder.preset >= first.encoder.preset);
            prop_assert!(pick(short, small + larger).encoder.crf <= first.encoder.crf);
            prop_assert!(CRF.contains(&first.encoder.crf));
            prop_assert!(!first.in_size || first.bytes <= small);
            prop_assert!(!first.in_time || first.film_us <= short);
        }
    }
}
