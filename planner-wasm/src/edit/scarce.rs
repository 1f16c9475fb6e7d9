//! What is done where footage runs out, in a fixed order, and what is said of it.
//!
//! A slot that its list could not fill goes down these rungs until one holds:
//! 1. any free, sound footage, wherever it lies, if need be by moving what lies between;
//! 2. free footage run slower;
//! 3. footage shown elsewhere, as far from there as can be and not in the slot before or after;
//! 4. the same, slower;
//! 5. the same as in the slot before or after, then slower;
//! 6. weak footage (never severe), free, then shown elsewhere, then slower;
//! 7. footage with a cut inside;
//! 8. much slower, down to one eighth;
//! 9. the longest there is, its last picture held, unless what is banned, or bound to another part of the
//!    song, comes after it.
//!
//! What is bound to parts of the song is shown elsewhere only where nothing else may be shown at all; then
//! by the same rungs.

use shared::decision::{Decision, DecisionCode};
use shared::plan::Speed;

use super::assignment::{Assignment, Fault, Filled, Means};
use super::bans::touch;
use super::candidates::{Candidate, MAX_BAD_PERMILLE, Pool, Terms, need};
use super::longest::UNWANTED;
use super::pace::ONE;
use super::pack::make_room;
use super::scenes::Seen;
use super::score::{GOES_ON_US, Placed, Shown, suits};
use super::sources::{Stretch, gaps};
use super::windows::SongWindows;

/// What may be said of slots that had to be filled in such a way.
pub(super) const SAID: [DecisionCode; 4] = [
    DecisionCode::FootageReused,
    DecisionCode::FootageSlowed,
    DecisionCode::WeakFootageUsed,
    DecisionCode::UnwantedFootageUsed,
];

/// Reused footage further away than this in the film, in slots, is not noticed as such.
const FAR_SLOTS: usize = 40;
/// Price of reuse next to its other use; it falls with distance.
const NEAR_PRICE: i64 = 24 * ONE;
/// Price of the same take's going on, or beginning again, at a cut: no cut is seen, or the shot comes twice.
const BESIDE_PRICE: i64 = 64 * ONE;
/// Price, if it is all the same pictures, of showing again beside it what a slot shows.
const SAME_PRICE: i64 = 32 * ONE;
/// Price of each other use of the same footage.
const AGAIN_PRICE: i64 = 4 * ONE;
/// Price of a remainder of a gap that is too short to be shown.
const CRUMB_PRICE: i64 = 8 * ONE;
/// Windows looked at in one free gap.
const TRIES: u64 = 24;

/// One rung.
#[derive(Debug, Clone, Copy)]
struct Rung {
    speeds: &'static [(u32, u32)],
    reuse: bool,
    /// Also what the slot before or after shows.
    beside: bool,
    most_bad: u16,
    cuts_inside: bool,
}

/// The lowest speed that a plan may have.
pub(super) const SLOWEST: (u32, u32) = (1, 8);

pub(super) const NORMAL: &[(u32, u32)] = &[(1, 1)];
const SLOWER: &[(u32, u32)] = &[(9, 10), (4, 5), (1, 2)];
const SLOW: &[(u32, u32)] = &[(9, 10), (4, 5), (2, 3), (1, 2)];
pub(super) const VERY_SLOW: &[(u32, u32)] = &[
    (9, 10),
    (4, 5),
    (2, 3),
    (1, 2),
    (1, 3),
    (1, 4),
    (1, 6),
    SLOWEST,
];

/// Whether it is one of the speeds at which footage is run where it runs out; at others, a person
/// runs it.
pub(super) fn is_slowed(speed: Speed) -> bool {
    VERY_SLOW.contains(&speed.terms())
}

const fn rung(
    speeds: &'static [(u32, u32)],
    reuse: bool,
    most_bad: u16,
    cuts_inside: bool,
) -> Rung {
    Rung {
        speeds,
        reuse,
        beside: true,
        most_bad,
        cuts_inside,
    }
}

/// A rung on which nothing comes twice in a row.
const fn apart(rung: Rung) -> Rung {
    Rung {
        beside: false,
        ..rung
    }
}

const FREE: Rung = rung(NORMAL, false, MAX_BAD_PERMILLE, false);

const RUNGS: [Rung; 11] = [
    rung(SLOWER, false, MAX_BAD_PERMILLE, false),
    apart(rung(NORMAL, true, MAX_BAD_PERMILLE, false)),
    apart(rung(SLOW, true, MAX_BAD_PERMILLE, false)),
    rung(NORMAL, true, MAX_BAD_PERMILLE, false),
    rung(SLOW, true, MAX_BAD_PERMILLE, false),
    rung(NORMAL, false, 1000, false),
    rung(NORMAL, true, 1000, false),
    rung(SLOW, true, 1000, false),
    rung(NORMAL, true, 1000, true),
    rung(VERY_SLOW, true, 1000, false),
    rung(VERY_SLOW, true, 1000, true),
];

