//! An earlier plan as a new request sees it: which of its clips are still on offer, and where its
//! slots lie in the new film.

use std::collections::BTreeMap;

use shared::fingerprint::Fingerprint;
use shared::media::MediaReference;
use shared::plan::{Clip, Cut, Plan, Slot};
use shared::rate::Rate;

use super::bans::Bans;
use super::favour::weights;
use super::pace::MIN_SHOT_US;
use super::points::Span;
use super::request::PlanRequest;

/// What is new of a clip since the earlier plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Newness {
    /// Nothing.
    Known,
    /// It weighs more than then.
    Weightier,
    /// It was not on offer then.
    Offered,
}

/// The media of an earlier plan beside those of the request.
pub(super) struct Earlier<'a> {
    plan: &'a Plan,
    request: &'a PlanRequest,
    bans: &'a Bans,
    /// Of each of its media, the position in the request.
    offered: Vec<Option<u32>>,
    /// The new plan's media: the request's clips, then those that only slots that stay still show.
    media: Vec<MediaReference>,
}

impl<'a> Earlier<'a> {
    pub(super) fn new(plan: &'a Plan, request: &'a PlanRequest, bans: &'a Bans) -> Self {
        let mut by_content: BTreeMap<Fingerprint, Vec<u32>> = BTreeMap::new();
        let mut by_path: BTreeMap<&str, u32> = BTreeMap::new();
        for (index, clip) in (0..).zip(&request.clips) {
            by_path.entry(clip.media.path.as_text()).or_insert(index);
            if let Some(print) = clip.media.fingerprint {
                by_content.entry(print).or_default().push(index);
            }
        }
        let offered = |media: &MediaReference| {
            let named = by_path.get(media.path.as_text()).copied();
            let alike = media.fingerprint.and_then(|print| by_content.get(&print));
            match (alike, named) {
                // The same content under the same name, else under any name.
                (Some(alike), Some(named)) if alike.contains(&named) => Some(named),
                (Some(alike), _) => alike.first().copied(),
                // Content that is not known on one side may be the same; known to differ it is not.
                (None, Some(named)) => Some(named).filter(|named| {
                    let clip = usize::try_from(*named)
                        .ok()
                        .and_then(|n| request.clips.get(n));
                    media.fingerprint.is_none()
                        || clip.is_some_and(|clip| clip.media.fingerprint.is_none())
                }),
                (None, None) => None,
            }
        };
        Self {
            plan,
            request,
            bans,
            offered: plan.media.iter().map(offered).collect(),
            media: request
                .clips
                .iter()
                .map(|clip| clip.media.clone())
                .collect(),
        }
    }

