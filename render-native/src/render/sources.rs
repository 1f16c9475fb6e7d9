//! The plan's files, found and probed once each.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Clip, Plan};

use super::error::RenderError;
use super::segment::Take;
use crate::ffmpeg::locate::Tools;
use crate::ffmpeg::probe::{self, Video};
use crate::interrupt::Interrupt;
use crate::media::fingerprint::{FileError, stamp};
use crate::media::relink::{Finder, Found, RelinkError};

/// The files of a plan.
#[derive(Debug)]
pub(super) struct Sources {
    /// In the order of the plan; `None` where a file is not used, or only an alternate wants it
    /// and it is not there.
    media: Vec<Option<Source>>,
    /// The song, if it is wanted.
    pub(super) song: Option<Found>,
}

/// Which of a plan's files are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Those of these slots.
    pub(super) slots: Range<usize>,
    /// The song.
    pub(super) song: bool,
}

impl Wanted {
    /// All of a plan's.
    pub(super) fn all(plan: &Plan) -> Self {
        Self {
            slots: 0..plan.slots.len(),
            song: true,
        }
    }
}

#[derive(Debug)]
struct Source {
    found: Found,
    /// What it is, or why it cannot be used.
    video: OnceLock<Result<Video, String>>,
}

impl Sources {
    /// Finds every file that is wanted, and what can be found of the alternates.
    pub(super) fn find(
        plan: &Plan,
        wanted: &Wanted,
        plan_dir: &Path,
        media_dirs: &[PathBuf],
        decisions: &mut Vec<Decision>,
    ) -> Result<Self, RelinkError> {
        let mut used = vec![Use::None; plan.media.len()];
        let mut note = |clip: &Clip, use_: Use| {
            if let Some(known) = used.get_mut(clip.media as usize) {
                *known = use_.max(*known);
            }
        };
        let Range { start, end } = wanted.slots;
        for slot in plan.slots.get(start..end).unwrap_or_default() {
            note(&slot.clip, Use::Film);
            slot.alternates
                .iter()
                .for_each(|clip| note(clip, Use::Alternate));
        }
        if start < end {
            let neighbours = [start.checked_sub(1), Some(end)];
            neighbours
                .iter()
                .filter_map(|index| plan.slots.get((*index)?))
                .for_each(|slot| note(&slot.clip, Use::Neighbour));
        }
        let mut finder = Finder::new(plan_dir, media_dirs);
        let mut problems = Vec::new();
        let mut media = Vec::with_capacity(used.len());
        for (reference, use_) in plan.media.iter().zip(used) {
            let found = match use_ {
                Use::None => None,
                // The last resort but one; without it there is the last.
                Use::Neighbour => finder.find(reference).ok(),
                Use::Alternate => finder
                    .find(reference)
                    .map_err(|problem| {
                        decisions.push(Decision::about(
                            DecisionCode::AlternateMissing,
                            reference.path.as_text(),
                            format!("{problem}; slots go without it as an alternate"),
                        ));
                    })
                    .ok(),
                Use::Film => finder
                    .find(reference)
                    .map_err(|problem| problems.push(problem))
                    .ok(),
            };
            media.push(found.map(|(found, decision)| {
                decisions.extend(decision);
                Source {
                    found,
                    video: OnceLock::new(),
                }
            }));
        }
        let song = wanted.song.then_some(&plan.music.media);
        let song = finder
            .find_all(song, decisions)
            .map_err(|error| problems.extend(error.problems));
        match song {
            Ok(mut found) if problems.is_empty() => Ok(Self {
                media,
                song: found.pop(),
            }),
            _ => Err(RelinkError { problems }),
        }
    }

    /// Every file that is used, by its position in the plan.
    pub(super) fn used(&self) -> impl Iterator<Item = (usize, &Found)> {
        let all = self.media.iter().enumerate();
        all.filter_map(|(index, source)| Some((index, &source.as_ref()?.found)))
    }

    /// The picture of a file, probed at the first question. The reason is a sentence without the
    /// file's name.
    pub(super) fn video(
        &self,
        media: usize,
        tools: &Tools,
        interrupt: &Interrupt,
    ) -> Result<&Video, String> {
        let source = self
            .media
            .get(media)
            .and_then(Option::as_ref)
            .ok_or("the file was not found")?;
        source
            .video
            .get_or_init(|| {
                let path = &source.found.path;
                probe::probe(tools, path, interrupt)
                    .and_then(|probe| probe.require_video(path).cloned())
                    .map_err(|error| error.reason())
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    /// A clip as something to render.
    pub(super) fn take(
        &self,
        clip: &Clip,
        tools: &Tools,
        interrupt: &Interrupt,
    ) -> Result<Take, String> {
        let media = clip.media as usize;
        let video = self.video(media, tools, interrupt)?.clone();
        let found = self.found(media).ok_or("the file was not found")?;
        Ok(Take {
            media: clip.media,
            path: found.path.clone(),
            fingerprint: found.fingerprint,
            // A photograph has no instants.
            start_us: if video.still { 0 } else { clip.source_start },
            origin_us: 0,
            video,
            speed: clip.speed,
        })
    }

    /// Where a file lies.
    pub(super) fn found(&self, media: usize) -> Option<&Found> {
        Some(&self.media.get(media)?.as_ref()?.found)
    }

    /// Whether a file is still the one that was found.
    pub(super) fn unchanged(&self, media: usize) -> Result<(), RenderError> {
        self.found(media).map_or(Ok(()), is_still)
    }

    /// Whether the song is still the one that was found.
    pub(super) fn song_unchanged(&self) -> Result<(), RenderError> {
        self.song.as_ref().map_or(Ok(()), is_still)
    }
}

/// Whether a file is still the one that was found.
fn is_still(found: &Found) -> Result<(), RenderError> {
    let lost = |how| RenderError::MediaLost {
        path: found.path.clone(),
        how,
    };
    match stamp(&found.path) {
        Ok(now) if now == found.stamp => Ok(()),
        Ok(_) => Err(lost("changed")),
        Err(FileError::Missing { .. }) => Err(lost("vanished")),
        Err(_) => Err(lost("became unreadable")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    None,
    Neighbour,
    Alternate,
    Film,
}
