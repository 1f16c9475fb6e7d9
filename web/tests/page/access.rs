//! What axe, the tool, finds wrong for people who do not see, hear or point: nothing serious.

use std::fs;
use std::path::Path;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::page::{PANELS, Page, SHEETS};
use crate::site::Site;

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

/// Opens the first clips' wishes, where there are clips.
const OPEN: &str = "
    [...document.querySelectorAll('.wishes')].slice(0, 2).forEach((one) => { one.open = true; });";

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

/// The panels that can be chosen in this window.
async fn panels(page: &Page) -> WebDriverResult<&'static [&'static str]> {
    let first = PANELS.len() - page.count("[role=tab]").await?;
    Ok(&PANELS[first..])
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
            page.resize((width, 900), 1.0).await?;
            findings.look(page, &format!("start, {width}")).await?;
        }
        page.click("#sample").await?;
        page.planned().await?;
        page.select(1).await?;
        page.click("#must").await?;
        for width in [1280, 390] {
            page.resize((width, 900), 1.0).await?;
            page.select(1).await?;
            for panel in panels(page).await? {
                page.panel(panel).await?;
                page.execute(OPEN, Vec::new()).await?;
                findings.look(page, &format!("{panel}, {width}")).await?;
            }
            for sheet in SHEETS {
                page.open_sheet(sheet).await?;
                findings.look(page, &format!("{sheet}, {width}")).await?;
                page.close_sheet().await?;
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
            for panel in panels(page).await? {
                page.panel(panel).await?;
                page.execute(OPEN, Vec::new()).await?;
                wide.extend(too_wide(page, width, panel).await?);
            }
        }
        Ok(wide)
    });
    assert_eq!(wide, Vec::<String>::new());
}

/// By how much a page stands over the sides of the window, in words; none if it does not.
async fn too_wide(page: &Page, width: u32, place: &str) -> WebDriverResult<Option<String>> {
    let height = if width < 700 { 780 } else { width * 9 / 16 };
    page.resize((width, height), 1.0).await?;
    let over = page
        .number("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        .await?;
    Ok((over > 0.0).then(|| format!("{place}, {width}: {over} pixels over")))
}