/// Fills `empty`, the longest first: with free footage, then by the rungs.
pub(super) fn fill(assignment: &mut Assignment<'_>, empty: &[usize]) {
    let mut empty = empty.to_vec();
    empty.sort_by_key(|slot| {
        let frames = assignment.slots.get(*slot).map(|slot| slot.frames);
        (std::cmp::Reverse(frames), *slot)
    });
    // Where footage is bound to parts of the song, what one slot may not show another of its length may.
    let bound = assignment.pool.windows.bind();
    let mut tight = u32::MAX;
    empty.retain(|slot| {
        let frames = assignment.slots.get(*slot).map_or(0, |slot| slot.frames);
        if let Some(Filled { with, means }) = on_rung(assignment, assignment.pool, *slot, FREE) {
            assignment.put(*slot, with, means);
            return false;
        }
        if frames >= tight {
            return true;
        }
        let found = make_room(assignment, *slot);
        if !found && !bound {
            tight = frames;
        }
        !found
    });
    // Footage only gets scarcer: a rung that could not fill a slot fills none as long, but where that depends
    // on what is shown beside it.
    let mut failed = [u32::MAX; RUNGS.len()];
    for slot in empty {
        let Some(frames) = assignment.slots.get(slot).map(|slot| slot.frames) else {
            continue;
        };
        let mut filled = None;
        for (rung, failed) in RUNGS.iter().zip(&mut failed) {
            if frames >= *failed {
                continue;
            }
            filled = on_rung(assignment, assignment.pool, slot, *rung);
            if filled.is_some() {
                break;
            }
            if rung.beside && !bound {
                *failed = frames;
            }
        }
        let filled = filled
            .or_else(|| longest(assignment, assignment.pool, slot))
            .or_else(|| anywhere(assignment, slot));
        if let Some(Filled { with, means }) = filled {
            assignment.put(slot, with, means);
        }
    }
}

/// The best that there is for `slot` if nothing were bound to parts of the song.
fn anywhere(assignment: &Assignment<'_>, slot: usize) -> Option<Filled> {
    let unbound = SongWindows::default();
    let pool = Pool {
        windows: &unbound,
        ..assignment.pool
    };
    let rungs = [FREE].into_iter().chain(RUNGS);
    let mut found = rungs.filter_map(|rung| on_rung(assignment, pool, slot, rung));
    let mut filled = found.next().or_else(|| longest(assignment, pool, slot))?;
    let vacancy = assignment.slots.get(slot)?;
    // What is held goes beyond what there is of it.
    let need = need(vacancy.frames, filled.with.speed, pool.rate)?;
    let shown = Shown {
        end_us: filled.with.shown.start_us.saturating_add(need),
        ..filled.with.shown
    };
    filled.means.astray = !assignment.pool.allows(vacancy, &shown);
    Some(filled)
}

/// Sound footage for `slot` that is shown nowhere, wherever it lies, slower if it must be.
pub(super) fn free(assignment: &Assignment<'_>, slot: usize) -> Option<Filled> {
    let [slower, ..] = RUNGS;
    let pool = assignment.pool;
    on_rung(assignment, pool, slot, FREE).or_else(|| on_rung(assignment, pool, slot, slower))
}

