//! Times and tempo as text.

/// `samples` at `rate` as minutes and seconds, `3:07`, rounded down.
#[must_use]
pub fn clock(samples: u64, rate: u32) -> String {
    let seconds = samples / u64::from(rate.max(1));
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A tempo such as `128.0 BPM`; a dash if there is none.
#[must_use]
pub fn tempo(millibpm: u32) -> String {
    if millibpm == 0 {
        return "–".to_owned();
    }
    let tenths = (millibpm + 50) / 100;
    format!("{}.{} BPM", tenths / 10, tenths % 10)
}

/// How sure the tracker is, in words and per cent.
#[must_use]
pub fn confidence(permille: u16) -> String {
    let word = match permille {
        0..300 => "unsure",
        300..700 => "fairly sure",
        _ => "sure",
    };
    format!("{} % · {word}", (permille + 5) / 10)
}

/// The metre, such as `4 beats a bar`.
#[must_use]
pub fn metre(beats_per_bar: u8) -> String {
    match beats_per_bar {
        0 => "unknown".to_owned(),
        beats => format!("{beats} beats"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(clock(0, 44_100), "0:00");
        assert_eq!(clock(44_100 * 187 + 44_099, 44_100), "3:07");
        assert_eq!(clock(5, 0), "0:05");
        assert_eq!(tempo(127_960), "128.0 BPM");
        assert_eq!(tempo(90_449), "90.4 BPM");
        assert_eq!(tempo(0), "–");
        assert_eq!(confidence(1000), "100 % · sure");
        assert_eq!(confidence(0), "0 % · unsure");
    }
}
