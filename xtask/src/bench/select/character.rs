//! What a base is like by itself, found without the planner's measures: what is planted into it is
//! true only beside that.

#![expect(
    clippy::cast_precision_loss,
    reason = "shares of counts of a few thousand pixels"
)]

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::bases::{Pictures, RATE, greys};
use crate::command::{command, output};

/// Size of the pictures that tell focus.
const FOCUS: (usize, usize) = (320, 180);
/// A picture whose steepest steps between neighbours are less than this much of its contrast has
/// nothing in focus.
const STEEPEST: f64 = 0.3;
/// Size of the pictures that tell movement, and how many are looked at.
const MOVEMENT: (usize, usize) = (160, 90);
const LOOKED_AT: u64 = 90;
/// Mean difference of pictures, a quarter of them at least, from which a base moves all over.
const MOVES: f64 = 2.5;
/// The same up to which it hardly moves.
const RESTS: f64 = 1.25;
/// Change of scene, as ffmpeg scores it, from which a base has a cut of its own.
const SCENE: &str = "0.2";

/// What a base is like.
#[derive(Debug, Clone, Default)]
pub(super) struct Character {
    /// Nothing in it is in focus, so that it has no clean stretch.
    pub(super) soft: bool,
    /// It moves enough for a picture that stands still to be seen as one.
    pub(super) moves: bool,
    /// It moves so little that a picture that stands still is none. What lies between is either.
    pub(super) rests: bool,
    /// Frames that begin another scene.
    pub(super) cuts: Vec<u64>,
}

impl Character {
    /// Whether a stretch has no cut of the base's own in it.
    pub(super) fn is_one_scene(&self, from: u64, frames: u64) -> bool {
        !self
            .cuts
            .iter()
            .any(|cut| (from..=from + frames).contains(cut))
    }
}

/// Looks at a base in the common form.
///
/// # Errors
/// If ffmpeg fails.
pub(super) fn character(file: &Path) -> Result<Character> {
    let movement = movement(file)?;
    Ok(Character {
        soft: is_soft(file)?,
        moves: movement >= MOVES,
        rests: movement < RESTS,
        cuts: cuts(file)?,
    })
}

fn is_soft(file: &Path) -> Result<bool> {
    let mut steepest: Vec<f64> = greys(file, Pictures::spread(FOCUS))?
        .iter()
        .map(|picture| {
            let count = picture.len().max(1) as f64;
            let mean = picture.iter().map(|l| f64::from(*l)).sum::<f64>() / count;
            let squares = picture.iter().map(|l| (f64::from(*l) - mean).powi(2));
            let contrast = (squares.sum::<f64>() / count).sqrt();
            let mut steps: Vec<u8> = picture
                .windows(2)
                .filter_map(|pair| Some(pair.first()?.abs_diff(*pair.last()?)))
                .collect();
            steps.sort_unstable();
            let steep = steps.get(steps.len() * 995 / 1000).copied().unwrap_or(0);
            f64::from(steep) / contrast.max(1.0)
        })
        .collect();
    steepest.sort_by(f64::total_cmp);
    Ok(steepest
        .get(steepest.len() / 2)
        .is_some_and(|middle| *middle < STEEPEST))
}

/// Mean difference of pictures that a quarter of them have at least.
fn movement(file: &Path) -> Result<f64> {
    let pictures = greys(file, Pictures::first(MOVEMENT, LOOKED_AT))?;
    let mut differences: Vec<f64> = pictures
        .windows(2)
        .filter_map(|pair| {
            let (one, other) = (pair.first()?, pair.last()?);
            let sum: u64 = one
                .iter()
                .zip(other)
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum();
            Some(sum as f64 / one.len().max(1) as f64)
        })
        .collect();
    differences.sort_by(f64::total_cmp);
    Ok(differences
        .get(differences.len() * 3 / 4)
        .copied()
        .unwrap_or(0.0))
}

fn cuts(file: &Path) -> Result<Vec<u64>> {
    let told = output(
        command("ffmpeg")
            .args(["-nostdin", "-v", "fatal", "-i"])
            .arg(file)
            .args([
                "-vf",
                &format!("select='gt(scene,{SCENE})',metadata=print:file=-"),
            ])
            .args(["-f", "null", "-"]),
    )?;
    let seconds = String::from_utf8_lossy(&told);
    let frame = |line: &str| {
        let (_, at) = line.split_once("pts_time:")?;
        let at: f64 = at.split_whitespace().next()?.parse().ok()?;
        // To the nearest frame.
        let us = Duration::try_from_secs_f64(at).ok()?.as_micros();
        u64::try_from((us * u128::from(RATE) + 500_000) / 1_000_000).ok()
    };
    Ok(seconds.lines().filter_map(frame).collect())
}
