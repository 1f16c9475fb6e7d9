//! Looks ahead: what a render would need and stumble over, without running ffmpeg.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use shared::decision::Decision;
use shared::plan::Plan;
use shared::rate::Rate;
use shared::time::{Rounding, converted};

use super::calibrate::words;
use super::error::RenderError;
use super::hardware::Choice;
use super::join;
use super::journal::refuse_foreign;
use super::prepare::check_plan;
use super::resources::{gauge, shape_of};
use super::schedule::estimate::{Class, Estimator, Footprint, Target};
use super::schedule::learned::Learned;
use super::settings::{Quality, RenderSettings, Wish};
use super::sources::{Sources, Wanted};
use crate::durable;
use crate::media::fingerprint::regular;
use crate::place;
use crate::shown::{self, Shown as _};

/// Most problems that are listed.
const LISTED: usize = 50;
/// How much of a report is read to learn its film, in bytes.
const REPORT_START: u64 = 64 << 10;

/// What a render would do and need.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    /// Segments.
    pub segments: usize,
    /// Frames of the film.
    pub frames: u64,
    /// The film's length in microseconds.
    pub duration_us: u64,
    /// Source files that are used.
    pub sources: usize,
    /// The most memory that one segment is expected to need, in bytes.
    pub largest_segment: u64,
    /// Memory that would be shared among segments, in bytes.
    pub memory_budget: u64,
    /// What sets that budget, in words.
    pub memory_from: String,
    /// Segments that would run at once.
    pub jobs: usize,
    /// The disks that are written to: one if segments and film lie on the same.
    pub disks: Vec<Disk>,
    /// Processor seconds expected; a rough estimate.
    pub cpu_seconds: f64,
    /// What would be done otherwise than planned, as far as can be seen now.
    pub decisions: Vec<Decision>,
    /// What is worth knowing and changes nothing about the film, in words.
    pub notes: Vec<String>,
    /// What a render would stumble over, in words: clips shorter than their slots, too little
    /// space. The render goes on all the same; its ladder has an answer.
    pub problems: Vec<String>,
}

/// Space on one disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// A folder on it.
    pub folder: PathBuf,
    /// What is written there, in words.
    pub holds: &'static str,
    /// How much of it, in bytes; an estimate.
    pub bytes: u64,
    /// Bytes that are free, if the system tells.
    pub free_bytes: Option<u64>,
}

/// Refuses settings that cannot work and outputs that would destroy something. Nothing but the
/// settings is needed for that, so it can be known before there is a plan.
///
/// # Errors
/// [`RenderError`] with the first reason.
pub fn check_place(settings: &RenderSettings) -> Result<(), RenderError> {
    let setting = |what: String| Err(RenderError::Setting { what });
    let output = &settings.output;
    let Some(container) = join::container(output) else {
        let path = output.clone();
        return Err(RenderError::Suffix { path });
    };
    if !join::takes(container, settings.audio) {
        return setting(format!(
            "{} sound does not go into {}; leave the choice of sound to the container",
            settings.audio.name(),
            output.shown()
        ));
    }
    if settings.wish.is_some() && settings.encoder != Choice::Software {
        return setting(
            "a wished time or size settles the preset of the encoder in software; it goes with no \
             other"
                .to_owned(),
        );
    }
    if settings.jobs == Some(0) {
        return setting("--jobs must be at least 1".to_owned());
    }
    gauge(settings)?;
    place::check(output)?;
    refuse_existing(output, settings)?;
    let report = settings.report_path();
    place::check(&report)?;
    if let Some(film) = film_of(&report).filter(|_| !settings.overwrite)
        && output.file_name() != Path::new(&film).file_name()
    {
        return Err(RenderError::ReportOfAnother { path: report, film });
    }
    refuse_existing(&report, settings)?;
    refuse_foreign(&settings.work_path())
}

fn refuse_existing(path: &Path, settings: &RenderSettings) -> Result<(), RenderError> {
    if !settings.overwrite && path.symlink_metadata().is_ok() {
        let path = path.to_owned();
        return Err(RenderError::Exists { path });
    }
    Ok(())
}

/// The film that a report is about, if the file is one. The name stands near its beginning, and
/// the rest may be long.
fn film_of(report: &Path) -> Option<String> {
    let mut start = Vec::new();
    let (file, _) = regular(report).ok()?;
    file.take(REPORT_START).read_to_end(&mut start).ok()?;
    let start = String::from_utf8_lossy(&start);
    let (_, rest) = start.split_once("\"output\":")?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    values.next()?.ok()
}

