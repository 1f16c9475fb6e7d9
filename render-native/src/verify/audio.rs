//! How late the film's sound is against the song, at several places.
#![expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^52"
)]

use realfft::RealFftPlanner;
use serde::Serialize;

use super::lag::{is_clearly_heard, is_silent, locate, resampled_position, samples_in};

/// Samples a second that film and song are compared at. Both are decoded to it, so that a song at
/// another rate is resampled in the same way on both sides.
pub(super) const RATE: u32 = 48_000;
/// Places in the film where sound is compared, spread evenly.
const PLACES: usize = 7;
/// Length of the sound that is compared at each, in seconds.
const WINDOW_SECONDS: f64 = 1.7;
/// Below this there is too little sound to compare, in seconds.
const LEAST_SECONDS: f64 = 0.25;
/// How far around its place the sound is looked for, in seconds. With the window this makes 2.7 s,
/// just within 2^17 samples.
const SEARCH_SECONDS: f64 = 0.5;
/// A place where film and song are less alike than this cannot be trusted with a lag.
const ALIKE: f64 = 0.5;

/// The largest lag that passes, in milliseconds. Lossless codecs keep every sample in place. AAC in
/// MP4 begins with priming that the edit list hides, so that it keeps its place to the sample too;
/// the bound is the same.
pub(super) const BOUND_MS: f64 = 1.0;

/// Codecs by ffmpeg's names that give back every sample.
pub(super) fn is_lossless(codec: &str) -> bool {
    matches!(codec, "flac" | "alac") || codec.starts_with("pcm_")
}

/// The film's sound against the song.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AudioFindings {
    /// Codec of the film's sound, by ffmpeg's name; none if it has none.
    pub codec: Option<String>,
    /// Whether that codec keeps every sample.
    pub lossless: bool,
    /// Largest lag that passes, in milliseconds.
    pub bound_ms: f64,
    /// By how much the sound starts after the picture, in milliseconds; negative if before.
    pub start_offset_ms: f64,
    /// The places that were compared, in order.
    pub places: Vec<AudioPlace>,
}

/// The sound at one place of the film.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AudioPlace {
    /// Where in the film, in seconds.
    pub at_s: f64,
    /// What was found there.
    #[serde(flatten)]
    pub finding: AudioFinding,
}

/// What comparing one place gave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum AudioFinding {
    /// The song is heard, this late.
    Lag {
        /// Milliseconds; negative if the film's sound is early.
        ms: f64,
        /// How alike film and song are, 0 to 1.
        likeness: f64,
    },
    /// The song is silent there or over, or nearly so, and so is the film: nothing to measure.
    Silence,
    /// What is heard is not the song, within half a second of its place.
    Unlike {
        /// How alike the best place is, 0 to 1.
        likeness: f64,
    },
}

impl AudioFindings {
    /// The lags, in order of place.
    #[must_use]
    pub fn lags(&self) -> impl DoubleEndedIterator<Item = f64> + '_ {
        self.places.iter().filter_map(|place| match place.finding {
            AudioFinding::Lag { ms, .. } => Some(ms),
            _ => None,
        })
    }

    /// The lag farthest from 0, with its sign; none where nothing could be measured.
    #[must_use]
    pub fn worst_ms(&self) -> Option<f64> {
        self.lags().max_by(|a, b| a.abs().total_cmp(&b.abs()))
    }

    /// Lag of the last place less that of the first.
    #[must_use]
    pub fn drift_ms(&self) -> Option<f64> {
        Some(self.lags().next_back()? - self.lags().next()?)
    }

    /// Whether every place that could be measured is within the bound, and none is unlike.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.codec.is_some()
            && self
                .places
                .iter()
                .all(|place| !matches!(place.finding, AudioFinding::Unlike { .. }))
            && self.lags().all(|ms| ms.abs() <= self.bound_ms)
    }
}

/// Samples to be kept from a stream of them.
#[derive(Debug)]
pub(super) struct Window {
    start: u64,
    length: usize,
    samples: Vec<f32>,
    /// How much of it lies before the stream begins, and is silence.
    ahead: usize,
}

impl Window {
    fn new(start: u64, length: usize) -> Self {
        Self {
            start,
            length,
            samples: Vec::new(),
            ahead: 0,
        }
    }

    /// From `margin` before `start` to `margin` after its end, even where that is before the
    /// stream begins.
    fn around(start: u64, length: usize, margin: usize) -> Self {
        let ahead = usize::try_from(start).map_or(0, |start| margin.saturating_sub(start));
        Self {
            start: start.saturating_sub(margin as u64),
            length: length + 2 * margin - ahead,
            samples: Vec::new(),
            ahead,
        }
    }

