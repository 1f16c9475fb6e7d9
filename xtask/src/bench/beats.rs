//! Listening: `beats` over songs whose beats are known, natively and as WebAssembly in node, scored
//! beside other trackers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::listen::{duration, files};
use super::material;
use super::measure::{Cost, measure};
use crate::command::{cargo, command, exists, output, run, shown};
use crate::{page, workspace};

/// What `score.py` tells of each song, in the order of the tables.
const SCORES: [&str; 8] = ["F", "CMLt", "AMLt", "A1", "A2", "dbF", "ms", "bias"];

/// Artists and sources by whose songs the few constants of `planner-wasm/src/music/choice.rs` and
/// `bars.rs` were tuned. All other songs are for validation: they chose between variants, so
/// their figures are a little kind. The network has learnt from none.
const TUNED_ON: [&str; 11] = [
    "Bach",
    "Frizk x Tanger",
    "Makotora",
    "OfficialAz3",
    "Schumann",
    "Shearer",
    "Touhou Project Arrange / Whitetail",
    "alden",
    "freedoom",
    "sectoid",
    "tutorial easy_example",
];

/// Means of the scores by name: of all songs, of a group, of a part.
type Means = BTreeMap<String, [Option<f64>; 8]>;

/// Runs `beats` over every song of a folder and scores it; or, with `left_out`, fits the weights of the
/// choice between readings to the songs of all artists but one, and scores them on that one's.
///
/// # Errors
/// If there is no song, or one of them fails.
pub(super) fn bench(folder: Option<PathBuf>, left_out: bool) -> Result<()> {
    let folder = folder.unwrap_or_else(|| workspace::root().join("../shared/beats"));
    let made = material::folder()?.join("beats");
    let songs = songs(&folder)?;
    let seconds: f64 = songs.iter().filter_map(|song| duration(song)).sum();
    println!("\n{} songs, {seconds:.1} s of music", songs.len());

    let (pcm, decoding) = decoded(&songs, &made.join("pcm"))?;
    if left_out {
        return fitted_elsewhere(&pcm, &folder, &made.join("readings"));
    }
    let minutes = seconds / 60.0;
    let (native, cost) = natively(&songs, &made.join("native"))?;
    println!(
        "native  {cost}\n        {:.3} CPU s a minute of music, decoding in {:.3} of them",
        cost.cpu / minutes,
        decoding.cpu / minutes
    );
    let mut heard = vec![("ours", (cost.cpu - decoding.cpu) / minutes, native)];
    if exists("node") {
        let (wasm, cpu) = in_node(&pcm, &made.join("wasm"))?;
        println!(
            "WASM    {:.3} CPU s a minute of music, in node, decoding apart",
            cpu / minutes
        );
        heard.push(("ours, WASM", cpu / minutes, wasm));
    } else {
        println!("WASM    not measured: there is no node");
    }
    let scorer = folder.join("score.py");
    if !scorer.exists() {
        println!("{} has no score.py: nothing is scored", folder.display());
        return Ok(());
    }
    let mut ours = Vec::new();
    for (name, cpu, beats) in &heard {
        ours.push((*name, *cpu, means_of(&scorer, beats, &folder)?));
    }
    println!("\n{}", table(&ours, &peers(&folder)));
    Ok(())
}

fn songs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut songs = files(folder)?;
    songs.retain(|song| {
        let ending = song.extension().unwrap_or_default().to_string_lossy();
        ["aac", "flac", "m4a", "mp3", "ogg", "opus", "wav"].contains(&&*ending.to_lowercase())
    });
    ensure!(!songs.is_empty(), "{} holds no songs", folder.display());
    Ok(songs)
}

/// The songs as raw PCM, made anew, and what that costs.
fn decoded(songs: &[PathBuf], into: &Path) -> Result<(Vec<PathBuf>, Cost)> {
    fs::create_dir_all(into)?;
    let mut cost = Cost::default();
    let mut made = Vec::new();
    for song in songs {
        let pcm = named(into, song, "f32");
        let mut decode = command("ffmpeg");
        decode
            .args(["-nostdin", "-v", "fatal", "-y", "-i"])
            .arg(song)
            .args(["-ac", "1", "-ar", "44100", "-f", "f32le"])
            .arg(&pcm);
        cost = cost.then(measure(&mut decode)?);
        made.push(pcm);
    }
    Ok((made, cost))
}

