//! The clips that faults are planted into: one size, one rate, something to see all through, no
//! scene twice.

#![expect(
    clippy::cast_precision_loss,
    reason = "shares of counts of a few thousand pixels"
)]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::character::{Character, character};
use crate::command::{command, output, run_quietly};

/// Size of the bases; what is planted is cut out of it, so that a camera can shake inside.
pub(super) const SIZE: (u32, u32) = (600, 338);
/// Pictures a second.
pub(super) const RATE: u64 = 30;
/// Fewest and most frames of a base.
const FRAMES: (u64, u64) = (72, 720);

/// Size of the thumbnails that tell whether two bases show one scene.
const THUMB: (usize, usize) = (16, 9);
/// Thumbnails a second.
const THUMBS: u64 = 2;
/// Size of the pictures that tell what was drawn from what was filmed.
const LOOK: (usize, usize) = (160, 90);
/// From this share of neighbours that are equal to the bit on, half of the time, nobody filmed it.
const DRAWN: f64 = 0.58;
/// From this correlation on two thumbnails show one scene.
const ALIKE: f64 = 0.93;

/// A clip that faults can be planted into.
#[derive(Debug, Clone)]
pub(super) struct Base {
    /// Its name without ending.
    pub(super) name: String,
    /// The file in the common form.
    pub(super) file: PathBuf,
    /// Its length.
    pub(super) frames: u64,
    /// What it is like by itself.
    pub(super) character: Character,
}

/// Which pictures of a file are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pictures {
    size: (usize, usize),
    /// A second.
    rate: u64,
    /// From the start; all if 0.
    count: u64,
}

impl Pictures {
    /// [`THUMBS`] a second of all of it.
    pub(super) fn spread(size: (usize, usize)) -> Self {
        Self {
            size,
            rate: THUMBS,
            count: 0,
        }
    }

    /// The first so many.
    pub(super) fn first(size: (usize, usize), count: u64) -> Self {
        Self {
            size,
            rate: RATE,
            count,
        }
    }
}

/// The bases of `folders`, ordered by name; converted ones are kept in `kept`.
///
/// # Errors
/// If a folder cannot be read or the results cannot be kept.
pub(super) fn bases(folders: &[PathBuf], kept: &Path) -> Result<Vec<Base>> {
    fs::create_dir_all(kept).with_context(|| format!("cannot make {}", kept.display()))?;
    let mut files = Vec::new();
    for folder in folders {
        files.extend(listed(folder)?);
    }
    files.sort_by_key(|file| file.file_name().map(ToOwned::to_owned));
    let mut found: Vec<(Base, Vec<Thumb>)> = Vec::new();
    for file in files {
        if let Some((base, thumbs)) = converted(&file, kept)? {
            found.push((base, thumbs));
        }
    }
    // The longest of those that show one scene stays.
    found.sort_by(|a, b| b.0.frames.cmp(&a.0.frames).then(a.0.name.cmp(&b.0.name)));
    let mut chosen: Vec<(Base, Vec<Thumb>)> = Vec::new();
    for (base, thumbs) in found {
        let known = chosen.iter().any(|(_, other)| {
            other
                .iter()
                .any(|a| thumbs.iter().any(|b| correlation(a, b).abs() > ALIKE))
        });
        if !known {
            chosen.push((base, thumbs));
        }
    }
    let mut bases: Vec<Base> = chosen.into_iter().map(|(base, _)| base).collect();
    bases.sort_by(|a, b| a.name.cmp(&b.name));
    for base in &mut bases {
        base.character = character(&base.file)?;
    }
    Ok(bases)
}

