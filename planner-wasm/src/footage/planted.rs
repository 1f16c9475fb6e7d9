//! Faults and events planted in rendered clips at known times, and what is found of them.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]

use super::model::{AnchorKind, Defect, FRAME_BYTES, Footage, TICK_US};
use super::scene::{CADENCES, Scene, clip, random};
use super::window::Windows;

/// A clip of 3 s of one scene, in which `planted` replaces the pictures from 1.0 to 2.0 s.
pub(super) fn with_planted(fps: u64, planted: impl Fn(f64) -> Vec<u8>) -> Footage {
    let clean = Scene::of(1).render();
    clip(fps, 3.0, |at| {
        if (1.0..2.0).contains(&at) {
            planted(at)
        } else {
            clean.clone()
        }
    })
}

/// Every tick well inside the planted second has `defect`, and none well outside has any.
pub(super) fn only_planted(fps: u64, defect: Defect, footage: &Footage) {
    for (n, tick) in footage.ticks.iter().enumerate() {
        match n {
            11..19 => assert!(tick.defects.has(defect), "{fps} fps, tick {n}: {tick:?}"),
            0..7 | 23.. => assert!(tick.defects.is_empty(), "{fps} fps, tick {n}: {tick:?}"),
            _ => {}
        }
    }
}

#[test]
fn each_planted_fault_is_found_and_nothing_else() {
    let scene = Scene::of(1);
    let grey = |at: f64| -> Vec<u8> {
        let seed = (at * 1000.0) as u32;
        (0..FRAME_BYTES as u32)
            .map(|n| 28 + (6.0 * random(n / 3, 0, seed)) as u8)
            .collect()
    };
    for fps in CADENCES {
        let black = with_planted(fps, |_| vec![3; FRAME_BYTES]);
        only_planted(fps, Defect::Black, &black);
        let covered = with_planted(fps, grey);
        only_planted(fps, Defect::Covered, &covered);
        for (gain, defect) in [(2.4, Defect::Overexposed), (0.34, Defect::Underexposed)] {
            let exposed = Scene { gain, ..scene }.render();
            let exposed = with_planted(fps, |_| exposed.clone());
            only_planted(fps, defect, &exposed);
        }
        let blurred = Scene { blur: 2, ..scene }.render();
        let blurred = with_planted(fps, |_| blurred.clone());
        only_planted(fps, Defect::Blurred, &blurred);
    }
}

#[test]
fn a_shaking_camera_is_found_and_a_steady_pan_is_not_one() {
    for fps in CADENCES {
        let shaking = with_planted(fps, |at| {
            let jolt = |axis| 6.0 * random((at * 1000.0) as u32, axis, 7) - 3.0;
            let camera = [jolt(0), jolt(1)];
            Scene {
                camera,
                ..Scene::of(1)
            }
            .render()
        });
        only_planted(fps, Defect::Shaken, &shaking);
        let pan = clip(fps, 3.0, |at| {
            let camera = [(at as f32 - 1.0).clamp(0.0, 1.0) * 60.0, 0.0];
            Scene {
                camera,
                ..Scene::of(1)
            }
            .render()
        });
        assert_eq!(pan.shots.len(), 1);
        for (n, tick) in pan.ticks.iter().enumerate() {
            assert!(tick.defects.is_empty(), "{fps} fps, tick {n}: {tick:?}");
        }
    }
}

#[test]
fn stillness_is_little_motion_and_no_defect() {
    let scene = Scene::of(1).render();
    let footage = clip(30, 3.0, |_| scene.clone());
    let windows = Windows::new(&footage);
    let whole = windows.over(0, 3_000_000).unwrap();
    assert_eq!((whole.motion, whole.shake, whole.bad_permille), (0, 0, 0));
    assert_eq!(footage.shots.len(), 1);
    assert!(footage.anchors.len() >= 5);
    let plateau = |kind| kind == AnchorKind::Plateau;
    assert!(footage.anchors.iter().all(|anchor| plateau(anchor.kind)));
}

#[test]
fn a_fault_lowers_the_quality() {
    let good = clip(10, 2.0, |_| Scene::of(1).render());
    let quality = |footage: &Footage| footage.ticks[5].quality;
    for gain in [0.05, 0.3, 4.0] {
        let scene = Scene {
            gain,
            ..Scene::of(1)
        }
        .render();
        let bad = clip(10, 2.0, |_| scene.clone());
        assert!(quality(&bad) + 30 < quality(&good), "gain {gain}");
    }
}

