//! The song's time while it sounds, and the beats that are due.

use std::ops::Range;

use shared::music::{self, BeatGrid};

use super::clock::frames;

/// A beat of the song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// When, in seconds of the song.
    pub at: f64,
    /// Whether it is the first of a bar.
    pub downbeat: bool,
}

/// The beats of a grid.
#[must_use]
pub fn beats(grid: &BeatGrid) -> Vec<Beat> {
    let rate = f64::from(grid.rate.max(1));
    let beat = |beat: &music::Beat| Beat {
        at: frames(beat.at) / rate,
        downbeat: beat.position == 1,
    };
    grid.beats.iter().map(beat).collect()
}

/// A song that was told to sound. Times are seconds: of the sound's clock, and of the song.
#[derive(Debug, Clone, PartialEq)]
pub struct Sounding {
    /// When it began, by the sound's clock.
    pub when: f64,
    /// Where in the song.
    pub offset: f64,
    /// What of the song repeats once its end is reached; the song begins before that.
    pub looped: Option<Range<f64>>,
}

impl Sounding {
    /// The second of the song that sounds at `at` of the sound's clock; the first one before it
    /// sounds.
    #[must_use]
    pub fn song_at(&self, at: f64) -> f64 {
        let plain = self.offset + (at - self.when).max(0.0);
        match &self.looped {
            Some(part) if part.end > part.start && plain >= part.end => {
                part.start + (plain - part.start) % (part.end - part.start)
            }
            _ => plain,
        }
    }

    /// The beats that sound in `span` of the sound's clock, with when they do, in order. `beats`
    /// are in order.
    #[must_use]
    pub fn due(&self, beats: &[Beat], span: &Range<f64>) -> Vec<(f64, Beat)> {
        let mut due = Vec::new();
        let mut lap = Lap {
            begins: self.when,
            from: self.offset,
            until: self.looped.as_ref().map_or(f64::INFINITY, |part| part.end),
        };
        loop {
            if lap.begins >= span.end {
                return due;
            }
            lap.due(beats, span, &mut due);
            let Some(part) = self.looped.as_ref().filter(|part| part.end > part.start) else {
                return due;
            };
            let (length, ends) = (part.end - part.start, lap.begins + lap.until - lap.from);
            // Laps that are over are passed at once, however short they are.
            let passed = ((span.start - ends) / length).floor().max(0.0);
            lap = Lap {
                begins: ends + passed * length,
                from: part.start,
                until: part.end,
            };
        }
    }
}

/// A stretch of the song that sounds in one piece.
struct Lap {
    begins: f64,
    from: f64,
    until: f64,
}

impl Lap {
    fn due(&self, beats: &[Beat], span: &Range<f64>, due: &mut Vec<(f64, Beat)>) {
        let first = beats.partition_point(|beat| beat.at < self.from);
        let lap = beats.iter().skip(first);
        for beat in lap.take_while(|beat| beat.at < self.until) {
            let at = self.begins + beat.at - self.from;
            if at >= span.end {
                break;
            }
            if at >= span.start {
                due.push((at, *beat));
            }
        }
    }
}

/// The last beat that was passed when the song went from second `before` to second `after`, if one
/// was. A step backwards is the seam of a loop, or a seek, and only beats right at its end count.
#[must_use]
pub fn passed(beats: &[Beat], before: f64, after: f64) -> Option<Beat> {
    /// A seam or a seek falls between two pictures of the display.
    const STEP: f64 = 0.04;
    let from = if after < before || after - before > 1.0 {
        after - STEP
    } else {
        before
    };
    let index = beats
        .partition_point(|beat| beat.at <= after)
        .checked_sub(1)?;
    beats.get(index).copied().filter(|beat| beat.at > from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn beats() -> Vec<Beat> {
        let beat = |n: u32| Beat {
            at: f64::from(n) * 0.5,
            downbeat: n.is_multiple_of(4),
        };
        (0..40).map(beat).collect()
    }

    fn times(due: &[(f64, Beat)]) -> Vec<(f64, f64)> {
        due.iter().map(|(at, beat)| (*at, beat.at)).collect()
    }

    #[test]
    fn beats_sound_when_the_song_comes_to_them() {
        let song = Sounding {
            when: 100.0,
            offset: 1.25,
            looped: None,
        };
        assert!((song.song_at(99.0) - 1.25).abs() < 1e-9);
        assert!((song.song_at(101.0) - 2.25).abs() < 1e-9);
        let due = song.due(&beats(), &(100.0..101.0));
        assert_eq!(times(&due), [(100.25, 1.5), (100.75, 2.0)]);
        assert!(due[1].1.downbeat);
        assert!(song.due(&beats(), &(130.0..131.0)).is_empty());
    }

    #[test]
    fn beats_come_again_with_each_lap_of_a_loop() {
        let song = Sounding {
            when: 10.0,
            offset: 0.75,
            looped: Some(1.0..2.0),
        };
        // The first lap ends at 11.25 of the sound's clock.
        let due = song.due(&beats(), &(10.0..12.5));
        let expected = [
            (10.25, 1.0),
            (10.75, 1.5),
            (11.25, 1.0),
            (11.75, 1.5),
            (12.25, 1.0),
        ];
        assert_eq!(times(&due), expected);
        assert!((song.song_at(11.5) - 1.25).abs() < 1e-9);
        assert_eq!(
            times(&song.due(&beats(), &(1011.0..1011.5))),
            [(1011.25, 1.0)]
        );
    }

    #[test]
    fn a_beat_is_passed_once() {
        let beats = beats();
        assert_eq!(passed(&beats, 0.99, 1.01).map(|beat| beat.at), Some(1.0));
        assert_eq!(passed(&beats, 1.01, 1.03), None);
        // Back at a loop's start, which lies on a beat.
        assert_eq!(passed(&beats, 3.98, 2.01).map(|beat| beat.at), Some(2.0));
        assert_eq!(passed(&beats, 3.98, 2.3), None);
        assert_eq!(passed(&[], 0.0, 9.0), None);
    }

    proptest! {
        #[test]
        fn windows_side_by_side_lose_no_beat_and_double_none(
            offset in 0.0_f64..8.0, start in 0.0_f64..8.0, length in 0.05_f64..4.0,
            cuts in proptest::collection::vec(0.01_f64..0.7, 1..40),
        ) {
            let end = (start + length).max(offset + 0.01);
            let song = Sounding { when: 5.0, offset, looped: Some(start..end) };
            let mut at = 5.0;
            let mut pieces = Vec::new();
            for step in cuts {
                pieces.extend(song.due(&beats(), &(at..at + step)));
                at += step;
            }
            let whole = song.due(&beats(), &(5.0..at));
            prop_assert_eq!(pieces.len(), whole.len());
            for ((a, beat), (b, other)) in pieces.iter().zip(&whole) {
                prop_assert!((a - b).abs() < 1e-6);
                prop_assert_eq!(beat, other);
                let heard = song.song_at(a + 1e-7);
                prop_assert!((heard - beat.at).abs() < 1e-5, "{heard} {}", beat.at);
            }
        }
    }
}
