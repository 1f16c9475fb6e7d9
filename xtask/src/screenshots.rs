//! `cargo xtask screenshots`: pictures of the page for its document, of the sample project and
//! nothing else.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::command::{command, run, run_quietly};
use crate::{page, setup, workspace};

/// Colours of a picture that is kept; the page has few, and files of so many are a third the size.
const COLOURS: &str = "256";

/// Builds the page, takes its pictures, and keeps them small under `docs/images/page`.
///
/// # Errors
/// If the page does not build, the browser is missing, or a picture cannot be written.
pub(crate) fn take() -> Result<()> {
    setup::ffmpeg()?;
    page::ensure_browser()?;
    page::build_page()?;
    let raw = workspace::target().join("page").join("pictures");
    emptied(&raw)?;
    run(page::driver(&raw).arg("pictures"))?;
    let kept = workspace::root().join("docs").join("images").join("page");
    emptied(&kept)?;
    let mut bytes = 0;
    for entry in fs::read_dir(&raw)? {
        let picture = entry?.path();
        let to = kept.join(picture.file_name().unwrap_or_default());
        shrink(&picture, &to)?;
        bytes += fs::metadata(&to)?.len();
    }
    println!("{} kB of pictures in {}", bytes / 1000, kept.display());
    Ok(())
}

/// Makes a folder in which nothing of an earlier time is left.
fn emptied(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// The same picture in few colours.
fn shrink(from: &Path, to: &Path) -> Result<()> {
    let palette = format!(
        "split[a][b];[a]palettegen=max_colors={COLOURS}:stats_mode=single[p];\
         [b][p]paletteuse=dither=none"
    );
    run_quietly(
        command("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-i"])
            .arg(from)
            .args(["-filter_complex", &palette, "-compression_level", "100"])
            .args(["-pred", "mixed"])
            .arg(to),
    )
}
