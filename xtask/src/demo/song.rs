//! A short song of our own: drums, bass and chords with a clear beat and four sections.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sound is computed in floats; every value is small and its range is known"
)]

use std::f64::consts::TAU;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// PCM samples per second.
const RATE: u32 = 44_100;
/// Beats per minute: at 122, beats do not fall on video frames, as in real music.
const TEMPO: f64 = 122.0;
/// Bars of four beats: four of intro, four of verse, six of drop, two of outro.
const BARS: usize = 16;
/// Root notes of the chords (MIDI numbers), a bar each, and whether the chord is minor.
const CHORDS: [(i32, bool); 4] = [(57, true), (53, false), (48, false), (55, false)];

/// What plays in a bar.
#[expect(clippy::struct_excessive_bools, reason = "one switch per instrument")]
struct Arrangement {
    kick: bool,
    snare: bool,
    hat: bool,
    bass: bool,
    lead: bool,
    chord_level: f64,
}

fn arrangement(bar: usize) -> Arrangement {
    let (kick, snare, hat, bass, lead, chord_level) = match bar {
        0..4 => (false, false, bar >= 2, false, false, 0.22),
        4..8 => (true, false, true, true, false, 0.16),
        8..14 => (true, true, true, true, true, 0.18),
        _ => (bar == 14, false, false, false, false, 0.24),
    };
    Arrangement {
        kick,
        snare,
        hat,
        bass,
        lead,
        chord_level,
    }
}

/// Writes the song as a 16-bit stereo WAV file.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn write(path: &Path) -> Result<()> {
    let left_right = mix();
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = BufWriter::new(file);
    let bytes = u32::try_from(left_right.len() * 4)?;
    out.write_all(b"RIFF")?;
    out.write_all(&(36 + bytes).to_le_bytes())?;
    out.write_all(b"WAVEfmt ")?;
    out.write_all(&16_u32.to_le_bytes())?;
    for field in [1_u16, 2] {
        out.write_all(&field.to_le_bytes())?;
    }
    out.write_all(&RATE.to_le_bytes())?;
    out.write_all(&(RATE * 4).to_le_bytes())?;
    for field in [4_u16, 16] {
        out.write_all(&field.to_le_bytes())?;
    }
    out.write_all(b"data")?;
    out.write_all(&bytes.to_le_bytes())?;
    for pair in left_right {
        for sample in pair {
            // A soft limit: loud moments are rounded, not clipped.
            let value = (sample.tanh() * 30_000.0) as i16;
            out.write_all(&value.to_le_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

fn mix() -> Vec<[f64; 2]> {
    let beat = 60.0 / TEMPO;
    let seconds = BARS as f64 * 4.0 * beat + 0.5;
    let mut song = vec![[0.0; 2]; (seconds * f64::from(RATE)) as usize];
    for bar in 0..BARS {
        let at = bar as f64 * 4.0 * beat;
        let plays = arrangement(bar);
        let (root, minor) = CHORDS.get(bar % 4).copied().unwrap_or((57, true));
        let third = if minor { 3 } else { 4 };
        for (voice, step) in [0, third, 7, 12].into_iter().enumerate() {
            let side = voice as f64 / 3.0;
            let pitch = hertz(root + step);
            add(&mut song, at, 4.0 * beat, side, |t| {
                let swell = (t / 0.08).min(1.0) * (1.0 - t / (4.0 * beat)).max(0.0).sqrt();
                let tone = (TAU * pitch * t).sin() + 0.4 * (TAU * pitch * 2.003 * t).sin();
                plays.chord_level * 0.5 * swell * tone
            });
        }
        for (quarter, step) in [12, 19, 24, 15 + i32::from(!minor)].into_iter().enumerate() {
            let now = at + quarter as f64 * beat;
            if plays.kick {
                add(&mut song, now, 0.3, 0.5, |t| {
                    // The pitch falls from 160 to 50 Hz, as a drum's skin does.
                    let phase = 50.0 * t + 110.0 * 0.03 * (1.0 - (-t / 0.03).exp());
                    0.95 * (TAU * phase).sin() * (-t / 0.09).exp()
                });
            }
            if plays.snare && quarter % 2 == 1 {
                let mut noise = Noise(7);
                add(&mut song, now, 0.2, 0.45, |t| {
                    let body = 0.3 * (TAU * 190.0 * t).sin();
                    (0.5 * noise.next() + body) * (-t / 0.05).exp()
                });
            }
            if plays.hat {
                for (half, level) in [(0.0, 0.10), (0.5, 0.16)] {
                    let mut noise = Noise(3);
                    let mut before = 0.0;
                    add(&mut song, now + half * beat, 0.08, 0.65, |t| {
                        let value = noise.next();
                        let bright = value - before;
                        before = value;
                        level * bright * (-t / 0.018).exp()
                    });
                }
            }
            for half in [0.0, 0.5] {
                let now = now + half * beat;
                if plays.bass {
                    let pitch = hertz(root - 24 + if half > 0.0 { 12 } else { 0 });
                    add(&mut song, now, 0.45 * beat, 0.5, |t| {
                        let tone = (TAU * pitch * t).sin() + 0.3 * (TAU * 2.0 * pitch * t).sin();
                        0.30 * tone * (-t / 0.25).exp()
                    });
                }
                if plays.lead {
                    let pitch = hertz(root + step + if half > 0.0 { 12 } else { 0 });
                    add(&mut song, now, 0.5 * beat, 0.3 + 0.4 * half, |t| {
                        let tone = (TAU * pitch * t).sin() + 0.2 * (TAU * 3.0 * pitch * t).sin();
                        0.14 * tone * (-t / 0.12).exp()
                    });
                }
            }
        }
        if bar == 8 {
            // A cymbal opens the drop.
            let mut noise = Noise(11);
            add(&mut song, at, 1.6, 0.6, |t| {
                0.22 * noise.next() * (-t / 0.5).exp()
            });
        }
    }
    song
}

/// Adds `sound` (of seconds since its start) from `at` on; `side` is 0 for left, 1 for right.
fn add(song: &mut [[f64; 2]], at: f64, seconds: f64, side: f64, mut sound: impl FnMut(f64) -> f64) {
    let start = (at * f64::from(RATE)) as usize;
    let length = (seconds * f64::from(RATE)) as usize;
    for (i, pair) in song.iter_mut().skip(start).take(length).enumerate() {
        let value = sound(i as f64 / f64::from(RATE));
        pair[0] += value * (1.0 - side);
        pair[1] += value * side;
    }
}

fn hertz(note: i32) -> f64 {
    440.0 * 2.0_f64.powf(f64::from(note - 69) / 12.0)
}

/// White noise, the same on every run: Marsaglia's 32-bit xorshift.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / f64::from(u32::MAX) * 2.0 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_song_is_half_a_minute_loud_in_the_drop_and_the_same_every_time() {
        let song = mix();
        assert!((30 * RATE as usize..34 * RATE as usize).contains(&song.len()));
        let power = |bar: usize| -> f64 {
            let length = (240.0 / TEMPO * f64::from(RATE)) as usize;
            song[bar * length..(bar + 1) * length]
                .iter()
                .map(|pair| pair[0] * pair[0])
                .sum()
        };
        assert!(power(9) > 2.0 * power(0));
        assert_eq!(song, mix());
    }
}
