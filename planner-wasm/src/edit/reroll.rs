//! Something else in single slots.

use shared::plan::{Plan, Slot};

use super::assignment::{Assignment, Filled};
use super::bans::Bans;
use super::candidates::{Candidate, Pool};
use super::earlier::Earlier;
use super::film::{ASKED, asked_in_vain, slot};
use super::kept::{hold, shown};
use super::matching::meet;
use super::musts::demands;
use super::points::{Point, Span, point_at, points};
use super::request::{EditError, EditSettings, PlanRequest};
use super::scarce;
use super::score::Ranks;
use super::slots::{Vacancy, vacancy};
use super::sources::{Source, sources};
use super::weights::Weights;
use super::windows::SongWindows;

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
    let sources = sources(&request.clips, &request.output, bans, &mut Vec::new())?;
    let (slots, span) = as_they_are(request, previous)?;
    let needed_us = span.us(span.frames);
    let windows = SongWindows::of(request, span);
    let demands = demands(request, &sources);
    let ranks = Ranks::of(&sources);
    let pool = Pool {
        sources: &sources,
        ranks: &ranks,
        rate: previous.output.rate,
        seed,
        weights: Weights::default(),
        windows: &windows,
    };
    let found = pool.shortlists_of(&slots, &open);
    let stirred = slots
        .iter()
        .zip(found)
        .map(|(slot, list)| pool.stirred(slot, list));
    let lists: Vec<Vec<Candidate>> = stirred.collect();
    let mut assignment = Assignment::new(pool, &slots);
    let mut whole: Vec<Option<Slot>> = Vec::with_capacity(count);
    for (index, old) in previous.slots.iter().enumerate() {
        let old = earlier.whole(old);
        if open.get(index) != Some(&true) {
            assignment.hold(index);
            if let Some(old) = &old {
                hold(&mut assignment, index, old, (previous, index));
            }
        }
        whole.push(old);
    }
    // What is seen in open slots now is to be seen there no more.
    for (index, old) in whole.iter().enumerate() {
        if !assignment.is_held(index)
            && let Some(one) = old.as_ref().and_then(|old| shown(&assignment, index, old))
        {
            assignment.shun(&one.shown);
        }
    }
    let empty = assignment.greedy(&lists, None, false);
    assignment.improve(&lists);
    let mut left = Vec::new();
    for index in empty {
        match scarce::free(&assignment, index) {
            Some(Filled { with, means }) => assignment.put(index, with, means),
            None => left.push(index),
        }
    }
    // What is shunned is no way to show what must be shown.
    meet(&mut assignment, &lists, &demands, &open);
    left.retain(|slot| assignment.filled.get(*slot).is_some_and(Option::is_none));
    assignment.relent();
    let mut stays: Vec<bool> = open.iter().map(|open| !open).collect();
    // Nothing else is left: it stays as it is, unless it may not.
    left.retain(|index| {
        let old = previous.slots.get(*index);
        let allowed = old
            .and_then(|old| earlier.allowed(&old.clip, old.record_duration, previous.output.rate));
        let kept = whole.get(*index).and_then(Option::as_ref);
        if let (Some(_), Some(kept)) = (allowed, kept) {
            hold(&mut assignment, *index, kept, (previous, *index));
            if let Some(stays) = stays.get_mut(*index) {
                *stays = true;
            }
            return false;
        }
        true
    });
    scarce::fill(&mut assignment, &left);

    let filled = whole.into_iter().enumerate().map(|(index, old)| {
        let list = lists.get(index).map_or(&[][..], Vec::as_slice);
        if stays.get(index) == Some(&true) {
            old
        } else {
            slot(&assignment, index, list, request.settings.alternates)
        }
    });
    let filled: Option<Vec<Slot>> = filled.collect();
    let mut decisions = previous.decisions.clone();
    decisions.retain(|said| !scarce::SAID.contains(&said.code) && !ASKED.contains(&said.code));
    let offered_us = sources.iter().map(Source::total_us).sum();
    decisions.extend(scarce::decisions(&assignment, needed_us, offered_us));
    decisions.extend(asked_in_vain(&assignment, &demands, request));
    Ok(Plan {
        slots: filled.ok_or_else(|| bans.unfilled())?,
        decisions,
        media: earlier.into_media(),
        ..previous.clone()
    })
}

/// The slots of a plan, as if they were to be filled, and the part of the song that they cover.
fn as_they_are(request: &PlanRequest, plan: &Plan) -> Result<(Vec<Vacancy>, Span), EditError> {
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
    let made_by = plan.made_by.as_ref();
    let settings = made_by.map_or_else(|| request.settings.clone(), EditSettings::of);
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
    let slots: Option<_> = plan.slots.iter().map(as_it_is).collect();
    Ok((slots.ok_or_else(out_of_range)?, span))
}
