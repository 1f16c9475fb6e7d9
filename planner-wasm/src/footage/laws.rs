//! What holds of the footage of any pictures at any times.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "small made-up numbers"
)]

use super::analyser::{FootageAnalyser, FootageError, LONGEST_CLIP_US};
use super::model::{FRAME_BYTES, Footage, TICK_US};
use super::scene::{Scene, clip};
use super::window::Windows;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Pictures to choose from: scenes, dark ones, bright ones, plain ones.
static PICTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let scenes = (0..4).map(|n| {
        let gain = [1.0, 1.0, 0.1, 5.0][n as usize];
        let camera = [n as f32 * 3.0, 0.0];
        Scene {
            camera,
            gain,
            ..Scene::of(n / 2)
        }
        .render()
    });
    let plain = [0, 90, 255].map(|luma| vec![luma; FRAME_BYTES]);
    scenes.chain(plain).collect()
});

fn footage(pictures: &[(usize, u64)], start_us: u64, tail_us: u64) -> Footage {
    let mut analyser = FootageAnalyser::new();
    let mut at_us = start_us;
    for (n, (picture, gap)) in pictures.iter().enumerate() {
        at_us += if n == 0 { 0 } else { *gap };
        analyser.push(&PICTURES[*picture], at_us).unwrap();
    }
    analyser.finish(at_us + tail_us)
}

