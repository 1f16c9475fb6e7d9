//! Never stuck, never empty: whatever song and footage there are, there is a film, and what had to be
//! done for it is told.

use planner_wasm::edit::{PlanRequest, SourceClip, certify, plan};
use planner_wasm::footage::{Defect, Defects, Shot};
use shared::decision::DecisionCode;
use shared::plan::{Plan, Style};

use crate::plans::{fills_song, sound};
use crate::requests::{STYLES, ordinary, settings};
use crate::synthetic::{clip, request, song};

/// The film of a request, whole and sound.
fn film(request: &PlanRequest) -> Plan {
    let plan = plan(request).unwrap();
    sound(&plan);
    assert_eq!(plan.silent_frames(None), 0);
    fills_song(request, &plan);
    plan
}

/// What a plan tells, in its order.
fn told(plan: &Plan) -> Vec<DecisionCode> {
    plan.decisions
        .iter()
        .map(|decision| decision.code)
        .collect()
}

/// Shots do not become flashes because a picture here and there is out of focus.
#[test]
fn a_blurred_tick_a_second_leaves_shots_as_long_as_they_were() {
    for style in STYLES {
        let clips: Vec<_> = (0..4).map(|n| clip(n + 1, 20_000_000, 1, 8)).collect();
        let mut clean = request(song(1, 40, 120), clips, settings(style, 0));
        for clip in &mut clean.clips {
            for tick in &mut clip.footage.ticks {
                tick.defects = Defects::default();
            }
        }
        let mut blurred = clean.clone();
        for clip in &mut blurred.clips {
            for tick in clip.footage.ticks.iter_mut().step_by(10) {
                tick.defects = tick.defects.with(Defect::Blurred);
            }
        }
        let (clean, blurred) = (film(&clean).slots.len(), film(&blurred).slots.len());
        assert!(
            4 * blurred <= 5 * clean,
            "{style:?}: {clean} and {blurred} shots"
        );
    }
}

#[test]
fn one_clip_makes_a_film_in_every_style() {
    for style in STYLES {
        let long = film(&request(
            song(1, 60, 120),
            vec![clip(3, 180_000_000, 1, 60)],
            settings(style, 0),
        ));
        assert!(
            !told(&long).contains(&DecisionCode::FootageReused),
            "{style:?}"
        );
        let short = film(&request(
            song(1, 60, 120),
            vec![clip(3, 6_000_000, 1, 6)],
            settings(style, 0),
        ));
        let told = told(&short);
        assert!(
            told.contains(&DecisionCode::PaceSlowed),
            "{style:?}: {told:?}"
        );
        assert!(
            told.contains(&DecisionCode::FootageReused),
            "{style:?}: {told:?}"
        );
    }
}

/// Of three takes there is always one that the slots beside do not show.
#[test]
fn what_is_shown_again_is_not_shown_twice_in_a_row() {
    for (style, seed) in STYLES
        .into_iter()
        .flat_map(|style| [(style, 1), (style, 2)])
    {
        let mut edited = clip(seed, 9_000_000, 1, 6);
        let [whole] = edited.footage.shots.as_slice() else {
            panic!("one shot");
        };
        let take = |n: u64| Shot {
            start_us: n * 3_000_000,
            end_us: (n + 1) * 3_000_000,
            ..whole.clone()
        };
        edited.footage.shots = (0..3).map(take).collect();
        for tick in &mut edited.footage.ticks {
            tick.defects = Defects::default();
        }
        let plan = film(&request(song(1, 60, 120), vec![edited], settings(style, 0)));
        assert!(told(&plan).contains(&DecisionCode::FootageReused));
        for pair in plan.slots.windows(2) {
            let [left, right] = [&pair[0], &pair[1]].map(|slot| {
                let end = slot.clip.source_end(slot.record_duration, plan.output.rate);
                slot.clip.source_start..end.unwrap()
            });
            let apart = left.end <= right.start || right.end <= left.start;
            assert!(apart, "{style:?}, seed {seed}: {left:?} and {right:?}");
        }
    }
}

