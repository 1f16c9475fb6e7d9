//! The film's sound: the song cut to the film's length and encoded, once, in a file of its own.
//!
//! Encoding AAC takes as long as some seconds of film, so it is not left for the end, when nothing
//! else runs: it is done beside the segments where memory has room for one process more.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::decision::{Decision, DecisionCode};
use shared::plan::Speed;

use super::command::{CLEAN, global};
use super::error::RenderError;
use super::job::Job;
use super::join::{Whole, container};
use super::journal::{WorkDir, digest};
use super::segment::{Canvas, SegmentKey};
use super::settings::{AudioCodec, RenderSettings};
use crate::durable;
use crate::ffmpeg::input;
use crate::ffmpeg::probe::Audio;
use crate::interrupt::Interrupt;
use crate::process::{Command, Messages};

/// The record of the sound, in the work directory.
pub(super) const RECORD: &str = "sound.json";
/// Highest sample rate of the film's sound.
const MOST_SAMPLES: u32 = 96_000;
/// Memory that must be free for the sound to be encoded beside the segments, in bytes. It needs a
/// twentieth of that, which the thresholds leave over; where memory is tighter, segments are what
/// it is for.
const ROOM_BESIDE: u64 = 1 << 30;

/// The song as the film uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Song {
    /// Its file.
    pub(super) path: PathBuf,
    /// Its sound stream.
    pub(super) audio: Audio,
    /// Where the film begins in it: samples at `start_rate` from the first decoded one; negative if
    /// the film begins first.
    pub(super) start: i64,
    /// Samples per second of `start`.
    pub(super) start_rate: u32,
}

impl Song {
    /// Samples per second in the film: the song's own, if players can have it.
    fn rate(&self) -> u32 {
        if self.audio.sample_rate <= MOST_SAMPLES {
            self.audio.sample_rate
        } else {
            48_000
        }
    }

    /// The filters that cut the song to `frames` of the film. Samples are counted from the first
    /// one decoded, as the planner counted them, whatever the file's time stamps say; where the
    /// song ends early, silence follows, and goes before it if the film begins first.
    fn filters(&self, canvas: Canvas, frames: u64) -> String {
        let rate = u128::from(self.rate());
        let half = u128::from(self.start_rate) / 2;
        let from = u128::from(self.start.unsigned_abs());
        let from = (from * rate + half) / u128::from(self.start_rate.max(1));
        let cut = if self.start < 0 {
            format!("adelay=delays={from}S:all=1")
        } else {
            format!("atrim=start_sample={from}")
        };
        let num = u128::from(canvas.rate.num());
        let length = (u128::from(frames) * u128::from(canvas.rate.den()) * rate + num / 2) / num;
        format!(
            "aresample={rate},asetpts=N/SR/TB,{cut},asetpts=N/SR/TB,\
             apad=whole_len={length},atrim=end_sample={length}"
        )
    }
}

/// The film's sound, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sound {
    /// Its file, in the work directory.
    pub(super) path: PathBuf,
    /// Damage in the song, which the decoder has concealed.
    pub(super) damage: Option<Decision>,
}

/// What is known of the sound's file. It counts only with its key and its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// Of everything that can change a sample.
    key: String,
    /// The file's name in the same folder.
    file: String,
    /// Its size.
    bytes: u64,
    /// BLAKE3 of its content, in hexadecimal digits.
    blake3: String,
    /// Damage in the song, which the decoder has concealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    damage: Option<Decision>,
}