#[test]
fn motion_grows_with_speed_and_hardly_depends_on_the_cadence() {
    let motion = |of: fn(f32) -> Scene, fps, speed: f64| {
        let footage = clip(fps, 2.0, |at| of((at * speed) as f32).render());
        Windows::new(&footage)
            .over(200_000, 1_800_000)
            .unwrap()
            .motion
    };
    let subject = |at| Scene {
        square: Some(at),
        ..Scene::of(1)
    };
    let camera = |at| Scene {
        camera: [at, 0.0],
        ..Scene::of(1)
    };
    for of in [subject, camera] {
        for fps in CADENCES {
            let (slow, fast) = (motion(of, fps, 8.0), motion(of, fps, 60.0));
            assert!(fast > slow + 20, "{fps} fps: {slow} then {fast}");
        }
        assert!(motion(of, 10, 60.0).abs_diff(motion(of, 30, 60.0)) <= 20);
    }
}

#[test]
fn cuts_are_found_to_the_picture() {
    for fps in CADENCES {
        // In the middle the camera runs, which is no cut.
        let footage = clip(fps, 4.0, |at| {
            let world = if at < 1.0 { 1 } else { 2 } + u32::from(at >= 2.5);
            let camera = [(at * 50.0) as f32, 0.0];
            Scene {
                camera,
                ..Scene::of(world)
            }
            .render()
        });
        let starts: Vec<u64> = footage.shots.iter().map(|shot| shot.start_us).collect();
        assert_eq!(starts, [0, 1_000_000, 2_500_000], "{fps} fps");
    }
}

#[test]
fn a_flash_and_a_passing_square_are_no_cuts() {
    let footage = clip(24, 3.0, |at| {
        let flash = (1.5..1.54).contains(&at);
        Scene {
            gain: if flash { 3.0 } else { 1.0 },
            square: Some(((at - 0.5) * 400.0) as f32),
            ..Scene::of(1)
        }
        .render()
    });
    assert_eq!(footage.shots.len(), 1);
}

#[test]
fn a_fade_through_black_is_one_boundary_where_it_is_dark() {
    for fps in CADENCES {
        let footage = clip(fps, 4.0, |at| {
            let gain = ((at - 2.0).abs() as f32 - 0.1).clamp(0.0, 0.8) / 0.8;
            Scene {
                gain,
                ..Scene::of(if at < 2.0 { 1 } else { 2 })
            }
            .render()
        });
        assert_eq!(footage.shots.len(), 2, "{fps} fps: {:?}", footage.shots);
        let fade = footage.shots[1].start_us;
        assert!((1_880_000..=2_120_000).contains(&fade), "{fps} fps: {fade}");
    }
}

/// Both scenes at once, the second with this share.
fn mixed(one: &[u8], other: &[u8], share: f32) -> Vec<u8> {
    let mix = |(a, b): (&u8, &u8)| f32::from(*a) + (f32::from(*b) - f32::from(*a)) * share;
    one.iter().zip(other).map(|pair| mix(pair) as u8).collect()
}

/// A scene under a camera that turns slowly.
fn turning(world: u32, at: f64) -> Vec<u8> {
    Scene {
        camera: [at as f32 * 4.0, 0.0],
        ..Scene::of(world)
    }
    .render()
}

#[test]
fn a_dissolve_is_one_boundary_in_its_middle_and_a_change_of_light_is_none() {
    // Large areas, as scenes have: the texture of these is too fine for blocks to differ by it.
    let scene = |world: u32, at: f64| {
        let mut rgb = turning(world, at);
        for (n, value) in rgb.iter_mut().enumerate() {
            let (x, y) = (n / 3 % 160, n / 480);
            let patch = random(x as u32 / 40, y as u32 / 30, world);
            *value = (f32::from(*value) * 0.3 + 170.0 * patch) as u8;
        }
        rgb
    };
    for fps in CADENCES {
        for length in [0.4, 0.7] {
            let footage = clip(fps, 4.0, |at| {
                let share = ((at - 2.0) / length + 0.5).clamp(0.0, 1.0) as f32;
                mixed(&scene(1, at), &scene(2, at), share)
            });
            let starts: Vec<u64> = footage.shots.iter().map(|shot| shot.start_us).collect();
            assert_eq!(starts.len(), 2, "{fps} fps, {length} s: {starts:?}");
            let off = starts[1].abs_diff(2_000_000);
            assert!(off <= 170_000, "{fps} fps, {length} s: {starts:?}");
        }
        let light = clip(fps, 4.0, |at| {
            let gain = 1.0 - 0.6 * ((at - 2.0) / 0.5 + 0.5).clamp(0.0, 1.0) as f32;
            scene(1, at)
                .iter()
                .map(|value| (f32::from(*value) * gain) as u8)
                .collect()
        });
        assert_eq!(light.shots.len(), 1, "{fps} fps: {:?}", light.shots);
    }
}

