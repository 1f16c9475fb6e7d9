//! Other footage on offer: more of it, less of it, banned, or measured anew.

use planner_wasm::edit::{Ban, EditError, Scope, plan, replan};
use planner_wasm::footage::Windows;
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{Clip, Slot, Style};

use crate::checks::{all, banned, changed, lawful};
use crate::plans::{self, is_told};
use crate::requests::{STYLES, any_request, ordinary, settings};
use crate::synthetic::{self, clip, song};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_ban_changes_only_what_showed_it(
        request in any_request(),
        number in any::<usize>(),
        range in prop::option::of((0..8_000_000_u64, 0..4_000_000_u64)),
    ) {
        let Ok(before) = plan(&request) else { return Ok(()) };
        let mut request = request;
        let media = before.slots[number % before.slots.len()].clip.media;
        let range_us = range.map(|(from, length)| (from, from + length));
        request.bans.push(Ban { media, range_us });
        match replan(&request, &before, &Scope::All) {
            Ok(plan) => {
                lawful(&request, &plan);
                is_told(&request, &plan);
                prop_assert_eq!(plan.slots.len(), before.slots.len());
                for (old, new) in before.slots.iter().zip(&plan.slots) {
                    prop_assert_eq!((old.record_start, old.record_duration, old.cut), (new.record_start, new.record_duration, new.cut));
                    if !banned(&request, &before, old, &old.clip) {
                        prop_assert_eq!(&old.clip, &new.clip);
                        // Alternates that name what is banned go; the others stay in front.
                        let stays = |other: &&Clip| !banned(&request, &before, old, other);
                        let others: Vec<&Clip> = old.alternates.iter().filter(stays).collect();
                        prop_assert!(new.alternates.iter().take(others.len()).eq(others));
                    }
                }
            }
            Err(error) => prop_assert!(matches!(error, EditError::AllBanned { .. }), "{}", error),
        }
    }

    #[test]
    fn new_measures_of_a_clip_change_only_where_it_does_no_more(
        request in any_request(),
        number in any::<usize>(),
        seed in any::<u32>(),
        locked in prop::collection::vec(any::<bool>(), 1..5),
    ) {
        let Ok(mut before) = plan(&request) else { return Ok(()) };
        for (slot, locked) in before.slots.iter_mut().zip(locked.iter().cycle()) {
            slot.locked = *locked;
        }
        let mut request = request;
        let media = before.slots[number % before.slots.len()].clip.media;
        let looked = &mut request.clips[usize::try_from(media).unwrap()];
        let length = looked.footage.end_us;
        looked.footage = clip(seed.into(), length, 1 + number as u64 % 3, 12).footage;
        looked.remeasured = true;
        let windows = Windows::new(&looked.footage);
        let rate = before.output.rate;
        let does = |slot: &Slot, shown: &Clip| plans::does(&windows, shown, slot.record_duration, rate);
        match replan(&request, &before, &Scope::All) {
            Ok(plan) => {
                lawful(&request, &plan);
                prop_assert_eq!(plan.slots.len(), before.slots.len());
                let weak = plan.decisions.iter().any(|said| said.code == DecisionCode::WeakFootageUsed);
                for (old, new) in before.slots.iter().zip(&plan.slots) {
                    if old.locked {
                        prop_assert_eq!(old, new);
                    } else if old.clip.media != media || does(old, &old.clip) {
                        prop_assert_eq!(&old.clip, &new.clip);
                        let stays = |other: &&Clip| other.media != media || does(old, other);
                        for other in old.alternates.iter().filter(stays) {
                            prop_assert!(new.alternates.contains(other));
                        }
                    } else {
                        prop_assert!(weak || new.clip.media != media || does(new, &new.clip));
                    }
                    for other in new.alternates.iter().filter(|other| !old.locked && other.media == media) {
                        prop_assert!(does(new, other));
                    }
                }
            }
            Err(error) => prop_assert!(matches!(error, EditError::NothingUsable { .. }), "{}", error),
        }
    }
}

#[test]
fn one_more_clip_changes_few_slots_and_an_outstanding_one_is_welcome() {
    for style in STYLES {
        let mut request = ordinary(4, 180, style);
        let before = plan(&request).unwrap();
        request.clips.push(clip(7777, 12_000_000, 1, 20));
        let after = all(&request, &before);
        lawful(&request, &after);
        let few = changed(&before, &after);
        assert!(few <= 4, "{style:?}: {few} of {}", before.slots.len());

        let best = &mut request.clips[40].footage;
        for tick in &mut best.ticks {
            (tick.quality, tick.defects) = (255, planner_wasm::footage::Defects::default());
        }
        for anchor in &mut best.anchors {
            anchor.strength_permille = 1000;
        }
        let after = all(&request, &before);
        let shown = after
            .slots
            .iter()
            .filter(|slot| slot.clip.media == 40)
            .count();
        assert!(shown >= 1, "{style:?}");
        assert_eq!(changed(&before, &after), shown);
    }
}

#[test]
fn what_is_no_longer_on_offer_stays_only_where_it_is_locked() {
    let mut request = ordinary(1, 60, Style::Balanced);
    let mut before = plan(&request).unwrap();
    before.slots[2].locked = true;
    let media = before.slots[2].clip.media;
    let gone = request.clips.remove(usize::try_from(media).unwrap());
    let after = all(&request, &before);
    lawful(&request, &after);
    let number = after.slots[2].clip.media;
    assert_eq!(after.media[usize::try_from(number).unwrap()], gone.media);
    let shown = |slot: &&Slot| slot.clip.media == number;
    assert_eq!(after.slots.iter().filter(shown).count(), 1);
    // A locked slot is stronger than a ban.
    let mut request = ordinary(1, 60, Style::Balanced);
    request.bans.push(Ban {
        media,
        range_us: None,
    });
    let after = all(&request, &before);
    assert_eq!(after.slots[2], before.slots[2]);
}

/// What bans leave may be too short for a slot even at an eighth of its speed. Its last picture is held
/// then, but where a ban begins after it, what is banned would be seen.
#[test]
fn what_bans_leave_is_never_held_into_what_is_banned() {
    const LEFT_US: u64 = 600_000;
    const LENGTH_US: u64 = 10_000_000;
    let clips = vec![clip(1, LENGTH_US, 1, 8)];
    let mut request = synthetic::request(song(1, 60, 124), clips, settings(Style::Cinematic, 0));
    let before = plan(&request).unwrap();
    let (mut held, mut refused) = (0, 0);
    for from in (0..=LENGTH_US - LEFT_US).step_by(200_000) {
        let ban = |from, to| Ban {
            media: 0,
            range_us: Some((from, to)),
        };
        request.bans = vec![ban(0, from), ban(from + LEFT_US, LENGTH_US)];
        let every = Scope::Slots {
            slots: (0..before.slots.len()).collect(),
            seed: 1,
        };
        for scope in [Scope::All, every] {
            match replan(&request, &before, &scope) {
                Ok(plan) => {
                    lawful(&request, &plan);
                    held += 1;
                }
                Err(error) => {
                    assert!(matches!(error, EditError::AllBanned { .. }), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(held > 0 && refused > 0, "{held} {refused}");
}
