//! What ffmpeg says of its progress (`-progress`), line by line.

/// The frames done so far, if the line tells of them. More than a segment can have is no number
/// of frames: sums of what is told must not overflow.
#[must_use]
pub fn frames(line: &str) -> Option<u64> {
    let frames: u32 = line.strip_prefix("frame=")?.trim().parse().ok()?;
    Some(frames.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_can_be_frames_are_told() {
        assert_eq!(frames("frame=  12"), Some(12));
        for line in [
            "fps=12",
            "frame=",
            "frame=-1",
            "frame=N/A",
            "frame=18446744073709551615",
        ] {
            assert_eq!(frames(line), None, "{line}");
        }
    }
}
