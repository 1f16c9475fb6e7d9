//! Emptying a few slots that compete for footage and filling them anew, for what no single move finds.
//!
//! A large-neighbourhood search (Ropke and Pisinger, *An adaptive large neighborhood search heuristic for
//! the pickup and delivery problem with time windows*, 2006): the slots that stand beside one, and those
//! that show what it would rather show, are emptied; then always that slot chooses that would lose most
//! by choosing second. What is not better is undone.

use super::assignment::{Assignment, Means};
use super::candidates::Candidate;

/// Most slots that are emptied at once.
const MOST: usize = 8;
/// Groups of a film of one slot; of longer ones as many less.
const SHORT: u64 = 30_000;
/// Most groups of any film.
const MOST_TRIES: u64 = 6_000;
/// Groups for each slot that may change, where others may not.
const OF_SLOT: u64 = 8;
/// How much chance changes what footage seems to add, so that what comes second may be tried first.
const WHIMS: [usize; 4] = [0, 1024, 4096, 16_384];

/// Tries so many groups, spread over the film; more of a short film, fewer where little may change.
pub(super) fn kick(assignment: &mut Assignment<'_>, lists: &[Vec<Candidate>], tries: u64) {
    let free: Vec<usize> = (0..lists.len())
        .filter(|slot| assignment.fresh(*slot).is_some())
        .collect();
    if free.len() < 2 {
        return;
    }
    let any_held = (0..lists.len()).any(|slot| assignment.is_held(slot));
    let tries = if any_held {
        tries.min(free.len() as u64 * OF_SLOT)
    } else {
        tries.max((SHORT / lists.len() as u64).min(MOST_TRIES))
    };
    for number in 0..tries {
        let mut chance = Chance(number);
        let Some(slot) = free.get(chance.below(free.len())) else {
            return;
        };
        let group = match number % 3 {
            0 => rivals(assignment, lists, *slot, &mut chance),
            1 => beside(assignment, *slot),
            _ => scattered(&free, &mut chance),
        };
        let most = WHIMS.get(chance.below(WHIMS.len())).copied().unwrap_or(0);
        anew(assignment, lists, &group, (most, &mut chance));
    }
}

/// Numbers that are the same every time (`SplitMix64`; Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % (limit as u64).max(1)).unwrap_or(0)
    }
}

/// `slot`, who shows what it would rather show, and its neighbours.
fn rivals(
    assignment: &Assignment<'_>,
    lists: &[Vec<Candidate>],
    slot: usize,
    chance: &mut Chance,
) -> Vec<usize> {
    let mut group = vec![slot];
    let mut add = |other: usize| {
        if group.len() < MOST && !group.contains(&other) && assignment.fresh(other).is_some() {
            group.push(other);
        }
    };
    let mut wanted = slot;
    for _ in 0..2 {
        let list = lists.get(wanted).map_or(&[][..], Vec::as_slice);
        // Some of the best, and not always the same.
        let skipped = chance.below(8);
        let mut rival = wanted;
        for one in list.iter().skip(skipped).take(6) {
            for owner in assignment.owners(&one.shown) {
                add(owner);
                rival = owner;
            }
        }
        wanted = rival;
    }
    for near in [slot + 1, slot.wrapping_sub(1)] {
        add(near);
    }
    group
}

/// `slot` and those after it.
fn beside(assignment: &Assignment<'_>, slot: usize) -> Vec<usize> {
    let near = slot..slot + MOST;
    near.filter(|slot| assignment.fresh(*slot).is_some())
        .collect()
}

/// Any of those that may change.
fn scattered(free: &[usize], chance: &mut Chance) -> Vec<usize> {
    let mut group = Vec::with_capacity(MOST);
    for _ in 0..MOST / 2 {
        let slot = free.get(chance.below(free.len())).copied();
        group.extend(slot.filter(|slot| !group.contains(slot)));
    }
    group
}
/// Fills a group of slots anew, if that is better; chance adds up to `most` to what footage seems to add.
fn anew(
    assignment: &mut Assignment<'_>,
    lists: &[Vec<Candidate>],
    group: &[usize],
    (most, chance): (usize, &mut Chance),
) {
    let mut before = Vec::with_capacity(group.len());
    let mut had = 0;
    for slot in group {
        let Some(one) = assignment.fresh(*slot) else {
            continue;
        };
        assignment.take_out(*slot);
        had += assignment.gain(*slot, &one);
        before.push((*slot, one));
    }
    let mut open: Vec<usize> = before.iter().map(|(slot, _)| *slot).collect();
    let mut gained = 0;
    let mut filled = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let mut dearest: Option<(i64, usize, i64, Candidate)> = None;
        for (place, slot) in open.iter().enumerate() {
            let Some((best, second, one)) =
                two_best(assignment, lists, *slot, (most, &mut *chance))
            else {
                dearest = None;
                break;
            };
            let regret = best - second;
            if dearest.is_none_or(|dearest| regret > dearest.0) {
                let gain = assignment.gain(*slot, &one);
                dearest = Some((regret, place, gain, one));
            }
        }
        let Some((_, place, gain, one)) = dearest else {
            break;
        };
        let slot = open.swap_remove(place);
        assignment.put(slot, one, Means::default());
        filled.push(slot);
        gained += gain;
    }
    if open.is_empty() && gained > had {
        return;
    }
    for slot in filled {
        assignment.take_out(slot);
    }
    for (slot, one) in before {
        assignment.put(slot, one, Means::default());
    }
}

/// What the best that is free adds in a slot, what the second best does, and the best.
fn two_best(
    assignment: &Assignment<'_>,
    lists: &[Vec<Candidate>],
    slot: usize,
    (most, chance): (usize, &mut Chance),
) -> Option<(i64, i64, Candidate)> {
    let mut best: Option<(i64, Candidate)> = None;
    let mut second = i64::MIN / 2;
    for one in lists.get(slot)? {
        if !assignment.is_free(&one.shown) {
            continue;
        }
        let whim = if most > 0 { chance.below(most) } else { 0 };
        let gain = assignment.gain(slot, one) + i64::try_from(whim).unwrap_or(0);
        match best {
            Some((best, _)) if gain <= best => second = second.max(gain),
            _ => {
                second = second.max(best.map_or(i64::MIN / 2, |best| best.0));
                best = Some((gain, *one));
            }
        }
    }
    best.map(|(gain, one)| (gain, second, one))
}
