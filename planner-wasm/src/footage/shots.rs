//! Where one take ends and the next begins: cuts, dissolves, and fades through black or white.
//!
//! A cut is a change of picture that stands out from the changes around it, as in the adaptive
//! detector of `PySceneDetect` (ratio to the mean of the neighbours), on the colours of 8 × 8 blocks.
#![expect(
    clippy::indexing_slicing,
    reason = "indices run over the steps that they were counted from"
)]

use super::track::Step;

/// How many times the mean change around it a cut's change must be.
const RATIO: f32 = 3.0;
/// From this change on hardly anything is left of the picture before...
const UTTER_CHANGE: f32 = 24.0;
/// ... and this ratio is enough: lively takes would hide their cuts from the other.
const UTTER_RATIO: f32 = 2.0;
/// Steps on each side that a change is compared with, at the least.
const NEIGHBOURS: usize = 2;
/// Time on each side that a change is compared with, if more steps lie in it.
const NEIGHBOURHOOD_US: u64 = 170_000;
/// Least change of a cut, mean difference per colour channel.
const LEAST_CHANGE: f32 = 9.0;
/// Shortest take.
const SHORTEST_US: u64 = 300_000;
/// A picture whose every block is darker than this is black.
const BLACK: u8 = 22;
/// A picture whose every block is brighter than this is white.
const WHITE: u8 = 235;
/// A white picture that is gone sooner is a flash...
const WHITE_US: u64 = 150_000;
/// ... unless the pictures on both sides of it have this share of its light.
const NEARLY_WHITE: f32 = 0.75;
/// Whatever shows for no longer is a flash: what is after it must not be what was before.
const FLASH_US: u64 = 110_000;
/// A dissolve nearer to a fade than this is a part of it...
const IN_FADE_US: u64 = 500_000;
/// ... and pictures mixed so near to each other are of one dissolve.
const ONE_DISSOLVE_US: u64 = 400_000;
/// A picture is at the bottom of a fade if this share of the luma on both sides is left.
const DIP: f32 = 0.3;
/// Mean luma that both sides of a fade have at the least; a dark scene flickers below it.
const LIT: f32 = 24.0;
/// How far on each side the luma of a fade is looked for.
const FADE_US: u64 = 1_000_000;

/// Starts of all takes but the first, ascending, each the time of its first picture.
///
/// * `steps` — of the whole clip, ascending in time.
/// * `dissolves` — what may be some, with how clear they are, ascending in time.
/// * `end_us` — end of the last picture.
pub(super) fn boundaries(steps: &[Step], dissolves: &[(u64, f32)], end_us: u64) -> Vec<u64> {
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let mut found: Vec<(u64, f32)> = cuts(steps);
    let fades = fades(steps);
    for dissolve in middles(dissolves) {
        let near = |at_us: u64, by_us: u64| at_us.abs_diff(dissolve) < by_us;
        let cut = found.iter().any(|cut| near(cut.0, SHORTEST_US));
        if !cut && !fades.iter().any(|fade| near(*fade, IN_FADE_US)) {
            found.push((dissolve, 0.0));
        }
    }
    for fade in fades {
        // Hard cuts on both sides of a black picture mark it well enough already.
        let near = |cut: &(u64, f32)| cut.0.abs_diff(fade) < SHORTEST_US;
        if !found.iter().any(near) {
            found.push((fade, 0.0));
        }
    }
    found.sort_by_key(|(at_us, _)| *at_us);
    // Of boundaries too close to each other, the clearest stays; of equals, the first.
    let mut kept: Vec<(u64, f32)> = Vec::new();
    for (at_us, strength) in found {
        if at_us - first.at_us < SHORTEST_US || end_us.saturating_sub(at_us) < SHORTEST_US {
            continue;
        }
        match kept.last_mut() {
            Some(last) if at_us - last.0 < SHORTEST_US => {
                if strength > last.1 {
                    *last = (at_us, strength);
                }
            }
            _ => kept.push((at_us, strength)),
        }
    }
    kept.into_iter().map(|(at_us, _)| at_us).collect()
}

/// Cuts and how clear they are, ascending.
fn cuts(steps: &[Step]) -> Vec<(u64, f32)> {
    (1..steps.len())
        .filter_map(|n| {
            let change = lasting_change(steps, n);
            if change < LEAST_CHANGE {
                return None;
            }
            let around = change_around(steps, n);
            let ratio = if change >= UTTER_CHANGE {
                UTTER_RATIO
            } else {
                RATIO
            };
            (change >= ratio * around).then(|| (steps[n].at_us, change / (around + 1.0)))
        })
        .collect()
}

/// The clearest instant of each dissolve.
fn middles(dissolves: &[(u64, f32)]) -> Vec<u64> {
    let mut out: Vec<(u64, f32)> = Vec::new();
    let mut last_us = 0;
    for (at_us, apart) in dissolves.iter().copied() {
        match out.last_mut() {
            Some(one) if at_us - last_us < ONE_DISSOLVE_US => {
                if apart > one.1 {
                    *one = (at_us, apart);
                }
            }
            _ => out.push((at_us, apart)),
        }
        last_us = at_us;
    }
    out.into_iter().map(|(at_us, _)| at_us).collect()
}

