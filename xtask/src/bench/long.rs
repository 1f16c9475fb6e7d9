//! Long plans: a ten-minute film of half-second shots, and `check` on a very long plan.

use std::fs;

use anyhow::{Result, ensure};

use super::edit;
use super::material;
use super::measure::{measure, measure_any};
use crate::command::{command, output, shown};
use crate::workspace;

/// Renders half-second shots and counts the film's frames.
///
/// # Errors
/// If the render fails or the film does not have exactly the planned frames.
pub(super) fn film(shots: usize, height: u32) -> Result<()> {
    let folder = material::folder()?;
    let clips = names(&material::clips(&folder)?);
    let shots = edit::even(shots, 15, clips.len(), material::SECONDS);
    let frames = edit::length(&shots);
    let song = names(&[material::song(&folder, frames / 30 + 2)?]);
    let plan = folder.join("long.plan.json");
    let film = folder.join("long.mp4");
    let size = (height * 16 / 9 / 2 * 2, height);
    edit::write_plan(&plan, size, &song.join(""), &clips, &shots)?;

    let mut render = edit::render(&plan, &film)?;
    println!(
        "\n{} shots, {frames} frames of {}x{} at 30",
        shots.len(),
        size.0,
        size.1
    );
    println!("{}", shown(&render));
    println!("  {}", measure(&mut render)?);

    let counted = output(
        command("ffprobe")
            .args(["-v", "error", "-select_streams", "v:0", "-count_frames"])
            .args(["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"])
            .arg(&film),
    )?;
    let counted = String::from_utf8_lossy(&counted);
    let counted = counted.trim().trim_end_matches(',');
    println!("  frames decoded: {counted}, planned: {frames}");
    ensure!(
        counted == frames.to_string(),
        "the film does not have the planned frames"
    );

    let mut verify = command(workspace::renderer());
    verify.arg("verify").arg(&film).arg(&plan);
    println!("{}", shown(&verify));
    let (cost, status) = measure_any(&mut verify)?;
    println!("  {cost}   ({status})");
    Ok(())
}

/// Checks a very long plan.
///
/// # Errors
/// If `check` fails.
pub(super) fn check(length: usize) -> Result<()> {
    let folder = material::folder()?;
    let clips = names(&material::clips(&folder)?);
    let shots = edit::even(length, 15, clips.len(), material::SECONDS);
    let song = names(&[material::song(&folder, 60)?]);
    let plan = folder.join("check.plan.json");
    edit::write_plan(&plan, (1920, 1080), &song.join(""), &clips, &shots)?;
    let mut check = command(workspace::renderer());
    check.arg("check").arg(&plan).arg("--quiet");
    println!(
        "\n{length} slots, {} bytes of plan",
        fs::metadata(&plan)?.len()
    );
    println!("{}", shown(&check));
    let (cost, status) = measure_any(&mut check)?;
    println!("  {cost}   ({status})");
    Ok(())
}

fn names(files: &[std::path::PathBuf]) -> Vec<String> {
    files
        .iter()
        .filter_map(|file| file.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}
