//! The page's sample project: the demo's song and clips, small enough to be loaded in a moment.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{command, run_quietly};
use crate::{demo, setup, workspace};

/// The longer side of the sample's pictures, in pixels.
const SIDE: u32 = 480;

/// Where the sample lies before the page is built; the build copies it.
pub(crate) fn folder() -> PathBuf {
    workspace::target().join("page").join("sample")
}

/// Makes the sample unless it is there: `files.json`, a list of names, and the files.
///
/// # Errors
/// If ffmpeg cannot be had or fails, or a file cannot be written.
pub(crate) fn make() -> Result<()> {
    let folder = folder();
    let list = folder.join("files.json");
    if list.is_file() {
        return Ok(());
    }
    setup::ffmpeg()?;
    eprintln!("page: making the sample project");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let demo::Material { song, clips } = demo::material()?;

    let mut names = vec!["song.m4a".to_owned()];
    let sound = ["-vn", "-c:a", "aac", "-b:a", "112k"];
    convert(&song, &sound, &folder.join("song.m4a"))?;
    let mut paths: Vec<PathBuf> = fs::read_dir(&clips)
        .with_context(|| format!("cannot read {}", clips.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let fit = format!(
        "scale=w='trunc(iw*min(1,{SIDE}/max(iw,ih))/2)*2':h='trunc(ih*min(1,{SIDE}/max(iw,ih))/2)*2',format=yuv420p"
    );
    // Key frames twice a second: the preview seeks a lot.
    let picture = [
        "-vf", &fit, "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-g", "15",
        "-maxrate", "320k", "-bufsize", "640k",
    ];
    for path in paths {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let name = format!("{stem}.mp4");
        convert(&path, &picture, &folder.join(&name))?;
        names.push(name);
    }
    // Last, since it says that all the others are there.
    let text = serde_json::to_string(&names)?;
    fs::write(&list, text).with_context(|| format!("cannot write {}", list.display()))
}

fn convert(from: &Path, how: &[&str], to: &Path) -> Result<()> {
    run_quietly(
        command("ffmpeg")
            .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-i"])
            .arg(from)
            .args(how)
            .args(["-map_metadata", "-1", "-movflags", "+faststart"])
            .arg(to),
    )
}
