//! Windows of footage for a slot.
//!
//! A candidate is an anchor, not a window: the window begins so that the anchor falls on the
//! slot's accent, so one anchor serves slots of every length.

use shared::plan::{Clip, Speed};
use shared::rate::Rate;

use super::pace::ONE;
use super::score::{CHANCE, Measures, Placed, Ranks, Shown, chance, suits};
use super::slots::Vacancy;
use super::sources::{Source, Stretch};
use super::weights::Weights;
use super::windows::SongWindows;
use crate::footage::{Anchor, AnchorKind};

/// Largest share of defective footage in a window, of 1000, unless footage is scarce.
pub(super) const MAX_BAD_PERMILLE: u16 = 200;
/// Candidates that are looked for of a slot, spread over the clips: where many want the same, what is
/// left is found among those that none would choose first.
pub(super) const LISTED: usize = 360;
/// Of these, so many are kept once it is known what footage is asked for.
pub(super) const KEPT: usize = 48;
/// Most candidates of one clip.
const MOST_OF_CLIP: usize = 64;
/// How much more chance weighs where a person asks for something else: up to about two fifths of what a
/// middling slot can be worth.
const STIRRED: i64 = 24;

/// A window that could fill a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) shown: Shown,
    pub(super) speed: Speed,
    pub(super) measures: Measures,
    /// `U`, chance included.
    pub(super) worth: i64,
}

/// What all candidates are made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pool<'a> {
    pub(super) sources: &'a [Source<'a>],
    pub(super) ranks: &'a Ranks,
    pub(super) rate: Rate,
    pub(super) seed: u64,
    pub(super) weights: Weights,
    /// What is bound to parts of the song.
    pub(super) windows: &'a SongWindows,
}

/// How windows of one length lie about anchors; microseconds of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Placing {
    /// A movement begins so long after the start, the best of a stretch lies in the middle, or the window
    /// is the head of a stretch; what happens in it happens anywhere.
    Freely { lead: u64 },
    /// A movement stops so long after the start, or something is suddenly loud.
    Hit { offset: u64 },
}

/// The windows of one length that are placed in one way.
#[derive(Debug)]
pub(super) struct Stall {
    pub(super) windows: Vec<(Shown, Measures)>,
}

/// What a search for footage allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// How much of the source it takes, in microseconds.
    pub(super) need: u64,
    pub(super) speed: Speed,
    /// Largest share of defective footage, of 1000.
    pub(super) most_bad: u16,
}

/// How much of a source `frames` of the film take at some speed, in microseconds; none on overflow.
pub(super) fn need(frames: u32, speed: Speed, rate: Rate) -> Option<u64> {
    let mut clip = Clip::new(0, 0);
    clip.speed = speed;
    clip.source_end(frames, rate)
}

/// How windows for a slot may be placed, with their length.
fn placings(slot: &Vacancy, rate: Rate) -> impl Iterator<Item = (u64, Placing)> {
    let length = move |frames| need(frames, Speed::default(), rate);
    let whole = length(slot.frames);
    // Two frames: motion is noticed when it begins just after a cut.
    let freely = length(2.min(slot.frames)).map(|lead| Placing::Freely { lead });
    let inner = slot.accents.into_iter().filter(|accent| *accent > 0);
    // On the cut itself: its last frame of movement is seen.
    let cut = (slot.accents[0] == 0).then_some(1.min(slot.frames));
    let hits = inner.chain(cut);
    let hits = hits.filter_map(move |accent| {
        Some(Placing::Hit {
            offset: length(accent)?,
        })
    });
    freely
        .into_iter()
        .chain(hits)
        .filter_map(move |placing| Some((whole?, placing)))
}

