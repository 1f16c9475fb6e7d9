//! What holds of all footage that an analyser gives, asked of footage that was read.

use shared::plan::MAX_EXACT;

use super::analyser::LONGEST_CLIP_US;
use super::model::{Footage, Sound, TICK_US};

/// What the analyser promises of all footage, and the planner relies on.
pub(super) fn check(footage: &Footage) -> Result<(), &'static str> {
    let (start, end) = (footage.start_us, footage.end_us);
    let length = end.checked_sub(start).filter(|_| end <= MAX_EXACT);
    let length = length.ok_or("its end lies before its start, or out of range")?;
    if length > LONGEST_CLIP_US {
        return Err("it is longer than 48 hours");
    }
    let ticks = u64::try_from(footage.ticks.len()).unwrap_or(u64::MAX);
    if ticks != length.div_ceil(TICK_US) {
        return Err("it has not one measure for each tenth of a second");
    }
    let mut from = start;
    for shot in &footage.shots {
        if shot.start_us != from || shot.end_us <= shot.start_us {
            return Err("its shots do not follow each other");
        }
        from = shot.end_us;
    }
    if from != end {
        return Err("its shots do not fill it");
    }
    let mut from = start;
    for anchor in &footage.anchors {
        if anchor.at_us < from || anchor.at_us > end {
            return Err("its anchors are not in order, or not inside of it");
        }
        if anchor.strength_permille > 1000 {
            return Err("an anchor's strength is not between 0 and 1000");
        }
        from = anchor.at_us;
    }
    let mut from = start;
    for view in &footage.views {
        if view.start_us < from || view.end_us <= view.start_us || view.end_us > end {
            return Err("its views do not follow each other");
        }
        from = view.end_us;
    }
    footage
        .sound
        .as_ref()
        .map_or(Ok(()), |sound| check_sound(footage, sound))
}

fn check_sound(footage: &Footage, sound: &Sound) -> Result<(), &'static str> {
    let ticks = footage.ticks.len();
    if sound.loudness.len() != ticks || sound.speech.len() != ticks {
        return Err("its sound has not one measure for each tenth of a second");
    }
    let mut from = footage.start_us;
    for event in &sound.events {
        if event.at_us < from || event.at_us > footage.end_us {
            return Err("its loud events are not in order, or not inside of it");
        }
        if event.strength_permille > 1000 {
            return Err("a loud event's strength is not between 0 and 1000");
        }
        from = event.at_us;
    }
    Ok(())
}
