//! Films whose changes are made up, frame by frame.
#![expect(clippy::cast_precision_loss, reason = "small numbers")]

use super::*;
use crate::verify::change::Change;
use proptest::prelude::*;

/// A film of `frames` frames with ordinary motion, and `cuts` in it.
pub(in crate::verify) fn film(
    frames: usize,
    motion: impl Fn(usize) -> f32,
    cuts: &[u64],
) -> Changes {
    let mut step: Vec<Change> = (0..frames)
        .map(|i| Change {
            residual: motion(i),
            tone: motion(i) * 0.2,
        })
        .collect();
    step[0] = Change::default();
    for cut in cuts {
        step[usize::try_from(*cut).unwrap()] = Change {
            residual: 30.0,
            tone: 20.0,
        };
    }
    Changes {
        around: step.clone(),
        step,
    }
}

pub(in crate::verify) fn plan(cuts: &[u64]) -> Vec<Planned> {
    cuts.iter()
        .enumerate()
        .map(|(index, frame)| Planned {
            slot: index + 1,
            frame: *frame,
            continuous: false,
            other_media: true,
        })
        .collect()
}

pub(in crate::verify) fn every(step: u64, count: u64) -> Vec<u64> {
    (1..=count).map(|i| i * step).collect()
}

pub(in crate::verify) fn shaky(i: usize) -> f32 {
    1.0 + (i * 7 % 5) as f32 * 0.8
}

proptest! {
    #[test]
    fn cuts_in_place_are_exact_and_all_others_are_off(
        // Shorter slots may hold the next cut's change as near as their own.
        lengths in prop::collection::vec(7..40_u64, 2..40), by in -3..=3_i64
    ) {
        let cuts: Vec<u64> = lengths.iter().scan(3, |sum, l| { *sum += l; Some(*sum) }).collect();
        let shown: Vec<u64> = cuts.iter().map(|c| c.strict_add_signed(by)).collect();
        let frames = usize::try_from(cuts.last().unwrap() + 40).unwrap();
        let found = judge(&film(frames, shaky, &shown), &plan(&cuts), 30.0);
        let wanted = if by == 0 { Sight::Exact } else { Sight::Off { by } };
        prop_assert!(found.count(|s| s == wanted) * 2 > cuts.len(), "{found:?}");
        prop_assert_eq!(found.count(|s| s == Sight::Exact), if by == 0 { cuts.len() } else { 0 });
        prop_assert_eq!(found.count(|s| matches!(s, Sight::Off { .. })) == 0, by == 0);
    }
}

#[test]
fn one_misplaced_cut_among_many_is_told() {
    let cuts = every(15, 20);
    let mut shown = cuts.clone();
    shown[9] += 1;
    let found = judge(&film(330, shaky, &shown), &plan(&cuts), 30.0);
    assert_eq!(found.planned[9].sight, Sight::Off { by: 1 });
    assert_eq!(found.count(|s| s == Sight::Exact), 19);
    assert!(found.straddles.is_empty(), "{:?}", found.straddles);
}

#[test]
fn a_cut_that_is_not_seen_is_invisible_and_not_off() {
    let cuts = every(15, 20);
    let shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 150).collect();
    let found = judge(&film(330, shaky, &shown), &plan(&cuts), 30.0);
    assert_eq!(
        found.planned[9].sight,
        Sight::Invisible { continuous: false }
    );
    assert_eq!(found.count(|s| s == Sight::Exact), 19);
}

#[test]
fn a_shot_change_inside_a_slot_is_a_straddle() {
    let cuts = every(20, 10);
    let mut shown = cuts.clone();
    shown.extend([49, 62]);
    let found = judge(&film(230, shaky, &shown), &plan(&cuts), 30.0);
    assert_eq!(found.straddles, [49, 62]);
    assert_eq!(found.count(|s| s == Sight::Exact), 10);
}

#[test]
fn a_shot_change_beside_a_cut_through_the_same_footage_is_no_fault() {
    let mut cuts = plan(&every(20, 10));
    cuts[4].continuous = true;
    let mut shown = every(20, 10);
    shown[4] += 2;
    let found = judge(&film(230, shaky, &shown), &cuts, 30.0);
    assert_eq!(
        found.planned[4].sight,
        Sight::Invisible { continuous: true }
    );
    assert_eq!(found.straddles, [102]);
    assert_eq!(found.expected(), 9);
}

