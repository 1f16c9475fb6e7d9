//! Lines out of chunks.

/// Longest line that is kept; the rest of a longer one is dropped.
const LONGEST: usize = 64 * 1024;

/// Puts chunks of a child's output together to lines.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes a chunk and gives every line that it completes, without its end, to `take`. Bytes
    /// that are not UTF-8 are replaced.
    pub fn push(&mut self, chunk: &[u8], mut take: impl FnMut(&str)) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.rest.len());
            self.rest
                .extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
            if part.ends_with(b"\n") {
                take(String::from_utf8_lossy(&self.rest).trim_end());
                self.rest.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_may_be_cut_anywhere() {
        let text = b"one\ntwo \r\n\nthree\nfour";
        for size in 1..text.len() {
            let (mut lines, mut seen) = (Lines::default(), Vec::new());
            for chunk in text.chunks(size) {
                lines.push(chunk, |line| seen.push(line.to_owned()));
            }
            assert_eq!(seen, ["one", "two", "", "three"]);
        }
    }
}
