//! Looks ahead: what a render would need and stumble over, without running ffmpeg.

use std::path::Path;

use shared::decision::Decision;
use shared::plan::Plan;

use super::error::RenderError;
use super::job::{check_settings, shape};
use super::join;
use super::memory;
use super::schedule::estimate::{Class, Estimator, Target};
use super::settings::{Quality, RenderSettings};
use super::sources::Sources;
use crate::durable;

/// Most problems that are listed.
const LISTED: usize = 50;

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
    /// Disk space needed for segments and film, in bytes; an estimate.
    pub disk: u64,
    /// Disk space that is free there, if the system tells.
    pub disk_free: Option<u64>,
    /// Processor seconds expected; a rough estimate.
    pub cpu_seconds: f64,
    /// What would be done otherwise than planned, as far as can be seen now.
    pub decisions: Vec<Decision>,
    /// What a render would stumble over, in words: clips shorter than their slots, too little
    /// space. The render goes on all the same; its ladder has an answer.
    pub problems: Vec<String>,
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
    check_settings(plan, settings)?;
    let mut decisions = Vec::new();
    let sources = Sources::find(plan, plan_dir, &settings.media_dirs, &mut decisions)?;
    let (jobs, threads) = shape(settings, plan.slots.len());
    let rate = plan.output.rate;
    let target = Target {
        width: plan.output.width,
        height: plan.output.height,
        quality: settings.quality,
        threads,
    };
    let estimator = Estimator::new(target);
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
    let mut problems = Vec::new();
    let mut short = 0_usize;
    for (index, slot) in plan.slots.iter().enumerate() {
        let media = plan.media.get(slot.clip.media as usize);
        let end = slot.clip.source_end(slot.record_duration, rate);
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
    if short > LISTED {
        problems.push(format!(
            "… and {} more clips that end too early",
            short - LISTED
        ));
    }
    let frames = plan.record_duration();
    let duration_us = frames
        .saturating_mul(u64::from(rate.den()))
        .saturating_mul(1_000_000)
        / u64::from(rate.num());
    let disk = disk(target, frames, duration_us, settings);
    let disk_free = disk_free(durable::parent(&settings.output));
    if disk_free.is_some_and(|free| free < disk) {
        problems.push(format!(
            "about {} MB are needed beside {}, and {} MB are free",
            disk / 1_000_000,
            settings.output.display(),
            disk_free.unwrap_or(0) / 1_000_000
        ));
    }
    let used: Vec<_> = sources.used().collect();
    let largest = used
        .iter()
        .filter_map(|(media, _)| classes.get(*media))
        .map(|class| estimator.memory(class))
        .max();
    let budget = memory::budget(settings.memory);
    let largest_segment = largest.unwrap_or(0);
    if largest_segment > budget.bytes {
        problems.push(format!(
            "the largest segment may need {} MB, and {} MB may be used ({}); it will run alone",
            largest_segment / 1_000_000,
            budget.bytes / 1_000_000,
            budget.from
        ));
    }
    Ok(Preflight {
        segments: plan.slots.len(),
        frames,
        duration_us,
        sources: used.len(),
        largest_segment,
        memory_budget: budget.bytes,
        memory_from: budget.from,
        jobs,
        disk,
        disk_free,
        cpu_seconds: plan
            .slots
            .iter()
            .map(|slot| estimator.cpu_seconds(class(slot.clip.media), slot.record_duration))
            .sum(),
        decisions,
        problems,
    })
}

/// Segments and film together, with the film written twice while its index moves to the front.
fn disk(target: Target, frames: u64, duration_us: u64, settings: &RenderSettings) -> u64 {
    // Thousandths of a bit for a pixel of busy footage.
    let bits: u64 = match settings.quality {
        Quality::Draft => 120,
        Quality::Standard => 150,
        Quality::High => 200,
    };
    let pixels = u64::from(target.width) * u64::from(target.height);
    let picture = pixels.saturating_mul(frames).saturating_mul(bits) / 8000;
    let sound = join::audio_bytes_per_second(settings.audio, settings.quality)
        .saturating_mul(duration_us / 1_000_000);
    picture.saturating_mul(2).saturating_add(sound)
}

#[cfg(unix)]
fn disk_free(dir: &Path) -> Option<u64> {
    let there = dir.ancestors().find(|dir| dir.exists())?;
    let there = if there == Path::new("") {
        Path::new(".")
    } else {
        there
    };
    let system = rustix::fs::statvfs(there).ok()?;
    system.f_bavail.checked_mul(system.f_frsize)
}

#[cfg(not(unix))]
fn disk_free(_: &Path) -> Option<u64> {
    None
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shown with three decimals; a clip of centuries may lose some"
)]
fn micros(micros: u64) -> f64 {
    micros as f64 / 1e6
}
