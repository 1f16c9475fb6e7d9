//! Times along the film: timecodes, the ruler's steps, and how many lines of beats are drawn.

use shared::rate::Rate;

use crate::viewport::{Viewport, nearest, place};

/// Pixels that a label of seconds needs, with the room before the next.
const LABEL_PX: f64 = 64.0;
/// The same for a label of frames.
const LONG_LABEL_PX: f64 = 84.0;
/// Ticks do not stand closer than this, in pixels.
const TICK_PX: f64 = 7.0;
/// Lines of beats do not stand closer than this, in pixels.
const BEAT_PX: f64 = 6.0;
/// Lines of bars do not stand closer than this, in pixels.
const BAR_PX: f64 = 16.0;

/// Labels every so many seconds, and ticks between two of them.
const SECONDS: [(u64, u64); 13] = [
    (1, 5),
    (2, 4),
    (5, 5),
    (10, 5),
    (15, 3),
    (30, 6),
    (60, 6),
    (120, 4),
    (300, 5),
    (600, 5),
    (1800, 6),
    (3600, 6),
    (7200, 4),
];

/// An instant of the film as a person reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timecode {
    /// Whole seconds.
    pub seconds: u64,
    /// Frames since that second began.
    pub frames: u64,
}

impl Timecode {
    /// When a frame begins. Seconds are real ones: at 29.97 frames a second some have 29 frames.
    #[must_use]
    pub fn of(frame: u64, rate: Rate) -> Self {
        let (num, den) = (u128::from(rate.num()), u128::from(rate.den()));
        let seconds = u128::from(frame) * den / num;
        let first = (seconds * num).div_ceil(den);
        Self {
            seconds: u64::try_from(seconds).unwrap_or(u64::MAX),
            frames: u64::try_from(u128::from(frame).saturating_sub(first)).unwrap_or(0),
        }
    }

    /// Minutes and seconds: `3:07`, from an hour on `1:03:07`.
    #[must_use]
    pub fn clock(self) -> String {
        let (minutes, seconds) = (self.seconds / 60, self.seconds % 60);
        if minutes < 60 {
            format!("{minutes}:{seconds:02}")
        } else {
            format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
        }
    }

    /// With frames: `3:07:12`.
    #[must_use]
    pub fn exact(self) -> String {
        format!("{}:{:02}", self.clock(), self.frames)
    }
}

/// How long so many frames last, in seconds.
#[must_use]
pub fn seconds(frames: f64, rate: Rate) -> f64 {
    frames / rate.as_f64()
}

/// A tick of the ruler.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it stands.
    pub place: f64,
    /// What is written there, if anything.
    pub label: Option<String>,
}

/// The ticks in view, each labelled one with room for its label.
#[must_use]
pub fn ticks(view: &Viewport, rate: Rate) -> Vec<Tick> {
    let per_second = rate.as_f64();
    // Whole frames a second: 30 for 29.97.
    let whole = nearest(per_second).max(1);
    let frames = [1, 2, 5, 10]
        .into_iter()
        .filter(|step| step * 2 <= whole)
        .find(|step| place(*step) * view.scale() >= LONG_LABEL_PX);
    if let Some(step) = frames {
        return frame_ticks(view, rate, step);
    }
    let second_px = per_second * view.scale();
    let wide = |(step, _): &(u64, u64)| place(*step) * second_px >= LABEL_PX;
    let (step, parts) = SECONDS.into_iter().find(wide).unwrap_or((7200, 4));
    let parts = if place(step) * second_px / place(parts) >= TICK_PX {
        parts
    } else {
        1
    };
    second_ticks(view, rate, step, parts)
}

/// Ticks at every frame, labels at every `step`th since its second began.
fn frame_ticks(view: &Viewport, rate: Rate, step: u64) -> Vec<Tick> {
    let span = view.span();
    let first = nearest(span.start.floor());
    let last = nearest(span.end.ceil()).min(view.frames());
    let whole = nearest(rate.as_f64()).max(1);
    (first..=last)
        .map(|frame| {
            let time = Timecode::of(frame, rate);
            // The last label before a second makes room for the second's own.
            let room = time.frames == 0 || time.frames + step <= whole;
            let labelled = time.frames.is_multiple_of(step) && room;
            Tick {
                place: place(frame),
                label: labelled.then(|| time.exact()),
            }
        })
        .collect()
}

/// Labels every `step` seconds, `parts` ticks from one to the next.
fn second_ticks(view: &Viewport, rate: Rate, step: u64, parts: u64) -> Vec<Tick> {
    let span = view.span();
    let tick = place(step) / place(parts);
    let first = nearest((seconds(span.start, rate) / tick).floor());
    let last = nearest((seconds(span.end, rate) / tick).ceil());
    (first..=last)
        .map(|index| {
            let at = place(index) * tick;
            let labelled = index.is_multiple_of(parts);
            let time = Timecode {
                seconds: index / parts * step,
                frames: 0,
            };
            Tick {
                place: at * rate.as_f64(),
                label: labelled.then(|| time.clock()),
            }
        })
        .filter(|tick| tick.place <= place(view.frames()) + 1e-6)
        .collect()
}

