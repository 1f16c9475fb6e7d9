//! Joins the segments without encoding again and adds the song once.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::decision::{Decision, DecisionCode};
use shared::rate::Rate;
use tempfile::NamedTempFile;

use super::check::{Facts, measure};
use super::command::{CLEAN, global};
use super::error::RenderError;
use super::journal::{Record, WorkDir, part_prefix};
use super::judge;
use super::segment::Canvas;
use super::settings::{AudioCodec, Quality, RenderSettings};
use crate::durable;
use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::Audio;
use crate::ffmpeg::{self, input};
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits, Lines, Messages, ProcessError};
use crate::progress::{Event, Progress, Stage};

/// The list of segments, in the work directory.
pub(super) const LIST: &str = "film.ffconcat";
/// Sound may end so much before or after the picture, in microseconds: a packet of AAC at 44.1 kHz
/// is 23 ms long.
const AUDIO_TOLERANCE_US: i64 = 25_000;
/// Highest sample rate of the film's sound.
const MOST_SAMPLES: u32 = 96_000;

/// The song as the film uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Song {
    /// Its file.
    pub(super) path: PathBuf,
    /// Its sound stream.
    pub(super) audio: Audio,
    /// Where the film begins in it: samples at `start_rate` from the first decoded one.
    pub(super) start: u64,
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
    /// song ends early, silence follows.
    fn filters(&self, canvas: Canvas, frames: u64) -> String {
        let rate = u128::from(self.rate());
        let half = u128::from(self.start_rate) / 2;
        let start = (u128::from(self.start) * rate + half) / u128::from(self.start_rate.max(1));
        let num = u128::from(canvas.rate.num());
        let length = (u128::from(frames) * u128::from(canvas.rate.den()) * rate + num / 2) / num;
        format!(
            "aresample={rate},asetpts=N/SR/TB,atrim=start_sample={start},asetpts=N/SR/TB,\
             apad=whole_len={length},atrim=end_sample={length}"
        )
    }
}

/// The container that an extension means, by ffmpeg's name.
pub(super) fn container(output: &Path) -> Option<&'static str> {
    let extension = output.extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "mp4" | "m4v" => "mp4",
        "mov" => "mov",
        "mkv" => "matroska",
        _ => return None,
    })
}

/// Whether a container takes a sound codec.
pub(super) fn takes(container: &str, audio: AudioCodec) -> bool {
    match audio {
        AudioCodec::Auto => true,
        AudioCodec::Aac => container != "matroska",
        AudioCodec::Flac => container != "mov",
        AudioCodec::Pcm => container != "mp4",
    }
}

/// The list of segments as the concat demuxer reads it: our own names, relative to the list, each
/// with its length.
///
/// The demuxer counts where a segment begins in whole microseconds by adding up lengths. Each
/// segment's own would be rounded by itself, and some hundreds of them are off by a frame's tick;
/// so each is told the distance of its rounded ends, and nothing accumulates.
pub(super) fn list<'a>(records: impl IntoIterator<Item = &'a Record>, rate: Rate) -> String {
    let mut text = String::from("ffconcat version 1.0\n");
    let mut frames = 0;
    for record in records {
        let begin = micros(frames, rate);
        frames += u64::from(record.frames);
        let length = micros(frames, rate) - begin;
        let _ = writeln!(
            text,
            "file {}\nduration {}.{:06}",
            WorkDir::relative(record),
            length / 1_000_000,
            length % 1_000_000
        );
    }
    text
}

/// When a frame begins, in microseconds, rounded to the nearest.
fn micros(frame: u64, rate: Rate) -> u128 {
    let (num, den) = (u128::from(rate.num()), u128::from(rate.den()));
    (u128::from(frame) * den * 1_000_000 + num / 2) / num
}

/// The arguments of the joining.
fn arguments(
    list: &Path,
    song: &Song,
    canvas: Canvas,
    frames: u64,
    settings: &RenderSettings,
    out: &Path,
) -> Vec<OsString> {
    let container = container(&settings.output).unwrap_or("mp4");
    let mut args = global();
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-f", "concat", "-protocol_whitelist", "file"]);
    add(&["-format_whitelist", "concat,mov,mp4,m4a,3gp,3g2,mj2", "-i"]);
    args.push(input::url(list));
    // No `-xerror`: damage in the song is for the decoder to conceal, a film without it would be
    // worse. Whether all is there is measured afterwards.
    args.extend(input::of(&song.path));
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    let map = format!("1:{}", song.audio.index);
    add(&["-map", "0:v:0", "-map", &map, "-c:v", "copy", "-sn", "-dn"]);
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
        let timescale = canvas.timescale().to_string();
        add(&[
            "-movie_timescale",
            &timescale,
            "-video_track_timescale",
            &timescale,
        ]);
        add(&["-movflags", "+faststart"]);
    }
    add(&["-progress", "pipe:1", "-f", container]);
    args.push(input::url(out));
    args
}

