//! Laws of the edit, over songs and footage of all kinds.

use planner_wasm::edit::{EditError, EditSettings, PlanRequest, SourceClip, plan};
use planner_wasm::footage::Windows;
use proptest::prelude::*;
use shared::decision::DecisionCode;
use shared::plan::{CutKind, Plan, Style};

use crate::plans::{does, fills_song, is_told, said, sound};
use crate::requests::{STYLES, any_request, ordinary, settings};
use crate::synthetic::{clip, request, song};

/// What every plan keeps, whatever it was made from.
fn lawful(request: &PlanRequest, plan: &Plan) {
    assert_eq!(
        plan.silent_frames(None),
        0,
        "a film is never longer than its song"
    );
    sound(plan);
    fills_song(request, plan);
    let rate = plan.output.rate;
    let shortest = (2 * u64::from(rate.num())).div_ceil(5 * u64::from(rate.den()));
    for slot in &plan.slots {
        assert!(slot.cut.is_some());
        assert!(
            u64::from(slot.record_duration) >= shortest.min(plan.record_duration()),
            "{} frames",
            slot.record_duration
        );
    }
    for slot in &plan.slots {
        for (place, chosen) in std::iter::once(&slot.clip)
            .chain(&slot.alternates)
            .enumerate()
        {
            let footage = &request.clips[usize::try_from(chosen.media).unwrap()].footage;
            let end = chosen.source_end(slot.record_duration, rate).unwrap();
            let held = said(plan, DecisionCode::WeakFootageUsed) && place == 0;
            assert!(chosen.source_start >= footage.start_us);
            if !held {
                assert!(end < footage.end_us, "{end} of {}", footage.end_us);
                let windows = Windows::new(footage);
                assert!(
                    does(&windows, chosen, slot.record_duration, rate),
                    "{chosen:?}"
                );
            }
            if place > 0 {
                assert!(chosen.media != slot.clip.media);
            }
        }
    }
    is_told(request, plan);
}

