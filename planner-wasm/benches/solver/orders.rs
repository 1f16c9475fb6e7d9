//! The requests of the benchmark as the page's worker is told them, and the plans that are made of them
//! here, to be compared.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use planner_wasm::edit::{Ban, PlanRequest, Scope, plan, replan};
use planner_wasm::worker::order::PlanOrder;
use planner_wasm::worker::protocol::{FootageId, JobId, Request};
use shared::plan::Plan;

use crate::CLIPS;
use crate::large::large;

/// Writes `NAME.jsonl`, a message a line, and `NAME.json`, the plan that the last of them gives here;
/// prints `NAME ms`, a line each.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    for clips in CLIPS {
        let request = large(clips);
        let made = timed(|| plan(&request).ok());
        one(folder, &format!("plan-{clips}"), &request, None, &made)?;
        let Some(before) = made.1 else { continue };
        let banned = before.slots.get(9).map(|slot| Ban {
            media: slot.clip.media,
            range_us: None,
        });
        let mut without = request.clone();
        without.bans.extend(banned);
        let made = timed(|| replan(&without, &before, &Scope::All).ok());
        let name = format!("replan-{clips}");
        one(folder, &name, &without, Some(&before), &made)?;
    }
    for clips in CLIPS {
        let request = poor(clips);
        let made = timed(|| plan(&request).ok());
        one(folder, &format!("poor-{clips}"), &request, None, &made)?;
    }
    Ok(())
}

/// The same with clips that nobody wants to see but for 3 s each: shots are made shorter for them.
fn poor(clips: u64) -> PlanRequest {
    let mut request = large(clips);
    for clip in &mut request.clips {
        for (n, tick) in clip.footage.ticks.iter_mut().enumerate() {
            tick.unwanted = if (30..60).contains(&n) { 0 } else { u8::MAX };
        }
    }
    request
}

/// The best time of three, in milliseconds, and what was made.
fn timed(mut work: impl FnMut() -> Option<Plan>) -> (f64, Option<Plan>) {
    let mut best = (f64::INFINITY, None);
    for _ in 0..3 {
        let started = Instant::now();
        let made = work();
        let ms = started.elapsed().as_secs_f64() * 1e3;
        best = (ms.min(best.0), made);
    }
    best
}

fn one(
    folder: &Path,
    name: &str,
    request: &PlanRequest,
    before: Option<&Plan>,
    made: &(f64, Option<Plan>),
) -> io::Result<()> {
    let clips = || (0..).zip(&request.clips);
    let mut messages: Vec<Request> = clips()
        .map(|(footage, clip): (FootageId, _)| Request::Keep {
            footage,
            known: clip.footage.clone(),
        })
        .collect();
    let kept: Vec<Option<FootageId>> = clips().map(|(footage, _)| Some(footage)).collect();
    let order = Box::new(PlanOrder::new(request.clone(), &kept));
    let id: JobId = 1;
    messages.push(match before {
        None => Request::Plan { id, order },
        Some(before) => Request::Replan {
            id,
            order,
            plan: before.to_json(),
            scope: Scope::All,
        },
    });
    let mut lines = String::new();
    for message in &messages {
        lines.push_str(&serde_json::to_string(message)?);
        lines.push('\n');
    }
    fs::write(folder.join(format!("{name}.jsonl")), lines)?;
    let (ms, plan) = made;
    let plan = plan.as_ref().map(Plan::to_json).unwrap_or_default();
    fs::write(folder.join(format!("{name}.json")), plan)?;
    println!("{name} {ms:.1}");
    Ok(())
}
