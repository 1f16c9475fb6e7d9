//! Simple ways to fill the slots of a plan.

use planner_wasm::footage::Windows;
use shared::plan::Plan;

use crate::truth::Clip;

/// What a slot shows: which clip, from where to where, in µs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) clip: usize,
    pub(crate) start_us: u64,
    pub(crate) end_us: u64,
}

/// Stride of the windows that are looked at.
const STRIDE_US: u64 = 100_000;

/// What a plan shows.
pub(crate) fn planned(plan: &Plan) -> Vec<Shown> {
    plan.slots
        .iter()
        .filter_map(|slot| {
            Some(Shown {
                clip: usize::try_from(slot.clip.media).ok()?,
                start_us: slot.clip.source_start,
                end_us: slot
                    .clip
                    .source_end(slot.record_duration, plan.output.rate)?,
            })
        })
        .collect()
}

fn lengths(plan: &Plan) -> Vec<u64> {
    planned(plan)
        .iter()
        .map(|shown| shown.end_us - shown.start_us)
        .collect()
}

fn overlaps(taken: &[Shown], one: &Shown) -> bool {
    taken.iter().any(|other| {
        other.clip == one.clip && other.start_us < one.end_us && one.start_us < other.end_us
    })
}

/// Windows anywhere, none twice if that can be had in a hundred tries.
pub(crate) fn random(plan: &Plan, clips: &[&Clip], seed: u64) -> Vec<Shown> {
    let mut state = seed;
    let mut below = |limit: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33).checked_rem(limit).unwrap_or(0)
    };
    let mut taken: Vec<Shown> = Vec::new();
    for length in lengths(plan) {
        let mut one = None;
        for _ in 0..100 {
            let clip = below(clips.len() as u64) as usize;
            let Some(footage) = clips.get(clip).map(|clip| clip.footage()) else {
                continue;
            };
            let Some(room) = (footage.end_us - footage.start_us).checked_sub(length) else {
                continue;
            };
            let start_us = footage.start_us + below(room + 1);
            let shown = Shown {
                clip,
                start_us,
                end_us: start_us + length,
            };
            one = Some(shown);
            if !overlaps(&taken, &shown) {
                break;
            }
        }
        taken.extend(one);
    }
    taken
}

/// Clip after clip, each from where it was left.
pub(crate) fn round_robin(plan: &Plan, clips: &[&Clip]) -> Vec<Shown> {
    let mut at: Vec<u64> = clips.iter().map(|clip| clip.footage().start_us).collect();
    let mut next = 0;
    let mut taken = Vec::new();
    for length in lengths(plan) {
        let mut wrapped = false;
        for turn in 0..3 * clips.len() {
            let clip = next % clips.len();
            next += 1;
            let (Some(at), Some(footage)) =
                (at.get_mut(clip), clips.get(clip).map(|c| c.footage()))
            else {
                continue;
            };
            if turn >= clips.len() && !wrapped {
                wrapped = true;
            }
            if wrapped && *at + length > footage.end_us {
                *at = footage.start_us;
            }
            if *at + length <= footage.end_us {
                taken.push(Shown {
                    clip,
                    start_us: *at,
                    end_us: *at + length,
                });
                *at += length;
                break;
            }
        }
    }
    taken
}

/// In the film's order always the best that is left, by quality alone, never what is surely bad.
pub(crate) fn greedy(plan: &Plan, clips: &[&Clip]) -> Vec<Shown> {
    let windows: Vec<Windows> = clips
        .iter()
        .map(|clip| Windows::new(clip.footage()))
        .collect();
    let mut taken: Vec<Shown> = Vec::new();
    for length in lengths(plan) {
        let mut best: Option<(u8, Shown)> = None;
        for (clip, (of, windows)) in clips.iter().zip(&windows).enumerate() {
            let footage = of.footage();
            let mut start_us = footage.start_us;
            while start_us + length <= footage.end_us {
                let one = Shown {
                    clip,
                    start_us,
                    end_us: start_us + length,
                };
                start_us += STRIDE_US;
                let Some(window) = windows.over(one.start_us, one.end_us) else {
                    continue;
                };
                if window.is_showable()
                    && window.bad_permille <= 200
                    && best.is_none_or(|best| window.quality > best.0)
                    && !overlaps(&taken, &one)
                {
                    best = Some((window.quality, one));
                }
            }
        }
        // Where nothing is left it repeats what it began with.
        taken.extend(best.map(|best| best.1).or(taken.first().copied()));
    }
    taken
}
