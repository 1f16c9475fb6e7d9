//! Footage that must be shown: what is asked, as far as the clips allow it, and what is told of the rest.
//! `matching` finds the slots for it.

use std::cmp::Reverse;

use shared::decision::{Decision, DecisionCode};

use super::assignment::Assignment;
use super::matching::windows;
use super::request::PlanRequest;
use super::score::Shown;
use super::sources::{Source, Stretch};
use super::steering::range;

/// What must be shown, as the clips allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    /// The clip, as the request has it.
    media: u32,
    /// What was asked for; the whole clip if none.
    asked_us: Option<(u64, u64)>,
    /// What of it can be shown.
    pub(super) part: Result<Part, &'static str>,
}

/// Footage of which a slot must show as much as it has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) source: usize,
    /// None if any footage of the clip will do.
    pub(super) range_us: Option<(u64, u64)>,
}

impl Part {
    pub(super) fn is_shown_by(self, shown: &Shown) -> bool {
        if shown.source != self.source {
            return false;
        }
        let Some((start, end)) = self.range_us else {
            return true;
        };
        let both = shown
            .end_us
            .min(end)
            .saturating_sub(shown.start_us.max(start));
        both >= (end - start).min(shown.end_us - shown.start_us)
    }
}

/// What must be shown, in an order that does not depend on the request's.
pub(super) fn demands(request: &PlanRequest, sources: &[Source<'_>]) -> Vec<Demand> {
    let mut demands: Vec<Demand> = Vec::with_capacity(request.musts.len());
    for must in &request.musts {
        let clips: Vec<usize> = request.alike(must.media).collect();
        let Some(asked) = range(must.range_us).filter(|_| !clips.is_empty()) else {
            continue;
        };
        let is_it = |source: &Source<'_>| {
            usize::try_from(source.index).is_ok_and(|index| clips.contains(&index))
        };
        let part = match sources.iter().position(is_it) {
            None => Err("nothing of the clip can be used"),
            Some(source) if must.range_us.is_none() => Ok(Part {
                source,
                range_us: None,
            }),
            Some(source) => {
                let merged = sources.get(source).map_or(&[][..], |of| &of.merged);
                showable(merged, asked)
                    .map(|range| Part {
                        source,
                        range_us: Some(range),
                    })
                    .ok_or("all of it is banned, black or covered, or beyond the clip's pictures")
            }
        };
        demands.push(Demand {
            media: must.media,
            asked_us: must.range_us,
            part,
        });
    }
    demands.sort_by_key(|demand| (demand.part, demand.media, demand.asked_us));
    demands.dedup_by_key(|demand| {
        let vain = demand.part.is_err();
        (demand.part, vain.then_some((demand.media, demand.asked_us)))
    });
    demands
}

/// The longest piece of a range that lies in one of these stretches; of equals the first.
fn showable(stretches: &[Stretch], (from, to): (u64, u64)) -> Option<(u64, u64)> {
    stretches
        .iter()
        .map(|stretch| (stretch.start_us.max(from), stretch.end_us.min(to)))
        .filter(|(start, end)| start < end)
        .max_by_key(|(start, end)| (end - start, Reverse(*start)))
}

/// Whether all that can be shown of it is.
pub(super) fn are_met(assignment: &Assignment<'_>, demands: &[Demand]) -> bool {
    let mut parts = demands.iter().filter_map(|demand| demand.part.ok());
    parts.all(|part| is_shown(assignment, part))
}

fn is_shown(assignment: &Assignment<'_>, part: Part) -> bool {
    let mut filled = assignment.filled.iter().flatten();
    filled.any(|filled| part.is_shown_by(&filled.with.shown))
}

/// What must be shown and is not, and why.
pub(super) fn decisions(
    assignment: &Assignment<'_>,
    demands: &[Demand],
    request: &PlanRequest,
) -> Vec<Decision> {
    let unmet = demands.iter().filter(|demand| {
        let part = demand.part.as_ref();
        !part.is_ok_and(|part| is_shown(assignment, *part))
    });
    let told = unmet.filter_map(|demand| {
        let clip = usize::try_from(demand.media).ok();
        let clip = clip.and_then(|clip| request.clips.get(clip))?;
        let what = demand.asked_us.map_or_else(
            || "it".to_owned(),
            |(start, end)| format!("{} to {} s of it", seconds(start), seconds(end)),
        );
        let why = match demand.part {
            Err(why) => why,
            Ok(part) if has_room(assignment, part) => {
                "every shot that has room for it shows something else that must be shown or is locked"
            }
            Ok(part) if is_bound(assignment, part) => {
                "no shot that has room for it lies in the part of the song that it is bound to"
            }
            Ok(_) => "no shot has room for it",
        };
        Some(Decision::about(
            DecisionCode::MustNotShown,
            clip.media.path.as_text(),
            format!("{what} must be shown, but {why}"),
        ))
    });
    told.collect()
}

/// Whether a slot could show a part if nothing else mattered.
fn has_room(assignment: &Assignment<'_>, part: Part) -> bool {
    let mut slots = 0..assignment.slots.len();
    slots.any(|slot| windows(assignment, &[], part, slot, |_, _| Some(0)).is_some())
}

/// Whether it may not be shown in all slots.
fn is_bound(assignment: &Assignment<'_>, part: Part) -> bool {
    let Some(source) = assignment.pool.sources.get(part.source) else {
        return false;
    };
    let range = part.range_us.unwrap_or((0, u64::MAX));
    let windows = assignment.pool.windows;
    let mut slots = assignment.slots.iter();
    slots.any(|slot| !windows.allow(source.index, range, slot))
}

fn seconds(us: u64) -> String {
    format!("{}.{:02}", us / 1_000_000, us / 10_000 % 100)
}
