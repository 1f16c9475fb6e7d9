//! What is asked of clips, between two plans.

use planner_wasm::edit::{Must, PlanRequest, Scope, SongWindow, plan, replan};
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{Plan, Style};

use crate::asked::{ask, obeyed, shown, wishes};
use crate::checks::{all, changed, lawful, reroll};
use crate::plans::said;
use crate::requests::{any_request, ordinary};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_request_of_which_the_same_is_asked_gives_the_same_plan(request in any_request(), wishes in wishes()) {
        let mut request = request;
        for (kind, number) in wishes {
            ask(&mut request, kind, number.into());
        }
        for clip in &mut request.clips {
            clip.weight_before = clip.weight_permille;
        }
        if let Ok(before) = plan(&request) {
            prop_assert_eq!(all(&request, &before), before);
        }
    }

    #[test]
    fn what_is_asked_later_is_done_or_told_and_locks_hold(
        request in any_request(),
        wishes in wishes(),
        locked in prop::collection::vec(any::<bool>(), 1..5),
    ) {
        let Ok(mut before) = plan(&request) else { return Ok(()) };
        for (slot, locked) in before.slots.iter_mut().zip(locked.iter().cycle()) {
            slot.locked = *locked;
        }
        let mut request = request;
        for (kind, number) in wishes {
            ask(&mut request, kind, number.into());
        }
        let after = all(&request, &before);
        lawful(&request, &after);
        obeyed(&request, &after);
        for (old, new) in before.slots.iter().zip(&after.slots).filter(|(old, _)| old.locked) {
            prop_assert_eq!(old, new);
        }
    }
}

fn of_clip(plan: &Plan, media: u32) -> usize {
    plan.slots
        .iter()
        .filter(|slot| slot.clip.media == media)
        .count()
}

/// A film, and a clip of it that it shows least.
fn film() -> (PlanRequest, Plan, u32) {
    let request = ordinary(1, 60, Style::Balanced);
    let before = plan(&request).unwrap();
    let media = (0..40)
        .min_by_key(|media| of_clip(&before, *media))
        .unwrap();
    (request, before, media)
}

#[test]
fn what_must_be_shown_takes_the_place_of_little() {
    let (mut request, before, media) = film();
    assert_eq!(of_clip(&before, media), 0);
    request.musts.push(Must {
        media,
        range_us: None,
    });
    let after = all(&request, &before);
    lawful(&request, &after);
    assert_eq!((of_clip(&after, media), changed(&before, &after)), (1, 1));
    // A range that another shot has part of: that may have to give way.
    let slot = &before.slots[3];
    let (from, to) = shown(&before, slot);
    let range_us = Some((to - 200_000, to + 200_000));
    request.musts = vec![Must {
        media: slot.clip.media,
        range_us,
    }];
    let after = all(&request, &before);
    lawful(&request, &after);
    let reaches = |from: u64, to_us: u64| from <= to - 200_000 && to + 200_000 <= to_us;
    let room = request.clips[usize::try_from(slot.clip.media).unwrap()]
        .footage
        .end_us;
    assert!(
        to + 500_000 > room
            || after.slots.iter().any(|slot| {
                let (from, to) = shown(&after, slot);
                slot.clip.media == before.slots[3].clip.media && reaches(from, to)
            }),
        "{from} {to} {room}"
    );
    assert!(changed(&before, &after) <= 2);
}

#[test]
fn a_window_changes_only_what_is_shown_outside_of_it() {
    let (mut request, before, _) = film();
    let media = before.slots[0].clip.media;
    let start = request.grid.duration / 2;
    request.windows.push(SongWindow {
        media,
        range_us: None,
        start,
        end: request.grid.duration,
    });
    let after = all(&request, &before);
    lawful(&request, &after);
    obeyed(&request, &after);
    let frame = before.frame_at(start).unwrap();
    let outside = before
        .slots
        .iter()
        .filter(|slot| slot.clip.media == media && slot.record_start < frame);
    assert_eq!(changed(&before, &after), outside.count());
}