/// The best that a rung offers for `slot`, at the highest speed that offers anything.
fn on_rung(assignment: &Assignment<'_>, pool: Pool<'_>, slot: usize, rung: Rung) -> Option<Filled> {
    let vacancy = assignment.slots.get(slot)?;
    for (num, den) in rung.speeds {
        let speed = Speed::new(*num, *den)?;
        let terms = Terms {
            need: need(vacancy.frames, speed, pool.rate)?,
            speed,
            most_bad: rung.most_bad,
        };
        let mut best: Option<(i64, Candidate)> = None;
        for (source, clip) in pool.sources.iter().enumerate() {
            // Half speed is smooth only where twice the frames were shot.
            if !rung.reuse && 2 * num <= *den && !clip.fast {
                continue;
            }
            let (stretches, taken) = match (rung.cuts_inside, rung.reuse) {
                (true, _) => (&clip.merged, Vec::new()),
                (false, true) => (&clip.stretches, Vec::new()),
                (false, false) => (&clip.stretches, assignment.taken(source)),
            };
            for gap in stretches.iter().flat_map(|one| gaps(*one, &taken)) {
                for start in starts(gap, terms.need) {
                    let Some(one) = pool.at(vacancy, source, gap, start, terms) else {
                        continue;
                    };
                    let goes_on = goes_on(assignment, slot, &one.shown);
                    if goes_on && !rung.beside {
                        continue;
                    }
                    let price = if rung.reuse {
                        reuse_price(assignment, slot, &one.shown)
                    } else {
                        crumbs_price(gap, &one.shown)
                    };
                    let beside = if goes_on {
                        BESIDE_PRICE + same_price(assignment, slot, &one.shown)
                    } else {
                        0
                    };
                    let price = price + beside;
                    let worth = assignment.gain(slot, &one) - price;
                    if best.is_none_or(|best| worth > best.0) {
                        best = Some((worth, one));
                    }
                }
            }
        }
        if let Some((_, with)) = best {
            let clip = pool.sources.get(with.shown.source);
            let weak =
                clip.is_some_and(|clip| clip.is_weak(with.shown.start_us, with.shown.end_us));
            let means = Means {
                reused: !assignment.is_free(&with.shown),
                fault: if weak { Fault::Weak } else { Fault::None },
                astray: false,
            };
            return Some(Filled { with, means });
        }
    }
    None
}

/// Where windows of `need` microseconds begin in a gap: its start, its end, and between.
pub(super) fn starts(gap: Stretch, need: u64) -> impl Iterator<Item = u64> {
    let room = gap.length_us().checked_sub(need);
    room.into_iter().flat_map(move |room| {
        let step = (room / TRIES).max(need / 2).max(1);
        (0..=room / step)
            .map(move |n| gap.start_us + n * step)
            .chain([gap.start_us + room])
    })
}

/// A remainder of the gap that is too short for another such window is waste.
fn crumbs_price(gap: Stretch, shown: &Shown) -> i64 {
    let need = shown.end_us - shown.start_us;
    [shown.start_us - gap.start_us, gap.end_us - shown.end_us]
        .into_iter()
        .map(|rest| {
            if rest > 0 && rest < need {
                CRUMB_PRICE
            } else {
                0
            }
        })
        .sum()
}

/// Dearer the nearer the footage's other uses are and the more there are.
fn reuse_price(assignment: &Assignment<'_>, slot: usize, shown: &Shown) -> i64 {
    assignment
        .owners(shown)
        .map(|owner| {
            let near = FAR_SLOTS.saturating_sub(owner.abs_diff(slot));
            let near = i64::try_from(near * near).unwrap_or(0);
            AGAIN_PRICE + NEAR_PRICE * near / 1600
        })
        .sum()
}

/// Dearer the more of it the slot before or after shows too.
fn same_price(assignment: &Assignment<'_>, slot: usize, shown: &Shown) -> i64 {
    let beside = [slot.checked_sub(1), slot.checked_add(1)];
    let beside = beside.into_iter().flatten();
    let others = beside.filter_map(|slot| Some(assignment.filled.get(slot)?.as_ref()?.with.shown));
    let both = |other: Shown| {
        let end = other.end_us.min(shown.end_us);
        end.saturating_sub(other.start_us.max(shown.start_us))
    };
    let both_us: u64 = others
        .filter(|other| other.family == shown.family)
        .map(both)
        .sum();
    let length_us = (shown.end_us - shown.start_us).max(1);
    SAME_PRICE * i64::try_from(both_us * 16 / length_us).unwrap_or(16) / 16
}

/// Whether the slot before or after shows part of the same, or what comes next in the same take.
fn goes_on(assignment: &Assignment<'_>, slot: usize, shown: &Shown) -> bool {
    let around = Shown {
        start_us: shown.start_us.saturating_sub(GOES_ON_US),
        end_us: shown.end_us.saturating_add(GOES_ON_US),
        ..*shown
    };
    let beside = assignment
        .owners(&around)
        .filter(|owner| owner.abs_diff(slot) == 1);
    let mut others =
        beside.filter_map(|owner| Some(&assignment.filled.get(owner)?.as_ref()?.with.shown));
    others.any(|other| {
        let overlap = other.start_us < shown.end_us && shown.start_us < other.end_us;
        overlap || other.shot == shown.shot
    })
}

