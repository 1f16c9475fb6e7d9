//! How a value is kept beside a former one: what both have in common is there once.

use std::fmt;
use std::sync::Arc;

use super::runs::Runs;
use crate::plan::{Clip, Cut, Extra, Fit, Focus, Plan, Slot};

/// Kept values with the same source whose contents are looked at for one that is the same.
const LIKE: usize = 16;

/// A value that a [`History`](super::History) can keep beside former ones.
pub trait Keep: Sized {
    /// The value as it is kept.
    type Kept: Clone + fmt::Debug;

    /// The value to be kept, sharing what it has in common with the one before.
    fn keep(&self, before: Option<&Self::Kept>) -> Self::Kept;

    /// The value that was kept.
    fn restore(kept: &Self::Kept) -> Self;
}

/// A plan as it is kept: a slot's place and what fills it are shared apart, so that neither a shot
/// that moves nor a cut that moves costs more than itself.
#[derive(Debug, Clone)]
pub struct KeptPlan {
    /// The plan without its slots.
    rest: Arc<Plan>,
    places: Runs<Place>,
    contents: Runs<Shared>,
}

/// Where a slot lies in the film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    record_start: u64,
    record_duration: u32,
    cut: Option<Cut>,
}

/// What fills a slot.
#[derive(Debug, Clone, PartialEq)]
struct Content {
    clip: Clip,
    alternates: Vec<Clip>,
    fit: Option<Fit>,
    focus: Option<Focus>,
    locked: bool,
    extra: Extra,
}

/// A content that several kept plans hold; equal only to itself.
#[derive(Debug, Clone)]
struct Shared(Arc<Content>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Keep for Plan {
    type Kept = KeptPlan;

    fn keep(&self, before: Option<&KeptPlan>) -> KeptPlan {
        let rest = without_slots(self);
        let rest = match before {
            Some(before) if *before.rest == rest => Arc::clone(&before.rest),
            _ => Arc::new(rest),
        };
        let places: Vec<Place> = self.slots.iter().map(place).collect();
        let known = Known::of(before);
        let contents: Vec<Shared> = self
            .slots
            .iter()
            .enumerate()
            .map(|(index, slot)| known.content(index, slot))
            .collect();
        KeptPlan {
            rest,
            places: Runs::of(&places, before.map(|before| &before.places)),
            contents: Runs::of(&contents, before.map(|before| &before.contents)),
        }
    }

    fn restore(kept: &KeptPlan) -> Self {
        let slots = kept.places.iter().zip(kept.contents.iter());
        Self {
            slots: slots
                .map(|(place, content)| slot(place, &content.0))
                .collect(),
            ..Self::clone(&kept.rest)
        }
    }
}

fn without_slots(plan: &Plan) -> Plan {
    let Plan {
        schema,
        made_by,
        output,
        music,
        media,
        slots: _,
        decisions,
        extra,
    } = plan;
    Plan {
        schema: schema.clone(),
        made_by: made_by.clone(),
        output: output.clone(),
        music: music.clone(),
        media: media.clone(),
        slots: Vec::new(),
        decisions: decisions.clone(),
        extra: extra.clone(),
    }
}

fn place(slot: &Slot) -> Place {
    Place {
        record_start: slot.record_start,
        record_duration: slot.record_duration,
        cut: slot.cut,
    }
}

fn slot(place: &Place, content: &Content) -> Slot {
    let content = content.clone();
    Slot {
        record_start: place.record_start,
        record_duration: place.record_duration,
        cut: place.cut,
        clip: content.clip,
        alternates: content.alternates,
        fit: content.fit,
        focus: content.focus,
        locked: content.locked,
        extra: content.extra,
    }
}

impl Content {
    fn of(slot: &Slot) -> Self {
        Self {
            clip: slot.clip.clone(),
            alternates: slot.alternates.clone(),
            fit: slot.fit,
            focus: slot.focus,
            locked: slot.locked,
            extra: slot.extra.clone(),
        }
    }

    fn is_of(&self, slot: &Slot) -> bool {
        self.clip == slot.clip
            && self.alternates == slot.alternates
            && self.fit == slot.fit
            && self.focus == slot.focus
            && self.locked == slot.locked
            && self.extra == slot.extra
    }
}

/// The contents of a kept plan, to be found again wherever they stand now.
struct Known<'k> {
    in_order: Vec<&'k Shared>,
    by_source: Vec<&'k Shared>,
}

impl<'k> Known<'k> {
    fn of(kept: Option<&'k KeptPlan>) -> Self {
        let in_order: Vec<&Shared> = kept.into_iter().flat_map(|k| k.contents.iter()).collect();
        let mut by_source = in_order.clone();
        by_source.sort_by_key(|content| source(&content.0.clip));
        Self {
            in_order,
            by_source,
        }
    }

    /// The content of the slot at `index`: a known one if there is one that is the same.
    fn content(&self, index: usize, slot: &Slot) -> Shared {
        let is_same = |content: &&&Shared| content.0.is_of(slot);
        let here = self.in_order.get(index).filter(is_same);
        let found = here.or_else(|| {
            let key = source(&slot.clip);
            let first = self
                .by_source
                .partition_point(|content| source(&content.0.clip) < key);
            let like = self.by_source.iter().skip(first).take(LIKE);
            like.take_while(|content| source(&content.0.clip) == key)
                .find(is_same)
        });
        found.map_or_else(
            || Shared(Arc::new(Content::of(slot))),
            |known| Shared::clone(known),
        )
    }
}

fn source(clip: &Clip) -> (u32, u64) {
    (clip.media, clip.source_start)
}

#[cfg(test)]
impl KeptPlan {
    /// Adds the address and the bytes of everything that is held.
    pub(super) fn weigh(&self, held: &mut std::collections::BTreeMap<usize, usize>) {
        let clips = |count: usize| count * size_of::<Clip>();
        let beats = self.rest.music.beat_grid.as_ref();
        let rest = size_of::<Plan>()
            + beats.map_or(0, |grid| size_of_val(grid.beats.as_slice()))
            + size_of_val(self.rest.media.as_slice());
        held.insert(Arc::as_ptr(&self.rest).addr(), rest);
        for run in self.places.runs() {
            held.insert(run.as_ptr().addr(), size_of_val(run.as_ref()));
        }
        for run in self.contents.runs() {
            held.insert(run.as_ptr().addr(), size_of_val(run.as_ref()));
        }
        for Shared(content) in self.contents.iter() {
            let bytes = size_of::<Content>() + clips(content.alternates.len());
            held.insert(Arc::as_ptr(content).addr(), bytes);
        }
        // The lists of runs are each kept plan's own.
        let lists = self.places.runs().len() + self.contents.runs().len();
        let own = size_of::<Self>() + lists * size_of::<Arc<[u8]>>();
        held.insert(std::ptr::from_ref(self).addr(), own);
    }
}
