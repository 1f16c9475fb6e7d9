//! How much the camera shakes: changes of its speed that cancel each other out.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "indices run over the ticks that they were counted from"
)]

use super::model::TICK_US;
use super::track::{LONGEST_STEP_US, Step, seconds};

/// Ticks on each side that belong to a tick's shake.
const REACH: usize = 2;
/// Share of their unevenness by which pictures that were filmed evenly are off, in the mean.
const JUDDER: f32 = 0.7;
/// Speed of the camera, in pixels a tick, up to which nobody sees it jerk.
const SLOW: f32 = 1.0;
/// Mean luma difference below which the picture stands.
const STANDS: f32 = 0.4;
/// Steps at most this long show shake that is faster than ticks.
const FAST_STEP_US: u64 = 55_000;

/// Shake of each tick, in pixels: the mean change of the camera's shift around it, without the two
/// largest changes. A still camera and a steady pan have none, nor has a camera that is swung once.
///
/// Taken both per tick, where slow sway shows and every cadence gives the same, and per picture,
/// where fast vibration shows; the larger counts.
///
/// * `steps` — of the whole clip; `cuts` — starts of takes but the first, ascending.
/// * `start_us` — time of the first picture; `ticks` — how many there are.
pub(super) fn shake(steps: &[Step], cuts: &[u64], start_us: u64, ticks: usize) -> Vec<f32> {
    let shifts = tick_shifts(steps, cuts, start_us, ticks);
    let mut slow = jitter(&shifts, |_| 1);
    let uneven = unevenness(steps, start_us, ticks);
    for (n, slow) in slow.iter_mut().enumerate() {
        let around = n.saturating_sub(REACH)..(n + REACH + 1).min(ticks);
        *slow = (*slow - JUDDER * uneven[n] * (speed(&shifts[around]) - SLOW).max(0.0)).max(0.0);
    }
    for (slow, fast) in slow
        .iter_mut()
        .zip(fast_shake(steps, cuts, start_us, ticks))
    {
        *slow = slow.max(fast);
    }
    slow
}

/// The camera's shift over each tick, from its path as straight lines between the pictures; none
/// where a cut or a doubtful shift breaks the path.
fn tick_shifts(steps: &[Step], cuts: &[u64], start_us: u64, ticks: usize) -> Vec<Option<[f32; 2]>> {
    let mut out: Vec<Option<[f32; 2]>> = vec![Some([0.0; 2]); ticks];
    for pair in steps.windows(2) {
        let (from, until) = (pair[0].at_us - start_us, pair[1].at_us - start_us);
        let known = pair[1]
            .shift
            .filter(|_| cuts.binary_search(&pair[1].at_us).is_err());
        let (first, last) = (from / TICK_US, (until - 1) / TICK_US);
        for tick in first..=last {
            let Some(shift) = usize::try_from(tick)
                .ok()
                .and_then(|tick| out.get_mut(tick))
            else {
                break;
            };
            let Some(moved) = known else {
                *shift = None;
                continue;
            };
            let inside = until.min((tick + 1) * TICK_US) - from.max(tick * TICK_US);
            let share = inside as f32 / (until - from) as f32;
            if let Some(shift) = shift {
                shift[0] += share * moved[0];
                shift[1] += share * moved[1];
            }
        }
    }
    out
}

/// How unevenly the pictures around each tick follow each other: the longest of their intervals less the
/// shortest, in ticks. Pictures that were filmed evenly and are shown so, 24 of them in a file of 30, jerk
/// along by that share of their way.
fn unevenness(steps: &[Step], start_us: u64, ticks: usize) -> Vec<f32> {
    let mut intervals = vec![(u64::MAX, 0); ticks];
    for pair in steps.windows(2) {
        let (from, until) = (pair[0].at_us - start_us, pair[1].at_us - start_us);
        let lasts = until - from;
        // A picture that stays as it is tells nothing of when the next was due.
        let stands = pair.iter().any(|step| step.residue < STANDS);
        if stands || lasts > LONGEST_STEP_US {
            continue;
        }
        let tick = |at_us: u64| usize::try_from(at_us / TICK_US).unwrap_or(ticks);
        let first = tick(from).saturating_sub(REACH).min(ticks);
        let end = (tick(until - 1) + REACH + 1).min(ticks);
        for (shortest, longest) in &mut intervals[first..end] {
            (*shortest, *longest) = (lasts.min(*shortest), lasts.max(*longest));
        }
    }
    let uneven = intervals
        .into_iter()
        .map(|(shortest, longest)| longest.saturating_sub(shortest));
    uneven
        .map(|apart| seconds(apart) / seconds(TICK_US))
        .collect()
}

/// How far the camera moves each tick, on the whole.
fn speed(shifts: &[Option<[f32; 2]>]) -> f32 {
    let (mut sum, mut count) = ([0.0_f32; 2], 0.0_f32);
    for [x, y] in shifts.iter().flatten() {
        sum = [sum[0] + x, sum[1] + y];
        count += 1.0;
    }
    libm::sqrtf(sum[0] * sum[0] + sum[1] * sum[1]) / count.max(1.0)
}

