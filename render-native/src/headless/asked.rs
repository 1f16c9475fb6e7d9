//! What is asked of single clips, by name, as the planner takes it, by position.

use std::path::{Path, PathBuf};

use planner_wasm::edit::{Ban, Must, SongWindow};
use shared::decision::{Decision, DecisionCode};

use crate::shown::Shown as _;

/// A clip, all clips of a folder, or a part of a clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Path of the clip or the folder, or the end of one.
    pub path: PathBuf,
    /// From when until when, in microseconds of the clip; all of it if none.
    pub range_us: Option<(u64, u64)>,
}

/// What is asked of single clips.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asking {
    /// What is never shown.
    pub bans: Vec<Named>,
    /// What must be shown.
    pub musts: Vec<Named>,
    /// How gladly clips are shown, in thousandths. Of several for the same clip the last counts.
    pub weights: Vec<(PathBuf, u16)>,
    /// What is shown only in a part of the song, from and until when, in microseconds.
    pub windows: Vec<(Named, (u64, u64))>,
}

/// The file of a clip and all of the same contents: what is asked of any is asked of the footage.
pub(super) type Names = Vec<PathBuf>;

/// Which of some files or clips a name means.
struct Meant(Vec<bool>);

impl Asking {
    /// Every name with the option that it was given by.
    fn names(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let bans = self.bans.iter().map(|ban| ("--ban", &ban.path));
        let musts = self.musts.iter().map(|must| ("--must", &must.path));
        let weights = self.weights.iter().map(|(path, _)| ("--weight", path));
        let windows = self.windows.iter();
        let windows = windows.map(|(named, _)| ("--window", &named.path));
        let all = bans.chain(musts).chain(weights).chain(windows);
        all.map(|(option, path)| (option, path.as_path()))
    }

    /// The first name that is none of these files, and its option.
    pub(super) fn unknown(&self, files: &[PathBuf]) -> Option<(&'static str, PathBuf)> {
        self.names()
            .find(|(_, name)| !meant(name, files).0.contains(&true))
            .map(|(option, name)| (option, name.to_owned()))
    }

    /// The bans, with clips by their position among `clips`.
    pub(super) fn bans(&self, clips: &[Names]) -> Vec<Ban> {
        let bans = footage(&self.bans, clips);
        bans.map(|(media, range_us)| Ban { media, range_us })
            .collect()
    }

    /// What must be shown.
    pub(super) fn musts(&self, clips: &[Names]) -> Vec<Must> {
        let musts = footage(&self.musts, clips);
        musts
            .map(|(media, range_us)| Must { media, range_us })
            .collect()
    }

    /// The windows of the song; `samples` tells the sample of an instant.
    pub(super) fn windows(&self, clips: &[Names], samples: impl Fn(u64) -> u64) -> Vec<SongWindow> {
        let windows = self.windows.iter().flat_map(|(named, song_us)| {
            let clips = clips_meant(&named.path, clips).positions();
            let (start, end) = (samples(song_us.0), samples(song_us.1));
            clips.map(move |media| SongWindow {
                media,
                range_us: named.range_us,
                start,
                end,
            })
        });
        windows.collect()
    }

    /// The weight of each clip that was given one.
    pub(super) fn weights(&self, clips: &[Names]) -> Vec<Option<u16>> {
        let mut weights = vec![None; clips.len()];
        for (path, weight) in &self.weights {
            for (own, meant) in weights.iter_mut().zip(clips_meant(path, clips).0) {
                if meant {
                    *own = Some(*weight);
                }
            }
        }
        weights
    }

    /// One decision for each file that must be shown and cannot be used as a clip.
    pub(super) fn unusable(&self, left_out: &[PathBuf]) -> Vec<Decision> {
        let musts = self.musts.iter().flat_map(|must| {
            let files = left_out.iter().zip(meant(&must.path, left_out).0);
            files.filter(|(_, meant)| *meant)
        });
        let told = musts.map(|(file, _)| {
            Decision::about(
                DecisionCode::MustNotShown,
                file.to_string_lossy(),
                "it must be shown, but cannot be used as a clip",
            )
        });
        told.collect()
    }
}

impl Meant {
    fn positions(self) -> impl Iterator<Item = u32> {
        let all = (0_u32..).zip(self.0);
        all.filter_map(|(position, meant)| meant.then_some(position))
    }
}

/// The position among `clips` of each that is named, and what of it.
fn footage(named: &[Named], clips: &[Names]) -> impl Iterator<Item = (u32, Option<(u64, u64)>)> {
    named.iter().flat_map(|one| {
        let clips = clips_meant(&one.path, clips).positions();
        clips.map(|media| (media, one.range_us))
    })
}

/// The clips one of whose files a name means.
fn clips_meant(name: &Path, clips: &[Names]) -> Meant {
    let mut files = meant(name, &clips.concat()).0.into_iter();
    let of_clip = clips.iter().map(|names| {
        let of_names: Vec<bool> = files.by_ref().take(names.len()).collect();
        of_names.contains(&true)
    });
    Meant(of_clip.collect())
}

/// The files that a name means: the file or all below the folder that lies there, else all whose path
/// ends so.
fn meant(name: &Path, files: &[PathBuf]) -> Meant {
    let real = |path: &Path| path.canonicalize().ok();
    if let Some(place) = real(name) {
        // As typed: files may be links to elsewhere.
        let below = |file: &PathBuf| {
            file.starts_with(name) || real(file).is_some_and(|file| file.starts_with(&place))
        };
        let found: Vec<bool> = files.iter().map(below).collect();
        if found.contains(&true) {
            return Meant(found);
        }
    }
    Meant(files.iter().map(|file| file.ends_with(name)).collect())
}

/// A name that is none of the clips, in words.
pub(super) fn unknown_words(option: &str, name: &Path) -> String {
    format!("{option}: none of the clips is {}", name.shown())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_files_below_it_or_those_that_end_so() {
        let files: Vec<PathBuf> = ["a/x.mp4", "a/b/x.mp4", "a/b/y.mp4"].map(Into::into).into();
        let found = |name: &str| meant(Path::new(name), &files).0;
        assert_eq!(found("x.mp4"), [true, true, false]);
        assert_eq!(found("b/x.mp4"), [false, true, false]);
        assert_eq!(found("y"), [false, false, false]);
        let asking = Asking {
            weights: vec![
                ("x.mp4".into(), 500),
                ("b/x.mp4".into(), 2000),
                ("z".into(), 1),
            ],
            ..Asking::default()
        };
        let clips: Vec<Names> = files.iter().map(|file| vec![file.clone()]).collect();
        assert_eq!(asking.weights(&clips), [Some(500), Some(2000), None]);
        assert_eq!(asking.unknown(&files), Some(("--weight", "z".into())));
    }

    #[test]
    fn what_is_asked_of_a_copy_is_asked_of_the_clip() {
        let clips = [
            vec!["a.mp4".into()],
            vec!["b.mp4".into(), "copies/c.mp4".into()],
            vec!["d.mp4".into()],
        ];
        let named = |path: &str| Named {
            path: path.into(),
            range_us: None,
        };
        let asking = Asking {
            bans: vec![named("c.mp4")],
            musts: vec![named("d.mp4")],
            ..Asking::default()
        };
        let bans = asking.bans(&clips);
        assert_eq!(bans.iter().map(|ban| ban.media).collect::<Vec<_>>(), [1]);
        let musts = asking.musts(&clips);
        assert_eq!(musts.iter().map(|must| must.media).collect::<Vec<_>>(), [2]);
    }
}