/// Which of the beats are drawn as lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeatLines {
    /// All.
    Beats,
    /// The first of every so many bars; a power of two.
    Bars(u32),
}

impl BeatLines {
    /// The most that can be told apart, where a beat lasts `frames` frames and a bar has so many
    /// beats; 0 counts as 4.
    #[must_use]
    pub fn for_view(view: &Viewport, frames: f64, beats_per_bar: u8) -> Self {
        let beat_px = frames * view.scale();
        if beat_px >= BEAT_PX {
            return Self::Beats;
        }
        let beats = if beats_per_bar == 0 { 4 } else { beats_per_bar };
        let bar_px = beat_px * f64::from(beats);
        let mut every = 1_u32;
        while f64::from(every) * bar_px < BAR_PX && every < 1 << 16 {
            every *= 2;
        }
        Self::Bars(every)
    }

    /// How many bars lie between two numbers that are written, so that `room` pixels are between
    /// them.
    #[must_use]
    pub fn numbered(view: &Viewport, bar_frames: f64, room: f64) -> u32 {
        let bar_px = (bar_frames * view.scale()).max(1e-6);
        let mut every = 1_u32;
        while f64::from(every) * bar_px < room && every < 1 << 16 {
            every *= 2;
        }
        every
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn timecodes_read_as_people_write_them() {
        let at = |frame, of| Timecode::of(frame, rate(of)).exact();
        assert_eq!(at(0, "30"), "0:00:00");
        assert_eq!(at(89, "30"), "0:02:29");
        assert_eq!(at(60 * 25 * 61, "25"), "1:01:00:00");
        // The 30th frame at 29.97 begins a thousandth of a second after the first second.
        assert_eq!(at(29, "30000/1001"), "0:00:29");
        assert_eq!(at(30, "30000/1001"), "0:01:00");
        assert_eq!(Timecode::of(187 * 30, rate("30")).clock(), "3:07");
    }

    proptest! {
        #[test]
        fn a_timecode_names_one_frame(frame in 0..10_000_000_u64, which in 0..5_usize) {
            let rate = rate(["24000/1001", "25", "30000/1001", "60", "240"][which]);
            let time = Timecode::of(frame, rate);
            let next = Timecode::of(frame + 1, rate);
            let follows = (next.seconds == time.seconds && next.frames == time.frames + 1)
                || (next.seconds == time.seconds + 1 && next.frames == 0);
            prop_assert!(follows, "{time:?} {next:?}");
        }

        #[test]
        fn labels_have_room_and_are_never_far(frames in 30..400_000_u64, width in 200.0..4000.0, factor in 1.0..4000.0, share in 0.0..1.0) {
            let mut view = Viewport::new(frames, width);
            view.zoom(factor, share * width);
            for of in ["24000/1001", "30", "60"] {
                let ticks = ticks(&view, rate(of));
                let labels: Vec<f64> = ticks.iter().filter(|tick| tick.label.is_some()).map(|tick| view.x(tick.place)).collect();
                prop_assert!(ticks.len() < 4000 && labels.len() < 80, "{} {}", ticks.len(), labels.len());
                for pair in labels.windows(2) {
                    prop_assert!(pair[1] - pair[0] >= 50.0, "{pair:?}");
                    prop_assert!(pair[1] - pair[0] <= 700.0, "{pair:?}");
                }
                for pair in ticks.windows(2) {
                    prop_assert!(view.x(pair[1].place) - view.x(pair[0].place) > 3.0);
                }
            }
        }

        #[test]
        fn lines_of_beats_never_crowd(frames in 300..400_000_u64, width in 200.0..4000.0, factor in 1.0..400.0, beat in 5.0..60.0, meter in 0..13_u8) {
            let mut view = Viewport::new(frames, width);
            view.zoom(factor, 0.0);
            let bar = beat * f64::from(if meter == 0 { 4 } else { meter });
            let apart = match BeatLines::for_view(&view, beat, meter) {
                BeatLines::Beats => beat,
                BeatLines::Bars(every) => bar * f64::from(every),
            };
            prop_assert!(apart * view.scale() >= BEAT_PX);
        }
    }

    #[test]
    fn close_views_show_frames_and_far_ones_minutes() {
        let mut view = Viewport::new(30 * 240, 1200.0);
        let labels = |view: &Viewport| -> Vec<String> {
            ticks(view, rate("30"))
                .into_iter()
                .filter_map(|tick| tick.label)
                .collect()
        };
        assert_eq!(labels(&view)[..3], ["0:00", "0:15", "0:30"]);
        view.zoom(1000.0, 0.0);
        assert_eq!(labels(&view)[..3], ["0:00:00", "0:00:05", "0:00:10"]);
    }
}
