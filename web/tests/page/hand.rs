//! What a pointer does on the timeline: the changes it stands for, and nothing when it is given up.

use serde_json::json;
use shared::editing::{Operation, apply};
use shared::plan::Plan;
use thirtyfour::prelude::*;

use crate::media::with_film;
use crate::page::Page;

/// Where the film lies in the window while all of it is in view.
struct Lane {
    left: f64,
    right: f64,
    frames: f64,
    /// The middle of the shots.
    shots: f64,
    /// The ruler, above everything.
    ruler: f64,
}

impl Lane {
    async fn of(page: &Page, plan: &Plan) -> WebDriverResult<Self> {
        page.blur().await?;
        page.keys("0").await?;
        let x = "document.querySelector('.tl-playhead').getBoundingClientRect().x";
        let middle =
            "(() => { const box = document.querySelector('.shots').getBoundingClientRect();
            return box.y + box.height / 2; })()";
        page.keys(Key::Home).await?;
        let left = page.number(x).await?;
        page.keys(Key::End).await?;
        // The playhead stands on the last frame, not behind it.
        let last = page.number(x).await?;
        #[expect(clippy::cast_precision_loss, reason = "some hundred frames")]
        let frames = plan.record_duration() as f64;
        let lane = Self {
            left,
            right: left + (last - left) * frames / (frames - 1.0),
            frames,
            shots: page.number(middle).await?,
            ruler: page
                .number("document.querySelector('.timeline canvas').getBoundingClientRect().y + 6")
                .await?,
        };
        page.keys(Key::Home).await?;
        Ok(lane)
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred frames")]
    fn x(&self, frame: u64) -> f64 {
        self.left + (self.right - self.left) * frame as f64 / self.frames
    }

    fn middle_of(&self, plan: &Plan, slot: usize) -> (f64, f64) {
        let slot = &plan.slots[slot];
        let middle = slot.record_start + u64::from(slot.record_duration / 2);
        (self.x(middle), self.shots)
    }
}

/// What a mouse does, as the browser gets it from a desktop.
async fn mouse(page: &Page, kind: &str, (x, y): (f64, f64), held: u8) -> WebDriverResult<()> {
    let event = json!({
        "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1,
        "buttons": u8::from(kind != "mouseReleased"), "modifiers": held,
    });
    page.cdp()
        .send_raw("Input.dispatchMouseEvent", event)
        .await
        .map(drop)
}

/// As the protocol counts modifiers.
const ALT: u8 = 1;

/// Presses at one place, moves to another in steps.
async fn pull(page: &Page, from: (f64, f64), to: (f64, f64), held: u8) -> WebDriverResult<()> {
    mouse(page, "mouseMoved", from, held).await?;
    mouse(page, "mousePressed", from, held).await?;
    for step in 1..=5 {
        let share = f64::from(step) / 5.0;
        let at = (
            from.0 + (to.0 - from.0) * share,
            from.1 + (to.1 - from.1) * share,
        );
        mouse(page, "mouseMoved", at, held).await?;
    }
    Ok(())
}

async fn drag(page: &Page, from: (f64, f64), to: (f64, f64), held: u8) -> WebDriverResult<()> {
    pull(page, from, to, held).await?;
    mouse(page, "mouseReleased", to, held).await
}

#[test]
fn dragging_on_the_timeline_moves_slips_and_rolls_and_escape_gives_up() {
    with_film(async |page, _, _| {
        let first = page.plan().await?;
        assert!(first.slots.len() > 7, "{} shots", first.slots.len());
        let lane = Lane::of(page, &first).await?;

        // A press selects; on the ruler it goes there.
        let at = lane.middle_of(&first, 4);
        drag(page, at, at, 0).await?;
        page.until("document.querySelector('#panel .head')?.textContent.includes('Shot 5 of ')")
            .await?;
        let there = first.slots[3].record_start + 2;
        let at = (lane.x(there) + 1.0, lane.ruler);
        drag(page, at, at, 0).await?;
        page.until(&format!(
            "Math.abs(Number(document.querySelector('[data-frame]').dataset.frame) - {there}) <= 2"
        ))
        .await?;
        assert_eq!(page.plan().await?, first, "nothing was changed so far");

        // A shot that is carried over another one takes its place.
        let (from, to) = (lane.middle_of(&first, 2), lane.middle_of(&first, 5));
        drag(page, from, to, 0).await?;
        let moved = page.plan().await?;
        let wanted = apply(&first, &Operation::Move { from: 2, to: 5 }).unwrap();
        assert_eq!(moved.slots, wanted.slots);

        // Given up on the way, nothing comes of it.
        pull(page, to, from, 0).await?;
        page.keys(Key::Escape).await?;
        mouse(page, "mouseReleased", from, 0).await?;
        assert_eq!(page.plan().await?, moved);

        // With Alt a shot slips inside its clip.
        let slot = (0..moved.slots.len())
            .max_by_key(|slot| moved.slots[*slot].clip.source_start)
            .unwrap();
        let from = lane.middle_of(&moved, slot);
        drag(page, from, (from.0 + 30.0, from.1), ALT).await?;
        let slipped = page.plan().await?;
        let (before, after) = (&moved.slots[slot].clip, &slipped.slots[slot].clip);
        assert!(after.source_start < before.source_start, "earlier pictures");
        assert!(slipped.slots[slot].record_start == moved.slots[slot].record_start);

        // A cut that is carried to another beat: both shots change, all the others stay.
        let slot = (1..slipped.slots.len())
            .max_by_key(|slot| slipped.slots[slot - 1].record_duration)
            .unwrap();
        let cut = slipped.slots[slot].record_start;
        let far = u64::from(slipped.slots[slot - 1].record_duration / 2);
        drag(
            page,
            (lane.x(cut), lane.shots),
            (lane.x(cut - far), lane.shots),
            0,
        )
        .await?;
        let rolled = page.plan().await?;
        let to = rolled.slots[slot].record_start;
        assert!(to < cut, "the cut was at {cut} and is at {to}");
        let roll = Operation::Roll {
            slot,
            to,
            cut: rolled.slots[slot].cut,
        };
        assert_eq!(rolled.slots, apply(&slipped, &roll).unwrap().slots);
        assert_eq!(rolled.record_duration(), first.record_duration());
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    });
}
