//! What holds of every operation on every plan.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{EditingError, History, Operation, apply};
use crate::media::{MediaPath, MediaReference};
use crate::plan::{
    Clip, Cut, CutKind, Extra, Fit, Focus, MusicTrack, Output, Plan, SCHEMA, Slot, Speed,
};
use crate::rate::Rate;
use crate::time::Time;

/// A plan over these sources, of which some lengths are not known; a slot is its frames, its clips,
/// whether it lies on a beat and whether it is locked.
type Spec = (u32, Vec<(usize, u64, u32)>, bool, bool);

fn plan_of(rate: (u32, u32), opening: u64, lengths: &[Option<u64>], specs: &[Spec]) -> Plan {
    let name = |index: usize| MediaPath::from_bytes(format!("{index}.mp4").as_bytes());
    let by_path = MediaReference::by_path;
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        made_by: None,
        output: Output {
            width: 320,
            height: 180,
            rate: Rate::new(rate.0, rate.1).unwrap(),
            fit: Fit::Crop,
            extra: Extra::new(),
        },
        music: MusicTrack {
            media: by_path(MediaPath::from_bytes(b"song.wav")),
            source_start: opening,
            beat_grid: None,
            extra: Extra::new(),
        },
        media: lengths
            .iter()
            .enumerate()
            .map(|(index, length)| MediaReference {
                duration_us: *length,
                ..by_path(name(index))
            })
            .collect(),
        slots: Vec::new(),
        decisions: Vec::new(),
        extra: Extra::new(),
    };
    let mut record_start = 0;
    for (frames, clips, on_beat, locked) in specs {
        let mut clips = clips.iter().map(|(media, start, speed)| {
            let media = media % lengths.len();
            let length = lengths.get(media).copied().flatten();
            let last = length.map_or(*start, |length| length.saturating_sub(1));
            Clip {
                speed: Speed::new(*speed, 3).unwrap(),
                ..Clip::new(u32::try_from(media).unwrap(), (*start).min(last))
            }
        });
        let cut = on_beat.then(|| cut_at(&plan, record_start));
        plan.slots.push(Slot {
            record_start,
            record_duration: *frames,
            cut,
            clip: clips.next().unwrap(),
            alternates: clips.collect(),
            fit: None,
            focus: None,
            locked: *locked,
            extra: Extra::new(),
        });
        record_start += u64::from(*frames);
    }
    plan
}

/// A beat that sounds during a frame.
fn cut_at(plan: &Plan, frame: u64) -> Cut {
    let first = Time::new(i64::try_from(frame).unwrap(), plan.output.rate)
        .to_music(plan.opening().unwrap(), plan.music.rate().unwrap());
    Cut {
        at: u64::try_from(first.unwrap().ticks()).unwrap(),
        on: CutKind::Beat,
    }
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let rates = prop::sample::select(&[(24, 1), (25, 1), (30_000, 1001), (60, 1)][..]);
    let lengths = prop::collection::vec(prop::option::of(1..9_000_000_u64), 1..4);
    let clips = (0..4_usize, 0..9_000_000_u64, 1..9_u32);
    let slots = prop::collection::vec(
        (
            1..90_u32,
            prop::collection::vec(clips, 1..4),
            any::<bool>(),
            prop::bool::weighted(0.2),
        ),
        1..9,
    );
    (rates, 0..500_000_u64, lengths, slots)
        .prop_map(|(rate, opening, lengths, specs)| plan_of(rate, opening, &lengths, &specs))
}