/// What joining needs to know.
pub(super) struct Join<'a> {
    pub(super) tools: &'a Tools,
    pub(super) work: &'a WorkDir,
    pub(super) settings: &'a RenderSettings,
    pub(super) canvas: Canvas,
    pub(super) song: &'a Song,
}

/// A film that is complete and has no name yet: it vanishes unless it is given one.
pub(super) struct Joined {
    film: NamedTempFile,
    /// Damage in the song, which the decoder has concealed.
    pub(super) damage: Option<Decision>,
}

impl Joined {
    /// Gives the film its name.
    pub(super) fn publish(self, settings: &RenderSettings) -> Result<(), RenderError> {
        let path = &settings.output;
        durable::settle(self.film, path, settings.overwrite).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => RenderError::Exists { path: path.clone() },
            _ => RenderError::file("create", path)(error),
        })
    }
}

impl Join<'_> {
    /// Joins `records`, which are in order and complete, into the film, which has no name yet.
    pub(super) fn run(
        &self,
        records: &[Record],
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<Joined, RenderError> {
        let failed = |said: String| RenderError::Join { said };
        let (Some(first), frames) = (
            records.first(),
            records.iter().map(|r| u64::from(r.frames)).sum(),
        ) else {
            return Err(failed("there is no segment".to_owned()));
        };
        if let Some(odd) = records.iter().find(|r| r.headers != first.headers) {
            return Err(failed(format!(
                "slot {} has other headers than the first",
                odd.report.index + 1
            )));
        }
        let list = self
            .work
            .write(LIST, list(records, self.canvas.rate).as_bytes())?;
        let output = &self.settings.output;
        let dir = durable::parent(output);
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        let out = durable::draft(dir, &part_prefix(&name))
            .map_err(RenderError::file("create a file in", dir))?;
        self.work.note_part(out.path())?;
        let args = arguments(
            &list,
            self.song,
            self.canvas,
            frames,
            self.settings,
            out.path(),
        );
        let command = Command::new(&self.tools.ffmpeg).args(args);
        let mut lines = Lines::default();
        let stopped = |error| match error {
            ProcessError::Interrupted => RenderError::if_interrupted(interrupt, self.work.root())
                .err()
                .unwrap_or(RenderError::Process(error)),
            ProcessError::Stalled { .. }
            | ProcessError::Deadline { .. }
            | ProcessError::Killed { .. } => failed(error.to_string()),
            other => RenderError::Process(other),
        };
        // The last step, moving the index to the front, copies the whole file in silence.
        let limits = Limits {
            stall: self.settings.stall.max(Duration::from_mins(10)),
            ..Limits::JOB
        };
        let finished = process::run(&command, limits, interrupt, &mut |chunk| {
            lines.push(chunk, |line| {
                if let Some(done) = ffmpeg::progress::frames(line) {
                    progress.report(Event::Advanced {
                        stage: Stage::Join,
                        done,
                    });
                }
            });
            ControlFlow::Continue(())
        })
        .map_err(stopped)?;
        if judge::disk_is_full(&finished.messages) {
            return Err(RenderError::NoSpace {
                path: output.clone(),
            });
        }
        if !finished.success() {
            let said = finished.messages.decisive().map(str::to_owned);
            return Err(failed(said.unwrap_or_else(|| finished.status.to_string())));
        }
        let facts = measure(self.tools, out.path(), interrupt).map_err(stopped)?;
        if let Some(said) = fault(&facts, self.canvas, frames, container(output)) {
            return Err(RenderError::Joined { said });
        }
        Ok(Joined {
            damage: damage(&self.song.path, &finished.messages),
            film: out,
        })
    }
}

/// What the decoder of the song complained about. The segments were checked before, so nothing
/// else can be damaged.
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

