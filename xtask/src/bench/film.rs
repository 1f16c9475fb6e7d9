//! A whole render, ours and one ffmpeg's, in one run.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, ensure};

use super::edit::{self, Shot};
use super::material;
use super::measure::{Cost, measure};
use crate::command::{command, shown};
use crate::contact_sheet::frame_count;
use crate::workspace;

/// The encoder as the renderer's standard quality sets it.
const ENCODER: &[&str] = &[
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-crf",
    "20",
    "-profile:v",
    "high",
    "-g",
    "60",
];

/// Renders the same edit in both ways and prints the ratios.
///
/// # Errors
/// If a render fails, or the films do not have the same number of frames.
pub(super) fn bench(rounds: u32, shots: usize) -> Result<()> {
    let folder = material::folder()?;
    let clips = material::clips(&folder)?;
    let shots = edit::mixed(shots, clips.len(), material::SECONDS);
    let frames = edit::length(&shots);
    let song = material::song(&folder, frames / 30 + 2)?;
    let plan = folder.join("render.plan.json");
    let name = |path: &PathBuf| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let names: Vec<String> = clips.iter().filter_map(name).collect();
    let song_name = name(&song).context("the song has a name")?;
    edit::write_plan(&plan, (1920, 1080), &song_name, &names, &shots)?;

    let ours_film = folder.join("ours.mp4");
    let their_film = folder.join("one-process.mp4");
    let mut ours_command = ours(&plan, &ours_film);
    let mut their_command = one_process(&clips, &song, &shots, &their_film)?;
    println!(
        "\n{} shots, {frames} frames of 1920x1080 at 30 from {} clips",
        shots.len(),
        clips.len()
    );
    println!("ours:        {}", shown(&ours_command));
    println!(
        "one process: ffmpeg with -filter_complex concat over {} seeked inputs",
        shots.len()
    );

    let mut best: [Option<Cost>; 2] = [None; 2];
    for _ in 0..rounds {
        for (best, command) in best.iter_mut().zip([&mut ours_command, &mut their_command]) {
            let cost = measure(command)?;
            println!("  {cost}");
            if best.is_none_or(|best| cost.wall < best.wall) {
                *best = Some(cost);
            }
        }
    }
    let [Some(ours), Some(theirs)] = best else {
        return Ok(());
    };
    for film in [&ours_film, &their_film] {
        let counted = frame_count(film)?;
        ensure!(counted == frames, "{} has {counted} frames", film.display());
    }
    let limit = limit(&clips, &shots, &their_film)?;
    println!("\nours          {ours}");
    println!("one process   {theirs}");
    println!("limit         {limit}   (seek and decode what is shown + encode)");
    println!(
        "\nours / one process: wall {:.2}, CPU {:.2}, memory {:.2}",
        ours.wall / theirs.wall,
        ours.cpu / theirs.cpu,
        ratio(ours.memory, theirs.memory),
    );
    println!(
        "ours / limit:       wall {:.2}, CPU {:.2}",
        ours.wall / limit.wall,
        ours.cpu / limit.cpu,
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b.max(1) as f64
}

fn ours(plan: &Path, film: &Path) -> Command {
    let mut render = command(workspace::renderer());
    render.arg("render").arg(plan).arg("-o").arg(film);
    render.args(["--quality", "standard", "--overwrite", "--quiet"]);
    render
}

/// The whole edit in one ffmpeg: each shot an input of its own that is seeked, all of them
/// normalised and joined in one filter graph.
fn one_process(clips: &[PathBuf], song: &Path, shots: &[Shot], film: &Path) -> Result<Command> {
    let mut one = ffmpeg();
    let mut graph = String::new();
    for (index, shot) in shots.iter().enumerate() {
        let clip = clips.get(shot.clip).context("the shot's clip exists")?;
        one.args(["-ss", &seconds(shot.start_us)]);
        one.args(["-t", &seconds((shot.frames + 2) * 1_000_000 / 30)]);
        one.arg("-i").arg(clip);
        write!(
            graph,
            "[{index}:v]setpts=PTS-STARTPTS,fps=30:start_time=0,scale=1920:1080:flags=bicubic,\
             setsar=1,format=yuv420p,trim=end_frame={}[s{index}];",
            shot.frames
        )?;
    }
    for index in 0..shots.len() {
        write!(graph, "[s{index}]")?;
    }
    write!(graph, "concat=n={}:v=1:a=0[film]", shots.len())?;
    one.arg("-i").arg(song);
    one.args(["-filter_complex", &graph, "-map", "[film]", "-map"]);
    one.arg(format!("{}:a", shots.len()));
    one.args(ENCODER)
        .args(["-c:a", "aac", "-shortest"])
        .arg(film);
    Ok(one)
}

/// The least that this film can cost: decoding exactly what is shown, encoding once, both cores
/// always busy.
fn limit(clips: &[PathBuf], shots: &[Shot], film: &Path) -> Result<Cost> {
    let mut decode = Cost::default();
    for shot in shots {
        let clip = clips.get(shot.clip).context("the shot's clip exists")?;
        let mut one = ffmpeg();
        one.args(["-threads", "1", "-ss", &seconds(shot.start_us)]);
        one.args(["-t", &seconds(shot.frames * 1_000_000 / 30)]);
        one.arg("-i")
            .arg(clip)
            .args(["-map", "0:v", "-f", "null", "-"]);
        decode = decode.then(measure(&mut one)?);
    }
    let again = film.with_file_name("encoded-again.mp4");
    let mut both = ffmpeg();
    both.arg("-i")
        .arg(film)
        .args(["-map", "0:v"])
        .args(ENCODER)
        .arg(&again);
    let mut only_decode = ffmpeg();
    only_decode
        .arg("-i")
        .arg(film)
        .args(["-map", "0:v", "-f", "null", "-"]);
    let both = measure(&mut both)?;
    let encode = both.cpu - measure(&mut only_decode)?.cpu;
    fs::remove_file(&again)?;
    let cpu = decode.cpu + encode;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    #[expect(clippy::cast_precision_loss, reason = "a handful of cores")]
    let wall = cpu / cores as f64;
    Ok(Cost {
        wall,
        cpu,
        memory: decode.memory.max(both.memory),
    })
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn ffmpeg() -> Command {
    let mut command = command("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]);
    command
}