/// An operation that may or may not make sense for a film of up to 8 slots of up to 90 frames.
fn any_operation() -> impl Strategy<Value = Operation> {
    let slot = || 0..9_usize;
    let frame = || 0..400_u64;
    let cut = || {
        let at = prop::option::weighted(0.2, 0..2_000_000_u64);
        at.prop_map(|at| {
            at.map(|at| Cut {
                at,
                on: CutKind::Grid,
            })
        })
    };
    let clip = (0..4_u32, 0..12_000_000_u64, 1..9_u32, 0..1200_u16);
    let clip = clip.prop_map(|(media, start, speed, score)| Clip {
        speed: Speed::new(speed, 2).unwrap(),
        score_permille: Some(score),
        why: None,
        ..Clip::new(media, start)
    });
    let by_us = prop_oneof![
        -9_000_000..9_000_000_i64,
        Just(i64::MIN),
        Just(i64::MAX),
        Just(0)
    ];
    let fit = prop::option::of(prop::sample::select(&[Fit::Crop, Fit::Pad, Fit::Blur][..]));
    let focus = (0..1100_u16, 0..1100_u16).prop_map(|(x_permille, y_permille)| Focus {
        x_permille,
        y_permille,
    });
    let speed =
        (1..100_u32, 1..100_u32).prop_filter_map("not a speed", |(num, den)| Speed::new(num, den));
    prop_oneof![
        (slot(), 0..4_usize).prop_map(|(slot, alternate)| Operation::Swap { slot, alternate }),
        (slot(), clip).prop_map(|(slot, clip)| Operation::Replace { slot, clip }),
        (slot(), by_us).prop_map(|(slot, by_us)| Operation::Slip { slot, by_us }),
        (slot(), any::<bool>()).prop_map(|(slot, locked)| Operation::Lock { slot, locked }),
        (slot(), frame(), cut()).prop_map(|(slot, at, cut)| Operation::Split { slot, at, cut }),
        slot().prop_map(|slot| Operation::Merge { slot }),
        (slot(), fit).prop_map(|(slot, fit)| Operation::SetFit { slot, fit }),
        (slot(), prop::option::of(focus))
            .prop_map(|(slot, focus)| Operation::SetFocus { slot, focus }),
        (slot(), speed).prop_map(|(slot, speed)| Operation::SetSpeed { slot, speed }),
        (slot(), slot()).prop_map(|(from, to)| Operation::Move { from, to }),
        (slot(), frame(), cut()).prop_map(|(slot, to, cut)| Operation::Roll { slot, to, cut }),
    ]
}

/// The same operation with the beat that sounds at its frame.
fn on_beat(plan: &Plan, operation: Operation) -> Operation {
    match operation {
        Operation::Split {
            slot,
            at,
            cut: None,
        } => Operation::Split {
            slot,
            at,
            cut: Some(cut_at(plan, at)),
        },
        Operation::Roll {
            slot,
            to,
            cut: None,
        } => Operation::Roll {
            slot,
            to,
            cut: Some(cut_at(plan, to)),
        },
        other => other,
    }
}

/// First frames with their events, but for the one that an operation names.
fn cuts(plan: &Plan, but: Option<u64>) -> Vec<(u64, Option<Cut>)> {
    let cuts = plan.slots.iter().map(|slot| (slot.record_start, slot.cut));
    cuts.filter(|(start, _)| Some(*start) != but).collect()
}

/// The slots that an operation names: from which on, how many there are before it and how many after.
fn named(operation: &Operation) -> (usize, usize, usize) {
    match *operation {
        Operation::Split { slot, .. } => (slot, 1, 2),
        Operation::Merge { slot } => (slot, 2, 1),
        Operation::Roll { slot, .. } => (slot - 1, 2, 2),
        Operation::Move { from, to } => {
            let count = from.abs_diff(to) + 1;
            (from.min(to), count, count)
        }
        Operation::Swap { slot, .. }
        | Operation::Replace { slot, .. }
        | Operation::Slip { slot, .. }
        | Operation::Lock { slot, .. }
        | Operation::SetFit { slot, .. }
        | Operation::SetFocus { slot, .. }
        | Operation::SetSpeed { slot, .. } => (slot, 1, 1),
    }
}

/// A plan without `count` slots from `first` on.
fn without(plan: &Plan, first: usize, count: usize) -> Plan {
    let mut rest = plan.clone();
    rest.slots.drain(first..first + count);
    rest
}

/// The slots that are locked, wherever in the order they are.
fn locked(plan: &Plan) -> Vec<&Slot> {
    plan.slots.iter().filter(|slot| slot.locked).collect()
}

