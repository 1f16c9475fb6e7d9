//! A whole render of many H.265 clips, ours and others', side by side in one run.

mod likeness;
mod limit;
mod material;
mod peers;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::edit::{self, Shot};
use super::measure::{Cost, measure};
use crate::command::{command, exists, shown};
use crate::contact_sheet::frame_count;

/// What the benchmark of a whole render runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Render {
    /// Shots of the edit.
    #[arg(long, default_value_t = 40)]
    pub(crate) shots: usize,
    /// How often each is run, one after the other in turn; the best counts.
    #[arg(long, default_value_t = 1)]
    pub(crate) rounds: u32,
    /// Only these; all that are installed otherwise.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Way>,
    /// `MoviePy` too, with every clip open at once. Needs a Python that has it, as `python3` or in
    /// the variable `AUTOCUT_PYTHON`.
    #[arg(long)]
    pub(crate) with_moviepy: bool,
    /// Leave the comparison of the pictures out.
    #[arg(long)]
    pub(crate) no_likeness: bool,
}

impl Default for Render {
    fn default() -> Self {
        Self {
            shots: 40,
            rounds: 1,
            only: Vec::new(),
            with_moviepy: false,
            no_likeness: false,
        }
    }
}

/// The ways to render an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Way {
    /// This renderer.
    Ours,
    /// One ffmpeg, each shot an input of its own, one filter graph.
    OneProcess,
    /// One ffmpeg for each shot, one after the other, then joined.
    Sequential,
    /// `melt`, the player and renderer of the editors Kdenlive and Shotcut.
    Melt,
    /// A Python library that keeps a decoder open for each clip.
    Moviepy,
    /// The least that decoding and encoding can cost one process.
    Limit,
    /// The least that decoding and encoding cost apart; only when asked for.
    Apart,
}

/// An edit and where its parts are.
pub(super) struct Work {
    pub(super) folder: PathBuf,
    pub(super) clips: Vec<PathBuf>,
    pub(super) song: PathBuf,
    pub(super) shots: Vec<Shot>,
    pub(super) frames: u64,
}

impl Work {
    /// Where the film of a way goes.
    fn film(&self, way: Way) -> PathBuf {
        let name = format!("{way:?}").to_lowercase();
        self.folder.join(format!("film.{name}.mp4"))
    }

    fn clip(&self, shot: &Shot) -> Result<&Path> {
        let clip = self.clips.get(shot.clip);
        clip.map(PathBuf::as_path).context("the shot's clip exists")
    }
}

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

/// What every way does to a picture.
const PICTURE: &str = "fps=30:start_time=0,scale=1920:1080:flags=bicubic,setsar=1,format=yuv420p";

/// One line of the table.
struct Line {
    way: Way,
    cost: Cost,
    bytes: u64,
    likeness: Option<f64>,
}

/// Renders the same edit in every way and prints the table.
///
/// # Errors
/// If a render fails, or a film does not have the planned number of frames.
pub(super) fn bench(options: &Render) -> Result<()> {
    let folder = super::material::folder()?.join("hevc");
    let clips = material::clips(&folder)?;
    let shots = edit::on_beats(options.shots, &material::seconds());
    let frames = edit::length(&shots);
    let work = Work {
        song: super::material::song(&folder, frames / 30 + 2)?,
        folder,
        clips,
        shots,
        frames,
    };
    let bytes: u64 = work.clips.iter().map(|clip| size(clip)).sum();
    println!(
        "\n{} shots, {frames} frames of 1920x1080 at 30 from {} H.265 clips ({} MB)",
        work.shots.len(),
        work.clips.len(),
        bytes / 1_000_000
    );
    let reference = if options.no_likeness {
        None
    } else {
        Some(likeness::reference(&work)?)
    };
    let ways = ways(options);
    let mut best: Vec<Option<Cost>> = vec![None; ways.len()];
    for round in 0..options.rounds.max(1) {
        for (way, best) in ways.iter().zip(&mut best) {
            let cost = run(*way, &work).with_context(|| format!("{way:?}"))?;
            println!("  round {}: {:<11} {cost}", round + 1, format!("{way:?}"));
            if best.is_none_or(|best| cost.wall < best.wall) {
                *best = Some(cost);
            }
        }
    }
    let mut lines = Vec::new();
    for (way, cost) in ways.into_iter().zip(best) {
        let film = work.film(way);
        let made = way != Way::Limit && way != Way::Apart;
        if made && way != Way::Moviepy && way != Way::Melt {
            let counted = frame_count(&film)?;
            ensure!(
                counted == frames,
                "{way:?}: {counted} frames instead of {frames}"
            );
        }
        let likeness = match &reference {
            Some(reference) if made => Some(likeness::ssim(&film, reference)?),
            _ => None,
        };
        lines.push(Line {
            way,
            cost: cost.context("every way ran")?,
            bytes: if made { size(&film) } else { 0 },
            likeness,
        });
    }
    table(&lines);
    Ok(())
}

