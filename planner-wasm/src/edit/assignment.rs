//! The slots of a film, what fills them, and what it is worth together.
//!
//! Filling and emptying slots keeps count of what is shown of each source, family and scene, so that
//! what one more window would add is told from these and the slot's neighbours alone.

use super::candidates::{Candidate, Pool};
use super::score::{Shown, again, another_use, beside, why};
use super::slots::Vacancy;
use super::sources::Stretch;
use shared::plan::CutKind;

/// No slot of any film.
const NOWHERE: usize = usize::MAX;

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

/// The slots and what fills them so far.
#[derive(Debug, Clone)]
pub(super) struct Assignment<'a> {
    pub(super) pool: Pool<'a>,
    pub(super) slots: &'a [Vacancy],
    pub(super) filled: Vec<Option<Filled>>,
    /// Slots that stay as they are, whatever would be better.
    held: Vec<bool>,
    /// Of each source, what is shown of it: start, end, slot; in no order.
    taken: Vec<Vec<(u64, u64, usize)>>,
    /// How many slots show each family of sources, and each scene.
    used: Vec<usize>,
    seen: Vec<usize>,
}

impl<'a> Assignment<'a> {
    pub(super) fn new(pool: Pool<'a>, slots: &'a [Vacancy]) -> Self {
        Self {
            pool,
            slots,
            filled: vec![None; slots.len()],
            held: vec![false; slots.len()],
            taken: vec![Vec::new(); pool.sources.len()],
            used: vec![0; pool.sources.len()],
            seen: Vec::new(),
        }
    }

    /// What fills `slot`, if it is footage of its own at its list's terms and may change.
    pub(super) fn fresh(&self, slot: usize) -> Option<Candidate> {
        if self.is_held(slot) {
            return None;
        }
        let filled = self.filled.get(slot)?.as_ref()?;
        (filled.means == Means::default() && filled.with.speed.is_normal()).then_some(filled.with)
    }

    /// What `one` would add to the whole in `slot`, which is empty.
    pub(super) fn gain(&self, slot: usize, one: &Candidate) -> i64 {
        one.worth
            + another_use(self.uses(one.shown.source))
            + again(self.times(one.shown.scene))
            + self.between_neighbours(slot, &one.shown)
    }

    /// Why `one` is chosen for `slot`, or could be, for people.
    pub(super) fn why(&self, slot: usize, one: &Candidate) -> Option<String> {
        let vacancy = self.slots.get(slot)?;
        let shown = self
            .filled
            .get(slot)?
            .as_ref()
            .map(|filled| filled.with.shown);
        // What the slot itself shows counts as shown elsewhere for others only.
        let own = |of: &dyn Fn(&Shown) -> bool| usize::from(shown.as_ref().is_some_and(of));
        let uses = self.uses(one.shown.source)
            - own(&|shown| self.family(shown.source) == self.family(one.shown.source))
                .min(self.uses(one.shown.source));
        let times = self.times(one.shown.scene);
        let times = times - own(&|shown| shown.scene == one.shown.scene).min(times);
        let others = [
            ("clip shown seldom", another_use(uses)),
            ("scene shown before", again(times)),
            (
                "beside its neighbours",
                self.between_neighbours(slot, &one.shown),
            ),
        ];
        Some(why(vacancy, &one.measures, &others))
    }

