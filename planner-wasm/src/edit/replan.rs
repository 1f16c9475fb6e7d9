//! A plan made anew from another, changing as little as can be.

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Clip, MusicTrack, Output, Plan, SCHEMA, Slot};

use super::alternates::alternates;
use super::assignment::{Assignment, Means};
use super::bans::Bans;
use super::candidates::{Candidate, Pool};
use super::division::{Origin, division, staying};
use super::earlier::{Earlier, places};
use super::film::{PACED, limits, pace, slot};
use super::kept::{hold, said_of_gone, source_of};
use super::made_by::made_by;
use super::pace::{ONE, Pace};
use super::points::{Span, points};
use super::request::{EditError, EditSettings, PlanRequest, Scope, checked_seed};
use super::reroll::reroll;
use super::scarce;
use super::scenes::Seen;
use super::score::{Ranks, Shown};
use super::shorter::Filling;
use super::slots::Vacancy;
use super::sources::{Source, sources};
use super::weights::Weights;

/// How much better a clip that was not on offer before must be than what a slot shows to take its
/// place: less than a clip's first use is worth, and more than its second. What somebody adds is shown, unless
/// it is much worse, and once.
const NEWCOMER: i64 = 7 * ONE;

/// A film for the request that differs from `previous` as little as can be.
///
/// With [`Scope::All`]
/// * a locked slot keeps its frames, cut, clip, alternates and the rest to the bit, whatever is banned
///   or no longer on offer. Where the film has another rate or begins elsewhere in the song, it keeps
///   its place in the song; one that is not wholly inside the film is let go, and a decision says so.
///   A cut that no longer holds (see [`Cut`](shared::plan::Cut)) is left out;
/// * any other slot keeps its frames where neither the beats, nor the style, nor the density have
///   changed, and what it shows as long as that is on offer, not banned, the seed is the same, and a
///   clip that was measured anew ([`SourceClip::remeasured`](super::SourceClip)) is still sound there;
/// * the rest is divided anew, with some favour for cuts that were there (or, where nothing stays and another
///   pace is wanted, as a first plan would be), and filled with footage that nothing else shows. A clip
///   that was not on offer before may also take the place of what is much worse.
///
/// So a request that has not changed gives the same plan, and a ban changes no slot that did not show
/// what is banned, but for alternates that name it.
///
/// With [`Scope::Slots`] only what the named slots show changes, and all else is kept to the bit, with
/// the settings that the plan was made with: of the request only clips, bans and number of alternates
/// count. Each shows something other than before, if anything else that is sound and shown nowhere is
/// left; another seed of the scope chooses another. The plan does not tell that seed: the same request
/// with [`Scope::All`] keeps what the slots show now.
///
/// The new plan lists the request's clips in their order; after them come files that only kept
/// slots name.
///
/// # Errors
/// Those of [`plan`](super::plan), and [`EditError::UnsoundPlan`] and [`EditError::NoSuchSlot`].
pub fn replan(request: &PlanRequest, previous: &Plan, scope: &Scope) -> Result<Plan, EditError> {
    request.settings.checked()?;
    if let Some(problem) = previous.problems().0.first() {
        return Err(EditError::UnsoundPlan {
            problem: problem.to_string(),
        });
    }
    let bans = Bans::of(request);
    let earlier = Earlier::new(previous, request, &bans);
    match scope {
        Scope::All => all(request, earlier, &bans),
        Scope::Slots { slots, seed } => {
            checked_seed(*seed)?;
            reroll(request, earlier, &bans, (slots, *seed))
        }
    }
}

