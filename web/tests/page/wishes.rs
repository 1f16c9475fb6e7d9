//! What is wished of single clips: how gladly, whether at all, where in the song.

use planner_wasm::edit::{Must, SongWindow};
use serde_json::json;
use shared::plan::Plan;
use thirtyfour::prelude::*;

use crate::browser::{skipped, with_browser};
use crate::media::with_film;
use crate::page::Page;
use crate::site::Site;

/// The card of a clip, as a JavaScript expression.
fn card(name: &str) -> String {
    let name = json!(name);
    format!(
        "[...document.querySelectorAll('#clips > li')].find((one) => one.textContent.includes({name}))"
    )
}

/// Chooses on a clip's card, as if it was chosen there; `value` is a JavaScript expression.
async fn wish(page: &Page, clip: &str, field: &str, value: &str) -> WebDriverResult<()> {
    let card = card(clip);
    page.execute(
        format!("{card}.querySelector('details').open = true;"),
        Vec::new(),
    )
    .await?;
    let field = format!("{card}.querySelector('[name={field}]')");
    page.until(&field).await?;
    page.execute(
        format!(
            "const field = {field};
             if (field.type === 'checkbox') field.checked = {value};
             else field.value = {value};
             field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ),
        Vec::new(),
    )
    .await?;
    page.planned().await
}

/// What a clip's card says of the wishes.
async fn told(page: &Page, clip: &str) -> WebDriverResult<String> {
    let told = page
        .value(&format!(
            "{}.querySelector('summary').textContent",
            card(clip)
        ))
        .await?;
    Ok(told.as_str().unwrap_or_default().to_owned())
}

/// How many shots show a clip.
fn uses(plan: &Plan, name: &str) -> usize {
    let shown = plan.slots.iter().filter(|slot| {
        let media = plan.media.get(usize::try_from(slot.clip.media).unwrap());
        media.is_some_and(|media| media.path.name() == name)
    });
    shown.count()
}

/// The clip that most shots show, and its place in the project.
fn favourite(plan: &Plan) -> (usize, String) {
    let names = plan.media.iter().map(|media| media.path.name().to_owned());
    names
        .enumerate()
        .max_by_key(|(_, name)| uses(plan, name))
        .unwrap()
}

#[test]
fn a_clip_for_want_of_others_is_shown_less_and_undo_brings_the_plan_back() {
    with_film(async |page, site, _| {
        let first = page.plan().await?;
        let (place, name) = favourite(&first);
        assert!(uses(&first, &name) > 1);
        assert_eq!(told(page, &name).await?.matches("Wishes").count(), 2);

        // By keyboard alone.
        page.execute(
            format!("{}.querySelector('summary').focus();", card(&name)),
            Vec::new(),
        )
        .await?;
        page.keys(Key::Enter).await?;
        page.until(&format!("{}.querySelector('[name=gladly]')", card(&name)))
            .await?;
        page.keys(Key::Tab).await?;
        page.keys("Only").await?;
        page.until(&format!(
            "{}.querySelector('summary').textContent.endsWith('runs out')",
            card(&name)
        ))
        .await?;
        page.planned().await?;
        page.blur().await?;
        let project = page.project().await?;
        let weights = &project.brief.weights;
        assert_eq!(weights.len(), 1);
        assert_eq!(usize::try_from(weights[0].media).unwrap(), place);
        assert_eq!(weights[0].weight_permille, 0);
        let less = project.plan.unwrap();
        assert!(
            uses(&less, &name) < uses(&first, &name),
            "{} shots of {name}, {} before",
            uses(&less, &name),
            uses(&first, &name)
        );
        assert!(
            told(page, &name)
                .await?
                .ends_with("Only if footage runs out")
        );

        // It is kept.
        page.until("document.querySelector('.kept')?.textContent.startsWith('Saved')")
            .await?;
        page.goto(site.address()).await?;
        page.started().await?;
        page.planned().await?;
        let again = page.project().await?;
        assert_eq!(again.brief, project.brief);
        assert_eq!(again.plan.as_ref(), Some(&less));
        assert!(
            told(page, &name)
                .await?
                .ends_with("Only if footage runs out")
        );

        // More of it again, and back by one step.
        wish(page, &name, "gladly", "'4000'").await?;
        let more = page.plan().await?;
        assert!(uses(&more, &name) > uses(&less, &name));
        page.click("#undo").await?;
        page.planned().await?;
        let undone = page.project().await?;
        assert_eq!((undone.plan.unwrap(), undone.brief), (less, project.brief));
        Ok(())
    });
}

