//! Instants worth placing on a beat: where a movement stops, where one begins, and the middles of
//! stretches of good quality.
//!
//! Impacts are visual beats in the sense of Davis and Agrawala, *Visual Rhythm and Beat* (2018):
//! peaks of deceleration. Theirs reads optical flow by direction; ours the camera's shift and what
//! differs after it, which costs a hundredth.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "indices run over the steps that they were counted from; strengths are quantised here, once"
)]

use super::model::{Anchor, AnchorKind, Footage, Shot, TICK_US};
use super::track::{LONGEST_STEP_US, PIXEL, Step, length, seconds, speed};
use super::window::Windows;

/// No two anchors of a clip are closer.
const APART_US: u64 = 300_000;
/// Time on each side of an impact over which movement is compared.
const IMPACT_US: u64 = 100_000;
/// Time after an onset that must move, and before it that must not.
const ONSET_US: u64 = 250_000;
/// Least loss of pace of an impact and least gain of an onset, see [`Pace::speed`].
const LEAST_CHANGE: f32 = 3.0;
/// Before an onset there is at most this share of the pace after it.
const CALM: f32 = 0.3;
/// Least share of the clip's strongest event.
const LEAST_SHARE: f32 = 0.1;
/// Impacts of this share of the strongest come before any onset.
const LEADING: f32 = 0.3;
/// Nothing happens so close to either end of a take.
const EDGE_US: u64 = 100_000;
/// The record button is pressed within this time of either end of a clip...
const HANDLE_US: u64 = 300_000;
/// ... if the clip is at least this long.
const HANDLES_FROM_US: u64 = 3_000_000;
/// Lengths of stretches whose middles are looked for.
const STRETCHES_US: [u64; 3] = [1_000_000, 2_000_000, 4_000_000];
/// Events kept of a clip of one second; it grows with the root of its length.
const EVENTS: f32 = 12.0;
/// Plateaus looked for in a take of one second; grows with the root of its length.
const PLATEAUS: f32 = 2.0;

/// An event before suppression: step index, kind, strength.
type Event = (usize, AnchorKind, f32);

/// The anchors of `footage`, whose shots and ticks are complete, in order of time.
pub(super) fn anchors(steps: &[Step], footage: &Footage) -> Vec<Anchor> {
    let windows = Windows::new(footage);
    let mut found = events(steps, footage, &windows);
    for shot in &footage.shots {
        let alone = footage.shots.len() == 1;
        let plateaus = plateaus(shot, alone, &windows, &found);
        found.extend(plateaus);
    }
    found.sort_by_key(|anchor| anchor.at_us);
    found
}

/// How fast things move: per tick, in luma difference and pixels.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    local: f32,
    shift: [f32; 2],
}

impl Pace {
    fn speed(self) -> f32 {
        speed(self.local, self.shift)
    }

    /// How much of the movement is lost from this pace to the `next`, at most all of it: what begins
    /// in another direction is not lost here.
    fn lost(self, next: Self) -> f32 {
        let whole = length(self.shift);
        let kept = if whole > 0.0 {
            ((self.shift[0] * next.shift[0] + self.shift[1] * next.shift[1]) / whole).max(0.0)
        } else {
            length(next.shift)
        };
        self.local - next.local + PIXEL * (whole - kept)
    }
}

/// Mean pace of `steps` (each with the time of the picture before), weighted by time.
fn mean_pace<'a>(steps: impl Iterator<Item = (u64, &'a Step)>) -> Option<Pace> {
    let (mut sum, mut time) = (Pace::default(), 0.0_f32);
    for (since_us, step) in steps {
        let lasts = seconds(step.at_us - since_us);
        let weight = lasts * step.per_tick(since_us);
        sum.local += step.local * weight;
        let [x, y] = step.shift.unwrap_or_default();
        sum.shift[0] += x * weight;
        sum.shift[1] += y * weight;
        time += lasts;
    }
    (time > 0.0).then(|| Pace {
        local: sum.local / time,
        shift: sum.shift.map(|shift| shift / time),
    })
}

