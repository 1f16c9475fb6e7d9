//! How late the film's sound is against the song, at several places.
#![expect(
    clippy::cast_precision_loss,
    reason = "sample counts are far below 2^52"
)]

use realfft::RealFftPlanner;
use serde::Serialize;

use super::lag::{
    Found, Peak, is_clearly_heard, is_silent, locate, resampled_position, samples_in,
};

/// Samples a second that film and song are compared at. Both are decoded to it, so that a song at
/// another rate is resampled in the same way on both sides.
pub(super) const RATE: u32 = 48_000;
/// Places in the film where sound is compared, spread evenly.
const PLACES: usize = 7;
/// Length of the sound that is compared at each, in seconds.
const WINDOW_SECONDS: f64 = 1.7;
/// Below this there is too little sound to compare, in seconds.
const LEAST_SECONDS: f64 = 0.25;
/// How far around its place the sound is looked for, in seconds: half a second and what a codec's
/// rounding may add. With the window this makes 2.72 s, just within 2^17 samples.
const SEARCH_SECONDS: f64 = 0.51;
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
    /// The song is heard, this late. Where it repeats itself and none of the places that fit
    /// equally well is within the bound, this is the least lag of them.
    Lag {
        /// Milliseconds; negative if the film's sound is early.
        ms: f64,
        /// How alike film and song are, 0 to 1.
        likeness: f64,
    },
    /// The song is heard, but repeats itself or is held so that it fits equally well at several
    /// places, one of them within the bound: nothing says that it is early or late, and nothing
    /// that it is not by a whole repetition.
    Repeats {
        /// The lag of the nearest place where it fits, in milliseconds; negative if early.
        nearest_ms: f64,
        /// Milliseconds from there to the next place where it fits; none if it fits at every place
        /// around.
        every_ms: Option<f64>,
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

    /// Places where the song repeats itself.
    #[must_use]
    pub fn repeating(&self) -> usize {
        self.count(|finding| matches!(finding, AudioFinding::Repeats { .. }))
    }

    /// Places where something else than the song is heard.
    #[must_use]
    pub fn unlike(&self) -> usize {
        self.count(|finding| matches!(finding, AudioFinding::Unlike { .. }))
    }

    fn count(&self, like: impl Fn(AudioFinding) -> bool) -> usize {
        self.places.iter().filter(|p| like(p.finding)).count()
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
    /// For a film of `seconds` that begins `opening` samples of `song_rate` into the song, or as much
    /// before it.
    pub(super) fn new(seconds: f64, opening: i64, song_rate: u32) -> Self {
        let (from, fraction) = resampled_position(opening.unsigned_abs(), song_rate, RATE);
        // Where the film begins first, what is compared begins with the song.
        let (opening, lead, fraction) = if opening < 0 {
            (0, from, -fraction)
        } else {
            (from, 0, fraction)
        };
        let length = samples_in(seconds.clamp(0.0, 1e6), RATE);
        let length = length.saturating_sub(usize::try_from(lead).unwrap_or(usize::MAX));
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
                    .map(|start| Window::new(lead + *start, window))
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
        Some(found) if found.likeness >= ALIKE => {
            let ms = |at: f64| {
                (place as f64 + fraction - at) * 1000.0 / f64::from(RATE) + start_offset_ms
            };
            judge(&found, ms)
        }
        Some(found) => AudioFinding::Unlike {
            likeness: found.likeness.max(0.0),
        },
        None => AudioFinding::Silence,
    }
}

/// What the places where a film's sound fits say; `ms` is the lag of each.
fn judge(found: &Found, ms: impl Fn(f64) -> f64) -> AudioFinding {
    let likeness = found.likeness;
    // A held sound fits everywhere along a peak, so also where its lag is nothing.
    let lag = |peak: &Peak| {
        let (first, last) = (ms(peak.first as f64), ms(peak.last as f64));
        if first - last > 2.0 * BOUND_MS {
            0.0_f64.clamp(last, first)
        } else {
            ms(peak.at)
        }
    };
    let mut lags: Vec<f64> = found.peaks.iter().map(lag).collect();
    lags.sort_by(|a, b| a.abs().total_cmp(&b.abs()).then(b.total_cmp(a)));
    let is_held = found
        .peaks
        .iter()
        .any(|peak| ms(peak.first as f64) - ms(peak.last as f64) > 2.0 * BOUND_MS);
    match lags.as_slice() {
        [] => AudioFinding::Unlike { likeness },
        [only] if !is_held => AudioFinding::Lag {
            ms: *only,
            likeness,
        },
        [nearest, ..] if nearest.abs() > BOUND_MS => AudioFinding::Lag {
            ms: *nearest,
            likeness,
        },
        [nearest, others @ ..] => AudioFinding::Repeats {
            nearest_ms: *nearest,
            every_ms: others
                .iter()
                .map(|other| (other - nearest).abs())
                .min_by(f64::total_cmp)
                .filter(|_| !is_held),
            likeness,
        },
    }
}

#[cfg(test)]
mod tests;
