//! A film on its way from one plan to another: what it keeps, and what takes the place of the rest.

use shared::plan::{Clip, Plan, Slot, Speed};

use super::alternates::alternates;
use super::assignment::{Assignment, Means};
use super::candidates::{Candidate, need};
use super::division::Origin;
use super::earlier::{Earlier, Newness};
use super::film::slot;
use super::kept::{hold, source_of};
use super::matching::meet;
use super::musts::{Demand, are_met};
use super::pace::ONE;
use super::scarce::{self, SLOWEST};
use super::scenes::Seen;
use super::score::Shown;
use super::slots::Vacancy;
use super::sources::Source;

/// How much better a clip that was not on offer before must be than what a slot shows to take its
/// place: less than a clip's first use is worth, and more than its second. What somebody adds is shown, unless
/// it is much worse, and once.
const NEWCOMER: i64 = 7 * ONE;
/// The same for a clip that a person wants to see more of.
const WEIGHTIER: i64 = ONE;

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
pub(super) struct Refilm<'a> {
    pub(super) assignment: Assignment<'a>,
    /// Of each slot that may show something else, or has lost alternates.
    lists: Vec<Vec<Candidate>>,
    kept: Vec<Option<Kept>>,
}

impl<'a> Refilm<'a> {
    pub(super) fn new(assignment: Assignment<'a>) -> Self {
        Self {
            kept: vec![None; assignment.slots.len()],
            lists: Vec::new(),
            assignment,
        }
    }

    /// Takes over every slot that is locked and stays.
    pub(super) fn lock_all(&mut self, earlier: &mut Earlier<'_>, origins: &[Origin]) {
        for (index, origin) in origins.iter().enumerate() {
            if let Origin::Stays(from) = *origin {
                self.lock(earlier, index, from);
            }
        }
    }

    /// Keeps what all other slots showed that begin where they began.
    ///
    /// `more` says that they shall have more alternates than before.
    pub(super) fn keep_all(&mut self, earlier: &Earlier<'_>, origins: &[Origin], more: bool) {
        for (index, origin) in origins.iter().enumerate() {
            if let Origin::Stays(from) | Origin::SameCut(from) = *origin {
                self.keep(earlier, index, from);
            }
        }
        for kept in self.kept.iter_mut().flatten().filter(|kept| !kept.locked) {
            kept.lost |= more;
        }
    }

    /// Fills the slots that are not kept, and lets what is new or must be shown take the place of what is.
    /// Whether all was kept.
    pub(super) fn complete(
        &mut self,
        earlier: &Earlier<'_>,
        demands: &[Demand],
        tight: bool,
    ) -> bool {
        let all = self.kept.iter().all(Option::is_some);
        let new = earlier.newness();
        let any_new = new.iter().any(|new| *new != Newness::Known);
        let wanting = any_new || !are_met(&self.assignment, demands);
        let lists = self.shortlists(wanting);
        let (lists, empty) = self.assignment.fill(lists, tight);
        self.lists = lists;
        scarce::fill(&mut self.assignment, &empty);
        let welcomed = any_new && self.welcome(&new);
        let met = self.meet(demands);
        all && !welcomed && !met
    }

    pub(super) fn is_kept(&self, slot: usize) -> bool {
        self.kept.get(slot).is_some_and(Option::is_some)
    }

    /// The slots of whose clips nothing else can be used.
    pub(super) fn gone(&self) -> Vec<usize> {
        let kept = self.kept.iter().zip(0..);
        kept.filter_map(|(kept, slot)| self.is_gone(kept.as_ref()?).then_some(slot))
            .collect()
    }

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
        if !self.still_does(earlier, &clip, frames)
            || !self.may_stay(&clip, vacancy)
            || earlier.is_wanted_less(clip.media)
        {
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
                .filter(|other| self.may_stay(other, vacancy))
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

    /// Whether a clip may be shown where in the song a slot lies, or nothing may.
    fn may_stay(&self, clip: &Clip, vacancy: &Vacancy) -> bool {
        let pool = self.assignment.pool;
        let Some(end) = clip.source_end(vacancy.frames, pool.rate) else {
            return false;
        };
        let range = (clip.source_start, end);
        let slowest = Speed::new(SLOWEST.0, SLOWEST.1);
        let least = slowest.and_then(|speed| need(vacancy.frames, speed, pool.rate));
        pool.windows.allow(clip.media, range, vacancy)
            || least.is_some_and(|least| pool.windows.leave_nothing(pool.sources, vacancy, least))
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

    /// Lets clips that were not on offer before, or are wanted more, take the place of what is worse. Whether
    /// any did.
    fn welcome(&mut self, new: &[Newness]) -> bool {
        let margin = |sources: &[Source<'_>], one: &Candidate| {
            let index = sources.get(one.shown.source).map(|of| of.index);
            let index = index.and_then(|index| usize::try_from(index).ok());
            match index.and_then(|index| new.get(index))? {
                Newness::Known => None,
                Newness::Weightier => Some(WEIGHTIER),
                Newness::Offered => Some(NEWCOMER),
            }
        };
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
            let stay = self.assignment.gain(index, shown);
            let best = list
                .iter()
                .filter(|one| self.assignment.is_free(&one.shown))
                .filter_map(|one| {
                    let margin = margin(self.assignment.pool.sources, one)?;
                    Some((self.assignment.gain(index, one) - margin, one))
                })
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

    /// Lets slots that are not locked show what must be shown. Whether any shows something else for it.
    fn meet(&mut self, demands: &[Demand]) -> bool {
        let locked = |kept: &Kept| kept.locked;
        let open: Vec<bool> = self
            .kept
            .iter()
            .map(|kept| !kept.as_ref().is_some_and(locked))
            .collect();
        let changed = meet(&mut self.assignment, &self.lists, demands, &open);
        for slot in &changed {
            if let Some(kept) = self.kept.get_mut(*slot) {
                *kept = None;
            }
        }
        !changed.is_empty()
    }

    /// A slot of the new plan. One that is kept gets new alternates for those that it lost.
    pub(super) fn slot(&self, index: usize, most: u8) -> Option<Slot> {
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
