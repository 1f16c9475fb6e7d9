//! The least that a film can cost.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{ENCODER, PICTURE, Work, ffmpeg, seconds};
use crate::bench::edit::Shot;
use crate::bench::measure::{Cost, measure_together};

/// Shots whose plain pictures lie on the disk at the same time, for each core: 2 GB on two cores.
const AT_ONCE: usize = 8;

/// Decoding from the keyframes that the shots need, scaling, and encoding of exactly the film's
/// frames by the barest command there is, all cores busy all the time: CPU time over cores.
/// Processes that start, clips that are looked at, files that are joined and measured, sound:
/// nothing of that is in it.
pub(super) fn limit(work: &Work) -> Result<Cost> {
    let cores = cores();
    let out = |part: usize| work.folder.join(format!("bare{part}.mp4"));
    let mut bare = Vec::new();
    let mut start = Vec::new();
    for (part, shot) in work.shots.iter().enumerate() {
        let mut one = decoded(work, shot)?;
        one.args(ENCODER).args(["-threads", "1"]).arg(out(part));
        bare.push(one);
        start.push(version());
    }
    let parts = bare.len();
    let bare = measure_together(bare, cores)?;
    let start = measure_together(start, cores)?;
    for part in 0..parts {
        std::fs::remove_file(out(part))?;
    }
    Ok(of(bare.cpu - start.cpu, cores))
}

/// The same with decoding and encoding measured apart. It is less than any one process can reach:
/// a core that only decodes, or only encodes, has its caches to itself.
///
/// What is encoded are the pictures as they come from the clips: those of a finished film have lost
/// their noise and cost an encoder less. The parts are run as many at once as there are cores,
/// since a core that shares memory with a busy one is slower than one that is alone.
pub(super) fn apart(work: &Work) -> Result<Cost> {
    let cores = cores();
    let mut cpu = 0.0;
    for shots in work.shots.chunks(AT_ONCE * cores) {
        let plain: Vec<PathBuf> = (0..shots.len())
            .map(|part| work.folder.join(format!("plain{part}.nut")))
            .collect();
        let mut decode = Vec::new();
        let mut start = Vec::new();
        let mut make = Vec::new();
        let mut encode = Vec::new();
        let mut read = Vec::new();
        for (shot, plain) in shots.iter().zip(&plain) {
            let mut thrown_away = decoded(work, shot)?;
            thrown_away.args(["-f", "null", "-"]);
            decode.push(thrown_away);
            start.push(version());
            let mut kept = decoded(work, shot)?;
            kept.args(["-c:v", "rawvideo"]).arg(plain);
            make.push(kept);
            let again = || {
                let mut one = ffmpeg();
                one.args(["-threads", "1", "-i"]).arg(plain);
                one
            };
            let mut encoded = again();
            encoded.args(ENCODER).args(["-threads", "1"]);
            encoded.arg(plain.with_extension("mp4"));
            encode.push(encoded);
            let mut only_read = again();
            only_read.args(["-f", "null", "-"]);
            read.push(only_read);
        }
        let cost = |commands| anyhow::Ok(measure_together(commands, cores)?.cpu);
        cpu += cost(decode)? - cost(start)?;
        cost(make)?;
        cpu += cost(encode)? - cost(read)?;
        for file in plain {
            std::fs::remove_file(file.with_extension("mp4"))?;
            std::fs::remove_file(file)?;
        }
    }
    Ok(of(cpu, cores))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What so much CPU time costs if no core ever waits.
fn of(cpu: f64, cores: usize) -> Cost {
    #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
    let wall = cpu / cores as f64;
    Cost {
        wall,
        cpu,
        memory: 0,
    }
}

/// An ffmpeg that starts and does nothing.
fn version() -> Command {
    let mut version = ffmpeg();
    version.arg("-version");
    version
}

/// The pictures of a shot as the film shows them.
fn decoded(work: &Work, shot: &Shot) -> Result<Command> {
    let mut one = ffmpeg();
    one.args(["-threads", "1", "-filter_threads", "1"]);
    one.args(["-ss", &seconds(shot.start_us), "-i"])
        .arg(work.clip(shot)?);
    one.args(["-map", "0:v", "-vf", PICTURE, "-frames:v"]);
    one.arg(shot.frames.to_string());
    Ok(one)
}