/// What is run: what was asked for, or all that is there.
fn ways(options: &Render) -> Vec<Way> {
    if !options.only.is_empty() {
        return options.only.clone();
    }
    let mut ways = vec![Way::Ours, Way::Limit, Way::OneProcess, Way::Sequential];
    if exists("melt") {
        ways.push(Way::Melt);
    } else {
        println!("melt is not installed and is left out");
    }
    if options.with_moviepy {
        ways.push(Way::Moviepy);
    }
    ways
}

fn run(way: Way, work: &Work) -> Result<Cost> {
    let film = work.film(way);
    match way {
        Way::Ours => ours(work, &film),
        Way::OneProcess => peers::one_process(work, &film),
        Way::Sequential => peers::sequential(work, &film),
        Way::Melt => peers::melt(work, &film),
        Way::Moviepy => peers::moviepy(work, &film),
        Way::Limit => limit::limit(work),
        Way::Apart => limit::apart(work),
    }
}

fn ours(work: &Work, film: &Path) -> Result<Cost> {
    let plan = work.folder.join("edit.plan.json");
    let name = |path: &PathBuf| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let names: Vec<String> = work.clips.iter().filter_map(name).collect();
    let song = name(&work.song).context("the song has a name")?;
    edit::write_plan(&plan, (1920, 1080), &song, &names, &work.shots)?;
    let mut render = edit::render(&plan, film)?;
    eprintln!("$ {}", shown(&render));
    measure(&mut render)
}

fn table(lines: &[Line]) {
    let of = |way| lines.iter().find(|line| line.way == way);
    println!(
        "\n{:<11} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "", "wall s", "CPU s", "MiB", "film MB", "SSIM"
    );
    for line in lines {
        println!(
            "{:<11} {:>9.1} {:>9.1} {:>9} {:>9} {:>8}",
            format!("{:?}", line.way),
            line.cost.wall,
            line.cost.cpu,
            unless_zero(line.cost.memory >> 20),
            unless_zero(line.bytes / 1_000_000),
            line.likeness
                .map_or_else(String::new, |ssim| format!("{ssim:.4}")),
        );
    }
    let Some(ours) = of(Way::Ours) else { return };
    println!();
    for line in lines.iter().filter(|line| line.way != Way::Ours) {
        let memory = match line.cost.memory {
            0 => String::new(),
            memory => format!(", memory {:.3}", ratio(ours.cost.memory, memory)),
        };
        println!(
            "ours / {:<11} wall {:.3}, CPU {:.3}{memory}",
            format!("{:?}", line.way),
            ours.cost.wall / line.cost.wall,
            ours.cost.cpu / line.cost.cpu,
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b as f64
}

/// The number, or nothing where there is none.
fn unless_zero(number: u64) -> String {
    if number == 0 {
        String::new()
    } else {
        number.to_string()
    }
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |facts| facts.len())
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn ffmpeg() -> Command {
    let mut command = command("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]);
    command
}
