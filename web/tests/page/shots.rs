//! What a person changes of a film, and that every change is exactly the one asked for.

use planner_wasm::music::corrections::Correction;
use shared::editing::{Operation, apply};
use shared::plan::{Fit, Plan, Speed};
use thirtyfour::prelude::*;

use crate::media::with_film;
use crate::page::Page;

/// Chooses one of a few that stand side by side, by the name of the group.
async fn segment(page: &Page, group: &str, words: &str) -> WebDriverResult<()> {
    let found = format!(
        "[...document.querySelectorAll('#panel input[name={group}]')].find((one) =>
            one.closest('label').textContent.trim() === {words:?})"
    );
    page.until(&found).await?;
    page.execute(format!("{found}.click();"), Vec::new())
        .await?;
    page.blur().await
}

/// Makes a change on the page and gives back the plan that came of it.
async fn changed(
    page: &Page,
    before: &Plan,
    change: impl AsyncFnOnce() -> WebDriverResult<()>,
) -> WebDriverResult<Plan> {
    change().await?;
    page.planned().await?;
    let after = page.plan().await?;
    assert_ne!(&after, before, "the change changed something");
    Ok(after)
}

/// The plan without what only says how it was made.
fn essence(plan: &Plan) -> (Vec<shared::plan::Slot>, u32, u32) {
    (plan.slots.clone(), plan.output.width, plan.output.height)
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one browser, one change after the other"
)]
fn every_change_of_a_shot_is_the_one_asked_for_and_can_be_taken_back() {
    let brought = with_film(async |page, _, _| {
        let first = page.plan().await?;
        let at = first
            .slots
            .iter()
            .position(|slot| slot.record_duration > 20 && !slot.alternates.is_empty())
            .expect("a shot that can be changed");
        assert!(at + 2 < first.slots.len());
        page.select(at).await?;

        let expect = |before: &Plan, operation: Operation| {
            apply(before, &operation).expect("it can be done")
        };
        let mut steps = 0;
        let mut now = first.clone();

        let wanted = expect(
            &now,
            Operation::Swap {
                slot: at,
                alternate: 0,
            },
        );
        now = changed(page, &now, async || {
            page.click("#panel .alternates button").await
        })
        .await?;
        assert_eq!(essence(&now), essence(&wanted));
        steps += 1;

        let wanted = expect(
            &now,
            Operation::SetFit {
                slot: at,
                fit: Some(Fit::Blur),
            },
        );
        now = changed(page, &now, async || segment(page, "fit", "Blur").await).await?;
        assert_eq!(essence(&now), essence(&wanted));
        steps += 1;

        let half = Speed::new(1, 2).unwrap();
        let wanted = expect(
            &now,
            Operation::SetSpeed {
                slot: at,
                speed: half,
            },
        );
        now = changed(page, &now, async || own_speed(page, "0.5").await).await?;
        assert_eq!(essence(&now), essence(&wanted));
        steps += 1;

        let by_us = 1_000_000 / 30;
        let before = now.slots[at].clip.source_start;
        now = changed(page, &now, async || page.keys(".").await).await?;
        let after = now.slots[at].clip.source_start;
        assert!(
            after.abs_diff(before) <= by_us + 1,
            "a slip of a frame: {before} to {after}"
        );
        steps += 1;

        now = changed(page, &now, async || page.keys("s").await).await?;
        assert_eq!(now.slots.len(), first.slots.len() + 1, "split in two");
        let total: u32 = first.slots[at].record_duration;
        let halves = now.slots[at].record_duration + now.slots[at + 1].record_duration;
        assert_eq!(total, halves);
        steps += 1;

        let wanted = expect(&now, Operation::Merge { slot: at });
        page.select(at).await?;
        now = changed(page, &now, async || page.click("#merge").await).await?;
        assert_eq!(essence(&now), essence(&wanted));
        steps += 1;

        let wanted = expect(
            &now,
            Operation::Move {
                from: at,
                to: at + 1,
            },
        );
        page.select(at).await?;
        now = changed(page, &now, async || {
            page.chord(&[Key::Alt], Key::Right).await
        })
        .await?;
        assert_eq!(essence(&now), essence(&wanted));
        steps += 1;

        page.select(at).await?;
        let wanted = expect(
            &now,
            Operation::Lock {
                slot: at,
                locked: true,
            },
        );
        now = changed(page, &now, async || page.click("#lock").await).await?;
        assert_eq!(essence(&now), essence(&wanted));
        steps += 1;

        // All the way back, by keys and by the button, and all the way forth.
        for step in 0..steps {
            if step % 2 == 0 {
                page.click("#undo").await?;
            } else {
                page.chord(&[Key::Control], 'z').await?;
            }
        }
        assert_eq!(essence(&page.plan().await?), essence(&first));
        for step in 0..steps {
            if step % 2 == 0 {
                page.click("#redo").await?;
            } else {
                page.chord(&[Key::Control, Key::Shift], 'z').await?;
            }
        }
        assert_eq!(essence(&page.plan().await?), essence(&now));
        assert!(
            page.holds("document.querySelector('#redo').disabled")
                .await?
        );
        page.export().await
    });
    let Some((material, exported)) = brought else {
        return;
    };
    // A film with all of that in it is rendered as planned.
    material.render(&exported);
}

async fn own_speed(page: &Page, words: &str) -> WebDriverResult<()> {
    let field = page
        .find(By::Css("#panel input[aria-describedby=speed-help]"))
        .await?;
    field.clear().await?;
    field.send_keys(words).await?;
    field.send_keys(Key::Enter).await?;
    page.blur().await
}

#[test]
fn beats_style_and_density_make_another_plan_and_can_be_taken_back() {
    let brought = with_film(async |page, _, _| {
        let first = page.project().await?;

        page.panel("beats").await?;
        page.click("#double").await?;
        page.planned().await?;
        let doubled = page.project().await?;
        assert_eq!(doubled.brief.corrections, [Correction::Double]);
        let beats = |plan: &Option<Plan>| {
            let plan = plan.as_ref().unwrap();
            plan.music.beat_grid.as_ref().unwrap().beats.len()
        };
        let (before, after) = (beats(&first.plan), beats(&doubled.plan));
        assert!(
            (2 * before - 1..=2 * before + 1).contains(&after),
            "{before} beats, twice as many are {after}"
        );

        page.panel("film").await?;
        page.pick("#panel input[name=style][value=cinematic]")
            .await?;
        page.planned().await?;
        let cinematic = page.project().await?;
        assert_ne!(cinematic.brief.settings.style, first.brief.settings.style);

        page.set("#panel input[type=range]", "field.max").await?;
        page.planned().await?;
        let dense = page.project().await?;
        let shots = |project: &web::project::Project| project.plan.as_ref().unwrap().slots.len();
        assert!(
            shots(&dense) > shots(&cinematic),
            "{} shots, {} when dense",
            shots(&cinematic),
            shots(&dense)
        );

        for _ in 0..3 {
            page.click("#undo").await?;
        }
        let back = page.project().await?;
        assert_eq!(back.brief, first.brief);
        assert_eq!(back.plan, first.plan);
        for _ in 0..3 {
            page.click("#redo").await?;
        }
        assert_eq!(page.project().await?.plan, dense.plan);
        page.export().await
    });
    let Some((material, exported)) = brought else {
        return;
    };
    material.render(&exported);
}
