//! What footage, scenes and uses of clips are asked for, so that slots that choose for themselves
//! choose differently.
//!
//! These are the multipliers of a Lagrangian relaxation (Fisher, *The Lagrangian relaxation method for
//! solving integer programming problems*, 1981): whatever price is set on each cell of footage, on each
//! scene and on each use of a clip, the sum of what every slot would choose for itself at these prices
//! and of the prices is at least what any film without overlaps is worth. Prices that bring it down are
//! found by the subgradient method with Polyak's step. What neighbours cost is left out, which only
//! raises the bound.

use super::candidates::{Candidate, Pool};
use super::scenes::WHOLE;
use super::score::Shown;
use super::weights::USES;

/// Fractions of a point that prices are set in.
pub(super) const FINE: i64 = 256;
/// Rounds without a better bound after which steps are halved.
const PATIENCE: u32 = 12;
/// Cells of footage, in microseconds; windows that share a whole one overlap. Small ones miss fewer
/// overlaps and cost more time.
pub(super) const SMALL_US: u64 = 20_000;
/// The same where time is short.
const LARGE_US: u64 = 50_000;

/// What is asked for, in fine points.
#[derive(Debug, Clone)]
pub(super) struct Prices {
    cell_us: u64,
    /// Of each cell of each source, and their sums from the start.
    cells: Vec<Vec<i64>>,
    sums: Vec<Vec<i64>>,
    /// Of each scene at one instant.
    scenes: Vec<i64>,
    /// What a use of each family of sources is taken to add.
    uses: Vec<i64>,
    /// What its first use adds, its second and so on.
    worths: [i64; USES],
    most_scene: i64,
}