impl Job<'_> {
    /// The sound, made beside the segments if there is room for that, and if this process makes
    /// the film. What goes wrong here may go well when nothing else runs, so it is tried again
    /// then, and told then.
    pub(super) fn sound_beside(&self, interrupt: &Interrupt) -> Option<Sound> {
        let worth_it = self.song.is_some() && self.jobs > 1 && self.gauge.room(0) >= ROOM_BESIDE;
        if worth_it {
            self.sound(interrupt).ok()
        } else {
            None
        }
    }

    /// The sound, encoded now unless it is there already.
    ///
    /// # Errors
    /// [`RenderError`]; without its sound there is no film.
    pub(super) fn sound(&self, interrupt: &Interrupt) -> Result<Sound, RenderError> {
        let Some(song) = &self.song else {
            return Err(RenderError::Join {
                said: "the song was not asked for".to_owned(),
            });
        };
        let frames = self.plan.record_duration();
        let key = self.sound_key(song, frames);
        if let Some(record) = kept(&self.work, &key) {
            return Ok(Sound {
                path: self.work.root().join(record.file),
                damage: record.damage,
            });
        }
        // The record will say that this is the sound of the song that was found.
        self.sources.song_unchanged()?;
        let draft = self.work.draft()?;
        let args = arguments(song, self.canvas, frames, self.settings, draft.path());
        let command = Command::new(&self.tools.ffmpeg).args(args);
        let whole = Whole {
            work: self.work.root(),
            output: draft.path(),
            // A long silence in a song's container may be read in silence, too.
            stall: self.settings.stall.max(Duration::from_mins(5)),
        };
        let finished = whole.run(&command, interrupt, &mut |_| ())?;
        self.sources.song_unchanged()?;
        let damage = damage(&song.path, &finished.messages);
        let reading = |error| RenderError::file("read", draft.path())(error);
        let (bytes, blake3) = File::open(draft.path())
            .and_then(|file| digest(&file))
            .map_err(reading)?;
        let short = blake3.get(..12).unwrap_or(&blake3);
        let file = format!("sound.{short}.{}", extension(&self.settings.output));
        let path = self.work.root().join(&file);
        durable::settle(draft, &path, true).map_err(RenderError::file("rename", &path))?;
        let before =
            record(&self.work).filter(|before| before.file != file && is_file(&before.file));
        let record = Record {
            key,
            file,
            bytes,
            blake3,
            damage: damage.clone(),
        };
        let json = serde_json::to_vec(&record).map_err(|error| RenderError::File {
            doing: "describe",
            path: path.clone(),
            source: error.into(),
        })?;
        self.work.write(RECORD, &json)?;
        if let Some(before) = before {
            // Nobody reads it any more. If it cannot be removed, it goes with the directory.
            let _ = std::fs::remove_file(self.work.root().join(before.file));
        }
        Ok(Sound { path, damage })
    }

    /// The same content under another name is the same sound.
    fn sound_key(&self, song: &Song, frames: u64) -> String {
        let song = Song {
            path: Path::new("/song").with_extension(song.path.extension().unwrap_or_default()),
            ..song.clone()
        };
        let out = Path::new("/out");
        let args = arguments(&song, self.canvas, frames, self.settings, out);
        let content = self.sources.song.as_ref();
        let content = content.map(|found| (found.fingerprint, 0, Speed::default()));
        let args = args.iter().map(OsString::as_os_str);
        let key = SegmentKey::new(args, content, &self.tools.version.text);
        key.as_str().to_owned()
    }
}

/// The record of a sound, whatever it is worth.
fn record(work: &WorkDir) -> Option<Record> {
    let json = std::fs::read(work.root().join(RECORD)).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Whether the record in a work directory is of the sound in this file.
pub(super) fn names(work: &WorkDir, file: &str) -> bool {
    record(work).is_some_and(|record| record.file == file)
}

/// The record of a sound that is there and whole.
fn kept(work: &WorkDir, key: &str) -> Option<Record> {
    let record = record(work)?;
    if record.key != key || !is_file(&record.file) {
        return None;
    }
    let file = File::open(work.root().join(&record.file)).ok()?;
    let whole = digest(&file).ok()? == (record.bytes, record.blake3.clone());
    whole.then_some(record)
}

/// Whether a name is one of a sound's file or of its record.
pub(super) fn is_file(name: &str) -> bool {
    let is_hash = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match name.split('.').collect::<Vec<_>>().as_slice() {
        ["sound", hash, "mp4" | "mov" | "mkv"] => is_hash(hash),
        _ => name == RECORD,
    }
}

/// The extension of the sound's file. Its container is the film's, so that what the film can hold
/// the sound's file can, in the same way.
fn extension(output: &Path) -> &'static str {
    match container(output) {
        Some("mov") => "mov",
        Some("matroska") => "mkv",
        _ => "mp4",
    }
}

