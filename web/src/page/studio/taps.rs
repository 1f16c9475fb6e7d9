//! Taps of a tempo.

use leptos::prelude::*;
use planner_wasm::music::corrections::Correction;

use super::Studio;
use crate::tapping;

/// The taps so far. A handle.
#[derive(Clone, Copy)]
pub struct Taps {
    /// When, in samples of the song.
    pub samples: RwSignal<Vec<u64>>,
    /// Samples a second of what they count.
    rate: RwSignal<u32>,
}

impl Default for Taps {
    fn default() -> Self {
        Self::new()
    }
}

impl Taps {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self {
            samples: RwSignal::new(Vec::new()),
            rate: RwSignal::new(1),
        }
    }

    /// A tap at a sample of the song, of which there are `rate` a second.
    fn tap(self, sample: u64, rate: u32) {
        self.rate.set(rate);
        self.samples.update(|taps| tapping::tap(taps, sample, rate));
    }

    /// Forgets them.
    pub fn clear(self) {
        self.samples.set(Vec::new());
    }

    /// Their tempo in thousandths of a beat a minute, once there are enough.
    #[must_use]
    pub fn tempo(self) -> Option<u32> {
        self.samples
            .with(|taps| tapping::tempo(taps, self.rate.get()))
    }
}

impl Studio {
    /// A tap on what is heard now, which a whole frame would be too coarse for. Nothing without a
    /// song.
    pub fn tap(self) {
        let rate = self
            .grid
            .with_untracked(|grid| grid.as_ref().map(|grid| grid.rate));
        if let Some(rate) = rate {
            self.taps.tap(self.transport.song_sample(rate), rate);
        }
    }

    /// The beats are where they were tapped; the taps are used up.
    pub fn take_taps(self) {
        let taps = self.taps.samples.get_untracked();
        self.taps.clear();
        self.correct("Beats as tapped", Correction::Tap { taps });
    }
}
