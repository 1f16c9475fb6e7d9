//! Tracks made sample by sample, so that the truth is exact.

pub(crate) const RATE: f64 = 44_100.0;

/// White noise, -1 to 1, the same for the same seed.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f32 {
        // Knuth's constants for a linear congruential generator.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }
}

/// A drum kit on a timeline of samples.
pub(crate) struct Track(pub(crate) Vec<f32>);

impl Track {
    pub(crate) fn silent(seconds: f64) -> Self {
        Self(vec![0.0; (seconds * RATE) as usize])
    }

    /// Adds `length` samples of a sound from sample `at`.
    pub(crate) fn add(&mut self, at: usize, length: usize, mut sound: impl FnMut(f32) -> f32) {
        for (n, sample) in self.0.iter_mut().skip(at).take(length).enumerate() {
            *sample += sound(n as f32 / 44_100.0);
        }
    }

    pub(crate) fn kick(&mut self, at: usize, gain: f32) {
        self.add(at, 8000, |t| {
            gain * libm::expf(-t * 18.0) * libm::sinf(std::f32::consts::TAU * 60.0 * t)
                + 0.2 * gain * libm::expf(-t * 400.0)
        });
    }

    pub(crate) fn snare(&mut self, at: usize, gain: f32) {
        let mut noise = Noise(at as u64);
        self.add(at, 6000, |t| gain * libm::expf(-t * 30.0) * noise.next());
    }

    pub(crate) fn hat(&mut self, at: usize, gain: f32) {
        let mut noise = Noise(at as u64 + 1);
        let mut last = 0.0;
        self.add(at, 2000, |t| {
            let white = noise.next();
            let bright = white - last;
            last = white;
            gain * libm::expf(-t * 120.0) * bright
        });
    }

    /// A chord of three notes.
    pub(crate) fn chord(&mut self, at: usize, length: usize, root_hz: f32, gain: f32) {
        for ratio in [1.0, 1.25, 1.5] {
            self.add(at, length, |t| {
                gain * libm::sinf(std::f32::consts::TAU * root_hz * ratio * t) * (t * 50.0).min(1.0)
            });
        }
    }

    /// A short tone.
    pub(crate) fn tick(&mut self, at: usize, hz: f32, gain: f32) {
        self.add(at, 2500, |t| {
            gain * libm::expf(-t * 90.0) * libm::sinf(std::f32::consts::TAU * hz * t)
        });
    }

    pub(crate) fn click(&mut self, at: usize) {
        self.add(at, 200, |t| 0.8 * libm::expf(-t * 1500.0));
    }
}

/// The samples of beats at `bpm` from `start` seconds to the end.
pub(crate) fn beats_at(bpm: f64, start: f64, seconds: f64) -> Vec<usize> {
    (0..)
        .map(|beat| (start + f64::from(beat) * 60.0 / bpm) * RATE)
        .take_while(|at| *at < seconds * RATE)
        .map(|at| at.round() as usize)
        .collect()
}

/// A band: kick on the downbeat, snare on the backbeat, hats in between, a new chord every bar.
pub(crate) fn band(bpm: f64, meter: usize, start: f64, seconds: f64) -> (Track, Vec<usize>) {
    let mut track = Track::silent(seconds);
    let beats = beats_at(bpm, start, seconds);
    let half = (30.0 / bpm * RATE) as usize;
    let chords = [220.0, 261.63, 174.61, 196.0];
    for (index, &at) in beats.iter().enumerate() {
        let position = index % meter;
        if position == 0 {
            track.kick(at, 0.7);
            let chord = chords[index / meter % chords.len()];
            track.chord(at, half * 2 * meter, chord, 0.08);
        } else if meter == 3 || position % 2 == 1 {
            track.snare(at, 0.3);
        } else {
            track.kick(at, 0.35);
        }
        track.hat(at, 0.15);
        track.hat(at + half, 0.08);
    }
    (track, beats)
}