/// What the program hears, a file of beats for each song.
fn natively(songs: &[PathBuf], into: &Path) -> Result<(PathBuf, Cost)> {
    fs::create_dir_all(into)?;
    let mut cost = Cost::default();
    for song in songs {
        let mut listen = command(workspace::renderer());
        listen
            .arg("beats")
            .arg(song)
            .arg("-o")
            .arg(named(into, song, "beats"))
            .args(["--overwrite", "--quiet"]);
        if cost.wall == 0.0 {
            println!("{}", shown(&listen));
        }
        cost = cost.then(measure(&mut listen)?);
    }
    Ok((into.to_owned(), cost))
}

/// What the page's worker hears in node, and its CPU seconds.
fn in_node(pcm: &[PathBuf], into: &Path) -> Result<(PathBuf, f64)> {
    fs::create_dir_all(into)?;
    page::worker_for_node(into)?;
    let mut listen = command("node");
    listen
        .arg(workspace::root().join("xtask/src/bench/worker.mjs"))
        .arg(into.join("planner_worker.js"))
        .arg(into)
        .args(pcm);
    let text = String::from_utf8_lossy(&output(&mut listen)?).into_owned();
    let cpu = text.trim().parse().context("worker.mjs tells no seconds")?;
    Ok((into.to_owned(), cpu))
}

/// Has the weights of the choice fitted with the songs of each artist left out, and scored on those.
fn fitted_elsewhere(pcm: &[PathBuf], truth: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    run(cargo()
        .args(["bench", "--locked", "--package", "planner-wasm"])
        .args(["--bench", "readings", "--"])
        .arg(into)
        .args(pcm))?;
    run(command("python3")
        .arg(workspace::root().join("docs/beats/left_out.py"))
        .arg(into)
        .arg(truth)
        .arg(TUNED_ON.join(",")))
    .context("left_out.py wants python3 with mir_eval: pip install mir_eval")
}

fn named(folder: &Path, song: &Path, ending: &str) -> PathBuf {
    folder
        .join(song.file_name().unwrap_or_default())
        .with_extension(ending)
}

/// Has the beats in a folder scored, and means taken.
fn means_of(scorer: &Path, beats: &Path, truth: &Path) -> Result<Means> {
    let told = beats.join("scores.json");
    output(
        command("python3")
            .arg(scorer)
            .arg(beats)
            .arg(truth)
            .args(["--quiet", "--tags", "--json"])
            .arg(&told),
    )
    .context("score.py wants python3 with mir_eval: pip install mir_eval")?;
    let read = |file: &Path| -> Result<Value> { Ok(serde_json::from_slice(&fs::read(file)?)?) };
    let judged = read(&told)?;
    let manifest = read(&truth.join("manifest.json")).unwrap_or_default();
    let row = |told: &Value| SCORES.map(|name| told.get(name).and_then(Value::as_f64));
    let mut means = Means::new();
    let groups = judged.get("means").and_then(Value::as_object);
    for (group, told) in groups.into_iter().flatten() {
        means.insert(group.to_lowercase(), row(told));
    }
    let mut parts = [("tuning", Vec::new()), ("validation", Vec::new())];
    let tracks = manifest.get("tracks").and_then(Value::as_array);
    for track in tracks.into_iter().flatten() {
        let word = |name: &str| track.get(name).and_then(Value::as_str).unwrap_or_default();
        let told = judged.pointer(&format!("/tracks/{}", word("id")));
        // A source is told before a colon.
        let artist = word("artist").split(':').next().unwrap_or_default();
        let [tuned, measured] = &mut parts;
        let part = if TUNED_ON.contains(&artist) {
            tuned
        } else {
            measured
        };
        part.1.extend(told.map(row));
    }
    for (part, rows) in parts {
        if !rows.is_empty() {
            means.insert(format!("{part} ({})", rows.len()), mean(&rows));
        }
    }
    Ok(means)
}

