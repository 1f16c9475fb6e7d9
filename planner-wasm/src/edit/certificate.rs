//! How far from the best there is a film can be at most.
//!
//! The bound is that of [`Prices`]: what neighbours cost is left out, which only raises it. For films of
//! few slots the best of all can be found, by branch and bound with the same prices.

use super::assignment::{Assignment, Means};
use super::candidates::{Candidate, Pool, Stall};
use super::film::arranged;
use super::prices::{FINE, Prices, SMALL_US, Steps};
use super::request::{EditError, PlanRequest};
use super::score::Shown;
use super::weights::Weights;
use shared::plan::Speed;

/// Rounds of the bound by which the best is searched.
const ROUNDS: u32 = 400;

/// What a film is worth, and what no film of the same slots and windows can exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// Slots of the film.
    pub slots: usize,
    /// Windows that each of them could show, on average.
    pub windows: usize,
    /// What the film is worth, in 1024ths of a point.
    pub worth: i64,
    /// What it could be worth at most.
    pub bound: i64,
}

impl Certificate {
    /// By how much of the bound the film may fall short, in 1000ths of a percent, rounded up.
    #[must_use]
    pub fn gap(&self) -> u64 {
        let short = u128::try_from(self.bound.saturating_sub(self.worth)).unwrap_or(0);
        let bound = u128::try_from(self.bound).unwrap_or(0).max(1);
        u64::try_from((short * 100_000).div_ceil(bound)).unwrap_or(u64::MAX)
    }
}

/// Plans a film and bounds how much better another could be that shows windows of the same kind in
/// the same slots. It takes `rounds` looks at all of them: some hundred for a bound that says something.
///
/// # Errors
/// Those of [`plan`](super::plan).
pub fn certify(request: &PlanRequest, rounds: u32) -> Result<Certificate, EditError> {
    arranged(request, &Weights::default(), |film| {
        Ok(bounded(&film.assignment, rounds))
    })
}

/// What a filled film is worth and could be at most.
pub(super) fn bounded(film: &Assignment<'_>, rounds: u32) -> Certificate {
    Market::of(film).certificate(film, rounds)
}

/// Plans a film and finds the best film there is of windows of the same kind in the same slots:
/// [`Certificate::bound`] is what that is worth. None if more than `steps` partial films would have to be
/// looked at, or if the film shows something twice or slowed, which is beyond comparison.
///
/// # Errors
/// Those of [`plan`](super::plan).
pub fn exhaust(request: &PlanRequest, steps: u64) -> Result<Option<Certificate>, EditError> {
    arranged(request, &Weights::default(), |film| {
        Ok(exhausted(&film.assignment, steps))
    })
}

/// See [`exhaust`].
pub(super) fn exhausted(film: &Assignment<'_>, steps: u64) -> Option<Certificate> {
    let mut market = Market::of(film);
    let found = market.certificate(film, ROUNDS);
    let fresh = (0..found.slots).all(|slot| film.fresh(slot).is_some());
    let best = fresh.then(|| market.exhaust(film, &found, steps));
    best.flatten().map(|bound| Certificate { bound, ..found })
}

/// The windows that every slot chooses from.
struct Market<'a> {
    pool: Pool<'a>,
    stalls: Vec<Stall>,
    /// Of each slot its stalls, and the worth of each of their windows, in fine points.
    slots: Vec<Vec<(usize, Vec<i64>)>>,
    /// Those that the best bound was found with.
    prices: Prices,
    /// The best bound, in fine points.
    best: i64,
}

impl<'a> Market<'a> {
    fn of(assignment: &Assignment<'a>) -> Self {
        let pool = assignment.pool;
        let (mut stalls, own) = pool.stalls(assignment.slots);
        // What a film shows for want of better is in no stall.
        for (filled, own) in assignment.filled.iter().zip(&own) {
            let last = own.first().and_then(|kind| stalls.get_mut(*kind));
            if let (Some(filled), Some(stall)) = (filled, last) {
                let shown = (filled.with.shown, filled.with.measures);
                if !stall.windows.contains(&shown) {
                    stall.windows.push(shown);
                }
            }
        }
        let slots = assignment.slots.iter().zip(own).map(|(slot, own)| {
            let of = |kind: usize| {
                let windows = stalls.get(kind).map_or(&[][..], |stall| &stall.windows);
                let worth = |(shown, measures): &(Shown, _)| pool.worth(slot, shown, measures);
                (kind, windows.iter().map(|one| worth(one) * FINE).collect())
            };
            own.into_iter().map(of).collect()
        });
        let slots = slots.collect();
        let shown = stalls.iter().flat_map(|stall| &stall.windows);
        let scenes = shown
            .flat_map(|(shown, _)| shown.seen.iter())
            .map(|(scene, _)| scene)
            .max();
        let scenes = scenes.map_or(0, |most| most + 1);
        let prices = Prices::new(pool, assignment.slots.len(), scenes, SMALL_US);
        Self {
            pool,
            stalls,
            slots,
            prices,
            best: i64::MAX,
        }
    }