/// Looks ahead without rendering.
///
/// # Errors
/// [`RenderError`] for what would stop a render before its first segment, except a missing
/// ffmpeg.
pub fn preflight(
    plan: &Plan,
    plan_dir: &Path,
    settings: &RenderSettings,
) -> Result<Preflight, RenderError> {
    check_plan(plan)?;
    let mut decisions = Vec::new();
    let wanted = Wanted::all(plan);
    let sources = Sources::find(
        plan,
        &wanted,
        plan_dir,
        &settings.media_dirs,
        &mut decisions,
    )?;
    decisions.extend(plan.song_ends_early(None));
    let rate = plan.output.rate;
    let target = Target {
        width: plan.output.width,
        height: plan.output.height,
        preset: settings.quality.encoder().preset,
        // Whether there is one that works is found out by the render.
        hardware: None,
        threads: 1,
    };
    let classes: Vec<Class> = plan
        .media
        .iter()
        .map(|media| match &media.video {
            Some(video) => Class::sized(video.width, video.height, &video.codec),
            None => Class::unknown(),
        })
        .collect();
    let unknown = Class::unknown();
    let class = |media: u32| classes.get(media as usize).unwrap_or(&unknown);
    let gauge = gauge(settings)?;
    let reading = gauge.read(0);
    let (bound, room) = reading.tightest(gauge.thresholds.conservative());
    let learned = Learned::default();
    let of_slots = plan.slots.iter().map(|slot| class(slot.clip.media).clone());
    let shape = shape_of(settings, of_slots, target, &learned, room);
    let target = Target {
        threads: shape.threads,
        ..target
    };
    let estimator = Estimator::new(target, learned);
    let mut problems = too_short(plan);
    let frames = plan.record_duration();
    let duration_us =
        converted(frames, rate, Rate::MICROSECONDS, Rounding::Floor).unwrap_or(u64::MAX);
    let disks = disks(target, frames, duration_us, settings);
    for disk in &disks {
        if let Some(free) = disk.free_bytes.filter(|free| *free < disk.bytes) {
            problems.push(format!(
                "about {} are needed for the {} in {}, and {} are free",
                shown::bytes(disk.bytes),
                disk.holds,
                disk.folder.shown(),
                shown::bytes(free)
            ));
        }
    }
    let used: Vec<_> = sources.used().collect();
    let largest = used
        .iter()
        .filter_map(|(media, _)| classes.get(*media))
        .map(|class| estimator.memory(class, Footprint::Usual))
        .max();
    let largest_segment = largest.unwrap_or(0);
    let mut notes: Vec<String> = settings.wish.map(of_wish).into_iter().collect();
    notes.extend(of_encoder(settings.encoder));
    if largest_segment > room {
        notes.push(format!(
            "the largest shot may need {}, and {} of {} may be given out ({}): it will be \
             rendered alone",
            shown::bytes(largest_segment),
            shown::bytes(room),
            shown::bytes(bound.limit),
            bound.from()
        ));
    }
    Ok(Preflight {
        segments: plan.slots.len(),
        frames,
        duration_us,
        sources: used.len(),
        largest_segment,
        memory_budget: room,
        memory_from: bound.from(),
        jobs: shape.jobs,
        disks,
        cpu_seconds: plan
            .slots
            .iter()
            .map(|slot| estimator.cpu_seconds(class(slot.clip.media), slot.record_duration))
            .sum(),
        decisions,
        notes,
        problems,
    })
}

/// What is not known before the film is wished for in earnest.
fn of_wish(wish: Wish) -> String {
    format!(
        "wished for {}: a render encodes samples first and settles the encoder by them; the \
         figures here are those of the standard quality",
        words(wish)
    )
}

/// What is not known before the encoder is tried.
fn of_encoder(encoder: Choice) -> Option<String> {
    let note = "an encoder in hardware is asked for: a render tries it first, and uses software if \
                it does not work (`render-native doctor` tries it now)";
    (encoder != Choice::Software).then(|| note.to_owned())
}

