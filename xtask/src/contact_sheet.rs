//! A film at a glance: the middle of each shot in a grid, and under it the song with its cuts.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command::{command, output, run_quietly};

/// Pictures in a row.
const COLUMNS: usize = 6;
/// Most pictures on a sheet.
const MOST: usize = 24;
/// Width of one picture, in pixels.
const WIDTH: usize = 200;
/// Height of the strip with the song, in pixels.
const STRIP: usize = 90;

/// Makes a contact sheet of `film`. With its plan, each picture is the middle of a shot and the
/// song's wave form stands below, every cut marked; without, pictures are spread evenly.
///
/// # Errors
/// If the film or the plan cannot be read, or ffmpeg fails.
pub(crate) fn make(film: &Path, plan: Option<&Path>, sheet: &Path) -> Result<()> {
    let frames = frame_count(film)?;
    ensure!(frames > 0, "{} holds no picture", film.display());
    let cuts = plan.map(shots).transpose()?.unwrap_or_default();
    let middles = if cuts.is_empty() {
        evenly(frames)
    } else {
        middles(&cuts)
    };
    let rows = middles.len().div_ceil(COLUMNS);
    let mut graph = format!(
        "[0:v]select='{}',scale={WIDTH}:-2:flags=area,setsar=1,format=rgb24,\
         tile={COLUMNS}x{rows}:padding=4:margin=4:color=0x181818",
        middles
            .iter()
            .map(|frame| format!("eq(n\\,{frame})"))
            .collect::<Vec<_>>()
            .join("+"),
    );
    if cuts.is_empty() {
        graph.push_str("[whole]");
    } else {
        let width = COLUMNS * (WIDTH + 4) + 4;
        write!(
            graph,
            "[grid];[0:a]aformat=channel_layouts=mono,showwavespic=s={width}x{STRIP}:colors=0x58a6ff:scale=sqrt:filter=peak,\
             format=rgb24{}[song];[grid][song]vstack[whole]",
            marks(&cuts, frames, width)
        )?;
    }
    // A palette of its own makes the file a third as large.
    graph.push_str(
        ";[whole]split[colours][all];[colours]palettegen=stats_mode=full[palette];\
         [all][palette]paletteuse=dither=bayer:bayer_scale=4[sheet]",
    );
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-i"])
            .arg(std::path::absolute(film)?)
            .args(["-filter_complex", &graph, "-map", "[sheet]"])
            .args(["-frames:v", "1", "-update", "1"])
            .arg(std::path::absolute(sheet)?),
    )
}

/// First frame and length of every slot of a plan.
fn shots(plan: &Path) -> Result<Vec<(u64, u64)>> {
    let text = read(plan)?;
    let plan: Value = serde_json::from_slice(&text).context("the plan is not JSON")?;
    let slots = plan
        .get("slots")
        .and_then(Value::as_array)
        .context("the plan has no slots")?;
    let number = |slot: &Value, key| slot.get(key).and_then(Value::as_u64);
    slots
        .iter()
        .map(|slot| {
            Some((
                number(slot, "record_start")?,
                number(slot, "record_duration")?,
            ))
        })
        .collect::<Option<_>>()
        .context("a slot of the plan has no record_start and record_duration")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Frames of a film, by its packets.
///
/// # Errors
/// If ffprobe counts none.
pub(crate) fn frame_count(film: &Path) -> Result<u64> {
    let text = output(
        command("ffprobe")
            .args(["-v", "error", "-select_streams", "v:0", "-count_packets"])
            .args(["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"])
            .arg(std::path::absolute(film)?),
    )?;
    let text = String::from_utf8_lossy(&text);
    text.trim()
        .trim_end_matches(',')
        .parse()
        .with_context(|| format!("ffprobe counts no frames in {}", film.display()))
}

fn evenly(frames: u64) -> Vec<u64> {
    let pictures = frames.min(MOST as u64);
    (0..pictures)
        .map(|i| (2 * i + 1) * frames / (2 * pictures))
        .collect()
}

/// The middles of the shots; of so many as fit if there are more, spread evenly.
fn middles(shots: &[(u64, u64)]) -> Vec<u64> {
    let pictures = shots.len().min(MOST);
    (0..pictures)
        .filter_map(|i| shots.get(i * shots.len() / pictures))
        .map(|(start, length)| start + length / 2)
        .collect()
}

/// A thin line over the strip at every cut.
fn marks(shots: &[(u64, u64)], frames: u64, width: usize) -> String {
    shots
        .iter()
        .skip(1)
        .fold(String::new(), |mut all, (start, _)| {
            let x = start * width as u64 / frames;
            let _ = write!(
                all,
                ",drawbox=x={x}:y=0:w=1:h={STRIP}:color=0xff7b72:t=fill"
            );
            all
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_lie_inside_the_film_and_never_exceed_the_sheet() {
        for frames in [1, 5, 24, 25, 10_000] {
            let chosen = evenly(frames);
            assert!(chosen.len() <= MOST && chosen.iter().all(|frame| *frame < frames));
            assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
        }
        let shots: Vec<(u64, u64)> = (0..1000).map(|i| (i * 15, 15)).collect();
        assert_eq!(middles(&shots).len(), MOST);
        assert_eq!(middles(&shots[..25]).len(), MOST);
        assert_eq!(middles(&shots[..7]).len(), 7);
        assert_eq!(middles(&[(0, 10), (10, 4)]), [5, 12]);
    }
}
