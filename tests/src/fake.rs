//! An ffmpeg that fails where it is told to, and is the real one everywhere else.
//!
//! The program `fake_ffmpeg` stands in for both ffmpeg and ffprobe. A script, named by
//! [`SCRIPT_VARIABLE`], holds rules; the first one that matches an invocation decides what
//! happens. An invocation that no rule matches becomes the real program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::media::{ffmpeg, ffprobe};

/// The variable that names the script. It begins with the product's own prefix, since no other
/// variable reaches its children.
pub const SCRIPT_VARIABLE: &str = "AUTOCUT_FAKE_SCRIPT";

/// What a rule does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Ends with this code after saying this on standard error.
    Exit(i32, &'static str),
    /// Does nothing, for ever.
    Hang,
    /// Dies of a segmentation fault.
    Segv,
    /// Is killed from outside by this signal, half-way: after it has written this on standard
    /// output.
    Signal(i32, &'static str),
    /// Runs this in a shell, then does the real work. Variables of the test reach it if their names
    /// begin with `AUTOCUT_`.
    Shell(&'static str),
    /// Says so many lines on standard error, then does the real work.
    Noise(u32),
    /// Writes this on standard output and ends well.
    Answer(&'static str),
    /// Does the real work with so many frames too few, and ends well.
    Short(u32),
    /// Writes garbage where the output belongs, and ends well.
    Garbage,
    /// Stands in for an encoder in hardware: software does the real work, with these options more.
    Encodes(&'static str),
}

/// A script in the making.
#[derive(Debug)]
pub struct Fake {
    dir: TempDir,
    rules: Vec<Value>,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            rules: Vec::new(),
        }
    }
}

impl Fake {
    /// Adds a rule: an invocation of `program` (`ffmpeg` or `ffprobe`) whose arguments hold all of
    /// `words` (see [`says`]) does `act`, the first `times` times.
    #[must_use]
    pub fn when(mut self, program: &str, words: &[&str], times: u32, act: &Act) -> Self {
        let (name, number, text) = match act {
            Act::Exit(code, text) => ("exit", i64::from(*code), *text),
            Act::Hang => ("hang", 0, ""),
            Act::Segv => ("segv", 0, ""),
            Act::Signal(number, text) => ("signal", i64::from(*number), *text),
            Act::Shell(text) => ("shell", 0, *text),
            Act::Noise(lines) => ("noise", i64::from(*lines), ""),
            Act::Answer(text) => ("answer", 0, *text),
            Act::Short(frames) => ("short", i64::from(*frames), ""),
            Act::Garbage => ("garbage", 0, ""),
            Act::Encodes(options) => ("encodes", 0, *options),
        };
        self.rules.push(json!({
            "program": program, "words": words, "times": times,
            "act": name, "number": number, "text": text,
        }));
        self
    }

    /// Writes the script. `program` is the file of `fake_ffmpeg`; what comes back is the
    /// environment in which it stands in for the real ones.
    #[must_use]
    pub fn environment(&self, program: &str) -> Vec<(OsString, OsString)> {
        let script = self.dir.path().join("script.json");
        let text = json!({
            "ffmpeg": ffmpeg(), "ffprobe": ffprobe(), "dir": self.dir.path(), "rules": self.rules,
        });
        std::fs::write(&script, text.to_string()).unwrap();
        let stand_in = |name: &str| {
            let path = self.dir.path().join(name);
            if !path.exists() {
                std::fs::copy(program, &path).unwrap();
            }
            path.into_os_string()
        };
        [
            ("AUTOCUT_FFMPEG", stand_in("ffmpeg")),
            ("AUTOCUT_FFPROBE", stand_in("ffprobe")),
            (SCRIPT_VARIABLE, script.into_os_string()),
        ]
        .map(|(name, value)| (name.into(), value))
        .into()
    }

    /// The arguments of every invocation of `program` so far, joined by spaces, in some order.
    #[must_use]
    pub fn invocations(&self, program: &str) -> Vec<String> {
        std::fs::read_to_string(log(self.dir.path()))
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.strip_prefix(program)?.strip_prefix('\t'))
            .map(str::to_owned)
            .collect()
    }
}

/// Whether `word` stands in these arguments, and not as the end of a longer word: `2.mp4` is not in
/// `.tmp-00000-host-7-3f2.mp4`, whose last digits are random.
#[must_use]
pub fn says(joined: &str, word: &str) -> bool {
    let begins_a_word = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    joined.match_indices(word).any(|(at, _)| {
        let before = joined.get(..at).and_then(|text| text.chars().next_back());
        !(begins_a_word && before.is_some_and(|c| c.is_ascii_alphanumeric()))
    })
}

/// Where the invocations are written.
#[must_use]
pub fn log(dir: &Path) -> PathBuf {
    dir.join("invocations.log")
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn a_word_is_not_found_at_the_end_of_a_longer_one() {
        assert!(says("-i file:/tmp/2.mp4 -f null", "2.mp4"));
        assert!(says("2.mp4", "2.mp4"));
        assert!(!says("/tmp/.tmp-00000-host-7-3f2.mp4", "2.mp4"));
        assert!(says("/tmp/3f2.mp4 /tmp/2.mp4", "2.mp4"));
        assert!(says("x-frames:v", "-frames:v"));
    }
}
