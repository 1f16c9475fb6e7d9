//! Filling the slots: exclusive footage, greatest worth together.
//!
//! Slots that matter most choose first; then sweeps let each slot take what is better for the
//! whole, moving at most one other slot out of the way (an ejection). Effort is counted in
//! candidates looked at, not in time, so that every machine stops at the same plan.

use super::candidates::{Candidate, Pool};
use super::score::{Shown, another_use, beside};
use super::slots::Vacancy;
use shared::plan::CutKind;

/// Candidates that the sweeps may look at.
const EFFORT: u64 = 400_000;
/// Most sweeps.
const SWEEPS: usize = 12;

/// How a slot came by its footage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Means {
    /// The footage, or part of it, is shown elsewhere too.
    pub(super) reused: bool,
    /// More of it is defective than would normally do.
    pub(super) weak: bool,
    /// It ends before the slot does; the renderer holds its last picture.
    pub(super) short: bool,
}

/// A slot's footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) with: Candidate,
    pub(super) means: Means,
}

/// A change for the better.
#[derive(Debug, Clone, Copy)]
struct Move {
    gain: i64,
    with: Candidate,
    /// The slot that must give way, and what it shows then.
    ejects: Option<(usize, Candidate)>,
}

/// The slots and what fills them so far.
#[derive(Debug, Clone)]
pub(super) struct Assignment<'a> {
    pub(super) pool: Pool<'a>,
    pub(super) slots: &'a [Vacancy],
    pub(super) filled: Vec<Option<Filled>>,
    /// Of each source, what is shown of it: start, end, slot; in no order.
    taken: Vec<Vec<(u64, u64, usize)>>,
}

impl<'a> Assignment<'a> {
    pub(super) fn new(pool: Pool<'a>, slots: &'a [Vacancy]) -> Self {
        Self {
            pool,
            slots,
            filled: vec![None; slots.len()],
            taken: vec![Vec::new(); pool.sources.len()],
        }
    }