    /// All of it, with silence where the stream had not begun or was over.
    fn padded(&self) -> Vec<f32> {
        let mut padded = vec![0.0; self.ahead];
        padded.extend(&self.samples);
        padded.resize(self.ahead + self.length, 0.0);
        padded
    }
}

/// Keeps the wanted windows of a stream and forgets the rest.
#[derive(Debug)]
pub(super) struct Listener {
    windows: Vec<Window>,
    heard: u64,
}

impl Listener {
    /// Takes the next samples.
    pub(super) fn push(&mut self, samples: &[f32]) {
        let end = self.heard + samples.len() as u64;
        for window in &mut self.windows {
            let from = window.start + window.samples.len() as u64;
            let to = window.start + window.length as u64;
            if from < end && to > self.heard {
                let skip = usize::try_from(from.saturating_sub(self.heard)).unwrap_or(usize::MAX);
                let room = window.length - window.samples.len();
                window.samples.extend(samples.iter().skip(skip).take(room));
            }
        }
        self.heard = end;
    }

    /// First sample that no window needs.
    pub(super) fn end(&self) -> u64 {
        self.windows
            .iter()
            .map(|window| window.start + window.length as u64)
            .max()
            .unwrap_or(0)
    }
}

/// What is compared: the same places in film and song.
#[derive(Debug)]
pub(super) struct Comparison {
    /// Listens to the film, from its first sample on.
    pub(super) film: Listener,
    /// Listens to the song, from its first sample on.
    pub(super) song: Listener,
    /// Fraction of a sample by which the film's beginning lies after a whole sample of the song.
    fraction: f64,
}

impl Comparison {
    /// For a film of `seconds` that begins `source_start` samples of `song_rate` into the song.
    pub(super) fn new(seconds: f64, source_start: u64, song_rate: u32) -> Self {
        let (opening, fraction) = resampled_position(source_start, song_rate, RATE);
        let length = samples_in(seconds.clamp(0.0, 1e6), RATE);
        let window = length.min(samples_in(WINDOW_SECONDS, RATE));
        let places = if length < samples_in(LEAST_SECONDS, RATE) {
            0
        } else if length < 2 * window {
            // Windows may overlap, but one that covers nearly all need not be taken seven times.
            2.min(1 + (length - window))
        } else {
            PLACES
        };
        let starts: Vec<u64> = (0..places)
            .map(|i| ((length - window) * i / places.saturating_sub(1).max(1)) as u64)
            .collect();
        let around =
            |start: &u64| Window::around(opening.saturating_add(*start), window, search_margin());
        Self {
            song: Listener {
                windows: starts.iter().map(around).collect(),
                heard: 0,
            },
            film: Listener {
                windows: starts
                    .iter()
                    .map(|start| Window::new(*start, window))
                    .collect(),
                heard: 0,
            },
            fraction,
        }
    }

    /// What was heard at each place. `start_offset_ms` is how much later than the picture the
    /// film's first sample sounds.
    pub(super) fn finish(self, start_offset_ms: f64) -> Vec<AudioPlace> {
        let mut planner = RealFftPlanner::new();
        self.film
            .windows
            .iter()
            .zip(&self.song.windows)
            .map(|(film, song)| AudioPlace {
                at_s: film.start as f64 / f64::from(RATE),
                finding: compare(&mut planner, film, song, self.fraction, start_offset_ms),
            })
            .collect()
    }
}

fn search_margin() -> usize {
    samples_in(SEARCH_SECONDS, RATE)
}

