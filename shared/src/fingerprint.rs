//! Fast, bounded content fingerprints: the same file is known again under any name.
//!
//! A fingerprint covers the size and up to three windows of [`WINDOW`] bytes (head, middle, tail),
//! so it costs the same for a clip of 1 MB and of 100 GB. The reading is the caller's: this module
//! says which bytes, in which order, and hashes them.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes in each window that is hashed.
pub const WINDOW: u64 = 256 * 1024;

/// The windows of a file of `bytes` bytes, in the order in which they are hashed. They do not
/// overlap; a file of at most three windows is covered whole.
#[must_use]
pub fn windows(bytes: u64) -> Vec<Range<u64>> {
    if bytes <= 3 * WINDOW {
        return std::iter::once(0..bytes).collect();
    }
    let middle = bytes / 2 - WINDOW / 2;
    vec![0..WINDOW, middle..middle + WINDOW, bytes - WINDOW..bytes]
}

/// 128 bits of BLAKE3 over size and windows, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of a file of `bytes` bytes whose [`windows`] hold `contents`, in order.
    #[must_use]
    pub fn of<'a>(bytes: u64, contents: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&bytes.to_le_bytes());
        for window in contents {
            hasher.update(window);
        }
        let mut short = [0; 16];
        short.copy_from_slice(
            hasher
                .finalize()
                .as_bytes()
                .first_chunk::<16>()
                .unwrap_or(&[0; 16]),
        );
        Self(short)
    }

    /// The first 64 bits, for tie-breaks and seeds.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0
            .iter()
            .take(8)
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a fingerprint of 32 lower-case hexadecimal digits")]
pub struct FingerprintError(String);

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let wrong = || FingerprintError(text.chars().take(80).collect());
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(wrong());
        }
        let value = u128::from_str_radix(text, 16).map_err(|_| wrong())?;
        Ok(Self(value.to_be_bytes()))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Fingerprint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fingerprint".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9a-f]{32}$",
            "description": "128 bits of BLAKE3 over the size and up to three windows of the file."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_lie_inside_the_file_in_order_and_are_bounded(bytes in any::<u64>()) {
            let windows = windows(bytes);
            prop_assert!(windows.iter().map(|w| w.end - w.start).sum::<u64>() <= 3 * WINDOW);
            prop_assert!(windows.windows(2).all(|pair| pair[0].end <= pair[1].start));
            prop_assert_eq!(windows.first().unwrap().start, 0);
            prop_assert_eq!(windows.last().unwrap().end, bytes);
        }

        #[test]
        fn text_and_back_is_the_same(bytes in any::<u64>()) {
            let print = Fingerprint::of(bytes, []);
            prop_assert_eq!(print.to_string().parse(), Ok(print));
        }
    }

    #[test]
    fn the_size_is_part_of_it() {
        assert_ne!(
            Fingerprint::of(1, [&b"a"[..]]),
            Fingerprint::of(2, [&b"a"[..]])
        );
        assert_eq!(Fingerprint::of(0, []).to_string().len(), 32);
    }
}
