//! Fifty-three H.265 clips as phones and cameras make them, made once and kept.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::ffmpeg;
use crate::bench::edit::Random;
use crate::command::run_quietly;

/// Clips of one kind. All are put together by stream copy from the group's chunks of two seconds.
struct Group {
    name: char,
    clips: u64,
    chunks: u64,
    size: (u32, u32),
    rate: &'static str,
    /// Frames of a chunk, and of its groups of pictures.
    frames: (u32, u32),
    ten_bits: bool,
    kilobits: u32,
    /// Most chunks of a clip.
    longest: u64,
}

const HD: (u32, u32) = (1920, 1080);
const UHD: (u32, u32) = (3840, 2160);

const GROUPS: [Group; 7] = [
    Group {
        name: 'a',
        clips: 17,
        chunks: 6,
        size: HD,
        rate: "30",
        frames: (60, 30),
        ten_bits: false,
        kilobits: 9_000,
        longest: 10,
    },
    Group {
        name: 'b',
        clips: 8,
        chunks: 3,
        size: HD,
        rate: "60",
        frames: (120, 60),
        ten_bits: false,
        kilobits: 14_000,
        longest: 10,
    },
    Group {
        name: 'c',
        clips: 5,
        chunks: 3,
        size: HD,
        rate: "24000/1001",
        frames: (48, 24),
        ten_bits: true,
        kilobits: 8_000,
        longest: 10,
    },
    Group {
        name: 'd',
        clips: 10,
        chunks: 4,
        size: UHD,
        rate: "30",
        frames: (60, 30),
        ten_bits: false,
        kilobits: 28_000,
        longest: 10,
    },
    Group {
        name: 'e',
        clips: 7,
        chunks: 3,
        size: UHD,
        rate: "30",
        frames: (60, 30),
        ten_bits: true,
        kilobits: 28_000,
        longest: 10,
    },
    Group {
        name: 'f',
        clips: 4,
        chunks: 2,
        size: UHD,
        rate: "60",
        frames: (120, 60),
        ten_bits: false,
        kilobits: 50_000,
        longest: 5,
    },
    Group {
        name: 'g',
        clips: 2,
        chunks: 2,
        size: UHD,
        rate: "24000/1001",
        frames: (48, 24),
        ten_bits: true,
        kilobits: 24_000,
        longest: 10,
    },
];

/// A clip to be: its name and its chunks.
struct Clip {
    name: String,
    chunks: Vec<String>,
}

/// Every clip, drawn by a fixed seed.
fn drawn() -> Vec<Clip> {
    let mut random = Random::new(53);
    let mut clips = Vec::new();
    for group in &GROUPS {
        for index in 0..group.clips {
            let length = 4 + random.below(group.longest - 3);
            clips.push(Clip {
                name: format!("{}{index:02}.mp4", group.name),
                chunks: (0..length)
                    .map(|_| format!("chunk.{}{}.mp4", group.name, random.below(group.chunks)))
                    .collect(),
            });
        }
    }
    clips
}

/// The length of every clip in seconds. Clips of 24000/1001 frames a second are a little longer.
pub(super) fn seconds() -> Vec<u64> {
    drawn()
        .iter()
        .map(|clip| 2 * clip.chunks.len() as u64)
        .collect()
}

/// Makes what is not there yet.
///
/// # Errors
/// If ffmpeg fails or the disk is full.
pub(super) fn clips(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let drawn = drawn();
    let path = |clip: &Clip| folder.join(&clip.name);
    if drawn.iter().any(|clip| !path(clip).exists()) {
        println!(
            "making {} H.265 clips once; this takes minutes",
            drawn.len()
        );
        for group in &GROUPS {
            for chunk in 0..group.chunks {
                make_chunk(folder, group, chunk)?;
            }
        }
        for clip in &drawn {
            join(folder, clip)?;
        }
        for group in &GROUPS {
            for chunk in 0..group.chunks {
                fs::remove_file(folder.join(format!("chunk.{}{chunk}.mp4", group.name)))?;
            }
        }
    }
    Ok(drawn.iter().map(path).collect())
}

/// Two seconds: moving shapes or a slow zoom, with grain all over so that decoding is not too easy.
fn make_chunk(folder: &Path, group: &Group, chunk: u64) -> Result<()> {
    let file = folder.join(format!("chunk.{}{chunk}.mp4", group.name));
    if file.exists() {
        return Ok(());
    }
    let (width, height) = group.size;
    let rate = group.rate;
    let source = if chunk.is_multiple_of(2) {
        format!("testsrc2=s=1920x1080:r={rate},hue=h={}", chunk * 47)
    } else {
        format!(
            "mandelbrot=s=960x540:r={rate}:start_scale={}",
            3 - chunk % 3
        )
    };
    let format = if group.ten_bits {
        "yuv420p10le"
    } else {
        "yuv420p"
    };
    let picture = format!(
        "{source},scale={width}:{height}:flags=bicubic,\
         noise=alls=5:allf=t:all_seed={chunk},setsar=1,format={format}"
    );
    let (frames, keyint) = group.frames;
    let kilobits = group.kilobits;
    let x265 = format!(
        "log-level=none:keyint={keyint}:min-keyint={keyint}:scenecut=0:open-gop=0:bframes=3:ref=3:\
         repeat-headers=0:vbv-maxrate={}:vbv-bufsize={}",
        kilobits * 3 / 2,
        kilobits * 2
    );
    let preset = if group.size == HD {
        "superfast"
    } else {
        "ultrafast"
    };
    println!("  {}", file.file_name().unwrap_or_default().display());
    let unfinished = folder.join("unfinished.mp4");
    let mut make = ffmpeg();
    make.args([
        "-f",
        "lavfi",
        "-i",
        &picture,
        "-frames:v",
        &frames.to_string(),
    ]);
    make.args([
        "-c:v",
        "libx265",
        "-preset",
        preset,
        "-b:v",
        &format!("{kilobits}k"),
    ]);
    make.args([
        "-x265-params",
        &x265,
        "-tag:v",
        "hvc1",
        "-video_track_timescale",
        "90000",
    ]);
    make.args([
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-colorspace",
        "bt709",
    ]);
    run_quietly(make.arg(&unfinished))?;
    fs::rename(&unfinished, &file)?;
    Ok(())
}

fn join(folder: &Path, clip: &Clip) -> Result<()> {
    let file = folder.join(&clip.name);
    if file.exists() {
        return Ok(());
    }
    let mut list = String::new();
    for chunk in &clip.chunks {
        writeln!(list, "file {chunk}")?;
    }
    let names = folder.join("clip.ffconcat");
    fs::write(&names, list)?;
    let unfinished = folder.join("unfinished.mp4");
    let mut join = ffmpeg();
    join.args(["-f", "concat", "-i"]).arg(&names);
    run_quietly(join.args(["-c", "copy"]).arg(&unfinished))?;
    fs::rename(&unfinished, &file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifty_three_clips_of_8_to_20_seconds_the_same_every_time() {
        let seconds = seconds();
        assert_eq!(seconds.len(), 53);
        assert!(seconds.iter().all(|seconds| (8..=20).contains(seconds)));
        assert_eq!(seconds, super::seconds());
    }
}