    /// `V` with both neighbours.
    pub(super) fn between_neighbours(&self, slot: usize, shown: &Shown) -> i64 {
        let of = |at: usize| {
            self.filled
                .get(at)?
                .as_ref()
                .map(|filled| filled.with.shown)
        };
        let left = slot.checked_sub(1).and_then(of).map_or(0, |left| {
            beside(self.pool.sources, &left, shown, self.breaks(slot))
        });
        let right = of(slot + 1).map_or(0, |right| {
            beside(self.pool.sources, shown, &right, self.breaks(slot + 1))
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

    /// Whether no slot shows any of it.
    pub(super) fn is_free(&self, shown: &Shown) -> bool {
        self.owners(shown).next().is_none()
    }

    /// How many slots show a source, or one that shows much the same.
    pub(super) fn uses(&self, source: usize) -> usize {
        let used = self.used.get(self.family(source));
        used.copied().unwrap_or(0)
    }

    /// See [`Source::family`](super::sources::Source).
    pub(super) fn family(&self, source: usize) -> usize {
        let source = self.pool.sources.get(source);
        source.map_or(usize::MAX, |source| source.family)
    }

    /// How many slots show a scene; 0 if it is not known.
    pub(super) fn times(&self, scene: Option<u32>) -> usize {
        let index = scene.and_then(|scene| usize::try_from(scene).ok());
        index
            .and_then(|index| self.seen.get(index))
            .copied()
            .unwrap_or(0)
    }

    fn seen_at(&mut self, scene: Option<u32>) -> Option<&mut usize> {
        let index = usize::try_from(scene?).ok()?;
        if index >= self.seen.len() {
            self.seen.resize(index + 1, 0);
        }
        self.seen.get_mut(index)
    }

    /// Whether a section begins at a slot.
    pub(super) fn breaks(&self, slot: usize) -> bool {
        self.slots
            .get(slot)
            .and_then(|slot| slot.cut)
            .is_some_and(|cut| cut.on == CutKind::Section)
    }

    /// What is taken of a source, in order of time; where footage is shown twice, ranges overlap.
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

    /// Keeps a slot as it is from now on, filled or not.
    pub(super) fn hold(&mut self, slot: usize) {
        if let Some(held) = self.held.get_mut(slot) {
            *held = true;
        }
    }

    pub(super) fn is_held(&self, slot: usize) -> bool {
        self.held.get(slot).copied().unwrap_or(false)
    }

    /// Passes for shown somewhere: footage that no slot is to take.
    pub(super) fn shun(&mut self, shown: &Shown) {
        if let Some(taken) = self.taken.get_mut(shown.source) {
            taken.push((shown.start_us, shown.end_us, NOWHERE));
        }
    }

    /// Everything shunned may be shown again.
    pub(super) fn relent(&mut self) {
        for taken in &mut self.taken {
            taken.retain(|(.., slot)| *slot != NOWHERE);
        }
    }

    pub(super) fn put(&mut self, slot: usize, with: Candidate, means: Means) {
        let shown = with.shown;
        if let Some(place) = self.filled.get_mut(slot) {
            *place = Some(Filled { with, means });
        }
        if let Some(taken) = self.taken.get_mut(shown.source) {
            taken.push((shown.start_us, shown.end_us, slot));
        }
        if let Some(times) = self.seen_at(shown.scene) {
            *times += 1;
        }
        let family = self.family(shown.source);
        if let Some(uses) = self.used.get_mut(family) {
            *uses += 1;
        }
    }

    /// The slots that show footage of `stretch`, in its order; none if one of them is not
    /// footage of its own at normal speed or reaches outside.
    pub(super) fn inside(&self, source: usize, stretch: Stretch) -> Option<Vec<usize>> {
        let mut inside: Vec<(u64, usize)> = Vec::new();
        for (start, end, slot) in self.taken.get(source)? {
            if *start >= stretch.end_us || stretch.start_us >= *end {
                continue;
            }
            if *start < stretch.start_us || *end > stretch.end_us || self.fresh(*slot).is_none() {
                return None;
            }
            inside.push((*start, *slot));
        }
        inside.sort_unstable();
        Some(inside.into_iter().map(|(_, slot)| slot).collect())
    }

    pub(super) fn take_out(&mut self, slot: usize) {
        let Some(filled) = self.filled.get_mut(slot).and_then(Option::take) else {
            return;
        };
        if let Some(taken) = self.taken.get_mut(filled.with.shown.source) {
            taken.retain(|(.., owner)| *owner != slot);
        }
        if let Some(times) = self.seen_at(filled.with.shown.scene) {
            *times = times.saturating_sub(1);
        }
        let family = self.family(filled.with.shown.source);
        if let Some(uses) = self.used.get_mut(family) {
            *uses = uses.saturating_sub(1);
        }
    }

    /// Worth of the whole: the objective.
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
                let breaks = self.breaks(slot);
                Some(beside(self.pool.sources, &left, &right, breaks))
            })
            .sum();
        let uses: i64 = self
            .used
            .iter()
            .map(|uses| (0..*uses).map(another_use).sum::<i64>())
            .sum();
        let scenes: i64 = self
            .seen
            .iter()
            .map(|times| (0..*times).map(again).sum::<i64>())
            .sum();
        own + pairs + uses + scenes
    }
}
