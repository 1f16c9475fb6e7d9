//! Instruments of a few lines each, added to a track sample by sample.

/// Samples a second.
pub(crate) const RATE: f32 = 44_100.0;

/// Random numbers, the same for the same seed. Source: Steele, Lea, Flood, *Fast Splittable
/// Pseudorandom Number Generators* (OOPSLA 2014).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    pub(crate) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.share()
    }

    /// Below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() >> 33) as usize % count
    }

    pub(crate) fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())]
    }

    pub(crate) fn chance(&mut self, share: f32) -> bool {
        self.share() < share
    }
}

/// A track, mono.
pub(crate) struct Track(pub(crate) Vec<f32>);

impl Track {
    /// Adds `seconds` of a sound, told by the seconds since its start, from a second on.
    fn add(&mut self, at: f32, seconds: f32, mut sound: impl FnMut(f32) -> f32) {
        let (start, length) = ((at * RATE).round() as usize, (seconds * RATE) as usize);
        let samples = self.0.iter_mut().skip(start).take(length);
        for (n, sample) in samples.enumerate() {
            // Faded out over the last 2 ms, so that no end clicks.
            let end = ((length - n) as f32 / 88.0).min(1.0);
            *sample += sound(n as f32 / RATE) * end;
        }
    }

    pub(crate) fn kick(&mut self, at: f32, gain: f32, hz: f32) {
        self.add(at, 0.3, |t| {
            let phase = hz * t + 0.03 * 2.5 * hz * (1.0 - (-t / 0.03).exp());
            gain * (std::f32::consts::TAU * phase).sin() * (-t / 0.1).exp()
                + 0.15 * gain * (-t * 500.0).exp()
        });
    }

    /// Noise and a tone, as a snare has them.
    pub(crate) fn snare(&mut self, at: f32, gain: f32, hz: f32) {
        let mut dice = Dice(at.to_bits().into());
        self.add(at, 0.2, |t| {
            let body = 0.5 * (std::f32::consts::TAU * hz * t).sin();
            gain * (dice.between(-1.0, 1.0) + body) * (-t / 0.06).exp()
        });
    }

    /// Bright noise: a hat, closed or open, or a cymbal, by how long it sounds.
    pub(crate) fn metal(&mut self, at: f32, gain: f32, decay: f32) {
        let mut dice = Dice(u64::from(at.to_bits()) + 1);
        let mut last = 0.0;
        self.add(at, decay * 4.0, |t| {
            let white = dice.between(-1.0, 1.0);
            let bright = white - last;
            last = white;
            gain * bright * (-t / decay).exp()
        });
    }

    /// Noise that swells and brightens.
    pub(crate) fn riser(&mut self, at: f32, seconds: f32, gain: f32) {
        let mut dice = Dice(u64::from(at.to_bits()) + 2);
        let mut low = 0.0;
        self.add(at, seconds, |t| {
            let risen = t / seconds;
            low += (0.02 + 0.6 * risen * risen) * (dice.between(-1.0, 1.0) - low);
            gain * risen * low
        });
    }

    /// Saws, three to a note and a little apart, through a low-pass filter; `level` says how loud at
    /// each second since the start.
    pub(crate) fn saws(
        &mut self,
        at: f32,
        seconds: f32,
        notes: &[f32],
        dark: f32,
        level: impl Fn(f32) -> f32,
    ) {
        let mut low = 0.0;
        self.add(at, seconds, |t| {
            let saw = |hz: f32| (hz * t).fract() - 0.5;
            let sum: f32 = notes.iter().map(|hz| saw(*hz) + saw(hz * 1.006)).sum();
            low += dark * (sum - low);
            level(t) * low
        });
    }

    /// A tone with some overtones that dies away.
    pub(crate) fn pluck(&mut self, at: f32, seconds: f32, hz: f32, decay: f32, gain: f32) {
        let tone = |hz: f32, t: f32| (std::f32::consts::TAU * hz * t).sin();
        self.add(at, seconds, |t| {
            let sum = tone(hz, t) + 0.5 * tone(2.0 * hz, t) + 0.25 * tone(3.0 * hz, t);
            gain * sum * (-t / decay).exp() * (t * 500.0).min(1.0)
        });
    }

    /// A chord through an overdriven amplifier.
    pub(crate) fn driven(&mut self, at: f32, seconds: f32, notes: &[f32], gain: f32) {
        let mut low = 0.0;
        self.add(at, seconds, |t| {
            let saw = |hz: f32| (hz * t).fract() - 0.5;
            let sum: f32 = notes.iter().map(|hz| saw(*hz)).sum();
            low += 0.35 * ((4.0 * sum).tanh() - low);
            gain * low * (-t * 0.7).exp() * (t * 300.0).min(1.0)
        });
    }
}

/// Hertz of a MIDI note.
pub(crate) fn hertz(note: i32) -> f32 {
    440.0 * ((note - 69) as f32 / 12.0).exp2()
}
