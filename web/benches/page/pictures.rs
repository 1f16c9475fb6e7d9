//! Pictures of the page with its sample project.

use std::fs;
use std::path::Path;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::with_browser;
use crate::page::Page;
use crate::site::Site;

/// Windows: width and height in pixels, and by how much pictures are larger or smaller than that.
const WINDOWS: [(u32, u32, f64); 3] = [(390, 844, 1.0), (1280, 800, 1.0), (2560, 1440, 0.75)];

/// Scrolls a narrow page until the panel begins below what stays at the top.
const TO_PANEL: &str = "
    const [bar, tabs, panel] = ['header', '[role=tablist]', '#panel']
        .map((css) => document.querySelector(css).getBoundingClientRect());
    window.scrollBy(0, panel.top - bar.height - tabs.height);";

/// Writes `start-1280.png` and all others into a folder.
pub(crate) fn take(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        scheme(page, "light").await?;
        page.open(&site).await?;
        for window in WINDOWS {
            shoot(page, folder, "start", window).await?;
        }
        page.click("#sample").await?;
        page.planned().await?;
        for window in WINDOWS {
            size(page, window).await?;
            settle(page).await?;
            // A shot in the middle of the film is on the screen and selected.
            page.select(7).await?;
            dismiss(page).await?;
            let first = if window.0 < 1000 {
                "#tab-media"
            } else {
                "#tab-shot"
            };
            page.click(first).await?;
            shoot(page, folder, "studio", window).await?;
            for panel in ["shot", "beats", "film"] {
                page.click(&format!("#tab-{panel}")).await?;
                if window.0 < 1000 {
                    page.execute(TO_PANEL, Vec::new()).await?;
                }
                shoot(page, folder, panel, window).await?;
            }
            page.execute("window.scrollTo(0, 0);", Vec::new()).await?;
            for sheet in ["help", "export"] {
                page.click(&format!("#{sheet}")).await?;
                page.until("document.querySelector('dialog[open]')").await?;
                shoot(page, folder, sheet, window).await?;
                page.keys(Key::Escape).await?;
                page.until("!document.querySelector('dialog')").await?;
            }
        }
        scheme(page, "dark").await?;
        for window in [WINDOWS[0], WINDOWS[1]] {
            size(page, window).await?;
            page.click("#tab-shot").await?;
            page.execute("window.scrollTo(0, 0);", Vec::new()).await?;
            shoot(page, folder, "studio-dark", window).await?;
        }
        Ok(())
    });
}

async fn scheme(page: &Page, name: &str) -> WebDriverResult<()> {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": name }] });
    page.emulate("EmulatedMedia", features).await
}

async fn size(page: &Page, (width, height, scale): (u32, u32, f64)) -> WebDriverResult<()> {
    let window = json!({
        "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
    });
    page.emulate("DeviceMetricsOverride", window).await
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
    size(page, window).await?;
    settle(page).await?;
    page.screenshot(&folder.join(format!("{name}-{}.png", window.0)))
        .await
}