impl Prices {
    /// Nothing costs anything, and every use of a clip adds what its next would if `slots` are spread
    /// over all clips evenly.
    pub(super) fn new(pool: Pool<'_>, slots: usize, scenes: usize, cell_us: u64) -> Self {
        let length = |source: &super::sources::Source<'_>| {
            let us = source
                .footage
                .end_us
                .saturating_sub(source.footage.start_us);
            usize::try_from(us / cell_us).unwrap_or(0)
        };
        let lengths: Vec<usize> = pool.sources.iter().map(length).collect();
        let worths = pool.weights.uses.map(|worth| worth * FINE);
        let families = pool.sources.iter().zip(0..);
        let families = families.filter(|(source, at)| source.family == *at).count();
        let last = worths.get(slots / families.max(1)).copied().unwrap_or(0);
        Self {
            cell_us,
            cells: lengths.iter().map(|length| vec![0; *length]).collect(),
            sums: lengths.iter().map(|length| vec![0; length + 1]).collect(),
            scenes: vec![0; scenes],
            uses: vec![last; lengths.len()],
            worths,
            most_scene: -pool.weights.shown_again(1) * FINE,
        }
    }

    /// What all prices together add to the bound.
    pub(super) fn total(&mut self) -> i64 {
        let mut total = WHOLE * self.scenes.iter().sum::<i64>();
        for (cells, sums) in self.cells.iter().zip(&mut self.sums) {
            let mut sum = 0;
            for (place, price) in sums.iter_mut().skip(1).zip(cells) {
                sum += price;
                *place = sum;
            }
            total += sum;
        }
        for price in &self.uses {
            let added = self.worths.iter().map(|worth| (worth - price).max(0));
            total += added.sum::<i64>();
        }
        total
    }

    /// The cells that a window covers whole: two windows that share one overlap.
    fn whole_cells(&self, pool: Pool<'_>, shown: &Shown) -> (usize, usize) {
        let start = pool
            .sources
            .get(shown.source)
            .map_or(0, |of| of.footage.start_us);
        let cell = |us: u64| usize::try_from(us).unwrap_or(usize::MAX);
        let first = shown.start_us.saturating_sub(start).div_ceil(self.cell_us);
        let end = cell(shown.end_us.saturating_sub(start) / self.cell_us);
        (cell(first).min(end), end)
    }

    /// Of footage alone.
    pub(super) fn of_footage(&self, pool: Pool<'_>, shown: &Shown) -> i64 {
        let (first, end) = self.whole_cells(pool, shown);
        let sum = |n: usize| self.sums.get(shown.source).and_then(|sums| sums.get(n));
        match (sum(first), sum(end)) {
            (Some(first), Some(end)) => end - first,
            _ => 0,
        }
    }

    /// Of a window, with its scenes, less what its use adds.
    pub(super) fn of(&self, pool: Pool<'_>, shown: &Shown) -> i64 {
        let scenes = shown
            .seen
            .iter()
            .filter_map(|(n, instants)| Some(self.scenes.get(n)? * i64::try_from(instants).ok()?));
        let added = self.uses.get(shown.family).copied().unwrap_or(0);
        self.of_footage(pool, shown) + scenes.sum::<i64>() - added
    }

    /// Raises the price of what is asked for more than once and lowers that of what nobody asks for, by
    /// Polyak's step: `room` is how far the bound is from what it is to come down to. Whether there was
    /// anything to change.
    pub(super) fn adjust(&mut self, pool: Pool<'_>, asked: &[Shown], room: i64) -> bool {
        // How much less of each is asked for than there is; for uses, than their price would call for.
        let mut cells: Vec<Vec<i64>> = self.cells.iter().map(|t| vec![1; t.len()]).collect();
        let mut scenes = vec![WHOLE; self.scenes.len()];
        let mut uses = vec![0_i64; self.uses.len()];
        for shown in asked {
            let (first, end) = self.whole_cells(pool, shown);
            let own = cells
                .get_mut(shown.source)
                .and_then(|own| own.get_mut(first..end));
            own.into_iter().flatten().for_each(|spare| *spare -= 1);
            for (scene, instants) in shown.seen.iter() {
                if let Some(spare) = scenes.get_mut(scene) {
                    *spare -= i64::try_from(instants).unwrap_or(0);
                }
            }
            if let Some(uses) = uses.get_mut(shown.family) {
                *uses += 1;
            }
        }
        for (uses, price) in uses.iter_mut().zip(&self.uses) {
            let called = self.worths.iter().filter(|worth| *worth > price).count();
            *uses -= i64::try_from(called).unwrap_or(0);
        }
        let most_use = self.worths.first().copied().unwrap_or(0);
        let mut all: Vec<(&mut i64, i64, i64)> = Vec::new();
        for (prices, spare) in self.cells.iter_mut().zip(&cells) {
            let priced = prices.iter_mut().zip(spare);
            all.extend(priced.filter_map(|(price, spare)| {
                (*spare < 0 || *spare > 0 && *price > 0).then_some((price, *spare, i64::MAX))
            }));
        }
        let scene_prices = self.scenes.iter_mut().zip(&scenes);
        all.extend(scene_prices.map(|(price, spare)| (price, *spare, self.most_scene)));
        let use_prices = self.uses.iter_mut().zip(&uses);
        all.extend(use_prices.map(|(price, more)| (price, *more, most_use)));
        // Prices at their ends that would go beyond them are no part of the step.
        all.retain(|(price, spare, most)| {
            *spare != 0 && (*spare < 0 || **price > 0) && (*spare > 0 || **price < *most)
        });
        let norm: i64 = all.iter().map(|(_, spare, _)| spare * spare).sum();
        for (price, spare, most) in &mut all {
            let step = i128::from(room) * i128::from(*spare) / i128::from(norm.max(1));
            let moved = i128::from(**price) - step;
            **price = i64::try_from(moved.clamp(0, i128::from(*most))).unwrap_or(0);
        }
        norm > 0 && room > 0
    }

    /// Prices at which the slots, each choosing for itself from its list, choose about what there is;
    /// after so many `rounds`, and for a film that is worth `worth` so far.
    pub(super) fn settled(
        pool: Pool<'_>,
        lists: &[Vec<Candidate>],
        worth: i64,
        rounds: u32,
    ) -> Self {
        let all = || lists.iter().flatten();
        let scenes = all()
            .flat_map(|one| one.shown.seen.iter())
            .map(|(scene, _)| scene)
            .max();
        let mut prices = Self::new(
            pool,
            lists.len(),
            scenes.map_or(0, |most| most + 1),
            LARGE_US,
        );
        let most_use = prices.worths.first().copied().unwrap_or(0);
        let mut steps = Steps::default();
        for _ in 0..rounds {
            let mut value = prices.total();
            let mut asked: Vec<Shown> = Vec::with_capacity(lists.len());
            for list in lists {
                let mut best: Option<(i64, &Candidate)> = None;
                for one in list {
                    // The list falls by worth, and nothing but a use can add to it.
                    let most = one.worth * FINE + most_use;
                    if best.is_some_and(|best| most <= best.0) {
                        break;
                    }
                    let net = one.worth * FINE - prices.of(pool, &one.shown);
                    if best.is_none_or(|best| net > best.0) {
                        best = Some((net, one));
                    }
                }
                if let Some((net, one)) = best {
                    value += net;
                    asked.push(one.shown);
                }
            }
            let room = steps.room(value, worth * FINE);
            if !prices.adjust(pool, &asked, room) {
                break;
            }
        }
        prices.total();
        prices
    }

    /// The `most` of each list that are best at these prices, in the order of their own worth.
    pub(super) fn narrowed(
        &self,
        pool: Pool<'_>,
        mut lists: Vec<Vec<Candidate>>,
        most: usize,
    ) -> Vec<Vec<Candidate>> {
        for list in &mut lists {
            if list.len() <= most {
                continue;
            }
            let mut nets: Vec<(i64, usize)> = list
                .iter()
                .zip(0..)
                .map(|(one, at)| (self.of(pool, &one.shown) - one.worth * FINE, at))
                .collect();
            nets.select_nth_unstable(most);
            nets.truncate(most);
            nets.sort_unstable_by_key(|(_, at)| *at);
            let kept = nets.iter().filter_map(|(_, at)| list.get(*at).copied());
            *list = kept.collect();
        }
        lists
    }
}

/// How far each step goes: less and less, where the bound comes down no more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// The lowest bound so far.
    pub(super) best: i64,
    since: u32,
    halved: u32,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            best: i64::MAX,
            since: 0,
            halved: 0,
        }
    }
}

impl Steps {
    /// What is to be gone of the way from a bound of `value` to `worth`.
    pub(super) fn room(&mut self, value: i64, worth: i64) -> i64 {
        if value < self.best {
            (self.best, self.since) = (value, 0);
        } else {
            self.since += 1;
            if self.since == PATIENCE {
                (self.halved, self.since) = (self.halved + 1, 0);
            }
        }
        (value - worth).max(0) >> self.halved.min(30)
    }
}
