//! Something else in single slots.

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Plan, Slot};

use super::assign::{Assignment, Filled, Means};
use super::bans::Bans;
use super::candidates::{Candidate, KEPT_TO_STIR, Pool};
use super::division::point_at;
use super::earlier::Earlier;
use super::film::{settings_of, slot};
use super::points::{Point, Span, points};
use super::request::{EditError, PlanRequest};
use super::scarce;
use super::score::Ranks;
use super::slots::{Vacancy, vacancy};
use super::sources::{Source, sources};

/// See [`replan`](super::replan).
pub(super) fn reroll(
    request: &PlanRequest,
    mut earlier: Earlier<'_>,
    bans: &Bans,
    (named, seed): (&[usize], u64),
) -> Result<Plan, EditError> {
    let previous = earlier.plan();
    let count = previous.slots.len();
    if let Some(slot) = named.iter().find(|slot| **slot >= count) {
        return Err(EditError::NoSuchSlot {
            slot: *slot,
            slots: count,
        });
    }
    let open: Vec<bool> = (0..count)
        .map(|index| named.contains(&index) && previous.slots.get(index).is_some_and(|s| !s.locked))
        .collect();
    let sources = sources(&request.clips, bans, &mut Vec::new())?;
    let slots = as_they_are(request, previous)?;
    let ranks = Ranks::of(&sources);
    let pool = Pool {
        sources: &sources,
        ranks: &ranks,
        rate: previous.output.rate,
        seed,
    };
    let lists = lists(pool, &slots, &open);
    let mut assignment = Assignment::new(pool, &slots);
    let mut whole: Vec<Option<Slot>> = Vec::with_capacity(count);
    for (index, old) in previous.slots.iter().enumerate() {
        let old = earlier.whole(old);
        let shown = old.as_ref().and_then(|old| shown(&assignment, index, old));
        if open.get(index) == Some(&true) {
            // What is seen there now is to be seen there no more.
            if let Some(one) = shown {
                assignment.shun(&one.shown);
            }
        } else {
            assignment.hold(index);
            if let Some(one) = shown {
                assignment.put(index, one, Means::default());
            }
        }
        whole.push(old);
    }
    let empty = assignment.greedy(&lists, false);
    assignment.improve(&lists);
    let mut left = Vec::new();
    for index in empty {
        match scarce::free(&assignment, index) {
            Some(Filled { with, means }) => assignment.put(index, with, means),
            None => left.push(index),
        }
    }
    assignment.relent();
    // Nothing else is left: it stays as it is, unless it may not.
    left.retain(|index| {
        let old = previous.slots.get(*index);
        let allowed = old
            .and_then(|old| earlier.allowed(&old.clip, old.record_duration, previous.output.rate));
        let kept = whole.get(*index).and_then(Option::as_ref);
        if let (Some(_), Some(kept)) = (allowed, kept) {
            if let Some(one) = shown(&assignment, *index, kept) {
                assignment.put(*index, one, Means::default());
            }
            assignment.hold(*index);
            return false;
        }
        true
    });
    left.sort_unstable();
    scarce::fill(&mut assignment, &left);

    let mut filled = Vec::with_capacity(count);
    for (index, old) in whole.into_iter().enumerate() {
        let list = lists.get(index).map_or(&[][..], Vec::as_slice);
        let slot = if assignment.is_held(index) {
            old
        } else {
            slot(&assignment, index, list, request.settings.alternates)
        };
        filled.push(slot.ok_or_else(|| bans.unfilled())?);
    }
    let mut decisions = previous.decisions.clone();
    decisions.extend(left.iter().filter_map(|index| told(&assignment, *index)));
    Ok(Plan {
        slots: filled,
        decisions,
        media: earlier.into_media(),
        ..previous.clone()
    })
}

/// The slots of a plan, as if they were to be filled.
fn as_they_are(request: &PlanRequest, plan: &Plan) -> Result<Vec<Vacancy>, EditError> {
    let out_of_range = || EditError::OutOfRange {
        what: "the plan's song",
    };
    let grid = plan.music.beat_grid.as_ref().unwrap_or(&request.grid);
    let music = grid.music_rate().map_err(|_| EditError::NoSongRate)?;
    let told = plan.music.rate().ok_or_else(out_of_range)?;
    let span = Span::over(0, plan.record_duration(), music, plan.output.rate);
    let opening = span
        .in_own_rate(plan.music.source_start, told)
        .ok_or_else(out_of_range)?;
    let span = Span::over(opening, plan.record_duration(), music, plan.output.rate);
    let settings = settings_of(plan, &request.settings);
    let points = points(grid, span, &settings, &mut Vec::new());
    let as_it_is = |slot: &Slot| {
        let first = point_at(&points, slot.record_start, span);
        let last = Point {
            frame: slot.record_end(),
            ..point_at(&points, slot.record_end(), span)
        };
        let vacancy = vacancy(&first, &last, &points, span)?;
        Some(Vacancy {
            cut: slot.cut,
            ..vacancy
        })
    };
    plan.slots
        .iter()
        .map(as_it_is)
        .collect::<Option<_>>()
        .ok_or_else(out_of_range)
}

/// Candidates for the open slots alone, stirred.
fn lists(pool: Pool<'_>, slots: &[Vacancy], open: &[bool]) -> Vec<Vec<Candidate>> {
    let opened = slots.iter().zip(open).filter(|(_, open)| **open);
    let opened: Vec<Vacancy> = opened.map(|(slot, _)| *slot).collect();
    let mut found = pool.shortlists(&opened, KEPT_TO_STIR).into_iter();
    let list = |(slot, open): (&Vacancy, &bool)| match (open, open.then(|| found.next())) {
        (true, Some(Some(list))) => pool.stirred(slot, list),
        _ => Vec::new(),
    };
    slots.iter().zip(open).map(list).collect()
}

/// What a slot of the plan shows, if its clip is one that can be used.
fn shown(assignment: &Assignment<'_>, index: usize, slot: &Slot) -> Option<Candidate> {
    let pool = assignment.pool;
    let of = |source: &Source<'_>| source.index == slot.clip.media;
    let source = pool.sources.iter().position(of)?;
    pool.as_shown(assignment.slots.get(index)?, source, &slot.clip)
}

/// What had to be done to fill a slot.
fn told(assignment: &Assignment<'_>, index: usize) -> Option<Decision> {
    let filled = assignment.filled.get(index)?.as_ref()?;
    let (code, what) = if filled.means.short || filled.means.weak {
        let what = "it shows footage that would normally be rejected, or its last picture is held";
        (DecisionCode::WeakFootageUsed, what)
    } else if filled.means.reused {
        let what = "it shows footage that is shown elsewhere too";
        (DecisionCode::FootageReused, what)
    } else if filled.with.speed.is_normal() {
        return None;
    } else {
        (DecisionCode::FootageSlowed, "it runs slower than shot")
    };
    Some(Decision::about(
        code,
        format!("slot {index}"),
        format!("{what}, because nothing else was left that may be shown"),
    ))
}
