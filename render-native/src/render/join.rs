//! Joins the segments and the sound without encoding again.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use shared::rate::Rate;
use shared::time::{Rounding, converted};
use tempfile::NamedTempFile;

use super::check::{Facts, measure};
use super::command::{CLEAN, global};
use super::error::RenderError;
use super::journal::{Record, WorkDir, part_prefix};
use super::judge;
use super::segment::Canvas;
use super::settings::{AudioCodec, RenderSettings};
use crate::durable;
use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::{self, input};
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Finished, Limits, Lines, ProcessError};
use crate::progress::{Event, Progress, Stage};

/// The list of segments, in the work directory.
pub(super) const LIST: &str = "film.ffconcat";
/// Sound may end so much before or after the picture, in microseconds: a packet of AAC at 44.1 kHz
/// is 23 ms long.
const AUDIO_TOLERANCE_US: i64 = 25_000;

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
fn micros(frame: u64, rate: Rate) -> u64 {
    converted(frame, rate, Rate::MICROSECONDS, Rounding::Nearest).unwrap_or(u64::MAX)
}

/// The arguments of the joining.
fn arguments(
    list: &Path,
    sound: &Path,
    canvas: Canvas,
    container: &str,
    out: &Path,
) -> Vec<OsString> {
    let mut args = global();
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-f", "concat", "-protocol_whitelist", "file"]);
    add(&["-format_whitelist", "concat,mov,mp4,m4a,3gp,3g2,mj2", "-i"]);
    args.push(input::url(list));
    args.extend(input::of(sound));
    let mut add = |more: &[&str]| args.extend(more.iter().map(OsString::from));
    add(&["-map", "0:v:0", "-map", "1:a:0", "-c", "copy", "-sn", "-dn"]);
    add(&CLEAN.map(|arg| arg));
    if container != "matroska" {
        let timescale = canvas.timescale().to_string();
        add(&[
            "-movie_timescale",
            &timescale,
            "-video_track_timescale",
            &timescale,
        ]);
        // FLAC in MP4 counts as experimental, copied or encoded.
        add(&["-movflags", "+faststart", "-strict", "experimental"]);
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
    /// The file of the film's sound.
    pub(super) sound: &'a Path,
}

/// A film that is complete and has no name yet: it vanishes unless it is given one.
pub(super) struct Joined {
    film: NamedTempFile,
}

impl Joined {
    /// The film's size in bytes.
    pub(super) fn bytes(&self) -> u64 {
        let metadata = self.film.as_file().metadata();
        metadata.map_or(0, |metadata| metadata.len())
    }

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
        let kind = container(output).unwrap_or("mp4");
        let args = arguments(&list, self.sound, self.canvas, kind, out.path());
        let command = Command::new(&self.tools.ffmpeg).args(args);
        let whole = Whole {
            work: self.work.root(),
            output,
            // The last step, moving the index to the front, copies the whole file in silence.
            stall: self.settings.stall.max(Duration::from_mins(10)),
        };
        whole.run(&command, interrupt, &mut |done| {
            let stage = Stage::Join;
            progress.report(Event::Advanced { stage, done });
        })?;
        let stopped = |error| whole.stopped(error, interrupt);
        let facts = measure(self.tools, out.path(), interrupt).map_err(stopped)?;
        if let Some(said) = fault(&facts, self.canvas, frames, container(output)) {
            return Err(RenderError::Joined { said });
        }
        Ok(Joined { film: out })
    }
}

/// A run of ffmpeg that concerns the whole film: if it fails there is no film.
pub(super) struct Whole<'a> {
    /// The work directory.
    pub(super) work: &'a Path,
    /// What is written, or what it is for.
    pub(super) output: &'a Path,
    /// Silence after which it is taken for hung.
    pub(super) stall: Duration,
}