/// Pace over `span_us` before picture `n`, or over the last step if that is longer. None at the
/// start of a take, given as the index of its first picture.
fn pace_before(steps: &[Step], n: usize, first: usize, span_us: u64) -> Option<Pace> {
    let at_us = steps[n].at_us;
    let near = |k: &usize| at_us - steps[*k].at_us < span_us;
    mean_pace(
        (first + 1..=n)
            .rev()
            .take_while(near)
            .map(|k| (steps[k - 1].at_us, &steps[k])),
    )
}

/// Pace over `span_us` after picture `n`; none at the end of a take, given as the index after it.
fn pace_after(steps: &[Step], n: usize, end: usize, span_us: u64) -> Option<Pace> {
    let at_us = steps[n].at_us;
    let near = |k: &usize| steps[*k - 1].at_us - at_us < span_us;
    mean_pace(
        (n + 1..end)
            .take_while(near)
            .map(|k| (steps[k - 1].at_us, &steps[k])),
    )
}

/// Impacts and onsets, the strongest first where two are too close, in no particular order.
fn events(steps: &[Step], footage: &Footage, windows: &Windows) -> Vec<Anchor> {
    let mut events: Vec<Event> = Vec::new();
    for shot in &footage.shots {
        let first = steps.partition_point(|step| step.at_us < shot.start_us);
        let end = steps.partition_point(|step| step.at_us < shot.end_us);
        let (from_us, until_us) = usable(shot, footage);
        for n in first..end {
            let at_us = steps[n].at_us;
            let long = n > first && at_us - steps[n - 1].at_us > LONGEST_STEP_US;
            if at_us < from_us || at_us >= until_us || long {
                continue;
            }
            let severe = windows
                .over(at_us, at_us + 1)
                .is_none_or(|window| window.severe);
            if !severe {
                events.extend(events_at(steps, n, first, end));
            }
        }
    }
    let strongest = |kind| {
        let strengths = events
            .iter()
            .filter(move |event| event.1 == kind)
            .map(|event| event.2);
        strengths.fold(0.0_f32, f32::max)
    };
    let most = [
        strongest(AnchorKind::Impact),
        strongest(AnchorKind::MotionOnset),
    ];
    // Of its own kind's strongest, since gains and losses of pace are different scales.
    for event in &mut events {
        let most = if event.1 == AnchorKind::Impact {
            most[0]
        } else {
            most[1]
        };
        // A clip in which nothing much happens has no strong event.
        event.2 /= most.max(4.0 * LEAST_CHANGE);
    }
    events.retain(|event| event.2 >= LEAST_SHARE);
    // What stops dead is worth more than what begins: a movement that begins shortly before it
    // stops would take its place.
    let leads = |event: &Event| event.1 == AnchorKind::Impact && event.2 >= LEADING;
    events.sort_by(|a, b| {
        let strength = b.2.total_cmp(&a.2);
        let kind = leads(b).cmp(&leads(a));
        kind.then(strength).then(a.0.cmp(&b.0)).then(a.1.cmp(&b.1))
    });
    let length_us = footage.end_us - footage.start_us;
    let limit = libm::ceilf(EVENTS * libm::sqrtf(seconds(length_us).max(1.0))) as usize;
    suppress(steps, &events, limit)
}

/// The part of a take in which an event may lie.
fn usable(shot: &Shot, footage: &Footage) -> (u64, u64) {
    let handle = if footage.end_us - footage.start_us >= HANDLES_FROM_US {
        HANDLE_US
    } else {
        0
    };
    let from_us = (shot.start_us + EDGE_US).max(footage.start_us + handle);
    let until_us = shot
        .end_us
        .saturating_sub(EDGE_US)
        .min(footage.end_us - handle);
    (from_us, until_us)
}

/// What happens at picture `n` of the take of pictures `first..end`.
fn events_at(steps: &[Step], n: usize, first: usize, end: usize) -> Option<Event> {
    let (before, after) = (
        pace_before(steps, n, first, IMPACT_US)?,
        pace_after(steps, n, end, IMPACT_US)?,
    );
    let lost = before.lost(after);
    if lost >= LEAST_CHANGE {
        return Some((n, AnchorKind::Impact, lost));
    }
    let (before, after) = (
        pace_before(steps, n, first, ONSET_US)?.speed(),
        pace_after(steps, n, end, ONSET_US)?.speed(),
    );
    let gained = after - before;
    (gained >= LEAST_CHANGE && before <= CALM * after).then_some((
        n,
        AnchorKind::MotionOnset,
        gained,
    ))
}