/// The arguments that encode the song for a film of so many frames.
fn arguments(
    song: &Song,
    canvas: Canvas,
    frames: u64,
    settings: &RenderSettings,
    out: &Path,
) -> Vec<OsString> {
    let container = container(&settings.output).unwrap_or("mp4");
    let mut args = global();
    // No `-xerror`: damage in the song is for the decoder to conceal, a film without it would be
    // worse. Whether all is there is measured in the film.
    args.extend(input::of(&song.path));
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    let map = format!("0:{}", song.audio.index);
    add(&["-map", &map, "-vn", "-sn", "-dn"]);
    add(&["-af", &song.filters(canvas, frames)]);
    let bitrate = settings.quality.audio_bitrate().to_string();
    match settings.audio {
        AudioCodec::Auto if container == "matroska" => add(&["-c:a", "flac"]),
        AudioCodec::Auto | AudioCodec::Aac => add(&["-c:a", "aac", "-b:a", &bitrate]),
        AudioCodec::Flac => add(&["-c:a", "flac", "-strict", "experimental"]),
        AudioCodec::Pcm => add(&["-c:a", "pcm_s16le"]),
    }
    add(&CLEAN.map(|arg| arg));
    if container != "matroska" {
        // The container counts its length in these; in the usual thousandths of a second the
        // last samples would be lost.
        add(&["-movie_timescale", &song.rate().to_string()]);
    }
    add(&["-progress", "pipe:1", "-f", container]);
    args.push(input::url(out));
    args
}

/// What the decoder of the song complained about.
fn damage(song: &Path, messages: &Messages) -> Option<Decision> {
    let line = messages.decisive_error()?;
    let count = messages.errors;
    Some(Decision::about(
        DecisionCode::DamageConcealed,
        format!(
            "song ({})",
            song.file_name().unwrap_or_default().to_string_lossy()
        ),
        format!(
            "the decoder reported {count} error{}: {line}",
            if count == 1 { "" } else { "s" }
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::command::shown;

    fn song(rate: u32, start: i64) -> Song {
        Song {
            path: "/m/song.mp3".into(),
            audio: Audio {
                index: 0,
                codec: "mp3".to_owned(),
                sample_rate: rate,
                channels: 2,
                start_us: 0,
                duration_us: None,
            },
            start,
            start_rate: 44_100,
        }
    }

    fn canvas(rate: &str) -> Canvas {
        Canvas {
            width: 16,
            height: 16,
            rate: rate.parse().unwrap(),
        }
    }

    #[test]
    fn the_song_is_cut_to_the_film_by_counting_samples() {
        let filters = song(48_000, 44_100).filters(canvas("30000/1001"), 300);
        assert_eq!(
            filters,
            "aresample=48000,asetpts=N/SR/TB,atrim=start_sample=48000,asetpts=N/SR/TB,\
             apad=whole_len=480480,atrim=end_sample=480480"
        );
        let early = song(48_000, -441).filters(canvas("25"), 25);
        assert_eq!(
            early,
            "aresample=48000,asetpts=N/SR/TB,adelay=delays=480S:all=1,asetpts=N/SR/TB,\
             apad=whole_len=48000,atrim=end_sample=48000"
        );
        assert!(
            song(192_000, 0)
                .filters(canvas("25"), 25)
                .contains("end_sample=48000")
        );
    }

    #[test]
    fn the_encoding() {
        let settings = RenderSettings::new("/films/a.mp4");
        let out = Path::new("/w/.tmp-x.part");
        let args = arguments(&song(44_100, 0), canvas("24"), 24, &settings, out);
        insta::assert_snapshot!(shown(args), @r"
    -hide_banner
    -nostdin
    -v level+warning
    -y
    -max_alloc 536870912
    -protocol_whitelist file
    -format_whitelist FORMATS
    -max_pixels 67108864
    -i file:/m/song.mp3
    -map 0:0
    -vn
    -sn
    -dn
    -af aresample=44100,asetpts=N/SR/TB,atrim=start_sample=0,asetpts=N/SR/TB,apad=whole_len=44100,atrim=end_sample=44100
    -c:a aac
    -b:a 192000
    -map_metadata -1
    -map_chapters -1
    -write_tmcd 0
    -fflags +bitexact
    -flags +bitexact
    -movie_timescale 44100
    -progress pipe:1
    -f mp4 file:/w/.tmp-x.part
    ");
    }

    #[test]
    fn only_names_of_ours_are_sounds() {
        assert!(is_file("sound.json") && is_file("sound.0123456789ab.mkv"));
        for name in [
            "sound.mp4",
            "sound.0123456789ab.wav",
            "sound.holiday.mp4",
            "sound.0123456789ab.mp4.txt",
        ] {
            assert!(!is_file(name), "{name}");
        }
    }
}
