//! Reading an object's fields: every problem is noted with its JSON path, and reading goes on.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::error::Problem;
use super::model::Extra;
use super::node::Node;

/// How many problems are kept in full; the rest is counted.
const KEPT: usize = 50;
/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) list: Vec<Problem>,
    pub(super) total: usize,
}

impl Problems {
    pub(super) fn note(&mut self, path: &Path<'_>, message: impl fmt::Display) {
        self.total += 1;
        if self.list.len() < KEPT {
            self.list.push(Problem {
                path: path.to_string(),
                message: message.to_string(),
            });
        }
    }
}

/// A place in the document; written out only when there is a problem to tell.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Field(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Field(parent, name) => {
                let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if plain {
                    write!(f, "{parent}.{name}")
                } else {
                    write!(f, "{parent}[{name:?}]")
                }
            }
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// An object being read.
pub(super) struct Fields<'n, 'p> {
    entries: &'n [(Cow<'n, str>, Node<'n>)],
    path: &'p Path<'p>,
}

impl<'n, 'p> Fields<'n, 'p> {
    /// The fields of `node`, which may have no keys but `known` and those beginning with `x_`.
    /// Unknown and repeated keys are noted.
    pub(super) fn of(
        node: &'n Node<'n>,
        path: &'p Path<'p>,
        known: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Node::Object(entries) = node else {
            problems.note(
                path,
                format_args!("expected an object, found {}", node.kind()),
            );
            return None;
        };
        // A bit for each known key; a set only for the others, of which there are few or none.
        let (mut known_seen, mut others_seen) = (0_u64, BTreeSet::new());
        for (key, _) in entries {
            let position = known
                .iter()
                .position(|name| name == key)
                .filter(|at| *at < 64);
            let repeated = match position {
                Some(at) => {
                    let before = known_seen;
                    known_seen |= 1 << at;
                    before == known_seen
                }
                None => !others_seen.insert(key.as_ref()),
            };
            if repeated {
                let at = Path::Field(path, key);
                problems.note(&at, "this key stands here twice; keep one");
            } else if position.is_none() && !key.starts_with("x_") && !known.contains(&key.as_ref())
            {
                problems.note(&Path::Field(path, key), Unknown { key, known });
            }
        }
        Some(Self { entries, path })
    }