/// The longest stretch of all at the lowest speed; it ends before the slot does. `None` if what may not be
/// shown would be seen after each.
fn longest(assignment: &Assignment<'_>, pool: Pool<'_>, slot: usize) -> Option<Filled> {
    let vacancy = assignment.slots.get(slot)?;
    let speed = Speed::new(SLOWEST.0, SLOWEST.1)?;
    let need = need(vacancy.frames, speed, pool.rate)?;
    let is_allowed = |banned: &[(u64, u64)], stretch: &Stretch| {
        !touch(
            banned,
            stretch.start_us,
            stretch.start_us.saturating_add(need),
        )
    };
    let (_, _, source, stretch) = pool
        .sources
        .iter()
        .enumerate()
        .flat_map(|(source, clip)| {
            let unbound = pool.windows.allowed(clip.index, &clip.stretches, vacancy);
            let barred = pool.windows.barred(clip.index, vacancy);
            let allowed = unbound
                .into_iter()
                .filter(move |one| is_allowed(clip.banned, one) && is_allowed(&barred, one));
            allowed.map(move |stretch| (source, stretch))
        })
        .map(|(source, stretch)| {
            (
                stretch.length_us(),
                std::cmp::Reverse((source, stretch.start_us)),
                source,
                stretch,
            )
        })
        .max_by_key(|(length, order, ..)| (*length, *order))?;
    let clip = pool.sources.get(source)?;
    let window = clip.windows.over(stretch.start_us, stretch.end_us)?;
    let measures = pool.ranks.measures(clip, &window, Placed::default());
    let shown = Shown {
        source,
        family: clip.family,
        shot: stretch.shot,
        take: clip.take(stretch.shot),
        start_us: stretch.start_us,
        end_us: stretch.end_us,
        seen: Seen::UNKNOWN,
    };
    let with = Candidate {
        shown,
        speed,
        measures,
        worth: suits(&pool.weights, vacancy, &measures) + clip.favour,
    };
    let reused = !assignment.is_free(&shown);
    Some(Filled {
        with,
        means: Means {
            reused,
            fault: Fault::Short,
            astray: false,
        },
    })
}

/// One decision for each step that was taken.
pub(super) fn decisions(
    assignment: &Assignment<'_>,
    needed_us: u64,
    offered_us: u64,
) -> Vec<Decision> {
    let all = assignment.slots.len();
    let count = |what: &dyn Fn(&Filled) -> bool| {
        let filled = assignment.filled.iter().flatten();
        filled.filter(|filled| what(filled)).count()
    };
    // What it was shared with may show something else by now.
    let shared = |(slot, filled): &(usize, &Option<Filled>)| {
        let reused = filled.filter(|filled| filled.means.reused);
        reused.is_some_and(|filled| {
            let mut owners = assignment.owners(&filled.with.shown);
            owners.any(|owner| owner != *slot)
        })
    };
    let seconds = |us: u64| format!("{}.{} s", us / 1_000_000, us / 100_000 % 10);
    let mut said = Vec::new();
    let mut say = |code, count: usize, what: String| {
        if count > 0 {
            said.push(Decision::new(
                code,
                format!("{count} of {all} slots {what}"),
            ));
        }
    };
    say(
        DecisionCode::FootageReused,
        assignment.filled.iter().enumerate().filter(shared).count(),
        format!(
            "show footage that is shown elsewhere too, far from there where it can be: the film needs {}, and {} can be used",
            seconds(needed_us),
            seconds(offered_us)
        ),
    );
    let slowest = assignment
        .filled
        .iter()
        .flatten()
        .map(|filled| filled.with.speed.terms())
        .min_by_key(|(num, den)| u64::from(*num) * 1_000_000 / u64::from((*den).max(1)))
        .unwrap_or((1, 1));
    say(
        DecisionCode::FootageSlowed,
        count(&|filled| !filled.with.speed.is_normal()),
        format!(
            "run slower than shot, the slowest at {}/{} of its speed, because no sound footage that they could show was long enough",
            slowest.0, slowest.1
        ),
    );
    say(
        DecisionCode::WeakFootageUsed,
        count(&|filled| filled.means.fault == Fault::Weak),
        "show footage that would normally be rejected (blurred, shaken, frozen, badly exposed or cut inside), because nothing better was left".to_owned(),
    );
    say(
        DecisionCode::WeakFootageUsed,
        count(&|filled| filled.means.fault == Fault::Short),
        "show footage that is too short for them even at one eighth of its speed; its last picture is held".to_owned(),
    );
    let unwanted = |(slot, filled): &(usize, &Option<Filled>)| {
        let filled = filled.filter(|_| !assignment.is_must(*slot));
        filled
            .is_some_and(|filled| filled.with.measures.unwanted * 255 >= i64::from(UNWANTED) * ONE)
    };
    say(
        DecisionCode::UnwantedFootageUsed,
        assignment.filled.iter().enumerate().filter(unwanted).count(),
        "show what an editor would leave out (a test pattern, a card, a screen, text over the picture, bare ground or damage), because nothing better was left".to_owned(),
    );
    said
}