/// Change into picture `n` that is still there a little later and was a little earlier, so that a
/// flash or a broken picture is no cut.
fn lasting_change(steps: &[Step], n: usize) -> f32 {
    // What the camera's own movement explains is no cut either, however fast it is.
    let mut change = steps[n].change.min(steps[n].residue);
    for k in 0..steps[n].change_over.len() {
        // The picture k + 2 earlier, and the one k + 1 later: one of each at any rate.
        let near = |from: u64, until: u64| k == 0 || until - from <= FLASH_US;
        if n >= k + 2 && near(steps[n - 1 - k].at_us, steps[n].at_us) {
            change = change.min(steps[n].change_over[k]);
        }
        if let Some(later) = steps.get(n + k + 1)
            && near(steps[n].at_us, later.at_us)
        {
            change = change.min(later.change_over[k]);
        }
    }
    change
}

/// Mean change of the steps around step `n`, itself left out.
fn change_around(steps: &[Step], n: usize) -> f32 {
    let at_us = steps[n].at_us;
    let near = |step: &Step| step.at_us.abs_diff(at_us) <= NEIGHBOURHOOD_US;
    let (mut sum, mut count) = (0.0_f32, 0.0_f32);
    let mut add = |side: &mut dyn Iterator<Item = &Step>| {
        for (nth, step) in side.enumerate() {
            if nth >= NEIGHBOURS && !near(step) {
                break;
            }
            sum += step.change;
            count += 1.0;
        }
    };
    // The first step of a clip is no change and would lower the mean.
    add(&mut steps[1..n].iter().rev());
    add(&mut steps[n + 1..].iter());
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Middles of the darkest or whitest stretch of each fade.
fn fades(steps: &[Step]) -> Vec<u64> {
    let before = brightest_within(steps.iter().map(|step| (step.at_us, step.luma)));
    let mut after = brightest_within(
        steps
            .iter()
            .rev()
            .map(|step| (u64::MAX - step.at_us, step.luma)),
    );
    after.reverse();
    let dark =
        |n: usize| steps[n].brightest < BLACK || steps[n].luma < DIP * before[n].min(after[n]);
    // A stretch that is dark all over is a fade only if there is light on both sides of it.
    let lit = |first: usize, end: usize| before[first - 1] >= LIT && after[end] >= LIT;
    let mut out = stretches(steps, dark, lit, |step| step.luma);
    let white = |n: usize| steps[n].darkest > WHITE;
    let lasts = |first: usize, end: usize| {
        let nearly = |n: usize, white: usize| steps[n].luma >= NEARLY_WHITE * steps[white].luma;
        steps[end].at_us - steps[first].at_us >= WHITE_US
            || nearly(first - 1, first) && nearly(end, end - 1)
    };
    out.extend(stretches(steps, white, lasts, |step| -step.luma));
    out
}

/// For each entry the largest value from [`FADE_US`] before it to itself.
fn brightest_within(entries: impl Iterator<Item = (u64, f32)>) -> Vec<f32> {
    // Descending values that may still be the largest of a later entry.
    let mut candidates: std::collections::VecDeque<(u64, f32)> = std::collections::VecDeque::new();
    entries
        .map(|(at_us, value)| {
            while candidates.back().is_some_and(|(_, last)| *last <= value) {
                candidates.pop_back();
            }
            candidates.push_back((at_us, value));
            while candidates
                .front()
                .is_some_and(|(then, _)| at_us - then > FADE_US)
            {
                candidates.pop_front();
            }
            candidates.front().map_or(value, |(_, largest)| *largest)
        })
        .collect()
}

/// Of each unbroken run of `inside` with pictures on both sides: the time of the middle one of
/// those with the least `value`. `counts` is asked with the run's first index, which is not 0, and
/// the index after its last, which is one of a picture.
fn stretches(
    steps: &[Step],
    inside: impl Fn(usize) -> bool,
    counts: impl Fn(usize, usize) -> bool,
    value: impl Fn(&Step) -> f32,
) -> Vec<u64> {
    let mut out = Vec::new();
    let mut n = 0;
    while n < steps.len() {
        if !inside(n) {
            n += 1;
            continue;
        }
        let first = n;
        while n < steps.len() && inside(n) {
            n += 1;
        }
        if first == 0 || n == steps.len() || !counts(first, n) {
            continue;
        }
        let run = &steps[first..n];
        let least = run.iter().map(&value).fold(f32::INFINITY, f32::min);
        let lowest: Vec<&Step> = run
            .iter()
            .filter(|step| value(step) <= least + 1.0)
            .collect();
        if let Some(middle) = lowest.get(lowest.len() / 2) {
            out.push(middle.at_us);
        }
    }
    out
}
