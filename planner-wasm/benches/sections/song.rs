//! Songs made up by seed, whose beats, boundaries, labels and drops are exact.

use shared::music::SectionLabel::{self, Break, Build, Drop, Intro, Outro, Verse};

use crate::synth::{Dice, RATE, Track, hertz};

/// Forms of produced dance music, in which a drop follows a build or a break.
const PRODUCED: [&[SectionLabel]; 6] = [
    &[Intro, Verse, Build, Drop, Break, Build, Drop, Outro],
    &[Intro, Build, Drop, Verse, Break, Build, Drop, Outro],
    &[Verse, Build, Drop, Verse, Build, Drop, Outro],
    &[Intro, Drop, Break, Drop, Outro],
    &[Intro, Verse, Break, Build, Drop, Verse, Break, Drop, Outro],
    &[Verse, Break, Build, Drop, Break, Build, Drop],
];
/// Forms of songs that a band plays; the drop is the chorus.
const PLAYED: [&[SectionLabel]; 5] = [
    &[Intro, Verse, Drop, Verse, Drop, Break, Drop, Outro],
    &[Verse, Drop, Verse, Drop, Break, Drop],
    &[Intro, Verse, Build, Drop, Verse, Build, Drop, Outro],
    &[Intro, Verse, Drop, Break, Verse, Drop, Outro],
    &[Verse, Break, Drop, Verse, Drop, Outro],
];
/// Progressions: roots above the key, and whether each chord is minor.
const PROGRESSIONS: [[(i32, bool); 4]; 6] = [
    [(0, true), (8, false), (3, false), (10, false)],
    [(0, false), (7, false), (9, true), (5, false)],
    [(5, false), (7, false), (0, false), (9, true)],
    [(0, true), (5, true), (8, false), (7, false)],
    [(0, true), (0, true), (10, false), (10, false)],
    [(9, true), (5, false), (0, false), (7, false)],
];

/// A song and all that is true of it.
pub(crate) struct Song {
    pub(crate) pcm: Vec<f32>,
    pub(crate) produced: bool,
    /// Seconds of the beats; every `meter`-th is a downbeat.
    pub(crate) beats: Vec<f64>,
    pub(crate) meter: usize,
    /// Each part's first second and label.
    pub(crate) parts: Vec<(f64, SectionLabel)>,
}

/// What is chosen for a whole song.
#[expect(clippy::struct_excessive_bools, reason = "one switch per habit")]
struct Band {
    produced: bool,
    meter: usize,
    /// Seconds of a beat.
    beat: f32,
    key: i32,
    /// Progressions of verse, drop and break.
    progressions: [[(i32, bool); 4]; 3],
    /// Notes of the tune, above the chord's root, an eighth each; −1 is a rest.
    tune: [i32; 16],
    kick_hz: f32,
    snare_hz: f32,
    dark: f32,
    /// Bars of a phrase that ends in a fill.
    phrase: usize,
    fills: bool,
    four_on_the_floor: bool,
    /// How much louder the loud parts are.
    contrast: f32,
    half_time_break: bool,
    half_time_drop: bool,
    /// A low note under the break.
    drone: bool,
    /// The bass plays on in the build.
    bass_in_build: bool,
    /// A shaker comes in half-way through long parts, which is no boundary.
    shaker: bool,
    /// How unevenly everything is hit.
    uneven: f32,
    noise: f32,
}

/// One part as it is played.
#[derive(Clone, Copy)]
struct Part {
    label: SectionLabel,
    bars: usize,
    /// Bars over which it comes in; 0 if at once.
    gradual: usize,
    /// Whether the last beats before it are silent.
    gap: bool,
}

