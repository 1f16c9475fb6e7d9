//! What a film is worth by the truth.

use std::collections::{BTreeMap, BTreeSet};

use planner_wasm::footage::{Defect, TICK_US, Windows};
use shared::plan::{CutKind, Plan};

use crate::baselines::Shown;
use crate::truth::{Clip, UNWANTED, sound};

/// What is left unused at both ends of a clip together, in µs.
const HANDLES_US: u64 = 600_000;
/// Two shots of one clip this near in it, one after the other, are a jump cut.
const JUMP_US: u64 = 3_000_000;

/// A hit this near to a beat, in frames, is on it: one, and what rounding to microseconds takes.
const NEAR_FRAMES: f64 = 1.01;

/// One film's scores; all but the counts are 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scores {
    /// Share of time that shows what the film shows elsewhere too.
    pub(crate) repeated: f64,
    /// Share of shots that show a base that was shown before, though another that could be shown there
    /// is shown nowhere.
    pub(crate) again: f64,
    /// Seconds of black and covered lens.
    pub(crate) blank: f64,
    /// Share of time without a severe planted fault.
    pub(crate) clean: f64,
    /// Shots with a true cut inside, of a hundred.
    pub(crate) straddles: f64,
    /// Mean rank of what is shown among all that there is.
    pub(crate) quality: f64,
    /// Rank correlation of the music's energy and the picture's motion.
    pub(crate) spearman: f64,
    /// Planted hits shown on a beat, of as many as could be.
    pub(crate) hits: f64,
    /// Planted bangs of the clips' own sound on a beat, of as many as could be.
    pub(crate) bangs: f64,
    /// Share of time in which someone speaks in the clip.
    pub(crate) speech: f64,
    /// Jump cuts, of all cuts.
    pub(crate) jumps: f64,
    /// Share of clips that are shown.
    pub(crate) coverage: f64,
}

/// Scores of a film: the slots of `plan`, showing `shown`.
pub(crate) fn scores(plan: &Plan, shown: &[Shown], clips: &[&Clip]) -> Scores {
    let total_us: u64 = shown.iter().map(|one| one.end_us - one.start_us).sum();
    let total = total_us.max(1) as f64;
    let of = |one: &Shown| clips.get(one.clip);
    let (mut severe, mut blank, mut straddles) = (0, 0, 0);
    for one in shown {
        let Some(clip) = of(one) else { continue };
        for span in clip.spans.iter().filter(|span| span.is_severe()) {
            let inside = span.inside(one.start_us, one.end_us);
            severe += inside;
            if span.kind == "black" || span.kind == "covered" {
                blank += inside;
            }
        }
        let inside = |at: u64| one.start_us < at && at < one.end_us;
        let fades = clip
            .fades_us
            .iter()
            .map(|(from, until)| u64::midpoint(*from, *until));
        straddles += u32::from(clip.cuts_us.iter().copied().chain(fades).any(inside));
    }
    let jumps = shown.windows(2).filter(|pair| {
        let [left, right] = pair else { return false };
        left.clip == right.clip
            && right
                .start_us
                .saturating_sub(left.end_us)
                .max(left.start_us.saturating_sub(right.end_us))
                < JUMP_US
    });
    let count = shown.len().max(1) as f64;
    Scores {
        repeated: repeated(shown, clips) as f64 / total,
        again: f64::from(again(shown, clips)) / count,
        blank: blank as f64 / 1e6,
        clean: 1.0 - severe as f64 / total,
        straddles: 100.0 * f64::from(straddles) / count,
        quality: quality(shown, clips),
        spearman: spearman(plan, shown, clips),
        hits: on_beats(plan, shown, clips, |clip| &clip.hits_us),
        bangs: on_beats(plan, shown, clips, |clip| &clip.bangs_us),
        speech: speech(shown, clips) as f64 / total,
        jumps: jumps.count() as f64 / (count - 1.0).max(1.0),
        coverage: coverage(shown, clips),
    }
}