impl Whole<'_> {
    /// Runs ffmpeg to its end and tells how many frames are done.
    pub(super) fn run(
        &self,
        command: &Command,
        interrupt: &Interrupt,
        done: &mut dyn FnMut(u64),
    ) -> Result<Finished, RenderError> {
        let limits = Limits {
            stall: self.stall,
            ..Limits::JOB
        };
        let mut lines = Lines::default();
        let finished = process::run(command, limits, interrupt, &mut |chunk| {
            lines.push(chunk, |line| {
                if let Some(frames) = ffmpeg::progress::frames(line) {
                    done(frames);
                }
            });
            ControlFlow::Continue(())
        })
        .map_err(|error| self.stopped(error, interrupt))?;
        if judge::disk_is_full(&finished.messages) {
            return Err(RenderError::NoSpace {
                path: self.output.to_owned(),
            });
        }
        if !finished.success() {
            let said = finished.messages.decisive().map(str::to_owned);
            let said = said.unwrap_or_else(|| finished.status.to_string());
            return Err(RenderError::Join { said });
        }
        Ok(finished)
    }

    fn stopped(&self, error: ProcessError, interrupt: &Interrupt) -> RenderError {
        match error {
            ProcessError::Interrupted => RenderError::if_interrupted(interrupt, self.work)
                .err()
                .unwrap_or(RenderError::Process(error)),
            ProcessError::Stalled { .. }
            | ProcessError::Deadline { .. }
            | ProcessError::Killed { .. } => RenderError::Join {
                said: error.to_string(),
            },
            other => RenderError::Process(other),
        }
    }
}

/// What is wrong with the joined film.
fn fault(facts: &Facts, canvas: Canvas, frames: u64, container: Option<&str>) -> Option<String> {
    if let Some(fault) = facts.fault(canvas, frames) {
        return Some(fault);
    }
    let length = converted(frames, canvas.rate, Rate::MICROSECONDS, Rounding::Floor);
    let length = i128::from(length.unwrap_or(u64::MAX));
    let Some(audio_us) = facts.audio_us else {
        // Matroska does not say how long a single stream is.
        return (container != Some("matroska")).then(|| "the film has no sound".to_owned());
    };
    let off = (i128::from(audio_us) - length).abs();
    (off > i128::from(AUDIO_TOLERANCE_US))
        .then(|| format!("the sound is {off} µs longer or shorter than the picture"))
}

/// Bytes of sound per second, for estimates of size.
pub(super) fn audio_bytes_per_second(settings: &RenderSettings) -> u64 {
    let lossless = container(&settings.output) == Some("matroska");
    match settings.audio {
        AudioCodec::Auto if lossless => 120_000,
        AudioCodec::Auto | AudioCodec::Aac => u64::from(settings.quality.audio_bitrate()) / 8,
        AudioCodec::Flac => 120_000,
        AudioCodec::Pcm => 192_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::command::shown;

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
                let tick = (u128::from(at) * scale + 500_000) / 1_000_000;
                proptest::prop_assert_eq!(tick, u128::from(frames * canvas.ticks_per_frame()));
            }
        }
    }

    #[test]
    fn the_joining() {
        let args = arguments(
            Path::new("/w/film.ffconcat"),
            Path::new("/w/sound.0123456789ab.mp4"),
            canvas("24"),
            "mp4",
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
    -i file:/w/sound.0123456789ab.mp4
    -map 0:v:0
    -map 1:a:0
    -c copy
    -sn
    -dn
    -map_metadata -1
    -map_chapters -1
    -write_tmcd 0
    -fflags +bitexact
    -flags +bitexact
    -movie_timescale 24000
    -video_track_timescale 24000
    -movflags +faststart
    -strict experimental
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
    fn sound_that_loses_nothing_is_estimated_larger_wherever_it_is_the_containers_choice() {
        let of = |name: &str| audio_bytes_per_second(&RenderSettings::new(name));
        assert!(of("film.mkv") > 4 * of("film.mp4"));
        assert_eq!(of("film.mov"), of("film.mp4"));
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
