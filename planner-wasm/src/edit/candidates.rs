//! Windows of footage for a slot.
//!
//! A candidate is an anchor, not a window: the window begins so that the anchor falls on the
//! slot's accent, so one anchor serves slots of every length.

use shared::plan::{Clip, Speed};
use shared::rate::Rate;

use super::pace::ONE;
use super::score::{CHANCE, Measures, Ranks, Shown, chance, suits};
use super::slots::Vacancy;
use super::sources::{Source, Stretch};
use crate::footage::{Anchor, AnchorKind};

/// Largest share of defective footage in a window, of 1000, unless footage is scarce.
pub(super) const MAX_BAD_PERMILLE: u16 = 200;
/// Candidates kept for a slot.
pub(super) const KEPT: usize = 64;
/// The same where a person asks for something else, which many of the best have been already.
pub(super) const KEPT_TO_STIR: usize = 256;
/// Of these, at most so many from one clip.
const KEPT_OF_SOURCE: usize = 4;
/// How much more chance weighs where a person asks for something else: about a
/// third of what a middling slot can be worth.
const STIRRED: i64 = 12;

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
}

/// A slot as its source sees it, at some speed; microseconds of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    /// How much it needs.
    pub(super) need: u64,
    /// From its start to its inner accent; 0 if it has none.
    accent: u64,
    /// Its first frame.
    frame: u64,
    /// From its start to where a movement should begin.
    lead: u64,
}

/// What a search for footage allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) shape: Shape,
    pub(super) speed: Speed,
    /// Largest share of defective footage, of 1000.
    pub(super) most_bad: u16,
}

impl Shape {
    /// None on overflow.
    pub(super) fn of(slot: &Vacancy, speed: Speed, rate: Rate) -> Option<Self> {
        let length = |frames| {
            let mut clip = Clip::new(0, 0);
            clip.speed = speed;
            clip.source_end(frames, rate)
        };
        Some(Self {
            need: length(slot.frames)?,
            accent: length(slot.accent)?,
            frame: length(1.min(slot.frames))?,
            // Two frames: motion is noticed when it begins just after a cut.
            lead: length(2.min(slot.frames))?,
        })
    }

    /// How far into the window an anchor belongs.
    fn offset(self, kind: AnchorKind) -> u64 {
        match kind {
            AnchorKind::Impact if self.accent > 0 => self.accent,
            // On the cut itself: its last frame of movement is seen.
            AnchorKind::Impact => self.frame,
            AnchorKind::MotionOnset => self.lead,
            AnchorKind::Plateau => self.need / 2,
        }
    }
}

