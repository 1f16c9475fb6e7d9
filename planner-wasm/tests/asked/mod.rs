//! What may be asked of single clips, and whether a plan does it.

use planner_wasm::edit::{Must, PlanRequest, SongWindow};
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{Plan, Slot};

/// Musts, windows and weights of one or two clips each, as numbers that [`ask`] turns into a request's.
pub(crate) fn wishes() -> impl Strategy<Value = Vec<(u8, u32)>> {
    prop::collection::vec((0..5_u8, any::<u32>()), 0..5)
}

/// Asks something of a clip.
pub(crate) fn ask(request: &mut PlanRequest, kind: u8, number: u64) {
    let count = request.clips.len();
    let media = usize::try_from(number).unwrap() % count;
    let range_us = (!number.is_multiple_of(3)).then(|| {
        let from = number % 2_000_003;
        (from, from + 100_000 + number % 1_500_007)
    });
    let clip = u32::try_from(media).unwrap();
    match kind {
        0 | 1 => request.musts.push(Must {
            media: clip,
            range_us,
        }),
        2 | 3 => {
            let start = number % request.grid.duration;
            request.windows.push(SongWindow {
                media: clip,
                range_us,
                start,
                end: start + number % 1_000_003,
            });
        }
        _ => {
            let before = request.clips[media].weight_permille;
            request.clips[media].weight_before = before;
            request.clips[media].weight_permille = u16::try_from(number % 8001).unwrap();
        }
    }
}

/// What a slot shows, from when until when.
pub(crate) fn shown(plan: &Plan, slot: &Slot) -> (u64, u64) {
    let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
    (slot.clip.source_start, end.unwrap())
}

/// Whether two clips of the request are one content.
fn alike(request: &PlanRequest, one: u32, other: u32) -> bool {
    let print = |media: u32| {
        let media = usize::try_from(media).unwrap();
        request
            .clips
            .get(media)
            .and_then(|clip| clip.media.fingerprint)
    };
    one == other || print(one).is_some() && print(one) == print(other)
}

/// Whether a slot may show the instant `at` of its clip: a tenth of a second and a frame are forgiven.
#[expect(
    clippy::cast_precision_loss,
    reason = "hours of samples and frames are exact in a float"
)]
fn may_show(request: &PlanRequest, plan: &Plan, slot: &Slot, at: u64) -> bool {
    let rate = f64::from(request.grid.rate);
    let seconds = |frame: u64| frame as f64 / plan.output.rate.as_f64();
    let opening = plan.music.source_start as f64 / rate;
    let (from, to) = (
        opening + seconds(slot.record_start),
        opening + seconds(slot.record_end()),
    );
    let forgiven = 0.1 + seconds(1) + 1e-6;
    let mut binding = request
        .windows
        .iter()
        .filter(|window| window.start < window.end)
        .filter(|window| alike(request, window.media, slot.clip.media))
        .filter(|window| {
            window
                .range_us
                .is_none_or(|range| (range.0..range.1).contains(&at))
        })
        .map(|window| (window.start as f64 / rate, window.end as f64 / rate))
        .peekable();
    binding.peek().is_none()
        || binding.any(|(start, end)| start - forgiven <= from && to <= end + forgiven)
}

/// Every slot that is not locked shows what it may where it lies, or the plan says that some could not; and
/// what must be shown is, or the plan says what is not.
pub(crate) fn obeyed(request: &PlanRequest, plan: &Plan) {
    let told = |code| plan.decisions.iter().filter(move |one| one.code == code);
    if told(DecisionCode::SongWindowLeft).next().is_none() {
        for slot in plan.slots.iter().filter(|slot| !slot.locked) {
            let (from, to) = shown(plan, slot);
            let mut instants = (from..to).step_by(20_000).chain([to - 1]);
            assert!(
                instants.all(|at| may_show(request, plan, slot, at)),
                "{slot:?}"
            );
        }
    }
    for must in &request.musts {
        let Some(clip) = request.clips.get(usize::try_from(must.media).unwrap()) else {
            continue;
        };
        let range = must.range_us.unwrap_or((0, u64::MAX));
        let is_shown = plan.slots.iter().any(|slot| {
            let (from, to) = shown(plan, slot);
            alike(request, slot.clip.media, must.media) && from < range.1 && range.0 < to
        });
        let path = clip.media.path.as_text();
        let mut said = told(DecisionCode::MustNotShown);
        let said = said.any(|one| one.subject.as_deref() == Some(path));
        assert!(is_shown || said, "{must:?}");
    }
}