/// The files of a folder; where a `manifest.json` tells of them, those that it calls derived from
/// others or not sound are left out.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = std::path::absolute(folder)?;
    let manifest = fs::read(folder.join("manifest.json"))
        .ok()
        .and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let told = |name: &str| {
        let all = manifest.as_ref()?.as_array()?;
        let one = all
            .iter()
            .find(|one| one.get("file").and_then(Value::as_str) == Some(name))?;
        let sound = one.get("expected").and_then(Value::as_str) == Some("ok");
        let derived = one.get("derived").and_then(Value::as_bool) == Some(true);
        Some(sound && !derived)
    };
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with('.') && told(&name).unwrap_or(true)
        })
        .collect())
}

type Thumb = Vec<f64>;

/// The file in the common form, from its first picture with something to see to its last in a
/// row; none if that is too short.
fn converted(file: &Path, kept: &Path) -> Result<Option<(Base, Vec<Thumb>)>> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let into = kept.join(format!("{name}.mp4"));
    let none = kept.join(format!("{name}.none"));
    if none.exists() {
        return Ok(None);
    }
    if !into.exists() && !convert(file, kept, &into)? {
        fs::write(&none, "")?;
        return Ok(None);
    }
    if is_drawn(&into)? {
        return Ok(None);
    }
    let thumbs = thumbs(&into, 0)?;
    let frames = crate::contact_sheet::frame_count(&into)?;
    Ok(Some((
        Base {
            name,
            file: into,
            frames,
            character: Character::default(),
        },
        thumbs,
    )))
}

fn convert(file: &Path, kept: &Path, into: &Path) -> Result<bool> {
    // More than the longest base: the usable stretch may begin later.
    let Ok(thumbs) = thumbs(file, 60 * THUMBS) else {
        return Ok(false);
    };
    let seen: Vec<bool> = thumbs.iter().map(is_picture).collect();
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (n, seen) in seen.iter().enumerate() {
        run = if *seen {
            (run.0, n + 1)
        } else {
            (n + 1, n + 1)
        };
        if run.1 - run.0 > best.1 - best.0 {
            best = run;
        }
    }
    let (first, count) = (best.0 as u64, (best.1 - best.0) as u64);
    let frames = (count * RATE / THUMBS).min(FRAMES.1);
    if frames + RATE / THUMBS < FRAMES.0 {
        return Ok(false);
    }
    let unfinished = kept.join("unfinished.mp4");
    let (width, height) = SIZE;
    let start = format!("{}.{}", first / THUMBS, first % THUMBS * 10 / THUMBS);
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-ss", &start, "-i"])
            .arg(file)
            .args(["-map", "0:v:0", "-an", "-vf"])
            .arg(format!(
                "fps={RATE}:start_time=0,scale={width}:{height}:flags=area,setsar=1,format=yuv420p"
            ))
            .args(["-frames:v", &frames.to_string()])
            .args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "8"])
            .arg(&unfinished),
    )?;
    if crate::contact_sheet::frame_count(&unfinished).unwrap_or(0) < FRAMES.0 {
        return Ok(false);
    }
    fs::rename(&unfinished, into)?;
    Ok(true)
}

/// Grey thumbnails, [`THUMBS`] a second, so many; all if 0.
fn thumbs(file: &Path, count: u64) -> Result<Vec<Thumb>> {
    let pictures = Pictures {
        count,
        ..Pictures::spread(THUMB)
    };
    Ok(greys(file, pictures)?
        .iter()
        .map(|thumb| thumb.iter().map(|value| f64::from(*value)).collect())
        .collect())
}

/// Grey pictures of a file.
pub(super) fn greys(file: &Path, pictures: Pictures) -> Result<Vec<Vec<u8>>> {
    let Pictures {
        size: (width, height),
        rate,
        count,
    } = pictures;
    let mut decode = command("ffmpeg");
    decode.args(["-nostdin", "-v", "fatal", "-i"]).arg(file);
    decode.args(["-map", "0:v:0", "-an", "-vf"]).arg(format!(
        "fps={rate}:start_time=0,scale={width}:{height}:flags=area,format=gray"
    ));
    if count > 0 {
        decode.args(["-frames:v", &count.to_string()]);
    }
    decode.args(["-f", "rawvideo", "-"]);
    let bytes = output(&mut decode)?;
    let pictures = bytes.chunks_exact(width * height);
    Ok(pictures.map(<[u8]>::to_vec).collect())
}

