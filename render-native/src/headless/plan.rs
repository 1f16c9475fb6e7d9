//! From a song and a survey of clips to a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::slice;

use planner_wasm::edit::{self, PlanRequest, Scope, SectionPace, SourceClip};
/// What a density and a weight may be, what a plan tells of its settings, and why there is none; the command
/// line asks here.
pub use planner_wasm::edit::{EditError, EditSettings, LEAST_DENSITY, MOST_DENSITY, MOST_WEIGHT};
use planner_wasm::footage::{Defect, Footage};
use shared::decision::{Decision, DecisionCode};
use shared::plan::{Extra, Fit, Output, Plan};
use shared::rate::Rate;

use super::asked::{Asking, Names, unknown_words};
use super::reference::reference;
use super::song::{Song, SongError, listen};
use super::survey::{Clip, Settings, Survey, SurveyError, survey};
use super::walk::{Excluded, WalkError, walk};
use crate::ffmpeg::locate::Tools;
use crate::interrupt::Interrupt;
use crate::media::relative::relative;
use crate::progress::{Event, Progress, Stage};
use crate::shown::{Shown as _, on_one_line};

/// Pictures whose sides differ by less than a fifth count as square.
const SQUARE_PERCENT: u64 = 120;

/// Most files named when none can be used.
const NAMED: usize = 10;

/// What to plan from, and how.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The song.
    pub music: PathBuf,
    /// Which reading of its beats holds: 0 the likeliest, 1 the next.
    pub reading: usize,
    /// Clips and folders of clips.
    pub clips: Vec<PathBuf>,
    /// Files among them that are none: results of an earlier run, and why they are left out.
    pub not_clips: Vec<(PathBuf, &'static str)>,
    /// The folder that the plan will lie in.
    pub plan_dir: PathBuf,
    /// Size of the picture by the shape of most clips, or for all of them the same.
    pub size: fn(Shape) -> (u32, u32),
    /// Size that the user asked for.
    pub fixed_size: Option<(u32, u32)>,
    /// Frame rate.
    pub rate: Rate,
    /// How clips of another shape are fitted.
    pub fit: Fit,
    /// How to cut.
    pub settings: EditSettings,
    /// Parts of the song with a pace of their own, in place of those of the settings if there are any.
    pub paces: Vec<PaceOf>,
    /// What is asked of single clips.
    pub asking: Asking,
    /// The plan to start from, as seen from the folder of the new one.
    pub from: Option<Plan>,
    /// How the clips are surveyed.
    pub survey: Settings,
}

/// How densely a part of the song is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceOf {
    /// From when until when in the song, in microseconds.
    pub song_us: (u64, u64),
    /// Density there; see [`EditSettings::density_permille`].
    pub density_permille: u16,
}

/// Shape of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Wider than high.
    Landscape,
    /// Higher than wide.
    Portrait,
    /// About as wide as high.
    Square,
}