/// Whether a clip ends within its source.
fn lasts(plan: &Plan, clip: &Clip, frames: u32) -> bool {
    let length = plan.media[clip.media as usize].duration_us;
    let end = clip.source_end(frames, plan.output.rate).unwrap();
    length.is_none_or(|length| end <= length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_comes_out_is_sound_and_nothing_that_is_not_named_changes(
        plan in any_plan(),
        operations in prop::collection::vec((any_operation(), any::<bool>()), 1..12),
    ) {
        let mut plan = plan;
        prop_assert_eq!(plan.problems(), (vec![], 0));
        for (operation, beat) in operations {
            let operation = if beat { on_beat(&plan, operation) } else { operation };
            let next = match apply(&plan, &operation) {
                Ok(next) => next,
                Err(error) => {
                    let told = error.to_string();
                    // Only a clip from elsewhere can hold a number that no plan holds.
                    let foreign = matches!(operation, Operation::Replace { .. });
                    let unsound = matches!(error, EditingError::Unsound { .. });
                    prop_assert!(foreign || !unsound, "{:?}: {}", operation, told);
                    prop_assert!(told.len() > 20 && !told.contains('\n'), "{}", told);
                    continue;
                }
            };
            prop_assert_eq!(next.problems(), (vec![], 0), "{:?}", operation);
            prop_assert_eq!(&Plan::from_json(&next.to_json()).unwrap(), &next);
            prop_assert_eq!(next.record_duration(), plan.record_duration());
            let (first, then, now) = named(&operation);
            prop_assert_eq!(without(&next, first, now), without(&plan, first, then), "{:?}", operation);
            let (before, after) = match operation {
                Operation::Split { at, .. } => (None, Some(at)),
                Operation::Merge { slot } => (Some(plan.slots[slot + 1].record_start), None),
                Operation::Roll { slot, to, .. } => (Some(plan.slots[slot].record_start), Some(to)),
                _ => (None, None),
            };
            prop_assert_eq!(cuts(&next, after), cuts(&plan, before), "{:?}", operation);
            if !matches!(operation, Operation::Lock { .. }) {
                prop_assert_eq!(locked(&next), locked(&plan), "{:?}", operation);
            }
            let overruns = |plan: &Plan| {
                let over = |slot: &&Slot| !lasts(plan, &slot.clip, slot.record_duration);
                plan.slots.iter().filter(over).count()
            };
            let short = |slot: &Slot| {
                let length = plan.media[slot.clip.media as usize].duration_us;
                let clip = Clip { source_start: 0, ..slot.clip.clone() };
                length.is_some_and(|l| clip.source_end(slot.record_duration, plan.output.rate).unwrap() > l)
            };
            // No operation but a swap makes a clip end within its slot that has enough source.
            if !matches!(operation, Operation::Swap { .. } | Operation::Split { .. }) {
                let more = overruns(&next) > overruns(&plan);
                prop_assert!(!more || next.slots.iter().any(short), "{:?}", operation);
            }
            plan = next;
        }
    }

    #[test]
    fn a_locked_slot_refuses_everything_but_lock(plan in any_plan(), operation in any_operation()) {
        let mut plan = plan;
        plan.slots.iter_mut().for_each(|slot| slot.locked = true);
        match apply(&plan, &operation) {
            Ok(_) => prop_assert!(matches!(operation, Operation::Lock { .. }), "{:?}", operation),
            Err(EditingError::Locked { slot }) => prop_assert!(slot < plan.slots.len()),
            Err(other) => prop_assert!(
                matches!(other, EditingError::NoSlot { .. } | EditingError::NoNext { .. } | EditingError::FilmBegins),
                "{}", other
            ),
        }
    }

    #[test]
    fn a_split_and_a_merge_give_the_slot_back(
        plan in any_plan(), slot in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), beat in any::<bool>(),
    ) {
        let mut plan = plan;
        let slot = slot.index(plan.slots.len());
        plan.slots[slot].locked = false;
        let (first, frames) = (plan.slots[slot].record_start, plan.slots[slot].record_duration as usize);
        prop_assume!(frames > 1);
        let at = first + 1 + at.index(frames - 1) as u64;
        let cut = beat.then(|| cut_at(&plan, at));
        let split = apply(&plan, &Operation::Split { slot, at, cut }).unwrap();
        prop_assert_eq!(split.slots.len(), plan.slots.len() + 1);
        let (one, two) = (&split.slots[slot], &split.slots[slot + 1]);
        prop_assert_eq!((two.record_start, two.cut), (at, cut));
        // The second goes on where the first ends, to the microsecond.
        let end = one.clip.source_end(one.record_duration, plan.output.rate).unwrap();
        if plan.media[one.clip.media as usize].duration_us.is_none_or(|length| end <= length.saturating_sub(1)) {
            prop_assert!(end - two.clip.source_start <= 1, "{} {}", end, two.clip.source_start);
        }
        prop_assert_eq!(apply(&split, &Operation::Merge { slot }).unwrap(), plan);
    }

    #[test]
    fn two_swaps_give_the_plan_back(plan in any_plan(), slot in any::<prop::sample::Index>(), alternate in 0..3_usize) {
        let mut plan = plan;
        let slot = slot.index(plan.slots.len());
        plan.slots[slot].locked = false;
        let swap = Operation::Swap { slot, alternate };
        match apply(&plan, &swap) {
            Ok(swapped) => {
                prop_assert_eq!(&swapped.slots[slot].clip, &plan.slots[slot].alternates[alternate]);
                prop_assert_eq!(apply(&swapped, &swap).unwrap(), plan);
            }
            Err(error) => prop_assert!(matches!(error, EditingError::NoAlternate { .. }), "{}", error),
        }
    }

    #[test]
    fn history_gives_every_value_back(
        plan in any_plan(),
        operations in prop::collection::vec((any_operation(), 0..3_usize), 0..30),
    ) {
        let mut history = History::new(plan.clone());
        // What should be there, held whole.
        let (mut values, mut labels, mut at) = (vec![plan], Vec::<String>::new(), 0);
        for (operation, undos) in operations {
            let Ok(next) = apply(history.current(), &operation) else { continue };
            values.truncate(at + 1);
            labels.truncate(at);
            history.push(&operation.label(), next.clone());
            values.push(next);
            labels.push(operation.label());
            at += 1;
            prop_assert_eq!(history.redo(), None);
            for _ in 0..undos {
                prop_assert_eq!(history.can_undo(), at.checked_sub(1).map(|n| labels[n].as_str()));
                let undone = history.undo();
                prop_assert_eq!(undone.is_some(), at > 0);
                at = at.saturating_sub(1);
                prop_assert_eq!(history.current(), &values[at]);
            }
            if undos == 2 && history.redo().is_some() {
                at += 1;
                prop_assert_eq!(history.current(), &values[at]);
            }
        }
        while history.redo().is_some() {
            at += 1;
            prop_assert_eq!(history.current(), &values[at]);
        }
        prop_assert_eq!(at + 1, values.len());
        prop_assert_eq!(history.can_redo(), None);
    }
}