fn compare(
    planner: &mut RealFftPlanner<f32>,
    film: &Window,
    song: &Window,
    fraction: f64,
    start_offset_ms: f64,
) -> AudioFinding {
    let (here, around) = (film.padded(), song.padded());
    // The place itself, without the margin of the search: where the song is over or silent there,
    // the film must be silent too.
    let place = search_margin();
    let expected = around.get(place..place + here.len()).unwrap_or_default();
    match (is_silent(expected), is_silent(&here)) {
        (true, true) => return AudioFinding::Silence,
        (false, false) => {}
        _ if is_clearly_heard(expected) || is_clearly_heard(&here) => {
            return AudioFinding::Unlike { likeness: 0.0 };
        }
        _ => return AudioFinding::Silence,
    }
    match locate(planner, &here, &around) {
        Some(found) if found.likeness >= ALIKE => AudioFinding::Lag {
            ms: (place as f64 + fraction - found.at) * 1000.0 / f64::from(RATE) + start_offset_ms,
            likeness: found.likeness,
        },
        Some(found) => AudioFinding::Unlike {
            likeness: found.likeness.max(0.0),
        },
        None => AudioFinding::Silence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(length: usize) -> Vec<f32> {
        let mut state = 0x1234_5678_9ABC_DEF1_u64;
        (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
            })
            .collect()
    }

    fn compared(song: &[f32], film: &[f32], opening: u64) -> AudioFindings {
        let seconds = film.len() as f64 / f64::from(RATE);
        let mut comparison = Comparison::new(seconds, opening, RATE);
        song.chunks(1000)
            .for_each(|chunk| comparison.song.push(chunk));
        film.chunks(777)
            .for_each(|chunk| comparison.film.push(chunk));
        AudioFindings {
            codec: Some("flac".to_owned()),
            lossless: true,
            bound_ms: BOUND_MS,
            start_offset_ms: 0.0,
            places: comparison.finish(0.0),
        }
    }

    const SECOND: usize = RATE as usize;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4))]
        #[test]
        fn a_film_late_by_known_samples_is_late_by_their_time(
            late in 0..100_usize, opening in 0..20_000_usize
        ) {
            let song = noise(5 * SECOND);
            let mut film = vec![0.0; late];
            film.extend(&song[opening..opening + 4 * SECOND]);
            let found = compared(&song, &film, opening as u64);
            prop_assert!(found.lags().count() >= 2);
            let ms = late as f64 * 1000.0 / f64::from(RATE);
            for lag in found.lags() {
                prop_assert!((lag - ms).abs() < 0.01, "{} for {}", lag, ms);
            }
            // 48 samples are the bound itself, where rounding decides.
            if late != 48 {
                prop_assert_eq!(found.passes(), late < 48);
            }
        }
    }

    #[test]
    fn an_early_film_has_a_negative_lag() {
        let song = noise(8 * SECOND);
        let found = compared(&song, &song[480..7 * SECOND], 0);
        assert!((found.worst_ms().unwrap() + 10.0).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn drift_shows_between_the_ends() {
        let song = noise(14 * SECOND);
        // 24 samples are lost at 4, 8 and 12 seconds.
        let film: Vec<f32> = song
            .iter()
            .enumerate()
            .filter(|(i, _)| *i < 4 * SECOND || i % (4 * SECOND) >= 24)
            .map(|(_, s)| *s)
            .collect();
        let found = compared(&song, &film, 0);
        assert!(found.drift_ms().unwrap() < -1.0, "{found:?}");
        assert!(!found.passes());
    }

    #[test]
    fn silence_is_not_measured_and_does_not_fail() {
        let found = compared(&vec![0.0; 8 * SECOND], &vec![0.0; 8 * SECOND], 0);
        assert!(found.passes() && found.worst_ms().is_none());
    }

    #[test]
    fn another_song_or_a_silent_film_fails() {
        let song = noise(5 * SECOND);
        let other: Vec<f32> = song.iter().rev().copied().collect();
        assert!(!compared(&song, &other, 0).passes());
        assert!(!compared(&song, &vec![0.0; 5 * SECOND], 0).passes());
    }

    #[test]
    fn a_song_that_ends_before_the_film_leaves_silence() {
        let song = noise(6 * SECOND);
        let mut film = song.clone();
        film.resize(14 * SECOND, 0.0);
        let found = compared(&song, &film, 0);
        assert!(found.passes(), "{found:?}");
        assert!(
            found
                .places
                .iter()
                .any(|p| p.finding == AudioFinding::Silence)
        );
        assert!(found.lags().count() >= 2);
    }

    #[test]
    fn too_short_a_film_is_not_measured() {
        assert!(compared(&noise(SECOND), &noise(4000), 0).places.is_empty());
    }

    #[test]
    fn at_the_edge_of_silence_neither_side_fails() {
        let level = |rms: f32| -> Vec<f32> {
            (0..5 * SECOND)
                .map(|i| if i % 2 == 0 { rms } else { -rms })
                .collect()
        };
        for (song, film) in [(1.001e-3, 0.999e-3), (0.999e-3, 1.001e-3), (1.9e-3, 0.5e-3)] {
            let found = compared(&level(song), &level(film), 0);
            assert!(found.passes(), "{found:?}");
            assert!(found.worst_ms().is_none(), "{found:?}");
        }
        assert!(!compared(&level(2.1e-3), &level(0.5e-3), 0).passes());
        assert!(!compared(&level(0.5e-3), &level(2.1e-3), 0).passes());
    }
}