/// A plan, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// How many clips were on offer.
    pub clips: usize,
    /// The files that were left out.
    pub skipped: Vec<Decision>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeadlessError {
    /// The clips could not be listed.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The song cannot be used.
    #[error(transparent)]
    Song(#[from] SongError),
    /// The clips could not be surveyed.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// No clip is left.
    #[error("{}{}", none(*files), first(skipped))]
    NoClips {
        /// How many files there were.
        files: usize,
        /// Why each was left out.
        skipped: Vec<Decision>,
    },
    /// The song is shorter than one frame.
    #[error("{}: {refusal}", song.shown())]
    SongTooShort {
        /// Its file.
        song: PathBuf,
        /// The planner's words.
        refusal: EditError,
    },
    /// There is nothing in any clip that may be shown.
    #[error("{refusal}{}", first(clips))]
    NothingUsable {
        /// The planner's words.
        refusal: EditError,
        /// Each clip, and what is wrong with it.
        clips: Vec<Decision>,
    },
    /// Something is asked of a clip that is not there.
    #[error("{}", unknown_words(option, name))]
    NoSuchClip {
        /// The option that names it.
        option: &'static str,
        /// The name.
        name: PathBuf,
    },
    /// The planner refuses.
    #[error(transparent)]
    Edit(EditError),
}

fn none(files: usize) -> String {
    match files {
        0 => "there is not a single file among the clips".to_owned(),
        1 => "the only file cannot be used as a clip".to_owned(),
        _ => format!("none of the {files} files can be used as clips"),
    }
}

fn first(skipped: &[Decision]) -> String {
    let mut lines: Vec<String> = skipped
        .iter()
        .take(NAMED)
        .map(|file| {
            let name = file.subject.as_deref().unwrap_or_default();
            let line = on_one_line(&format!("{name}: {}", file.detail));
            format!("\n  {line}")
        })
        .collect();
    if let Some(more @ 1..) = skipped.len().checked_sub(NAMED) {
        lines.push(format!("\n  and {more} more"));
    }
    lines.concat()
}

/// Makes the plan.
///
/// # Errors
/// [`HeadlessError`] if the song or every clip is unusable, or the user interrupts.
pub fn plan(
    tools: &Tools,
    wish: &Wish,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<Planned, HeadlessError> {
    let song_is_no_clip = (wish.music.as_path(), "it is the song");
    let excluded: Vec<Excluded<'_>> = wish
        .not_clips
        .iter()
        .map(|(path, why)| (path.as_path(), *why))
        .chain([song_is_no_clip])
        .collect();
    let walked = walk(&wish.clips, &excluded)?;
    if walked.files.is_empty() {
        // Known before anything is listened to or looked at.
        let (files, skipped) = (walked.decisions.len(), walked.decisions);
        return Err(HeadlessError::NoClips { files, skipped });
    }
    if let Some((option, name)) = wish.asking.unknown(&walked.files) {
        return Err(HeadlessError::NoSuchClip { option, name });
    }
    let song = listen(tools, &wish.music, interrupt, progress)?.read_as(wish.reading)?;
    let (start_us, song_us) = (wish.settings.start_us, song.duration_us());
    if start_us > 0 && start_us >= song_us {
        // Known before any clip is looked at.
        let refusal = EditError::NothingToFill { start_us, song_us };
        return Err(HeadlessError::Edit(refusal));
    }
    let Survey { clips, mut skipped } =
        survey(tools, &walked.files, wish.survey, interrupt, progress)?;
    skipped.extend(walked.decisions);
    skipped.sort();
    if clips.is_empty() {
        let files = skipped.len();
        return Err(HeadlessError::NoClips { files, skipped });
    }
    let stage = Stage::Plan;
    progress.report(Event::Started { stage, total: 0 });
    let paths: Vec<PathBuf> = clips.iter().map(|clip| clip.path.clone()).collect();
    let mut left_out = walked.files;
    let copies: Vec<&PathBuf> = clips.iter().flat_map(|clip| &clip.copies).collect();
    left_out.retain(|file| !paths.contains(file) && !copies.contains(&file));
    let unusable = wish.asking.unusable(&left_out);
    let request = request(
        wish,
        song,
        clips,
        skipped.iter().cloned().chain(unusable).collect(),
    );
    let made = match &wish.from {
        None => edit::plan(&request),
        Some(before) => edit::replan(&request, before, &Scope::All),
    };
    let plan = made.map_err(|refusal| match refusal {
        EditError::SongTooShort { .. } => HeadlessError::SongTooShort {
            song: wish.music.clone(),
            refusal,
        },
        EditError::NothingUsable { .. } => {
            let clips = paths.iter().zip(&request.clips);
            let clips = clips.map(|(path, clip)| why_unusable(path, &clip.footage));
            let clips = clips.collect();
            HeadlessError::NothingUsable { refusal, clips }
        }
        other => HeadlessError::Edit(other),
    })?;
    progress.report(Event::Finished { stage });
    for decision in plan.decisions.iter().skip(request.decisions.len()) {
        progress.report(Event::Decided(decision));
    }
    Ok(Planned {
        plan,
        clips: paths.len(),
        skipped,
    })
}

/// What is wrong with a clip of which nothing may be shown.
fn why_unusable(path: &Path, footage: &Footage) -> Decision {
    let defects = footage
        .marked()
        .into_iter()
        .flat_map(|one| one.defects.iter());
    let words: BTreeSet<&str> = defects
        .filter(|defect| defect.is_severe())
        .map(Defect::word)
        .collect();
    let words = Vec::from_iter(words).join(", ");
    let detail = match words.as_str() {
        _ if footage.end_us <= footage.start_us => "it is without pictures",
        "" => "nothing of it is long enough to be shown",
        words => words,
    };
    Decision::about(DecisionCode::FileSkipped, path.to_string_lossy(), detail)
}

fn request(wish: &Wish, song: Song, clips: Vec<Clip>, mut decisions: Vec<Decision>) -> PlanRequest {
    let (width, height) = wish
        .fixed_size
        .unwrap_or_else(|| (wish.size)(most_common(&clips)));
    let duration_us = Some(song.duration_us());
    let stamped = (song.fingerprint, song.stamp);
    let path = relative(&wish.plan_dir, &song.path);
    let media = reference(path, stamped, duration_us, None);
    decisions.extend(clips.iter().flat_map(|clip| clip.decisions.clone()));
    relabel(&mut decisions, &wish.plan_dir);
    decisions.extend(song.decisions);
    let files_of = |clip: &Clip| [slice::from_ref(&clip.path), &clip.copies].concat();
    let named: Vec<Names> = clips.iter().map(files_of).collect();
    let rate = u128::from(song.grid.rate);
    let samples = |us: u64| u64::try_from(u128::from(us) * rate / 1_000_000).unwrap_or(u64::MAX);
    let asking = &wish.asking;
    let mut settings = wish.settings.clone();
    if !wish.paces.is_empty() {
        let pace = |pace: &PaceOf| SectionPace {
            start: samples(pace.song_us.0),
            end: samples(pace.song_us.1),
            density_permille: pace.density_permille,
        };
        settings.paces = wish.paces.iter().map(pace).collect();
    }
    let weights = asking.weights(&named);
    let clips = clips.into_iter().zip(weights);
    PlanRequest {
        output: Output {
            width,
            height,
            rate: wish.rate,
            fit: wish.fit,
            extra: Extra::new(),
        },
        song: media,
        bans: asking.bans(&named),
        musts: asking.musts(&named),
        windows: asking.windows(&named, samples),
        grid: song.grid,
        clips: clips
            .map(|(clip, weight)| offered(wish, clip, weight))
            .collect(),
        settings,
        decisions,
    }
}

fn offered(wish: &Wish, clip: Clip, weight: Option<u16>) -> SourceClip {
    let stamped = (clip.fingerprint, clip.stamp);
    // What was decoded, not what the container promises.
    let duration_us = Some(clip.footage.end_us);
    let path = relative(&wish.plan_dir, &clip.path);
    let media = reference(path, stamped, duration_us, Some(&clip.video));
    let mut offered = SourceClip::new(media, clip.footage);
    // A plan does not tell what clips weighed: with one to start from, as if that had been nothing special.
    offered.weight_permille = weight.unwrap_or(offered.weight_permille);
    offered
}

/// Names files in decisions as the plan names them, so that a plan says nothing about where on a
/// machine it was made.
fn relabel(decisions: &mut [Decision], plan_dir: &Path) {
    for decision in decisions {
        if let Some(subject) = &mut decision.subject {
            let path = relative(plan_dir, Path::new(subject.as_str()));
            path.as_text().clone_into(subject);
        }
    }
}

/// The shape of more than half of the clips, else landscape.
fn most_common(clips: &[Clip]) -> Shape {
    let mut counts: BTreeMap<Shape, usize> = BTreeMap::new();
    for clip in clips {
        *counts.entry(shape(clip.video.shown_size())).or_default() += 1;
    }
    counts
        .into_iter()
        .find(|(_, count)| 2 * count > clips.len())
        .map_or(Shape::Landscape, |(shape, _)| shape)
}

fn shape((width, height): (u32, u32)) -> Shape {
    let (width, height) = (u64::from(width), u64::from(height));
    if 100 * width > SQUARE_PERCENT * height {
        Shape::Landscape
    } else if 100 * height > SQUARE_PERCENT * width {
        Shape::Portrait
    } else {
        Shape::Square
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_files_the_first_are_named_and_the_others_counted() {
        let file =
            |n: usize| Decision::about(DecisionCode::FileSkipped, format!("{n}.mp4"), "black");
        let files: Vec<_> = (0..NAMED + 2).map(file).collect();
        let told = first(&files);
        assert!(told.starts_with("\n  0.mp4: black\n"), "{told}");
        assert!(told.ends_with("\n  9.mp4: black\n  and 2 more"), "{told}");
        assert!(!first(&files[..NAMED]).contains("more"));
    }

    #[test]
    fn shapes_are_told_by_their_sides() {
        assert_eq!(shape((1920, 1080)), Shape::Landscape);
        assert_eq!(shape((640, 480)), Shape::Landscape);
        assert_eq!(shape((1080, 1920)), Shape::Portrait);
        assert_eq!(shape((1080, 1080)), Shape::Square);
        assert_eq!(shape((1000, 1100)), Shape::Square);
    }
}
