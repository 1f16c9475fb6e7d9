//! Clips of a minute, looked at by their key frames.

use std::collections::BTreeMap;

use crate::browser::with_browser;
use crate::material::Material;
use crate::opening::long_task;
use crate::site::Site;
use crate::table::{Table, percentile};
use crate::watch;

/// Length of a long clip, in milliseconds.
const MINUTE_MS: f64 = 60_000.0;

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let noted = with_browser(async |page| {
        watch::begin(page).await?;
        page.open(&site).await?;
        page.add(&material.long).await?;
        let count = material.long.len();
        let looked = format!(
            "document.querySelectorAll(
                '#clips li:not([data-state=waiting], [data-state=looking])').length === {count}
             && document.querySelector('.page').dataset.stage !== 'working'"
        );
        watch::wait_for(page, &looked, || {}).await?;
        assert_eq!(page.count("#clips li[data-state=ready]").await?, count);
        watch::noted(page).await
    });
    // A look begins when it is asked for and ends with its footage.
    let mut begun = BTreeMap::new();
    let mut speeds = Vec::new();
    let (mut first, mut last) = (f64::INFINITY, 0.0_f64);
    for (at, way, kind, id) in &noted.clips {
        let id = id.to_bits();
        if way == "to" && kind == "look" {
            begun.insert(id, *at);
        } else if kind == "footage"
            && let Some(from) = begun.get(&id)
        {
            speeds.push(MINUTE_MS / (at - from));
        }
        if way == "to" && kind == "probe" {
            first = first.min(*at);
        }
        last = last.max(*at);
    }
    let count = speeds.len();
    assert_eq!(count, material.long.len(), "every clip was looked at");
    let clips = format!("{count} clips of 1080p, a minute each, quick look");
    table.add(
        format!("{clips}: median"),
        format!("{:.0} x real time", percentile(&speeds, 50)),
        ">= 20 x on one core",
    );
    table.add(
        format!("{clips}: slowest"),
        format!("{:.0} x real time", percentile(&speeds, 0)),
        ">= 20 x on one core",
    );
    #[expect(clippy::cast_precision_loss, reason = "some clips")]
    let all = MINUTE_MS * count as f64 / (last - first);
    table.add(
        format!("{clips}: all of it, with probing and thumbnails"),
        format!("{:.1} s, {all:.0} x real time", (last - first) / 1000.0),
        "",
    );
    table.add(
        "Longest task of the page meanwhile",
        long_task(noted.longest_task(first, last)),
        "< 50 ms",
    );
}