fn all(request: &PlanRequest, mut earlier: Earlier<'_>, bans: &Bans) -> Result<Plan, EditError> {
    let (settings, previous) = (&request.settings, earlier.plan());
    let mut decisions = request.decisions.clone();
    let span = Span::of(&request.grid, &request.output, settings)?;
    let sources = sources(&request.clips, &request.output, bans, &mut decisions)?;
    let (needed_us, offered_us) = (
        span.us(span.frames),
        sources.iter().map(Source::total_us).sum(),
    );
    let made_by_then = previous.made_by.as_ref();
    let before = made_by_then.map_or_else(|| settings.clone(), EditSettings::of);
    let places = places(previous, span);
    let stays = staying(request, previous, &before, &places, span);
    let same_film = stays.iter().all(|stays| *stays);
    let limits = limits(&request.grid, &sources, needed_us);
    let pace = if same_film {
        decisions.extend(said(previous, &PACED));
        Pace::of(settings.style)
    } else {
        pace(settings, needed_us, offered_us, limits, &mut decisions)
    };
    let favoured =
        (before.style, before.density_permille) == (settings.style, settings.density_permille);
    let points = points(&request.grid, span, settings, &mut decisions);
    let ranks = Ranks::of(&sources);
    let pool = Pool {
        sources: &sources,
        ranks: &ranks,
        rate: request.output.rate,
        seed: settings.seed,
        weights: Weights::default(),
    };
    let tight = offered_us < 2 * needed_us;
    let filling = Filling {
        pool,
        span,
        pace,
        limits,
        tight,
    };
    // A film that is divided wholly anew, by another pace, is divided as a first one would be.
    let cuts = (!favoured && !stays.contains(&true)).then(|| filling.cuts(&points));
    let points = cuts.flatten().unwrap_or(points);
    let divided = division(&points, &places, &stays, favoured, (span, pace, limits));
    let (slots, origins): (Vec<Vacancy>, Vec<Origin>) = divided.into_iter().unzip();

    let mut refilm = Refilm {
        assignment: Assignment::new(pool, &slots),
        lists: Vec::new(),
        kept: vec![None; slots.len()],
    };
    for (index, origin) in origins.iter().enumerate() {
        if let Origin::Stays(earlier_index) = *origin {
            refilm.lock(&mut earlier, index, earlier_index);
        }
    }
    decisions.extend(let_go(previous, &origins, &refilm.kept));
    if before.seed == settings.seed {
        for (index, origin) in origins.iter().enumerate() {
            if let Origin::Stays(earlier_index) | Origin::SameCut(earlier_index) = *origin {
                refilm.keep(&earlier, index, earlier_index);
            }
        }
    }
    let mut untouched = refilm.kept.iter().all(Option::is_some);
    let new = earlier.new_clips();
    let lists = refilm.shortlists(new.contains(&true));
    let (lists, empty) = refilm.assignment.fill(lists, tight);
    refilm.lists = lists;
    scarce::fill(&mut refilm.assignment, &empty);
    untouched &= !refilm.welcome(&new);
    if untouched {
        decisions.extend(said(previous, &scarce::SAID));
    } else {
        let told = scarce::decisions(&refilm.assignment, needed_us, offered_us);
        decisions.extend(told);
    }
    let filled = (0..slots.len()).map(|index| refilm.slot(index, settings.alternates));
    let filled: Option<Vec<Slot>> = filled.collect();
    let kept = refilm.kept.iter().zip(0..);
    let gone: Vec<usize> = kept
        .filter_map(|(kept, slot)| refilm.is_gone(kept.as_ref()?).then_some(slot))
        .collect();
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        made_by: Some(made_by(settings)),
        output: output(&request.output, previous),
        music: MusicTrack {
            media: request.song.clone(),
            source_start: span.opening,
            beat_grid: Some(request.grid.clone()),
            extra: previous.music.extra.clone(),
        },
        slots: filled.ok_or_else(|| bans.unfilled())?,
        decisions,
        extra: previous.extra.clone(),
        media: earlier.into_media(),
    };
    if !untouched {
        let told = said_of_gone(&plan, &gone, request, previous);
        plan.decisions.extend(told);
    }
    Ok(plan)
}

/// The output asked for, with what the earlier plan knew of it beyond.
fn output(own: &Output, previous: &Plan) -> Output {
    let mut output = own.clone();
    if output.extra.is_empty() {
        output.extra.clone_from(&previous.output.extra);
    }
    output
}

/// What an earlier plan said with these codes.
fn said(plan: &Plan, codes: &[DecisionCode]) -> Vec<Decision> {
    let spoken = |decision: &&Decision| codes.contains(&decision.code);
    plan.decisions.iter().filter(spoken).cloned().collect()
}

/// One decision for each locked slot that could not be kept.
fn let_go(previous: &Plan, origins: &[Origin], kept: &[Option<Kept>]) -> Vec<Decision> {
    let is_kept = |index: usize| {
        let mut pairs = origins.iter().zip(kept);
        pairs.any(|(origin, kept)| *origin == Origin::Stays(index) && kept.is_some())
    };
    previous
        .slots
        .iter()
        .enumerate()
        .filter(|(index, slot)| slot.locked && !is_kept(*index))
        .map(|(index, slot)| {
            Decision::about(
                DecisionCode::LockReleased,
                format!("slot {}", index + 1),
                format!(
                    "it was locked at frame {}, but does not lie inside the new film or its file as a whole; its place is filled anew",
                    slot.record_start
                ),
            )
        })
        .collect()
}