#[test]
fn a_flash_of_up_to_three_pictures_is_no_cut_and_a_fade_through_white_is() {
    for pictures in 1..=3 {
        let flash = clip(30, 3.0, |at| {
            let lit = (1.5..1.49 + f64::from(pictures) / 30.0).contains(&at);
            // With noise, or the pictures of the flash would repeat each other.
            let mut scene = turning(1, at);
            let seed = (at * 1000.0) as u32;
            for (n, value) in (0..).zip(&mut scene) {
                *value = value.saturating_add((random(n, 0, seed) * 12.0) as u8);
            }
            if lit {
                mixed(&scene, &vec![255; FRAME_BYTES], 0.6)
            } else {
                scene
            }
        });
        assert_eq!(flash.shots.len(), 1, "{pictures}: {:?}", flash.shots);
    }
    for fps in CADENCES {
        let fade = clip(fps, 4.0, |at| {
            let share = 1.0 - ((at - 2.0).abs() as f32 / 0.5).min(1.0);
            let scene = turning(if at < 2.0 { 1 } else { 2 }, at);
            mixed(&scene, &vec![255; FRAME_BYTES], share)
        });
        assert_eq!(fade.shots.len(), 2, "{fps} fps: {:?}", fade.shots);
        let at_us = fade.shots[1].start_us;
        assert!(at_us.abs_diff(2_000_000) <= 120_000, "{fps} fps: {at_us}");
    }
}

#[test]
fn focus_is_held_to_pictures_of_the_same_view() {
    // Slightly out of focus for a second: less than a take of several scenes would show.
    let scene = Scene::of(1);
    let blurred = Scene { blur: 1, ..scene }.render();
    let slightly = mixed(&scene.render(), &blurred, 0.3);
    for fps in CADENCES {
        let footage = with_planted(fps, |_| slightly.clone());
        only_planted(fps, Defect::Blurred, &footage);
    }
    // A camera that is raised to a clear sky is not out of focus.
    let sky = clip(30, 4.0, |at| {
        let horizon = (at * 60.0) as usize;
        let mut rgb = Scene::of(1).render();
        for (n, value) in rgb.iter_mut().enumerate() {
            let y = n / 480;
            if y < horizon {
                *value = 90 + y as u8 + (n % 3) as u8 * 30;
            }
        }
        rgb
    });
    for tick in &sky.ticks[18..] {
        assert!(!tick.defects.has(Defect::Blurred), "{tick:?}");
    }
}

#[test]
fn a_shove_that_stops_dead_is_an_impact_on_its_last_picture() {
    // Six pictures at 30 a second, of the camera and of a square in front of it.
    for square in [false, true] {
        let footage = clip(30, 4.0, |at| {
            let moved = ((at - 1.8) * 30.0).clamp(0.0, 6.0) as f32 * 5.0;
            Scene {
                camera: if square { [0.0; 2] } else { [moved, 0.0] },
                square: square.then_some(20.0 + moved),
                ..Scene::of(1)
            }
            .render()
        });
        let of = |kind| {
            let mut found = footage.anchors.iter().filter(move |a| a.kind == kind);
            let strongest = found.by_ref().max_by_key(|anchor| anchor.strength_permille);
            *strongest.unwrap_or_else(|| panic!("{kind:?} in {:?}", footage.anchors))
        };
        let impact = of(AnchorKind::Impact).at_us;
        assert!(impact.abs_diff(2_000_000) <= 34_000, "impact at {impact}");
    }
}

#[test]
fn a_movement_that_begins_and_goes_on_is_an_onset() {
    for fps in CADENCES {
        let footage = clip(fps, 4.0, |at| {
            let camera = [((at - 2.0).max(0.0) * 40.0) as f32, 0.0];
            Scene {
                camera,
                ..Scene::of(1)
            }
            .render()
        });
        let found: Vec<_> = footage
            .anchors
            .iter()
            .filter(|anchor| anchor.kind != AnchorKind::Plateau)
            .collect();
        assert_eq!(found.len(), 1, "{fps} fps: {found:?}");
        assert_eq!(found[0].kind, AnchorKind::MotionOnset);
        assert!(found[0].at_us.abs_diff(2_000_000) <= TICK_US, "{found:?}");
    }
}
