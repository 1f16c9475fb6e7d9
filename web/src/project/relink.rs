//! Which file is which: media references that are wanted, and files that a person dropped.
//!
//! Content goes before place, place before name. In each round the pairs whose paths end most
//! alike come first, then those earlier in the list of what is wanted, then those whose file is
//! first in byte order of paths; so the same files give the same result in whatever order they
//! come.

use std::collections::BTreeMap;

use shared::fingerprint::Fingerprint;
use shared::media::{MediaPath, MediaReference};

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its path, as it was dropped: relative, parts joined by `/`.
    pub path: MediaPath,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it is by content, once that is known.
    pub fingerprint: Option<Fingerprint>,
}

/// By what a file was known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Its content.
    Content,
    /// Its path, and its size where that is known.
    Path,
    /// Its name, and its size where that is known.
    Name,
    /// Its name alone: the file changed since, or is another one.
    NameAlone,
}

/// A file that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// What is wanted, by position.
    pub wanted: usize,
    /// The file, by position.
    pub file: usize,
    /// By what it was known again.
    pub by: By,
}

impl Match {
    /// Whether the file is not what was planned with: a person should be told, and what is known
    /// of it must be found out again.
    #[must_use]
    pub fn changed(self) -> bool {
        self.by == By::NameAlone
    }
}

/// Which file is which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relinked {
    /// What was found, in the order of what is wanted.
    pub matches: Vec<Match>,
    /// Files that are nothing that is wanted, by position.
    pub left_over: Vec<usize>,
}

/// Finds a file for each reference. A file goes to two references only if both have its content.
#[must_use]
pub fn relink(wanted: &[&MediaReference], files: &[Candidate]) -> Relinked {
    let mut found = Found {
        wanted,
        files,
        match_of: vec![None; wanted.len()],
        taken: vec![false; files.len()],
    };
    found.round(By::Content, |w| w.fingerprint, |f| f.fingerprint);
    found.share_content();
    found.round(
        By::Path,
        |w| Some(w.path.as_text()),
        |f| Some(f.path.as_text()),
    );
    found.round(By::Name, |w| Some(w.path.name()), |f| Some(f.path.name()));
    found.round(
        By::NameAlone,
        |w| Some(w.path.name()),
        |f| Some(f.path.name()),
    );
    Relinked {
        left_over: (0..files.len())
            .zip(&found.taken)
            .filter(|(_, taken)| !**taken)
            .map(|(at, _)| at)
            .collect(),
        matches: found.match_of.into_iter().flatten().collect(),
    }
}

/// Files whose content should be looked at before [`relink`] is asked: no fingerprint is known, and
/// something is wanted that has one and the same size. In order.
#[must_use]
pub fn worth_a_look(wanted: &[&MediaReference], files: &[Candidate]) -> Vec<usize> {
    let mut sizes: Vec<_> = wanted
        .iter()
        .filter(|wanted| wanted.fingerprint.is_some())
        .map(|wanted| wanted.bytes)
        .collect();
    sizes.sort_unstable();
    // Without a size any file could be it.
    let any = sizes.first() == Some(&None);
    let places = files.iter().enumerate();
    places
        .filter(|(_, file)| file.fingerprint.is_none())
        .filter(|(_, file)| any || sizes.binary_search(&Some(file.bytes)).is_ok())
        .map(|(at, _)| at)
        .collect()
}

struct Found<'a> {
    wanted: &'a [&'a MediaReference],
    files: &'a [Candidate],
    match_of: Vec<Option<Match>>,
    taken: Vec<bool>,
}

