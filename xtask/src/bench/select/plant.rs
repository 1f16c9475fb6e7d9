//! Planted clips and the truth about them.
//!
//! Of each part, tuning and test, there are two sets: in one every base shows every kind, for the
//! measures; in the other each base is used once, with a few kinds in it, for films.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::bases::{Base, RATE};
use super::noises::{HERTZ, Noises, Scene, noises};
use super::piece::{Kind, Piece};
use super::{captions, cards, edits};
use crate::bench::edit::Random;
use crate::command::{command, run_quietly};

/// Version of the recipe: of another one nothing is kept.
const RECIPE: u32 = 10;
/// Frames of a planted span, and of what is clean between two.
const SPAN: u64 = 36;
const CLEAN: u64 = 30;
/// Clips for films are planted so many times, each time otherwise.
const VARIANTS: u64 = 3;
/// Frames of each half of a fade through black.
const FADE: u64 = 12;
/// Most frames of a copy.
const COPY: u64 = 120;

/// What is planted into the clips for films, in turn.
const FOR_FILMS: [Kind; 18] = [
    Kind::Hit,
    Kind::Shake(3),
    Kind::Hit,
    Kind::Black,
    Kind::Pan,
    Kind::Blur(2),
    Kind::Hit,
    Kind::Covered,
    Kind::Hit,
    Kind::Over,
    Kind::Blur(3),
    Kind::Hit,
    Kind::Under,
    Kind::Shake(2),
    Kind::Hit,
    Kind::Freeze,
    Kind::Blur(1),
    Kind::Shake(1),
];

/// How a copy differs from what it copies.
const COPIES: [(&str, &str, &str); 3] = [
    ("reencoded", "crop=480:270,scale=320:180", "37"),
    (
        "cropped",
        "crop=480:270,crop=iw*0.95:ih*0.95,scale=480:270",
        "22",
    ),
    ("mirrored", "crop=480:270,hflip", "22"),
];

/// One planted clip.
struct Planted {
    name: String,
    /// For the films of this variant; without one, for the measures.
    variant: Option<u64>,
    test: bool,
    inputs: Vec<Base>,
    pieces: Vec<Piece>,
    /// Pieces that begin with a cut, and with a fade.
    cuts: Vec<usize>,
    fades: Vec<usize>,
}

/// Plants everything and writes `truth.json`; gives back the folder. What is there stays.
///
/// # Errors
/// If ffmpeg fails or a file cannot be written.
pub(super) fn plant(bases: &[Base], folder: &Path, seed: u64) -> Result<PathBuf> {
    let key = bases.iter().fold(
        0xcbf2_9ce4_8422_2325 ^ u64::from(RECIPE),
        |hash: u64, base| {
            let text = format!("{} {}", base.name, base.frames);
            text.bytes().fold(hash, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            })
        },
    );
    let folder = folder.join(format!("planted-{seed}-{key:016x}"));
    let truth = folder.join("truth.json");
    if truth.exists() {
        return Ok(folder);
    }
    let clips = folder.join("clips");
    fs::create_dir_all(&clips).with_context(|| format!("cannot make {}", clips.display()))?;
    let mut random = Random::new(seed);
    let mut told = Vec::new();
    for test in [false, true] {
        let part: Vec<Base> = bases
            .iter()
            .enumerate()
            .filter(|(n, _)| (n % 2 == 1) == test)
            .map(|(_, base)| base.clone())
            .collect();
        let mut planted: Vec<Planted> = part.iter().map(|base| catalogue(base, test)).collect();
        for variant in 0..VARIANTS {
            planted.extend(for_films(&part, test, variant, &mut random));
        }
        for (n, one) in planted.iter().enumerate() {
            let mut truth = truth_of(one);
            let noises = match one.variant {
                Some(_) => heard(one, n, seed),
                None => Noises::default(),
            };
            make(one, &noises, &clips, &mut random)?;
            if let Some(truth) = truth.as_object_mut() {
                truth.insert("bangs_us".to_owned(), json!(noises.bangs_us));
                truth.insert("speech_us".to_owned(), json!(noises.speech_us));
            }
            told.push(truth);
        }
        for (n, base) in part.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
            told.push(copy(base, n / 2, test, &clips)?);
        }
        told.extend(cards::plant(test, &clips)?);
        told.extend(captions::plant(
            &part,
            test,
            &clips,
            &mut Random::new(seed),
        )?);
        told.extend(edits::plant(&part, test, &clips, &mut Random::new(seed))?);
    }
    let text = serde_json::to_vec_pretty(&json!({"seed": seed, "clips": told}))?;
    fs::write(&truth, text).with_context(|| format!("cannot write {}", truth.display()))?;
    Ok(folder)
}