    /// The value of `name`, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node<'n>> {
        let (_, node) = self.entries.iter().find(|(key, _)| key == name)?;
        (!matches!(node, Node::Null)).then_some(node)
    }

    /// The value of `name`; its absence is noted.
    pub(super) fn need(&self, name: &str, problems: &mut Problems) -> Option<&'n Node<'n>> {
        let found = self.get(name);
        if found.is_none() {
            problems.note(self.path, format_args!("\"{name}\" is missing"));
        }
        found
    }

    /// Keys beginning with `x_`.
    pub(super) fn extra(&self) -> Extra {
        let kept = self.entries.iter().filter(|(key, _)| key.starts_with("x_"));
        kept.map(|(key, node)| (key.clone().into_owned(), node.to_value()))
            .collect()
    }

    /// The whole number `name` within `range`; `None` if it is absent or wrong, which is noted.
    pub(super) fn whole(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
        problems: &mut Problems,
    ) -> Option<u64> {
        let node = self.get(name)?;
        whole(node, &Path::Field(self.path, name), range, problems)
    }

    /// The whole number `name`, which must be there.
    pub(super) fn need_whole(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
        problems: &mut Problems,
    ) -> Option<u64> {
        let node = self.need(name, problems)?;
        whole(node, &Path::Field(self.path, name), range, problems)
    }

    /// The text `name`; `None` if it is absent or wrong, which is noted.
    pub(super) fn text(&self, name: &str, problems: &mut Problems) -> Option<&'n str> {
        let node = self.get(name)?;
        text(node, &Path::Field(self.path, name), problems)
    }

    /// The text `name`, read as a `T`; a text that is none is noted with the reason.
    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let text = self.text(name, problems)?;
        let noted = |why| problems.note(&Path::Field(self.path, name), format_args!("{why}"));
        text.parse().map_err(noted).ok()
    }

    /// The text `name`, which must be one of `values`.
    pub(super) fn one_of<T: Copy>(
        &self,
        name: &str,
        values: &[(&str, T)],
        problems: &mut Problems,
    ) -> Option<T> {
        let found = self.text(name, problems)?;
        let value = values
            .iter()
            .find(|(text, _)| *text == found)
            .map(|(_, value)| *value);
        if value.is_none() {
            let known: Vec<&str> = values.iter().map(|(text, _)| *text).collect();
            problems.note(
                &Path::Field(self.path, name),
                format_args!("{found:?} is none of {}", known.join(", ")),
            );
        }
        value
    }

    /// `true` or `false`; `false` if absent.
    pub(super) fn flag(&self, name: &str, problems: &mut Problems) -> bool {
        match self.get(name) {
            None => false,
            Some(Node::Bool(value)) => *value,
            Some(node) => {
                let path = Path::Field(self.path, name);
                problems.note(
                    &path,
                    format_args!("expected true or false, found {}", node.kind()),
                );
                false
            }
        }
    }

    /// The list `name`, at most `limit` long; empty if absent. Each item is read by `read`.
    pub(super) fn list<T>(
        &self,
        name: &str,
        limit: usize,
        problems: &mut Problems,
        read: impl Fn(&'n Node<'n>, &Path<'_>, &mut Problems) -> Option<T>,
    ) -> Vec<T> {
        let path = Path::Field(self.path, name);
        match self.get(name) {
            None => Vec::new(),
            Some(Node::List(list)) if list.len() <= limit => {
                let item = |(index, node)| read(node, &Path::Item(&path, index), problems);
                list.iter().enumerate().filter_map(item).collect()
            }
            Some(Node::List(list)) => {
                let found = list.len();
                problems.note(
                    &path,
                    format_args!("has {found} items; the most is {limit}"),
                );
                Vec::new()
            }
            Some(node) => {
                problems.note(
                    &path,
                    format_args!("expected a list, found {}", node.kind()),
                );
                Vec::new()
            }
        }
    }
}

pub(super) fn text<'n>(
    node: &'n Node<'n>,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<&'n str> {
    if let Node::Text(text) = node {
        return Some(text);
    }
    problems.note(path, format_args!("expected a text, found {}", node.kind()));
    None
}

fn whole(
    node: &Node<'_>,
    path: &Path<'_>,
    range: std::ops::RangeInclusive<u64>,
    problems: &mut Problems,
) -> Option<u64> {
    let (low, high) = (range.start(), range.end());
    let Node::Whole(value) = node else {
        let found = node.kind();
        problems.note(
            path,
            format_args!("expected a whole number from {low} to {high}, found {found}"),
        );
        return None;
    };
    let inside = u64::try_from(*value)
        .ok()
        .filter(|value| range.contains(value));
    if inside.is_none() {
        problems.note(
            path,
            format_args!("{value} is not between {low} and {high}"),
        );
    }
    inside
}

/// The message about an unknown key, with the nearest known one.
struct Unknown<'a> {
    key: &'a str,
    known: &'a [&'a str],
}

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Likeness costs the product of the lengths: a hostile key must not be long.
        let like = |name: &&&str| strsim::damerau_levenshtein(name, self.key) <= 3;
        let near = (self.key.len() <= 64)
            .then(|| self.known.iter().filter(like))
            .into_iter()
            .flatten()
            .min_by_key(|name| strsim::damerau_levenshtein(name, self.key));
        match near {
            Some(name) => write!(f, "unknown key; did you mean \"{name}\"?"),
            None => {
                write!(
                    f,
                    "unknown key; here are known: {}, and any x_…",
                    self.known.join(", ")
                )
            }
        }
    }
}
