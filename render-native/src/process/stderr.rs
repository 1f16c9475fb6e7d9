//! What a child said on standard error: drained to the end, kept in part.

use std::collections::VecDeque;
use std::io::Read;

use crate::launcher;

/// Lines kept from the start, where the cause usually is.
const HEAD_LINES: usize = 8;
/// Lines kept from the end.
const TAIL_LINES: usize = 24;
/// Bytes of a line that are kept; the rest is dropped.
const LINE_BYTES: usize = 500;
/// How ffmpeg tells that a part of it has ended, with the number of the error.
const ENDED: [&str; 2] = [
    "Task finished with error code",
    "Terminating thread with return code",
];

/// The messages of one child, bounded, lossily decoded, one line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Messages {
    head: Vec<String>,
    tail: VecDeque<String>,
    /// Lines in all, empty ones left out.
    pub lines: u64,
    /// Lines that ffmpeg marks as errors (`-v level+…` marks them).
    pub errors: u64,
}

/// A message without the part of ffmpeg that it comes from, whose address differs from run to run.
#[must_use]
pub fn plain(line: &str) -> String {
    let mut line = line;
    while let Some(rest) = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        line = rest.1;
    }
    line.to_owned()
}

impl Messages {
    /// Reads to the end. A read error ends the messages, not the program.
    pub(super) fn read(mut from: impl Read) -> Self {
        let mut messages = Self::default();
        let mut buffer = [0; 16 * 1024];
        let mut line = Vec::new();
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            for byte in buffer.iter().take(read) {
                match byte {
                    b'\n' | b'\r' => messages.take_line(&mut line),
                    _ if line.len() < LINE_BYTES => line.push(*byte),
                    _ => {}
                }
            }
        }
        messages.take_line(&mut line);
        messages
    }

    fn take_line(&mut self, line: &mut Vec<u8>) {
        let text = without_addresses(String::from_utf8_lossy(line).trim());
        line.clear();
        if text.is_empty() {
            return;
        }
        self.lines += 1;
        self.errors += u64::from(is_error(&text));
        if self.head.len() < HEAD_LINES {
            self.head.push(text);
            return;
        }
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(text);
    }

    /// The line that most likely says why: the last error, else the last line.
    #[must_use]
    pub fn decisive(&self) -> Option<&str> {
        self.decisive_error().or_else(|| self.kept().last())
    }

    /// The error that most likely says why; warnings are left out.
    #[must_use]
    pub fn decisive_error(&self) -> Option<&str> {
        // What comes of a failure, told by the parts of ffmpeg that it passes through.
        const VAGUE: [&str; 10] = [
            "Conversion failed",
            "Error while opening encoder",
            "Could not open encoder before EOF",
            "Error sending frames to consumers",
            "Error opening output file",
            "Error opening input file",
            "Error parsing global options",
            "Error splitting the argument list",
            "Nothing was written into output file",
            "Invalid data found when processing input",
        ];
        let vague = |line: &&str| VAGUE.iter().chain(&ENDED).any(|part| line.contains(part));
        let errors = || self.kept().filter(|line| is_error(line));
        errors()
            .filter(|line| !vague(line))
            .last()
            .or_else(|| errors().last())
    }

    /// Whether ffmpeg tells that a part of it has ended by an error of its own (from release 6.1 on).
    pub(super) fn ended_by_itself(&self) -> bool {
        ENDED.iter().any(|part| self.mention(part))
    }

    /// The lines that were kept, the first and the last ones.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.head.iter().chain(&self.tail).map(String::as_str)
    }

    /// Whether some line holds `part`.
    #[must_use]
    pub fn mention(&self, part: &str) -> bool {
        self.kept().any(|line| line.contains(part))
    }

    /// Whether some line gives `reason` as the system's reason: the line's last words after a
    /// colon, or behind the number of an error. Before them stands what failed, often with the name
    /// of a file, in which any words may stand.
    #[must_use]
    pub fn give_as_reason(&self, reason: &str) -> bool {
        self.kept().any(|line| {
            let line = line.trim_end_matches(['.', ' ', '\r']);
            let after_a_colon = line
                .strip_suffix(reason)
                .is_some_and(|before| before.ends_with(": "));
            let of_a_number = || Some(line.strip_suffix(')')?.rsplit_once(" (")?.1);
            after_a_colon
                || ENDED.iter().any(|part| line.contains(part)) && of_a_number() == Some(reason)
        })
    }

    /// What the launcher said if it could not become the program.
    pub(super) fn launch_failure(&self) -> Option<&str> {
        self.head.first()?.strip_prefix(launcher::FAILURE)
    }
}

