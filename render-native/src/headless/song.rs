//! A song: probed, fingerprinted, decoded once, listened to.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use planner_wasm::music::corrections::{Correction, CorrectionError, corrected};
use planner_wasm::music::{ANALYSIS_RATE, Deciding, MusicAnalyser, MusicError};
use shared::decision::{Decision, DecisionCode};
use shared::fingerprint::Fingerprint;
use shared::music::BeatGrid;
use shared::reading::Reading;

use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::{ProbeError, probe};
use crate::interrupt::{Interrupt, Urgency};
use crate::media::fingerprint::{FileError, Stamp, fingerprint};
use crate::media::pcm::{self, PcmError};
use crate::process::ProcessError;
use crate::progress::{Event, Progress, Stage};
use crate::shown::Shown as _;

/// A song that was listened to.
#[derive(Debug, Clone, PartialEq)]
pub struct Song {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is by content.
    pub fingerprint: Fingerprint,
    /// What tells that it is still the same.
    pub stamp: Stamp,
    /// What was heard.
    pub grid: BeatGrid,
    /// What was odd.
    pub decisions: Vec<Decision>,
}

impl Song {
    /// Its length as it was decoded, in microseconds, rounded down.
    #[must_use]
    pub fn duration_us(&self) -> u64 {
        let us = u128::from(self.grid.duration) * 1_000_000 / u128::from(self.grid.rate.max(1));
        u64::try_from(us).unwrap_or(u64::MAX)
    }
}

/// Why a song cannot be listened to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SongError {
    /// It is no song.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be decoded.
    #[error("the song {} cannot be used", path.shown())]
    Pcm {
        /// The song.
        path: PathBuf,
        /// Why.
        source: PcmError,
    },
    /// It has no such reading.
    #[error("{} has no reading {asked}: `render-native beats` lists {} others{}", path.shown(), readings.len(), listed(readings))]
    NoSuchReading {
        /// The song.
        path: PathBuf,
        /// Which was asked for.
        asked: usize,
        /// Those that there are.
        readings: Vec<Reading>,
    },
    /// That reading cannot be taken.
    #[error("{} cannot be heard as reading {asked}", path.shown())]
    Correction {
        /// The song.
        path: PathBuf,
        /// Which was asked for.
        asked: usize,
        /// Why.
        source: CorrectionError,
    },
    /// The beat tracker wants another rate than songs are decoded to.
    #[error(transparent)]
    Music(#[from] MusicError),
}

impl Song {
    /// The song with its beats as another reading has them, counted from 1; 0 leaves it as it is.
    ///
    /// # Errors
    /// [`SongError::NoSuchReading`] if fewer are known, [`SongError::Correction`] if its beats would be
    /// too fast.
    pub fn read_as(mut self, number: usize) -> Result<Self, SongError> {
        let Some(index) = number.checked_sub(1) else {
            return Ok(self);
        };
        let Some(reading) = self.grid.readings.get(index).copied() else {
            return Err(SongError::NoSuchReading {
                asked: number,
                path: self.path,
                readings: self.grid.readings,
            });
        };
        match corrected(&self.grid, &[Correction::Reading { reading }]) {
            Ok(grid) => self.grid = grid,
            Err(source) => {
                return Err(SongError::Correction {
                    path: self.path,
                    asked: number,
                    source,
                });
            }
        }
        Ok(self)
    }
}

fn listed(readings: &[Reading]) -> String {
    let one = |(index, reading): (usize, &Reading)| format!("\n  {}: {}", index + 1, told(reading));
    readings.iter().enumerate().map(one).collect()
}

/// A reading in a line: `64.9 a minute, every other beat, from the first; bars of 4 (23 %)`.
#[must_use]
pub fn told(reading: &Reading) -> String {
    let tenths = (reading.tempo_millibpm + 50) / 100;
    let per_cent = match reading.likelihood_permille {
        0..10 => "under 1".to_owned(),
        permille => ((permille + 5) / 10).to_string(),
    };
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let how = reading.told(ANALYSIS_RATE);
    format!("{whole}.{tenth} a minute, {how} ({per_cent} %)")
}

/// Listens to the song at `path`.
///
/// # Errors
/// [`SongError`] if there is no sound in it, it cannot be read, or ffmpeg fails.
pub fn listen(
    tools: &Tools,
    path: &Path,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<Song, SongError> {
    let probe = probe(tools, path, interrupt)?;
    let audio = probe.require_audio(path)?;
    let (fingerprint, stamp) = fingerprint(path)?;
    let stage = Stage::Music;
    let samples = |us: u64| us.saturating_mul(u64::from(ANALYSIS_RATE) / 100) / 10_000;
    let total = audio.duration_us.map_or(0, samples);
    let total = total + Deciding::work(total);
    progress.report(Event::Started { stage, total });
    let hear = || -> Result<_, SongError> {
        let mut analyser = MusicAnalyser::new(ANALYSIS_RATE)?;
        let mut done = 0;
        let decoded = pcm::decode(tools, path, audio.index, interrupt, &mut |samples| {
            analyser.push(samples);
            done += samples.len() as u64;
            progress.report(Event::Advanced { stage, done });
            ControlFlow::Continue(())
        });
        let decoded = decoded.map_err(|source| SongError::Pcm {
            path: path.to_owned(),
            source,
        })?;
        Ok((analyser, decoded))
    };
    let (analyser, decoded) = match hear() {
        // No fault of the song's: once more, from its start.
        Err(SongError::Pcm {
            source: PcmError::Process(ProcessError::Killed { .. }),
            ..
        }) => hear()?,
        once => once?,
    };
    let mut left = analyser.decide();
    let heard = loop {
        left = match left.step() {
            ControlFlow::Break(heard) => break heard,
            ControlFlow::Continue(left) => left,
        };
        if interrupt.urgency() == Urgency::Now {
            let source = PcmError::Process(ProcessError::Interrupted);
            let path = path.to_owned();
            return Err(SongError::Pcm { path, source });
        }
        let part = Deciding::work(decoded.samples) * u64::from(left.permille()) / 1000;
        let done = decoded.samples + part;
        progress.report(Event::Advanced { stage, done });
    };
    progress.report(Event::Finished { stage });
    let mut decisions = Vec::new();
    if let Some((errors, said)) = decoded.damage {
        decisions.push(Decision::about(
            DecisionCode::ClipDegraded,
            "the song",
            format!("the decoder found damage ({errors} messages, the last: {said})"),
        ));
    }
    decisions.extend(heard.decisions);
    for decision in &decisions {
        progress.report(Event::Decided(decision));
    }
    Ok(Song {
        path: path.to_owned(),
        fingerprint,
        stamp,
        grid: heard.value,
        decisions,
    })
}
