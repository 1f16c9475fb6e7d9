//! Finds the files that a plan names: by path, else by name, else by content.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use shared::decision::{Decision, DecisionCode};
use shared::fingerprint::Fingerprint;
use shared::media::MediaReference;

use super::fingerprint::{FileError, Stamp, fingerprint, stamp};
use super::relative::path_of;
use crate::shown::Shown as _;

/// Most problems that are listed one by one.
const LISTED: usize = 20;
/// Most files looked at in the folders given.
const MOST_FILES: usize = 200_000;

/// A file that a plan names, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is by content.
    pub fingerprint: Fingerprint,
    /// What tells that it is still the same.
    pub stamp: Stamp,
}

/// One file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaProblem {
    /// It is nowhere.
    Missing {
        /// Its path as the plan has it.
        path: String,
    },
    /// A file of its name is there, but not the one that was planned with.
    Changed {
        /// Where that file lies.
        path: PathBuf,
        /// What differs.
        how: String,
    },
    /// Several files could be it, and the plan has no fingerprint to tell them apart.
    Ambiguous {
        /// Its path as the plan has it.
        path: String,
        /// Two of the files.
        candidates: [PathBuf; 2],
    },
    /// It is there but cannot be read.
    Unreadable {
        /// Why, naming the file.
        why: String,
    },
}

impl fmt::Display for MediaProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::Changed { path, how } => {
                write!(f, "{} changed since planning: {how}", path.shown())
            }
            Self::Ambiguous {
                path,
                candidates: [one, other],
            } => write!(
                f,
                "{path} could be {} or {}; name the folder it lies in",
                one.shown(),
                other.shown()
            ),
            Self::Unreadable { why } => f.write_str(why),
        }
    }
}

/// How many parts of two paths are the same, counted from their ends.
fn common_ending(a: &Path, b: &Path) -> usize {
    let parts = a.components().rev().zip(b.components().rev());
    parts.take_while(|(a, b)| a == b).count()
}

/// Files of the plan that cannot be used, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} of the plan's files cannot be used{}", problems.len(), listed(problems))]
pub struct RelinkError {
    /// One per file, in the order of the plan.
    pub problems: Vec<MediaProblem>,
}

fn listed(problems: &[MediaProblem]) -> String {
    let mut lines: Vec<_> = problems
        .iter()
        .take(LISTED)
        .map(ToString::to_string)
        .collect();
    if problems.len() > LISTED {
        lines.push(format!("… and {} more", problems.len() - LISTED));
    }
    lines
        .iter()
        .flat_map(|line| ["\n  ", line.as_str()])
        .collect()
}

impl RelinkError {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        if self
            .problems
            .iter()
            .any(|p| matches!(p, MediaProblem::Changed { .. }))
        {
            "plan again with the files as they are, or bring back the ones that were planned with"
        } else {
            "say where the clips lie with --media-dir"
        }
    }
}

/// Looks for files. Folders are walked at most once, and only when something is not in its place.
pub struct Finder {
    plan_dir: PathBuf,
    media_dirs: Vec<PathBuf>,
    /// Files by name and by size, from the folders.
    index: Option<Index>,
}

#[derive(Default)]
struct Index {
    by_name: BTreeMap<Vec<u8>, Vec<PathBuf>>,
    by_size: BTreeMap<u64, Vec<PathBuf>>,
}

impl Finder {
    /// Looks relative to `plan_dir`, then in `media_dirs` and everything below them.
    #[must_use]
    pub fn new(plan_dir: &Path, media_dirs: &[PathBuf]) -> Self {
        Self {
            plan_dir: plan_dir.to_owned(),
            media_dirs: media_dirs.to_vec(),
            index: None,
        }
    }