/// ffmpeg names its parts with their place in memory, `[h264 @ 0x55d0]`; that changes every time
/// and tells nobody anything.
fn without_addresses(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((front, back)) = rest.split_once(" @ 0x") {
        text.push_str(front);
        rest = back.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    text + rest
}

fn is_error(line: &str) -> bool {
    ["[error]", "[fatal]", "[panic]"]
        .iter()
        .any(|level| line.contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decisive_line_is_the_last_error_that_says_something() {
        let text =
            b"[h264 @ 0x1] [error] bad nal\n[warning] x\n[fatal] Conversion failed!\n\xff\xfe\n";
        let messages = Messages::read(&text[..]);
        assert_eq!(messages.decisive(), Some("[h264] [error] bad nal"));
        assert_eq!((messages.lines, messages.errors), (4, 2));
    }

    #[test]
    fn what_only_follows_from_a_failure_does_not_decide() {
        // ffmpeg 9, without a card.
        let text = b"[h264_nvenc @ 0x1] [error] Cannot load libcuda.so.1\n\
            [vost#0:0/h264_nvenc @ 0x1] [enc:h264_nvenc @ 0x2] [error] Error while opening encoder \
            - maybe incorrect parameters such as bit_rate, rate, width or height.\n\
            [vf#0:0 @ 0x1] [error] Error sending frames to consumers: Operation not permitted\n\
            [vf#0:0 @ 0x1] [error] Task finished with error code: -1 (Operation not permitted)\n\
            [vf#0:0 @ 0x1] [error] Terminating thread with return code -1 (Operation not permitted)\n\
            [vost#0:0/h264_nvenc @ 0x1] [error] Could not open encoder before EOF\n\
            [out#0/null @ 0x1] [error] Nothing was written into output file, because at least one \
            of its streams received no packets.\n";
        let messages = Messages::read(&text[..]);
        let why = "[h264_nvenc] [error] Cannot load libcuda.so.1";
        assert_eq!(messages.decisive(), Some(why));
        assert!(messages.ended_by_itself());
        assert!(messages.give_as_reason("Operation not permitted"));
        assert!(!messages.give_as_reason("Invalid argument"));
    }

    #[test]
    fn what_is_no_media_is_told_as_the_reader_tells_it() {
        // ffmpeg 9, of a file of a few letters.
        let text = b"[in#0 @ 0x1] [error] moov atom not found\n\
            [in#0 @ 0x2] [error] Error opening input: Invalid data found when processing input\n\
            [error] Error opening input file file:/junk.mp4.\n\
            [fatal] Error opening input files: Invalid data found when processing input\n";
        let messages = Messages::read(&text[..]);
        assert_eq!(
            messages.decisive(),
            Some("[in#0] [error] moov atom not found")
        );
    }

    #[test]
    fn a_flood_is_counted_but_not_kept() {
        let flood = "x".repeat(2000) + "\n";
        let messages = Messages::read(flood.repeat(5000).as_bytes());
        assert_eq!(messages.lines, 5000);
        assert!(messages.kept().map(str::len).sum::<usize>() <= 32 * LINE_BYTES);
    }
}
