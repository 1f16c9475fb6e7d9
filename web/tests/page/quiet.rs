//! The page alone: what it loads, what it says to the console, how it does without a network.

use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::media::Material;
use crate::page::{PANELS, Page};
use crate::site::Site;

/// Files that are loaded when they are needed first, not before.
fn is_late(path: &str) -> bool {
    ["/media/", "/sample/", "/planner_worker"]
        .iter()
        .any(|late| path.contains(late))
}

/// The browser asks for the page's icon when it has time.
fn is_icon(path: &str) -> bool {
    path.contains("/icons/")
}

#[test]
fn after_it_is_there_the_page_uses_no_network_and_says_nothing_to_the_console() {
    if skipped() {
        return;
    }
    let material = Material::usual();
    let site = Site::open(Vec::new());
    let (before, after, complaints, elsewhere) = with_browser(async |page| {
        page.open(&site).await?;
        let before = site.asked();
        page.add(&material.files()).await?;
        page.planned().await?;
        for panel in &PANELS[1..] {
            page.panel(panel).await?;
        }
        page.blur().await?;
        page.keys(" ").await?;
        page.until("Number(document.querySelector('[data-frame]').dataset.frame) > 60")
            .await?;
        page.keys(" ").await?;
        page.export().await?;
        let elsewhere: Vec<String> = page
            .execute(
                "return performance.getEntriesByType('resource').map(({ name }) => name)
                    .filter((name) => !name.startsWith(location.href) && !name.startsWith('blob:'));",
                Vec::new(),
            )
            .await?
            .convert()?;
        Ok((before, site.asked(), page.complaints().await?, elsewhere))
    });
    assert_eq!(complaints, Vec::<String>::new());
    assert_eq!(elsewhere, Vec::<String>::new());
    assert!(!before.iter().any(|path| is_late(path)), "{before:?}");
    let late = after[before.len()..].iter().filter(|path| !is_icon(path));
    let late: Vec<&String> = late.collect();
    assert!(late.iter().all(|path| is_late(path)), "{late:?}");
    for wanted in [
        "planner_worker_bg.wasm",
        "clips_worker.js",
        "preview_worker.js",
    ] {
        assert!(late.iter().any(|path| path.ends_with(wanted)), "{late:?}");
    }
}

/// Waits until the worker that keeps the page offline has everything.
async fn kept_offline(page: &Page) -> WebDriverResult<()> {
    page.until(
        "(navigator.serviceWorker.getRegistration().then(
            (one) => { window.offline = !!one?.active && one.active.state === 'activated'; }),
          window.offline)",
    )
    .await
}

#[test]
fn without_a_network_the_page_opens_and_makes_a_film() {
    if skipped() {
        return;
    }
    let material = Material::usual();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.set_script_timeout(std::time::Duration::from_mins(4))
            .await?;
        page.goto(format!("{}?sw", site.address())).await?;
        page.started().await?;
        kept_offline(page).await?;
        site.go_away();
        page.goto("about:blank").await?;
        page.goto(format!("{}?sw", site.address())).await?;
        page.started().await?;
        page.add(&material.files()).await?;
        page.planned().await?;
        let exported = page.export().await?;
        assert!(shared::plan::Plan::from_json(&exported.text).is_ok());
        let ready = page.count("#clips li[data-state=ready]").await?;
        assert_eq!(ready, material.files().len() - 2);
        Ok(())
    });
}