/// A film of so many slots of 24 frames at 24 a second, with four alternates each.
fn long_film(slots: u32) -> Plan {
    let specs: Vec<Spec> = (0..slots)
        .map(|_| (24, vec![(0, 0, 3); 5], true, false))
        .collect();
    let clip = |n: u32| Clip::new(n % 5, u64::from(n) * 1000);
    let mut plan = plan_of((24, 1), 0, &[Some(900_000_000); 5], &specs);
    for (n, slot) in (0..).zip(&mut plan.slots) {
        slot.clip = clip(n);
        for (k, alternate) in (1..).zip(&mut slot.alternates) {
            *alternate = clip(n + 1000 * k);
        }
    }
    plan
}

fn bytes(history: &History<Plan>) -> usize {
    let mut held = BTreeMap::new();
    history.kept().iter().for_each(|kept| kept.weigh(&mut held));
    held.values().sum()
}

/// Thousands of steps of all kinds on 300 slots.
#[test]
fn five_thousand_steps_on_three_hundred_slots_are_kept_in_little() {
    let plan = long_film(300);
    let one = {
        let mut held = BTreeMap::new();
        History::new(plan.clone()).kept()[0].weigh(&mut held);
        held.values().sum::<usize>()
    };
    let mut history = History::new(plan);
    for step in 0..5000_usize {
        let slot = step * 7 % 299;
        let plan = history.current();
        let start = plan.slots[slot].record_start;
        let operation = match step % 10 {
            0 | 1 => Operation::Slip {
                slot,
                by_us: 40_000,
            },
            2 => Operation::Swap {
                slot,
                alternate: step % 4,
            },
            3 => Operation::SetFocus {
                slot,
                focus: Some(Focus {
                    x_permille: 100,
                    y_permille: u16::try_from(step % 1000).unwrap(),
                }),
            },
            4 => Operation::Split {
                slot,
                at: start + 9,
                cut: None,
            },
            // The very shot that was split.
            5 => Operation::Merge {
                slot: (step - 1) * 7 % 299,
            },
            6 => Operation::Move {
                from: slot,
                to: (slot + 5) % 299,
            },
            7 => Operation::Move { from: 0, to: 298 },
            8 => Operation::Lock {
                slot,
                locked: !plan.slots[slot].locked,
            },
            _ => Operation::Lock {
                slot: (step - 1) * 7 % 299,
                locked: false,
            },
        };
        let next = apply(plan, &operation).unwrap();
        history.push(&operation.label(), next);
    }
    let all = bytes(&history);
    let each = (all - one) / 5000;
    // Held whole, each step would take as much as the first plan.
    assert!(each * 40 < one, "{each} bytes a step; a plan is {one}");
    assert!(all < 24 << 20, "{all} bytes");
}

/// A shot that moves through the whole film brings no shot into memory twice.
#[test]
fn a_move_keeps_no_shot_twice() {
    let plan = long_film(300);
    let mut history = History::new(plan);
    let before = bytes(&history);
    let moved = apply(history.current(), &Operation::Move { from: 0, to: 299 }).unwrap();
    history.push("Move", moved);
    let more = bytes(&history) - before;
    assert!(more < 300 * 8 + 2000, "{more} bytes");
}
