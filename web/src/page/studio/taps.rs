//! Taps of a tempo.

use leptos::prelude::*;

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
    pub fn tap(self, sample: u64, rate: u32) {
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
