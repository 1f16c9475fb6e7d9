//! A long film: planned, and its timeline scrolled.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use shared::editing::{Operation, apply};
use shared::plan::Plan;
use thirtyfour::prelude::*;

use crate::browser::with_browser;
use crate::material::Material;
use crate::opening::long_task;
use crate::page::Page;
use crate::site::Site;
use crate::table::{Table, ms, percentile};
use crate::watch;

/// Clips of the film.
const CLIPS: usize = 30;
/// How often the plan is asked for.
const TIMES: usize = 5;
/// Shots of the timeline that is scrolled.
const SHOTS: usize = 500;

/// Scrolls the timeline to and fro for some seconds, a little with every picture that the browser
/// draws, and gives back the moments of those pictures.
const SCROLL: &str = "
    const [seconds, done] = arguments;
    const canvas = document.querySelector('.timeline canvas');
    const box = canvas.getBoundingClientRect();
    const drawn = [];
    const end = performance.now() + seconds * 1000;
    const draw = (at) => {
        drawn.push(at);
        if (performance.now() > end) { done(drawn); return; }
        const way = drawn.length % 240 < 120 ? 40 : -40;
        canvas.dispatchEvent(new WheelEvent('wheel', {
            deltaX: way, deltaY: 0, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2,
            bubbles: true, cancelable: true,
        }));
        requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);";

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<PathBuf> = vec![material.song.clone()];
    files.extend(material.short.iter().take(CLIPS).cloned());
    with_browser(async |page| {
        watch::begin(page).await?;
        page.film_of(&site, &files).await?;
        many_shots(page).await?;
        ask(page, table).await?;
        let project = page.project().await?;
        let mut plan = project.plan.clone().expect("a plan");
        split(&mut plan, SHOTS);
        let mut long = project;
        long.plan = Some(plan);
        let file = folder.path().join("long.autocut.json");
        fs::write(&file, long.to_json()).unwrap();
        let mut again = vec![file];
        again.extend(files.iter().cloned());
        page.add(&again).await?;
        page.until("document.querySelectorAll('#clips li[data-state=ready]').length > 0")
            .await?;
        page.planned().await?;
        scroll(page, table).await
    });
}

/// Energetic, and as many cuts as there can be.
pub(crate) async fn many_shots(page: &Page) -> WebDriverResult<()> {
    page.panel("film").await?;
    page.pick("#panel input[name=style][value=energetic]")
        .await?;
    page.planned().await?;
    page.set("#panel input[type=range]", "field.max").await?;
    page.planned().await
}

async fn ask(page: &Page, table: &mut Table) -> WebDriverResult<()> {
    let (mut shown, mut worked, mut longest) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..TIMES {
        let from = watch::now(page).await?;
        // Until the film is on the screen: the picture after the stage says so.
        let took: f64 = page
            .execute_async(
                "const done = arguments[0];
                 const page = document.querySelector('.page');
                 const start = performance.now();
                 new MutationObserver((_, observer) => {
                     if (page.dataset.stage !== 'planned') return;
                     observer.disconnect();
                     requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
                 }).observe(page, { attributes: true });
                 document.querySelector('#shuffle').click();",
                Vec::new(),
            )
            .await?
            .convert()?;
        shown.push(took);
        let noted = watch::noted(page).await?;
        let asked = noted
            .planner
            .iter()
            .rfind(|(_, way, _, _)| way == "to")
            .unwrap();
        let answered = noted
            .planner
            .iter()
            .rfind(|(at, way, said, _)| way == "from" && *at > asked.0 && said.contains("planned"));
        worked.push(answered.expect("the planner answers").0 - asked.0);
        longest = longest.max(noted.longest_task(from, f64::INFINITY));
    }
    let shots = page.plan().await?.slots.len();
    table.add(
        format!("A new plan of {shots} shots: from asking to shown"),
        format!("{} (median of {TIMES})", ms(percentile(&shown, 50))),
        "<= 500 ms",
    );
    table.add(
        format!("A new plan of {shots} shots: the planner's worker"),
        format!("{} (median of {TIMES})", ms(percentile(&worked, 50))),
        "",
    );
    table.add(
        "Longest task of the page meanwhile",
        long_task(longest),
        "< 50 ms",
    );
    Ok(())
}

/// Splits the longest shots until there are so many.
pub(crate) fn split(plan: &mut Plan, shots: usize) {
    while plan.slots.len() < shots {
        let (slot, longest) = plan
            .slots
            .iter()
            .enumerate()
            .max_by_key(|(_, slot)| slot.record_duration)
            .expect("a film has shots");
        let at = longest.record_start + u64::from(longest.record_duration / 2);
        *plan = apply(
            plan,
            &Operation::Split {
                slot,
                at,
                cut: None,
            },
        )
        .expect("a shot can be split");
    }
}

async fn scroll(page: &Page, table: &mut Table) -> WebDriverResult<()> {
    page.blur().await?;
    for (zoom, name) in [(0, "all in view"), (5, "some in view")] {
        page.keys("0").await?;
        page.keys("+".repeat(zoom)).await?;
        let from = watch::now(page).await?;
        let drawn: Vec<f64> = page
            .execute_async(SCROLL, vec![json!(6)])
            .await?
            .convert()?;
        let noted = watch::noted(page).await?;
        let gaps: Vec<f64> = drawn.windows(2).map(|pair| pair[1] - pair[0]).collect();
        #[expect(clippy::cast_precision_loss, reason = "some hundred pictures")]
        let rate = gaps.len() as f64 * 1000.0 / gaps.iter().sum::<f64>();
        table.add(
            format!("Timeline of {SHOTS} shots scrolled, {name}"),
            format!(
                "{rate:.1} pictures a second, 99 % within {:.1} ms",
                percentile(&gaps, 99)
            ),
            ">= 55 a second",
        );
        table.add(
            "Longest task of the page meanwhile",
            long_task(noted.longest_task(from, f64::INFINITY)),
            "< 50 ms",
        );
    }
    Ok(())
}