#[test]
fn a_flash_beside_an_unseen_cut_is_no_misplaced_cut() {
    let cuts = every(20, 10);
    let shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 100).collect();
    let mut changes = film(230, shaky, &shown);
    for at in [101, 102] {
        changes.step[at].residual = 60.0;
        changes.around[at].residual = 1.0;
    }
    let found = judge(&changes, &plan(&cuts), 30.0);
    assert_eq!(
        found.planned[4].sight,
        Sight::Invisible { continuous: false }
    );
    assert!(found.straddles.is_empty());
}

#[test]
fn pictures_shown_three_times_are_no_cuts() {
    let thrice = |i: usize| if i.is_multiple_of(3) { 6.0 } else { 0.0 };
    let cuts = [31, 61, 92, 122, 150];
    let found = judge(&film(180, thrice, &cuts), &plan(&cuts), 30.0);
    assert_eq!(found.count(|s| s == Sight::Exact), 5);
    assert!(found.straddles.is_empty(), "{:?}", found.straddles);
}

#[test]
fn a_long_displacement_of_a_part_of_the_film_is_told() {
    let cuts = every(37, 30);
    let shown: Vec<u64> = cuts
        .iter()
        .map(|c| if *c > 500 { c - 9 } else { *c })
        .collect();
    let found = judge(&film(1200, shaky, &shown), &plan(&cuts), 30.0);
    assert_eq!(found.displaced.len(), 1, "{:?}", found.displaced);
    assert_eq!(
        (found.displaced[0].by, found.displaced[0].last_slot),
        (-9, 30)
    );
    assert!((11..=15).contains(&found.displaced[0].first_slot));
}

#[test]
fn cuts_in_place_are_not_displaced_however_regular() {
    let cuts = every(15, 60);
    let found = judge(&film(960, shaky, &cuts), &plan(&cuts), 30.0);
    assert!(found.displaced.is_empty());
}

#[test]
fn a_film_that_stands_still_shows_nothing() {
    let found = judge(&film(300, |_| 0.0, &[]), &plan(&every(15, 10)), 30.0);
    assert_eq!(found.count(|s| s == Sight::Frozen), 10);
    assert!(found.straddles.is_empty() && found.displaced.is_empty());
}

/// Moves as `shaky` does, but stands still from one frame to before another.
fn frozen(from: usize, to: usize) -> impl Fn(usize) -> f32 {
    move |i| {
        if (from..to).contains(&i) {
            0.01
        } else {
            shaky(i)
        }
    }
}

#[test]
fn a_slot_that_holds_the_picture_before_it_is_frozen() {
    let cuts = every(30, 6);
    let shown: Vec<u64> = cuts.iter().copied().filter(|cut| *cut != 90).collect();
    // The held picture is encoded anew: a key frame, and what is left to refine.
    let held = |i| match i {
        90 => 0.7,
        91 => 0.3,
        i => frozen(90, 120)(i),
    };
    let found = judge(&film(220, held, &shown), &plan(&cuts), 30.0);
    assert_eq!(found.planned[2].sight, Sight::Frozen);
    assert_eq!(found.count(|s| s == Sight::Exact), 5);
    // The same footage may be the same picture.
    let mut same = plan(&cuts);
    same[2].other_media = false;
    let found = judge(&film(220, held, &shown), &same, 30.0);
    assert_eq!(
        found.planned[2].sight,
        Sight::Invisible { continuous: false }
    );
}

#[test]
fn every_cut_that_a_long_standstill_hides_is_frozen() {
    let cuts = every(34, 6);
    let found = judge(&film(240, frozen(20, 209), &[]), &plan(&cuts), 30.0);
    assert_eq!(found.count(|s| s == Sight::Frozen), 6, "{found:?}");
}

#[test]
fn an_unseen_cut_between_moving_or_briefly_still_pictures_is_not_frozen() {
    let cuts = every(30, 6);
    let shown: Vec<u64> = cuts.iter().copied().filter(|cut| *cut != 90).collect();
    // As from black to black: still around the cut, and moving in either slot.
    for (from, to) in [(0, 0), (80, 100), (89, 115)] {
        let found = judge(&film(220, frozen(from, to), &shown), &plan(&cuts), 30.0);
        assert_eq!(
            found.planned[2].sight,
            Sight::Invisible { continuous: false }
        );
    }
}

