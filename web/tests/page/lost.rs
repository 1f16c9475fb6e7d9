//! A planner that cannot be fetched, or that is of another build.

use std::fs;
use std::path::{Path, PathBuf};

use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::page::Page;
use crate::site::Site;
use crate::sound;

fn song(folder: &Path) -> PathBuf {
    let path = folder.join("clicks.wav");
    fs::write(&path, sound::wav(&sound::click_track(12))).unwrap();
    path
}

/// Adds a song that will not be heard, and waits until that is told and nothing waits any more.
async fn add_in_vain(page: &Page, song: &PathBuf, told: &str) -> WebDriverResult<()> {
    page.add(std::slice::from_ref(song)).await?;
    page.until(&format!(
        "[...document.querySelectorAll('.notice')].some((one) => one.textContent.includes({told:?}))"
    ))
    .await?;
    page.until("document.querySelector('#failure')").await
}

/// How often the worker was asked for.
fn fetched(site: &Site) -> usize {
    let asked = site.asked();
    let loader = |path: &&String| path.ends_with("/planner_worker_loader.js");
    asked.iter().filter(loader).count()
}

#[test]
fn a_planner_that_did_not_come_once_is_fetched_with_the_next_song() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    for lost in ["planner_worker_loader.js", "planner_worker_bg.wasm"] {
        let site = Site::open(Vec::new());
        with_browser(async |page| {
            page.open(&site).await?;
            site.lose(Some(lost));
            add_in_vain(page, &song, "asked for again").await?;
            site.lose(None);
            page.add(std::slice::from_ref(&song)).await?;
            page.stage("waiting").await?;
            assert_eq!(page.count("#failure").await?, 0);
            assert!(page.project().await?.song.is_some());
            Ok(())
        });
    }
}

#[test]
fn a_planner_that_did_not_come_twice_is_not_fetched_any_more() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        site.lose(Some("planner_worker_bg.wasm"));
        add_in_vain(page, &song, "asked for again").await?;
        add_in_vain(page, &song, "Load the page again").await?;
        let fetches = fetched(&site);
        page.add(std::slice::from_ref(&song)).await?;
        page.until(
            "document.querySelector('#failure')?.textContent.includes('load the page again')",
        )
        .await?;
        assert_eq!(fetched(&site), fetches);
        Ok(())
    });
}

#[test]
fn a_planner_of_another_build_is_not_used() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path());
    let other = br#"postMessage({ h: '{"kind":"ready","version":"0.0.0"}' });"#;
    let site = Site::open(vec![("planner_worker_loader.js", other.to_vec())]);
    with_browser(async |page| {
        page.open(&site).await?;
        add_in_vain(
            page,
            &song,
            "The page was updated meanwhile. Load the page again.",
        )
        .await?;
        assert_eq!(fetched(&site), 1);
        Ok(())
    });
}
