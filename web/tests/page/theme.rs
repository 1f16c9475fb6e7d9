//! Light and dark: as the system has it, until somebody chooses.

use thirtyfour::prelude::*;

use crate::media::with_film;
use crate::page::Page;

/// What the page is now.
const THEME: &str = "document.documentElement.dataset.theme";

/// Waits until the page is in this scheme, with all that is drawn.
async fn shows(page: &Page, theme: &str) -> WebDriverResult<()> {
    page.until(&format!("{THEME} === '{theme}'")).await?;
    // The lowest row of a clip's strip is drawn in the colour of paper.
    let lit = "(() => {
        const strip = document.querySelector('#clips .strip');
        const { data } = strip.getContext('2d').getImageData(1, strip.height - 1, 1, 1);
        return data[3] === 255 && data[0] > 128;
    })()";
    let wanted = theme == "light";
    page.until(&format!("{lit} === {wanted}")).await
}

async fn turn(page: &Page) -> WebDriverResult<()> {
    page.press_button("header", "Light or dark").await
}

async fn reload(page: &Page) -> WebDriverResult<()> {
    page.refresh().await?;
    page.started().await
}

#[test]
fn light_and_dark_follow_the_system_until_somebody_chooses_and_the_choice_is_kept() {
    with_film(async |page, _, _| {
        for scheme in ["dark", "light", "dark"] {
            page.scheme(scheme).await?;
            shows(page, scheme).await?;
        }

        // Chosen against the system, it stays whatever the system does.
        turn(page).await?;
        shows(page, "light").await?;
        page.scheme("light").await?;
        page.scheme("dark").await?;
        shows(page, "light").await?;
        reload(page).await?;
        assert_eq!(page.value(THEME).await?, "light");

        // Turned back to what the system has, the page follows it again.
        turn(page).await?;
        assert_eq!(page.value(THEME).await?, "dark");
        reload(page).await?;
        assert_eq!(page.value(THEME).await?, "dark");
        page.scheme("light").await?;
        // The browser tells of the other scheme with its next picture.
        page.until(&format!("{THEME} === 'light'")).await
    });
}
