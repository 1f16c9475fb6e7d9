//! Why each shot of a plan shows what it shows, in words.

use std::fmt::Write as _;

use shared::plan::{Clip, Plan, Slot};

use super::plan::seconds;
use crate::shown::on_one_line;

/// What spoke for each shot and against it, and the same of what could be shown instead.
pub(super) fn reasons(plan: &Plan) -> String {
    let mut text = String::new();
    let rate = plan.output.rate.as_f64();
    let mut line = |lead: &str, clip: &Clip, again: &str| {
        let media = usize::try_from(clip.media).ok();
        let name = media.and_then(|media| plan.media.get(media));
        let name = name.map_or_else(String::new, |media| on_one_line(media.path.as_text()));
        let at = seconds(clip.source_start, 1e6);
        let speed = match clip.speed.terms() {
            (1, 1) => String::new(),
            (num, 1) => format!(" at {num} times its speed"),
            (num, den) => format!(" at {num}/{den} of its speed"),
        };
        let why = clip.why.as_deref();
        let why = why.map_or_else(String::new, |why| format!(": {}", on_one_line(why)));
        let _ = writeln!(text, "{lead}{name} from {at:.1} s{speed}{again}{why}");
    };
    for (number, slot) in plan.slots.iter().enumerate() {
        let at = seconds(slot.record_start, rate);
        let long = seconds(slot.record_duration.into(), rate);
        line(
            &format!("shot {} at {at:.1} s, {long:.1} s long: ", number + 1),
            &slot.clip,
            &again(plan, number, slot),
        );
        for other in &slot.alternates {
            line("    or ", other, "");
        }
    }
    text
}

/// The other shots that show part of the same footage.
fn again(plan: &Plan, number: usize, slot: &Slot) -> String {
    let range = |slot: &Slot| {
        let end = slot
            .clip
            .source_end(slot.record_duration, plan.output.rate)?;
        Some((slot.clip.source_start, end))
    };
    let Some(own) = range(slot) else {
        return String::new();
    };
    let shows = |other: &Slot| {
        let both = range(other).filter(|_| other.clip.media == slot.clip.media);
        both.is_some_and(|(start, end)| start < own.1 && own.0 < end)
    };
    let others = plan.slots.iter().zip(1..);
    let others: Vec<String> = others
        .filter(|(other, at)| *at != number + 1 && shows(other))
        .map(|(_, at): (_, usize)| at.to_string())
        .collect();
    match others.as_slice() {
        [] => String::new(),
        [one] => format!(", also in shot {one}"),
        many => format!(", also in shots {}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_slowed_or_shown_twice_is_said_so() {
        let slot = |start: u32, from: u32, speed: &str| {
            format!(
                r#"{{"record_start": {start}, "record_duration": 30, "clip": {{"media": 0, "source_start": {from}, "speed": "{speed}"}}}}"#
            )
        };
        let slots = [
            slot(0, 0, "1/2"),
            slot(30, 500_000, "1"),
            slot(60, 2_000_000, "1"),
            slot(90, 499_999, "1/8"),
        ];
        let plan = format!(
            r#"{{"schema": "autocut-plan/1", "output": {{"width": 160, "height": 90, "rate": "30"}},
                "music": {{"media": {{"path": "s.wav"}}, "source_start": 0}},
                "media": [{{"path": "a.mp4"}}], "slots": [{}]}}"#,
            slots.join(",")
        );
        let plan = Plan::from_json(&plan).unwrap();
        assert_eq!(
            reasons(&plan),
            "shot 1 at 0.0 s, 1.0 s long: a.mp4 from 0.0 s at 1/2 of its speed, also in shot 4\n\
             shot 2 at 1.0 s, 1.0 s long: a.mp4 from 0.5 s, also in shot 4\n\
             shot 3 at 2.0 s, 1.0 s long: a.mp4 from 2.0 s\n\
             shot 4 at 3.0 s, 1.0 s long: a.mp4 from 0.5 s at 1/8 of its speed, also in shots 1, 2\n"
        );
    }
}