/// The song of a seed.
pub(crate) fn song(seed: u64) -> Song {
    let mut dice = Dice(seed.wrapping_mul(0x1234_5677) + 99);
    let produced = dice.chance(0.6);
    let form = if produced {
        dice.one_of(&PRODUCED)
    } else {
        dice.one_of(&PLAYED)
    };
    let meter = if dice.chance(0.15) { 3 } else { 4 };
    let bpm = if produced {
        dice.between(100.0, 175.0)
    } else {
        dice.between(85.0, 165.0)
    };
    let band = Band {
        produced,
        meter,
        beat: 60.0 / bpm,
        key: 45 + dice.below(12) as i32,
        progressions: [(); 3].map(|()| dice.one_of(&PROGRESSIONS)),
        tune: [(); 16].map(|()| dice.one_of(&[-1, -1, 0, 3, 5, 7, 10, 12])),
        kick_hz: dice.between(45.0, 60.0),
        snare_hz: dice.between(160.0, 240.0),
        dark: dice.between(0.08, 0.3),
        phrase: dice.one_of(&[4, 8, 8]),
        fills: dice.chance(0.7),
        four_on_the_floor: produced && dice.chance(0.7),
        contrast: dice.between(0.25, 1.0),
        half_time_break: dice.chance(0.3),
        half_time_drop: meter == 4 && dice.chance(0.2),
        drone: dice.chance(0.3),
        bass_in_build: dice.chance(0.3),
        shaker: dice.chance(0.5),
        uneven: dice.between(0.0, 0.5),
        noise: dice.one_of(&[0.0, 0.002, 0.01]),
    };
    let lengths = [Intro, Verse, Build, Drop, Break, Outro].map(|label| {
        let some: &[usize] = match label {
            Intro | Break | Outro => &[8, 8, 16],
            Verse | Drop => &[8, 16, 16, 32],
            Build => &[4, 8, 8, 16],
        };
        (label, dice.one_of(some))
    });
    let length = |label| lengths.iter().find(|(other, _)| *other == label);
    let parts: Vec<Part> = form
        .iter()
        .enumerate()
        .map(|(index, &label)| Part {
            label,
            bars: length(label).map_or(8, |(_, bars)| *bars),
            gradual: if index > 0 && label != Drop && dice.chance(0.3) {
                dice.one_of(&[1, 2])
            } else {
                0
            },
            gap: label == Drop && produced && dice.chance(0.3),
        })
        .collect();
    play(&band, &parts, dice.between(0.05, 1.2))
}

fn play(band: &Band, parts: &[Part], start: f32) -> Song {
    let bars: usize = parts.iter().map(|part| part.bars).sum();
    let bar = band.beat * band.meter as f32;
    let seconds = start + bars as f32 * bar + 1.0;
    let mut track = Track(vec![0.0; (seconds * RATE) as usize]);
    let mut first = 0;
    let mut told = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let at = |bars: usize| start + bars as f32 * bar;
        told.push((f64::from(at(first)), part.label));
        let gap = parts.get(index + 1).is_some_and(|next| next.gap);
        for n in 0..part.bars {
            band.bar(&mut track, part, n, at(first + n), gap);
        }
        first += part.bars;
    }
    let mut dice = Dice(u64::from(start.to_bits()));
    for sample in &mut track.0 {
        let noise = band.noise * dice.between(-1.0, 1.0);
        *sample = (*sample * 1.2).tanh() * 0.8 + noise;
    }
    let beats = 0..bars * band.meter;
    Song {
        pcm: track.0,
        produced: band.produced,
        beats: beats
            .map(|beat| f64::from(start) + beat as f64 * f64::from(band.beat))
            .collect(),
        meter: band.meter,
        parts: told,
    }
}