/// Time that shows footage of a base that is shown elsewhere in the film too.
fn repeated(shown: &[Shown], clips: &[&Clip]) -> u64 {
    let mut by_base: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
    for one in shown {
        let Some(clip) = clips.get(one.clip) else {
            continue;
        };
        for span in &clip.spans {
            let (start, end) = (one.start_us.max(span.start_us), one.end_us.min(span.end_us));
            let still = ["freeze", "may stand still", "stands still", "tripod"];
            if start < end && !still.contains(&span.kind.as_str()) {
                let from = span.base_start_us + (start - span.start_us);
                by_base
                    .entry(&span.base)
                    .or_default()
                    .push((from, from + (end - start)));
            }
        }
    }
    let mut repeated = 0;
    for stretches in by_base.values_mut() {
        stretches.sort_unstable();
        let mut until = 0;
        for (start, end) in stretches {
            repeated += until.min(*end).saturating_sub(*start);
            until = until.max(*end);
        }
    }
    repeated
}

/// The bases that a stretch of a clip shows.
fn bases(clip: &Clip, start_us: u64, end_us: u64) -> impl Iterator<Item = &str> {
    let inside = clip
        .spans
        .iter()
        .filter(move |span| span.inside(start_us, end_us) > 0);
    inside.map(|span| span.base.as_str())
}

/// Shots of a base that was shown before while another base, with footage as sound and as long, is shown
/// nowhere in the film.
fn again(shown: &[Shown], clips: &[&Clip]) -> u32 {
    let of = |one: &Shown| {
        let clip = clips.get(one.clip);
        clip.map(|clip| bases(clip, one.start_us, one.end_us))
    };
    let all: BTreeSet<&str> = shown.iter().filter_map(of).flatten().collect();
    // The longest sound stretch of each base that is shown nowhere.
    let left = clips
        .iter()
        .flat_map(|clip| sound(clip).into_iter().map(move |run| (*clip, run)))
        .filter(|(clip, run)| bases(clip, run.0, run.1).all(|base| !all.contains(base)))
        .map(|(_, run)| run.1 - run.0)
        .max()
        .unwrap_or(0);
    let mut before: BTreeSet<&str> = BTreeSet::new();
    let mut again = 0;
    for one in shown {
        let own: Vec<&str> = of(one).into_iter().flatten().collect();
        let fits = one.end_us - one.start_us + HANDLES_US <= left;
        again += u32::from(fits && own.iter().any(|base| before.contains(base)));
        before.extend(own);
    }
    again
}

fn quality(shown: &[Shown], clips: &[&Clip]) -> f64 {
    let mut all: Vec<u8> = clips
        .iter()
        .flat_map(|clip| clip.footage().ticks.iter().map(|tick| tick.quality))
        .collect();
    all.sort_unstable();
    let rank = |quality: u8| {
        let below = all.partition_point(|other| *other < quality);
        let upto = all.partition_point(|other| *other <= quality);
        (below + upto) as f64 / 2.0 / all.len().max(1) as f64
    };
    let (mut sum, mut count) = (0.0, 0.0);
    for one in shown {
        let Some(footage) = clips.get(one.clip).map(|clip| clip.footage()) else {
            continue;
        };
        let first = one.start_us.saturating_sub(footage.start_us) / TICK_US;
        let last = one
            .end_us
            .saturating_sub(footage.start_us)
            .div_ceil(TICK_US);
        for tick in (first..last).filter_map(|n| footage.ticks.get(n as usize)) {
            sum += rank(tick.quality);
            count += 1.0;
        }
    }
    sum / f64::max(count, 1.0)
}

fn spearman(plan: &Plan, shown: &[Shown], clips: &[&Clip]) -> f64 {
    let grid = plan.music.beat_grid.as_ref();
    let beats = grid.map_or(&[][..], |grid| grid.beats.as_slice());
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for (slot, one) in plan.slots.iter().zip(shown) {
        let inside = beats.iter().filter(|beat| {
            plan.frame_at(beat.at)
                .is_some_and(|frame| (slot.record_start..slot.record_end()).contains(&frame))
        });
        let energies: Vec<f64> = inside.map(|beat| f64::from(beat.energy_permille)).collect();
        let Some(clip) = clips.get(one.clip) else {
            continue;
        };
        let window = Windows::new(clip.footage()).over(one.start_us, one.end_us);
        if let (Some(window), false) = (window, energies.is_empty()) {
            let mean = energies.iter().sum::<f64>() / energies.len() as f64;
            pairs.push((mean, f64::from(window.motion)));
        }
    }
    correlation(
        &ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>()),
        &ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>()),
    )
}

