//! The least that a film can cost.

use anyhow::Result;

use super::{ENCODER, PICTURE, Way, Work, ffmpeg, seconds};
use crate::bench::measure::{Cost, measure};

/// Decoding from the keyframes that the shots need, scaling, and encoding of exactly the film's
/// frames in one go, as if all cores were busy all the time: CPU time over cores. Processes that
/// start, files that are joined and measured, sound: nothing of that is in it.
pub(super) fn limit(work: &Work) -> Result<Cost> {
    let mut decode = Cost::default();
    let mut started = Cost::default();
    for shot in &work.shots {
        let mut one = ffmpeg();
        one.args(["-threads", "1", "-filter_threads", "1"]);
        one.args(["-ss", &seconds(shot.start_us), "-i"])
            .arg(work.clip(shot)?);
        one.args(["-map", "0:v", "-vf", PICTURE, "-frames:v"]);
        one.args([&shot.frames.to_string(), "-f", "null", "-"]);
        decode = decode.then(measure(&mut one)?);
        started = started.then(measure(ffmpeg().arg("-version"))?);
    }
    let film = work.film(if work.film(Way::Ours).exists() {
        Way::Ours
    } else {
        Way::OneProcess
    });
    let again = work.folder.join("encoded-again.mp4");
    let mut both = ffmpeg();
    both.args(["-threads", "1", "-i"]).arg(&film);
    both.args(["-map", "0:v"]).args(ENCODER);
    let both = measure(both.args(["-threads", "1"]).arg(&again))?;
    let mut only_decode = ffmpeg();
    only_decode.args(["-threads", "1", "-i"]).arg(&film);
    let only_decode = measure(only_decode.args(["-map", "0:v", "-f", "null", "-"]))?;
    std::fs::remove_file(&again)?;
    let cpu = decode.cpu - started.cpu + both.cpu - only_decode.cpu;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
    let wall = cpu / cores as f64;
    Ok(Cost {
        wall,
        cpu,
        memory: decode.memory.max(both.memory),
    })
}
