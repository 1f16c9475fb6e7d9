//! The whole plan: settled where nothing changed, sound and true to its locks whatever did.

use planner_wasm::edit::{EditError, PlanRequest, Scope, plan, replan};
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{CutKind, Plan, Slot, Style};

use crate::asked::obeyed;
use crate::changes::{change, lock_some};
use crate::checks::{all, lawful, reroll};
use crate::plans::sound;
use crate::requests::{any_request, ordinary, short_beside_unlikely};

/// A locked slot is in the plan to the bit, if it lies inside the film.
fn keeps_locks(request: &PlanRequest, previous: &Plan, plan: &Plan) {
    let name = |plan: &Plan, media: u32| plan.media[usize::try_from(media).unwrap()].path.clone();
    let same_clock = previous.output.rate == plan.output.rate
        && previous.music.source_start == plan.music.source_start;
    let locked: Vec<&Slot> = previous.slots.iter().filter(|slot| slot.locked).collect();
    let released = plan
        .decisions
        .iter()
        .filter(|decision| decision.code == DecisionCode::LockReleased)
        .count();
    let found = plan.slots.iter().filter(|slot| slot.locked).count();
    assert_eq!(found + released, locked.len());
    if !same_clock {
        return;
    }
    for old in locked {
        if old.record_end() > plan.record_duration() {
            continue;
        }
        let new = plan
            .slots
            .iter()
            .find(|slot| slot.record_start == old.record_start);
        let new = new.unwrap();
        let mut renumbered = new.clone();
        for (clip, was) in std::iter::once((&mut renumbered.clip, &old.clip))
            .chain(renumbered.alternates.iter_mut().zip(&old.alternates))
        {
            assert_eq!(name(plan, clip.media), name(previous, was.media));
            clip.media = was.media;
        }
        assert_eq!(&renumbered, old, "{:?}", request.settings);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_request_that_has_not_changed_gives_the_same_plan(request in any_request()) {
        if let Ok(before) = plan(&request) {
            prop_assert_eq!(all(&request, &before), before);
        }
    }

    #[test]
    fn whatever_changes_the_film_is_whole_and_locks_hold(
        request in any_request(),
        locks in prop::collection::vec(0..3_u8, 1..9),
        changes in prop::collection::vec((0..19_u8, any::<u32>()), 0..5),
    ) {
        let Ok(mut previous) = plan(&request) else { return Ok(()) };
        lock_some(&mut previous, &locks);
        prop_assume!(previous.problems().1 == 0);
        let mut request = request;
        for (kind, number) in changes {
            change(&mut request, kind, number.into());
            match replan(&request, &previous, &Scope::All) {
                Ok(plan) => {
                    lawful(&request, &plan);
                    obeyed(&request, &plan);
                    keeps_locks(&request, &previous, &plan);
                    previous = plan;
                }
                Err(EditError::AllBanned { .. } | EditError::NothingUsable { .. } | EditError::NothingToFill { .. } | EditError::SongTooShort { .. }) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }
}

#[test]
fn an_unsound_plan_is_refused() {
    let request = ordinary(1, 30, Style::Balanced);
    let mut before = plan(&request).unwrap();
    before.slots[1].record_start += 1;
    let refused = replan(&request, &before, &Scope::All);
    assert!(matches!(refused, Err(EditError::UnsoundPlan { .. })));
}

#[test]
fn a_plan_written_by_hand_can_be_gone_on_with() {
    let request = ordinary(1, 30, Style::Balanced);
    let mut before = plan(&request).unwrap();
    before.made_by = None;
    before.music.beat_grid = None;
    before.music.source_start = 0;
    for slot in &mut before.slots {
        slot.cut = None;
    }
    before.slots[4].locked = true;
    sound(&before);
    let after = all(&request, &before);
    lawful(&request, &after);
    let shot = |plan: &Plan| {
        let slot = plan.slots.iter().find(|slot| slot.locked).unwrap();
        (slot.record_start, slot.record_duration, slot.clip.clone())
    };
    assert_eq!(shot(&after), shot(&before));
    sound(&reroll(&request, &before, &[1, 2], 1));
    let opening = after.slots[0].cut.map(|cut| cut.on);
    assert!(opening.is_none_or(|on| on == CutKind::Opening));
}

/// A new style divides all anew, poor slots as well.
#[test]
fn another_style_is_divided_as_a_first_plan_of_it_would_be() {
    let balanced = plan(&short_beside_unlikely(Style::Balanced)).unwrap();
    let request = short_beside_unlikely(Style::Cinematic);
    let cuts =
        |plan: Plan| -> Vec<u64> { plan.slots.iter().map(|slot| slot.record_start).collect() };
    let again = replan(&request, &balanced, &Scope::All).unwrap();
    assert_eq!(cuts(again), cuts(plan(&request).unwrap()));
}
