//! The slots of a film, what fills them, and what it is worth together.
//!
//! Filling and emptying slots keeps count of what is shown of each source, family and scene, so that
//! what one more window would add is told from these and the slot's neighbours alone.

use super::candidates::{Candidate, Pool};
use super::scenes::{INSTANTS, Take};
use super::score::{NEAR_SLOTS, Shown, apart, beside, why};
use super::slots::Vacancy;
use super::sources::Stretch;
use shared::plan::CutKind;

/// No slot of any film.
const NOWHERE: usize = usize::MAX;

/// What is wrong with a slot's footage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Fault {
    #[default]
    None,
    /// More of it is defective than would normally do.
    Weak,
    /// It ends before the slot does; the renderer holds its last picture.
    Short,
}

/// How a slot came by its footage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Means {
    /// The footage, or part of it, is shown elsewhere too.
    pub(super) reused: bool,
    /// What is wrong with it.
    pub(super) fault: Fault,
    /// It is bound to other parts of the song.
    pub(super) astray: bool,
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
    /// Slots that show what must be shown.
    musts: Vec<bool>,
    /// Of each source, what is shown of it: start, end, slot; in no order.
    taken: Vec<Vec<(u64, u64, usize)>>,
    /// How many slots show each family of sources.
    used: Vec<usize>,
    /// How many slots show each scene, by the number of instants at which they do.
    seen: Vec<[usize; INSTANTS + 1]>,
    /// How many slots show each take of a clip, and how many each kin of takes.
    own: Vec<usize>,
    kin: Vec<usize>,
}

