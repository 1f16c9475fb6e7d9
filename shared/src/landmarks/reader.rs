//! Takes landmarks.

use super::bits::Bits;
use super::slopes::Slopes;
use super::{HORIZON, Landmark, MAX_LANDMARKS, STEP, STEPS};

/// Parts of the song of which each gives one moment. A power of two.
const CELLS: usize = 16;
/// Mean slope below which a moment is silence or hiss.
const LEAST_SLOPE: i64 = 8;

/// Takes the landmarks of a song while it is heard. Memory: some kilobytes.
#[derive(Default)]
pub struct LandmarkReader {
    slopes: Slopes,
    /// Samples heard.
    heard: u64,
    /// The moment that is being heard.
    moment: Vec<i64>,
    /// The best moments of parts of equal length.
    parts: Vec<Moment>,
    /// The best moment of the part that is being heard, of this many moments so far.
    part: Option<Moment>,
    taken: u64,
    /// Moments of a part, less one.
    more: u64,
    moments: u64,
}

#[derive(Clone)]
struct Moment {
    at: u64,
    loudness: i64,
    bits: Bits,
}

impl Moment {
    /// The louder of two; the earlier of two that are equally loud.
    fn or(self, later: Self) -> Self {
        if later.loudness > self.loudness {
            later
        } else {
            self
        }
    }
}

impl LandmarkReader {
    /// Hears the next samples, mono, at [`LANDMARK_RATE`](super::LANDMARK_RATE).
    pub fn push(&mut self, pcm: &[f32]) {
        let left = usize::try_from(HORIZON - self.heard).unwrap_or(usize::MAX);
        let pcm = pcm.get(..left).unwrap_or(pcm);
        self.heard += pcm.len() as u64;
        let mut slopes = std::mem::take(&mut self.slopes);
        slopes.push(pcm, |slope| {
            self.moment.push(slope);
            if self.moment.len() == usize::from(STEPS) {
                self.take();
            }
        });
        self.slopes = slopes;
    }

    fn take(&mut self) {
        let moment = Moment {
            at: self.moments * u64::from(STEP) * u64::from(STEPS),
            loudness: self.moment.iter().map(|slope| slope.abs()).sum(),
            bits: Bits::of(self.moment.iter().map(|slope| *slope > 0)),
        };
        self.moment.clear();
        self.moments += 1;
        self.taken += 1;
        let best = match self.part.take() {
            Some(best) => best.or(moment),
            None => moment,
        };
        if self.taken <= self.more {
            self.part = Some(best);
            return;
        }
        self.taken = 0;
        self.parts.push(best);
        if self.parts.len() == CELLS {
            self.more = 2 * self.more + 1;
            let mut parts = std::mem::take(&mut self.parts).into_iter();
            while let (Some(one), Some(other)) = (parts.next(), parts.next()) {
                self.parts.push(one.or(other));
            }
        }
    }

    /// The landmarks: the loudest moments, each of another part of the song, in order. None of
    /// silence.
    #[must_use]
    pub fn finish(mut self) -> Vec<Landmark> {
        self.parts.extend(self.part);
        let mut found = self.parts;
        found.retain(|moment| moment.loudness >= LEAST_SLOPE * i64::from(STEPS));
        found.sort_by_key(|moment| (-moment.loudness, moment.at));
        found.truncate(MAX_LANDMARKS);
        found.sort_by_key(|moment| moment.at);
        let landmark = |moment: Moment| Landmark {
            at: moment.at,
            bits: moment.bits,
        };
        found.into_iter().map(landmark).collect()
    }
}
