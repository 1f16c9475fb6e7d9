//! A new plan keeps what is locked, changes little else, and never shows what is banned.

use shared::plan::{Plan, Slot};
use thirtyfour::prelude::*;

use crate::media::with_film;
use crate::page::Page;

/// When a slot shows what, in microseconds of the source.
fn shown(plan: &Plan, slot: &Slot) -> (u32, u64, u64) {
    let from = slot.clip.source_start;
    let until = slot.clip.source_end(slot.record_duration, plan.output.rate);
    (slot.clip.media, from, until.unwrap_or(from))
}

async fn shuffle(page: &Page) -> WebDriverResult<()> {
    page.panel("film").await?;
    page.click("#shuffle").await?;
    page.planned().await
}

#[test]
fn a_new_plan_keeps_locked_shots_and_bans() {
    with_film(async |page, _, _| {
        let first = page.plan().await?;
        assert!(first.slots.len() > 6, "{} shots", first.slots.len());

        // Two locked shots, one of them slipped so that no planner would choose it by itself.
        page.select(1).await?;
        page.keys(".").await?;
        page.keys("x").await?;
        page.select(4).await?;
        page.click("#lock").await?;
        let locked = page.plan().await?;
        let kept = [&locked.slots[1], &locked.slots[4]];
        assert!(kept.iter().all(|slot| slot.locked));

        // Another choice for one shot leaves all the others to the bit.
        page.select(2).await?;
        page.click("#another").await?;
        page.planned().await?;
        let rerolled = page.plan().await?;
        for (at, (before, after)) in locked.slots.iter().zip(&rerolled.slots).enumerate() {
            if at != 2 {
                assert_eq!(before, after, "shot {} was not asked for", at + 1);
            }
        }

        // What is banned is not shown, there or elsewhere, now or later.
        page.select(2).await?;
        let (media, from, until) = shown(&rerolled, &rerolled.slots[2]);
        page.click("#ban").await?;
        page.planned().await?;
        for round in 0..4 {
            let banned = page.plan().await?;
            let still: Vec<&Slot> = banned.slots.iter().filter(|slot| slot.locked).collect();
            assert_eq!(still, kept, "locked shots stay to the bit");
            for (at, slot) in banned.slots.iter().enumerate() {
                let (other, start, end) = shown(&banned, slot);
                // The ban says what one shot showed; the others stay until they are planned anew.
                let untouched = round == 0 && at != 2 && rerolled.slots.get(at) == Some(slot);
                assert!(
                    slot.locked || untouched || other != media || end <= from || start >= until,
                    "shot {} shows {start}..{end} of clip {other}; {from}..{until} is banned",
                    at + 1
                );
            }
            shuffle(page).await?;
        }
        Ok(())
    });
}