    /// Gives every slot, weightiest first, the best of its list that is still free. Returns the
    /// slots that found none.
    pub(super) fn greedy(&mut self, lists: &[Vec<Candidate>]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.slots.len()).collect();
        order.sort_by_key(|slot| (self.slots.get(*slot).map(|s| -s.weight), *slot));
        order.retain(|slot| {
            let best = lists
                .get(*slot)
                .into_iter()
                .flatten()
                .filter(|one| self.is_free(&one.shown, None))
                .map(|one| (self.gain(*slot, one), one))
                .max_by_key(|(gain, one)| {
                    (
                        *gain,
                        std::cmp::Reverse((one.shown.source, one.shown.start_us)),
                    )
                });
            match best {
                Some((_, one)) => {
                    self.put(*slot, *one, Means::default());
                    false
                }
                None => true,
            }
        });
        order
    }

    /// Improves the whole by moving single slots, or one slot and the one in its way.
    pub(super) fn improve(&mut self, lists: &[Vec<Candidate>]) {
        let mut effort = 0;
        for _ in 0..SWEEPS {
            let mut moved = false;
            for slot in 0..self.slots.len() {
                moved |= self.improve_slot(slot, lists, &mut effort);
                if effort > EFFORT {
                    return;
                }
            }
            if !moved {
                return;
            }
        }
    }

    fn improve_slot(&mut self, slot: usize, lists: &[Vec<Candidate>], effort: &mut u64) -> bool {
        let Some(old) = self.fresh(slot) else {
            return false;
        };
        let Some(list) = lists.get(slot) else {
            return false;
        };
        self.take_out(slot);
        let stay = self.gain(slot, &old);
        let mut best: Option<Move> = None;
        for one in list {
            *effort += 1;
            let floor = best.map_or(0, |best| best.gain);
            let gain = self.gain(slot, one) - stay;
            if gain <= floor {
                continue;
            }
            let mut owners = self.owners(&one.shown);
            let (first, second) = (owners.next(), owners.next());
            drop(owners);
            let ejected = match (first, second) {
                (None, _) => Some((0, None)),
                (Some(owner), None) => self
                    .ejected(owner, slot, one, lists, effort)
                    .map(|(loss, other)| (loss, Some((owner, other)))),
                _ => None,
            };
            if let Some((loss, ejects)) = ejected
                && gain - loss > floor
            {
                best = Some(Move {
                    gain: gain - loss,
                    with: *one,
                    ejects,
                });
            }
        }
        let Some(chosen) = best else {
            self.put(slot, old, Means::default());
            return false;
        };
        if let Some((owner, other)) = chosen.ejects {
            self.take_out(owner);
            self.put(owner, other, Means::default());
        }
        self.put(slot, chosen.with, Means::default());
        true
    }

    /// The best that `owner` can do if `slot` takes `one`, and what that costs.
    fn ejected(
        &mut self,
        owner: usize,
        slot: usize,
        one: &Candidate,
        lists: &[Vec<Candidate>],
        effort: &mut u64,
    ) -> Option<(i64, Candidate)> {
        let had = self.fresh(owner)?;
        // What both are worth with the owner where it is, seen from the open slot.
        let apart = self.gain(slot, one);
        self.take_out(owner);
        let before = self.gain(owner, &had);
        self.put(slot, *one, Means::default());
        let mut best: Option<(i64, Candidate)> = None;
        for other in lists.get(owner)? {
            *effort += 1;
            if self.is_free(&other.shown, None) {
                let gain = self.gain(owner, other);
                if best.is_none_or(|best| gain > best.0) {
                    best = Some((gain, *other));
                }
            }
        }
        self.take_out(slot);
        let together = self.gain(slot, one);
        self.put(owner, had, Means::default());
        // Total change is (together + new) - before - stay; the caller counts apart - stay.
        best.map(|(gain, other)| (apart + before - together - gain, other))
    }

    /// What fills `slot`, if it is footage of its own at its list's terms.
    fn fresh(&self, slot: usize) -> Option<Candidate> {
        let filled = self.filled.get(slot)?.as_ref()?;
        (filled.means == Means::default() && filled.with.speed.is_normal()).then_some(filled.with)
    }

    /// What `one` would add to the whole in `slot`, which is empty.
    pub(super) fn gain(&self, slot: usize, one: &Candidate) -> i64 {
        let uses = self.taken.get(one.shown.source).map_or(0, Vec::len);
        one.worth + another_use(uses) + self.between_neighbours(slot, &one.shown)
    }

    /// `V` with both neighbours.
    pub(super) fn between_neighbours(&self, slot: usize, shown: &Shown) -> i64 {
        let breaks = |at: usize| {
            self.slots
                .get(at)
                .is_some_and(|slot| slot.cut.on == CutKind::Section)
        };
        let of = |at: usize| {
            self.filled
                .get(at)?
                .as_ref()
                .map(|filled| filled.with.shown)
        };
        let left = slot.checked_sub(1).and_then(of).map_or(0, |left| {
            beside(self.pool.sources, &left, shown, breaks(slot))
        });
        let right = of(slot + 1).map_or(0, |right| {
            beside(self.pool.sources, shown, &right, breaks(slot + 1))
        });
        left + right
    }

    /// The slots that show part of the same footage.
    pub(super) fn owners(&self, shown: &Shown) -> impl Iterator<Item = usize> {
        self.taken
            .get(shown.source)
            .into_iter()
            .flatten()
            .filter(|(start, end, _)| *start < shown.end_us && shown.start_us < *end)
            .map(|(.., slot)| *slot)
    }

    /// Whether no slot but `except` shows any of it.
    pub(super) fn is_free(&self, shown: &Shown, except: Option<usize>) -> bool {
        self.owners(shown).all(|owner| Some(owner) == except)
    }

    /// What is taken of a source, in order of time, overlaps joined.
    pub(super) fn taken(&self, source: usize) -> Vec<(u64, u64)> {
        let mut taken: Vec<(u64, u64)> = self
            .taken
            .get(source)
            .into_iter()
            .flatten()
            .map(|(start, end, _)| (*start, *end))
            .collect();
        taken.sort_unstable();
        taken
    }

    pub(super) fn put(&mut self, slot: usize, with: Candidate, means: Means) {
        let shown = with.shown;
        if let Some(place) = self.filled.get_mut(slot) {
            *place = Some(Filled { with, means });
        }
        if let Some(taken) = self.taken.get_mut(shown.source) {
            taken.push((shown.start_us, shown.end_us, slot));
        }
    }

    fn take_out(&mut self, slot: usize) {
        if let Some(filled) = self.filled.get_mut(slot).and_then(Option::take)
            && let Some(taken) = self.taken.get_mut(filled.with.shown.source)
        {
            taken.retain(|(.., owner)| *owner != slot);
        }
    }

    /// Worth of the whole: the objective.
    #[cfg(test)]
    pub(super) fn worth(&self) -> i64 {
        let own: i64 = self
            .filled
            .iter()
            .flatten()
            .map(|filled| filled.with.worth)
            .sum();
        let pairs: i64 = (1..self.slots.len())
            .filter_map(|slot| {
                let left = self.filled.get(slot - 1)?.as_ref()?.with.shown;
                let right = self.filled.get(slot)?.as_ref()?.with.shown;
                let breaks = self.slots.get(slot)?.cut.on == CutKind::Section;
                Some(beside(self.pool.sources, &left, &right, breaks))
            })
            .sum();
        let uses: i64 = self
            .taken
            .iter()
            .map(|taken| (0..taken.len()).map(another_use).sum::<i64>())
            .sum();
        own + pairs + uses
    }
}
