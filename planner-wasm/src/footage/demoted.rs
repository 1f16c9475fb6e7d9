//! What is used last, planted in rendered clips: cards, patterns, text, screens, bare ground.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small made-up numbers"
)]

use super::model::{Defect, FRAME_BYTES};
use super::planted::{only_planted, with_planted};
use super::scene::{CADENCES, Scene, clip, random};
use super::window::Windows;

/// Colour bars that fill the picture, with a box that walks over them.
fn bars(at: f64) -> Vec<u8> {
    let walker = (at * 40.0) as usize % 140;
    (0..FRAME_BYTES / 3)
        .flat_map(|n| {
            let (x, y) = (n % 160, n / 160);
            let bar = x * 7 / 160;
            if (40..60).contains(&y) && (walker..walker + 16).contains(&x) {
                return [255; 3];
            }
            [(bar & 2) == 0, bar < 4, (bar & 1) == 0].map(|on| if on { 255 } else { 0 })
        })
        .collect()
}

/// An even ground with two boxes of text, one of which changes.
fn card(ground: [u8; 3], at: f64) -> Vec<u8> {
    let count = (at * 10.0) as usize;
    (0..FRAME_BYTES / 3)
        .flat_map(|n| {
            let (x, y) = (n % 160, n / 160);
            let written = (70..78).contains(&y) && (110..140).contains(&x);
            if written && (x * 7 + y * 3 + x / 20 * count) % 5 < 2 {
                [235; 3]
            } else {
                ground
            }
        })
        .collect()
}

#[test]
fn cards_and_patterns_are_named_and_unwanted_but_not_rejected() {
    for fps in CADENCES {
        let pattern = with_planted(fps, bars);
        let text = with_planted(fps, |at| card([60, 200, 140], at));
        for (footage, defect) in [(pattern, Defect::TestPattern), (text, Defect::FlatCard)] {
            only_planted(fps, defect, &footage);
            for n in 11..19 {
                let tick = footage.ticks[n];
                assert!(tick.unwanted > 200 && !tick.defects.reject(), "{tick:?}");
                assert!(tick.quality < footage.ticks[3].quality / 2, "{tick:?}");
            }
            assert_eq!(
                (footage.ticks[3].unwanted, footage.ticks[26].unwanted),
                (0, 0)
            );
            let window = Windows::new(&footage).over(1_200_000, 1_800_000).unwrap();
            assert_eq!((window.bad_permille, window.severe), (0, false));
        }
    }
}

#[test]
fn a_plain_picture_of_any_colour_is_rejected_outright() {
    for colour in [[0, 128, 0], [255, 0, 255], [240, 240, 240], [65, 209, 150]] {
        let footage = with_planted(30, |_| colour.repeat(FRAME_BYTES / 3));
        only_planted(30, Defect::Covered, &footage);
    }
}

#[test]
fn lights_that_move_before_black_are_no_card() {
    // A few boats at night: nothing but black and moving lights.
    let footage = clip(30, 2.0, |at| {
        let mut rgb = vec![0; FRAME_BYTES];
        for boat in 0..6 {
            let left = (at * (20.0 + 9.0 * f64::from(boat))) as usize % 150;
            for n in 0..60 {
                let (x, y) = (left + n % 10, 8 + 13 * boat as usize + n / 10);
                rgb[(y * 160 + x) * 3..][..3].copy_from_slice(&[230, 200, 120]);
            }
        }
        rgb
    });
    for tick in &footage.ticks[2..18] {
        assert!(
            tick.unwanted == 0 && !tick.defects.has(Defect::FlatCard),
            "{tick:?}"
        );
    }
}

/// A picture of a scene under a camera that goes along, with two lines of letters at the bottom.
fn subtitled(at: f64) -> Vec<u8> {
    let camera = [30.0 * at as f32, 0.0];
    let mut rgb = Scene {
        camera,
        ..Scene::of(1)
    }
    .render();
    for (n, pixel) in rgb.chunks_exact_mut(3).enumerate() {
        let (x, y) = (n % 160, n / 160);
        let line = (72..76).contains(&y) || (79..83).contains(&y);
        if line && (30..130).contains(&x) && x % 4 < 2 && (x / 4 * 3 + y) % 7 > 0 {
            pixel.fill(245);
        }
    }
    rgb
}

/// A floor seen from above, so many pixels further along: faint grain, light that falls off.
fn floor(at: f64, thing: bool, along: usize) -> Vec<u8> {
    let walker = (at * 60.0) as usize;
    (0..FRAME_BYTES / 3)
        .flat_map(|n| {
            let (x, y) = (n % 160, n / 160);
            if thing && (30..54).contains(&y) && (walker..walker + 20).contains(&x) {
                return [220, 60, 40];
            }
            let grain = random((x + along) as u32, y as u32 / 8, 3);
            let light = 60.0 + f32::from(x as u8) / 2.0 + 9.0 * grain;
            [light as u8, (light * 0.9) as u8, (light * 0.7) as u8]
        })
        .collect()
}

/// Somebody before a green screen.
fn screen(_: f64) -> Vec<u8> {
    let scene = Scene::of(1).render();
    (0..FRAME_BYTES / 3)
        .flat_map(|n| {
            let (x, y) = (n % 160, n / 160);
            if (50..110).contains(&x) && y > 20 {
                [scene[3 * n], scene[3 * n + 1], scene[3 * n + 2]]
            } else {
                [20, 220, 30]
            }
        })
        .collect()
}

#[test]
fn text_is_named_once_it_stays_and_less_wanted_but_not_rejected() {
    for fps in CADENCES {
        let footage = with_planted(fps, subtitled);
        for (n, tick) in footage.ticks.iter().enumerate() {
            let written = tick.defects.has(Defect::Captioned);
            match n {
                // What moves takes a moment to blur.
                14..19 => assert!(
                    written && tick.unwanted > 60,
                    "{fps} fps, tick {n}: {tick:?}"
                ),
                0..10 | 23.. => assert!(tick.unwanted == 0, "{fps} fps, tick {n}: {tick:?}"),
                _ => {}
            }
            // What is around text is not out of focus for being less sharp than it.
            assert!(
                !tick.defects.reject() && tick.unwanted <= 77,
                "{n}: {tick:?}"
            );
        }
    }
}

#[test]
fn screens_and_bare_floors_are_named_and_less_wanted_but_not_rejected() {
    for fps in CADENCES {
        let planted = [
            (with_planted(fps, screen), Defect::Keyed, 150..=153),
            (
                with_planted(fps, |at| floor(at, false, 0)),
                Defect::Plain,
                40..=44,
            ),
        ];
        for (footage, defect, unwanted) in planted {
            only_planted(fps, defect, &footage);
            for tick in &footage.ticks[11..19] {
                assert!(!tick.defects.reject(), "{tick:?}");
                assert!(unwanted.contains(&tick.unwanted), "{fps}: {tick:?}");
            }
        }
        let crossed = clip(fps, 2.0, |at| floor(at, true, 0));
        for tick in &crossed.ticks[2..18] {
            assert!(!tick.defects.has(Defect::Plain), "{fps} fps: {tick:?}");
        }
    }
}

#[test]
fn a_bare_floor_is_bare_too_under_a_camera_that_moves() {
    for fps in CADENCES {
        let footage = with_planted(fps, |at| floor(at, false, (at * 30.0) as usize));
        for tick in &footage.ticks[11..19] {
            assert!(tick.motion > 60, "the camera is not seen to move: {tick:?}");
        }
        only_planted(fps, Defect::Plain, &footage);
    }
}
