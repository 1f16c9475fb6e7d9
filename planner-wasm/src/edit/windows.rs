//! Footage that is bound to parts of the song.

use shared::decision::{Decision, DecisionCode};

use super::bans::touch;
use super::points::Span;
use super::request::PlanRequest;
use super::slots::Vacancy;
use super::sources::{Source, Stretch, gaps, without};
use super::steering::range;

/// A slot that goes beyond its part of the song by less than this, in microseconds, lies in it: who
/// reads an instant off a clock reads it no better.
const SLACK_US: u64 = 100_000;

/// The windows of a request, by clip.
#[derive(Debug, Default)]
pub(super) struct SongWindows {
    /// Of each clip, footage and the frames that it may be shown at.
    of: Vec<Vec<Bound>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    /// Range of the clip, in microseconds.
    range: (u64, u64),
    /// First frame and the first after.
    frames: (u64, u64),
}

impl Bound {
    const fn holds(self, slot: &Vacancy) -> bool {
        self.frames.0 <= slot.start && slot.start + slot.frames as u64 <= self.frames.1
    }
}

impl SongWindows {
    pub(super) fn of(request: &PlanRequest, span: Span) -> Self {
        let mut of = vec![Vec::new(); request.clips.len()];
        for window in &request.windows {
            let Some(range) = range(window.range_us).filter(|_| window.start < window.end) else {
                continue;
            };
            let slack = span.samples_in(SLACK_US);
            // What begins before the film has no frame of it.
            let frame = |sample: u64| span.frame(sample.min(span.end)).unwrap_or(0);
            let frames = (
                frame(window.start.saturating_sub(slack)),
                frame(window.end.saturating_add(slack)),
            );
            for clip in request.alike(window.media) {
                let bound = Bound { range, frames };
                of.get_mut(clip)
                    .into_iter()
                    .for_each(|of: &mut Vec<_>| of.push(bound));
            }
        }
        Self { of }
    }

    fn bounds(&self, clip: u32) -> &[Bound] {
        let clip = usize::try_from(clip).ok();
        clip.and_then(|clip| self.of.get(clip))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether any footage is bound.
    pub(super) fn bind(&self) -> bool {
        self.of.iter().any(|of| !of.is_empty())
    }

    /// What of a clip may not be shown in a slot: what is bound, and to other parts of
    /// the song alone.
    pub(super) fn barred(&self, clip: u32, slot: &Vacancy) -> Vec<(u64, u64)> {
        let bounds = self.bounds(clip);
        let mut open: Vec<(u64, u64)> = Vec::new();
        let mut barred: Vec<(u64, u64)> = Vec::new();
        for bound in bounds {
            let of = if bound.holds(slot) {
                &mut open
            } else {
                &mut barred
            };
            of.push(bound.range);
        }
        open.sort_unstable();
        barred.sort_unstable();
        let left = barred.into_iter().flat_map(|(start_us, end_us)| {
            let whole = Stretch {
                start_us,
                end_us,
                shot: 0,
            };
            gaps(whole, &open)
        });
        left.map(|one| (one.start_us, one.end_us)).collect()
    }

    /// Whether all of `start_us..end_us` of a clip may be shown in a slot.
    pub(super) fn allow(&self, clip: u32, (start_us, end_us): (u64, u64), slot: &Vacancy) -> bool {
        if self.bounds(clip).is_empty() {
            return true;
        }
        !touch(&self.barred(clip, slot), start_us, end_us)
    }

    /// What of `stretches` of a clip may be shown in a slot.
    pub(super) fn allowed(&self, clip: u32, stretches: &[Stretch], slot: &Vacancy) -> Vec<Stretch> {
        if self.bounds(clip).is_empty() {
            return stretches.to_vec();
        }
        without(stretches.to_vec(), &self.barred(clip, slot))
    }

    /// Whether no footage at all may fill a slot, which takes `need` microseconds of it at least.
    pub(super) fn leave_nothing(&self, sources: &[Source<'_>], slot: &Vacancy, need: u64) -> bool {
        if !self.bind() {
            return false;
        }
        let fills = |source: &Source<'_>| {
            let barred = self.barred(source.index, slot);
            let mut own = self
                .allowed(source.index, &source.stretches, slot)
                .into_iter();
            let mut merged = self.allowed(source.index, &source.merged, slot).into_iter();
            // What ends too early is held, unless what may not be shown comes after it.
            own.any(|one| {
                let end = one.start_us.saturating_add(need);
                !touch(&barred, one.start_us, end) && !touch(source.banned, one.start_us, end)
            }) || merged.any(|one| one.length_us() >= need)
        };
        !sources.iter().any(fills)
    }

    /// One decision for each window in which no slot lies.
    pub(super) fn decisions(&self, request: &PlanRequest, slots: &[Vacancy]) -> Vec<Decision> {
        let rate = request.output.rate.as_f64();
        let mut told = Vec::new();
        for (clip, bounds) in request.clips.iter().zip(&self.of) {
            for bound in bounds {
                if slots.iter().any(|slot| bound.holds(slot)) {
                    continue;
                }
                let (start, end) = bound.frames;
                let why = if start == end {
                    "the part of the song where alone it may be shown is not in the film".to_owned()
                } else {
                    format!(
                        "it may be shown from {} to {} s of the film alone, and no shot lies in there as a whole",
                        seconds(start, rate),
                        seconds(end, rate)
                    )
                };
                let path = clip.media.path.as_text();
                told.push(Decision::about(DecisionCode::SongWindowEmpty, path, why));
            }
        }
        told.dedup();
        told
    }
}

/// Frames as seconds, for people.
#[expect(
    clippy::cast_precision_loss,
    reason = "shown to a hundredth of a second"
)]
fn seconds(frames: u64, rate: f64) -> String {
    format!("{:.2}", frames as f64 / rate)
}
