//! How far from the best there is a film can be at most.
//!
//! The bound is a Lagrangian one (Fisher, *The Lagrangian relaxation method for solving integer
//! programming problems*, 1981): whatever price is set on each tenth of a second of footage, on each
//! scene and on each use of a clip, the sum of what every slot would choose for itself at these prices
//! and of the prices is at least what any film without overlaps is worth. Prices that bring it down are
//! found by the subgradient method. What neighbours cost is left out, which only raises the bound.

use super::assignment::Assignment;
use super::candidates::{Pool, Shape};
use super::film::arranged;
use super::request::{EditError, PlanRequest};
use super::score::{AGAIN_PRICE, Measures, Shown, USES};
use super::slots::Vacancy;
use crate::footage::TICK_US;
use shared::plan::Speed;

/// Fractions of a point that prices are set in.
const FINE: i64 = 256;
/// Rounds without a better bound after which steps are halved.
const PATIENCE: u32 = 12;

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
    arranged(request, |film| Ok(bound(&film.assignment, rounds)))
}

/// Slots of one shape and the windows that they choose from.
struct Alike {
    slots: Vec<usize>,
    windows: Vec<(Shown, Measures)>,
    /// Worth of each window in each slot, row by row, in fine points.
    worths: Vec<i64>,
}

/// What is asked for footage, in fine points.
struct Prices {
    /// Of each tick of each source, and their sums from the start.
    ticks: Vec<Vec<i64>>,
    sums: Vec<Vec<i64>>,
    scenes: Vec<i64>,
    /// What a use of each family of sources is taken to add.
    uses: Vec<i64>,
}

impl Prices {
    fn total(&mut self) -> i64 {
        let mut total = self.scenes.iter().sum::<i64>();
        for (ticks, sums) in self.ticks.iter().zip(&mut self.sums) {
            let mut sum = 0;
            for (place, price) in sums.iter_mut().skip(1).zip(ticks) {
                sum += price;
                *place = sum;
            }
            total += sum;
        }
        let worths = USES.map(|worth| worth * FINE);
        for price in &self.uses {
            total += worths
                .iter()
                .map(|worth| (worth - price).max(0))
                .sum::<i64>();
        }
        total
    }

    fn of(&self, pool: Pool<'_>, shown: &Shown) -> i64 {
        let (first, end) = whole_ticks(pool, shown);
        let sum = |n: usize| self.sums.get(shown.source).and_then(|sums| sums.get(n));
        let ticks = match (sum(first), sum(end)) {
            (Some(first), Some(end)) => end - first,
            _ => 0,
        };
        let scene = scene(shown).and_then(|n| self.scenes.get(n));
        let use_ = self.uses.get(family(pool, shown)).copied().unwrap_or(0);
        ticks + scene.copied().unwrap_or(0) - use_
    }
}

fn scene(shown: &Shown) -> Option<usize> {
    usize::try_from(shown.scene?).ok()
}

fn family(pool: Pool<'_>, shown: &Shown) -> usize {
    let source = pool.sources.get(shown.source);
    source.map_or(usize::MAX, |source| source.family)
}

/// The ticks that a window covers whole: two windows that share one overlap.
fn whole_ticks(pool: Pool<'_>, shown: &Shown) -> (usize, usize) {
    let start = pool
        .sources
        .get(shown.source)
        .map_or(0, |of| of.footage.start_us);
    let tick = |us: u64| usize::try_from(us).unwrap_or(usize::MAX);
    let first = tick(shown.start_us.saturating_sub(start).div_ceil(TICK_US));
    let end = tick(shown.end_us.saturating_sub(start) / TICK_US);
    (first.min(end), end)
}

