//! What stands in messages: names, amounts and counts, as people read them.
//!
//! A file may be called anything. Its name must neither steer a terminal nor pass for a line of
//! ours, so names go into messages through [`Shown`].

use std::path::Path;

/// A name in a message.
pub trait Shown {
    /// The name on one line, with everything written out that would steer a terminal.
    fn shown(&self) -> String;
}

impl Shown for Path {
    fn shown(&self) -> String {
        on_one_line(&self.to_string_lossy())
    }
}

/// The text with every control character written out, line ends too.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    written_out(text, |c| steers(c) || c == '\n')
}

/// The text with control characters written out, except for line ends: they are our own.
#[must_use]
pub fn escaped(text: &str) -> String {
    written_out(text, steers)
}

fn written_out(text: &str, which: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if which(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character does something to a terminal instead of standing there: control characters
/// but the line end, and what changes the direction of the text around it.
fn steers(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Bytes as people read them.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth")]
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{:.0} KiB", bytes as f64 / 1024.0),
        0x10_0000..0x4000_0000 => format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20)),
        _ => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
    }
}

/// The size of a file as people who send and store it read it, in steps of 1000.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth")]
pub fn file_size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// A time as people read it, from milliseconds: `8.2 s`, `6 min 40 s`, `1 h 30 min`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth")]
pub fn duration(ms: u64) -> String {
    let with = |number: u64, unit: &str, rest: u64, smaller: &str| match rest {
        0 => format!("{number} {unit}"),
        _ => format!("{number} {unit} {rest} {smaller}"),
    };
    let seconds = (ms + 500) / 1000;
    match seconds {
        0..60 => format!("{:.1} s", ms as f64 / 1000.0),
        60..3600 => with(seconds / 60, "min", seconds % 60, "s"),
        _ => with(seconds / 3600, "h", seconds / 60 % 60, "min"),
    }
}

/// So many of a thing: `1 shot`, `2 shots`.
#[must_use]
pub fn count(number: impl TryInto<u64>, thing: &str) -> String {
    let number: u64 = number.try_into().unwrap_or(u64::MAX);
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// A tenth of a unit is all that an estimate is worth; more digits are noise.
#[must_use]
pub fn to_tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(escaped("a\u{1b}[2Jb\rc\nд"), "a\\u{1b}[2Jb\\rc\nд");
        let name = Path::new("a\nerror: b\u{202e}4pm.mp4");
        assert_eq!(name.shown(), "a\\nerror: b\\u{202e}4pm.mp4");
    }

    #[test]
    fn bytes_are_shown_in_the_unit_that_fits() {
        assert_eq!(bytes(3 << 19), "2 MiB");
        assert_eq!(bytes(3 << 29), "1.5 GiB");
    }

    #[test]
    fn one_is_one() {
        assert_eq!(count(1_usize, "shot"), "1 shot");
        assert_eq!(count(0_u64, "shot"), "0 shots");
        assert!((to_tenths(0.1 + 0.2) - 0.3).abs() < f64::EPSILON);
    }
}