impl Band {
    /// Plays bar `n` of a part.
    fn bar(&self, track: &mut Track, part: &Part, n: usize, at: f32, gap: bool) {
        let bar = self.beat * self.meter as f32;
        let last = n + 1 == part.bars;
        let filled = self.fills && (n + 1).is_multiple_of(self.phrase);
        let come = match part.gradual {
            0 => 1.0,
            bars => ((n + 1) as f32 / (bars + 1) as f32).min(1.0),
        };
        let which = match part.label {
            Intro | Verse | Build => 0,
            Drop => 1,
            Break | Outro => 2,
        };
        let (root, minor) = self.progressions[which][n % 4];
        let root = self.key + root;
        let chord = [0, if minor { 3 } else { 4 }, 7].map(|step| hertz(root + step));
        let silent = if last && gap { self.beat } else { 0.0 };
        self.harmony(track, part, n, (at, bar - silent), &chord, come);
        self.bass(track, part.label, at, bar - silent, hertz(root - 24));
        self.drums(track, part, n, at, filled, silent > 0.0);
        if n == 0 && matches!(part.label, Drop | Verse) {
            track.metal(at, 0.12, 0.5);
        } else if filled && !last && n % 3 == 1 {
            // A cymbal in the middle of a part is no boundary.
            track.metal(at + bar, 0.1, 0.4);
        }
    }

    fn harmony(
        &self,
        track: &mut Track,
        part: &Part,
        n: usize,
        (at, bar): (f32, f32),
        chord: &[f32],
        come: f32,
    ) {
        let quiet = 1.0 - 0.6 * self.contrast;
        let pad = |gain: f32| move |t: f32| gain * (t * 12.0).min(1.0);
        let risen = (n as f32 + 1.0) / part.bars as f32;
        let eighths = |track: &mut Track, octave: f32, gain: f32, decay: f32| {
            for (eighth, step) in self.tune.iter().take(2 * self.meter).enumerate() {
                if *step >= 0 {
                    let hz = chord[0] * octave * ((*step as f32) / 12.0).exp2();
                    let now = at + eighth as f32 * self.beat / 2.0;
                    let rest = at + bar - now;
                    if rest > 0.05 {
                        track.pluck(now, (3.0 * decay).min(rest), hz, decay, gain);
                    }
                }
            }
        };
        match (part.label, self.produced) {
            (Intro, true) => track.saws(at, bar, chord, self.dark * 0.4, pad(0.10 * come)),
            (Intro, false) => eighths(track, 2.0, 0.07 * come, 0.3),
            (Verse, true) => {
                track.saws(at, bar, chord, self.dark * 0.6, pad(0.07 * come));
                eighths(track, 2.0, 0.05, 0.12);
            }
            (Verse, false) => {
                for beat in 0..self.meter {
                    let now = at + beat as f32 * self.beat;
                    for hz in chord {
                        track.pluck(now, self.beat * 0.9, *hz, 0.25, 0.05 * come);
                    }
                }
            }
            (Build, _) => {
                let gain = 0.05 + 0.08 * risen;
                let dark = self.dark * (0.4 + risen);
                track.saws(at, bar, chord, dark.min(0.8), pad(gain));
                if n == 0 {
                    let whole = self.beat * (self.meter * part.bars) as f32;
                    track.riser(at, whole, 0.35);
                }
            }
            (Drop, true) => {
                let bright: Vec<f32> = chord.iter().flat_map(|hz| [*hz, 2.0 * hz]).collect();
                track.saws(at, bar, &bright, 0.5, pad(0.09));
                eighths(track, 4.0, 0.09, 0.2);
            }
            (Drop, false) => {
                for half in 0..2 {
                    let now = at + half as f32 * bar / 2.0;
                    track.driven(now, bar / 2.0, chord, 0.3);
                }
                eighths(track, 4.0, 0.06, 0.25);
            }
            (Break, _) => {
                track.saws(at, bar, chord, self.dark * 0.3, pad(0.12 * quiet * come));
                if self.half_time_break {
                    track.pluck(at, bar, chord[0] * 4.0, 0.8, 0.08 * quiet);
                } else {
                    eighths(track, 2.0, 0.06 * quiet, 0.4);
                }
            }
            (Outro, _) => {
                let fading = 1.0 - 0.6 * risen;
                track.saws(at, bar, chord, self.dark * 0.4, pad(0.09 * fading));
                track.pluck(at, bar, chord[2] * 2.0, 0.6, 0.08 * fading);
            }
        }
    }

