//! Where a recording stalls: the same picture again and again in a take that otherwise moves.
//!
//! What a camera films never stands quite still: its noise alone changes most of the picture, unless
//! the encoder has wiped it away, and then it has done so all through the take. Only a take whose
//! whole picture changes all the time but for a while is therefore taken to freeze in that while.
#![expect(
    clippy::indexing_slicing,
    reason = "indices run over the steps that they were counted from"
)]

use super::model::TICK_US;
use super::track::{LONGEST_STEP_US, Step};

/// A picture is the one before if so much of it is unchanged and so little differs in all...
const STILL: f32 = 0.8;
const SAME: f32 = 0.2;
/// ... or if no more than this is left of the difference, between two that are: a key frame encodes
/// the same picture anew.
const ENCODED_ANEW: f32 = 0.5;
/// Most of the picture that is unchanged where a camera films something that moves, or moves itself.
const ALIVE: f32 = 0.5;
/// A stand shorter than this is a low rate of pictures, or hardly seen.
const SHORTEST_US: u64 = 500_000;
/// Of the time that a take does not freeze so much must be alive, in tenths; and half as long as what
/// freezes.
const ALIVE_TENTHS: u64 = 8;
/// What holds for no longer before the take moves on is its low rate of pictures, and counts as alive.
const HELD_US: u64 = 250_000;
/// The step into the stand or out of it must be this share of the take's usual step: what stalls stops
/// dead, a camera that is brought to rest slows down.
const ABRUPT: f32 = 0.5;
/// Steps before a stand within which it is stepped into, and which belong to it if little changes.
const SETTLES: usize = 3;
/// Usual change of a take below which a stand would not be seen.
const MOVES: f32 = 0.5;
/// A take must be alive so long for each freeze and once more: what stands and changes in turn is a row
/// of stills.
const BETWEEN_US: u64 = 500_000;

/// Whether each tick shows a frozen picture, for most of it.
///
/// * `steps` — of the whole clip; `cuts` — starts of takes but the first, ascending.
/// * `start_us`, `end_us` — the clip's.
pub(super) fn frozen(steps: &[Step], cuts: &[u64], start_us: u64, end_us: u64) -> Vec<bool> {
    let count = usize::try_from((end_us - start_us).div_ceil(TICK_US)).unwrap_or(0);
    let mut out = vec![false; count];
    let ends = cuts.iter().copied().chain([end_us]);
    let mut rest = steps;
    for take_end_us in ends {
        let (take, later) = rest.split_at(rest.partition_point(|step| step.at_us < take_end_us));
        rest = later;
        let cut = !rest.is_empty();
        for (from_us, until_us) in stands(take, take_end_us, cut) {
            // Ticks whose middle lies inside.
            let tick = |at_us: u64| {
                let middle = (at_us - start_us + TICK_US / 2) / TICK_US;
                usize::try_from(middle).unwrap_or(count).min(count)
            };
            out[tick(from_us)..tick(until_us)].fill(true);
        }
    }
    out
}

