//! Edits of the bases whose boundaries are known: cuts, dissolves, fades through black and white, and
//! flashes, which are no boundaries.

#![expect(clippy::cast_precision_loss, reason = "frames of clips of seconds")]

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::bases::{Base, RATE};
use super::piece::CUT_OUT;
use super::plant::us;
use crate::bench::edit::Random;
use crate::command::{command, run_quietly};

/// Edits of each part, and pieces of each.
const EDITS: usize = 6;
const PIECES: usize = 10;
/// Frames of a piece: so many, and up to so many more.
const FRAMES: (u64, u64) = (36, 24);
/// Tries to find a stretch of a base without a cut of its own.
const TRIES: u64 = 20;

/// How one piece follows another, and over how many frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    Cut,
    Dissolve(u64),
    Black(u64),
    White(u64),
}

const JOINS: [Join; 9] = [
    Join::Cut,
    Join::Dissolve(10),
    Join::Cut,
    Join::Black(12),
    Join::Cut,
    Join::Dissolve(20),
    Join::Cut,
    Join::White(12),
    Join::Cut,
];

/// A stretch of a base; `flash` says that two of its frames are white.
struct Piece<'a> {
    base: &'a Base,
    from: u64,
    frames: u64,
    flash: bool,
}

/// Makes the edits of a part and gives back the truth about them.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn plant(
    bases: &[Base],
    test: bool,
    clips: &Path,
    random: &mut Random,
) -> Result<Vec<Value>> {
    let part = if test { "test" } else { "tuning" };
    (0..EDITS)
        .map(|edit| {
            let pieces: Vec<Piece<'_>> = (0..PIECES)
                .filter_map(|n| {
                    // Neighbours are of different bases.
                    let base = bases.get((edit * 4 + n * (1 + edit % 2)) % bases.len())?;
                    stretch(base, n % 4 == 3, random)
                })
                .collect();
            let joins: Vec<Join> = (1..pieces.len())
                .filter_map(|n| JOINS.get((n + edit * 2) % JOINS.len()).copied())
                .collect();
            let name = format!("edit_{part}_{edit}.mp4");
            make(&pieces, &joins, &clips.join(&name))?;
            Ok(truth(&name, test, &pieces, &joins))
        })
        .collect()
}

fn stretch<'a>(base: &'a Base, flash: bool, random: &mut Random) -> Option<Piece<'a>> {
    let frames = FRAMES.0 + random.below(FRAMES.1);
    let spare = base.frames.checked_sub(frames)?;
    (0..TRIES)
        .map(|_| random.below(spare))
        .find(|from| base.character.is_one_scene(*from, frames))
        .map(|from| Piece {
            base,
            from,
            frames,
            flash,
        })
}

fn make(pieces: &[Piece<'_>], joins: &[Join], into: &Path) -> Result<()> {
    let seconds = |frames: u64| format!("{:.6}", frames as f64 / RATE as f64);
    let (width, height) = CUT_OUT;
    let mut graph = String::new();
    for (n, piece) in pieces.iter().enumerate() {
        let (from, end) = (piece.from, piece.from + piece.frames);
        write!(
            graph,
            "[{n}:v]trim=start_frame={from}:end_frame={end},setpts=PTS-STARTPTS,crop={width}:{height}"
        )?;
        if piece.flash {
            let middle = piece.frames / 2;
            write!(
                graph,
                ",lutyuv=enable='between(n\\,{middle}\\,{})':y='min(235\\,val+150)'",
                middle + 1
            )?;
        }
        let before = n.checked_sub(1).and_then(|before| joins.get(before));
        for (join, way, start) in [(before, "in", 0), (joins.get(n), "out", piece.frames)] {
            let (colour, frames) = match join {
                Some(Join::Black(frames)) => ("black", *frames),
                Some(Join::White(frames)) => ("white", *frames),
                _ => continue,
            };
            let start = start.saturating_sub(frames);
            write!(graph, ",fade=t={way}:s={start}:n={frames}:color={colour}")?;
        }
        write!(graph, ",settb=1/{RATE},setpts=N,format=yuv420p[p{n}];")?;
    }
    let (mut last, mut length) = ("p0".to_owned(), pieces.first().context("pieces")?.frames);
    for (n, (join, piece)) in joins.iter().zip(pieces.iter().skip(1)).enumerate() {
        let next = n + 1;
        if let Join::Dissolve(frames) = join {
            length -= frames;
            write!(
                graph,
                "[{last}][p{next}]xfade=transition=fade:duration={}:offset={},settb=1/{RATE}[j{next}];",
                seconds(*frames),
                seconds(length)
            )?;
        } else {
            write!(
                graph,
                "[{last}][p{next}]concat=n=2:v=1:a=0,settb=1/{RATE},setpts=N[j{next}];"
            )?;
        }
        length += piece.frames;
        last = format!("j{next}");
    }
    write!(graph, "[{last}]fps={RATE}[all]")?;
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]);
    for piece in pieces {
        ffmpeg.arg("-i").arg(&piece.base.file);
    }
    ffmpeg.args(["-filter_complex", &graph, "-map", "[all]"]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "22"]);
    run_quietly(ffmpeg.arg(into))
}

fn truth(name: &str, test: bool, pieces: &[Piece<'_>], joins: &[Join]) -> Value {
    let (mut cuts, mut dissolves, mut fades) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    for (piece, join) in pieces.iter().zip(joins) {
        at += piece.frames;
        match join {
            Join::Cut => cuts.push(us(at)),
            Join::Dissolve(frames) => {
                dissolves.push(json!([us(at - frames), us(at)]));
                at -= frames;
            }
            Join::Black(frames) | Join::White(frames) => {
                fades.push(json!([us(at - frames), us(at + frames)]));
            }
        }
    }
    json!({
        "file": name,
        "variant": null,
        "test": test,
        "edit": true,
        "spans": [],
        "hits_us": [],
        "cuts_us": cuts,
        "fades_us": fades,
        "dissolves_us": dissolves,
    })
}