/// Up to `limit` of the events, given strongest first, none too close to a stronger one.
fn suppress(steps: &[Step], events: &[Event], limit: usize) -> Vec<Anchor> {
    let mut taken = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    for (n, kind, strength) in events {
        let at_us = steps[*n].at_us;
        let close = at_us.saturating_sub(APART_US - 1)..at_us.saturating_add(APART_US);
        if out.len() == limit || taken.range(close).next().is_some() {
            continue;
        }
        taken.insert(at_us);
        out.push(Anchor {
            at_us,
            kind: *kind,
            strength_permille: (strength * 1000.0).clamp(0.0, 1000.0) as u16,
        });
    }
    out
}

/// Middles of good stretches of a take, away from each other and from the `events` already found.
fn plateaus(shot: &Shot, alone: bool, windows: &Windows, events: &[Anchor]) -> Vec<Anchor> {
    let length_us = shot.end_us - shot.start_us;
    let wanted = (PLATEAUS * libm::sqrtf(seconds(length_us))) as u64 + 1;
    let wanted = wanted.max(if alone { 5 } else { 3 });
    let apart_us = APART_US.max(length_us / (wanted + 1));
    let middle_us = shot.start_us + length_us / 2;

    let mut candidates: Vec<(u64, u64)> = (0..length_us.div_ceil(TICK_US))
        .map(|tick| shot.start_us + tick * TICK_US)
        .chain([middle_us])
        .filter_map(|at_us| Some((at_us, plateau_score(shot, at_us, windows)?)))
        .filter(|(at_us, _)| {
            !events
                .iter()
                .any(|event| event.at_us.abs_diff(*at_us) < APART_US)
        })
        .collect();
    // The best first; of equals, those nearest to the middle, then the earlier.
    candidates.sort_by_key(|(at_us, score)| {
        (std::cmp::Reverse(*score), at_us.abs_diff(middle_us), *at_us)
    });
    let mut out: Vec<Anchor> = Vec::new();
    for (at_us, score) in candidates {
        if out.len() as u64 == wanted {
            break;
        }
        if out
            .iter()
            .all(|anchor| anchor.at_us.abs_diff(at_us) >= apart_us)
        {
            out.push(Anchor {
                at_us,
                kind: AnchorKind::Plateau,
                strength_permille: (score * 1000 / 255).min(1000) as u16,
            });
        }
    }
    out
}

/// Mean quality of the stretches around `at_us` that lie in the take, 0 to 255. None if the
/// instant is too close to an end of the take, or if what is never shown is near.
fn plateau_score(shot: &Shot, at_us: u64, windows: &Windows) -> Option<u64> {
    let length_us = shot.end_us - shot.start_us;
    let (mut sum, mut count) = (0_u64, 0);
    for stretch_us in STRETCHES_US {
        let until_us = at_us + stretch_us / 2;
        let from_us = at_us
            .checked_sub(stretch_us / 2)
            .filter(|from| *from >= shot.start_us);
        let Some(from_us) = from_us.filter(|_| until_us <= shot.end_us) else {
            continue;
        };
        let window = windows.over(from_us, until_us)?;
        if !window.severe {
            sum += u64::from(window.quality);
            count += 1;
        }
    }
    if let Some(mean) = sum.checked_div(count) {
        return Some(mean);
    }
    // The take is too short for any of them, or all of them touch what is never shown.
    let reach_us = (length_us / 2).min(APART_US);
    let from_us = at_us
        .checked_sub(reach_us)
        .filter(|from| *from >= shot.start_us)?;
    let until_us = (at_us + reach_us).max(from_us + 1);
    let window = (until_us <= shot.end_us).then(|| windows.over(from_us, until_us))??;
    (!window.severe).then_some(u64::from(window.quality) / 2)
}