    fn bass(&self, track: &mut Track, label: SectionLabel, at: f32, bar: f32, hz: f32) {
        let (gain, each) = match (label, self.produced) {
            (Drop, true) => (0.5, 0.5),
            (Drop, false) => (0.35, 0.5),
            (Verse, _) => (0.35 * (1.0 - 0.4 * self.contrast), 1.0),
            (Build, _) if self.bass_in_build => (0.25, 1.0),
            (Break, _) if self.drone => (0.2, self.meter as f32),
            _ => return,
        };
        let notes = (bar / (each * self.beat)).round() as usize;
        for note in 0..notes {
            let now = at + note as f32 * each * self.beat;
            // In dance music it gives way to the kick.
            if self.four_on_the_floor && each < 1.0 && note % 2 == 0 {
                continue;
            }
            let level = move |t: f32| gain * (t * 200.0).min(1.0) * (-t * 2.0).exp();
            track.saws(now, each * self.beat * 0.9, &[hz * 2.0], 0.06, level);
        }
    }

    fn drums(&self, track: &mut Track, part: &Part, n: usize, at: f32, filled: bool, gap: bool) {
        let mut dice = Dice(u64::from(at.to_bits()) + 5);
        let hit = 1.0 - self.uneven * dice.share();
        let late = self.shaker && part.bars >= 16 && n >= part.bars / 2;
        for half in 0..2 * self.meter * usize::from(late) {
            let now = at + half as f32 * self.beat / 2.0;
            track.metal(now, 0.03 * (1.0 - self.uneven * dice.share()), 0.015);
        }
        let loud = match part.label {
            Drop => 1.0 * hit,
            Verse => (1.0 - 0.45 * self.contrast) * hit,
            Intro | Outro if self.produced => 0.5 * (1.0 - 0.4 * self.contrast),
            Build => return self.roll(track, part, n, at, gap),
            Intro | Outro | Break => {
                if part.label == Break && !self.half_time_break {
                    return;
                }
                for beat in 0..self.meter {
                    track.metal(at + beat as f32 * self.beat, 0.03, 0.02);
                }
                return;
            }
        };
        let end = self.meter - usize::from(gap);
        for beat in 0..end {
            let now = at + beat as f32 * self.beat;
            let fill = filled && beat + 2 >= self.meter;
            let on = match self.meter {
                3 => beat == 0,
                _ if self.half_time_drop && part.label == Drop => beat == 0,
                _ => self.four_on_the_floor || beat % 2 == 0,
            };
            if on && !(fill && self.produced) {
                track.kick(now, 0.7 * loud, self.kick_hz);
            }
            let snare = match self.meter {
                3 => beat > 0,
                _ if self.half_time_drop && part.label == Drop => beat == 2,
                _ => beat % 2 == 1,
            };
            if fill {
                for quarter in 0..4 {
                    let now = now + quarter as f32 * self.beat / 4.0;
                    track.snare(now, 0.2 * loud, self.snare_hz * 0.7);
                }
            } else if snare && !matches!(part.label, Intro | Outro) {
                track.snare(now, 0.3 * loud, self.snare_hz);
            }
            let (hats, decay) = match part.label {
                Drop if self.produced => (4, 0.03),
                Drop => (2, 0.12),
                _ => (2, 0.02),
            };
            for hat in 0..hats {
                let now = now + hat as f32 * self.beat / hats as f32;
                track.metal(now, 0.09 * loud, decay);
            }
        }
    }

    /// A snare roll that doubles, and grows.
    fn roll(&self, track: &mut Track, part: &Part, n: usize, at: f32, gap: bool) {
        let risen = (n as f32 + 1.0) / part.bars as f32;
        let each = if risen > 0.75 {
            4
        } else if risen > 0.5 {
            2
        } else {
            1
        };
        let end = self.meter - usize::from(gap);
        for hit in 0..end * each {
            let now = at + hit as f32 * self.beat / each as f32;
            track.snare(now, 0.12 + 0.2 * risen, self.snare_hz);
            if each == 1 && self.four_on_the_floor {
                track.kick(now, 0.4, self.kick_hz);
            }
        }
    }
}
