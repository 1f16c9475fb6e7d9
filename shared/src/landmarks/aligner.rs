//! Finds landmarks again.

use super::bits::{Bits, Row};
use super::slopes::Slopes;
use super::{HORIZON, Landmark, MAX_LANDMARKS, STEP, STEPS};

/// Farthest shift that is looked for, in samples: half a second.
const REACH: u16 = 22_050;
/// Agreement, in thousandths, from which it is the same sound. By chance it is 500, give or take 10.
const SAME_PERMILLE: u64 = 750;
/// Shifts that agree as well as the best but for this are repeats of the same sound, or it itself.
const REPEATS_PERMILLE: u64 = 20;
/// Samples on both sides in which what agrees best is the shift itself.
const PEAK: u64 = 20;

/// How one decoder's sound lies over another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alignment {
    /// How many samples later the same sound comes here.
    pub later: i64,
    /// How well it agrees, in thousandths; 500 is chance.
    pub agreement_permille: u64,
}

/// Looks for landmarks in another decoder's sound. Memory: about 2 MB.
pub struct Aligner<'a> {
    heard: u64,
    places: Vec<Place<'a>>,
}

struct Place<'a> {
    landmark: &'a Landmark,
    /// The first sample that is looked at, and those from there on.
    from: u64,
    pcm: Vec<f32>,
}

impl Place<'_> {
    /// One sample after the last that is looked at.
    fn end(&self) -> u64 {
        self.landmark.at + u64::from(STEPS) * u64::from(STEP) + u64::from(REACH)
    }

    fn push(&mut self, first: u64, pcm: &[f32]) {
        let skipped = usize::try_from(self.from.saturating_sub(first));
        let wanted = usize::try_from(self.end().saturating_sub(first));
        let end = wanted.unwrap_or(usize::MAX).min(pcm.len());
        if let Some(new) = skipped.ok().and_then(|skipped| pcm.get(skipped..end)) {
            self.pcm.extend_from_slice(new);
        }
    }

    /// The slopes of steps that begin at each of the first samples.
    fn rows(&self) -> Vec<Row> {
        let row = |phase| {
            let mut row = Row::default();
            let mut slopes = Slopes::default();
            slopes.push(self.pcm.get(phase..).unwrap_or_default(), |slope| {
                row.push(slope > 0);
            });
            row
        };
        (0..usize::from(STEP)).map(row).collect()
    }
}

impl<'a> Aligner<'a> {
    /// For these landmarks.
    #[must_use]
    pub fn new(landmarks: &'a [Landmark]) -> Self {
        let place = |landmark: &'a Landmark| Place {
            landmark,
            // A step more, since a slope is of two.
            from: landmark
                .at
                .saturating_sub(u64::from(REACH) + u64::from(STEP)),
            pcm: Vec::new(),
        };
        let sensible = landmarks.iter().filter(|landmark| landmark.at < HORIZON);
        Self {
            heard: 0,
            places: sensible.take(MAX_LANDMARKS).map(place).collect(),
        }
    }

    /// Hears the next samples, mono, at [`LANDMARK_RATE`](super::LANDMARK_RATE). Whether more of them are needed.
    pub fn push(&mut self, pcm: &[f32]) -> bool {
        for place in &mut self.places {
            place.push(self.heard, pcm);
        }
        self.heard += pcm.len() as u64;
        self.places.iter().any(|place| self.heard < place.end())
    }

    /// Where the sound lies; `None` if it is another one, or there was no landmark.
    #[must_use]
    pub fn finish(self) -> Option<Alignment> {
        let rows: Vec<_> = self.places.iter().map(Place::rows).collect();
        let agreement = |later: i64| -> Option<u64> {
            let (mut same, mut all) = (0, 0);
            for (place, rows) in self.places.iter().zip(&rows) {
                let Some(bits) = heard(place, rows, later) else {
                    continue;
                };
                same += u64::from(bits.same(place.landmark.bits));
                all += u64::from(STEPS);
            }
            // Where most of it was not heard, nothing is told.
            let enough = 2 * all >= self.places.len() as u64 * u64::from(STEPS);
            (enough && all > 0).then(|| same * 1000 / all)
        };
        let reach = i64::from(REACH);
        let told: Vec<_> = (-reach..=reach)
            .filter_map(|later| Some((later, agreement(later)?)))
            .collect();
        let most = told.iter().map(|(_, agreement)| *agreement).max()?;
        // A song that repeats itself agrees as well a loop earlier or later: the nearest shift is meant.
        let as_good = told
            .iter()
            .filter(|(_, one)| one + REPEATS_PERMILLE >= most);
        let (near, _) = as_good.min_by_key(|(later, _)| later.abs())?;
        let peak = told
            .iter()
            .filter(|(later, _)| later.abs_diff(*near) <= PEAK);
        let peak = peak.max_by_key(|(later, one)| (*one, std::cmp::Reverse(later.abs_diff(*near))));
        let (later, agreement_permille) = *peak?;
        (agreement_permille >= SAME_PERMILLE).then_some(Alignment {
            later,
            agreement_permille,
        })
    }
}

/// What was heard where a landmark would be if everything came `later` samples later.
fn heard(place: &Place<'_>, rows: &[Row], later: i64) -> Option<Bits> {
    let at = place.landmark.at.checked_add_signed(later)?;
    let at = usize::try_from(at.checked_sub(place.from)?).ok()?;
    let step = usize::from(STEP);
    rows.get(at % step)?.at(at / step)
}
