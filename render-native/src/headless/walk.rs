//! Which files the user means: files as given, folders with everything in them.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use shared::decision::{Decision, DecisionCode};
use walkdir::WalkDir;

use crate::media::fingerprint::regular;
use crate::shown::Shown as _;

/// Most files that one survey takes.
pub const MOST_FILES: usize = 100_000;

/// The file by which the renderer marks its work directories.
const WORK_MARKER: &str = "autocut-work";

/// Reports and plans say what they are within so many bytes.
const SCHEMA_WITHIN: u64 = 4096;

/// The files that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// Candidates for clips, in the byte order of their paths, each file once.
    pub files: Vec<PathBuf>,
    /// What was left out without looking inside.
    pub decisions: Vec<Decision>,
}

/// Why the files could not be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalkError {
    /// A file or folder of the command line is not there.
    #[error("{} does not exist", path.shown())]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// There are more files than a plan can name.
    #[error("more than {MOST_FILES} files in {}", path.shown())]
    TooMany {
        /// Where the count was passed.
        path: PathBuf,
    },
}

/// A file that is no clip, and why: the song itself, the film to be.
pub type Excluded<'a> = (&'a Path, &'a str);

/// Lists `inputs`: files as they are, folders with all below them. Links are followed.
///
/// Left out and told: hidden files and folders, work directories as a whole, what cannot be read, what is `excluded`, the same
/// file under a second path, and films that were made here, unless they are given by name.
///
/// # Errors
/// [`WalkError`] if an input does not exist or there are too many files.
pub fn walk(inputs: &[PathBuf], excluded: &[Excluded<'_>]) -> Result<Walked, WalkError> {
    let mut found = BTreeSet::new();
    let mut named = BTreeSet::new();
    let mut decisions = Vec::new();
    for input in inputs {
        if !input.exists() {
            return Err(WalkError::Missing {
                path: input.clone(),
            });
        }
        let entries = WalkDir::new(input).follow_links(true).into_iter();
        // The input itself was named by the user, however it is called.
        let mut left_out = Vec::new();
        let entries = entries.filter_entry(|entry| {
            let is_hidden =
                entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
            let why = if is_hidden {
                "hidden"
            } else if entry.file_type().is_dir() && entry.path().join(WORK_MARKER).is_file() {
                "a work directory: it holds parts of a film"
            } else {
                return true;
            };
            left_out.push(skipped(entry.path(), why));
            false
        });
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    if entry.depth() == 0 {
                        named.insert(entry.path().to_owned());
                    }
                    found.insert(entry.into_path());
                }
                Err(error) => {
                    let path = error.path().unwrap_or(input).to_owned();
                    let why = error.io_error().map_or_else(
                        || "a link that leads back to its own folder".to_owned(),
                        ToString::to_string,
                    );
                    decisions.push(skipped(&path, why));
                }
            }
            if found.len() > MOST_FILES {
                return Err(WalkError::TooMany {
                    path: input.clone(),
                });
            }
        }
        decisions.extend(left_out);
    }
    let excluded: Vec<_> = excluded
        .iter()
        .filter_map(|(path, why)| Some((path.canonicalize().ok()?, *why)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for path in found {
        // What cannot be resolved is kept: opening it will tell why.
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some((_, why)) = excluded.iter().find(|(other, _)| *other == real) {
            decisions.push(skipped(&path, *why));
        } else if !named.contains(&path)
            && let Some(why) = made_here(&path)
        {
            decisions.push(skipped(&path, why));
        } else if seen.insert(real) {
            files.push(path);
        } else {
            decisions.push(skipped(&path, "the same file as another path"));
        }
    }
    decisions.sort();
    Ok(Walked { files, decisions })
}

/// Why a file is taken for a result of this program: a film whose report or plan lies beside it,
/// or one of these. Such a film is cut from the clips that lie around it.
fn made_here(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let kinds = ["report", "plan"];
    if extension == "json" {
        let kind = kinds.into_iter().find(|kind| is_ours(path, kind));
        return kind.map(|kind| format!("it is the {kind} of a film"));
    }
    if !["mp4", "m4v", "mov", "mkv"].contains(&extension.as_str()) {
        return None;
    }
    kinds.into_iter().find_map(|kind| {
        let beside = path.with_extension(format!("{kind}.json"));
        let name = beside.file_name().unwrap_or_default().to_string_lossy();
        is_ours(&beside, kind)
            .then(|| format!("a film made from clips: {name} lies beside it; name it to use it"))
    })
}

fn is_ours(path: &Path, kind: &str) -> bool {
    let mut start = Vec::new();
    let read = regular(path)
        .is_ok_and(|(file, _)| file.take(SCHEMA_WITHIN).read_to_end(&mut start).is_ok());
    read && String::from_utf8_lossy(&start).contains(&format!("\"autocut-{kind}/"))
}

/// The decision to leave a file out.
pub fn skipped(path: &Path, why: impl Into<String>) -> Decision {
    Decision::about(
        DecisionCode::FileSkipped,
        path.to_string_lossy().into_owned(),
        why.into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_are_walked_in_byte_order_and_what_is_left_out_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("b/.git")).unwrap();
        for name in [
            "z.mp4",
            "B.mp4",
            "b/a.mp4",
            "b/._a.mp4",
            "b/.git/c.mp4",
            "song.mp3",
        ] {
            fs::write(at(name), name).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(at("z.mp4"), at("zz.mp4")).unwrap();
        let song = at("song.mp3");
        let walked = walk(&[dir.path().to_owned()], &[(&song, "the song")]).unwrap();
        assert_eq!(walked.files, [at("B.mp4"), at("b/a.mp4"), at("z.mp4")]);
        let told: Vec<_> = walked.decisions.iter().map(|d| d.detail.as_str()).collect();
        assert_eq!(told.iter().filter(|why| **why == "hidden").count(), 2);
        assert!(told.contains(&"the song"));
        #[cfg(unix)]
        assert!(told.contains(&"the same file as another path"));
    }

    #[test]
    fn films_made_here_are_clips_only_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let [report, plan] =
            ["report", "plan"].map(|what| format!("{{\n  \"schema\": \"autocut-{what}/1\",\n"));
        for (name, text) in [
            ("a.mp4", ""),
            ("a.report.json", &report),
            ("b.mkv", ""),
            ("b.plan.json", &plan),
            ("c.mp4", ""),
            ("c.report.json", "{\"of\": \"somebody else\"}"),
        ] {
            fs::write(at(name), text).unwrap();
        }
        let inputs = [dir.path().to_owned()];
        let walked = walk(&inputs, &[]).unwrap();
        assert_eq!(walked.files, [at("c.mp4"), at("c.report.json")]);
        assert_eq!(walked.decisions.len(), 4);
        let told = |part: &str| walked.decisions.iter().any(|d| d.detail.contains(part));
        assert!(told("a.report.json") && told("b.plan.json") && told("the plan of a film"));
        let walked = walk(&[at("a.mp4"), dir.path().to_owned()], &[]).unwrap();
        assert_eq!(
            walked.files,
            [at("a.mp4"), at("c.mp4"), at("c.report.json")]
        );
    }

    #[test]
    fn a_work_directory_is_skipped_as_a_whole_and_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("work/seg")).unwrap();
        fs::create_dir_all(at("other")).unwrap();
        for name in [
            "a.mp4",
            "other/b.mp4",
            "work/autocut-work",
            "work/plan.json",
            "work/seg/000000.mp4",
        ] {
            fs::write(at(name), "x").unwrap();
        }
        let walked = walk(&[dir.path().to_owned()], &[]).unwrap();
        assert_eq!(walked.files, [at("a.mp4"), at("other/b.mp4")]);
        let [told] = &walked.decisions[..] else {
            panic!("{:?}", walked.decisions);
        };
        assert_eq!(told.subject.as_deref(), at("work").to_str());
        assert!(told.detail.starts_with("a work directory"), "{told:?}");
        // Given as the folder itself, it holds no clips either.
        let walked = walk(&[at("work")], &[]).unwrap();
        assert!(walked.files.is_empty() && walked.decisions.len() == 1);
    }

    #[test]
    fn a_hidden_file_that_was_named_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".clip.mp4");
        fs::write(&path, "x").unwrap();
        assert_eq!(
            walk(std::slice::from_ref(&path), &[]).unwrap().files,
            [path]
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_circle_of_links_ends() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.mp4"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("round")).unwrap();
        let walked = walk(&[dir.path().to_owned()], &[]).unwrap();
        assert_eq!(walked.files.len(), 1);
        assert_eq!(walked.decisions.len(), 1);
    }

    #[test]
    fn what_is_not_there_is_an_error_by_name() {
        let error = walk(&[PathBuf::from("/no/such/folder")], &[]).unwrap_err();
        assert_eq!(error.to_string(), "/no/such/folder does not exist");
    }
}