/// A slot that shows what it showed.
#[derive(Debug, Clone)]
struct Kept {
    slot: Slot,
    /// Locked: nothing of it may change.
    locked: bool,
    /// Some of its alternates may not be shown any more.
    lost: bool,
}

/// A film on its way from one plan to another.
struct Refilm<'a> {
    assignment: Assignment<'a>,
    /// Of each slot that may show something else, or has lost alternates.
    lists: Vec<Vec<Candidate>>,
    kept: Vec<Option<Kept>>,
}

impl Refilm<'_> {
    /// Takes over a slot to the bit if it is locked.
    fn lock(&mut self, earlier: &mut Earlier<'_>, index: usize, from: usize) -> Option<()> {
        let old = earlier.slot(from).filter(|old| old.locked)?;
        let vacancy = self.assignment.slots.get(index)?;
        let whole = earlier.whole(old)?;
        let slot = Slot {
            record_start: vacancy.start,
            record_duration: vacancy.frames,
            cut: vacancy.cut.filter(|_| old.cut.is_some()),
            ..whole
        };
        self.hold(index, &slot, (earlier.plan(), from));
        *self.kept.get_mut(index)? = Some(Kept {
            slot,
            locked: true,
            lost: false,
        });
        Some(())
    }

    /// Whether nothing else of what a kept slot shows can be used, so that it is not counted with the
    /// others.
    fn is_gone(&self, kept: &Kept) -> bool {
        source_of(&self.assignment, &kept.slot.clip).is_none()
    }

    /// Keeps what an earlier slot showed, if that may still be shown and fills the slot.
    fn keep(&mut self, earlier: &Earlier<'_>, index: usize, from: usize) -> Option<()> {
        if self.kept.get(index)?.is_some() {
            return None;
        }
        let old = earlier.slot(from).filter(|old| !old.locked)?;
        let vacancy = self.assignment.slots.get(index)?;
        let (frames, rate) = (vacancy.frames, self.assignment.pool.rate);
        let mut clip =
            earlier.allowed(&old.clip, old.record_duration, earlier.plan().output.rate)?;
        if frames != old.record_duration || rate != earlier.plan().output.rate {
            clip = self.refitted(&clip, frames)?;
        }
        if !self.still_does(earlier, &clip, frames) {
            return None;
        }
        let longest = frames.max(old.record_duration);
        let alternates = old.alternates.iter();
        let slot = Slot {
            record_start: vacancy.start,
            record_duration: frames,
            cut: vacancy
                .cut
                .filter(|_| old.cut.is_some() || frames != old.record_duration),
            clip,
            alternates: alternates
                .filter_map(|other| earlier.allowed(other, longest, rate))
                .filter(|other| frames <= old.record_duration || self.has_room(other, frames))
                .filter(|other| self.still_does(earlier, other, frames))
                .collect(),
            ..old.clone()
        };
        self.hold(index, &slot, (earlier.plan(), from));
        *self.kept.get_mut(index)? = Some(Kept {
            lost: slot.alternates.len() < old.alternates.len(),
            slot,
            locked: false,
        });
        Some(())
    }

    /// A clip for a slot of another length: as it is, or begun earlier so that it stays inside its
    /// shot. None if there is no room, or if something else shows that.
    fn refitted(&self, clip: &Clip, frames: u32) -> Option<Clip> {
        let pool = self.assignment.pool;
        let source = self.source(clip)?;
        let need = clip
            .source_end(frames, pool.rate)?
            .checked_sub(clip.source_start)?;
        let stretches = &pool.sources.get(source)?.stretches;
        let stretch = stretches
            .iter()
            .find(|stretch| (stretch.start_us..stretch.end_us).contains(&clip.source_start))?;
        let latest = stretch.end_us.checked_sub(need)?;
        let start = clip.source_start.min(latest);
        let shown = Shown {
            source,
            family: pool.sources.get(source)?.family,
            shot: stretch.shot,
            take: pool.sources.get(source)?.take(stretch.shot),
            start_us: start,
            end_us: start.checked_add(need)?,
            seen: Seen::UNKNOWN,
        };
        (start >= stretch.start_us && self.assignment.is_free(&shown)).then(|| Clip {
            source_start: start,
            ..clip.clone()
        })
    }

    /// Whether so many frames of a clip are as sound as they were when they were chosen; new measures
    /// may say otherwise.
    fn still_does(&self, earlier: &Earlier<'_>, clip: &Clip, frames: u32) -> bool {
        if !earlier.is_remeasured(clip.media) {
            return true;
        }
        let pool = self.assignment.pool;
        let source = self
            .source(clip)
            .and_then(|source| pool.sources.get(source));
        let end = clip.source_end(frames, pool.rate);
        let both = source.zip(end);
        both.is_some_and(|(source, end)| !source.is_weak(clip.source_start, end))
    }

    /// Whether a clip is long enough for so many frames.
    fn has_room(&self, clip: &Clip, frames: u32) -> bool {
        let pool = self.assignment.pool;
        let end = clip.source_end(frames, pool.rate);
        let of = self
            .source(clip)
            .and_then(|source| pool.sources.get(source));
        let stretches = of.map_or(&[][..], |of| of.stretches.as_slice());
        stretches.iter().any(|one| {
            one.start_us <= clip.source_start && end.is_some_and(|end| end <= one.end_us)
        })
    }

    fn source(&self, clip: &Clip) -> Option<usize> {
        source_of(&self.assignment, clip)
    }

    /// Marks a slot as filled with what it shows, and as not to be changed.
    fn hold(&mut self, index: usize, slot: &Slot, before: (&Plan, usize)) -> Option<()> {
        hold(&mut self.assignment, index, slot, before)
    }

    /// Candidates for the slots that need any, or for all.
    fn shortlists(&self, all: bool) -> Vec<Vec<Candidate>> {
        let wanted = |kept: &Option<Kept>| all || kept.as_ref().is_none_or(|kept| kept.lost);
        let open: Vec<bool> = self.kept.iter().map(wanted).collect();
        self.assignment
            .pool
            .shortlists_of(self.assignment.slots, &open)
    }

    /// Lets clips that were not on offer before take the place of what is much worse. Whether any did.
    fn welcome(&mut self, new: &[bool]) -> bool {
        let is_new = |sources: &[Source<'_>], one: &Candidate| {
            let index = sources.get(one.shown.source).map(|of| of.index);
            let index = index.and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| new.get(index)) == Some(&true)
        };
        if !new.contains(&true) {
            return false;
        }
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        order.sort_by_key(|index| {
            let weight = self.assignment.slots.get(*index).map(|slot| slot.weight);
            (std::cmp::Reverse(weight), *index)
        });
        let mut welcomed = false;
        for index in order {
            let kept = self.kept.get(index).and_then(Option::as_ref);
            let filled = self.assignment.filled.get(index).copied().flatten();
            let (Some(Kept { locked: false, .. }), Some(old), Some(list)) =
                (kept, filled, self.lists.get(index))
            else {
                continue;
            };
            // What is in no list was chosen by a person, or for want of better.
            let Some(shown) = list.iter().find(|one| one.shown == old.with.shown) else {
                continue;
            };
            self.assignment.take_out(index);
            let stay = self.assignment.gain(index, shown) + NEWCOMER;
            let best = list
                .iter()
                .filter(|one| is_new(self.assignment.pool.sources, one))
                .filter(|one| self.assignment.is_free(&one.shown))
                .map(|one| (self.assignment.gain(index, one), one))
                .filter(|(gain, _)| *gain > stay)
                .max_by_key(|(gain, one)| {
                    let place = (one.shown.source, one.shown.start_us);
                    (*gain, std::cmp::Reverse(place))
                });
            if let Some((_, one)) = best {
                self.assignment.put(index, *one, Means::default());
                if let Some(kept) = self.kept.get_mut(index) {
                    *kept = None;
                }
                welcomed = true;
            } else {
                self.assignment.put(index, old.with, old.means);
            }
        }
        welcomed
    }

    /// A slot of the new plan. One that is kept gets new alternates for those that it lost.
    fn slot(&self, index: usize, most: u8) -> Option<Slot> {
        let list = self.lists.get(index).map_or(&[][..], Vec::as_slice);
        let Some(kept) = self.kept.get(index)? else {
            return slot(&self.assignment, index, list, most);
        };
        let mut slot = kept.slot.clone();
        if !kept.lost {
            return Some(slot);
        }
        for other in alternates(&self.assignment, index, list, most.into()) {
            let known = slot.alternates.iter().any(|one| one.media == other.media);
            if !known && slot.alternates.len() < most.into() {
                slot.alternates.push(other);
            }
        }
        Some(slot)
    }
}