/// The same as [`jitter`] of ticks, from picture to picture, spread over the ticks.
fn fast_shake(steps: &[Step], cuts: &[u64], start_us: u64, ticks: usize) -> Vec<f32> {
    let shifts: Vec<Option<[f32; 2]>> = std::iter::once(None)
        .chain(steps.windows(2).map(|pair| {
            let fast = pair[1].at_us - pair[0].at_us <= FAST_STEP_US;
            let cut = cuts.binary_search(&pair[1].at_us).is_ok();
            pair[1].shift.filter(|_| fast && !cut)
        }))
        .collect();
    let shifts = without_judder(&shifts);
    let length = |n: usize| {
        let since = if n == 0 {
            steps[0].at_us
        } else {
            steps[n - 1].at_us
        };
        usize::try_from((TICK_US / (steps[n].at_us - since).max(4_000)).max(1)).unwrap_or(1)
    };
    let values = jitter(&shifts, length);
    let spans = steps.windows(2).zip(values.iter().skip(1));
    super::track::per_tick(
        spans.map(|(pair, value)| (pair[0].at_us - start_us, pair[1].at_us - start_us, *value)),
        ticks,
    )
}

/// The mean of each shift and the one before: pictures that move by twice as much every other time
/// are those of a lower rate, which jerk but do not shake.
fn without_judder(shifts: &[Option<[f32; 2]>]) -> Vec<Option<[f32; 2]>> {
    let means = shifts.windows(2).map(|pair| {
        let ([x0, y0], [x1, y1]) = (pair[0]?, pair[1]?);
        Some([f32::midpoint(x0, x1), f32::midpoint(y0, y1)])
    });
    std::iter::once(None).chain(means).collect()
}

/// Mean change of shift around each entry, less the two largest changes: a camera that begins to
/// move and stops again is swung, not shaken, whereas one that shakes turns back again and again.
///
/// Changes in one direction after each other are one. `per_tick` says how many entries make a tick at
/// an entry.
fn jitter(shifts: &[Option<[f32; 2]>], per_tick: impl Fn(usize) -> usize) -> Vec<f32> {
    let changes: Vec<Option<[f32; 2]>> = std::iter::once(None)
        .chain(shifts.windows(2).map(|pair| {
            let ([x0, y0], [x1, y1]) = (pair[0]?, pair[1]?);
            Some([x1 - x0, y1 - y0])
        }))
        .collect();
    (0..shifts.len())
        .map(|n| {
            let reach = REACH * per_tick(n);
            let around = &changes[n.saturating_sub(reach)..(n + reach + 1).min(changes.len())];
            without_largest_two(around)
        })
        .collect()
}

fn without_largest_two(changes: &[Option<[f32; 2]>]) -> f32 {
    let mut run = [0.0_f32; 2];
    let (mut total, mut largest, mut second, mut count) = (0.0_f32, 0.0_f32, 0.0_f32, 0_u32);
    let mut end = |run: [f32; 2]| {
        let length = libm::sqrtf(run[0] * run[0] + run[1] * run[1]);
        total += length;
        if length > largest {
            (largest, second) = (length, largest);
        } else {
            second = second.max(length);
        }
    };
    for [dx, dy] in changes.iter().flatten() {
        count += 1;
        if run[0] * dx + run[1] * dy < 0.0 {
            end(run);
            run = [0.0; 2];
        }
        run = [run[0] + dx, run[1] + dy];
    }
    end(run);
    if count < 3 {
        return 0.0;
    }
    (total - largest - second).max(0.0) / (count - 2) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Steps at thirty a second with these shifts.
    fn steps(shifts: impl IntoIterator<Item = [f32; 2]>) -> Vec<Step> {
        let step = |(n, shift): (u64, [f32; 2])| Step {
            at_us: n * 33_333,
            shift: Some(shift),
            local: 0.0,
            change: 0.0,
            change_over: [0.0; 3],
            residue: 1.0,
            unchanged: 0.0,
            luma: 100.0,
            darkest: 50,
            brightest: 200,
        };
        (0..).zip(shifts).map(step).collect()
    }

    proptest! {
        #[test]
        fn an_even_pan_of_a_lower_rate_than_its_file_s_does_not_shake(
            rate in prop::sample::select(vec![12_u64, 15, 20, 24, 25]),
            x in -45.0_f32..45.0,
            phase in 0..30_u64,
        ) {
            // Picture n is filmed at n / rate and shown with the next picture of the file's thirty a second.
            let shown = |n: u64| (30 * n + phase).div_ceil(rate) * 33_333;
            let mut pan = steps((0..3 * rate).map(|_| [x / rate as f32, 0.0]));
            for (n, step) in (0..).zip(&mut pan) {
                step.at_us = shown(n);
            }
            let shake = shake(&pan, &[], shown(0), 28);
            prop_assert!(shake.iter().all(|shake| *shake < 1.1), "{shake:?}");
        }

        #[test]
        fn what_jerks_at_half_the_rate_does_not_shake_and_what_turns_back_does(
            x in -12.0_f32..12.0,
            y in -8.0_f32..8.0,
        ) {
            prop_assume!(x.abs() + y.abs() > 3.0);
            let jerks = steps((0..90).map(|n| if n % 2 == 0 { [0.0; 2] } else { [x, y] }));
            let shake = fast_shake(&jerks, &[], 0, 29);
            prop_assert!(shake.iter().all(|shake| *shake < 0.01), "{shake:?}");
            // There and back in six pictures: five times a second.
            let turns = steps((0..90).map(|n| if n / 3 % 2 == 0 { [-x, -y] } else { [x, y] }));
            let shake = fast_shake(&turns, &[], 0, 29);
            prop_assert!(shake[5..25].iter().all(|shake| *shake > 0.5), "{shake:?}");
        }
    }
}
