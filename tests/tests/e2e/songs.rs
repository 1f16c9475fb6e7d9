//! One song in many kinds of file: its beats are where they are in the uncompressed one, however
//! many samples its encoder put before it.

use std::path::Path;
use std::process::Command;

use suite::media::{click_song, ffmpeg};
use suite::program;

/// Samples that beats may move by: a millisecond at 44100 a second.
const NEAR: u64 = 44;

/// The samples of a song's beats, as the command line tells them.
fn beats(song: &Path) -> Vec<u64> {
    let run = program::run(["beats".as_ref(), "--json".as_ref(), song.as_os_str()]).expect(0);
    let json = run.json();
    let beats = json.get("beats").unwrap().as_array().unwrap().iter();
    beats
        .map(|beat| beat.get("at").unwrap().as_u64().unwrap())
        .collect()
}

#[test]
fn every_kind_of_song_has_the_beats_of_the_uncompressed_one() {
    let folder = tempfile::tempdir().unwrap();
    let song = click_song(&folder.path().join("song.wav"), 24.0, 117.0);
    let truth = beats(&song);
    assert!(truth.len() > 40, "{} beats", truth.len());
    for (name, encoder) in [
        ("constant.mp3", &["-c:a", "libmp3lame", "-b:a", "192k"][..]),
        ("variable.mp3", &["-c:a", "libmp3lame", "-q:a", "4"]),
        ("48k.mp3", &["-c:a", "libmp3lame", "-ar", "48000"]),
        ("song.m4a", &["-c:a", "aac", "-b:a", "160k"]),
        ("half.m4a", &["-c:a", "aac", "-ar", "22050"]),
        ("song.opus", &["-c:a", "libopus", "-b:a", "128k"]),
        ("song.ogg", &["-c:a", "libvorbis", "-q:a", "5"]),
        ("song.flac", &["-c:a", "flac"]),
    ] {
        let path = folder.path().join(name);
        let made = Command::new(ffmpeg())
            .args(["-v", "error", "-i"])
            .arg(&song)
            .args(encoder)
            .arg(&path)
            .status();
        assert!(made.unwrap().success(), "{name}");
        let found = beats(&path);
        let pairs = found.iter().zip(&truth);
        let worst = pairs.map(|(found, truth)| found.abs_diff(*truth)).max();
        assert_eq!(found.len(), truth.len(), "{name}");
        assert!(worst.unwrap() <= NEAR, "{name}: {worst:?} samples");
    }
}

/// Packets whose times step back a little are no damage: the samples follow each other all the same.
#[test]
fn ordinary_songs_are_not_called_damaged() {
    let Some(folder) = suite::dev_data::folder("beats") else {
        return;
    };
    for name in ["fof_feelings.ogg", "optk_7c845d.ogg", "optk_54e778.ogg"] {
        let run = program::run(["beats".as_ref(), folder.join(name).as_os_str()]).expect(0);
        assert!(!run.stderr.contains("damage"), "{name}: {}", run.stderr);
    }
}

/// What the song might be read as instead is listed, and can be asked for by its number.
#[test]
fn another_reading_is_taken_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let song = click_song(&folder.path().join("song.wav"), 24.0, 117.0);
    let path = song.as_os_str();
    let heard = program::run(["beats".as_ref(), path]).expect(0);
    let every_other = heard
        .stderr
        .lines()
        .find(|line| line.contains("every other beat, from the first"))
        .unwrap();
    let number = every_other.split(['g', ':']).nth(1).unwrap().trim();
    let read = program::run([
        "beats".as_ref(),
        "--reading".as_ref(),
        number.as_ref(),
        path,
    ]);
    let read = read.expect(0);
    let times = |stdout: &str| -> Vec<String> {
        let time = |line: &str| line.split('\t').next().unwrap().to_owned();
        stdout.lines().map(time).collect()
    };
    let half: Vec<String> = times(&heard.stdout).into_iter().step_by(2).collect();
    assert_eq!(times(&read.stdout), half);
    let refused = program::run(["beats".as_ref(), "--reading".as_ref(), "99".as_ref(), path]);
    assert_eq!(refused.code, 64);
    assert!(
        refused.stderr.contains("has no reading 99"),
        "{}",
        refused.stderr
    );
}
