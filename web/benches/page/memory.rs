//! Memory of a tab with many clips.

use std::fs;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::with_browser;
use crate::material::Material;
use crate::page::Page;
use crate::site::Site;
use crate::table::Table;
use crate::watch;

pub(crate) fn measure(table: &mut Table, material: &Material) {
    let site = Site::open(Vec::new());
    let mut files = vec![material.song.clone()];
    files.extend(material.short.iter().cloned());
    let (steps, clips) = with_browser(async |page| {
        let mut steps = Vec::new();
        page.open(&site).await?;
        steps.push(("nothing", settled(page).await?));
        page.add(&files[..1]).await?;
        page.stage("waiting").await?;
        steps.push(("the song", settled(page).await?));
        page.add(&files[1..]).await?;
        let mut peak = 0;
        let planned = "document.querySelector('.page').dataset.stage === 'planned'";
        watch::wait_for(page, planned, || peak = peak.max(largest_renderer())).await?;
        steps.push(("the song and clips, while they are looked at", peak));
        let clips = page.count("#clips li[data-state=ready]").await?;
        assert_eq!(clips, material.short.len(), "every clip was looked at");
        steps.push(("the song, clips and a film", settled(page).await?));
        Ok((steps, clips))
    });
    for (name, bytes) in &steps {
        table.add(
            format!("Memory of the tab, {clips} clips: {name}"),
            format!("{} MB", bytes / 1_000_000),
            if name.ends_with("film") {
                "<= 500 MB"
            } else {
                ""
            },
        );
    }
}

/// Memory once the page has come to rest and what is no longer used is given back.
async fn settled(page: &Page) -> WebDriverResult<u64> {
    page.cdp()
        .send_raw("HeapProfiler.collectGarbage", json!({}))
        .await?;
    page.execute_async("setTimeout(arguments[0], 3000);", Vec::new())
        .await?;
    Ok(largest_renderer())
}

/// Memory of the process that shows the page, in bytes: of all that this one has started, the
/// largest that shows pages. What is read from files, the browser's program above all, is left out,
/// since all tabs share it.
fn largest_renderer() -> u64 {
    let mut open = vec![std::process::id()];
    let mut largest = None;
    while let Some(id) = open.pop() {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).contains("--type=renderer") {
            largest = largest.max(own(id));
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
    largest.expect("/proc tells of the browser's processes and their memory")
}

/// Memory of a process in bytes; none of one that is over, or where the system does not tell.
fn own(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let kilobytes = |name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some((kilobytes("RssAnon:")? + kilobytes("RssShmem:")?) * 1024)
}
