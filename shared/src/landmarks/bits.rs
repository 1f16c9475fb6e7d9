//! A landmark's slopes, packed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::STEPS;

/// Words that hold a landmark.
const WORDS: usize = 8;

/// Which of 512 slopes rise, the first in the highest bit; written as 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bits([u64; WORDS]);

impl Bits {
    pub(super) fn of(rises: impl IntoIterator<Item = bool>) -> Self {
        let mut row = Row::default();
        rises.into_iter().for_each(|rises| row.push(rises));
        row.at(0).unwrap_or(Self([0; WORDS]))
    }

    /// How many agree.
    pub(super) fn same(self, other: Self) -> u32 {
        let pairs = self.0.iter().zip(other.0);
        pairs.map(|(one, other)| (one ^ other).count_zeros()).sum()
    }
}

/// Any number of slopes, packed.
#[derive(Default)]
pub(super) struct Row {
    words: Vec<u64>,
    /// How many slopes.
    slopes: usize,
}

impl Row {
    pub(super) fn push(&mut self, rises: bool) {
        if self.slopes.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(rises) << (63 - self.slopes % 64);
        }
        self.slopes += 1;
    }

    /// The slopes from `first` on; `None` if there are not enough.
    pub(super) fn at(&self, first: usize) -> Option<Bits> {
        if first + usize::from(STEPS) > self.slopes {
            return None;
        }
        let words = self.words.get(first / 64..)?;
        let shift = first % 64;
        let mut bits = [0; WORDS];
        for (at, word) in bits.iter_mut().enumerate() {
            // The bits of the word that follows, none if the first begins a word.
            let next = words
                .get(at + 1)
                .map_or(0, |next| next >> 1 >> (63 - shift));
            *word = words.get(at)? << shift | next;
        }
        Some(Bits(bits))
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 128 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a landmark's 128 lower-case hexadecimal digits")]
pub struct BitsError(String);

impl FromStr for Bits {
    type Err = BitsError;

    fn from_str(text: &str) -> Result<Self, BitsError> {
        let wrong = || BitsError(text.chars().take(80).collect());
        if text.len() != 16 * WORDS || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(wrong());
        }
        let mut bits = [0; WORDS];
        for (at, word) in bits.iter_mut().enumerate() {
            let digits = text.get(16 * at..16 * at + 16).ok_or_else(wrong)?;
            *word = u64::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bits))
    }
}

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Bits {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LandmarkBits".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9a-f]{128}$",
            "description": "Which of 512 slopes of the sound rise, at 8820 a second."
        })
    }
}