#[test]
fn an_ordinary_film_needs_no_fallback_in_any_style() {
    for style in STYLES {
        let request = ordinary(1, 180, style);
        let plan = plan(&request).unwrap();
        lawful(&request, &plan);
        assert_eq!(plan.decisions, [], "{style:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_film_is_whole_and_lawful(request in any_request()) {
        match plan(&request) {
            Ok(plan) => lawful(&request, &plan),
            Err(EditError::NothingUsable { clips, .. }) => prop_assert_eq!(clips, request.clips.len()),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn the_order_of_the_clips_only_numbers_them(request in any_request(), turn in 1..11_usize) {
        let mut turned = request.clone();
        let by = turn % request.clips.len();
        turned.clips.rotate_left(by);
        if let (Ok(one), Ok(other)) = (plan(&request), plan(&turned)) {
            let path = |plan: &Plan, media: u32| plan.media[usize::try_from(media).unwrap()].path.clone();
            for (a, b) in one.slots.iter().zip(&other.slots) {
                prop_assert_eq!(path(&one, a.clip.media), path(&other, b.clip.media));
                prop_assert_eq!(a.clip.source_start, b.clip.source_start);
            }
            prop_assert_eq!(one.slots.len(), other.slots.len());
        }
    }

    #[test]
    fn the_same_request_gives_the_same_bytes(request in any_request()) {
        if let (Ok(one), Ok(other)) = (plan(&request), plan(&request.clone())) {
            prop_assert_eq!(one.to_json(), other.to_json());
        }
    }
}

#[test]
fn one_second_of_footage_fills_three_minutes() {
    let request = request(
        song(1, 180, 124),
        vec![clip(3, 1_000_000, 1, 2)],
        settings(Style::Balanced, 0),
    );
    let plan = plan(&request).unwrap();
    lawful(&request, &plan);
    assert!(said(&plan, DecisionCode::FootageReused));
    assert!(said(&plan, DecisionCode::ShotsShortened));
}

#[test]
fn nothing_repeats_where_there_is_a_fifth_more_footage_than_song() {
    for style in STYLES {
        // 216 s and more for 180 s, in clips of 12 s.
        let clips: Vec<SourceClip> = (0..22)
            .map(|n| clip(3 * n + 900, 12_000_000, 1, 12))
            .collect();
        let mut clean = clips;
        for clip in &mut clean {
            for tick in &mut clip.footage.ticks {
                tick.defects = planner_wasm::footage::Defects::default();
            }
        }
        let request = request(song(2, 180, 124), clean, settings(style, 0));
        let plan = plan(&request).unwrap();
        lawful(&request, &plan);
        assert!(
            !said(&plan, DecisionCode::FootageReused),
            "{style:?}: {:?}",
            plan.decisions
        );
    }
}

#[test]
fn black_footage_is_refused_and_says_so() {
    let mut black = clip(1, 5_000_000, 1, 5);
    for tick in &mut black.footage.ticks {
        tick.defects = tick.defects.with(planner_wasm::footage::Defect::Black);
    }
    let mut empty = clip(2, 5_000_000, 1, 5);
    empty.footage.end_us = 0;
    let request = request(
        song(1, 20, 120),
        vec![black, empty],
        EditSettings::default(),
    );
    let expected = EditError::NothingUsable {
        clips: 2,
        empty: 1,
        severe: 1,
    };
    assert_eq!(plan(&request), Err(expected));
    let black = PlanRequest {
        clips: request.clips[..1].to_vec(),
        ..request.clone()
    };
    let told = plan(&black).unwrap_err().to_string();
    assert!(told.contains("it is black or covered"), "{told}");
    let none = PlanRequest {
        clips: Vec::new(),
        ..request
    };
    assert_eq!(plan(&none), Err(EditError::NoClips));
}

#[test]
fn a_song_shorter_than_a_frame_is_told_from_a_start_that_is_too_late() {
    let mut request = ordinary(1, 20, Style::Balanced);
    let song_us = request.grid.duration * 1_000_000 / u64::from(request.grid.rate);
    request.settings.start_us = song_us;
    let start_us = song_us;
    let late = EditError::NothingToFill { start_us, song_us };
    assert_eq!(plan(&request), Err(late));
    request.grid.duration = u64::from(request.grid.rate) / 100;
    let told = plan(&request).unwrap_err();
    let short =
        matches!(told, EditError::SongTooShort { song_us: 10_000, frame_us } if frame_us > 10_000);
    assert!(short, "{told}");
    assert!(
        told.to_string().starts_with("the song is 10.0 ms long"),
        "{told}"
    );
}

#[test]
fn as_many_alternates_as_a_plan_may_hold_and_no_more() {
    let mut request = ordinary(1, 20, Style::Balanced);
    request.settings.alternates = 64;
    lawful(&request, &plan(&request).unwrap());
    request.settings.alternates = 65;
    let refused = plan(&request);
    assert!(matches!(refused, Err(EditError::OutOfRange { .. })));
}

#[test]
fn every_section_of_a_film_is_cut_on() {
    for style in STYLES {
        let request = ordinary(3, 180, style);
        let plan = plan(&request).unwrap();
        let cuts: Vec<u64> = plan
            .slots
            .iter()
            .filter(|slot| slot.cut.unwrap().on == CutKind::Section)
            .map(|slot| slot.cut.unwrap().at)
            .collect();
        for section in request.grid.sections.iter().skip(1) {
            assert!(cuts.contains(&section.start), "{style:?} {section:?}");
        }
    }
}

#[test]
fn another_seed_shuffles_choices_of_like_worth() {
    let one = plan(&ordinary(1, 180, Style::Balanced)).unwrap();
    let mut request = ordinary(1, 180, Style::Balanced);
    request.settings.seed = 7;
    let other = plan(&request).unwrap();
    let same = one
        .slots
        .iter()
        .zip(&other.slots)
        .filter(|(a, b)| a.clip.media == b.clip.media)
        .count();
    assert!(
        same * 10 < one.slots.len() * 6,
        "{same} of {}",
        one.slots.len()
    );
    let score = |plan: &Plan| -> u32 {
        plan.slots
            .iter()
            .map(|s| u32::from(s.clip.score_permille.unwrap()))
            .sum()
    };
    assert!(score(&other) * 100 >= score(&one) * 95);
}

#[test]
fn the_same_file_under_two_names_is_one_clip() {
    let mut request = ordinary(1, 60, Style::Balanced);
    let mut twin = request.clips[0].clone();
    twin.media.path = shared::media::MediaPath::from_text("zz/copy.mp4").unwrap();
    request.clips.push(twin);
    let plan = plan(&request).unwrap();
    assert!(said(&plan, DecisionCode::FileSkipped));
    assert!(plan.slots.iter().all(|slot| slot.clip.media != 40));
    assert_eq!(plan.media.len(), 41);
}

#[test]
fn a_long_film_with_all_alternates_is_read_back_and_only_the_best_are_explained() {
    let clips = (0..80)
        .map(|n| clip(900 + n, 60_000_000 + n * 300_000, 4, 40))
        .collect();
    let wanted = EditSettings {
        alternates: 64,
        density_permille: 4000,
        ..settings(Style::Energetic, 0)
    };
    let plan = plan(&request(song(3, 1800, 174), clips, wanted)).unwrap();
    let json = plan.to_json();
    assert_eq!(Plan::from_json(&json).unwrap(), plan);
    let alternates: usize = plan.slots.iter().map(|slot| slot.alternates.len()).sum();
    let most = plan.slots.iter().map(|slot| slot.alternates.len()).max();
    assert!(plan.slots.len() > 1000 && most > Some(30), "{most:?}");
    for slot in &plan.slots {
        let all = std::iter::once(&slot.clip).chain(&slot.alternates);
        for (place, shown) in all.enumerate() {
            let parts = shown.why.as_deref().map(|why| why.split(", ").count());
            assert_eq!(parts.is_some(), place <= 3);
            assert!(parts.is_none_or(|parts| parts <= 4), "{:?}", shown.why);
        }
    }
    let clips = alternates + plan.slots.len();
    assert!(json.len() < 160 * clips, "{} of {clips}", json.len());
}

/// A change of this text is a change of every user's plans: look at it, then copy the new one in.
#[test]
fn a_fixed_request_gives_the_plan_on_file() {
    let clips = (0..9)
        .map(|n| clip(70 + n, 4_000_000 + n * 900_000, 1 + n % 2, 6 + n))
        .collect();
    let request = request(song(5, 24, 124), clips, settings(Style::Balanced, 11));
    let found = plan(&request).unwrap().to_json();
    let copy = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("edit.plan.json");
    std::fs::write(&copy, &found).unwrap();
    assert!(
        found.trim_end() == include_str!("../goldens/edit.plan.json").trim_end(),
        "the plan differs from tests/goldens/edit.plan.json; the new one is {}",
        copy.display()
    );
}