/// Whether a clip is drawn, a test pattern or text rather than filmed: even areas have no noise.
fn is_drawn(file: &Path) -> Result<bool> {
    let mut even: Vec<f64> = greys(file, Pictures::spread(LOOK))?
        .iter()
        .map(|picture| {
            let equal = picture
                .windows(2)
                .filter(|pair| pair.first() == pair.last());
            equal.count() as f64 / picture.len().max(1) as f64
        })
        .collect();
    even.sort_by(f64::total_cmp);
    Ok(even
        .get(even.len() / 2)
        .is_some_and(|middle| *middle > DRAWN))
}

/// Whether two pictures of a size look alike: their thumbnails correlate.
pub(super) fn alike(a: &[u8], b: &[u8], (width, height): (usize, usize)) -> bool {
    let thumb = |picture: &[u8]| -> Thumb {
        let mut sums = vec![0.0; THUMB.0 * THUMB.1];
        let mut counts = vec![0.0_f64; THUMB.0 * THUMB.1];
        for (n, value) in picture.iter().enumerate() {
            let (x, y) = (n % width * THUMB.0 / width, n / width * THUMB.1 / height);
            if let Some((sum, count)) = sums
                .get_mut(y * THUMB.0 + x)
                .zip(counts.get_mut(y * THUMB.0 + x))
            {
                *sum += f64::from(*value);
                *count += 1.0;
            }
        }
        let means = sums.iter().zip(&counts);
        means.map(|(sum, count)| sum / count.max(1.0)).collect()
    };
    correlation(&thumb(a), &thumb(b)) > ALIKE
}

fn mean_and_deviation(thumb: &Thumb) -> (f64, f64) {
    let count = (THUMB.0 * THUMB.1) as f64;
    let mean = thumb.iter().sum::<f64>() / count;
    let squares = thumb.iter().map(|value| value * value).sum::<f64>() / count;
    (mean, (squares - mean * mean).max(0.0).sqrt())
}

/// Whether there is something to see: neither black nor white nor even.
fn is_picture(thumb: &Thumb) -> bool {
    let (mean, deviation) = mean_and_deviation(thumb);
    (35.0..215.0).contains(&mean) && deviation > 14.0
}

fn correlation(a: &Thumb, b: &Thumb) -> f64 {
    let ((mean_a, deviation_a), (mean_b, deviation_b)) =
        (mean_and_deviation(a), mean_and_deviation(b));
    let count = (THUMB.0 * THUMB.1) as f64;
    let products = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - mean_a) * (b - mean_b))
        .sum::<f64>();
    products / count / (deviation_a * deviation_b).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_look_alike_in_any_light_and_not_turned_round() {
        let picture: Vec<u8> = (0..32_u32 * 18)
            .map(|n| u8::try_from(n * n / 7 % 160).unwrap_or_default())
            .collect();
        let dimmer: Vec<u8> = picture.iter().map(|value| value / 2 + 9).collect();
        let turned: Vec<u8> = picture.iter().rev().copied().collect();
        assert!(alike(&picture, &dimmer, (32, 18)));
        assert!(!alike(&picture, &turned, (32, 18)));
    }

    #[test]
    fn thumbnails_correlate_with_themselves_in_any_light() {
        let thumb: Thumb = (0..THUMB.0 * THUMB.1)
            .map(|n| ((n * 37) % 101) as f64 + 60.0)
            .collect();
        let dimmer: Thumb = thumb.iter().map(|value| value * 0.6 + 5.0).collect();
        assert!(correlation(&thumb, &dimmer) > 0.99);
        assert!(is_picture(&thumb) && !is_picture(&vec![100.0; THUMB.0 * THUMB.1]));
    }
}
