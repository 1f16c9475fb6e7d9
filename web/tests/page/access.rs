//! What axe, the tool, finds wrong for people who do not see, hear or point: nothing serious.

use std::fs;
use std::path::Path;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::page::Page;
use crate::site::Site;

/// The panels, where there is room for one only.
const TABS: [&str; 4] = ["media", "shot", "beats", "film"];

/// Windows from a telephone's to 4K, and to both sides of where the page changes its shape.
const WIDTHS: [u32; 9] = [360, 390, 768, 999, 1000, 1280, 1920, 2560, 3840];

/// Runs axe and gives back what it finds serious or critical.
const LOOK: &str = "
    const done = arguments[0];
    axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, help, nodes }) => `${id}: ${help}: ` + nodes.slice(0, 4)
                .map(({ html, any, all }) => `${html.slice(0, 200)} ` + [...any, ...all]
                    .map(({ message }) => message).join('; ')).join(' | '))),
        (error) => done(['axe failed: ' + error]));";

/// Everything that was found, place by place.
struct Findings {
    axe: String,
    found: Vec<String>,
}

impl Findings {
    fn new() -> Self {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        Self {
            axe: fs::read_to_string(axe).expect("axe-core is there; `cargo xtask setup` brings it"),
            found: Vec::new(),
        }
    }

    /// Looks at the page in both colour schemes.
    async fn look(&mut self, page: &Page, place: &str) -> WebDriverResult<()> {
        if !page.holds("window.axe").await? {
            page.execute(self.axe.as_str(), Vec::new()).await?;
        }
        for scheme in ["light", "dark"] {
            let features = json!({
                "features": [
                    { "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ],
            });
            page.emulate("EmulatedMedia", features).await?;
            let wrong: Vec<String> = page.execute_async(LOOK, Vec::new()).await?.convert()?;
            self.found.extend(
                wrong
                    .iter()
                    .map(|wrong| format!("{place}, {scheme}: {wrong}")),
            );
        }
        Ok(())
    }
}

/// Makes the window so many pixels wide, also narrower than windows of a desktop can be.
async fn widen(page: &Page, width: u32, height: u32) -> WebDriverResult<()> {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    page.emulate("DeviceMetricsOverride", size).await
}

#[test]
fn axe_finds_nothing_serious_anywhere() {
    if skipped() {
        return;
    }
    let mut findings = Findings::new();
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        for width in [1280, 390] {
            widen(page, width, 900).await?;
            findings.look(page, &format!("start, {width}")).await?;
        }
        page.click("#sample").await?;
        page.planned().await?;
        for width in [1280, 390] {
            widen(page, width, 900).await?;
            page.select(1).await?;
            for tab in TABS {
                if page.count(&format!("#tab-{tab}")).await? == 1 {
                    page.click(&format!("#tab-{tab}")).await?;
                    findings.look(page, &format!("{tab}, {width}")).await?;
                }
            }
            for sheet in ["help", "export", "projects"] {
                page.click(&format!("#{sheet}")).await?;
                page.until("document.querySelector('dialog[open]')").await?;
                findings.look(page, &format!("{sheet}, {width}")).await?;
                page.keys(Key::Escape).await?;
                page.until("!document.querySelector('dialog')").await?;
            }
        }
        Ok(())
    });
    assert_eq!(findings.found, Vec::<String>::new());
}

#[test]
fn the_page_is_never_wider_than_the_window() {
    if skipped() {
        return;
    }
    let site = Site::open(Vec::new());
    let wide = with_browser(async |page| {
        let mut wide = Vec::new();
        page.open(&site).await?;
        for width in WIDTHS {
            wide.extend(too_wide(page, width, "start").await?);
        }
        page.click("#sample").await?;
        page.planned().await?;
        for width in WIDTHS {
            wide.extend(too_wide(page, width, "as it opens").await?);
            for tab in TABS {
                if page.count(&format!("#tab-{tab}")).await? == 1 {
                    page.click(&format!("#tab-{tab}")).await?;
                    wide.extend(too_wide(page, width, tab).await?);
                }
            }
        }
        Ok(wide)
    });
    assert_eq!(wide, Vec::<String>::new());
}

/// By how much a page stands over the sides of the window, in words; none if it does not.
async fn too_wide(page: &Page, width: u32, place: &str) -> WebDriverResult<Option<String>> {
    widen(page, width, if width < 700 { 780 } else { width * 9 / 16 }).await?;
    let over = page
        .number("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        .await?;
    Ok((over > 0.0).then(|| format!("{place}, {width}: {over} pixels over")))
}
