//! Known shifts of generated sounds and of real songs.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::verify::certificate::audio_failures;
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

fn compared(song: &[f32], film: &[f32], opening: i64) -> AudioFindings {
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

/// Whether the verdict on such a sound is good.
fn passes(found: &AudioFindings) -> bool {
    audio_failures(found).is_empty()
}

/// `seconds` of `sound`, a function of the time in seconds.
#[expect(clippy::cast_possible_truncation, reason = "samples from -1 to 1")]
fn sounding(seconds: usize, sound: impl Fn(f64) -> f64) -> Vec<f32> {
    (0..seconds * SECOND)
        .map(|n| sound(n as f64 / f64::from(RATE)) as f32)
        .collect()
}

/// `song` as a film would sound that is late by so many samples, with a little noise such as
/// a codec makes.
fn late_by(song: &[f32], samples: i64) -> Vec<f32> {
    let length = song.len() - SECOND;
    (0..i64::try_from(length).unwrap())
        .zip(noise(length))
        .map(|(at, hiss)| {
            let from = usize::try_from(at - samples).ok();
            let sound = from.and_then(|at| song.get(at)).copied();
            sound.unwrap_or(0.0) + hiss * 0.004
        })
        .collect()
}

/// Of the songs, so many are left out for one that is measured; all of them take minutes.
const EVERY_SONG: usize = 16;

const SHIFTS_MS: [i64; 9] = [0, 1, -1, 5, -5, 20, -20, 500, -500];

#[test]
fn a_held_tone_has_no_measurable_lag_and_is_no_fault() {
    let tones = [110.0, 440.0, 1000.0, 4321.0]
        .map(|hertz| sounding(8, move |t| 0.3 * (t * hertz * std::f64::consts::TAU).sin()));
    for song in tones {
        let found = compared(&song, &late_by(&song, 0), 0);
        assert!(passes(&found), "{found:?}");
        assert_eq!(found.worst_ms(), None, "{found:?}");
        assert_eq!(found.repeating(), PLACES);
    }
}

#[test]
fn a_tone_late_by_less_than_its_period_is_late() {
    // A low drone: 20 ms from one wave to the next.
    let song = sounding(8, |t| 0.3 * (t * 50.0 * std::f64::consts::TAU).sin());
    let found = compared(&song, &late_by(&song, 240), 0);
    assert!((found.worst_ms().unwrap() - 5.0).abs() < 0.05, "{found:?}");
    assert!(!passes(&found));
}

#[test]
fn a_click_track_is_measured_to_less_than_its_period() {
    // A click of 5 ms, twice a second to the sample.
    let click = noise(240);
    let song: Vec<f32> = (0..8 * SECOND)
        .map(|n| click.get(n % (SECOND / 2)).copied().unwrap_or(0.0))
        .collect();
    for shift in SHIFTS_MS {
        let found = compared(&song, &late_by(&song, shift * 48), 0);
        if shift % 500 == 0 {
            // A whole beat early or late sounds the same but for the film's ends.
            assert!(found.repeating() > 0, "{shift}: {found:?}");
            assert_eq!(passes(&found), found.lags().all(|ms| ms.abs() < 1.0));
        } else {
            let worst = found.worst_ms().unwrap();
            assert!((worst - shift as f64).abs() < 0.05, "{shift}: {found:?}");
        }
        if shift == 0 {
            assert!(passes(&found), "{found:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn a_film_late_by_known_samples_is_late_by_their_time(
        late in 0..100_usize, opening in -20_000..20_000_i64
    ) {
        let song = noise(5 * SECOND);
        // A film that begins before the song begins in silence.
        let silence = usize::try_from(-opening).unwrap_or(0);
        let from = usize::try_from(opening).unwrap_or(0);
        let mut film = vec![0.0; late + silence];
        film.extend(&song[from..from + 4 * SECOND]);
        let found = compared(&song, &film, opening);
        prop_assert!(found.lags().count() >= 2);
        let ms = late as f64 * 1000.0 / f64::from(RATE);
        for lag in found.lags() {
            prop_assert!((lag - ms).abs() < 0.01, "{} for {}", lag, ms);
        }
        // 48 samples are the bound itself, where rounding decides.
        if late != 48 {
            prop_assert_eq!(passes(&found), late < 48);
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
    assert!(!passes(&found));
}

#[test]
fn silence_is_not_measured_and_does_not_fail() {
    let found = compared(&vec![0.0; 8 * SECOND], &vec![0.0; 8 * SECOND], 0);
    assert!(passes(&found) && found.worst_ms().is_none());
}

#[test]
fn another_song_or_a_silent_film_fails() {
    let song = noise(5 * SECOND);
    let other: Vec<f32> = song.iter().rev().copied().collect();
    assert!(!passes(&compared(&song, &other, 0)));
    assert!(!passes(&compared(&song, &vec![0.0; 5 * SECOND], 0)));
}

#[test]
fn a_song_that_ends_before_the_film_leaves_silence() {
    let song = noise(6 * SECOND);
    let mut film = song.clone();
    film.resize(14 * SECOND, 0.0);
    let found = compared(&song, &film, 0);
    assert!(passes(&found), "{found:?}");
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
        assert!(passes(&found), "{found:?}");
        assert!(found.worst_ms().is_none(), "{found:?}");
    }
    assert!(!passes(&compared(&level(2.1e-3), &level(0.5e-3), 0)));
    assert!(!passes(&compared(&level(0.5e-3), &level(2.1e-3), 0)));
}

/// The first `seconds` of `path`, mono, at [`RATE`].
fn decoded(path: &Path, seconds: &str) -> Vec<f32> {
    let output = ffmpeg()
        .args(["-t", seconds, "-i"])
        .arg(path)
        .args([
            "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "f32le", "-",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let (samples, _) = output.stdout.as_chunks::<4>();
    samples.iter().copied().map(f32::from_le_bytes).collect()
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]);
    command
}

#[test]
fn real_songs_are_measured_through_a_lossy_codec() {
    let Some(folder) = suite::dev_data::folder("beats") else {
        return;
    };
    let mut songs: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "ogg"))
        .collect();
    songs.sort();
    let scratch = tempfile::tempdir().unwrap();
    for path in songs.iter().step_by(EVERY_SONG) {
        let song = decoded(path, "14");
        let film = scratch.path().join("film.m4a");
        let made = ffmpeg()
            .args(["-t", "13", "-i"])
            .arg(path)
            // Counted from the first sample on, as a film's sound is, whatever the stamps say.
            .args(["-map", "0:a:0", "-af", "asetpts=N/SR/TB"])
            .args(["-c:a", "aac", "-b:a", "128k"])
            .arg(&film)
            .status();
        assert!(made.unwrap().success());
        let film = decoded(&film, "13");
        for shift in SHIFTS_MS {
            let moved: Vec<f32> = (0..i64::try_from(film.len() - SECOND).unwrap())
                .map(|at| {
                    let from = usize::try_from(at - shift * 48).ok();
                    from.and_then(|at| film.get(at)).copied().unwrap_or(0.0)
                })
                .collect();
            let found = compared(&song, &moved, 0);
            let name = path.file_name().unwrap();
            let worst = found.worst_ms().unwrap();
            assert!(
                (worst - shift as f64).abs() < 0.1,
                "{name:?} by {shift} ms: {found:?}"
            );
            if shift.abs() != 1 {
                // 1 ms is the bound itself, where rounding decides.
                assert_eq!(passes(&found), shift == 0, "{name:?}: {found:?}");
            }
        }
    }
}
