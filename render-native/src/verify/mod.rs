//! Measures a finished film against its plan, from the film's own picture and sound.
//!
//! Nothing that the renderer reports is believed. The film is decoded once: its frames are
//! counted, every time stamp is held against its number, and the cuts are looked for in the
//! picture without knowing the plan. Then each planned cut is held against the frame where the
//! picture changes, and the film's sound against the song.
//!
//! * `change` — how much the picture changes from frame to frame.
//! * `contrast` — how far a change stands out.
//! * `cuts` — which changes are cuts, and where the planned ones are.
//! * `displacement` — planned cuts that the film shows in the wrong place.
//! * `timing` — frames, time stamps, the law of the beat.
//! * `lag`, `audio` — how late the sound is.
//! * `decode` — ffmpeg.
//! * `certificate`, `failure` — the verdict, drawn nowhere else.
//! * `table`, `words` — how it is told. People count slots from 1; every index in JSON counts from 0.

mod audio;
mod certificate;
mod change;
mod contrast;
mod cuts;
mod decode;
mod displacement;
mod error;
mod failure;
mod lag;
mod table;
mod timing;
mod words;

use std::path::Path;

pub use audio::{AudioFinding, AudioFindings, AudioPlace};
pub use certificate::{Certificate, DurationFindings};
pub use cuts::{CutFindings, CutSight, Sight};
pub use displacement::DisplacedRun;
pub use error::VerifyError;
pub use failure::Failure;
pub use timing::{BeatFindings, BrokenBeat, FrameFindings};

use shared::media::MediaPath;
use shared::plan::{Plan, Slot};
use shared::rate::Rate;
use shared::time::{Record, Rounding, Time};

use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::{Audio, Probe, probe};
use crate::interrupt::Interrupt;
use crate::media::alignment;
use crate::progress::{Event, Progress, Stage};
use audio::Comparison;
use certificate::Measured;
use cuts::Planned;
use timing::StampCheck;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The finished film.
    pub film: &'a Path,
    /// Its plan.
    pub plan: &'a Plan,
    /// The plan's song, wherever it was found.
    pub song: &'a Path,
}

/// Measures the film against its plan.
///
/// # Errors
/// [`VerifyError`] if film or song cannot be read, or the user interrupts. A film that does not
/// keep its plan is no error: see [`Certificate::passed`].
pub fn verify(
    tools: &Tools,
    subject: Subject<'_>,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Certificate, VerifyError> {
    let Subject { film, plan, .. } = subject;
    let stage = Stage::Verify;
    progress.report(Event::Started {
        stage,
        total: plan.record_duration(),
    });
    let about = probe(tools, film, interrupt)?;
    let video = about.require_video(film)?;
    let picture = decode::picture(tools, film, video, progress, interrupt)?;

    let rate = plan.output.rate;
    let mut stamps = StampCheck::new(plan.record_duration(), rate, picture.time_base);
    picture.stamps.iter().for_each(|stamp| stamps.push(*stamp));
    let cuts = cuts::judge(&picture.changes, &planned_cuts(plan), rate.as_f64());
    let about_song = probe(tools, subject.song, interrupt)?;
    let audio = sound(tools, subject, &about, &about_song, progress, interrupt)?;
    progress.report(Event::Finished { stage });
    Ok(Certificate::of(Measured {
        film: MediaPath::from_bytes(film.as_os_str().as_encoded_bytes())
            .as_text()
            .to_owned(),
        frames: stamps.finish(),
        duration: DurationFindings {
            planned_us: lasts_us(plan.record_duration(), rate),
            video_us: video.duration_us,
            audio_us: about.audio.as_ref().and_then(|audio| audio.duration_us),
        },
        damage: picture.errors,
        beats: timing::beats(plan),
        cuts,
        audio,
        silence: plan.song_ends_early(about_song.audio.and_then(|audio| audio.duration_us)),
    }))
}

fn sound(
    tools: &Tools,
    Subject { film, plan, song }: Subject<'_>,
    about: &Probe,
    about_song: &Probe,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<AudioFindings, VerifyError> {
    let codec = about.audio.as_ref().map(|audio| audio.codec.clone());
    let offset_us = match (&about.video, &about.audio) {
        (Some(video), Some(audio)) => audio.start_us.saturating_sub(video.start_us),
        _ => 0,
    };
    let offset = Time::<Record>::new(offset_us, Rate::MICROSECONDS);
    let mut findings = AudioFindings {
        lossless: codec.as_deref().is_some_and(audio::is_lossless),
        codec,
        bound_ms: audio::BOUND_MS,
        start_offset_ms: offset.as_seconds() * 1000.0,
        places: Vec::new(),
    };
    let Some(Audio { index, .. }) = about.audio else {
        return Ok(findings);
    };
    let length = i64::try_from(plan.record_duration()).map_or(0.0, |frames| {
        Time::<Record>::new(frames, plan.output.rate).as_seconds()
    });
    let song_rate = plan.music.rate().map_or(audio::RATE, Rate::num);
    let song_index = about_song.require_audio(song)?.index;
    let opening = alignment::opening(tools, plan, song, song_index, interrupt);
    let (opening, moved) = opening.map_err(|source| VerifyError::Process {
        path: song.to_owned(),
        source,
    })?;
    if let Some(moved) = &moved {
        progress.report(Event::Decided(moved));
    }
    let mut comparison = Comparison::new(length, opening, song_rate);
    decode::sound(tools, film, index, &mut comparison.film, interrupt)?;
    let index = song_index;
    decode::sound(tools, song, index, &mut comparison.song, interrupt)?;
    findings.places = comparison.finish(findings.start_offset_ms);
    Ok(findings)
}

/// Every slot's first frame but the film's own.
fn planned_cuts(plan: &Plan) -> Vec<Planned> {
    plan.slots
        .iter()
        .zip(plan.slots.iter().skip(1))
        .enumerate()
        .map(|(index, (before, after))| Planned {
            slot: index + 1,
            frame: after.record_start,
            continuous: runs_on(before, after, plan.output.rate),
            other_media: !is_same(plan, before, after),
        })
        .collect()
}

/// Whether two slots show the same file, be it under two names.
fn is_same(plan: &Plan, before: &Slot, after: &Slot) -> bool {
    let file = |slot: &Slot| {
        let media = plan.media.get(usize::try_from(slot.clip.media).ok()?)?;
        media.fingerprint.as_ref()
    };
    before.clip.media == after.clip.media
        || file(before).is_some_and(|print| file(after) == Some(print))
}

/// Whether `after` shows the footage that follows what `before` shows, to within two frames of
/// the film: then there is no cut to be seen.
fn runs_on(before: &Slot, after: &Slot, rate: Rate) -> bool {
    let tolerance = lasts_us(2, rate);
    before.clip.media == after.clip.media
        && before
            .clip
            .source_end(before.record_duration, rate)
            .is_some_and(|end| end.abs_diff(after.clip.source_start) <= tolerance)
}

fn lasts_us(frames: u64, rate: Rate) -> u64 {
    i64::try_from(frames)
        .ok()
        .and_then(|frames| {
            Time::<Record>::new(frames, rate).rescaled(Rate::MICROSECONDS, Rounding::Nearest)
        })
        .and_then(|time| u64::try_from(time.ticks()).ok())
        .unwrap_or(u64::MAX)
}
