//! Landmarks of a song: moments of its sound by which another decoder's sound is laid over the one
//! that was planned with.
//!
//! Decoders disagree on where a song begins: some play the samples that an encoder put before it
//! (in MP3 and AAC a tenth of a second or less), some do not. A plan counts in samples of the
//! decoder that its planner had, so it carries some landmarks, and whoever plays it asks
//! [`Aligner`] how much later the same sound comes from their own decoder.
//!
//! A landmark is 512 signs of the slope of the sound, at 8820 a second: loudness, equalising and
//! lossy coding hardly change them, and eight of them agree by chance in half of their bits, give
//! or take one in a hundred. The same idea as the fingerprints of Haitsma and Kalker (A Highly
//! Robust Audio Fingerprinting System, 2002), with time kept fine instead of frequency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Samples per second of the sound that landmarks are taken of.
pub const LANDMARK_RATE: u32 = 44_100;
/// Most landmarks of a song.
pub const MAX_LANDMARKS: usize = 8;
/// How far into the song landmarks are looked for, in samples: five minutes, so that a long mix is
/// not decoded twice.
pub const HORIZON: u64 = 300 * LANDMARK_RATE as u64;

/// Samples that are taken together.
const STEP: u16 = 5;
/// Steps of a landmark.
const STEPS: u16 = 512;
/// Words that hold them.
const WORDS: usize = 8;
/// Farthest shift that is looked for, in samples: half a second.
const REACH: u16 = 22_050;
/// Parts of the song of which each gives one moment. A power of two.
const CELLS: usize = 16;
/// Slopes are counted in this part of the full scale.
const SCALE: f32 = 32_768.0;
/// Mean slope below which a moment is silence or hiss.
const LEAST_SLOPE: i64 = 8;
/// Agreement, in thousandths, from which it is the same sound. By chance it is 500, give or take 10.
const SAME_PERMILLE: u64 = 750;
/// Shifts that agree as well as the best but for this are repeats of the same sound, or it itself.
const REPEATS_PERMILLE: u64 = 20;
/// Samples on both sides in which what agrees best is the shift itself.
const PEAK: u64 = 20;

/// A moment of a song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Landmark {
    /// Its first sample.
    pub at: u64,
    /// How it sounds.
    pub bits: Bits,
}

/// Which of 512 slopes rise, the first in the highest bit; written as 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bits([u64; WORDS]);

impl Bits {
    fn of(rises: impl IntoIterator<Item = bool>) -> Self {
        let mut row = Row::default();
        rises.into_iter().for_each(|rises| row.push(rises));
        row.at(0).unwrap_or(Self([0; WORDS]))
    }

    /// How many agree.
    fn same(self, other: Self) -> u32 {
        let pairs = self.0.iter().zip(other.0);
        pairs.map(|(one, other)| (one ^ other).count_zeros()).sum()
    }
}

/// Any number of slopes, packed.
#[derive(Default)]
struct Row {
    words: Vec<u64>,
    /// How many slopes.
    slopes: usize,
}

impl Row {
    fn push(&mut self, rises: bool) {
        if self.slopes.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(rises) << (63 - self.slopes % 64);
        }
        self.slopes += 1;
    }

    /// The slopes from `first` on; `None` if there are not enough.
    fn at(&self, first: usize) -> Option<Bits> {
        if first + usize::from(STEPS) > self.slopes {
            return None;
        }
        let words = self.words.get(first / 64..)?;
        let shift = first % 64;
        let mut bits = [0; WORDS];
        for (at, word) in bits.iter_mut().enumerate() {
            // The bits of the word that follows, none if the first begins a word.
            let next = words
                .get(at + 1)
                .map_or(0, |next| next >> 1 >> (63 - shift));
            *word = words.get(at)? << shift | next;
        }
        Some(Bits(bits))
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 128 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a landmark's 128 lower-case hexadecimal digits")]
pub struct BitsError(String);

impl FromStr for Bits {
    type Err = BitsError;

    fn from_str(text: &str) -> Result<Self, BitsError> {
        let wrong = || BitsError(text.chars().take(80).collect());
        if text.len() != 16 * WORDS || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(wrong());
        }
        let mut bits = [0; WORDS];
        for (at, word) in bits.iter_mut().enumerate() {
            let digits = text.get(16 * at..16 * at + 16).ok_or_else(wrong)?;
            *word = u64::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bits))
    }
}

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Bits {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LandmarkBits".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9a-f]{128}$",
            "description": "Which of 512 slopes of the sound rise, at 8820 a second."
        })
    }
}

/// Slopes of the sound, from samples in blocks of any size.
#[derive(Default)]
struct Slopes {
    sum: f32,
    summed: u16,
    before: f32,
}

impl Slopes {
    /// Gives the slope of each step that `pcm` completes.
    fn push(&mut self, pcm: &[f32], mut each: impl FnMut(i64)) {
        for sample in pcm {
            self.sum += if sample.is_finite() { *sample } else { 0.0 };
            self.summed += 1;
            if self.summed == STEP {
                let mean = self.sum / f32::from(STEP);
                let slope = (mean - self.before) * SCALE;
                each(whole(slope));
                self.before = mean;
                self.sum = 0.0;
                self.summed = 0;
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "far beyond any sound it is cut off"
)]
fn whole(slope: f32) -> i64 {
    slope.clamp(-1e6, 1e6) as i64
}

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
    /// Hears the next samples, mono, at [`LANDMARK_RATE`].
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

    /// Hears the next samples, mono, at [`LANDMARK_RATE`]. Whether more of them are needed.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hits of noise over a low tone, and a little silence before.
    fn song(seed: u32, seconds: usize) -> Vec<f32> {
        let mut state = seed | 1;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            f32::from(u16::try_from(state >> 16).unwrap()) / 32_768.0 - 1.0
        };
        (0..seconds * LANDMARK_RATE as usize)
            .map(|n| {
                let since = u16::try_from(n % 11_025).unwrap();
                let decay = 1.0 - f32::from(since) / 11_025.0;
                let tone = if n / 50 % 2 == 0 { 0.1 } else { -0.1 };
                noise() * 0.5 * decay * decay + tone
            })
            .collect()
    }

