//! The film's time by the browser's clocks.

use std::ops::Range;

/// Clocks that disagree by more than this, in milliseconds, are set anew; less is noise.
const SNAP_MS: f64 = 40.0;
/// How slowly noise is followed.
const CALM: f64 = 16.0;
/// What lies so little before a frame, in frames, is that frame.
const HAIR: f64 = 1e-6;

/// Where the film is, and how fast it runs. Instants are milliseconds of a clock that runs evenly.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// Whether it runs.
    pub playing: bool,
    /// Film frames, with a fraction, at [`Self::at_ms`].
    pub frame_at: f64,
    /// The instant at which [`Self::frame_at`] is true.
    pub at_ms: f64,
    /// Film seconds a second; negative is backwards.
    pub speed: f64,
    /// Frames that are repeated once the film has come to their end.
    pub looped: Option<Range<u64>>,
    /// Frames in the film.
    pub length: u64,
    /// Film frames a second.
    pub rate: f64,
}

impl Clock {
    /// A film that stands at `frame`.
    #[must_use]
    pub const fn still(frame: f64, at_ms: f64, length: u64, rate: f64) -> Self {
        Self {
            playing: false,
            frame_at: frame,
            at_ms,
            speed: 1.0,
            looped: None,
            length,
            rate,
        }
    }

    /// Film frames, with a fraction, at `now_ms`; within the film.
    #[must_use]
    pub fn position(&self, now_ms: f64) -> f64 {
        self.free(now_ms).clamp(0.0, frames(self.length).max(0.0))
    }

    fn free(&self, now_ms: f64) -> f64 {
        if !self.playing {
            return self.frame_at;
        }
        let at = self.frame_at + (now_ms - self.at_ms) / 1000.0 * self.speed * self.rate;
        match &self.looped {
            Some(part) if self.speed > 0.0 => wrapped(self.frame_at, at, part),
            _ => at,
        }
    }
}

/// Where `at` is if, from `from` on, the frames of `part` repeat once their end is reached.
fn wrapped(from: f64, at: f64, part: &Range<u64>) -> f64 {
    let (start, end) = (frames(part.start), frames(part.end));
    if part.is_empty() || from >= end || at < end {
        return at;
    }
    start + (at - start) % (end - start)
}

/// The frame of a position.
#[must_use]
pub fn frame_of(position: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "floats saturate, and a film has fewer than 2^53 frames"
    )]
    let frame = (position + HAIR).max(0.0) as u64;
    frame
}

/// Frames as a float, exact below 2^53.
#[must_use]
pub fn frames(count: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a film has fewer than 2^53 frames"
    )]
    let frames = count as f64;
    frames
}

/// How far one clock is from another, from readings that tremble.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Offset(Option<f64>);

impl Offset {
    /// Takes in a reading in milliseconds and tells what is believed now. Small differences are
    /// followed slowly, large ones at once.
    pub fn hear(&mut self, reading_ms: f64) -> f64 {
        let believed = match self.0 {
            Some(before) if (reading_ms - before).abs() < SNAP_MS => {
                before + (reading_ms - before) / CALM
            }
            _ => reading_ms,
        };
        self.0 = Some(believed);
        believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn playing(frame: f64, speed: f64, looped: Option<Range<u64>>) -> Clock {
        Clock {
            playing: true,
            speed,
            looped,
            ..Clock::still(frame, 1000.0, 300, 30.0)
        }
    }

    fn frame(clock: &Clock, now_ms: f64) -> u64 {
        frame_of(clock.position(now_ms))
    }

    #[test]
    fn time_goes_by_the_rate_and_the_speed() {
        let clock = playing(10.0, 1.0, None);
        assert_eq!(frame(&clock, 1000.0), 10);
        assert_eq!(frame(&clock, 2000.0), 40);
        assert_eq!(frame(&playing(10.0, 2.0, None), 2000.0), 70);
        assert_eq!(frame(&playing(100.0, -1.0, None), 2000.0), 70);
        let still = Clock::still(10.0, 1000.0, 300, 30.0);
        assert_eq!(frame(&still, 9000.0), 10);
    }

    #[test]
    fn a_film_stays_at_its_ends() {
        assert_eq!(frame(&playing(290.0, 1.0, None), 9000.0), 300);
        assert_eq!(frame(&playing(10.0, -1.0, None), 9000.0), 0);
        assert_eq!(frame(&Clock::still(0.0, 0.0, 0, 30.0), 1.0), 0);
    }

    #[test]
    fn a_loop_begins_where_its_end_is_reached_and_not_before_it() {
        let clock = playing(100.0, 1.0, Some(120..150));
        assert_eq!(frame(&clock, 1500.0), 115);
        assert_eq!(frame(&clock, 2600.0), 148);
        assert_eq!(frame(&clock, 2700.0), 121);
        assert!((120..150).contains(&frame(&clock, 99_000.0)));
        // A film that is past its loop runs on.
        let past = playing(160.0, 1.0, Some(120..150));
        assert_eq!(frame(&past, 2000.0), 190);
    }

    #[test]
    fn noise_is_calmed_and_a_jump_followed() {
        let mut offset = Offset::default();
        assert!((offset.hear(500.0) - 500.0).abs() < 1e-9);
        let noisy = offset.hear(508.0);
        assert!((500.0..501.0).contains(&noisy), "{noisy}");
        assert!((offset.hear(700.0) - 700.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn a_looping_film_stays_within_what_it_may_show(
            from in 0_u64..300, start in 0_u64..299, length in 1_u64..60, ms in 0_u32..100_000,
        ) {
            let end = (start + length).min(300);
            let clock = playing(frames(from), 1.0, Some(start..end));
            let frame = frame(&clock, 1000.0 + f64::from(ms));
            prop_assert!(frame <= 300);
            if from < end {
                prop_assert!(frame < end);
                prop_assert!(frame >= from.min(start));
            }
        }
    }
}
