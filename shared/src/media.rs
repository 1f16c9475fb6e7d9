//! References to media files: what a plan knows of a file without opening it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::plan::Extra;
use crate::rate::Rate;

/// A media file as a plan names it. It is found by path, else by name, else by content.
///
/// Whoever writes a plan by hand may give the path alone; the rest is filled in when the plan is
/// checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct MediaReference {
    /// Where the file lies, relative to the plan's folder.
    pub path: MediaPath,
    /// Size of the file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Duration of the stream that is used, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_us: Option<u64>,
    /// Content fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The picture, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoStream>,
    /// Keys beginning with `x_`, kept as they are.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

impl MediaReference {
    /// A reference by path alone.
    #[must_use]
    pub fn by_path(path: MediaPath) -> Self {
        Self {
            path,
            bytes: None,
            duration_us: None,
            fingerprint: None,
            video: None,
            extra: Extra::new(),
        }
    }
}

/// What is known of a picture stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VideoStream {
    /// Width as shown, after rotation and pixel aspect, in pixels.
    pub width: u32,
    /// Height as shown, in pixels.
    pub height: u32,
    /// Nominal frame rate; absent where frames come at no steady rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Codec, by ffmpeg's name.
    pub codec: String,
}

/// A file's place: parts joined by `/`, relative to the plan's folder where that is possible.
///
/// Bytes that are not UTF-8, control characters and `%` itself are percent-escaped, so that every
/// file name of every system can stand in JSON and come back as the same bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct MediaPath(String);

impl MediaPath {
    /// The path whose parts, joined by `/`, are these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c == '%' || c.is_control() {
                    let mut utf8 = [0; 4];
                    c.encode_utf8(&mut utf8)
                        .bytes()
                        .for_each(|b| escape(&mut text, b));
                } else {
                    text.push(c);
                }
            }
            chunk.invalid().iter().for_each(|b| escape(&mut text, *b));
        }
        Self(text)
    }

    /// The path as written in a plan. `None` if an escape is broken, or it is empty or holds a
    /// zero byte: no file is named so.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let path = Self(text.to_owned());
        let bytes = path.decoded()?;
        (!bytes.is_empty() && !bytes.contains(&0)).then_some(path)
    }

    /// As written in a plan.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.0
    }

    /// The bytes of the file's path. A broken escape, which [`MediaPath::from_text`] refuses,
    /// stands for itself.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.decoded().unwrap_or_else(|| self.0.as_bytes().to_vec())
    }

    /// The last part, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    fn decoded(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut rest = self.0.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next()?, rest.next()?].map(|b| char::from(b).to_digit(16));
                let [Some(high), Some(low)] = digits else {
                    return None;
                };
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            } else {
                bytes.push(byte);
            }
        }
        Some(bytes)
    }
}

fn escape(text: &mut String, byte: u8) {
    text.push('%');
    for digit in [byte >> 4, byte & 15] {
        text.push(
            char::from_digit(digit.into(), 16)
                .unwrap_or('0')
                .to_ascii_uppercase(),
        );
    }
}

impl fmt::Debug for MediaPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for MediaPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_come_back_the_same(bytes in prop::collection::vec(1..=u8::MAX, 1..40)) {
            let path = MediaPath::from_bytes(&bytes);
            prop_assert_eq!(path.to_bytes(), bytes);
            prop_assert_eq!(MediaPath::from_text(path.as_text()), Some(path.clone()));
            prop_assert!(!path.as_text().chars().any(char::is_control));
        }
    }

    #[test]
    fn ordinary_names_stay_readable() {
        let name = "clips/日本語 кадр (1).mp4";
        assert_eq!(MediaPath::from_bytes(name.as_bytes()).as_text(), name);
        assert_eq!(MediaPath::from_bytes(b"100%.mp4").as_text(), "100%25.mp4");
    }

    #[test]
    fn broken_escapes_and_zero_bytes_name_no_file() {
        for text in ["", "a%", "a%2", "a%zz", "a%00b", "a\0b"] {
            assert_eq!(MediaPath::from_text(text), None, "{text:?}");
        }
    }
}