    pub(super) const fn plan(&self) -> &'a Plan {
        self.plan
    }

    pub(super) fn slot(&self, index: usize) -> Option<&'a Slot> {
        self.plan.slots.get(index)
    }

    /// The new plan's media.
    pub(super) fn into_media(self) -> Vec<MediaReference> {
        self.media
    }

    /// How a clip of the request may take the place of what is kept.
    pub(super) fn newness(&self) -> Vec<Newness> {
        let clips = &self.request.clips;
        let mut all: Vec<Newness> = vec![Newness::Offered; clips.len()];
        for index in self.offered.iter().flatten() {
            let index = usize::try_from(*index).ok();
            let clip = index.and_then(|index| clips.get(index));
            let own = index.and_then(|index| all.get_mut(index));
            if let Some((clip, own)) = clip.zip(own) {
                let (now, before) = weights(clips, clip);
                *own = if now > before {
                    Newness::Weightier
                } else {
                    Newness::Known
                };
            }
        }
        all
    }

    /// Whether one of the request's clips weighs less than when the earlier plan was made.
    pub(super) fn is_wanted_less(&self, media: u32) -> bool {
        let clips = &self.request.clips;
        let clip = usize::try_from(media).ok().and_then(|clip| clips.get(clip));
        clip.is_some_and(|clip| {
            let (now, before) = weights(clips, clip);
            now < before
        })
    }

    /// A clip of the earlier plan with the request's number, if it may be shown: it is on offer, and
    /// nothing of what `frames` frames show is banned.
    pub(super) fn allowed(&self, clip: &Clip, frames: u32, rate: Rate) -> Option<Clip> {
        let media = *self.offered.get(usize::try_from(clip.media).ok()?)?;
        let clip = Clip {
            media: media?,
            ..clip.clone()
        };
        let index = usize::try_from(clip.media).ok()?;
        let end = clip.source_end(frames, rate)?;
        let sound = fits(self.media.get(index)?, &clip);
        let banned = self.bans.touch(index, clip.source_start, end);
        (sound && !banned).then_some(clip)
    }

    /// Whether one of the request's clips was measured anew since the earlier plan was made.
    pub(super) fn is_remeasured(&self, media: u32) -> bool {
        let clip = usize::try_from(media).ok();
        clip.and_then(|clip| self.request.clips.get(clip))
            .is_some_and(|clip| clip.remeasured)
    }

    /// An earlier slot to the bit, but for the numbers of its media. Media that are on offer no more
    /// are taken over. `None` if its clip lies outside of its file, as the file is now.
    pub(super) fn whole(&mut self, slot: &Slot) -> Option<Slot> {
        let mut whole = slot.clone();
        whole.clip.media = self.taken_over(slot.clip.media)?;
        let mut alternates = Vec::with_capacity(slot.alternates.len());
        for alternate in &slot.alternates {
            let media = self.taken_over(alternate.media)?;
            alternates.push(Clip {
                media,
                ..alternate.clone()
            });
        }
        alternates.retain(|alternate| self.is_inside(alternate));
        whole.alternates = alternates;
        self.is_inside(&whole.clip).then_some(whole)
    }

    fn is_inside(&self, clip: &Clip) -> bool {
        let media = usize::try_from(clip.media).ok();
        media
            .and_then(|media| self.media.get(media))
            .is_some_and(|media| fits(media, clip))
    }

    fn taken_over(&mut self, media: u32) -> Option<u32> {
        let index = usize::try_from(media).ok()?;
        if let Some(offered) = *self.offered.get(index)? {
            return Some(offered);
        }
        let number = u32::try_from(self.media.len()).ok()?;
        self.media.push(self.plan.media.get(index)?.clone());
        *self.offered.get_mut(index)? = Some(number);
        Some(number)
    }
}

/// Whether a clip begins inside its file, as the format asks.
fn fits(media: &MediaReference, clip: &Clip) -> bool {
    clip.source_start == 0
        || media
            .duration_us
            .is_none_or(|duration| clip.source_start < duration)
}

/// Where an earlier slot lies in the new film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// First frame.
    pub(super) start: u64,
    /// First frame after it.
    pub(super) end: u64,
    /// What it begins on, if it said so.
    pub(super) cut: Option<Cut>,
    /// The sample at which it begins.
    pub(super) at: u64,
    /// The sample at which it ends.
    pub(super) until: u64,
}

/// The place of each earlier slot in a film of `span`, by the song's time; none for those that do
/// not lie inside it as a whole.
pub(super) fn places(plan: &Plan, span: Span) -> Vec<Option<Place>> {
    let Some(music) = plan.music.rate() else {
        return vec![None; plan.slots.len()];
    };
    let before = Span::over(
        plan.music.source_start,
        plan.record_duration(),
        music,
        plan.output.rate,
    );
    let same = before.is_timed_as(span);
    let sample = |slot: &Slot| {
        let own = slot.cut.map(|cut| cut.at);
        span.in_own_rate(own.or_else(|| before.sample(slot.record_start))?, music)
    };
    let end = before
        .sample(before.frames)
        .and_then(|end| span.in_own_rate(end, music));
    let starts: Vec<Option<u64>> = plan.slots.iter().map(sample).chain([end]).collect();
    let shortest = span.frames_in(MIN_SHOT_US);
    let count = plan.slots.len();
    let place = |(index, slot): (usize, &Slot)| {
        let (at, until) = ((*starts.get(index)?)?, (*starts.get(index + 1)?)?);
        let (start, mut end) = if same {
            (slot.record_start, slot.record_end())
        } else {
            (span.frame(at)?, span.frame(until)?)
        };
        if !same && index + 1 == count && span.frames.abs_diff(end) < shortest {
            // The film's end, counted in other frames.
            end = span.frames;
        }
        let cut = slot.cut.map(|cut| Cut { at, ..cut });
        (start < end && end <= span.frames).then_some(Place {
            start,
            end,
            cut: cut.filter(|cut| span.frame(cut.at) == Some(start)),
            at,
            until,
        })
    };
    plan.slots.iter().enumerate().map(place).collect()
}
