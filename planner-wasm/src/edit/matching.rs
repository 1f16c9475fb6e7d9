//! Which slots show what must be shown: where the film shows it of its own accord, that stays; for the rest
//! the slots are found that lose least by it.
//!
//! It is a matching, and is made greater along augmenting paths (Kuhn, *The Hungarian method for the
//! assignment problem*, 1955): as much is shown as can be at the same time.

use std::cmp::Reverse;

use shared::plan::Speed;

use super::assignment::{Assignment, Means};
use super::candidates::{Candidate, MAX_BAD_PERMILLE, Terms, need};
use super::musts::{Demand, Part};
use super::scarce;
use super::sources::Stretch;

/// Lets slots that are `open` show what must be shown and is not yet. Those that show it are held from
/// then on. Returns the slots that show something else than before.
pub(super) fn meet(
    assignment: &mut Assignment<'_>,
    lists: &[Vec<Candidate>],
    demands: &[Demand],
    open: &[bool],
) -> Vec<usize> {
    let parts: Vec<Part> = demands
        .iter()
        .filter_map(|demand| demand.part.ok())
        .collect();
    let mut matching = Matching {
        shows: vec![Vec::new(); assignment.slots.len()],
        lists,
        parts: &parts,
        open,
        changed: Vec::new(),
        emptied: Vec::new(),
    };
    let missing: Vec<usize> = (0..parts.len())
        .filter(|part| !matching.is_met(assignment, *part))
        .collect();
    // Slots from which no path led on lead nowhere until another part has found its place.
    let mut visited = vec![false; assignment.slots.len()];
    for part in missing {
        if matching.place(assignment, part, &mut visited) {
            visited.fill(false);
        }
    }
    let Matching {
        shows,
        mut changed,
        emptied,
        ..
    } = matching;
    for slot in
        (0..shows.len()).filter(|slot| shows.get(*slot).is_some_and(|shows| !shows.is_empty()))
    {
        assignment.hold_must(slot);
    }
    let still = |slot: &usize| assignment.filled.get(*slot).is_some_and(Option::is_none);
    let mut emptied: Vec<usize> = emptied.into_iter().filter(still).collect();
    changed.extend(&emptied);
    emptied.retain(|slot| {
        let Some(one) = assignment.best_free(*slot, lists, None) else {
            return true;
        };
        assignment.put(*slot, one, Means::default());
        false
    });
    scarce::fill(assignment, &emptied);
    changed.sort_unstable();
    changed.dedup();
    changed
}

/// Which slots show what must be shown.
struct Matching<'a> {
    /// Of each slot.
    shows: Vec<Vec<usize>>,
    lists: &'a [Vec<Candidate>],
    parts: &'a [Part],
    open: &'a [bool],
    /// Slots that show something else than before.
    changed: Vec<usize>,
    /// Slots whose footage was taken from them.
    emptied: Vec<usize>,
}

impl Matching<'_> {
    /// Whether a part is shown as it is; the slot that shows it is known then.
    fn is_met(&mut self, assignment: &Assignment<'_>, part: usize) -> bool {
        let Some(wanted) = self.parts.get(part) else {
            return true;
        };
        let filled = assignment.filled.iter().zip(&mut self.shows);
        // One that shows something that must be shown already is the least lost to the others.
        let showing = filled.filter(|(filled, _)| {
            filled.is_some_and(|filled| wanted.is_shown_by(&filled.with.shown))
        });
        let slot = showing.max_by_key(|(_, shows)| shows.len().min(1));
        slot.map(|(_, shows)| shows.push(part)).is_some()
    }

    /// Finds a slot for a part, moving others that must be shown to other slots if need be.
    fn place(
        &mut self,
        assignment: &mut Assignment<'_>,
        part: usize,
        visited: &mut [bool],
    ) -> bool {
        let all = 0..self.shows.len();
        let mut options: Vec<(Gain, usize, Candidate)> = all
            .filter(|slot| {
                self.open.get(*slot) == Some(&true) && visited.get(*slot) == Some(&false)
            })
            .filter_map(|slot| {
                let (gain, one) = self.best(assignment, part, slot)?;
                Some((gain, slot, one))
            })
            .collect();
        options.sort_by_key(|(gain, slot, _)| (Reverse(*gain), *slot));
        let shows = |matching: &Self, slot: usize| matching.shows.get(slot).map_or(0, Vec::len);
        let free = options.iter().find(|(_, slot, _)| shows(self, *slot) == 0);
        if let Some((_, slot, one)) = free {
            self.settle(assignment, part, *slot, *one);
            return true;
        }
        for (_, slot, _) in options {
            if visited.get(slot) != Some(&false) || shows(self, slot) != 1 {
                continue;
            }
            visited
                .get_mut(slot)
                .into_iter()
                .for_each(|seen| *seen = true);
            let Some(other) = self.shows.get_mut(slot).and_then(Vec::pop) else {
                continue;
            };
            if !self.place(assignment, other, visited) {
                self.show(slot, other);
                continue;
            }
            if let Some((_, one)) = self.best(assignment, part, slot) {
                self.settle(assignment, part, slot, one);
                return true;
            }
        }
        false
    }

    /// The window of a part that is best in a slot, and what it adds to the film in place of what is there.
    fn best(
        &self,
        assignment: &mut Assignment<'_>,
        part: usize,
        slot: usize,
    ) -> Option<(Gain, Candidate)> {
        let wanted = self.parts.get(part)?;
        let had = assignment.filled.get(slot).copied().flatten();
        assignment.take_out(slot);
        let stay = had.map_or(0, |had| assignment.gain(slot, &had.with));
        let found = |twice| {
            windows(assignment, self.lists, *wanted, slot, |assignment, one| {
                self.gain(assignment, slot, one, twice)
            })
        };
        let best = found(false).or_else(|| {
            let ((strays, gain), one) = found(true)?;
            Some(((strays - TWICE, gain), one))
        });
        if let Some(had) = had {
            assignment.put(slot, had.with, had.means);
        }
        best.map(|((strays, gain), one)| ((strays, gain - stay), one))
    }

    /// What a window adds, less what those show that must give it up; none if one of them must not, unless
    /// it may be shown `twice`.
    fn gain(
        &self,
        assignment: &Assignment<'_>,
        slot: usize,
        one: &Candidate,
        twice: bool,
    ) -> Option<i64> {
        let mut lost = 0;
        for owner in assignment.owners(&one.shown) {
            // None for footage that passes for shown.
            let filled = assignment.filled.get(owner).copied().flatten()?;
            if self.gives_up(owner) {
                lost += filled.with.worth.max(0);
            } else if !twice {
                return None;
            }
        }
        Some(assignment.gain(slot, one) - lost)
    }

    /// Whether a slot may be filled with something else.
    fn gives_up(&self, slot: usize) -> bool {
        self.open.get(slot) == Some(&true) && self.shows.get(slot).is_some_and(Vec::is_empty)
    }

    fn settle(
        &mut self,
        assignment: &mut Assignment<'_>,
        part: usize,
        slot: usize,
        one: Candidate,
    ) {
        assignment.take_out(slot);
        let owners: Vec<usize> = assignment.owners(&one.shown).collect();
        for owner in owners {
            if self.gives_up(owner) {
                assignment.take_out(owner);
                self.emptied.push(owner);
            }
        }
        let means = Means {
            reused: !assignment.is_free(&one.shown),
            ..Means::default()
        };
        assignment.put(slot, one, means);
        self.changed.push(slot);
        self.show(slot, part);
    }

    fn show(&mut self, slot: usize, part: usize) {
        let shows = self.shows.get_mut(slot);
        if let Some(shows) = shows {
            shows.push(part);
        }
    }
}

