//! The preview: whether the right shot is there at the right moment.

use std::path::PathBuf;

use serde::Deserialize;
use shared::plan::Plan;

use crate::browser::with_browser;
use crate::editing::many_shots;
use crate::material::Material;
use crate::opening::long_task;
use crate::site::Site;
use crate::table::{Table, percentile};
use crate::watch::{self, Noted};

/// Clips of the film.
const CLIPS: usize = 30;
/// Cuts that are watched at least.
const CUTS: usize = 100;

#[derive(Deserialize)]
struct Stats {
    cuts: Vec<Cut>,
    held: f64,
    dropped: f64,
}

#[derive(Deserialize)]
struct Cut {
    error_frames: Option<f64>,
}

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let mut files: Vec<PathBuf> = vec![material.song.clone()];
    files.extend(material.short.iter().take(CLIPS).cloned());
    let (stats, noted, plan, (started, seconds)) = with_browser(async |page| {
        watch::begin(page).await?;
        page.film_of(&site, &files).await?;
        many_shots(page).await?;
        let plan = page.plan().await?;
        // From the middle of the song on, where it is densest, over a hundred cuts.
        let first = plan.slots.len() / 3;
        let last = (first + CUTS + 5).min(plan.slots.len() - 1);
        let (from, until) = (
            plan.slots[first].record_start,
            plan.slots[last].record_start,
        );
        page.select(first).await?;
        page.execute_async("setTimeout(arguments[0], 2000);", Vec::new())
            .await?;
        page.execute(
            "window.previewer.postMessage({ kind: 'stats', clear: true });",
            Vec::new(),
        )
        .await?;
        let started = watch::now(page).await?;
        page.keys(" ").await?;
        let rate = plan.output.rate.as_f64();
        #[expect(clippy::cast_precision_loss, reason = "some thousand frames")]
        let seconds = (until - from) as f64 / rate;
        page.execute_async(
            "setTimeout(arguments[1], arguments[0]);",
            vec![serde_json::json!(seconds * 1000.0 + 500.0)],
        )
        .await?;
        page.execute(
            "window.previewer.postMessage({ kind: 'stats' });",
            Vec::new(),
        )
        .await?;
        page.execute_async("setTimeout(arguments[0], 500);", Vec::new())
            .await?;
        let stats: Stats = watch::read(page, "window.noted.stats").await?;
        let noted = watch::noted(page).await?;
        Ok((stats, noted, plan, (started, seconds)))
    });
    let longest = noted.longest_task(started, f64::INFINITY);
    let errors: Vec<f64> = stats
        .cuts
        .iter()
        .map(|cut| cut.error_frames.unwrap_or(f64::INFINITY))
        .collect();
    let within = |frames: f64| errors.iter().filter(|error| error.abs() <= frames).count();
    assert!(!errors.is_empty(), "the preview passed no cut");
    table.add(
        format!("Preview: {} cuts of 1080p in {seconds:.0} s", errors.len()),
        format!(
            "{:.1} % at most one frame off, 95 % within {:.1} frames, worst {:.1}",
            100.0 * ratio(within(1.0), errors.len()),
            percentile(&errors, 95),
            percentile(&errors, 100)
        ),
        "95 % at most one frame",
    );
    let told = told_late(&noted, &plan);
    table.add(
        format!(
            "Preview: {} cuts, when the page has word of them",
            told.len()
        ),
        format!(
            "{:.1} % at most one frame late, worst {:.1}",
            100.0 * ratio(told.iter().filter(|late| **late <= 1.0).count(), told.len()),
            percentile(&told, 100)
        ),
        "",
    );
    table.add(
        "Preview: pictures held at once, decoded for nothing",
        format!("{:.0}, {:.0}", stats.held, stats.dropped),
        "",
    );
    table.add(
        "Longest task of the page while it plays",
        long_task(longest),
        "< 50 ms",
    );
}

/// How many frames after its cut each shot was told of as shown, by the clock that the page has given
/// the preview: without the worker's own word for it, and with the way of its message.
#[expect(clippy::cast_precision_loss, reason = "some thousand frames")]
fn told_late(noted: &Noted, plan: &Plan) -> Vec<f64> {
    let rate = plan.output.rate.as_f64();
    let mut late = Vec::new();
    for pair in noted.shown.windows(2) {
        let ((_, before), (at, slot)) = (pair[0], pair[1]);
        // Cuts that were played over, one after the other.
        let Some(clock) = noted.clocks.iter().rfind(|(sent, _, _)| sent <= &at) else {
            continue;
        };
        if slot != before + 1 || at - clock.0 > 1000.0 {
            continue;
        }
        let (_, at_ms, frame_at) = clock;
        let due = frame_at + (at - at_ms) / 1000.0 * rate;
        let cut = usize::try_from(slot)
            .ok()
            .and_then(|slot| plan.slots.get(slot));
        if let Some(cut) = cut {
            late.push(due.floor() - cut.record_start as f64);
        }
    }
    late
}

#[expect(clippy::cast_precision_loss, reason = "some hundred cuts")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