/// Where a take freezes, if it does: from the picture that stays on to the next that is another.
/// `cut` says that the take ends with a cut, and not with the clip.
fn stands(take: &[Step], end_us: u64, cut: bool) -> Vec<(u64, u64)> {
    let lasts = |n: usize| take[n].at_us - take[n - 1].at_us;
    let mut runs = runs(take);
    let until = |last: usize| take.get(last + 1).map_or(end_us, |next| next.at_us);
    runs.retain(|(first, last)| until(*last) - take[first - 1].at_us >= SHORTEST_US);
    let (mut alive_us, mut other_us, mut frozen_us) = (0, 0, 0);
    let mut held_us = 0;
    let mut changes = Vec::new();
    for (n, step) in take.iter().enumerate().skip(1) {
        let run = runs.get(runs.partition_point(|(_, last)| *last < n));
        if run.is_some_and(|(first, _)| *first <= n) {
            frozen_us += lasts(n);
        } else if step.unchanged <= ALIVE && lasts(n) <= LONGEST_STEP_US {
            alive_us += lasts(n);
            if held_us <= HELD_US {
                alive_us += std::mem::take(&mut held_us);
            }
            changes.push(step.change);
        } else if step.unchanged >= STILL {
            held_us += lasts(n);
            continue;
        } else {
            other_us += lasts(n);
        }
        other_us += std::mem::take(&mut held_us);
    }
    other_us += held_us;
    let stretches = u64::try_from(runs.len())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let moves = alive_us * 10 >= (alive_us + other_us) * ALIVE_TENTHS
        && alive_us * 2 >= frozen_us
        && alive_us / stretches >= BETWEEN_US;
    changes.sort_by(f32::total_cmp);
    let Some(usual) = changes
        .get(changes.len() / 2)
        .filter(|usual| moves && **usual >= MOVES)
    else {
        return Vec::new();
    };
    let abrupt = |steps: &[Step]| steps.iter().any(|step| step.change >= ABRUPT * usual);
    runs.iter()
        .filter(|(first, last)| {
            // The first picture of a take was not changed into, and a smear may take a few to settle.
            let into = &take[first.saturating_sub(SETTLES).max(1)..*first];
            let cut = last + 1 == take.len() && cut;
            cut || abrupt(into) || take.get(last + 1).is_some_and(|step| abrupt(&[*step]))
        })
        .map(|(first, last)| {
            let settles = |n: &usize| take[*n].residue < ENCODED_ANEW;
            let settling = (first.saturating_sub(SETTLES).max(1)..*first).rev();
            let first = first - settling.take_while(settles).count();
            (take[first - 1].at_us, until(*last))
        })
        .collect()
}

/// Unbroken runs of steps that leave the picture as it is: first and last of each.
fn runs(take: &[Step]) -> Vec<(usize, usize)> {
    let still = |n: usize| {
        take.get(n)
            .is_some_and(|step| n > 0 && step.unchanged >= STILL && step.residue < SAME)
    };
    let mut out: Vec<(usize, usize)> = Vec::new();
    for n in 1..take.len() {
        let long = take[n].at_us - take[n - 1].at_us > LONGEST_STEP_US;
        let anew = take[n].residue < ENCODED_ANEW && still(n - 1) && still(n + 1);
        if long || !(still(n) || anew) {
            continue;
        }
        match out.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => out.push((n, n)),
        }
    }
    out
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]
mod tests {
    use super::super::model::{Defect, Footage};
    use super::super::scene::{CADENCES, Scene, clip, random};
    use proptest::prelude::*;

    /// What a hand-held camera sees at an instant: it turns slowly, and its sensor has noise.
    fn filmed(at: f64) -> Vec<u8> {
        let at = at as f32;
        let camera = [30.0 * at, 4.0 * libm::sinf(3.0 * at)];
        let mut rgb = Scene {
            camera,
            ..Scene::of(1)
        }
        .render();
        noise(&mut rgb, at);
        rgb
    }

    fn noise(rgb: &mut [u8], at: f32) {
        let seed = (at * 1000.0) as u32;
        for (n, value) in (0..).zip(rgb) {
            *value = value.saturating_add((random(n, 0, seed) * 6.0) as u8);
        }
    }

    /// First and last tick that are frozen, if all between are.
    fn frozen(footage: &Footage) -> Option<(usize, usize)> {
        let has = |n: &usize| footage.ticks[*n].defects.has(Defect::Frozen);
        let ticks: Vec<usize> = (0..footage.ticks.len()).filter(has).collect();
        let (first, last) = (*ticks.first()?, *ticks.last()?);
        assert_eq!(ticks.len(), last + 1 - first, "{ticks:?}");
        Some((first, last))
    }

    #[test]
    fn a_stall_is_frozen_from_its_picture_to_the_next_also_at_the_end() {
        for fps in CADENCES {
            // It goes on where it stopped, or where it would be by then.
            let stalled = clip(fps, 4.0, |at| {
                filmed(if at < 2.5 {
                    at.min(1.5)
                } else {
                    at - 1.0 + 0.02
                })
            });
            let stalled_inside = clip(fps, 4.0, |at| {
                filmed(if (1.5..2.5).contains(&at) { 1.5 } else { at })
            });
            assert_eq!(frozen(&stalled), Some((15, 24)), "{fps} fps");
            assert_eq!(frozen(&stalled_inside), Some((15, 24)), "{fps} fps");
            let at_the_end = clip(fps, 4.0, |at| filmed(at.min(3.0)));
            assert_eq!(frozen(&at_the_end), Some((30, 39)), "{fps} fps");
            assert!(at_the_end.ticks[35].defects.reject());
        }
    }

