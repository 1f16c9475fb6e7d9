//! Pictures of the page with its sample project.

use std::fs;
use std::path::Path;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::with_browser;
use crate::page::{PANELS, Page, SHEETS};
use crate::site::Site;

/// Windows: width and height in pixels, and by how much pictures are larger or smaller than that.
const WINDOWS: [(u32, u32, f64); 3] = [(390, 844, 1.0), (1280, 900, 1.0), (2560, 1440, 0.75)];

/// Scrolls a narrow page until the panel begins below what stays at the top.
const TO_PANEL: &str = "
    const [bar, tabs, panel] = ['header', '[role=tablist]', '#panel']
        .map((css) => document.querySelector(css).getBoundingClientRect());
    window.scrollBy(0, panel.top - bar.height - tabs.height);";

/// Writes `start-1280.png`, `start-dark-1280.png` and all others into a folder: every state of the
/// page in every window, and in one of them in the dark too.
pub(crate) fn take(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.emulate("ScrollbarsHidden", json!({ "hidden": true }))
            .await?;
        page.scheme("light").await?;
        page.open(&site).await?;
        for window in WINDOWS {
            shoot(page, folder, "start", window).await?;
        }
        page.scheme("dark").await?;
        shoot(page, folder, "start-dark", WINDOWS[1]).await?;
        page.scheme("light").await?;
        page.click("#sample").await?;
        page.planned().await?;
        for window in WINDOWS {
            studio(page, folder, "", window).await?;
        }
        page.scheme("dark").await?;
        studio(page, folder, "-dark", WINDOWS[1]).await
    });
}

/// The planned film as it is first seen, then every panel and every sheet.
async fn studio(
    page: &Page,
    folder: &Path,
    scheme: &str,
    window: (u32, u32, f64),
) -> WebDriverResult<()> {
    page.resize((window.0, window.1), window.2).await?;
    settle(page).await?;
    let narrow = window.0 < 1000;
    page.panel(if narrow { "media" } else { "shot" }).await?;
    page.blur().await?;
    page.keys(Key::Escape).await?;
    page.keys(Key::Home).await?;
    dismiss(page).await?;
    shoot(page, folder, &format!("studio{scheme}"), window).await?;
    // A shot in the middle of the film is on the screen and selected.
    page.select(7).await?;
    for panel in &PANELS[1..] {
        page.panel(panel).await?;
        if narrow {
            page.execute(TO_PANEL, Vec::new()).await?;
        }
        shoot(page, folder, &format!("{panel}{scheme}"), window).await?;
    }
    page.execute("window.scrollTo(0, 0);", Vec::new()).await?;
    for sheet in SHEETS {
        page.open_sheet(sheet).await?;
        shoot(page, folder, &format!("{sheet}{scheme}"), window).await?;
        page.close_sheet().await?;
    }
    Ok(())
}

/// Reads all notices away.
async fn dismiss(page: &Page) -> WebDriverResult<()> {
    page.execute(
        "document.querySelectorAll('.notice button[aria-label=Dismiss]').forEach((one) => one.click());",
        Vec::new(),
    )
    .await
    .map(drop)
}

/// Waits until what was asked for is drawn.
async fn settle(page: &Page) -> WebDriverResult<()> {
    page.execute_async(
        "const done = arguments[0];
         setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done())), 700);",
        Vec::new(),
    )
    .await
    .map(drop)
}

async fn shoot(
    page: &Page,
    folder: &Path,
    name: &str,
    window: (u32, u32, f64),
) -> WebDriverResult<()> {
    page.resize((window.0, window.1), window.2).await?;
    settle(page).await?;
    page.screenshot(&folder.join(format!("{name}-{}.png", window.0)))
        .await
}