impl<'a> Assignment<'a> {
    pub(super) fn new(pool: Pool<'a>, slots: &'a [Vacancy]) -> Self {
        Self {
            pool,
            slots,
            filled: vec![None; slots.len()],
            held: vec![false; slots.len()],
            musts: vec![false; slots.len()],
            taken: vec![Vec::new(); pool.sources.len()],
            used: vec![0; pool.sources.len()],
            seen: Vec::new(),
            own: Vec::new(),
            kin: Vec::new(),
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
            + self.pool.weights.another_use(self.uses(one.shown.family))
            + self.shown_before(&one.shown)
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
        let uses = self.uses(one.shown.family);
        let uses = uses.saturating_sub(own(&|shown| shown.family == one.shown.family));
        let before = self.scenes_before(&one.shown, shown.as_ref());
        let copies = self.beside_copies(&one.shown, shown.as_ref());
        let others = [
            ("weight of the clip", self.favour(&one.shown)),
            ("clip shown seldom", self.pool.weights.another_use(uses)),
            ("scene shown elsewhere too", before),
            ("copy of a clip shown", copies),
            ("beside its neighbours", self.beside_both(slot, &one.shown)),
            ("shown a few shots away", self.shown_near(slot, &one.shown)),
        ];
        let why = why(&self.pool.weights, vacancy, &one.measures, &others);
        let must = shown == Some(one.shown) && self.is_must(slot);
        Some(if must {
            format!("must be shown: {why}")
        } else {
            why
        })
    }

    fn favour(&self, shown: &Shown) -> i64 {
        let source = self.pool.sources.get(shown.source);
        source.map_or(0, |source| source.favour)
    }

    /// `V` with all that stands near.
    pub(super) fn between_neighbours(&self, slot: usize, shown: &Shown) -> i64 {
        self.beside_both(slot, shown) + self.shown_near(slot, shown)
    }

    fn at(&self, slot: usize) -> Option<&Shown> {
        Some(&self.filled.get(slot)?.as_ref()?.with.shown)
    }

    /// What the cuts at both ends cost.
    fn beside_both(&self, slot: usize, shown: &Shown) -> i64 {
        let weights = &self.pool.weights;
        let sources = self.pool.sources;
        let left = slot.checked_sub(1).and_then(|at| self.at(at));
        let left = left.map_or(0, |left| {
            beside(weights, sources, left, shown, self.breaks(slot))
        });
        let right = self.at(slot + 1).map_or(0, |right| {
            beside(weights, sources, shown, right, self.breaks(slot + 1))
        });
        left + right
    }

    /// What it costs that the same is shown a few slots away.
    fn shown_near(&self, slot: usize, shown: &Shown) -> i64 {
        let near = (2..NEAR_SLOTS).flat_map(|apart_by| {
            let left = slot.checked_sub(apart_by).and_then(|at| self.at(at));
            let both = left.into_iter().chain(self.at(slot + apart_by));
            both.map(move |other| apart(&self.pool.weights, shown, other, apart_by))
        });
        near.sum()
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

    /// How many slots show a source of a [`family`](super::sources::Source).
    pub(super) fn uses(&self, family: usize) -> usize {
        self.used.get(family).copied().unwrap_or(0)
    }

    /// How many slots show a take of a clip, and how many its kin.
    pub(super) fn shows(&self, take: Take) -> (usize, usize) {
        let of = |counts: &[usize], at: usize| counts.get(at).copied().unwrap_or(0);
        (of(&self.own, take.own), of(&self.kin, take.kin))
    }

    /// At how many instants a slot shows a scene, of all slots the most, `but` for one of so many instants.
    pub(super) fn most_seen(&self, scene: usize, but: usize) -> usize {
        let Some(slots) = self.seen.get(scene) else {
            return 0;
        };
        let others = slots.iter().enumerate().rev();
        let mut others = others.map(|(instants, slots)| {
            let own = usize::from(instants == but && but > 0);
            (instants, slots.saturating_sub(own))
        });
        let most = others.find(|(_, slots)| *slots > 0);
        most.map_or(0, |(instants, _)| instants)
    }

    /// What it costs (not above 0) that scenes of a window and copies of its take are shown elsewhere.
    fn shown_before(&self, shown: &Shown) -> i64 {
        self.scenes_before(shown, None) + self.beside_copies(shown, None)
    }

    /// What it costs that scenes of a window are shown elsewhere, `but` for one window.
    fn scenes_before(&self, shown: &Shown, but: Option<&Shown>) -> i64 {
        let again = |(scene, instants): (usize, usize)| {
            let own = but.map_or(0, |but| but.seen.instants(scene));
            let most = self.most_seen(scene, own);
            self.pool.weights.shown_again(instants.min(most))
        };
        shown.seen.iter().map(again).sum()
    }

    /// What it costs that copies of a window's take are shown and it is not, `but` for one window.
    fn beside_copies(&self, shown: &Shown, but: Option<&Shown>) -> i64 {
        let Some(take) = shown.take else { return 0 };
        let (own, kin) = self.shows(take);
        let less =
            |of: &dyn Fn(Take) -> bool| usize::from(but.and_then(|but| but.take).is_some_and(of));
        let own = own.saturating_sub(less(&|but| but.own == take.own));
        let kin = kin.saturating_sub(less(&|but| but.kin == take.kin));
        self.pool.weights.beside_copies(own, kin)
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

    /// Keeps a slot as it is, since what it shows must be shown.
    pub(super) fn hold_must(&mut self, slot: usize) {
        self.hold(slot);
        if let Some(must) = self.musts.get_mut(slot) {
            *must = true;
        }
    }

    /// Whether a slot shows what it shows since that must be shown.
    pub(super) fn is_must(&self, slot: usize) -> bool {
        self.musts.get(slot) == Some(&true)
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
        self.count(&shown, |count| *count += 1);
    }

    /// Changes how often what a window shows is shown.
    fn count(&mut self, shown: &Shown, change: impl Fn(&mut usize)) {
        for (scene, instants) in shown.seen.iter() {
            if scene >= self.seen.len() {
                self.seen.resize(scene + 1, [0; INSTANTS + 1]);
            }
            let slots = self.seen.get_mut(scene);
            let slots = slots.and_then(|slots| slots.get_mut(instants));
            slots.into_iter().for_each(&change);
        }
        let one = |counts: &mut Vec<usize>, at: usize| {
            if at >= counts.len() {
                counts.resize(at + 1, 0);
            }
            counts.get_mut(at).into_iter().for_each(&change);
        };
        if let Some(take) = shown.take {
            one(&mut self.own, take.own);
            one(&mut self.kin, take.kin);
        }
        one(&mut self.used, shown.family);
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
        self.count(&filled.with.shown, |count| {
            *count = count.saturating_sub(1);
        });
    }

    /// Worth of the whole: the objective.
    pub(super) fn worth(&self) -> i64 {
        let weights = &self.pool.weights;
        let own: i64 = self
            .filled
            .iter()
            .flatten()
            .map(|filled| filled.with.worth)
            .sum();
        let pairs: i64 = (0..self.slots.len())
            .filter_map(|slot| {
                let right = self.at(slot)?;
                let before = |by: usize| slot.checked_sub(by).and_then(|at| self.at(at));
                let cut = before(1).map_or(0, |left| {
                    beside(weights, self.pool.sources, left, right, self.breaks(slot))
                });
                let near: i64 = (2..NEAR_SLOTS)
                    .filter_map(|by| Some(apart(weights, before(by)?, right, by)))
                    .sum();
                Some(cut + near)
            })
            .sum();
        let uses: i64 = self
            .used
            .iter()
            .map(|uses| (0..*uses).map(|n| weights.another_use(n)).sum::<i64>())
            .sum();
        // Of each scene the slot that shows it longest is free.
        let scenes: i64 = (0..self.seen.len())
            .zip(&self.seen)
            .map(|(scene, slots)| {
                let all: i64 = (0..)
                    .zip(slots)
                    .map(|(instants, slots)| {
                        let slots = i64::try_from(*slots).unwrap_or(0);
                        weights.shown_again(instants) * slots
                    })
                    .sum();
                all - weights.shown_again(self.most_seen(scene, 0))
            })
            .sum();
        // Of each kin the takes of one clip are free.
        let shown = |counts: &[usize]| counts.iter().filter(|shows| **shows > 0).count();
        let spare = shown(&self.own).saturating_sub(shown(&self.kin));
        let spare = i64::try_from(spare).unwrap_or(0);
        own + pairs + uses + scenes - weights.copies * spare
    }
}