    fn landmarks(song: &[f32], block: usize) -> Vec<Landmark> {
        let mut reader = LandmarkReader::default();
        for block in song.chunks(block) {
            reader.push(block);
        }
        reader.finish()
    }

    fn aligned(landmarks: &[Landmark], song: &[f32]) -> Option<Alignment> {
        let mut aligner = Aligner::new(landmarks);
        for block in song.chunks(4096) {
            if !aligner.push(block) {
                break;
            }
        }
        aligner.finish()
    }

    /// The song `later` samples later, or without its first samples.
    fn shifted(song: &[f32], later: i64) -> Vec<f32> {
        let samples = usize::try_from(later.unsigned_abs()).unwrap();
        if later < 0 {
            song[samples..].to_vec()
        } else {
            [vec![0.0; samples], song.to_vec()].concat()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn a_shift_is_found_to_the_sample(seed in any::<u32>(), later in -22_000..22_000_i64) {
            let song = song(seed, 12);
            let found = aligned(&landmarks(&song, 4096), &shifted(&song, later)).unwrap();
            prop_assert_eq!(found.later, later);
        }

        #[test]
        fn loudness_and_a_little_noise_do_not_matter(seed in any::<u32>(), gain in 0.05..4.0_f32) {
            let here = song(seed, 8);
            let other = song(!seed, 8);
            let changed: Vec<f32> = here.iter().zip(&other).map(|(one, other)| gain * (one + 0.02 * other)).collect();
            let found = aligned(&landmarks(&here, 4096), &shifted(&changed, 1103)).unwrap();
            prop_assert_eq!(found.later, 1103);
        }

        #[test]
        fn a_loop_is_laid_over_the_nearest_repeat(seed in any::<u32>(), later in -4000..4000_i64) {
            let bar = &song(seed, 1)[..11_025];
            let looped: Vec<f32> = bar.iter().copied().cycle().take(300_000).collect();
            let hiss = song(!seed, 8);
            let noisy: Vec<f32> = looped.iter().zip(&hiss).map(|(one, hiss)| one + 0.01 * hiss).collect();
            let found = aligned(&landmarks(&looped, 4096), &shifted(&noisy, later)).unwrap();
            prop_assert_eq!(found.later, later);
        }

        #[test]
        fn another_song_is_not_found(seed in any::<u32>()) {
            prop_assert_eq!(aligned(&landmarks(&song(seed, 8), 4096), &song(!seed, 8)), None);
        }

        #[test]
        fn landmarks_do_not_depend_on_blocks(seed in any::<u32>(), block in 1..9000_usize) {
            let song = song(seed, 3);
            prop_assert_eq!(landmarks(&song, block), landmarks(&song, 4096));
        }

        #[test]
        fn rows_are_read_anywhere_and_text_and_back_is_the_same(rises in prop::collection::vec(any::<bool>(), usize::from(STEPS)..900), first in 0..400_usize) {
            let mut row = Row::default();
            for rises in &rises {
                row.push(*rises);
            }
            let Some(bits) = row.at(first) else {
                prop_assert!(first + usize::from(STEPS) > rises.len());
                return Ok(());
            };
            prop_assert_eq!(bits, Bits::of(rises[first..].iter().copied()));
            prop_assert_eq!(bits.to_string().parse(), Ok(bits));
            let mut others = rises.clone();
            others[first] ^= true;
            prop_assert_eq!(bits.same(Bits::of(others[first..].iter().copied())), u32::from(STEPS) - 1);
        }
    }

    #[test]
    fn landmarks_are_few_in_order_and_spread_over_the_song() {
        let song = song(7, 90);
        let found = landmarks(&song, 4096);
        assert_eq!(found.len(), MAX_LANDMARKS);
        assert!(found.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(found[0].at < song.len() as u64 / 2);
        assert!(found[7].at > song.len() as u64 / 2);
    }

    #[test]
    fn what_is_silent_short_or_odd_has_none() {
        assert_eq!(landmarks(&vec![0.0; 100_000], 4096), []);
        assert_eq!(landmarks(&vec![f32::NAN; 100_000], 4096), []);
        assert_eq!(landmarks(&[1.0, -1.0], 4096), []);
        assert_eq!(landmarks(&[], 4096), []);
        assert_eq!(aligned(&[], &song(1, 2)), None);
        assert_eq!(aligned(&landmarks(&song(1, 4), 4096), &[]), None);
    }

    #[test]
    fn a_tone_that_repeats_itself_is_not_shifted() {
        let tone: Vec<f32> = (0..400_000)
            .map(|n| if n / 50 % 2 == 0 { 0.5 } else { -0.5 })
            .collect();
        let found = aligned(&landmarks(&tone, 4096), &tone).unwrap();
        assert_eq!(found.later, 0);
    }
}