#[test]
fn weight_taken_from_a_clip_changes_only_what_shows_it_and_weight_given_shows_it_more() {
    let (mut request, before, least) = film();
    let most = (0..40)
        .max_by_key(|media| of_clip(&before, *media))
        .unwrap();
    let weigh = |request: &mut PlanRequest, media: u32, weight| {
        let clip = &mut request.clips[usize::try_from(media).unwrap()];
        clip.weight_before = clip.weight_permille;
        clip.weight_permille = weight;
    };
    weigh(&mut request, most, 0);
    let after = all(&request, &before);
    lawful(&request, &after);
    assert_eq!(
        (of_clip(&after, most), changed(&before, &after)),
        (0, of_clip(&before, most))
    );
    // The same is asked again.
    weigh(&mut request, most, 0);
    assert_eq!(all(&request, &after), after);
    weigh(&mut request, least, 4000);
    let more = all(&request, &after);
    lawful(&request, &more);
    let shown = of_clip(&more, least);
    assert!(shown > of_clip(&after, least));
    assert_eq!(changed(&after, &more), shown - of_clip(&after, least));
}

#[test]
fn another_choice_for_a_shot_still_shows_what_must_be_shown() {
    let (mut request, before, media) = film();
    request.musts.push(Must {
        media,
        range_us: None,
    });
    let before = all(&request, &before);
    let slot = before
        .slots
        .iter()
        .position(|slot| slot.clip.media == media)
        .unwrap();
    for seed in 0..5 {
        let after = reroll(&request, &before, &[slot], seed);
        assert_eq!(of_clip(&after, media), 1);
        assert!(after.slots[slot].clip != before.slots[slot].clip);
        assert!(!said(&after, DecisionCode::MustNotShown));
    }
    // Only that moment: anything else cannot show it, and that is told.
    request.musts[0].range_us = Some(shown(&before, &before.slots[slot]));
    let after = reroll(&request, &before, &[slot], 1);
    assert!(said(&after, DecisionCode::MustNotShown));
    // Asked for as a whole, it is back.
    let again = replan(&request, &after, &Scope::All).unwrap();
    assert!(!said(&again, DecisionCode::MustNotShown));
    assert_eq!(of_clip(&again, media), 1);
}

#[test]
fn more_alternates_are_added_and_fewer_taken_away() {
    let (mut request, before, _) = film();
    let counts = |plan: &Plan| -> Vec<usize> {
        let slots = plan.slots.iter();
        slots.map(|slot| slot.alternates.len()).collect()
    };
    assert!(counts(&before).iter().all(|count| *count == 3));
    request.settings.alternates = 6;
    let more = all(&request, &before);
    lawful(&request, &more);
    assert!(counts(&more).iter().all(|count| *count == 6));
    for (old, new) in before.slots.iter().zip(&more.slots) {
        assert_eq!(old.alternates, new.alternates[..3]);
        assert_eq!(old.clip, new.clip);
    }
    request.settings.alternates = 2;
    let fewer = all(&request, &more);
    assert!(counts(&fewer).iter().all(|count| *count == 2));
}

/// All that is free is what must be shown: asked for something else, its shot keeps it.
#[test]
fn what_must_be_shown_and_is_all_that_is_left_stays_where_it_is() {
    let mut request = ordinary(2, 30, Style::Balanced);
    request.clips.truncate(1);
    let media = 0;
    let before = plan(&request).unwrap();
    let range_us = Some(shown(&before, &before.slots[1]));
    request.musts.push(Must { media, range_us });
    let before = all(&request, &before);
    for seed in 0..5 {
        let after = reroll(&request, &before, &[1, 2], seed);
        lawful(&request, &after);
        obeyed(&request, &after);
    }
}
