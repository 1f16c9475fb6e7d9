//! What was dropped: songs, clips, plans, projects, analyses, and what is left out and why.
//!
//! A file is known by its first bytes where they say what it is, else by its ending. What holds
//! pictures and sound alike counts as a clip; whether it really has a picture, its container will
//! tell.

mod kind;

use std::collections::BTreeSet;

pub use kind::{HEAD_BYTES, Kind};

/// A file that was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped<'a> {
    /// Its path, relative, parts joined by `/`.
    pub path: &'a str,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its first bytes, up to [`HEAD_BYTES`]; may be empty if nobody has read them.
    pub head: &'a [u8],
}

/// What was dropped, by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Sound files.
    pub songs: Vec<usize>,
    /// Files with pictures that move.
    pub clips: Vec<usize>,
    /// Plans.
    pub plans: Vec<usize>,
    /// Projects.
    pub projects: Vec<usize>,
    /// Analyses that the program wrote.
    pub inspections: Vec<usize>,
    /// What is left out, and why: the end of a sentence that begins with the file's name.
    pub left_out: Vec<(usize, String)>,
}

/// The file by which the renderer marks its work directories.
const WORK_MARKER: &str = "autocut-work";

/// Sorts what was dropped. Positions in every list are in the order of the drop.
///
/// Left out are hidden files and those that other systems keep beside files, work directories of
/// the renderer with all in them, films beside which their plan or report lies, the same path a
/// second time, and what is no media.
#[must_use]
pub fn sort(files: &[Dropped<'_>]) -> Sorted {
    let kinds: Vec<_> = files.iter().map(|file| kind::of(file)).collect();
    let work: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_suffix(WORK_MARKER))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .collect();
    let made: BTreeSet<&str> = files
        .iter()
        .zip(&kinds)
        .filter_map(|(file, kind)| film_of(file.path, kind))
        .collect();
    let mut seen = BTreeSet::new();
    let mut sorted = Sorted::default();
    for ((at, file), kind) in files.iter().enumerate().zip(kinds) {
        let in_work = folders(file.path).any(|folder| work.contains(folder));
        let list = if !seen.insert(file.path) {
            Err("was dropped twice".to_owned())
        } else if in_work {
            Err("belongs to a work directory, which holds parts of a film".to_owned())
        } else if matches!(kind, Kind::Clip) && is_film(file.path, &made) {
            Err("is a film made from clips: its plan or report lies beside it".to_owned())
        } else {
            match kind {
                Kind::Song => Ok(&mut sorted.songs),
                Kind::Clip => Ok(&mut sorted.clips),
                Kind::Plan => Ok(&mut sorted.plans),
                Kind::Project => Ok(&mut sorted.projects),
                Kind::Inspection => Ok(&mut sorted.inspections),
                Kind::Report => Err("is the report of a film".to_owned()),
                Kind::Other(why) => Err(why.to_owned()),
            }
        };
        match list {
            Ok(list) => list.push(at),
            Err(why) => sorted.left_out.push((at, why)),
        }
    }
    sorted
}

/// Every folder that a path lies in, with the stroke at its end; the first is the empty one.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let strokes = path.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(strokes)
        .filter_map(|end| path.get(..end))
}

/// The film, without its ending, that a plan or report belongs to by its name.
fn film_of<'a>(path: &'a str, kind: &Kind) -> Option<&'a str> {
    match kind {
        Kind::Plan => path.strip_suffix(".plan.json"),
        Kind::Report => path.strip_suffix(".report.json"),
        _ => None,
    }
}

fn is_film(path: &str, films: &BTreeSet<&str>) -> bool {
    path.rsplit_once('.').is_some_and(|(stem, ending)| {
        let ending = ending.to_ascii_lowercase();
        ["mp4", "m4v", "mov", "mkv"].contains(&ending.as_str()) && films.contains(stem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dropped<'a>(path: &'a str, head: &'a [u8]) -> Dropped<'a> {
        Dropped {
            path,
            bytes: 1_000_000,
            head,
        }
    }

    #[test]
    fn a_folder_of_a_camera_is_sorted_and_the_rest_is_named() {
        let plan = br#"{ "schema": "autocut-plan/1", "output": {} }"#;
        let files = [
            dropped("trip/song.mp3", b"ID3\x03"),
            dropped("trip/a.MOV", b"\0\0\0\x14ftypqt  "),
            dropped("trip/._a.MOV", b"\0\x05\x16\x07"),
            dropped("trip/.hidden/b.mp4", b""),
            dropped("trip/b.mp4", b""),
            dropped("trip/readme.txt", b"hello"),
            dropped("trip/photo.jpg", b"\xff\xd8\xff\xe0"),
            dropped("trip/film.plan.json", plan),
            dropped("trip/film.mp4", b"\0\0\0\x20ftypisom"),
            dropped("trip/render/autocut-work", b""),
            dropped("trip/render/segments/000001.mp4", b""),
            dropped("trip/b.mp4", b""),
        ];
        let sorted = sort(&files);
        assert_eq!(sorted.songs, [0]);
        assert_eq!(sorted.clips, [1, 4]);
        assert_eq!(sorted.plans, [7]);
        let left: Vec<_> = sorted
            .left_out
            .iter()
            .map(|(at, why)| (*at, why.as_str()))
            .collect();
        assert_eq!(
            left,
            [
                (2, "is what a Mac keeps beside a file"),
                (3, "is hidden"),
                (5, "is a text"),
                (6, "is a picture that does not move"),
                (
                    8,
                    "is a film made from clips: its plan or report lies beside it"
                ),
                (
                    9,
                    "belongs to a work directory, which holds parts of a film"
                ),
                (
                    10,
                    "belongs to a work directory, which holds parts of a film"
                ),
                (11, "was dropped twice"),
            ]
        );
    }

    proptest! {
        #[test]
        fn every_file_is_told_once(files in prop::collection::vec(
            ("[a.]{0,2}/?[._a-c]{1,6}(\\.(mp4|mp3|json|txt|plan\\.json))?", prop::collection::vec(any::<u8>(), 0..40)), 0..20,
        )) {
            let files: Vec<_> = files.iter().map(|(path, head)| dropped(path, head)).collect();
            let Sorted { songs, clips, plans, projects, inspections, left_out } = sort(&files);
            let mut told: Vec<_> = [songs, clips, plans, projects, inspections].concat();
            told.extend(left_out.iter().map(|(at, _)| at));
            told.sort_unstable();
            prop_assert_eq!(told, (0..files.len()).collect::<Vec<_>>());
        }
    }
}
