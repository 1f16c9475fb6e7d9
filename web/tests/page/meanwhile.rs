//! What is done while a plan is being made counts, and so does what was asked before it came.

use planner_wasm::edit::EditSettings;
use shared::plan::Style;
use thirtyfour::prelude::*;

use crate::media::with_film;

#[test]
fn what_is_done_while_a_plan_is_being_made_is_in_the_plan_that_comes() {
    with_film(async |page, _, _| {
        let first = page.plan().await?;
        assert!(first.slots.len() > 6, "{} shots", first.slots.len());

        // Another choice for one shot is on its way while a second one is slipped and locked.
        page.select(2).await?;
        page.hold_planner().await?;
        page.click("#another").await?;
        page.stage("planning").await?;
        page.select(5).await?;
        page.keys(".").await?;
        page.click("#lock").await?;
        page.stage("planning").await?;
        let meanwhile = page.plan().await?;
        assert_eq!(meanwhile.slots[2], first.slots[2], "no plan has come yet");
        let (before, after) = (&first.slots[5], &meanwhile.slots[5]);
        assert_ne!(before.clip.source_start, after.clip.source_start);
        assert!(after.locked);

        page.let_go_of_planner().await?;
        page.planned().await?;
        let planned = page.plan().await?;
        for (at, (before, after)) in meanwhile.slots.iter().zip(&planned.slots).enumerate() {
            if at == 2 {
                assert_ne!(before.clip, after.clip, "another was asked for");
            } else {
                assert_eq!(before, after, "shot {}", at + 1);
            }
        }
        Ok(())
    });
}

#[test]
fn two_wishes_in_a_row_are_both_met() {
    with_film(async |page, _, _| {
        page.panel("film").await?;
        page.hold_planner().await?;
        page.pick("#panel input[name=style][value=cinematic]")
            .await?;
        page.stage("planning").await?;
        page.set("#panel input[type=range]", "field.min").await?;
        page.let_go_of_planner().await?;
        page.planned().await?;

        let project = page.project().await?;
        let wished = &project.brief.settings;
        assert_eq!(wished.style, Style::Cinematic);
        assert!(wished.density_permille < EditSettings::default().density_permille);
        let made = project.plan.expect("a plan").made_by.expect("a planner");
        assert_eq!(made.style, wished.style);
        let density = wished.density_permille.to_string();
        assert_eq!(made.settings.get("density_permille"), Some(&density));

        // One step takes both back.
        let undo = page.find(By::Css("#undo")).await?.attr("title").await?;
        let undo = undo.unwrap_or_default();
        assert!(undo.contains("Style") && undo.contains("Density"), "{undo}");
        Ok(())
    });
}
