//! Peaks of memory that were seen, kept in the work directory so that a render that goes on knows
//! what the one before it found out.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// The file's name in the work directory.
pub const FILE: &str = "learn.json";
/// Name and version of the format.
const SCHEMA: &str = "autocut-learn/1";
/// Peaks kept of each class, the newest.
const KEPT: usize = 64;
/// Classes read from a file; more than any plan has.
const CLASSES: usize = 4096;
/// No process of ours needs more.
const ABSURD: u64 = 1 << 45;

/// The newest peaks of each class, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    peaks: BTreeMap<String, VecDeque<u64>>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    schema: String,
    peaks: BTreeMap<String, VecDeque<u64>>,
}

impl Learned {
    /// Reads what [`Self::to_json`] wrote. Whatever else it is, nothing was learned: a guess is
    /// better than a failure, and the file can be removed at any time.
    #[must_use]
    pub fn from_json(bytes: &[u8]) -> Self {
        let stored: Option<Stored> = serde_json::from_slice(bytes).ok();
        let mut learned = Self::default();
        let Some(stored) = stored.filter(|stored| stored.schema == SCHEMA) else {
            return learned;
        };
        for (class, peaks) in stored.peaks.into_iter().take(CLASSES) {
            for peak in peaks {
                learned.add(&class, peak);
            }
        }
        learned
    }

    /// The file's content.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let stored = Stored {
            schema: SCHEMA.to_owned(),
            peaks: self.peaks.clone(),
        };
        serde_json::to_vec_pretty(&stored).unwrap_or_default()
    }

    /// Takes in a peak. None is larger than what a machine has, or nothing at all.
    pub fn add(&mut self, class: &str, peak: u64) {
        if (1..ABSURD).contains(&peak) {
            let peaks = self.peaks.entry(class.to_owned()).or_default();
            if peaks.len() >= KEPT {
                peaks.pop_front();
            }
            peaks.push_back(peak);
        }
    }

    /// How many peaks of a class are known, and the one that 95 of 100 do not pass.
    #[must_use]
    pub fn of(&self, class: &str) -> Option<(usize, u64)> {
        let peaks = self.peaks.get(class)?;
        let mut sorted: Vec<u64> = peaks.iter().copied().collect();
        sorted.sort_unstable();
        let rank = (sorted.len() * 95).div_ceil(100);
        Some((sorted.len(), *sorted.get(rank.checked_sub(1)?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut learned = Learned::default();
        for peak in 1..=100 {
            learned.add("a", peak);
        }
        learned.add("b", 7);
        let read = Learned::from_json(&learned.to_json());
        assert_eq!(read, learned);
        // The newest 64 are 37 to 100; of those 61 are at most 97.
        assert_eq!(read.of("a"), Some((64, 97)));
        assert_eq!(read.of("b"), Some((1, 7)));
        assert_eq!(read.of("c"), None);
    }

    #[test]
    fn whatever_stands_in_the_file_is_no_failure() {
        let huge = r#"{"schema":"autocut-learn/1","peaks":{"a":[0,18446744073709551615,5]}}"#;
        assert_eq!(Learned::from_json(huge.as_bytes()).of("a"), Some((1, 5)));
        let whole = Learned {
            peaks: [("a".to_owned(), [5].into())].into(),
        }
        .to_json();
        for cut in 0..whole.len() {
            assert_eq!(Learned::from_json(&whole[..cut]), Learned::default());
        }
        for wrong in [
            r#"{"schema":"autocut-learn/9","peaks":{"a":[5]}}"#,
            r#"{"schema":"autocut-learn/1","peaks":{"a":[-5]}}"#,
            "[]",
            "\u{0}",
        ] {
            assert_eq!(Learned::from_json(wrong.as_bytes()), Learned::default());
        }
    }
}
