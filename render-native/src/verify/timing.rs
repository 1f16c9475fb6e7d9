//! Frames, time stamps and lengths of the film, held against the plan.

use serde::Serialize;
use shared::plan::Plan;
use shared::rate::Rate;
use shared::time::{Record, Rounding, Time};

/// Frames and their time stamps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrameFindings {
    /// Frames that the plan asks for.
    pub planned: u64,
    /// Frames that the film decodes to.
    pub decoded: u64,
    /// Ticks a second of the time stamps.
    pub time_base: Rate,
    /// Time stamp of the first frame, in microseconds of the film.
    pub start_us: i64,
    /// Frames whose time stamp is not that of their number: `start + i / rate`, to the tick.
    pub misplaced: u64,
    /// The first of them.
    pub first_misplaced: Option<u64>,
    /// The largest distance of a time stamp from its place, in microseconds.
    pub worst_us: u64,
    /// Frames without a time stamp.
    pub unstamped: u64,
}

/// Checks time stamps one by one.
#[derive(Debug)]
pub(super) struct StampCheck {
    rate: Rate,
    start: Option<i64>,
    findings: FrameFindings,
}

impl StampCheck {
    /// For a film of `planned` frames at `rate`, stamped in ticks of `time_base`.
    pub(super) const fn new(planned: u64, rate: Rate, time_base: Rate) -> Self {
        Self {
            rate,
            start: None,
            findings: FrameFindings {
                planned,
                decoded: 0,
                time_base,
                start_us: 0,
                misplaced: 0,
                first_misplaced: None,
                worst_us: 0,
                unstamped: 0,
            },
        }
    }

    /// Takes the next frame's time stamp, in ticks.
    pub(super) fn push(&mut self, stamp: Option<i64>) {
        let number = self.findings.decoded;
        self.findings.decoded += 1;
        let Some(stamp) = stamp else {
            self.findings.unstamped += 1;
            return;
        };
        let base = self.findings.time_base;
        let start = *self.start.get_or_insert_with(|| {
            self.findings.start_us = micros(stamp, base);
            stamp
        });
        let place = i64::try_from(number)
            .ok()
            .and_then(|number| {
                Time::<Record>::new(number, self.rate).rescaled(base, Rounding::Nearest)
            })
            .and_then(|place| place.ticks().checked_add(start));
        let Some(off) = place.and_then(|place| stamp.checked_sub(place)) else {
            self.findings.unstamped += 1;
            return;
        };
        if off != 0 {
            self.findings.misplaced += 1;
            self.findings.first_misplaced.get_or_insert(number);
            self.findings.worst_us = self.findings.worst_us.max(micros(off, base).unsigned_abs());
        }
    }

    /// What was found.
    pub(super) const fn finish(self) -> FrameFindings {
        self.findings
    }
}

fn micros(ticks: i64, base: Rate) -> i64 {
    Time::<Record>::new(ticks, base)
        .rescaled(Rate::MICROSECONDS, Rounding::Nearest)
        .map_or(i64::MAX, Time::ticks)
}

/// A cut that breaks the law of the beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BrokenBeat {
    /// The slot, counting from 0.
    pub slot: usize,
    /// The frame where the plan begins it.
    pub frame: u64,
    /// The frame that is on screen at the event it is cut on; none if that is before the film.
    pub lawful: Option<u64>,
}

/// The plan held against its own beats: a slot begins on the frame that is on screen at the
/// event, 0 to 1 frame before it and never after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BeatFindings {
    /// Slots that name the event they are cut on.
    pub named: usize,
    /// Those of them that do not begin on its frame.
    pub broken: Vec<BrokenBeat>,
}

/// Holds every cut of `plan` against the law of the beat.
pub(super) fn beats(plan: &Plan) -> BeatFindings {
    let mut findings = BeatFindings {
        named: 0,
        broken: Vec::new(),
    };
    for (index, slot) in plan.slots.iter().enumerate() {
        let Some(cut) = slot.cut else { continue };
        findings.named += 1;
        let lawful = plan.frame_at(cut.at);
        if lawful != Some(slot.record_start) {
            findings.broken.push(BrokenBeat {
                slot: index,
                frame: slot.record_start,
                lawful,
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::certificate::frame_failures;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    fn is_exact(found: &FrameFindings) -> bool {
        frame_failures(found).is_empty()
    }

    fn check(
        fps: &str,
        base: &str,
        stamps: impl IntoIterator<Item = Option<i64>>,
    ) -> FrameFindings {
        let mut check = StampCheck::new(4, rate(fps), rate(base));
        stamps.into_iter().for_each(|stamp| check.push(stamp));
        check.finish()
    }

    #[test]
    fn frames_in_place_are_exact() {
        assert!(is_exact(&check(
            "30000/1001",
            "30000",
            [0, 1001, 2002, 3003].map(Some)
        )));
        // A time base that cannot hold the rate: the nearest tick is right.
        assert!(is_exact(&check("30", "1000", [0, 33, 67, 100].map(Some))));
    }

    #[test]
    fn a_gap_a_late_start_and_a_missing_frame_are_told() {
        let gap = check("25", "25", [0, 1, 3, 4].map(Some));
        assert_eq!(
            (gap.misplaced, gap.first_misplaced, gap.worst_us),
            (2, Some(2), 40_000)
        );
        let late = check("25", "25", [1, 2, 3, 4].map(Some));
        assert_eq!((late.start_us, late.misplaced), (40_000, 0));
        assert!(!is_exact(&late));
        assert!(!is_exact(&check("25", "25", [0, 1, 2].map(Some))));
        assert!(!is_exact(&check(
            "25",
            "25",
            [Some(0), None, Some(2), Some(3)]
        )));
    }

    proptest! {
        #[test]
        fn one_tick_is_enough_to_be_told(frame in 1..500_i64, by in prop::sample::select(&[-1_i64, 1][..])) {
            let base = rate("30000");
            let mut check = StampCheck::new(500, rate("30000/1001"), base);
            for i in 0..500 {
                check.push(Some(i * 1001 + if i == frame { by } else { 0 }));
            }
            let found = check.finish();
            prop_assert_eq!((found.misplaced, found.first_misplaced), (1, u64::try_from(frame).ok()));
        }
    }
}