    #[test]
    fn what_stands_still_by_itself_is_not_frozen() {
        // A tripod: only noise moves, then something walks past.
        let tripod = clip(30, 4.0, |at| {
            let square = (at > 2.5).then_some((at as f32 - 2.5) * 60.0);
            let mut rgb = Scene {
                square,
                ..Scene::of(1)
            }
            .render();
            noise(&mut rgb, at as f32);
            rgb
        });
        // The same without noise, as low rates of bits leave it.
        let clean = clip(30, 4.0, |at| {
            let square = (at > 2.5).then_some((at as f32 - 2.5) * 60.0);
            Scene {
                square,
                ..Scene::of(1)
            }
            .render()
        });
        // Brought to a stand, and left there before something that moves.
        let set_down = clip(30, 5.0, |at| {
            let square = (at > 2.0).then_some((at as f32 - 2.0) * 40.0);
            let camera = [60.0 * at.min(1.2) as f32, 0.0];
            Scene {
                camera,
                square,
                ..Scene::of(1)
            }
            .render()
        });
        // A still scene whose noise is wiped away for a while.
        let wiped = clip(30, 4.0, |at| {
            let mut rgb = Scene::of(1).render();
            noise(
                &mut rgb,
                if (1.5..2.3).contains(&at) {
                    1.5
                } else {
                    at as f32
                },
            );
            rgb
        });
        // Twelve pictures a second in thirty, and three.
        let twelve = clip(30, 4.0, |at| filmed((at * 12.0).floor() / 12.0));
        let three = clip(30, 4.0, |at| filmed((at * 3.0).floor() / 3.0));
        // Stills that follow each other, by cuts and by dissolves.
        let cuts = clip(30, 6.0, |at| Scene::of(at as u32 / 2).render());
        let dissolves = clip(30, 9.0, |at| {
            let (one, two) = (
                Scene::of(at as u32).render(),
                Scene::of(at as u32 + 1).render(),
            );
            let share = ((at.fract() - 0.6) / 0.4).clamp(0.0, 1.0) as f32;
            let mixed = one
                .iter()
                .zip(&two)
                .map(|(a, b)| (f32::from(*a) * (1.0 - share) + f32::from(*b) * share) as u8);
            mixed.collect()
        });
        for (name, footage) in [
            ("tripod", tripod),
            ("clean tripod", clean),
            ("set down", set_down),
            ("wiped", wiped),
            ("12", twelve),
            ("3", three),
            ("cuts", cuts),
            ("dissolves", dissolves),
        ] {
            assert_eq!(frozen(&footage), None, "{name}");
        }
    }

    #[test]
    fn a_stall_is_frozen_in_a_take_of_a_low_rate_of_pictures_and_of_short_rests_too() {
        for rate in [10.0, 12.5, 15.0] {
            let filmed_slowly = |at: f64| filmed((at * rate).floor() / rate);
            let stalled = clip(30, 4.0, |at| {
                let rests = [0.2, 0.8, 2.7, 3.3].map(|from| from..from + 0.3);
                let stands = rests.into_iter().chain([1.5..2.5]);
                let stands = stands.filter(|stand| stand.contains(&at));
                filmed_slowly(stands.map(|stand| stand.start).next().unwrap_or(at))
            });
            let ticks = |n: &usize| stalled.ticks[*n].defects.has(Defect::Frozen);
            let frozen: Vec<usize> = (0..40).filter(ticks).collect();
            assert!(
                frozen.len() >= 9 && frozen.iter().all(|n| (14..26).contains(n)),
                "{rate}: {frozen:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn a_stall_counts_from_half_a_second_on(
            start in 1.0_f64..1.6,
            // Less than a picture of the lowest rate away from half a second either says nothing: the
            // stall ends with the next picture.
            length in prop_oneof![0.05_f64..0.39, 0.62_f64..1.2],
            fps in prop::sample::select(CADENCES.to_vec()),
        ) {
            let footage = clip(fps, 4.0, |at| {
                filmed(if (start..start + length).contains(&at) { start } else { at })
            });
            prop_assert_eq!(frozen(&footage).is_some(), length > 0.5);
        }
    }
}