/// Pictures and the time since the one before: hectic, usual, and long held.
fn pictures() -> impl Strategy<Value = Vec<(usize, u64)>> {
    let gap = prop_oneof![1..5_000_u64, 15_000..120_000_u64, 200_000..9_000_000_u64];
    prop::collection::vec((0..PICTURES.len(), gap), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn shots_cover_the_clip_ticks_fill_it_and_anchors_are_in_order_and_apart(
        pictures in pictures(),
        start_us in prop_oneof![Just(0_u64), 0..u64::MAX / 2],
        tail_us in 0..3_000_000_u64,
    ) {
        let footage = footage(&pictures, start_us, tail_us);
        prop_assert_eq!(footage.start_us, start_us);
        prop_assert!(footage.end_us > start_us);
        let length = footage.end_us - start_us;
        prop_assert_eq!(footage.ticks.len() as u64, length.div_ceil(TICK_US));
        prop_assert_eq!(footage.shots.first().unwrap().start_us, start_us);
        prop_assert_eq!(footage.shots.last().unwrap().end_us, footage.end_us);
        for pair in footage.shots.windows(2) {
            prop_assert_eq!(pair[0].end_us, pair[1].start_us);
        }
        for shot in &footage.shots {
            prop_assert!(shot.start_us < shot.end_us);
        }
        for pair in footage.anchors.windows(2) {
            prop_assert!(pair[0].at_us + 300_000 <= pair[1].at_us, "{pair:?}");
        }
        let windows = Windows::new(&footage);
        for anchor in &footage.anchors {
            let window = windows.over(anchor.at_us, anchor.at_us + 1);
            prop_assert!(window.is_some_and(|window| window.is_showable()), "{anchor:?}");
            prop_assert!(anchor.strength_permille <= 1000);
        }
    }

    #[test]
    fn times_count_only_from_the_first_picture(pictures in pictures(), start_us in 0..u64::MAX / 2) {
        let (early, late) = (footage(&pictures, 0, 40_000), footage(&pictures, start_us, 40_000));
        prop_assert_eq!(&early.ticks, &late.ticks);
        let anchors = |footage: &Footage| -> Vec<_> {
            let from = footage.start_us;
            footage.anchors.iter().map(|a| (a.at_us - from, a.kind, a.strength_permille)).collect()
        };
        prop_assert_eq!(anchors(&early), anchors(&late));
        prop_assert_eq!(early.shots.len(), late.shots.len());
    }

    #[test]
    fn a_refused_picture_leaves_no_trace(at in 0..20_usize, back_us in 0..2_000_000_u64) {
        let feed = |refused: bool| {
            let mut analyser = FootageAnalyser::new();
            for n in 0..20_usize {
                let at_us = 1_000_000 + n as u64 * 40_000;
                analyser.push(&PICTURES[n % 2], at_us).unwrap();
                if refused && n == at {
                    let early = at_us - back_us.min(at_us);
                    let error = FootageError::NotLater { at_us: early, previous_us: at_us };
                    assert_eq!(analyser.push(&PICTURES[4], early), Err(error));
                    let found = FRAME_BYTES - 1;
                    let error = FootageError::FrameSize { at_us: at_us + 1, found };
                    assert_eq!(analyser.push(&PICTURES[4][1..], at_us + 1), Err(error));
                }
            }
            analyser.finish(0)
        };
        prop_assert_eq!(feed(true), feed(false));
    }

    #[test]
    fn a_brighter_picture_has_more_luma(low in 0..200_u8, more in 8..50_u8) {
        let luma = |value: u8| clip(10, 0.3, |_| vec![value; FRAME_BYTES]).ticks[1].luma;
        prop_assert!(luma(low) < luma(low + more));
        prop_assert!(luma(low).abs_diff(low) <= 1);
    }
}

#[test]
fn a_single_picture_is_a_clip_of_one_shot() {
    let scene = Scene::of(1).render();
    let mut analyser = FootageAnalyser::new();
    analyser.push(&scene, 7_000_000).unwrap();
    let still = analyser.clone().finish(0);
    assert_eq!((still.start_us, still.end_us), (7_000_000, 7_100_000));
    assert_eq!((still.shots.len(), still.ticks.len()), (1, 1));
    assert_eq!(still.anchors.len(), 1);
    // Held for as long as asked.
    let held = analyser.finish(12_000_000);
    assert_eq!((held.ticks.len(), held.shots.len()), (50, 1));
    assert!(held.anchors.len() >= 5);
    assert!(held.ticks.iter().all(|tick| *tick == held.ticks[0]));
}

#[test]
fn two_pictures_and_none_are_clips_too() {
    let two = clip(10, 0.2, |at| Scene::of(u32::from(at > 0.05)).render());
    assert_eq!(
        (two.end_us, two.ticks.len(), two.shots.len()),
        (200_000, 2, 1)
    );
    let none = FootageAnalyser::new().finish(9);
    assert_eq!((none.start_us, none.end_us), (9, 9));
    assert!(none.shots.is_empty() && none.ticks.is_empty() && none.anchors.is_empty());
}

#[test]
fn an_end_that_is_not_after_the_last_picture_is_one_interval_after_it() {
    let mut analyser = FootageAnalyser::new();
    for n in 0..5 {
        analyser.push(&vec![80; FRAME_BYTES], n * 40_000).unwrap();
    }
    assert_eq!(analyser.clone().finish(160_000).end_us, 200_000);
    assert_eq!(analyser.finish(170_000).end_us, 170_000);
}

#[test]
fn a_gap_of_hours_is_a_held_picture_and_days_are_refused() {
    let scene = Scene::of(1).render();
    let mut analyser = FootageAnalyser::new();
    let hour = 3_600_000_000;
    for at_us in [0, 40_000, hour, hour + 40_000] {
        analyser.push(&scene, at_us).unwrap();
    }
    let error = FootageError::TooLate {
        at_us: LONGEST_CLIP_US,
        start_us: 0,
    };
    assert_eq!(analyser.push(&scene, LONGEST_CLIP_US), Err(error));
    assert_eq!(analyser.clone().finish(u64::MAX).end_us, LONGEST_CLIP_US);
    let footage = analyser.finish(hour + 80_000);
    assert_eq!(footage.ticks.len(), 36_001);
    assert!(
        footage
            .ticks
            .iter()
            .all(|tick| tick.motion == 0 && tick.defects.is_empty())
    );
}

/// The same bits on every machine, in the browser too: a digest of everything measured.
#[test]
fn the_footage_of_a_rendered_clip_never_changes_by_itself() {
    let footage = clip(24, 3.0, |at| {
        let at = at as f32;
        Scene {
            camera: [at * 30.0, (at - 1.0).max(0.0) * 12.0],
            square: Some(at * 45.0),
            gain: (1.4 - at * 0.3).min(1.0),
            ..Scene::of(u32::from(at >= 1.25))
        }
        .render()
    });
    assert_eq!(footage.shots.len(), 2);
    let text = serde_json::to_string(&footage).unwrap();
    // FNV-1a.
    let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(digest, 5_514_034_917_249_436_513, "{text}");
}
