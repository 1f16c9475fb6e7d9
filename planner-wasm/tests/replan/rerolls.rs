//! Something else in single slots.

use planner_wasm::edit::{EditError, Scope, plan, replan};
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{Plan, Slot, Speed, Style};

use crate::changes::{change, lock_some};
use crate::checks::{all, banned, reroll};
use crate::plans::{is_told, said, shows_twice, sound};
use crate::requests::{STYLES, any_request, ordinary, settings};
use crate::synthetic::{self, clip, song};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_told_of_the_slots_is_so_whatever_was_found_anew(
        request in any_request(),
        named in prop::collection::vec(prop::collection::vec(any::<usize>(), 1..4), 1..4),
    ) {
        let Ok(mut before) = plan(&request) else { return Ok(()) };
        for (seed, named) in (1..).zip(named) {
            let slots: Vec<usize> = named.iter().map(|n| n % before.slots.len()).collect();
            let after = reroll(&request, &before, &slots, seed);
            is_told(&request, &after);
            // What has nothing to do with the slots is told still.
            let others = |plan: &Plan| -> Vec<_> {
                let of_slots = [DecisionCode::FootageReused, DecisionCode::FootageSlowed, DecisionCode::WeakFootageUsed];
                let others = plan.decisions.iter().filter(|one| !of_slots.contains(&one.code));
                others.cloned().collect()
            };
            prop_assert_eq!(others(&after), others(&before));
            before = after;
        }
    }

    #[test]
    fn only_named_slots_show_something_else(
        request in any_request(),
        locks in prop::collection::vec(0..5_u8, 1..9),
        named in prop::collection::vec(any::<usize>(), 0..4),
        seed in 0..1_u64 << 53,
        ban in prop::option::of(any::<u32>()),
    ) {
        let Ok(mut before) = plan(&request) else { return Ok(()) };
        lock_some(&mut before, &locks);
        prop_assume!(before.problems().1 == 0);
        let mut request = request;
        if let Some(number) = ban {
            change(&mut request, 0, number.into());
        }
        let slots: Vec<usize> = named.iter().map(|n| n % before.slots.len()).collect();
        let scope = Scope::Slots { slots: slots.clone(), seed };
        match replan(&request, &before, &scope) {
            Ok(plan) => {
                sound(&plan);
                for (index, (old, new)) in before.slots.iter().zip(&plan.slots).enumerate() {
                    if old.locked || !slots.contains(&index) {
                        prop_assert_eq!(old, new);
                    } else {
                        prop_assert_eq!((old.record_start, old.record_duration, old.cut), (new.record_start, new.record_duration, new.cut));
                        prop_assert!(!banned(&request, &plan, new, &new.clip));
                    }
                }
                prop_assert_eq!(&plan.made_by, &before.made_by);
                // What was settled before is settled still.
                if replan(&request, &before, &Scope::All) == Ok(before.clone()) {
                    prop_assert_eq!(all(&request, &plan), plan);
                }
            }
            Err(error) => prop_assert!(matches!(error, EditError::AllBanned { .. }), "{}", error),
        }
        let far = Scope::Slots { slots: vec![before.slots.len()], seed };
        let refused = matches!(replan(&request, &before, &far), Err(EditError::NoSuchSlot { .. }));
        prop_assert!(refused);
    }
}

#[test]
fn a_slot_shows_something_else_every_time_it_is_asked_to() {
    for style in STYLES {
        let request = ordinary(1, 120, style);
        let mut before = plan(&request).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 1..30 {
            let after = reroll(&request, &before, &[7, 8], seed);
            assert_eq!(all(&request, &after), after);
            for slot in [7, 8] {
                let (old, new) = (&before.slots[slot], &after.slots[slot]);
                let end = |slot: &Slot| {
                    slot.clip
                        .source_end(slot.record_duration, before.output.rate)
                        .unwrap()
                };
                assert!(
                    old.clip.media != new.clip.media
                        || old.clip.source_start >= end(new)
                        || new.clip.source_start >= end(old),
                    "{old:?} {new:?}"
                );
                assert!(!new.alternates.is_empty());
            }
            seen.insert((after.slots[7].clip.media, after.slots[7].clip.source_start));
            before = after;
        }
        assert!(seen.len() > 11, "{style:?}: {} in 29 tries", seen.len());
        assert!(!shows_twice(&before));
    }
}

#[test]
fn what_a_person_shows_twice_or_runs_faster_is_no_scarcity() {
    let request = ordinary(1, 60, Style::Balanced);
    let mut edited = plan(&request).unwrap();
    assert!(!said(&edited, DecisionCode::FootageReused));
    // Footage of the longest shot is in another one too.
    let longest = (0..edited.slots.len()).max_by_key(|n| edited.slots[*n].record_duration);
    let (from, to) = (longest.unwrap(), usize::from(longest == Some(0)));
    edited.slots[to].clip = edited.slots[from].clip.clone();
    let open = (0..edited.slots.len()).find(|n| ![from, to].contains(n));
    let after = reroll(&request, &edited, &[open.unwrap()], 1);
    assert_eq!(after.slots[to], edited.slots[to]);
    assert!(!said(&after, DecisionCode::FootageReused));

    // Far too little footage: some is run slower, which is counted, and what is run faster is not.
    let slowed = |plan: &Plan| {
        let mut all = plan.decisions.iter();
        let slowed = all.find(|one| one.code == DecisionCode::FootageSlowed);
        slowed.map(|one| one.detail.clone())
    };
    let few = (0..4)
        .map(|n| clip(n, 900_000 + n * 130_000, 1, 3))
        .collect();
    let scarce = synthetic::request(song(1, 30, 90), few, settings(Style::Cinematic, 0));
    let plain = plan(&scarce).unwrap();
    let normal = plain
        .slots
        .iter()
        .position(|slot| slot.clip.speed.is_normal());
    let mut edited = plain.clone();
    edited.slots[normal.unwrap()].clip.speed = Speed::new(5, 4).unwrap();
    let again = |plan: &Plan| slowed(&reroll(&scarce, plan, &[], 1));
    assert!(slowed(&plain).is_some());
    assert_eq!(again(&plain), slowed(&plain));
    assert_eq!(again(&edited), slowed(&plain));
}