/// Clips that end before their slots do.
fn too_short(plan: &Plan) -> Vec<String> {
    let mut problems = Vec::new();
    let mut short = 0_usize;
    for (index, slot) in plan.slots.iter().enumerate() {
        let media = plan.media.get(slot.clip.media as usize);
        let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
        if let (Some(media), Some(end)) = (media, end)
            && let Some(has) = media.duration_us.filter(|has| *has < end)
        {
            short += 1;
            if short <= LISTED {
                problems.push(format!(
                    "slot {}: {} ends at {:.3} s, and {:.3} s are needed",
                    index + 1,
                    media.path.name(),
                    micros(has),
                    micros(end)
                ));
            }
        }
    }
    if let Some(more @ 1..) = short.checked_sub(LISTED) {
        let more = shown::count(more, "more clip");
        problems.push(format!("… and {more} of this kind"));
    }
    problems
}

/// What segments and film need, on one disk or on two.
fn disks(target: Target, frames: u64, duration_us: u64, settings: &RenderSettings) -> Vec<Disk> {
    // Thousandths of a bit for a pixel of busy footage.
    let bits: u64 = match settings.quality {
        Quality::Draft => 120,
        Quality::Standard => 150,
        Quality::High => 200,
    };
    let pixels = u64::from(target.width) * u64::from(target.height);
    let picture = pixels.saturating_mul(frames).saturating_mul(bits) / 8000;
    let sound = join::audio_bytes_per_second(settings).saturating_mul(duration_us / 1_000_000);
    let film = picture.saturating_add(sound);
    let (work, place) = (settings.work_path(), durable::parent(&settings.output));
    let (work_there, place_there) = (existing(&work), existing(place));
    let disk = |folder: &Path, there: &Path, holds, bytes| Disk {
        folder: folder.to_owned(),
        holds,
        bytes,
        free_bytes: free(there),
    };
    if is_same_disk(&work_there, &place_there) {
        let all = picture.saturating_add(film);
        return vec![disk(place, &place_there, "segments and the film", all)];
    }
    vec![
        disk(&work, &work_there, "segments", picture),
        disk(place, &place_there, "film", film),
    ]
}

/// The folder itself, or the nearest above it that is there.
fn existing(dir: &Path) -> PathBuf {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let there = dir.ancestors().find(|dir| dir.exists());
    there.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(unix)]
fn is_same_disk(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |dir: &Path| dir.metadata().map(|metadata| metadata.dev()).ok();
    device(a) == device(b)
}

#[cfg(not(unix))]
fn is_same_disk(a: &Path, b: &Path) -> bool {
    a == b
}

/// Bytes that are free on the disk of a folder, if the system tells.
#[cfg(unix)]
pub(super) fn free(there: &Path) -> Option<u64> {
    let system = rustix::fs::statvfs(there).ok()?;
    system.f_bavail.checked_mul(system.f_frsize)
}

#[cfg(not(unix))]
pub(super) fn free(_: &Path) -> Option<u64> {
    None
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shown with three decimals; a clip of centuries may lose some"
)]
fn micros(micros: u64) -> f64 {
    micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::encoder::Preset;

    #[test]
    #[cfg(target_os = "linux")]
    fn segments_and_film_are_judged_where_they_go() {
        let target = Target {
            width: 1920,
            height: 1080,
            preset: Preset::Veryfast,
            hardware: None,
            threads: 1,
        };
        let judged = |settings: &RenderSettings| disks(target, 300, 10_000_000, settings);
        let mut settings = RenderSettings::new("/tmp/no/such/film.mp4");
        let [both] = judged(&settings).try_into().unwrap();
        assert_eq!(both.folder, Path::new("/tmp/no/such"));
        // Another file system than any folder for files.
        settings.work_dir = Some("/proc/work".into());
        let [segments, film] = judged(&settings).try_into().unwrap();
        assert_eq!(segments.folder, Path::new("/proc/work"));
        assert_eq!(segments.bytes + film.bytes, both.bytes);
        assert!(film.bytes > segments.bytes, "the film has sound");
    }

    #[test]
    fn a_wish_is_settled_with_software_alone() {
        let mut settings = RenderSettings::new("film.mp4");
        settings.wish = Wish::new(None, Some(1_000_000));
        assert!(check_place(&settings).is_ok());
        settings.encoder = Choice::Auto;
        let refused = check_place(&settings);
        assert!(
            matches!(refused, Err(RenderError::Setting { .. })),
            "{refused:?}"
        );
    }
}