#[test]
fn a_planned_cut_past_the_end_is_not_seen() {
    let found = judge(&film(10, shaky, &[]), &plan(&[15]), 30.0);
    assert_eq!(found.count(|s| s == Sight::Exact), 0);
}

#[test]
fn a_cut_many_frames_away_is_off_wherever_it_is() {
    let cuts = every(30, 12);
    for by in [-20, -10, -4, 4, 10, 20] {
        for index in [0, 5, 11] {
            let mut shown = cuts.clone();
            shown[index] = shown[index].strict_add_signed(by);
            let found = judge(&film(400, shaky, &shown), &plan(&cuts), 30.0);
            assert_eq!(found.planned[index].sight, Sight::Off { by });
            assert_eq!(found.count(|s| s == Sight::Exact), 11);
            assert!(found.straddles.is_empty(), "{:?}", found.straddles);
        }
    }
}

#[test]
fn a_shot_change_elsewhere_does_not_stand_for_an_unseen_cut() {
    let cuts = every(30, 12);
    let mut shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 180).collect();
    // In slots that the unseen cut does not touch, and on the heels of a cut in its place.
    shown.extend([100, 151, 250]);
    let found = judge(&film(400, shaky, &shown), &plan(&cuts), 30.0);
    assert_eq!(
        found.planned[5].sight,
        Sight::Invisible { continuous: false }
    );
}

#[test]
fn a_flash_far_from_an_unseen_cut_is_no_misplaced_cut() {
    let cuts = every(30, 12);
    let shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 180).collect();
    let mut changes = film(400, shaky, &shown);
    for at in [190, 191] {
        changes.step[at].residual = 60.0;
        changes.around[at].residual = 1.0;
    }
    let found = judge(&changes, &plan(&cuts), 30.0);
    assert_eq!(found.count(|s| matches!(s, Sight::Off { .. })), 0);
}

#[test]
fn a_cut_shown_past_a_neighbour_that_runs_on_is_off() {
    let mut cuts = plan(&every(20, 12));
    cuts[5].continuous = true;
    let mut shown = every(20, 12);
    // The cut at 100 is shown after the one at 120, where nothing is to be seen.
    shown[4] = 131;
    shown.remove(5);
    let found = judge(&film(300, shaky, &shown), &cuts, 30.0);
    assert_eq!(found.planned[4].sight, Sight::Off { by: 31 }, "{found:?}");
}

#[test]
fn cuts_all_late_by_more_than_their_distance_are_told_as_displaced_by_that() {
    // Short slots, and every cut late by more than a slot.
    let cuts: Vec<u64> = [11, 12, 14, 11, 13, 12]
        .iter()
        .scan(40, |at, length| {
            *at += length;
            Some(*at)
        })
        .collect();
    let shown: Vec<u64> = cuts.iter().map(|cut| cut + 17).collect();
    let found = judge(&film(200, shaky, &shown), &plan(&cuts), 30.0);
    // One by one they may be taken for a neighbour's; together they are not.
    assert_eq!(found.count(|sight| sight == Sight::Exact), 0, "{found:?}");
    assert!(found.count(|sight| matches!(sight, Sight::Off { .. })) >= 5);
    let [run] = found.displaced.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((run.first_slot, run.last_slot, run.by), (1, 6, 17));
}

#[test]
fn a_faint_cut_beside_a_shot_change_of_its_clip_is_not_off() {
    let cuts = every(30, 12);
    let mut shown: Vec<u64> = cuts.iter().copied().filter(|c| *c != 180).collect();
    shown.push(192);
    let still = |_| 0.05;
    let mut changes = film(400, still, &shown);
    // From dark to dark: below what counts as a change, and clearly more than around it.
    changes.step[180].residual = 0.9;
    let found = judge(&changes, &plan(&cuts), 30.0);
    assert_eq!(
        found.planned[5].sight,
        Sight::Invisible { continuous: false }
    );
    assert_eq!(found.straddles, [192]);
    // The same without a trace at the planned frame: the cut is late.
    let found = judge(&film(400, still, &shown), &plan(&cuts), 30.0);
    assert_eq!(found.planned[5].sight, Sight::Off { by: 12 });
}