/// Whether cuts inside are allowed, how much of it may be defective, of 1000, and at which speeds.
type Step = (bool, u16, &'static [(u32, u32)]);

/// How a window is looked for where no list has one: what is sound, what is not, what has a cut inside,
/// and then slower.
const STEPS: [Step; 4] = [
    (false, MAX_BAD_PERMILLE, scarce::NORMAL),
    (false, 1000, scarce::NORMAL),
    (true, 1000, scarce::NORMAL),
    (true, 1000, scarce::VERY_SLOW),
];

/// How much footage strays that is shown elsewhere too: more than what is slowed.
const TWICE: i64 = 100;

/// What a window adds to the film: first of all how little it strays from what is sound and at its own
/// speed (0, or below), then points.
pub(super) type Gain = (i64, i64);

/// The window of `wanted` for a slot of which `gain` makes the most, of those that stray least.
pub(super) fn windows(
    assignment: &Assignment<'_>,
    lists: &[Vec<Candidate>],
    wanted: Part,
    slot: usize,
    gain: impl Fn(&Assignment<'_>, &Candidate) -> Option<i64>,
) -> Option<(Gain, Candidate)> {
    let mut strays = 0;
    let best = |windows: &mut dyn Iterator<Item = Candidate>, strays: i64| {
        windows
            .filter(|one| wanted.is_shown_by(&one.shown))
            .filter_map(|one| Some(((-strays, gain(assignment, &one)?), one)))
            .max_by_key(|(gain, one)| (*gain, Reverse(one.shown.start_us)))
    };
    let listed = lists.get(slot).map_or(&[][..], Vec::as_slice);
    if let Some(found) = best(&mut listed.iter().copied(), strays) {
        return Some(found);
    }
    let pool = assignment.pool;
    let vacancy = assignment.slots.get(slot)?;
    let source = pool.sources.get(wanted.source)?;
    for (merged, most_bad, speeds) in STEPS {
        let stretches = if merged {
            &source.merged
        } else {
            &source.stretches
        };
        for (num, den) in speeds {
            let speed = Speed::new(*num, *den)?;
            let terms = Terms {
                need: need(vacancy.frames, speed, pool.rate)?,
                speed,
                most_bad,
            };
            let mut found = stretches.iter().flat_map(|stretch| {
                let starts = starts(*stretch, terms.need, wanted.range_us);
                starts.into_iter().filter_map(move |start| {
                    pool.at(vacancy, wanted.source, *stretch, start, terms)
                })
            });
            if let Some(found) = best(&mut found, strays) {
                return Some(found);
            }
            strays += 1;
        }
    }
    None
}

/// Where windows of `need` microseconds of a stretch begin that show as much of a range as they can.
fn starts(stretch: Stretch, need: u64, range_us: Option<(u64, u64)>) -> Vec<u64> {
    let Some((start, end)) = range_us else {
        return scarce::starts(stretch, need).collect();
    };
    let Some(latest) = stretch
        .end_us
        .checked_sub(need)
        .filter(|latest| *latest >= stretch.start_us)
    else {
        return Vec::new();
    };
    let edges = (start, end.saturating_sub(need));
    let inside = |at: u64| at.clamp(stretch.start_us, latest);
    // Inside the range, or around it.
    let (first, last) = (inside(edges.0.min(edges.1)), inside(edges.0.max(edges.1)));
    (0..=8)
        .map(|eighth| first + (last - first) * eighth / 8)
        .collect()
}