/// The mean of each score over the songs that have it.
fn mean(rows: &[[Option<f64>; 8]]) -> [Option<f64>; 8] {
    let mut means = [None; 8];
    for (index, mean) in means.iter_mut().enumerate() {
        let told = rows
            .iter()
            .filter_map(|row| row.get(index).copied().flatten());
        let told: Vec<f64> = told.collect();
        let count = u32::try_from(told.len()).unwrap_or(u32::MAX);
        *mean = (count > 0).then(|| told.iter().sum::<f64>() / f64::from(count));
    }
    means
}

/// The rows of the tables in `peers.md`, as they stand there.
fn peers(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("peers.md")).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with('|'))
        .map(str::to_owned)
        .collect()
}

/// Two tables: means of all scores, and F by group, ours first and then the peers'.
fn table(ours: &[(&str, f64, Means)], peers: &[String]) -> String {
    let figure = |score: Option<f64>, digits: usize| {
        score.map_or("-".to_owned(), |score| format!("{score:.digits$}"))
    };
    let mut lines = Vec::new();
    let heading = |first: &str, columns: &[&str]| {
        let line = format!("| {first} | {} |", columns.join(" | "));
        let rule = format!("|---|{}", "---|".repeat(columns.len()));
        [line, rule]
    };
    let is_heading = |line: &&String| line.starts_with("| tracker") || line.starts_with("|---");
    let mut tables = peers.split(|line| line.starts_with("| tracker"));
    let mut next = || {
        let rows = tables.next().unwrap_or_default().iter();
        rows.filter(|line| !is_heading(line))
            .cloned()
            .collect::<Vec<_>>()
    };
    // What stands before the first heading is no row.
    next();
    let columns: Vec<&str> = SCORES.into_iter().chain(["cpu"]).collect();
    lines.extend(heading("mean", &columns));
    for (name, cpu, means) in ours {
        for (part, scores) in means {
            if part == "mean" || part.contains('(') {
                let cells = scores.iter().enumerate();
                let cells =
                    cells.map(|(index, score)| figure(*score, if index < 6 { 3 } else { 1 }));
                let cells = cells.chain([figure(Some(*cpu), 2)]).collect::<Vec<_>>();
                lines.push(format!("| {name}, {part} | {} |", cells.join(" | ")));
            }
        }
    }
    lines.extend(next());
    lines.push(String::new());
    let groups: Vec<&str> = GROUPS.to_vec();
    lines.extend(heading("F by group", &groups));
    for (name, _, means) in ours {
        let cells = groups.iter().map(|group| {
            let scores = means.get(*group).copied().unwrap_or_default();
            figure(scores.first().copied().flatten(), 3)
        });
        lines.push(format!(
            "| {name} | {} |",
            cells.collect::<Vec<_>>().join(" | ")
        ));
    }
    lines.extend(next());
    lines.join("\n")
}

/// The groups of songs, in the order of `peers.md`.
const GROUPS: [&str; 6] = [
    "piano-expressive",
    "sequenced",
    "band-metal",
    "annotated-recording",
    "rhythm-game",
    "band-vocals",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_stand_above_the_peers_in_both_tables() {
        let row = [
            Some(0.5),
            None,
            Some(1.0),
            None,
            None,
            None,
            Some(4.25),
            None,
        ];
        let means: Means = [("mean".to_owned(), row), ("sequenced".to_owned(), row)].into();
        let peers = [
            "| tracker | F |",
            "|---|---|",
            "| other | 0.4 |",
            "| tracker | piano |",
            "|---|---|",
            "| other | 0.3 |",
        ];
        let text = table(&[("ours", 0.25, means)], &peers.map(str::to_owned));
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(
            rows[2],
            "| ours, mean | 0.500 | - | 1.000 | - | - | - | 4.2 | - | 0.25 |"
        );
        assert_eq!(rows[3], "| other | 0.4 |");
        assert_eq!(rows[7], "| ours | - | 0.500 | - | - | - | - |");
        assert_eq!(rows[8], "| other | 0.3 |");
    }
}
