//! What this build of ffmpeg can do.

use std::collections::BTreeSet;

use super::locate::{LocateError, Tools, both};
use crate::interrupt::Interrupt;
use crate::process::{self, Command, Limits};

/// Encoders without which no film is made.
const ENCODERS: &[&str] = &["libx264", "aac"];
/// Filters without which no film is made.
const FILTERS: &[&str] = &[
    "scale",
    "crop",
    "pad",
    "setsar",
    "fps",
    "format",
    "setpts",
    "tpad",
    "color",
    "apad",
    "atrim",
    "aresample",
    "split",
    "overlay",
    "boxblur",
];
/// Filters that a high-dynamic-range picture is converted with.
const TONE_MAPPING: &[&str] = &["zscale", "tonemap"];

/// The encoders and filters of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Names of encoders.
    pub encoders: BTreeSet<String>,
    /// Names of filters.
    pub filters: BTreeSet<String>,
}

impl Capabilities {
    /// Asks ffmpeg.
    ///
    /// # Errors
    /// [`LocateError::Broken`] or [`LocateError::Strange`] if it does not answer.
    pub fn of(tools: &Tools, interrupt: &Interrupt) -> Result<Self, LocateError> {
        let ask = |option: &str| {
            let command = Command::new(&tools.ffmpeg).args(["-hide_banner", option]);
            let (finished, output) =
                process::capture(&command, Limits::QUESTION, interrupt, 4 << 20).map_err(
                    |source| LocateError::Broken {
                        path: tools.ffmpeg.clone(),
                        source,
                    },
                )?;
            let names = names(&String::from_utf8_lossy(&output));
            if !finished.success() || names.is_empty() {
                return Err(LocateError::Strange {
                    program: "ffmpeg",
                    path: tools.ffmpeg.clone(),
                    said: format!("{option} lists nothing ({})", finished.status),
                });
            }
            Ok(names)
        };
        let (encoders, filters) = both(|| ask("-encoders"), || ask("-filters"));
        Ok(Self {
            encoders: encoders?,
            filters: filters?,
        })
    }

    /// What is missing for rendering, in words; empty if nothing is.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let without = |have: &BTreeSet<String>, need: &[&str], kind: &str| {
            need.iter()
                .filter(|name| !have.contains(**name))
                .map(|name| format!("the {kind} {name}"))
                .collect::<Vec<_>>()
        };
        let mut missing = without(&self.encoders, ENCODERS, "encoder");
        missing.extend(without(&self.filters, FILTERS, "filter"));
        missing
    }

    /// # Errors
    /// [`LocateError::Lacking`] if something needed for rendering is missing.
    pub fn require(&self, tools: &Tools) -> Result<(), LocateError> {
        let missing = self.missing();
        if missing.is_empty() {
            return Ok(());
        }
        Err(LocateError::Lacking {
            path: tools.ffmpeg.clone(),
            missing,
        })
    }

    /// Whether high dynamic range can be converted to standard.
    #[must_use]
    pub fn can_tone_map(&self) -> bool {
        TONE_MAPPING.iter().all(|name| self.filters.contains(*name))
    }
}

/// The second word of each line of a list whose first word is flags: letters and dots only, as
/// in ` V....D libx264  …` and ` T.C scale  …`. The legend above has `=` there.
pub(super) fn names(list: &str) -> BTreeSet<String> {
    list.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let flags = words.next()?;
            let name = words.next()?;
            let is_flags = flags.len() >= 2
                && flags
                    .bytes()
                    .all(|b| b == b'.' || b.is_ascii_uppercase() || b == b'|');
            let is_name = name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            (line.starts_with(' ') && is_flags && is_name).then(|| name.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_both_lists_and_legends_are_not() {
        let list = "Encoders:\n V..... = Video\n ------\n V....D libx264              libx264 H.264 (codec h264)\n A....D aac  AAC\n";
        assert_eq!(
            names(list).into_iter().collect::<Vec<_>>(),
            ["aac", "libx264"]
        );
        let list = "Filters:\n  T.. = Timeline support\n  A = Audio input/output\n ... abench            A->A       Benchmark\n .SC scale             V->V       Scale\n";
        assert_eq!(
            names(list).into_iter().collect::<Vec<_>>(),
            ["abench", "scale"]
        );
    }

    #[test]
    fn an_empty_build_lacks_everything_and_says_so() {
        let missing = Capabilities::default().missing();
        assert!(missing.contains(&"the encoder libx264".to_owned()));
        assert!(missing.contains(&"the filter scale".to_owned()));
    }
}