impl<'a> Found<'a> {
    /// Pairs what has no file yet with files that nobody took and that have the same key.
    fn round<K: Ord>(
        &mut self,
        by: By,
        key: impl Fn(&'a MediaReference) -> Option<K>,
        file_key: impl Fn(&'a Candidate) -> Option<K>,
    ) {
        let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for ((at, file), taken) in self.files.iter().enumerate().zip(&self.taken) {
            if let (false, Some(key)) = (taken, file_key(file)) {
                groups.entry(key).or_default().push(at);
            }
        }
        let mut pairs = Vec::new();
        for (at, wanted) in self.wanted.iter().enumerate() {
            if self.match_of.get(at).is_some_and(Option::is_some) {
                continue;
            }
            let Some(group) = key(wanted).and_then(|key| groups.get(&key)) else {
                continue;
            };
            for &number in group {
                let Some(file) = self.files.get(number) else {
                    continue;
                };
                if allowed(by, wanted, file) {
                    let alike = common_ending(wanted.path.as_text(), file.path.as_text());
                    let order = (std::cmp::Reverse(alike), at, &file.path, file.bytes);
                    pairs.push((order, number));
                }
            }
        }
        pairs.sort();
        for ((_, at, ..), file) in pairs {
            self.take(at, file, by, false);
        }
    }

    /// What still has no file though there is one of its content: another reference to the same
    /// content took it, and both may have it.
    fn share_content(&mut self) {
        let mut first: BTreeMap<Fingerprint, usize> = BTreeMap::new();
        let mut files: Vec<_> = self.files.iter().enumerate().collect();
        files.sort_by_key(|(_, file)| &file.path);
        for (at, file) in files {
            if let Some(print) = file.fingerprint {
                first.entry(print).or_insert(at);
            }
        }
        for (at, wanted) in self.wanted.iter().enumerate() {
            let file = wanted.fingerprint.and_then(|print| first.get(&print));
            if let Some(&file) = file {
                self.take(at, file, By::Content, true);
            }
        }
    }

    fn take(&mut self, wanted: usize, file: usize, by: By, shared: bool) {
        let (Some(place), Some(taken)) = (self.match_of.get_mut(wanted), self.taken.get_mut(file))
        else {
            return;
        };
        if place.is_none() && (shared || !*taken) {
            *place = Some(Match { wanted, file, by });
            *taken = true;
        }
    }
}

/// Whether a file may be what is wanted, when both have the key of the round.
fn allowed(by: By, wanted: &MediaReference, file: &Candidate) -> bool {
    let other_size = wanted.bytes.is_some_and(|bytes| bytes != file.bytes);
    let prints = wanted.fingerprint.zip(file.fingerprint);
    let other_content = prints.is_some_and(|(one, other)| one != other);
    match by {
        By::Content | By::NameAlone => true,
        By::Path | By::Name => !other_size && !other_content,
    }
}

/// How many parts of two paths are the same, counted from their ends.
fn common_ending(one: &str, other: &str) -> usize {
    let parts = one.rsplit('/').zip(other.rsplit('/'));
    parts.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn print(content: u8) -> Fingerprint {
        Fingerprint::of(content.into(), [])
    }

    fn wanted(path: &str, bytes: Option<u64>, content: Option<u8>) -> MediaReference {
        MediaReference {
            bytes,
            fingerprint: content.map(print),
            ..MediaReference::by_path(MediaPath::from_bytes(path.as_bytes()))
        }
    }

    fn file(path: &str, bytes: u64, content: Option<u8>) -> Candidate {
        Candidate {
            path: MediaPath::from_bytes(path.as_bytes()),
            bytes,
            fingerprint: content.map(print),
        }
    }

    fn matches(wanted: &[MediaReference], files: &[Candidate]) -> Vec<(usize, usize, By)> {
        let wanted: Vec<_> = wanted.iter().collect();
        let found = relink(&wanted, files);
        found
            .matches
            .iter()
            .map(|m| (m.wanted, m.file, m.by))
            .collect()
    }

    #[test]
    fn content_goes_before_place_and_place_before_name() {
        let want = [wanted("a/x.mp4", Some(5), Some(1))];
        let content = file("b/renamed.mp4", 5, Some(1));
        let place = file("a/x.mp4", 5, None);
        let name = file("c/x.mp4", 5, None);
        let other = file("a/x.mp4", 6, Some(2));
        let by = |files: &[Candidate]| matches(&want, files);
        assert_eq!(
            by(&[name.clone(), place.clone(), content]),
            [(0, 2, By::Content)]
        );
        assert_eq!(by(&[name.clone(), place]), [(0, 1, By::Path)]);
        assert_eq!(by(&[other.clone(), name]), [(0, 1, By::Name)]);
        assert_eq!(by(&[other]), [(0, 0, By::NameAlone)]);
        assert_eq!(by(&[file("a/y.mp4", 5, None)]), []);
    }

    #[test]
    fn the_same_name_in_many_folders_is_told_apart_by_its_folder() {
        let want = [wanted("9/x.mp4", None, None), wanted("1/x.mp4", None, None)];
        let files = [file("card/1/x.mp4", 1, None), file("card/2/x.mp4", 1, None)];
        assert_eq!(matches(&want, &files), [(0, 1, By::Name), (1, 0, By::Name)]);
    }

    #[test]
    fn two_references_to_one_content_share_the_only_file() {
        let want = [
            wanted("a.mp4", Some(1), Some(1)),
            wanted("b.mp4", Some(1), Some(1)),
        ];
        let one = [file("c.mp4", 1, Some(1))];
        assert_eq!(
            matches(&want, &one),
            [(0, 0, By::Content), (1, 0, By::Content)]
        );
        let two = [file("b.mp4", 1, Some(1)), file("c.mp4", 1, Some(1))];
        assert_eq!(
            matches(&want, &two),
            [(0, 1, By::Content), (1, 0, By::Content)]
        );
    }

    #[test]
    fn only_files_that_could_be_wanted_are_looked_into() {
        let want = [wanted("a", Some(3), Some(1)), wanted("b", Some(4), None)];
        let want: Vec<_> = want.iter().collect();
        let files = [
            file("x", 3, None),
            file("y", 4, None),
            file("z", 3, Some(1)),
        ];
        assert_eq!(worth_a_look(&want, &files), [0]);
        let any = wanted("c", None, Some(1));
        assert_eq!(worth_a_look(&[&any], &files), [0, 1]);
        assert_eq!(worth_a_look(&[], &files), [0_usize; 0]);
    }

    fn path() -> impl Strategy<Value = String> {
        "[ab]/[xy]\\.mp4|[xy]\\.mp4"
    }

    /// Files of few names and contents; the size follows from the content.
    fn dropped() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (path(), 0..5_u8, any::<bool>());
        let one = one.prop_map(|(path, content, known)| {
            file(&path, content.into(), known.then_some(content))
        });
        prop::collection::vec(one, 0..12).prop_map(|mut files| {
            // Two files do not lie in one place.
            files.sort_by(|one, other| one.path.cmp(&other.path));
            files.dedup_by(|one, other| one.path == other.path);
            files
        })
    }

    fn references() -> impl Strategy<Value = Vec<MediaReference>> {
        let one = (path(), 0..5_u8, any::<bool>(), any::<bool>());
        let one = one.prop_map(|(path, content, sized, known)| {
            wanted(
                &path,
                sized.then_some(content.into()),
                known.then_some(content),
            )
        });
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn no_file_is_given_twice_unless_it_has_the_content_of_both(want in references(), files in dropped()) {
            let want: Vec<_> = want.iter().collect();
            let found = relink(&want, &files);
            for (at, one) in found.matches.iter().enumerate() {
                for other in &found.matches[at + 1..] {
                    if one.file == other.file {
                        let print = files[one.file].fingerprint;
                        prop_assert!(print.is_some());
                        prop_assert_eq!(want[one.wanted].fingerprint, print);
                        prop_assert_eq!(want[other.wanted].fingerprint, print);
                    }
                }
            }
        }

        #[test]
        fn everything_is_told_once(want in references(), files in dropped()) {
            let want: Vec<_> = want.iter().collect();
            let found = relink(&want, &files);
            let told: Vec<_> = found.matches.iter().map(|m| m.wanted).collect();
            prop_assert!(told.is_sorted_by(|one, next| one < next));
            prop_assert!(told.iter().all(|wanted| *wanted < want.len()));
            let mut told: Vec<_> = found.matches.iter().map(|m| m.file).collect();
            told.dedup();
            told.sort_unstable();
            told.dedup();
            told.extend(found.left_over);
            told.sort_unstable();
            prop_assert_eq!(told, (0..files.len()).collect::<Vec<_>>());
        }

        #[test]
        fn a_renamed_file_is_found_by_its_content(
            want in references(), files in dropped(), name in "[p-w]{1,8}/[p-w]{1,8}",
        ) {
            let mut want = want;
            want.push(wanted("a/x.mp4", Some(99), Some(99)));
            let mut files = files;
            files.push(file(&name, 99, Some(99)));
            let want: Vec<_> = want.iter().collect();
            let expected = Match { wanted: want.len() - 1, file: files.len() - 1, by: By::Content };
            prop_assert!(relink(&want, &files).matches.contains(&expected));
        }

        #[test]
        fn a_file_that_is_known_to_differ_is_always_told_as_changed(want in references(), files in dropped()) {
            let want: Vec<_> = want.iter().collect();
            for found in relink(&want, &files).matches {
                let (want, file) = (want[found.wanted], &files[found.file]);
                let other_size = want.bytes.is_some_and(|bytes| bytes != file.bytes);
                let prints = want.fingerprint.zip(file.fingerprint);
                let other = prints.is_some_and(|(one, other)| one != other);
                prop_assert!(found.changed() || !(other_size || other));
            }
        }

        #[test]
        fn the_order_of_the_drop_does_not_matter(want in references(), files in dropped()) {
            let want: Vec<_> = want.iter().collect();
            let by_path = |files: &[Candidate]| -> Vec<_> {
                let found = relink(&want, files);
                found.matches.iter().map(|m| (m.wanted, files[m.file].path.clone(), m.by)).collect()
            };
            let mut turned = files.clone();
            turned.reverse();
            prop_assert_eq!(by_path(&files), by_path(&turned));
        }
    }
}
