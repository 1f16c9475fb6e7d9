//! The readers of the plan and of what was inspected, against whatever a file may hold.

use planner_wasm::footage::{Inspected, TICK_US};
use shared::plan::Plan;
use shared::plan::PlanError;

/// Refused with a reason that can be shown, or sound, and then every question about it has an
/// answer and it comes back the same.
#[test]
fn fuzz_plan() {
    suite::fuzz::fuzz("plan", &[], |bytes| {
        let plan = match Plan::from_json(&String::from_utf8_lossy(bytes)) {
            Ok(plan) => plan,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                if let PlanError::Invalid { problems, total } = error {
                    // However wrong a plan is, what is said about it stays readable.
                    assert!(problems.len() <= total && problems.len() <= 100);
                }
                return;
            }
        };
        assert_eq!(plan.problems().1, 0);
        let rate = plan.output.rate;
        let mut frames = 0_u64;
        for slot in &plan.slots {
            assert_eq!(slot.record_start, frames);
            frames = slot.record_end();
            for clip in std::iter::once(&slot.clip).chain(&slot.alternates) {
                assert!(usize::try_from(clip.media).unwrap() < plan.media.len());
                let _ = clip.source_end(slot.record_duration, rate);
            }
        }
        assert_eq!(plan.record_duration(), frames);
        for media in plan.media.iter().chain([&plan.music.media]) {
            assert!(!media.path.to_bytes().is_empty());
        }
        let again = Plan::from_json(&plan.to_json()).unwrap();
        assert_eq!(again, plan);
    });
}

/// Refused with a reason that can be shown, or of footage that the planner can rely on.
#[test]
fn fuzz_inspected() {
    suite::fuzz::fuzz("inspected", &[], |bytes| {
        let read = match Inspected::from_json(&String::from_utf8_lossy(bytes)) {
            Ok(read) => read,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        };
        for clip in &read.clips {
            let footage = &clip.footage;
            let length = footage.end_us.checked_sub(footage.start_us).unwrap();
            assert_eq!(footage.ticks.len() as u64, length.div_ceil(TICK_US));
            assert!(!clip.media.path.to_bytes().is_empty());
            let _ = planner_wasm::footage::Windows::new(footage);
        }
    });
}