#[test]
fn shots_that_short_clips_make_shorter_than_the_style_wants_are_told() {
    let film_of = |us: u64| {
        let clips = (0..30).map(|n| {
            let mut clip = clip(n, us, 1, 6);
            for tick in &mut clip.footage.ticks {
                tick.defects = Defects::default();
            }
            clip
        });
        let clips = clips.collect();
        film(&request(
            song(1, 40, 120),
            clips,
            settings(Style::Cinematic, 0),
        ))
    };
    let (short, long) = (film_of(2_000_000), film_of(9_000_000));
    assert!(told(&short).contains(&DecisionCode::ShotsShortened));
    assert_eq!(told(&long), []);
}

#[test]
fn bad_clips_alone_make_a_film_that_says_so() {
    let bad = |defect| {
        let mut clips: Vec<SourceClip> = (0..6).map(|n| clip(n, 9_000_000, 1, 8)).collect();
        for tick in clips.iter_mut().flat_map(|clip| &mut clip.footage.ticks) {
            tick.defects = Defects::default().with(defect);
        }
        film(&request(
            song(1, 40, 120),
            clips,
            settings(Style::Balanced, 0),
        ))
    };
    for defect in [Defect::Blurred, Defect::Shaken, Defect::Underexposed] {
        let told = told(&bad(defect));
        assert_eq!(told, [DecisionCode::WeakFootageUsed], "{defect:?}");
    }
    // Cards are clean pictures: nothing had to be forgiven.
    assert_eq!(told(&bad(Defect::FlatCard)), []);
}

#[test]
fn a_song_of_ten_seconds_and_one_of_an_hour() {
    let clips = || -> Vec<SourceClip> { (0..40).map(|n| clip(n, 20_000_000, 1, 20)).collect() };
    for style in STYLES {
        let short = film(&request(song(1, 10, 120), clips(), settings(style, 0)));
        assert!((1..=20).contains(&short.slots.len()), "{style:?}");
        assert_eq!(told(&short), [], "{style:?}");
        let long = film(&request(song(1, 3600, 120), clips(), settings(style, 0)));
        assert!(long.slots.len() > 300, "{style:?}");
        assert!(
            told(&long).contains(&DecisionCode::FootageReused),
            "{style:?}"
        );
    }
}

#[test]
fn two_hundred_clips_of_an_hour_each() {
    let clips: Vec<SourceClip> = (0..200).map(|n| clip(n, 3_600_000_000, 1, 60)).collect();
    let plan = film(&request(
        song(1, 180, 124),
        clips,
        settings(Style::Balanced, 0),
    ));
    assert_eq!(told(&plan), []);
    let mut shown: Vec<u32> = plan.slots.iter().map(|slot| slot.clip.media).collect();
    shown.sort_unstable();
    shown.dedup();
    assert!(2 * shown.len() > plan.slots.len(), "{}", shown.len());
}

#[test]
fn every_shot_and_alternate_says_why() {
    let plan = film(&ordinary(1, 60, Style::Balanced));
    for slot in &plan.slots {
        for clip in std::iter::once(&slot.clip).chain(&slot.alternates) {
            let why = clip.why.as_deref().unwrap_or_default();
            assert!(why.contains("quality +"), "{why}");
        }
    }
}

#[test]
fn a_certificate_is_never_below_the_film_and_close_to_it() {
    for seed in 0..4 {
        let found = certify(&ordinary(seed, 60, Style::Energetic), 150).unwrap();
        assert!(found.worth <= found.bound, "{found:?}");
        assert!(found.gap() <= 8_000, "{found:?}: {}", found.gap());
        assert_eq!(
            certify(&ordinary(seed, 60, Style::Energetic), 150),
            Ok(found)
        );
    }
}
