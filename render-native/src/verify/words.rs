//! Numbers as people read them.

/// A distance with its direction: `+1 frame`, `-3 frames`.
pub(super) fn by_frames(by: i64) -> String {
    format!(
        "{by:+} frame{}",
        if by.unsigned_abs() == 1 { "" } else { "s" }
    )
}

/// Milliseconds to a microsecond, with their sign; nothing has none.
pub(super) fn signed(ms: f64) -> String {
    if milliseconds(ms).is_none() {
        return "0.000".to_owned();
    }
    format!("{ms:+.3}")
}

/// A lag in words: `20 ms late`, `0.25 ms early`, `in time`.
pub(super) fn late(ms: f64) -> String {
    match milliseconds(ms) {
        None => "in time".to_owned(),
        Some(size) if ms > 0.0 => format!("{size} late"),
        Some(size) => format!("{size} early"),
    }
}

/// Where the sound starts: `20 ms after the picture`, `with the picture`.
pub(super) fn beside_picture(ms: f64) -> String {
    match milliseconds(ms) {
        None => "with the picture".to_owned(),
        Some(size) if ms > 0.0 => format!("{size} after the picture"),
        Some(size) => format!("{size} before the picture"),
    }
}

/// The size of a time to a microsecond, without needless zeros; none if that is nothing.
pub(super) fn milliseconds(ms: f64) -> Option<String> {
    let text = format!("{:.3}", ms.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    (text != "0").then(|| format!("{text} ms"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many_and_early_is_not_late() {
        assert_eq!([by_frames(-1), by_frames(3)], ["-1 frame", "+3 frames"]);
        assert_eq!(
            [late(-500.0), late(0.25), late(-0.0001)],
            ["500 ms early", "0.25 ms late", "in time"]
        );
        assert_eq!(
            [signed(-0.0004), signed(0.0), signed(-0.0006), signed(2.5)],
            ["0.000", "0.000", "-0.001", "+2.500"]
        );
        assert_eq!(beside_picture(-21.3333), "21.333 ms before the picture");
        assert_eq!(beside_picture(100.0), "100 ms after the picture");
    }
}