impl Pool<'_> {
    /// The best candidates for each slot at normal speed, best first, `most` of them.
    pub(super) fn shortlists(&self, slots: &[Vacancy], most: usize) -> Vec<Vec<Candidate>> {
        let mut lists = vec![Vec::new(); slots.len()];
        // Slots of one shape share their windows: the beat is steady, so shapes are few.
        let mut shapes: Vec<(Shape, usize)> = slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| {
                Some((Shape::of(slot, Speed::default(), self.rate)?, index))
            })
            .collect();
        shapes.sort_unstable();
        for alike in shapes.chunk_by(|a, b| a.0 == b.0) {
            let Some((shape, _)) = alike.first() else {
                continue;
            };
            let windows = self.windows(*shape);
            for (_, index) in alike {
                if let (Some(slot), Some(list)) = (slots.get(*index), lists.get_mut(*index)) {
                    *list = self.shortlist(slot, &windows, most);
                }
            }
        }
        lists
    }

    /// A window for each anchor that has room for one, measured.
    pub(super) fn windows(&self, shape: Shape) -> Vec<(Shown, Measures)> {
        let mut windows = Vec::new();
        for (source, clip) in self.sources.iter().enumerate() {
            for anchor in &clip.footage.anchors {
                if let Some((stretch, start, hit)) = framed(clip, anchor, shape)
                    && let Some(window) = self.measured(
                        source,
                        stretch,
                        start,
                        shape,
                        MAX_BAD_PERMILLE,
                        Some((anchor, hit)),
                    )
                {
                    windows.push(window);
                }
            }
            // The head of each stretch, for clips with few anchors.
            for stretch in &clip.stretches {
                if stretch.length_us() >= shape.need
                    && let Some(window) = self.measured(
                        source,
                        *stretch,
                        stretch.start_us,
                        shape,
                        MAX_BAD_PERMILLE,
                        None,
                    )
                {
                    windows.push(window);
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
        shape: Shape,
        most_bad: u16,
        anchor: Option<(&Anchor, bool)>,
    ) -> Option<(Shown, Measures)> {
        let clip = self.sources.get(source)?;
        let end_us = start_us.checked_add(shape.need)?;
        if end_us > stretch.end_us {
            return None;
        }
        let window = clip.windows.over(start_us, end_us)?;
        if window.severe || window.bad_permille > most_bad {
            return None;
        }
        let (hit, inside) = match anchor {
            Some((anchor, true)) if anchor.kind != AnchorKind::Plateau => {
                (anchor.strength_permille, 0)
            }
            Some((anchor, _)) => (0, anchor.strength_permille / 2),
            None => (0, 0),
        };
        let length = (clip.footage.end_us - clip.footage.start_us).max(1);
        let place = (start_us - clip.footage.start_us) * ONE.unsigned_abs() / length;
        let place = i64::try_from(place).unwrap_or(ONE);
        let shown = Shown {
            source,
            shot: stretch.shot,
            start_us,
            end_us,
            scene: clip.scene(start_us, end_us),
        };
        Some((
            shown,
            self.ranks
                .measures(&window, hit.min(1000), inside.min(1000), place),
        ))
    }

    fn shortlist(
        &self,
        slot: &Vacancy,
        windows: &[(Shown, Measures)],
        most: usize,
    ) -> Vec<Candidate> {
        let mut list: Vec<Candidate> = Vec::with_capacity(most);
        for of_source in windows.chunk_by(|a, b| a.0.source == b.0.source) {
            let mut best: [Option<(i64, usize)>; KEPT_OF_SOURCE] = [None; KEPT_OF_SOURCE];
            for (index, (shown, measures)) in of_source.iter().enumerate() {
                let surely = suits(slot, measures);
                let worst = best.last().copied().flatten();
                if worst.is_some_and(|(worst, _)| surely + CHANCE <= worst) {
                    continue;
                }
                let worth = self.worth(slot, shown, measures);
                let mut entry = Some((worth, index));
                for place in &mut best {
                    if place.is_none_or(|old| entry.is_some_and(|new| new.0 > old.0)) {
                        std::mem::swap(place, &mut entry);
                    }
                }
            }
            for (worth, index) in best.into_iter().flatten() {
                if let Some((shown, measures)) = of_source.get(index) {
                    list.push(Candidate {
                        shown: *shown,
                        speed: Speed::default(),
                        measures: *measures,
                        worth,
                    });
                }
            }
        }
        if list.len() > most {
            list.select_nth_unstable_by_key(most, rank);
            list.truncate(most);
        }
        list.sort_unstable_by_key(rank);
        list
    }

    pub(super) fn worth(&self, slot: &Vacancy, shown: &Shown, measures: &Measures) -> i64 {
        let key = self
            .sources
            .get(shown.source)
            .map_or(0, |source| source.key);
        suits(slot, measures) + chance(self.seed, key, shown.start_us, slot.start)
    }

    /// What a clip of a plan shows in a slot, as a candidate, whatever it is worth.
    pub(super) fn as_shown(&self, slot: &Vacancy, source: usize, clip: &Clip) -> Option<Candidate> {
        let of = self.sources.get(source)?;
        let takes = &of.footage.shots;
        let take = takes.partition_point(|take| take.end_us <= clip.source_start);
        let (start_us, end_us) = (clip.source_start, clip.source_end(slot.frames, self.rate)?);
        let shown = Shown {
            source,
            shot: take.min(takes.len().saturating_sub(1)),
            start_us,
            end_us,
            scene: of.scene(start_us, end_us),
        };
        let window = of.windows.over(shown.start_us, shown.end_us);
        let measures = window.map(|window| self.ranks.measures(&window, 0, 0, 0));
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
        for one in &mut list {
            let key = self.sources.get(one.shown.source).map_or(0, |of| of.key);
            let whim = chance(!self.seed, key, one.shown.start_us, slot.start);
            one.worth += STIRRED * whim;
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
        let (shown, measures) =
            self.measured(source, stretch, start_us, terms.shape, terms.most_bad, None)?;
        let worth = self.worth(slot, &shown, &measures);
        Some(Candidate {
            shown,
            speed: terms.speed,
            measures,
            worth,
        })
    }
}

/// Where the window for `anchor` begins, and whether the anchor falls on the accent.
fn framed(clip: &Source<'_>, anchor: &Anchor, shape: Shape) -> Option<(Stretch, u64, bool)> {
    let next = clip
        .stretches
        .partition_point(|stretch| stretch.end_us <= anchor.at_us);
    let stretch = *clip.stretches.get(next)?;
    if stretch.length_us() < shape.need {
        return None;
    }
    let wanted = anchor.at_us.checked_sub(shape.offset(anchor.kind));
    let latest = stretch.end_us - shape.need;
    let start = wanted.unwrap_or(0).clamp(stretch.start_us, latest);
    Some((stretch, start, wanted == Some(start)))
}

/// By worth, best first; ties by content, then time.
fn rank(one: &Candidate) -> (i64, usize, u64) {
    (-one.worth, one.shown.source, one.shown.start_us)
}