/// The same second of a base in every kind, each between clean frames.
fn catalogue(base: &Base, test: bool) -> Planted {
    let piece = |from, kind| Piece {
        input: 0,
        from,
        frames: SPAN,
        kind,
        fades: (0, 0),
    };
    let pieces = Kind::ALL
        .iter()
        .flat_map(|kind| [piece(0, Kind::Clean), piece(SPAN, *kind)])
        .collect();
    Planted {
        name: format!("catalogue_{}", base.name),
        variant: None,
        test,
        inputs: vec![base.clone()],
        pieces,
        cuts: Vec::new(),
        fades: Vec::new(),
    }
}

/// Each base once, with spans planted in turn; every third clip is two bases joined by a cut or a
/// fade.
fn for_films(bases: &[Base], test: bool, variant: u64, random: &mut Random) -> Vec<Planted> {
    let mut kinds = FOR_FILMS
        .iter()
        .cycle()
        .skip(usize::try_from(random.below(18)).unwrap_or(0));
    let mut rest = bases.iter();
    let mut planted = Vec::new();
    let mut joined = 0;
    while let Some(base) = rest.next() {
        let mut inputs = vec![base.clone()];
        if planted.len() % 3 == usize::try_from(variant).unwrap_or(0)
            && let Some(other) = rest.next()
        {
            inputs.push(other.clone());
        }
        let (mut pieces, mut cuts, mut fades) = (Vec::new(), Vec::new(), Vec::new());
        for (input, base) in inputs.iter().enumerate() {
            if input > 0 {
                joined += 1;
                if joined % 2 == 0 {
                    fades.push(pieces.len());
                } else {
                    cuts.push(pieces.len());
                }
            }
            pieces.extend(spans(input, base.frames, &mut kinds, random));
        }
        for first in &fades {
            if let Some(piece) = pieces.get_mut(*first) {
                piece.fades.0 = FADE;
            }
            if let Some(piece) = first.checked_sub(1).and_then(|last| pieces.get_mut(last)) {
                piece.fades.1 = FADE;
            }
        }
        planted.push(Planted {
            name: format!("film{variant}_{}", base.name),
            variant: Some(variant),
            test,
            inputs,
            pieces,
            cuts,
            fades,
        });
    }
    planted
}

/// A base from its first frame to its last: clean, planted, clean and so on.
fn spans<'a>(
    input: usize,
    frames: u64,
    kinds: &mut impl Iterator<Item = &'a Kind>,
    random: &mut Random,
) -> Vec<Piece> {
    let piece = |from, frames, kind| Piece {
        input,
        from,
        frames,
        kind,
        fades: (0, 0),
    };
    let count = frames.saturating_sub(12) / (SPAN + CLEAN);
    let spare = frames - count * (SPAN + CLEAN);
    let mut pieces = Vec::new();
    // What is left over comes before the first span and after the last.
    let mut at = 6 + random.below(spare.saturating_sub(12).max(1));
    pieces.push(piece(0, at, Kind::Clean));
    for n in 0..count {
        let Some(kind) = kinds.next() else { break };
        pieces.push(piece(at, SPAN, *kind));
        at += SPAN;
        let clean = if n + 1 == count { frames - at } else { CLEAN };
        pieces.push(piece(at, clean, Kind::Clean));
        at += clean;
    }
    if count == 0 {
        pieces.push(piece(at, frames - at, Kind::Clean));
    }
    pieces.retain(|piece| piece.frames > 0);
    pieces
}

/// What a clip for films sounds like, in turn.
fn heard(planted: &Planted, number: usize, seed: u64) -> Noises {
    let frames: u64 = planted.pieces.iter().map(|piece| piece.frames).sum();
    let part = if planted.test { 1 << 20 } else { 0 };
    let seed = seed ^ part ^ (number as u64) << 32;
    noises(Scene::of(number), us(frames), &hits_us(planted), seed)
}

/// When planted hits stop.
fn hits_us(planted: &Planted) -> Vec<u64> {
    let mut at = 0;
    let mut hits = Vec::new();
    for piece in &planted.pieces {
        if piece.kind == Kind::Hit {
            hits.push(us(at + piece.stop()));
        }
        at += piece.frames;
    }
    hits
}