#[test]
fn what_must_be_shown_is_shown_and_is_taken_back_in_the_list() {
    with_film(async |page, _, _| {
        // Fewer shots than clips.
        page.panel("film").await?;
        page.set("#own-length", "'3'").await?;
        page.planned().await?;
        let without = page.plan().await?;
        let mut names = without.media.iter().map(|media| media.path.name());
        let unseen = names.find(|name| uses(&without, name) == 0);
        let name = unseen.expect("a clip that is not shown").to_owned();
        let tag = format!("{}.querySelector('.tag')", card(&name));
        assert!(!page.holds(&tag).await?);

        wish(page, &name, "must", "true").await?;
        let project = page.project().await?;
        let all = project.brief.musts.iter().map(|must| must.range_us);
        assert_eq!(all.collect::<Vec<_>>(), [None]);
        let shown = uses(project.plan.as_ref().unwrap(), &name);
        assert!(shown > 0, "{name} must be shown");
        let says = page.value(&format!("{tag}.textContent")).await?;
        assert_eq!(says, format!("× {shown}"));
        let said = told(page, &name).await?;
        assert!(said.ends_with(": Must be shown"), "{said}");

        page.press_button("#panel .asked", "Need not").await?;
        page.planned().await?;
        let project = page.project().await?;
        assert_eq!(project.brief.musts, []);
        assert!(
            !page
                .holds("document.querySelector('#panel .asked')")
                .await?
        );
        Ok(())
    });
}

#[test]
fn a_clip_that_is_bound_to_a_section_is_shown_there_alone() {
    if skipped() {
        return;
    }
    let site = Site::open(Vec::new());
    with_browser(async |page| {
        page.open(&site).await?;
        page.click("#sample").await?;
        page.planned().await?;
        let first = page.project().await?;
        let name = favourite(first.plan.as_ref().unwrap()).1;
        let grid = first.song.unwrap().heard;
        assert!(grid.sections.len() > 1, "{:?}", grid.sections);
        let lengths = grid.sections.iter();
        let section = lengths.max_by_key(|one| one.end - one.start).unwrap();
        let choice = format!("'{}-{}'", section.start, section.end);
        wish(page, &name, "where", &choice).await?;

        let project = page.project().await?;
        let plan = project.plan.unwrap();
        let windows = project.brief.windows;
        let (start, end) = (section.start, section.end);
        let media = windows[0].media;
        let range_us = None;
        let window = SongWindow {
            media,
            range_us,
            start,
            end,
        };
        assert_eq!(windows, [window]);
        assert!(uses(&plan, &name) > 0, "{name} is shown nowhere");
        assert_eq!(plan.music.source_start, 0);
        let frame = |sample: u64| {
            u128::from(sample) * u128::from(plan.output.rate.num())
                / u128::from(plan.output.rate.den())
                / u128::from(grid.rate)
        };
        // As near as a tenth of a second and a frame.
        let slack = frame(u64::from(grid.rate) / 10) + 1;
        for slot in plan.slots.iter().filter(|slot| slot.clip.media == media) {
            let (from, until) = (u128::from(slot.record_start), u128::from(slot.record_end()));
            let (first, last) = (frame(start), frame(end));
            assert!(
                first <= from + slack && until <= last + slack,
                "{from}..{until} of {first}..{last}"
            );
        }
        let said = told(page, &name).await?;
        assert!(said.contains("Only in the "), "{said}");

        page.panel("film").await?;
        page.press_button("#panel .asked", "Anywhere").await?;
        page.planned().await?;
        assert_eq!(page.project().await?.brief.windows, []);
        let field = format!("{}.querySelector('[name=where]').value", card(&name));
        assert_eq!(page.value(&field).await?, "");
        Ok(())
    });
}

#[test]
fn what_a_shot_shows_is_kept_in_every_plan_to_come() {
    with_film(async |page, _, _| {
        page.select(2).await?;
        // Slipped, so that no planner would choose it by itself.
        page.keys("..").await?;
        page.until("document.querySelector('#must').ariaPressed === 'false'")
            .await?;
        let first = page.project().await?;
        page.click("#must").await?;
        let asked = page.project().await?;
        assert_eq!(asked.plan, first.plan, "it is shown already");
        let plan = first.plan.as_ref().unwrap();
        let slot = &plan.slots[2];
        let (media, from) = (slot.clip.media, slot.clip.source_start);
        let until = slot.clip.source_end(slot.record_duration, plan.output.rate);
        let until = until.unwrap();
        let range_us = Some((from, until));
        assert_eq!(asked.brief.musts, [Must { media, range_us }]);
        page.until("document.querySelector('#must').ariaPressed === 'true'")
            .await?;

        for _ in 0..3 {
            page.panel("film").await?;
            page.click("#shuffle").await?;
            page.planned().await?;
            let plan = page.plan().await?;
            let kept = plan.slots.iter().any(|slot| {
                let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
                let (start, end) = (slot.clip.source_start, end.unwrap());
                let both = end.min(until).saturating_sub(start.max(from));
                slot.clip.media == media && both >= (until - from).min(end - start)
            });
            assert!(kept, "{from}..{until} of clip {media} must be shown");
        }

        // Pressed again where it is still shown to the bit, it is asked for no more.
        for _ in 0..3 {
            page.click("#undo").await?;
        }
        page.planned().await?;
        page.select(2).await?;
        page.click("#must").await?;
        let back = page.project().await?;
        assert_eq!((back.brief.musts, back.plan), (vec![], first.plan));
        Ok(())
    });
}
