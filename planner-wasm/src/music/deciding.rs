//! The decision over a whole song, step by step, so that it can be given up and told how far it is.

use std::ops::ControlFlow;

use shared::decision::Decided;
use shared::landmarks::Landmark;
use shared::music::BeatGrid;

use super::attack::Attacks;
use super::choice::{Evidence, choose};
use super::filterbank::{BANDS, Filterbank};
use super::hypothesis::{Hypothesis, Search};
use super::levels::{Rows, Scale};
use super::network::{Heard, Listener};
use super::onset::{OnsetReader, Onsets, scale};
use super::outcome::{grid, no_beats, placed};
use super::spectrum::Spectra;
use super::tempo::Tempogram;
use super::weighed::Weighed;

/// Comb-filtered autocorrelation, in 1/1024, below which nothing repeats.
const PULSE: i64 = 60;
/// Thousandths of the work that are done once the song has been gone through.
const GONE_THROUGH: u32 = 500;

/// A song that was heard to its end, and whose beats are being decided. A [`step`](Self::step) of a song
/// of some minutes takes a fraction of a second, and more the longer the song is: the longest, the bar
/// pointer over all tempi, some 2.5 s for three hours.
pub struct Deciding {
    heard: Box<Whole>,
    stage: Stage,
}

/// What is known of the song from hearing it.
struct Whole {
    duration: u64,
    chroma: Vec<u8>,
    attacks: Attacks,
    landmarks: Vec<Landmark>,
}

enum Stage {
    /// It is gone through once more, its loudness known; the levels are given back on the way.
    Through(Box<Through>),
    /// All of it was gone through.
    Gone(Box<(Onsets, Heard)>),
    /// Readings are made.
    Reading(Box<Reading>),
}

struct Through {
    rows: Rows,
    /// How many pieces of rows there were.
    pieces: usize,
    scale: Option<Scale>,
    onsets: OnsetReader,
    listener: Listener,
}

struct Reading {
    onsets: Onsets,
    heard: Heard,
    tempogram: Tempogram,
    search: Search,
    /// How many trials the search began with.
    trials: usize,
    readings: Vec<Hypothesis>,
}

impl Deciding {
    /// What deciding takes beside hearing `samples` samples, in samples: about a quarter.
    #[must_use]
    pub const fn work(samples: u64) -> u64 {
        samples / 4
    }

    pub(super) fn new(
        (bank, spectra): (Filterbank, Spectra),
        attacks: Attacks,
        landmarks: Vec<Landmark>,
    ) -> Self {
        let scale = scale(&spectra);
        let Spectra {
            samples,
            bands,
            chroma,
            ..
        } = spectra;
        Self {
            heard: Box::new(Whole {
                duration: samples,
                chroma,
                attacks,
                landmarks,
            }),
            stage: Stage::Through(Box::new(Through {
                pieces: bands.pieces(),
                rows: bands,
                scale,
                onsets: OnsetReader::new(&bank),
                listener: Listener::new(),
            })),
        }
    }

    /// How much of the decision is made, in thousandths.
    #[must_use]
    pub fn permille(&self) -> u32 {
        let done = |left: usize, all: usize, share: u32| {
            let done = all.saturating_sub(left) as u64 * u64::from(share);
            u32::try_from(done / all.max(1) as u64).unwrap_or(share)
        };
        match &self.stage {
            Stage::Through(through) => done(through.rows.pieces(), through.pieces, GONE_THROUGH),
            Stage::Gone(_) => GONE_THROUGH,
            Stage::Reading(reading) => {
                let share = 1000 - GONE_THROUGH;
                GONE_THROUGH + done(reading.search.left(), reading.trials, share)
            }
        }
    }

    /// Does a little of the work: breaks with the beats once there is none left, and continues with
    /// itself until then.
    pub fn step(mut self) -> ControlFlow<Decided<BeatGrid>, Self> {
        let silent = "the song is silent";
        self.stage = match self.stage {
            Stage::Through(mut through) => {
                let Some(scale) = &through.scale else {
                    return ControlFlow::Break(self.heard.without_beats(silent));
                };
                if let Some(piece) = through.rows.take() {
                    for row in piece.chunks(BANDS) {
                        let levels = scale.levels(row);
                        through.onsets.push(&levels);
                        through.listener.push(&levels);
                    }
                    Stage::Through(through)
                } else {
                    let gone = (through.onsets.finish(), through.listener.finish());
                    Stage::Gone(Box::new(gone))
                }
            }
            Stage::Gone(gone) => {
                let (onsets, heard) = *gone;
                let tempogram = Tempogram::of(&onsets.all);
                if tempogram.strongest() < PULSE {
                    let still = "nothing in the song repeats steadily";
                    return ControlFlow::Break(self.heard.without_beats(still));
                }
                let search = Search::new(&onsets, &heard.beat, &tempogram);
                Stage::Reading(Box::new(Reading {
                    onsets,
                    heard,
                    tempogram,
                    trials: search.left(),
                    search,
                    readings: Vec::new(),
                }))
            }
            Stage::Reading(mut reading) => {
                let found = reading.search.next(&reading.onsets, &reading.heard.beat);
                match found {
                    Some(readings) => reading.readings.extend(readings),
                    None => return ControlFlow::Break(self.heard.chosen(*reading)),
                }
                Stage::Reading(reading)
            }
        };
        ControlFlow::Continue(self)
    }

    /// Every reading that is weighed against the others; none where a step tells that nothing beats.
    pub(super) fn weighed(mut self) -> Vec<Weighed> {
        loop {
            match &self.stage {
                Stage::Reading(reading) if reading.search.left() == 0 => {
                    return self.heard.weighed(reading);
                }
                _ => match self.step() {
                    ControlFlow::Break(_) => return Vec::new(),
                    ControlFlow::Continue(rest) => self = rest,
                },
            }
        }
    }
}

impl Whole {
    fn weighed(&self, reading: &Reading) -> Vec<Weighed> {
        let weighed = reading.readings.iter().map(|one| Weighed {
            beats: placed(one, self.attacks.offset(&one.beats), self.duration).1,
            evidence: Evidence::of(&reading.heard, &reading.onsets, &reading.tempogram, one)
                .terms(),
        });
        weighed.collect()
    }

    fn chosen(self, reading: Reading) -> Decided<BeatGrid> {
        let Reading {
            onsets,
            heard,
            tempogram,
            readings,
            ..
        } = reading;
        match choose(&heard, &onsets, &tempogram, readings) {
            Some(choice) if !choice.is_heard() => {
                self.without_beats("nothing in the song sounds like a beat")
            }
            Some(choice) => {
                let sound = (&onsets, self.chroma.as_slice());
                let offset = self.attacks.offset(&choice.reading.beats);
                let mut decided = grid(sound, &heard, offset, &choice, self.duration);
                decided.value.landmarks = self.landmarks;
                decided
            }
            None => self.without_beats("the song is too short to tell a beat"),
        }
    }

    fn without_beats(self, why: &str) -> Decided<BeatGrid> {
        let mut decided = no_beats(self.duration, why);
        decided.value.landmarks = self.landmarks;
        decided
    }
}
