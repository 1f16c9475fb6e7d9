//! Memory of a tab with many clips.

use std::fs;

use crate::browser::with_browser;
use crate::material::Material;
use crate::site::Site;
use crate::table::Table;

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let mut files = vec![material.song.clone()];
    files.extend(material.short.iter().cloned());
    let (peak, settled, planned) = with_browser(async |page| {
        page.open(&site).await?;
        let empty = largest_renderer();
        page.choose("#files", &files).await?;
        let mut peak = empty;
        while !page
            .holds("document.querySelector('.page').dataset.stage === 'planned'")
            .await?
        {
            peak = peak.max(largest_renderer());
            page.execute_async("setTimeout(arguments[0], 200);", Vec::new())
                .await?;
        }
        let planned = page.count("#clips li[data-state=ready]").await?;
        page.execute_async("setTimeout(arguments[0], 3000);", Vec::new())
            .await?;
        Ok((peak, largest_renderer(), planned))
    });
    let clips = format!("Memory of the tab with a song and {planned} clips");
    table.add(
        format!("{clips}: planned, at rest"),
        format!("{} MB", settled / 1_000_000),
        "<= 500 MB",
    );
    table.add(
        format!("{clips}: most while looking at them"),
        format!("{} MB", peak / 1_000_000),
        "",
    );
}

/// Resident memory of the process that shows the page, in bytes: of all that this one has started,
/// the largest that shows pages. 0 where there is no `/proc`.
fn largest_renderer() -> u64 {
    let mut open = vec![std::process::id()];
    let mut largest = 0;
    while let Some(id) = open.pop() {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).contains("--type=renderer") {
            largest = largest.max(resident(id));
        }
        let threads = fs::read_dir(format!("/proc/{id}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            open.extend(
                children
                    .split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
    }
    largest
}

fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