    /// Finds every file of `references`, in order. What was found elsewhere than the plan says is
    /// told in `decisions`.
    ///
    /// # Errors
    /// [`RelinkError`] with every file that is missing, changed or unreadable.
    pub fn find_all<'a>(
        &mut self,
        references: impl IntoIterator<Item = &'a MediaReference>,
        decisions: &mut Vec<Decision>,
    ) -> Result<Vec<Found>, RelinkError> {
        let mut problems = Vec::new();
        let mut found = Vec::new();
        for reference in references {
            match self.find(reference) {
                Ok((file, relinked)) => {
                    decisions.extend(relinked);
                    found.push(file);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(found)
        } else {
            Err(RelinkError { problems })
        }
    }

    /// Finds one file.
    ///
    /// # Errors
    /// [`MediaProblem`] if it is missing, changed or unreadable.
    pub fn find(
        &mut self,
        reference: &MediaReference,
    ) -> Result<(Found, Option<Decision>), MediaProblem> {
        let planned = self.plan_dir.join(path_of(&reference.path));
        let at_home = examine(&planned, reference);
        let Err(problem) = at_home else {
            return Ok((at_home?, None));
        };
        let index = self.index();
        let name = planned.file_name().map(|n| n.as_encoded_bytes().to_vec());
        let named = name.and_then(|name| index.by_name.get(&name));
        let same_size = reference
            .bytes
            .filter(|_| reference.fingerprint.is_some())
            .and_then(|bytes| index.by_size.get(&bytes));
        // Cameras give the same names again in every folder: the path that ends most alike is
        // asked first.
        let alike = |path: &Path| common_ending(path, &planned);
        let mut named: Vec<&PathBuf> = named.into_iter().flatten().collect();
        named.sort_by_key(|path| std::cmp::Reverse(alike(path)));
        if let (None, [one, other, ..]) = (reference.fingerprint, named.as_slice())
            && alike(one) == alike(other)
            && one.canonicalize().ok() != other.canonicalize().ok()
        {
            return Err(MediaProblem::Ambiguous {
                path: reference.path.as_text().to_owned(),
                candidates: [(*one).clone(), (*other).clone()],
            });
        }
        let same_size: Vec<&PathBuf> = same_size.into_iter().flatten().collect();
        let mut nearest = problem;
        for (paths, how) in [(named, "name"), (same_size, "content")] {
            for path in paths {
                match examine(path, reference) {
                    Ok(found) => {
                        let decision = Decision::about(
                            DecisionCode::MediaRelinked,
                            reference.path.as_text(),
                            format!("found by its {how} at {}", path.shown()),
                        );
                        return Ok((found, Some(decision)));
                    }
                    // A changed file of the right name says more than a missing one.
                    Err(changed @ MediaProblem::Changed { .. })
                        if how == "name" && matches!(nearest, MediaProblem::Missing { .. }) =>
                    {
                        nearest = changed;
                    }
                    Err(_) => {}
                }
            }
        }
        Err(nearest)
    }

    fn index(&mut self) -> &Index {
        let (plan_dir, media_dirs) = (&self.plan_dir, &self.media_dirs);
        self.index.get_or_insert_with(|| {
            let mut index = Index::default();
            // The plan's own folder is not walked: it may be a whole home.
            let here = walkdir::WalkDir::new(plan_dir).max_depth(1);
            let below = media_dirs.iter().map(walkdir::WalkDir::new);
            below
                .chain([here])
                .flat_map(|walk| walk.follow_links(true).sort_by_file_name())
                .filter_map(Result::ok)
                .filter(|entry| entry.file_type().is_file())
                .take(MOST_FILES)
                .for_each(|entry| {
                    let name = entry.file_name().as_encoded_bytes().to_vec();
                    if let Ok(metadata) = entry.metadata() {
                        let same_size = index.by_size.entry(metadata.len()).or_default();
                        same_size.push(entry.path().to_owned());
                    }
                    index
                        .by_name
                        .entry(name)
                        .or_default()
                        .push(entry.into_path());
                });
            index
        })
    }
}

/// Whether the file at `path` is the one that was planned with.
fn examine(path: &Path, reference: &MediaReference) -> Result<Found, MediaProblem> {
    let problem = |error: FileError| match error {
        FileError::Missing { .. } => MediaProblem::Missing {
            path: reference.path.as_text().to_owned(),
        },
        FileError::Read { path, source } => MediaProblem::Unreadable {
            why: format!("cannot read {}: {source}", path.shown()),
        },
        other => MediaProblem::Unreadable {
            why: other.to_string(),
        },
    };
    let changed = |how: String| MediaProblem::Changed {
        path: path.to_owned(),
        how,
    };
    let now = stamp(path).map_err(problem)?;
    if let Some(planned) = reference.bytes.filter(|planned| *planned != now.bytes) {
        return Err(changed(format!(
            "it was {planned} bytes long and is {} now",
            now.bytes
        )));
    }
    let (fingerprint, stamp) = fingerprint(path).map_err(problem)?;
    if reference
        .fingerprint
        .is_some_and(|planned| planned != fingerprint)
    {
        return Err(changed("its contents differ".to_owned()));
    }
    Ok(Found {
        path: path.to_owned(),
        fingerprint,
        stamp,
    })
}

#[cfg(test)]
mod tests {
    use shared::media::MediaPath;

    use super::*;

    fn reference(path: &str, contents: &[u8]) -> MediaReference {
        let mut reference = MediaReference::by_path(MediaPath::from_text(path).unwrap());
        reference.bytes = Some(contents.len() as u64);
        reference.fingerprint = Some(Fingerprint::of(contents.len() as u64, [contents]));
        reference
    }

    #[test]
    fn a_file_is_found_in_place_then_by_name_then_by_content() {
        let dir = tempfile::tempdir().unwrap();
        let (plan, media) = (dir.path().join("plan"), dir.path().join("media/deep"));
        std::fs::create_dir_all(&plan).unwrap();
        std::fs::create_dir_all(&media).unwrap();
        let mut decisions = Vec::new();
        let mut find = |reference: &MediaReference| {
            let before = decisions.len();
            let found = Finder::new(&plan, &[dir.path().join("media")])
                .find_all([reference], &mut decisions)
                .map(|found| found[0].path.clone());
            (found, decisions.len() - before)
        };
        let wanted = reference("clips/a.mp4", b"a picture");
        assert!(find(&wanted).0.is_err());
        std::fs::write(media.join("renamed.mp4"), b"a picture").unwrap();
        assert_eq!(find(&wanted), (Ok(media.join("renamed.mp4")), 1));
        std::fs::write(media.join("a.mp4"), b"a picture").unwrap();
        assert_eq!(find(&wanted), (Ok(media.join("a.mp4")), 1));
        std::fs::create_dir(plan.join("clips")).unwrap();
        std::fs::write(plan.join("clips/a.mp4"), b"a picture").unwrap();
        assert_eq!(find(&wanted), (Ok(plan.join("clips/a.mp4")), 0));
    }

    #[test]
    fn of_equal_names_the_one_in_the_like_folder_is_taken_and_a_tie_is_told() {
        let dir = tempfile::tempdir().unwrap();
        for card in ["far/a", "far/b"] {
            std::fs::create_dir_all(dir.path().join(card)).unwrap();
            std::fs::write(dir.path().join(card).join("clip.mp4"), card).unwrap();
        }
        let find = |text: &str| {
            let wanted = MediaReference::by_path(MediaPath::from_text(text).unwrap());
            let far = [dir.path().join("far")];
            let plan_dir = dir.path().join("plan");
            Finder::new(&plan_dir, &far)
                .find_all([&wanted], &mut Vec::new())
                .map(|found| found[0].path.clone())
        };
        assert_eq!(find("b/clip.mp4"), Ok(dir.path().join("far/b/clip.mp4")));
        assert_eq!(find("a/clip.mp4"), Ok(dir.path().join("far/a/clip.mp4")));
        let told = find("clip.mp4").unwrap_err().to_string();
        assert!(told.contains("clip.mp4 could be "), "{told}");
    }

    #[test]
    fn a_changed_file_is_not_taken_and_every_problem_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.mp4"), b"another").unwrap();
        std::fs::write(dir.path().join("b.mp4"), b"longer than planned").unwrap();
        let wanted = [
            reference("a.mp4", b"planned"),
            reference("b.mp4", b"planned"),
            reference("c.mp4", b"planned"),
        ];
        let error = Finder::new(dir.path(), &[])
            .find_all(&wanted, &mut Vec::new())
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("a.mp4 changed since planning: its contents differ"),
            "{text}"
        );
        assert!(text.contains("b.mp4 changed since planning: it was 7 bytes long and is 19 now"));
        assert!(text.contains("c.mp4 is missing"));
    }

    #[test]
    fn a_plan_by_hand_may_name_the_path_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a%.mp4"), b"x").unwrap();
        let bare = MediaReference::by_path(MediaPath::from_text("a%25.mp4").unwrap());
        assert!(Finder::new(dir.path(), &[]).find(&bare).is_ok());
    }
}
