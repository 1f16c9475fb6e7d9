//! Times, tempo and beats as text.

use std::fmt::Write;

use shared::music::BeatGrid;

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

/// The beats, one a line: seconds with six decimals, a tab, the position in the bar (0 if unknown).
#[must_use]
pub fn beats(grid: &BeatGrid) -> String {
    let rate = u128::from(grid.rate.max(1));
    let mut text = String::new();
    for beat in &grid.beats {
        let micros = (u128::from(beat.at) * 1_000_000 + rate / 2) / rate;
        let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
        // Writing into a string does not fail.
        let _ = writeln!(text, "{whole}.{part:06}\t{}", beat.position);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::music::Beat;

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

    #[test]
    fn a_beat_is_written_to_the_microsecond() {
        let beat = |at, position| Beat {
            at,
            position,
            energy_permille: 0,
        };
        let grid = BeatGrid {
            rate: 44_100,
            duration: 100_000,
            tempo_millibpm: 0,
            confidence_permille: 0,
            beats_per_bar: 4,
            beats: vec![beat(1, 0), beat(44_100, 1), beat(66_150, 2)],
            sections: Vec::new(),
            analysis: std::collections::BTreeMap::new(),
        };
        assert_eq!(beats(&grid), "0.000023\t0\n1.000000\t1\n1.500000\t2\n");
    }
}