fn ranks(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| {
            let below = values.iter().filter(|other| *other < value).count();
            let equal = values
                .iter()
                .filter(|other| other.total_cmp(value).is_eq())
                .count();
            below as f64 + (equal as f64 - 1.0) / 2.0
        })
        .collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    if aa * bb > 0.0 {
        ab / (aa * bb).sqrt()
    } else {
        0.0
    }
}

/// Time in which someone speaks in the clip.
fn speech(shown: &[Shown], clips: &[&Clip]) -> u64 {
    let of = |one: &Shown| {
        let spoken = clips.get(one.clip).map_or(&[][..], |clip| &clip.speech_us);
        let inside = spoken.iter().map(|(from, until)| {
            one.end_us
                .min(*until)
                .saturating_sub(one.start_us.max(*from))
        });
        inside.sum::<u64>()
    };
    shown.iter().map(of).sum()
}

/// Planted instants shown within a frame of a beat, of the lesser of all that there are and of the
/// slots that have a beat for one.
fn on_beats(
    plan: &Plan,
    shown: &[Shown],
    clips: &[&Clip],
    planted: impl Fn(&Clip) -> &[u64],
) -> f64 {
    let rate = plan.output.rate.as_f64();
    let grid = plan.music.beat_grid.as_ref();
    let beats: Vec<f64> = grid
        .into_iter()
        .flat_map(|grid| grid.beats.iter())
        .filter_map(|beat| plan.frame_at(beat.at))
        .map(|frame| frame as f64)
        .collect();
    let mut used = 0;
    for (slot, one) in plan.slots.iter().zip(shown) {
        let Some(clip) = clips.get(one.clip) else {
            continue;
        };
        for hit in planted(clip) {
            if !(one.start_us..one.end_us).contains(hit) {
                continue;
            }
            let after = (*hit - one.start_us) as f64 / 1e6 * rate;
            let frame = slot.record_start as f64 + after;
            used += u32::from(beats.iter().any(|beat| (beat - frame).abs() <= NEAR_FRAMES));
        }
    }
    let all: usize = clips
        .iter()
        .filter(|clip| clip.copy.is_none())
        .map(|clip| planted(clip).len())
        .sum();
    f64::from(used) / all.min(plan.slots.len()).max(1) as f64
}

/// Of the clips that hold sound footage of their own, how many are shown, themselves or as a copy.
fn coverage(shown: &[Shown], clips: &[&Clip]) -> f64 {
    let bases =
        |clip: &Clip| -> Vec<String> { clip.spans.iter().map(|span| span.base.clone()).collect() };
    let wanted = clips.iter().enumerate().filter(|(_, clip)| {
        let sound = clip.footage().ticks.iter().filter(|tick| {
            tick.unwanted < UNWANTED && !tick.defects.iter().any(|defect| defect != Defect::Damaged)
        });
        clip.copy.is_none() && sound.count() >= 20
    });
    let (mut seen, mut all) = (0, 0);
    for (index, clip) in wanted {
        all += 1;
        let own = bases(clip);
        seen += u32::from(shown.iter().any(|one| {
            one.clip == index
                || clips.get(one.clip).is_some_and(|other| {
                    other.copy.is_some() && bases(other).iter().any(|base| own.contains(base))
                })
        }));
    }
    f64::from(seen) / f64::from(all.max(1))
}

/// Cuts on beats to the frame and never late, sections cut on, and cuts on downbeats; of a plan.
pub(crate) fn cuts(plan: &Plan) -> (f64, f64, f64) {
    let Some(grid) = &plan.music.beat_grid else {
        return (0.0, 0.0, 0.0);
    };
    let inner: Vec<_> = plan.slots.iter().skip(1).collect();
    let exact = inner.iter().filter(|slot| {
        slot.cut
            .is_some_and(|cut| plan.frame_at(cut.at) == Some(slot.record_start))
    });
    let sections = grid.sections.iter().skip(1);
    let hit = sections.clone().filter(|section| {
        inner
            .iter()
            .any(|slot| plan.frame_at(section.start) == Some(slot.record_start))
    });
    let downbeats = inner.iter().filter(|slot| {
        slot.cut
            .is_some_and(|cut| matches!(cut.on, CutKind::Downbeat | CutKind::Section))
    });
    let count = inner.len().max(1) as f64;
    (
        exact.count() as f64 / count,
        hit.count() as f64 / sections.count().max(1) as f64,
        downbeats.count() as f64 / count,
    )
}
