//! What is on screen when, and what sounds when; pure, so that it is tested without a browser.
//!
//! * [`clock`] — the film's time by the browser's clocks.
//! * [`sounding`] — the song's time while it sounds, and the beats that are due.
//! * [`message`] — plans as the preview's worker reads them; the size of its canvas.
//!
//! Which pictures the worker prepares, and where it draws them, is its own affair: see
//! `web/media/preview/timeline.js` and `geometry.js`.

pub mod clock;
pub mod message;
pub mod sounding;

use shared::plan::Plan;

/// The slot that shows film frame `frame`; `None` past the film.
#[must_use]
pub fn slot_at(plan: &Plan, frame: u64) -> Option<usize> {
    let after = plan
        .slots
        .partition_point(|slot| slot.record_start <= frame);
    let slot = after.checked_sub(1)?;
    (frame < plan.slots.get(slot)?.record_end()).then_some(slot)
}

/// The source instant that film frame `frame` shows: media and microseconds of its container's
/// time, rounded down. `None` past the film, or out of range.
#[must_use]
pub fn source_at(plan: &Plan, frame: u64) -> Option<(u32, u64)> {
    let slot = plan.slots.get(slot_at(plan, frame)?)?;
    let (num, den) = slot.clip.speed.terms();
    let rate = plan.output.rate;
    let into = u128::from(frame - slot.record_start);
    let us = into * 1_000_000 * u128::from(rate.den()) * u128::from(num)
        / (u128::from(rate.num()) * u128::from(den));
    let at = slot
        .clip
        .source_start
        .checked_add(u64::try_from(us).ok()?)?;
    Some((slot.clip.media, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::from_json(
            r#"{"schema":"autocut-plan/1","output":{"width":160,"height":90,"rate":"30000/1001"},
            "music":{"media":{"path":"song.wav"}},"media":[{"path":"a.mp4"},{"path":"b.mp4"}],
            "slots":[
            {"record_start":0,"record_duration":30,"clip":{"media":0,"source_start":500}},
            {"record_start":30,"record_duration":1,"clip":{"media":1,"source_start":0}},
            {"record_start":31,"record_duration":20,
             "clip":{"media":1,"source_start":7,"speed":"1/2"}}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn every_frame_has_its_slot() {
        let plan = plan();
        for frame in 0..60 {
            let expected = plan
                .slots
                .iter()
                .position(|slot| (slot.record_start..slot.record_end()).contains(&frame));
            assert_eq!(slot_at(&plan, frame), expected, "{frame}");
        }
    }

    #[test]
    fn source_time_runs_by_the_slots_speed() {
        let plan = plan();
        assert_eq!(source_at(&plan, 0), Some((0, 500)));
        assert_eq!(source_at(&plan, 29), Some((0, 500 + 967_633)));
        assert_eq!(source_at(&plan, 30), Some((1, 0)));
        // Two frames of film are one of source.
        assert_eq!(source_at(&plan, 33), Some((1, 7 + 33_366)));
        assert_eq!(source_at(&plan, 51), None);
    }
}