fn bound(assignment: &Assignment<'_>, rounds: u32) -> Certificate {
    let pool = assignment.pool;
    let groups = alike(assignment);
    let worth = assignment.worth();
    let count = assignment.slots.len();
    let scenes = groups
        .iter()
        .flat_map(|group| &group.windows)
        .filter_map(|(shown, _)| scene(shown))
        .max()
        .map_or(0, |most| most + 1);
    let lengths: Vec<usize> = pool
        .sources
        .iter()
        .map(|of| of.footage.ticks.len())
        .collect();
    let mut prices = Prices {
        ticks: lengths.iter().map(|length| vec![0; *length]).collect(),
        sums: lengths.iter().map(|length| vec![0; length + 1]).collect(),
        scenes: vec![0; scenes],
        uses: vec![USES.first().map_or(0, |first| first * FINE); lengths.len()],
    };
    let mut best = i64::MAX;
    let (mut halved, mut since) = (0_u32, 0);
    for _ in 0..rounds.max(1) {
        let mut value = prices.total();
        let mut asked: Vec<Shown> = Vec::with_capacity(count);
        for group in &groups {
            let price: Vec<i64> = group
                .windows
                .iter()
                .map(|(shown, _)| prices.of(pool, shown))
                .collect();
            for row in group.worths.chunks_exact(price.len().max(1)) {
                let nets = row.iter().zip(&price).map(|(worth, price)| worth - price);
                if let Some((at, net)) = nets
                    .enumerate()
                    .max_by_key(|(at, net)| (*net, usize::MAX - at))
                {
                    value += net;
                    asked.extend(group.windows.get(at).map(|(shown, _)| *shown));
                }
            }
        }
        if value < best {
            (best, since) = (value, 0);
        } else {
            since += 1;
            if since == PATIENCE {
                (halved, since) = (halved + 1, 0);
            }
        }
        let room = (value - worth * FINE).max(0) >> halved.min(30);
        if !adjust(&mut prices, pool, &asked, room) {
            break;
        }
    }
    let windows: usize = groups.iter().map(|group| group.worths.len()).sum();
    Certificate {
        slots: count,
        windows: windows / count.max(1),
        worth,
        bound: best.div_euclid(FINE) + 1,
    }
}

/// Raises the price of what is asked for more than once and lowers that of what nobody asks for, by
/// Polyak's step. Whether there was anything to change.
fn adjust(prices: &mut Prices, pool: Pool<'_>, asked: &[Shown], room: i64) -> bool {
    // How much less of each is asked for than there is; for uses, than their price would call for.
    let mut ticks: Vec<Vec<i64>> = prices.ticks.iter().map(|t| vec![1; t.len()]).collect();
    let mut scenes = vec![1_i64; prices.scenes.len()];
    let mut uses = vec![0_i64; prices.uses.len()];
    for shown in asked {
        let (first, end) = whole_ticks(pool, shown);
        let own = ticks
            .get_mut(shown.source)
            .and_then(|own| own.get_mut(first..end));
        own.into_iter().flatten().for_each(|spare| *spare -= 1);
        if let Some(spare) = scene(shown).and_then(|n| scenes.get_mut(n)) {
            *spare -= 1;
        }
        if let Some(uses) = uses.get_mut(family(pool, shown)) {
            *uses += 1;
        }
    }
    for (uses, price) in uses.iter_mut().zip(&prices.uses) {
        let called = USES.iter().filter(|worth| *worth * FINE > *price).count();
        *uses -= i64::try_from(called).unwrap_or(0);
    }
    let most_scene = AGAIN_PRICE * FINE;
    let most_use = USES.first().map_or(0, |first| first * FINE);
    let mut all: Vec<(&mut i64, i64, i64)> = Vec::new();
    for (prices, spare) in prices.ticks.iter_mut().zip(&ticks) {
        all.extend(
            prices
                .iter_mut()
                .zip(spare)
                .map(|(price, spare)| (price, *spare, i64::MAX)),
        );
    }
    let scene_prices = prices.scenes.iter_mut().zip(&scenes);
    all.extend(scene_prices.map(|(price, spare)| (price, *spare, most_scene)));
    let use_prices = prices.uses.iter_mut().zip(&uses);
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

/// The slots by shape, with all windows there are and what the film shows.
fn alike(assignment: &Assignment<'_>) -> Vec<Alike> {
    let pool = assignment.pool;
    let mut shapes: Vec<(Shape, usize)> = assignment
        .slots
        .iter()
        .enumerate()
        .filter_map(|(index, slot)| Some((Shape::of(slot, Speed::default(), pool.rate)?, index)))
        .collect();
    shapes.sort_unstable();
    shapes
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|group| {
            let shape = group.first()?.0;
            let slots: Vec<usize> = group.iter().map(|(_, slot)| *slot).collect();
            let mut windows = pool.windows(shape);
            let shown = slots
                .iter()
                .filter_map(|slot| assignment.filled.get(*slot)?.as_ref());
            windows.extend(shown.map(|filled| (filled.with.shown, filled.with.measures)));
            let vacancies = slots.iter().filter_map(|slot| assignment.slots.get(*slot));
            let worths = vacancies
                .flat_map(|slot: &Vacancy| {
                    let worth = |(shown, measures): &(Shown, Measures)| {
                        pool.worth(slot, shown, measures) * FINE
                    };
                    windows.iter().map(worth).collect::<Vec<_>>()
                })
                .collect();
            Some(Alike {
                slots,
                windows,
                worths,
            })
        })
        .filter(|group| !group.slots.is_empty())
        .collect()
}
