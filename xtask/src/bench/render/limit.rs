//! The least that a film can cost.

use std::process::Command;

use anyhow::Result;

use super::{ENCODER, PICTURE, Way, Work, ffmpeg, seconds};
use crate::bench::measure::{Cost, measure_together};

/// Decoding from the keyframes that the shots need, scaling, and encoding of exactly the film's
/// frames, all cores busy all the time: CPU time over cores. Processes that start, files that are
/// joined and measured, sound: nothing of that is in it.
///
/// The parts are run as many at once as there are cores, since a core that shares caches and
/// memory with a busy one is slower than one that is alone.
pub(super) fn limit(work: &Work) -> Result<Cost> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut decode = Vec::new();
    let mut start = Vec::new();
    for shot in &work.shots {
        let mut one = ffmpeg();
        one.args(["-threads", "1", "-filter_threads", "1"]);
        one.args(["-ss", &seconds(shot.start_us), "-i"])
            .arg(work.clip(shot)?);
        one.args(["-map", "0:v", "-vf", PICTURE, "-frames:v"]);
        one.args([&shot.frames.to_string(), "-f", "null", "-"]);
        decode.push(one);
        let mut version = ffmpeg();
        version.arg("-version");
        start.push(version);
    }
    let decode = measure_together(decode, cores)?;
    let start = measure_together(start, cores)?;
    let again: Vec<_> = (0..cores)
        .map(|part| work.folder.join(format!("encoded-again{part}.mp4")))
        .collect();
    let mut both = parts(work, cores);
    for (part, out) in both.iter_mut().zip(&again) {
        part.args(ENCODER).args(["-threads", "1"]).arg(out);
    }
    let both = measure_together(both, cores)?;
    let mut only_decode = parts(work, cores);
    for part in &mut only_decode {
        part.args(["-f", "null", "-"]);
    }
    let only_decode = measure_together(only_decode, cores)?;
    for file in again {
        std::fs::remove_file(file)?;
    }
    let cpu = decode.cpu - start.cpu + both.cpu - only_decode.cpu;
    #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
    let wall = cpu / cores as f64;
    Ok(Cost {
        wall,
        cpu,
        memory: 0,
    })
}

/// The finished film, decoded in so many parts of equal length.
fn parts(work: &Work, count: usize) -> Vec<Command> {
    let film = work.film(if work.film(Way::Ours).exists() {
        Way::Ours
    } else {
        Way::OneProcess
    });
    let (frames, count) = (work.frames, count as u64);
    let part = |index: u64| {
        let (begin, end) = (frames * index / count, frames * (index + 1) / count);
        let mut one = ffmpeg();
        one.args(["-threads", "1", "-ss", &seconds(begin * 1_000_000 / 30)]);
        one.arg("-i").arg(&film).args(["-map", "0:v", "-frames:v"]);
        one.arg((end - begin).to_string());
        one
    };
    (0..count).map(part).collect()
}
