//! The page without a mouse: everything by keys, the focus seen all the way.

use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::page::Page;
use crate::site::Site;

/// What has the focus, in a few words.
const FOCUSED: &str = "(() => {
    const one = document.activeElement;
    return one.id || one.getAttribute('aria-label') || one.textContent.trim().slice(0, 40) || one.tagName;
})()";

/// Marks every element that a keyboard must reach: shown, not disabled, and one of each group of
/// radio buttons or of a widget that arrow keys go about in.
const MARK_WANTED: &str = "
    const shown = (one) => one.checkVisibility({ checkVisibilityCSS: true })
        && !one.closest('[inert]') && !one.disabled && !one.matches(':disabled');
    const groups = new Set();
    window.wanted = [...document.querySelectorAll(
        'a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')]
        .filter((one) => one.tabIndex >= 0 && shown(one))
        .filter((one) => {
            if (one.type !== 'radio') return true;
            const group = one.name;
            const first = !groups.has(group);
            groups.add(group);
            return first;
        });
    return window.wanted.length;";

/// Notes what has the focus, and whether that can be seen.
const NOTE_FOCUS: &str = "
    const one = document.activeElement;
    window.reached ??= new Set();
    window.reached.add(one.type === 'radio' ? 'radio ' + one.name : one);
    const seen = [one, one.closest('label'), one.nextElementSibling, one.parentElement]
        .filter(Boolean)
        .some((near) => {
            const style = getComputedStyle(near);
            return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
                || style.boxShadow !== 'none';
        });
    return [one === document.body, seen, one.outerHTML.slice(0, 160)];";

/// Walks through the whole page by Tab, and fails if something is not reached, not seen, or does
/// not let go.
async fn walk(page: &Page) -> WebDriverResult<()> {
    page.blur().await?;
    page.execute(
        "window.scrollTo(0, 0); window.reached = new Set();",
        Vec::new(),
    )
    .await?;
    let wanted: usize = page.execute(MARK_WANTED, Vec::new()).await?.convert()?;
    let mut around = 0;
    for _ in 0..wanted * 2 + 20 {
        page.keys(Key::Tab).await?;
        let (outside, seen, html): (bool, bool, String) =
            page.execute(NOTE_FOCUS, Vec::new()).await?.convert()?;
        if outside {
            around += 1;
            if around == 2 {
                break;
            }
        } else {
            assert!(seen, "the focus cannot be seen on {html}");
        }
    }
    let missed: Vec<String> = page
        .execute(
            "return window.wanted
                // What the page has to say for a moment may be gone by then.
                .filter((one) => one.isConnected || !one.closest('.notice'))
                .filter((one) => !window.reached.has(one.type === 'radio' ? 'radio ' + one.name : one))
                .map((one) => one.outerHTML.slice(0, 160));",
            Vec::new(),
        )
        .await?
        .convert()?;
    assert_eq!(missed, Vec::<String>::new(), "never reached by Tab");
    Ok(())
}

/// Presses Tab until this element has the focus.
async fn tab_to(page: &Page, css: &str) -> WebDriverResult<()> {
    for _ in 0..200 {
        if page
            .holds(&format!("document.activeElement?.matches({css:?})"))
            .await?
        {
            return Ok(());
        }
        page.keys(Key::Tab).await?;
    }
    panic!(
        "{css} is never reached; the focus is on {}",
        page.value(FOCUSED).await?
    );
}

#[test]
fn a_film_is_made_by_keys_alone() {
    if skipped() {
        return;
    }
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        walk(page).await?;
        tab_to(page, "#sample").await?;
        page.keys(Key::Enter).await?;
        page.planned().await?;
        let first = page.plan().await?;

        // From cut to cut; the shot there is selected. Locked, unlocked, another choice.
        page.keys(Key::Home).await?;
        page.keys(Key::Down).await?;
        page.keys(Key::Down).await?;
        page.keys("2").await?;
        page.until("document.querySelector('#panel .head')?.textContent.includes('Shot 3 of ')")
            .await?;
        page.keys("x").await?;
        page.until("document.querySelector('#lock[aria-pressed=true]')")
            .await?;
        assert!(page.plan().await?.slots[2].locked);
        page.chord(&[Key::Control], 'z').await?;
        page.until("document.querySelector('#lock[aria-pressed=false]')")
            .await?;
        assert_eq!(page.plan().await?, first);
        page.keys("a").await?;
        page.planned().await?;
        let swapped = page.plan().await?;
        assert_eq!(swapped.slots[2].clip, first.slots[2].alternates[0]);

        // The sheet of keys opens, keeps the focus inside, closes, and gives the focus back.
        tab_to(page, "#help").await?;
        page.keys("?").await?;
        page.until("document.querySelector('dialog[open]')").await?;
        for _ in 0..6 {
            page.keys(Key::Tab).await?;
            assert!(
                page.holds(
                    "document.activeElement === document.body \
                     || document.activeElement.closest('dialog')"
                )
                .await?,
                "the focus left the window: {}",
                page.value(FOCUSED).await?
            );
        }
        page.keys(Key::Escape).await?;
        page.until("!document.querySelector('dialog')").await?;
        assert_eq!(page.value(FOCUSED).await?, "help");

        // Every panel, by its tabs and the arrow keys, and all that is in it.
        tab_to(page, "[role=tab][aria-selected=true]").await?;
        for _ in 0..3 {
            walk(page).await?;
            tab_to(page, "[role=tab][aria-selected=true]").await?;
            page.keys(Key::Right).await?;
        }

        page.chord(&[Key::Control], 'e').await?;
        page.until("document.querySelector('#save-plan')").await?;
        tab_to(page, "#save-plan").await?;
        page.keys(Key::Enter).await?;
        let (name, text) = page.downloaded();
        assert!(name.ends_with(".plan.json"), "{name}");
        let plan = shared::plan::Plan::from_json(&text).unwrap();
        assert_eq!(plan.slots.len(), first.slots.len());
        page.keys(Key::Escape).await?;
        page.until("!document.querySelector('dialog')").await?;
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn playing_pausing_and_going_about_is_done_by_keys() {
    if skipped() {
        return;
    }
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        page.click("#sample").await?;
        page.planned().await?;
        page.blur().await?;
        let frame = "Number(document.querySelector('[data-frame]').dataset.frame)";
        page.keys(Key::Home).await?;
        page.until(&format!("{frame} === 0")).await?;
        page.keys(Key::Right).await?;
        page.keys(Key::Right).await?;
        page.until(&format!("{frame} === 2")).await?;
        page.keys(Key::Left).await?;
        page.until(&format!("{frame} === 1")).await?;
        page.keys(" ").await?;
        page.until(&format!("{frame} > 20")).await?;
        page.keys("k").await?;
        let at = page.number(frame).await?;
        page.execute_async("setTimeout(arguments[0], 300);", Vec::new())
            .await?;
        assert!(
            (page.number(frame).await? - at).abs() <= 2.0,
            "it stands still"
        );
        page.keys("l").await?;
        page.until(&format!("{frame} > {at} + 10")).await?;
        page.keys("k").await?;
        page.keys(Key::End).await?;
        let end = page.number(frame).await?;
        page.keys("j").await?;
        page.until(&format!("{frame} < {end} - 10")).await?;
        page.keys("k").await?;
        Ok(())
    });
}