fn make(planted: &Planted, noises: &Noises, clips: &Path, random: &mut Random) -> Result<()> {
    let mut graph = String::new();
    for input in 0..planted.inputs.len() {
        let own = planted.pieces.iter().enumerate();
        let own: Vec<usize> = own
            .filter(|(_, piece)| piece.input == input)
            .map(|(n, _)| n)
            .collect();
        write!(graph, "[{input}:v]split={}", own.len())?;
        for n in own {
            write!(graph, "[s{n}]")?;
        }
        graph.push(';');
    }
    for (n, piece) in planted.pieces.iter().enumerate() {
        write!(graph, "[s{n}]{}[p{n}];", piece.filters(random))?;
    }
    for n in 0..planted.pieces.len() {
        write!(graph, "[p{n}]")?;
    }
    write!(graph, "concat=n={}:v=1:a=0[all]", planted.pieces.len())?;
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]);
    for base in &planted.inputs {
        ffmpeg.arg("-i").arg(&base.file);
    }
    let wave = clips.join(format!("{}.s16le", planted.name));
    let has_sound = !noises.bytes.is_empty();
    if has_sound {
        fs::write(&wave, &noises.bytes)
            .with_context(|| format!("cannot write {}", wave.display()))?;
        let rate = HERTZ.to_string();
        ffmpeg.args(["-f", "s16le", "-ar", &rate, "-ac", "1", "-i"]);
        ffmpeg.arg(&wave);
    }
    ffmpeg.args([
        "-filter_complex",
        &graph,
        "-map",
        "[all]",
        "-r",
        &RATE.to_string(),
    ]);
    if has_sound {
        let stream = format!("{}:a", planted.inputs.len());
        ffmpeg.args(["-map", &stream, "-c:a", "aac", "-b:a", "96k"]);
    }
    ffmpeg.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]);
    // Files of the same bytes would be one clip.
    ffmpeg.args(["-metadata", &format!("title={}", planted.name)]);
    run_quietly(ffmpeg.arg(clips.join(format!("{}.mp4", planted.name))))?;
    if has_sound {
        fs::remove_file(&wave).with_context(|| format!("cannot remove {}", wave.display()))?;
    }
    Ok(())
}

pub(super) fn us(frame: u64) -> u64 {
    frame * 1_000_000 / RATE
}

fn truth_of(planted: &Planted) -> Value {
    let mut at = 0;
    let (mut spans, mut cuts, mut fades) = (Vec::new(), Vec::new(), Vec::new());
    for (n, piece) in planted.pieces.iter().enumerate() {
        if planted.cuts.contains(&n) {
            cuts.push(us(at));
        }
        if planted.fades.contains(&n) {
            fades.push(json!([us(at - FADE), us(at + FADE)]));
        }
        let base = planted.inputs.get(piece.input);
        let kind = base.map_or_else(|| piece.kind.name(), |base| kind(piece.kind, base));
        let base = base.map(|base| &base.name);
        spans.push(json!({
            "kind": kind,
            "start_us": us(at),
            "end_us": us(at + piece.frames),
            "base": base,
            "base_start_us": us(piece.from),
        }));
        at += piece.frames;
    }
    json!({
        "file": format!("{}.mp4", planted.name),
        "variant": planted.variant,
        "test": planted.test,
        "spans": spans,
        "hits_us": hits_us(planted),
        "cuts_us": cuts,
        "fades_us": fades,
    })
}

/// What a piece turns out to be in its base: one in which nothing is in focus has nothing clean, and
/// in one that hardly moves a picture that stands still is none. In one that moves a little a stall was
/// planted all the same: to name it is no mistake, and not to name it is none either.
fn kind(kind: Kind, base: &Base) -> String {
    let character = &base.character;
    match kind {
        Kind::Freeze if character.rests => "stands still".to_owned(),
        Kind::Freeze if !character.moves => "may stand still".to_owned(),
        Kind::Clean | Kind::Pan | Kind::LowRate | Kind::Tripod if character.soft => {
            "out of focus".to_owned()
        }
        kind => kind.name(),
    }
}

/// The first seconds of a base as another file would have them.
fn copy(base: &Base, number: usize, test: bool, clips: &Path) -> Result<Value> {
    let (kind, filters, crf) = COPIES
        .get(number % COPIES.len())
        .copied()
        .context("there are copies")?;
    let frames = base.frames.min(COPY);
    let name = format!("copy_{}.mp4", base.name);
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-i"])
            .arg(&base.file)
            .args(["-vf", filters, "-frames:v", &frames.to_string()])
            .args(["-c:v", "libx264", "-preset", "veryfast", "-crf", crf])
            .arg(clips.join(&name)),
    )?;
    Ok(json!({
        "file": name,
        "copy": kind,
        "test": test,
        "spans": [{
            "kind": "clean",
            "start_us": 0,
            "end_us": us(frames),
            "base": base.name,
            "base_start_us": 0,
        }],
        "hits_us": [],
        "cuts_us": [],
        "fades_us": [],
    }))
}

#[cfg(test)]
mod tests {
    use super::super::character::Character;
    use super::*;

    #[test]
    fn a_planted_stall_is_one_only_where_its_base_moves() {
        let of = |moves, rests, soft| {
            let base = Base {
                name: String::new(),
                file: PathBuf::new(),
                frames: 300,
                character: Character {
                    soft,
                    moves,
                    rests,
                    cuts: Vec::new(),
                },
            };
            [Kind::Freeze, Kind::Tripod, Kind::Clean].map(|planted| kind(planted, &base))
        };
        assert_eq!(of(true, false, false), ["freeze", "tripod", "clean"]);
        let may = ["may stand still", "tripod", "clean"];
        assert_eq!(of(false, false, false), may);
        assert_eq!(of(false, true, false), ["stands still", "tripod", "clean"]);
        // What is out of focus stalls all the same.
        let soft = ["freeze", "out of focus", "out of focus"];
        assert_eq!(of(true, false, true), soft);
    }
}
