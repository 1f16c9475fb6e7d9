//! What is shown where the planned picture cannot be, and how that is told.

use shared::decision::{Decision, DecisionCode};
use shared::plan::{Clip, Slot};
use shared::rate::Rate;
use shared::time::{Rounding, Source, Time};

use super::job::Job;
use super::judge::Good;
use super::ladder::{Rung, Step};
use super::schedule::estimate::Footprint;
use super::segment::{Picture, Take, Way};

/// What a step shows.
pub(super) fn picture(step: Step, take: Option<&Take>) -> Picture<'_> {
    let Some(take) = take else {
        return Picture::Slate;
    };
    match step {
        Step::Planned(way) if !take.video.still => Picture::Take { take, way },
        Step::Alternate(_) if !take.video.still => Picture::Take {
            take,
            way: Way::Seek,
        },
        Step::Remains => Picture::Take {
            take,
            way: Way::Extended,
        },
        _ => Picture::Still { take },
    }
}

/// The clip that begins with the last picture that a slot shows.
pub(super) fn last_picture(slot: &Slot, rate: Rate) -> Option<Clip> {
    let mut clip = slot.clip.clone();
    let (num, den) = clip.speed.terms();
    let before = i64::from(slot.record_duration.checked_sub(1)?).checked_mul(num.into())?;
    let micros = Time::<Source>::new(before, rate)
        .rescaled(Rate::MICROSECONDS, Rounding::Floor)?
        .ticks();
    let micros = u64::try_from(micros).ok()? / u64::from(den);
    clip.source_start = clip.source_start.checked_add(micros)?;
    Some(clip)
}

/// The segment's name for people: its place, counted from 1, and its file.
fn subject(index: usize, slot: &Slot, job: &Job<'_>) -> String {
    let media = job.plan.media.get(slot.clip.media as usize);
    let name = media.map_or("?", |media| media.path.name());
    format!("slot {} ({name})", index + 1)
}

/// The decision that a segment ended on this step because of `fault`.
pub(super) fn decision(
    index: usize,
    slot: &Slot,
    job: &Job<'_>,
    step: Step,
    take: Option<&Take>,
    fault: Option<String>,
) -> Option<Decision> {
    let rung = step.rung();
    let code = rung.decision()?;
    let name = take
        .and_then(|take| job.plan.media.get(take.media as usize))
        .map_or("?", |media| media.path.name());
    let done = match (rung, step) {
        (Rung::Sequential, _) => "decoded from the start of the file instead".to_owned(),
        (Rung::Reduced, _) => "rendered with plainer filters instead".to_owned(),
        (Rung::Extended, _) => "its last picture is held".to_owned(),
        (Rung::Alternate, _) => format!("{name} is shown instead"),
        (_, Step::HoldBefore) => format!("the last picture of the slot before ({name}) is held"),
        (_, Step::HoldAfter) => format!("the first picture of the slot after ({name}) is held"),
        _ => "a plain picture is shown".to_owned(),
    };
    let fault = fault.unwrap_or_else(|| "the planned clip failed".to_owned());
    Some(Decision::about(
        code,
        subject(index, slot, job),
        format!("{fault}; {done}"),
    ))
}

/// The decision that a segment was made with less memory than its quality asks for.
pub(super) fn small(index: usize, footprint: Footprint) -> Option<Decision> {
    (footprint == Footprint::Smallest).then(|| {
        Decision::about(
            DecisionCode::SegmentReduced,
            format!("slot {}", index + 1),
            "memory was short: encoded with one thread and without looking ahead, as planned \
             otherwise",
        )
    })
}

/// The decision that a segment was read from its source, and not from the copy made for it.
pub(super) fn without_copy(index: usize, fault: &str) -> Decision {
    Decision::about(
        DecisionCode::PreprocessFailed,
        format!("slot {}", index + 1),
        format!("the copy that is quick to read failed ({fault}); read directly"),
    )
}

/// The decision that the decoder complained and concealed.
pub(super) fn damage(index: usize, take: Option<&Take>, good: &Good) -> Option<Decision> {
    let line = good.complaint.as_deref()?;
    let name = take?.path.file_name()?.to_string_lossy().into_owned();
    let count = good.damage;
    Some(Decision::about(
        DecisionCode::DamageConcealed,
        format!("slot {} ({name})", index + 1),
        format!(
            "the decoder reported {count} error{}: {line}",
            if count == 1 { "" } else { "s" }
        ),
    ))
}