impl Pool<'_> {
    /// The windows that slots may choose from, each kind once, and of each slot which kinds are its own:
    /// the beat is steady, so kinds are few.
    pub(super) fn stalls(&self, slots: &[Vacancy]) -> (Vec<Stall>, Vec<Vec<usize>>) {
        let mut kinds: Vec<(u64, Placing)> = slots
            .iter()
            .flat_map(|slot| placings(slot, self.rate))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let own = slots.iter().map(|slot| {
            let own = placings(slot, self.rate);
            own.filter_map(|one| kinds.binary_search(&one).ok())
                .collect()
        });
        let own = own.collect();
        let stall = |(need, placing): &(u64, Placing)| Stall {
            windows: self.windows(*need, *placing),
        };
        (kinds.iter().map(stall).collect(), own)
    }

    /// The best candidates for each slot at normal speed, best first, `most` of them, as many from each
    /// clip.
    pub(super) fn shortlists(&self, slots: &[Vacancy], most: usize) -> Vec<Vec<Candidate>> {
        let of_clip = (most / self.sources.len().max(1)).clamp(1, MOST_OF_CLIP);
        let (stalls, own) = self.stalls(slots);
        slots
            .iter()
            .zip(own)
            .map(|(slot, own)| {
                let own: Vec<&Stall> = own.iter().filter_map(|kind| stalls.get(*kind)).collect();
                self.shortlist(slot, &own, most, of_clip)
            })
            .collect()
    }

    /// The same for the slots that are `open`, and nothing for the others.
    pub(super) fn shortlists_of(&self, slots: &[Vacancy], open: &[bool]) -> Vec<Vec<Candidate>> {
        let opened = slots.iter().zip(open).filter(|(_, open)| **open);
        let opened: Vec<Vacancy> = opened.map(|(slot, _)| *slot).collect();
        let mut found = self.shortlists(&opened, LISTED).into_iter();
        let list = |open: &bool| open.then(|| found.next()).flatten().unwrap_or_default();
        open.iter().map(list).collect()
    }

    /// A window for each anchor that has room for one, measured, by source.
    fn windows(&self, need: u64, placing: Placing) -> Vec<(Shown, Measures)> {
        let mut windows = Vec::new();
        for (source, clip) in self.sources.iter().enumerate() {
            for anchor in &clip.moments {
                let offset = match (placing, anchor.kind) {
                    (Placing::Hit { offset }, AnchorKind::Impact | AnchorKind::Loud) => offset,
                    (Placing::Hit { .. }, _) => continue,
                    (Placing::Freely { lead }, AnchorKind::MotionOnset) => lead,
                    (Placing::Freely { .. }, _) => need / 2,
                };
                let is_hit = matches!(placing, Placing::Hit { .. });
                if let Some((stretch, start, exact)) = framed(clip, anchor, need, offset)
                    && (exact || !is_hit)
                {
                    let strength = anchor.strength_permille;
                    let begins = exact && anchor.kind == AnchorKind::MotionOnset;
                    let (hit, inside) = if is_hit || begins {
                        (strength, 0)
                    } else {
                        (0, strength / 2)
                    };
                    let placed = Placed {
                        hit,
                        heard: is_hit && anchor.kind == AnchorKind::Loud,
                        inside,
                        place: 0,
                    };
                    windows.extend(self.measured(
                        source,
                        stretch,
                        start,
                        (need, MAX_BAD_PERMILLE),
                        placed,
                    ));
                }
            }
            if let Placing::Hit { .. } = placing {
                continue;
            }
            // The head of each stretch, for clips with few anchors.
            for stretch in &clip.stretches {
                if stretch.length_us() >= need {
                    windows.extend(self.measured(
                        source,
                        *stretch,
                        stretch.start_us,
                        (need, MAX_BAD_PERMILLE),
                        Placed::default(),
                    ));
                }
            }
        }
        windows
    }

    fn measured(
        &self,
        source: usize,
        stretch: Stretch,
        start_us: u64,
        (need, most_bad): (u64, u16),
        placed: Placed,
    ) -> Option<(Shown, Measures)> {
        let clip = self.sources.get(source)?;
        let end_us = start_us.checked_add(need)?;
        if end_us > stretch.end_us {
            return None;
        }
        let window = clip.windows.over(start_us, end_us)?;
        if window.severe || window.bad_permille > most_bad {
            return None;
        }
        let length = (clip.footage.end_us - clip.footage.start_us).max(1);
        let place = (start_us - clip.footage.start_us) * ONE.unsigned_abs() / length;
        let placed = Placed {
            place: i64::try_from(place).unwrap_or(ONE),
            ..placed
        };
        let shown = Shown {
            source,
            family: clip.family,
            shot: stretch.shot,
            take: clip.take(stretch.shot),
            start_us,
            end_us,
            seen: clip.seen(start_us, end_us),
        };
        Some((shown, self.ranks.measures(clip, &window, placed)))
    }

    fn shortlist(
        &self,
        slot: &Vacancy,
        stalls: &[&Stall],
        most: usize,
        of_clip: usize,
    ) -> Vec<Candidate> {
        let mut list: Vec<Candidate> = Vec::with_capacity(most);
        let mut rests: Vec<&[(Shown, Measures)]> = stalls
            .iter()
            .map(|stall| stall.windows.as_slice())
            .collect();
        let mut best: Vec<Candidate> = Vec::with_capacity(of_clip + 1);
        for (source, of) in self.sources.iter().enumerate() {
            best.clear();
            for rest in &mut rests {
                let end = rest.iter().take_while(|(shown, _)| shown.source == source);
                let (own, others) = rest.split_at(end.count());
                *rest = others;
                for (shown, measures) in own {
                    let surely = suits(&self.weights, slot, measures) + of.favour;
                    let worst = best.last().filter(|_| best.len() >= of_clip);
                    if worst.is_some_and(|worst| surely + CHANCE <= worst.worth) {
                        continue;
                    }
                    if !self.allows(slot, shown) {
                        continue;
                    }
                    let one = Candidate {
                        shown: *shown,
                        speed: Speed::default(),
                        measures: *measures,
                        worth: self.worth(slot, shown, measures),
                    };
                    let place = best.partition_point(|other| other.worth >= one.worth);
                    let same = |other: &Candidate| other.shown.start_us == one.shown.start_us;
                    match best.iter().position(same) {
                        Some(known) if known < place => continue,
                        Some(known) => drop(best.remove(known)),
                        None => {}
                    }
                    best.insert(place, one);
                    best.truncate(of_clip);
                }
            }
            list.append(&mut best);
        }
        if list.len() > most {
            list.select_nth_unstable_by_key(most, rank);
            list.truncate(most);
        }
        list.sort_unstable_by_key(rank);
        list
    }

    /// `U`, chance included.
    pub(super) fn worth(&self, slot: &Vacancy, shown: &Shown, measures: &Measures) -> i64 {
        let (key, favour) = self
            .sources
            .get(shown.source)
            .map_or((0, 0), |source| (source.key, source.favour));
        let chance = chance(self.seed, key, shown.start_us, slot.start);
        suits(&self.weights, slot, measures) + favour + chance
    }

    /// Whether a window may be shown where in the song the slot lies.
    pub(super) fn allows(&self, slot: &Vacancy, shown: &Shown) -> bool {
        let source = self.sources.get(shown.source);
        let range = (shown.start_us, shown.end_us);
        source.is_none_or(|source| self.windows.allow(source.index, range, slot))
    }

    /// What a clip of a plan shows in a slot, as a candidate, whatever it is worth.
    pub(super) fn as_shown(&self, slot: &Vacancy, source: usize, clip: &Clip) -> Option<Candidate> {
        let of = self.sources.get(source)?;
        let takes = &of.footage.shots;
        let number = takes.partition_point(|take| take.end_us <= clip.source_start);
        let number = number.min(takes.len().saturating_sub(1));
        let (start_us, end_us) = (clip.source_start, clip.source_end(slot.frames, self.rate)?);
        let shown = Shown {
            source,
            family: of.family,
            shot: number,
            take: of.take(number),
            start_us,
            end_us,
            seen: of.seen(start_us, end_us),
        };
        let window = of.windows.over(shown.start_us, shown.end_us);
        let measures = window.map(|window| self.ranks.measures(of, &window, Placed::default()));
        let measures = measures.unwrap_or_default();
        Some(Candidate {
            shown,
            speed: clip.speed,
            measures,
            worth: self.worth(slot, &shown, &measures),
        })
    }

    /// A slot's candidates in an order that leaves more to chance.
    pub(super) fn stirred(&self, slot: &Vacancy, mut list: Vec<Candidate>) -> Vec<Candidate> {
        // Where pictures weigh more, chance does.
        let times = STIRRED * (slot.weight * slot.seen / ONE).max(ONE) / ONE;
        for one in &mut list {
            let key = self.sources.get(one.shown.source).map_or(0, |of| of.key);
            let whim = chance(!self.seed, key, one.shown.start_us, slot.start);
            one.worth += times * whim;
        }
        list.sort_unstable_by_key(rank);
        list
    }

    /// A candidate that begins at `start_us` of `stretch`, if it has room and is not worse than
    /// allowed.
    pub(super) fn at(
        &self,
        slot: &Vacancy,
        source: usize,
        stretch: Stretch,
        start_us: u64,
        terms: Terms,
    ) -> Option<Candidate> {
        let limits = (terms.need, terms.most_bad);
        let (shown, measures) =
            self.measured(source, stretch, start_us, limits, Placed::default())?;
        if !self.allows(slot, &shown) {
            return None;
        }
        let worth = self.worth(slot, &shown, &measures);
        Some(Candidate {
            shown,
            speed: terms.speed,
            measures,
            worth,
        })
    }
}

/// Where the window begins in which `anchor` lies `offset` after its start, and whether it can; if not,
/// it lies elsewhere in it.
fn framed(
    clip: &Source<'_>,
    anchor: &Anchor,
    need: u64,
    offset: u64,
) -> Option<(Stretch, u64, bool)> {
    let next = clip
        .stretches
        .partition_point(|stretch| stretch.end_us <= anchor.at_us);
    let stretch = *clip.stretches.get(next)?;
    if stretch.length_us() < need {
        return None;
    }
    let wanted = anchor.at_us.checked_sub(offset);
    let latest = stretch.end_us - need;
    let start = wanted.unwrap_or(0).clamp(stretch.start_us, latest);
    Some((stretch, start, wanted == Some(start)))
}

/// By worth, best first; ties by content, then time.
fn rank(one: &Candidate) -> (i64, usize, u64) {
    (-one.worth, one.shown.source, one.shown.start_us)
}