    /// What each window costs now.
    fn costs(&self) -> Vec<Vec<i64>> {
        let of = |stall: &Stall| {
            let windows = stall.windows.iter();
            windows
                .map(|(shown, _)| self.prices.of(self.pool, shown))
                .collect()
        };
        self.stalls.iter().map(of).collect()
    }

    fn certificate(&mut self, assignment: &Assignment<'_>, rounds: u32) -> Certificate {
        let worth = assignment.worth();
        let mut steps = Steps::default();
        let mut kept = self.prices.clone();
        for _ in 0..rounds.max(1) {
            let mut value = self.prices.total();
            let costs = self.costs();
            let mut asked: Vec<Shown> = Vec::with_capacity(self.slots.len());
            for slot in &self.slots {
                let mut best: Option<(i64, usize, usize)> = None;
                for (kind, worths) in slot {
                    let costs = costs.get(*kind).map_or(&[][..], Vec::as_slice);
                    for (at, (worth, cost)) in worths.iter().zip(costs).enumerate() {
                        if best.is_none_or(|best| worth - cost > best.0) {
                            best = Some((worth - cost, *kind, at));
                        }
                    }
                }
                if let Some((net, kind, at)) = best {
                    value += net;
                    let stall = self.stalls.get(kind);
                    asked.extend(
                        stall
                            .and_then(|s| s.windows.get(at))
                            .map(|(shown, _)| *shown),
                    );
                }
            }
            if value < steps.best {
                kept.clone_from(&self.prices);
            }
            let room = steps.room(value, worth * FINE);
            if !self.prices.adjust(self.pool, &asked, room) {
                break;
            }
        }
        self.prices = kept;
        self.best = steps.best;
        let windows: usize = self
            .slots
            .iter()
            .flatten()
            .map(|(_, worths)| worths.len())
            .sum();
        Certificate {
            slots: self.slots.len(),
            windows: windows / self.slots.len().max(1),
            worth,
            bound: self.best.div_euclid(FINE) + 1,
        }
    }

    /// What the best film is worth: every choice is tried whose regret at the prices still lets the whole
    /// be better than the best so far. None if that takes more than so many `steps`.
    fn exhaust(
        &mut self,
        assignment: &Assignment<'_>,
        known: &Certificate,
        steps: u64,
    ) -> Option<i64> {
        self.prices.total();
        let costs = self.costs();
        // Of each slot all windows, the least regretted first.
        let choices: Vec<Vec<(i64, Candidate)>> = self
            .slots
            .iter()
            .map(|slot| {
                let mut all: Vec<(i64, Candidate)> = Vec::new();
                for (kind, worths) in slot {
                    let (stall, costs) = (self.stalls.get(*kind)?, costs.get(*kind)?);
                    for ((worth, cost), (shown, measures)) in
                        worths.iter().zip(costs).zip(&stall.windows)
                    {
                        let one = Candidate {
                            shown: *shown,
                            speed: Speed::default(),
                            measures: *measures,
                            worth: worth / FINE,
                        };
                        all.push((worth - cost, one));
                    }
                }
                let most = all.iter().map(|(net, _)| *net).max()?;
                for (net, _) in &mut all {
                    *net = most - *net;
                }
                all.sort_by_key(|(regret, one)| (*regret, one.shown.source, one.shown.start_us));
                Some(all)
            })
            .collect::<Option<_>>()?;
        let mut search = Search {
            film: Assignment::new(self.pool, assignment.slots),
            choices: &choices,
            bound: self.best,
            best: known.worth,
            steps,
        };
        search.from(0, 0, 0).then_some(search.best)
    }
}

/// A search for the best film, slot by slot.
struct Search<'a> {
    film: Assignment<'a>,
    choices: &'a [Vec<(i64, Candidate)>],
    /// What no film exceeds, in fine points, before regrets.
    bound: i64,
    best: i64,
    steps: u64,
}

impl Search<'_> {
    /// Tries all there is from `slot` on; what is filled is worth `worth` and is regretted by `regret`.
    /// Whether it came to an end.
    fn from(&mut self, slot: usize, worth: i64, regret: i64) -> bool {
        let choices = self.choices;
        let Some(own) = choices.get(slot) else {
            self.best = self.best.max(worth);
            return true;
        };
        for (more, one) in own {
            if self.bound - regret - more <= self.best * FINE {
                break;
            }
            let Some(left) = self.steps.checked_sub(1) else {
                return false;
            };
            self.steps = left;
            if self.film.is_free(&one.shown) {
                let gain = self.film.gain(slot, one);
                self.film.put(slot, *one, Means::default());
                let done = self.from(slot + 1, worth + gain, regret + more);
                self.film.take_out(slot);
                if !done {
                    return false;
                }
            }
        }
        true
    }
}