/// What is wrong with the joined film.
fn fault(facts: &Facts, canvas: Canvas, frames: u64, container: Option<&str>) -> Option<String> {
    if let Some(fault) = facts.fault(canvas, frames) {
        return Some(fault);
    }
    let length = i128::from(frames) * i128::from(canvas.rate.den()) * 1_000_000
        / i128::from(canvas.rate.num());
    let Some(audio_us) = facts.audio_us else {
        // Matroska does not say how long a single stream is.
        return (container != Some("matroska")).then(|| "the film has no sound".to_owned());
    };
    let off = (i128::from(audio_us) - length).abs();
    (off > i128::from(AUDIO_TOLERANCE_US))
        .then(|| format!("the sound is {off} µs longer or shorter than the picture"))
}

/// Bytes of sound per second, for the estimate of disk space.
pub(super) const fn audio_bytes_per_second(audio: AudioCodec, quality: Quality) -> u64 {
    match audio {
        AudioCodec::Auto | AudioCodec::Aac => quality.audio_bitrate() as u64 / 8,
        AudioCodec::Flac => 120_000,
        AudioCodec::Pcm => 192_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::command::shown;

    fn song(rate: u32, start: u64) -> Song {
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

    proptest::proptest! {
        /// What the demuxer adds up in microseconds and rounds to ticks is each frame's own tick.
        #[test]
        fn segments_begin_on_their_tick_however_many_there_are(
            num in 1_u32..=1_000_000, den in 1_u32..=1_000_000,
            lengths in proptest::collection::vec(1_u64..400, 1..300),
        ) {
            let rate = Rate::new(num, den).unwrap();
            // The plan's limits.
            proptest::prop_assume!(rate.num() >= rate.den());
            proptest::prop_assume!(u64::from(rate.num()) <= 240 * u64::from(rate.den()));
            let canvas = Canvas { width: 16, height: 16, rate };
            let (mut at, mut frames) = (0, 0);
            for length in lengths {
                at += micros(frames + length, rate) - micros(frames, rate);
                frames += length;
                let scale = u128::from(canvas.timescale());
                let tick = (at * scale + 500_000) / 1_000_000;
                proptest::prop_assert_eq!(tick, u128::from(frames * canvas.ticks_per_frame()));
            }
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
        assert!(
            song(192_000, 0)
                .filters(canvas("25"), 25)
                .contains("end_sample=48000")
        );
    }

    #[test]
    fn the_joining() {
        let settings = RenderSettings::new("/films/a.mp4");
        let args = arguments(
            Path::new("/w/film.ffconcat"),
            &song(44_100, 0),
            canvas("24"),
            24,
            &settings,
            Path::new("/films/.a.mp4.x.part"),
        );
        insta::assert_snapshot!(shown(args), @r#"
    -hide_banner
    -nostdin
    -v level+warning
    -y
    -max_alloc 536870912
    -f concat
    -protocol_whitelist file
    -format_whitelist concat,mov,mp4,m4a,3gp,3g2,mj2
    -i file:/w/film.ffconcat
    -protocol_whitelist file
    -format_whitelist FORMATS
    -max_pixels 67108864
    -i file:/m/song.mp3
    -map 0:v:0
    -map 1:0
    -c:v copy
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
    -movie_timescale 24000
    -video_track_timescale 24000
    -movflags +faststart
    -progress pipe:1
    -f mp4 file:/films/.a.mp4.x.part
    "#);
    }

    #[test]
    fn a_film_without_its_sound_is_faulty() {
        let canvas = canvas("25");
        let mut facts = Facts {
            pts: (0..25).map(|i| i * 1000).collect(),
            size: (16, 16),
            kind: ("h264".into(), "yuv420p".into(), "1/25000".into()),
            audio_us: Some(1_000_000),
            ..Facts::default()
        };
        assert_eq!(fault(&facts, canvas, 25, Some("mp4")), None);
        facts.audio_us = Some(900_000);
        assert!(fault(&facts, canvas, 25, Some("mp4")).is_some());
        facts.audio_us = None;
        assert_eq!(fault(&facts, canvas, 25, Some("matroska")), None);
        let said = fault(&facts, canvas, 25, Some("mov"));
        assert_eq!(said.as_deref(), Some("the film has no sound"));
    }

    #[test]
    fn containers_and_sounds_that_do_not_go_together_are_known() {
        assert_eq!(container(Path::new("a.MKV")), Some("matroska"));
        assert_eq!(container(Path::new("a.avi")), None);
        assert!(!takes("mp4", AudioCodec::Pcm) && takes("mov", AudioCodec::Pcm));
        assert!(!takes("mov", AudioCodec::Flac) && takes("matroska", AudioCodec::Flac));
        assert!(!takes("matroska", AudioCodec::Aac) && takes("matroska", AudioCodec::Auto));
    }
}
